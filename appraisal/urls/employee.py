"""The employee's pages: home, overview, plan, realisation, journal, self-assessment."""

from django.urls import path

from appraisal.views import (
    home,
    journal,
    nominations,
    overview,
    plan_items,
    plans,
    realization,
    self_assessment,
    self_items,
    self_levels,
)

_ONE = "penilaian/<uuid:appraisal_id>/"

urlpatterns = [
    path("", home.home, name="home"),
    path(_ONE, overview.overview, name="overview"),
    path(f"{_ONE}data/", overview.own_data, name="own_data"),
    path(f"{_ONE}rencana/", plans.plan, name="plan"),
    path(f"{_ONE}rencana/versi/<int:version>/", plans.plan_version, name="plan_version"),
    path(f"{_ONE}rencana/kirim/", plans.plan_send, name="plan_send"),
    path(f"{_ONE}rencana/tarik/", plans.plan_withdraw, name="plan_withdraw"),
    path(f"{_ONE}rencana/salin/", plans.plan_copy, name="plan_copy"),
    path(f"{_ONE}rencana/ubah/", plans.plan_revise, name="plan_revise"),
    path(f"{_ONE}rencana/hasil/baru/", plan_items.plan_item_new, name="plan_item_new"),
    path(f"{_ONE}rencana/hasil/<uuid:item_id>/", plan_items.plan_item, name="plan_item"),
    path(f"{_ONE}rencana/hasil/<uuid:item_id>/hapus/", plan_items.plan_item_remove, name="plan_item_remove"),
    path(f"{_ONE}realisasi/", realization.realization, name="realization"),
    path(f"{_ONE}realisasi/<uuid:item_key>/", realization.realization_item, name="realization_item"),
    path(f"{_ONE}realisasi/<uuid:item_key>/bukti/", realization.evidence_new, name="evidence_new"),
    path(f"{_ONE}bukti/<uuid:evidence_id>/hapus/", realization.evidence_remove, name="evidence_remove"),
    path(f"{_ONE}jurnal/", journal.journal, name="journal"),
    path(f"{_ONE}jurnal/<uuid:entry_id>/hapus/", journal.journal_remove, name="journal_remove"),
    path(f"{_ONE}penilaian-diri/", self_assessment.self_assessment, name="self_assessment"),
    path(f"{_ONE}penilaian-diri/hasil-kerja/<uuid:item_key>/", self_items.self_item, name="self_item"),
    path(f"{_ONE}penilaian-diri/nilai/<slug:code>/", self_levels.self_value, name="self_value"),
    path(
        f"{_ONE}penilaian-diri/kompetensi/<slug:code>/", self_levels.self_competency, name="self_competency"
    ),
    path(f"{_ONE}penilaian-diri/periksa/", self_assessment.self_check, name="self_check"),
    path(f"{_ONE}penilaian-diri/tarik/", self_assessment.self_withdraw, name="self_withdraw"),
    path(
        f"{_ONE}penilaian-diri/tanda-terima/<slug:number>/", self_assessment.self_receipt, name="self_receipt"
    ),
    path(f"{_ONE}rekan/", nominations.reviewers, name="reviewers"),
    path(f"{_ONE}rekan/usul/", nominations.reviewer_propose, name="reviewer_propose"),
    path(f"{_ONE}rekan/kirim/", nominations.reviewers_send, name="reviewers_send"),
    path(f"{_ONE}rekan/<uuid:invitation_id>/hapus/", nominations.reviewer_drop, name="reviewer_drop"),
]
