"""HR's pages: cycles and their dates, more time for a person, progress, everybody who is late."""

from django.urls import path

from appraisal.views import closing, cycles, peer_numbers, reviewers_asked, watch

urlpatterns = [
    path("siklus/", cycles.cycle_list, name="cycles"),
    path("siklus/<uuid:cycle_id>/", cycles.cycle_page, name="cycle"),
    path("siklus/<uuid:cycle_id>/unit/", cycles.choose_unit, name="cycle_choose_unit"),
    path("siklus/<uuid:cycle_id>/buka/", cycles.open_page, name="cycle_open"),
    path("siklus/<uuid:cycle_id>/pekerjaan/", closing.work, name="cycle_work"),
    path("siklus/<uuid:cycle_id>/tutup/", closing.close_page, name="cycle_close"),
    path("siklus/<uuid:cycle_id>/penutupan/", closing.closing_page, name="cycle_closing"),
    path("siklus/<uuid:cycle_id>/unit/<uuid:unit_id>/", cycles.unit_windows, name="cycle_unit"),
    path("siklus/<uuid:cycle_id>/rekan/", peer_numbers.numbers, name="cycle_peers"),
    path("kemajuan/", watch.progress, name="progress"),
    path("terlambat/", watch.late, name="late"),
    path("terlambat/rekan/", reviewers_asked.reviewers_due, name="reviewers_due"),
    path("penilaian/<uuid:appraisal_id>/tambah-waktu/", watch.extend, name="extend"),
    path(
        "penilaian/<uuid:appraisal_id>/rekan/diminta/",
        reviewers_asked.reviewers_asked,
        name="reviewers_asked",
    ),
    path(
        "penilaian/<uuid:appraisal_id>/rekan/<uuid:invitation_id>/tambah-waktu/",
        reviewers_asked.reviewer_extend,
        name="reviewer_extend",
    ),
    path(
        "penilaian/<uuid:appraisal_id>/rekan/<uuid:invitation_id>/batal/",
        reviewers_asked.reviewer_cancel,
        name="reviewer_cancel",
    ),
]
