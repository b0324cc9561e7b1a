"""The supervisor's and the superior's pages."""

from django.urls import path

from appraisal.views import rating_moves, ratings, team, team_plans, team_reviewers

urlpatterns = [
    path("tim/", team.team, name="team"),
    path("tim/mewakili/", team.team_stand_in, name="team_stand_in"),
    path("tim/di-bawah/", team.team_below, name="team_below"),
    path("tim/kirim/", team.send_ready, name="send_ready"),
    path("tim/rekan/", team_reviewers.team_nominated, name="team_nominated"),
    path("tim/<uuid:appraisal_id>/rekan/", team_reviewers.team_reviewers, name="team_reviewers"),
    path("tim/<uuid:appraisal_id>/rekan/tambah/", team_reviewers.team_reviewer_add, name="team_reviewer_add"),
    path(
        "tim/<uuid:appraisal_id>/rekan/<uuid:invitation_id>/hapus/",
        team_reviewers.team_reviewer_remove,
        name="team_reviewer_remove",
    ),
    path("tim/<uuid:appraisal_id>/rencana/", team_plans.team_plan, name="team_plan"),
    path("tim/<uuid:appraisal_id>/nilai/", ratings.rate, name="rate"),
    path("tim/<uuid:appraisal_id>/nilai/hasil/<uuid:key>/", ratings.rate_item, name="rate_item"),
    path("tim/<uuid:appraisal_id>/nilai/perilaku/<slug:code>/", ratings.rate_value, name="rate_value"),
    path(
        "tim/<uuid:appraisal_id>/nilai/kompetensi/<slug:code>/",
        ratings.rate_competency,
        name="rate_competency",
    ),
    path("tim/<uuid:appraisal_id>/nilai/keseluruhan/", ratings.rate_overall, name="rate_overall"),
    path("tim/<uuid:appraisal_id>/nilai/umpan-balik/", ratings.rate_feedback, name="rate_feedback"),
    path("tim/<uuid:appraisal_id>/nilai/simpan-pertama/", rating_moves.rate_first, name="rate_first"),
    path("tim/<uuid:appraisal_id>/nilai/periksa/", rating_moves.rate_check, name="rate_check"),
    path("tim/<uuid:appraisal_id>/nilai/kirim/", rating_moves.rate_send, name="rate_send"),
    path("tim/<uuid:appraisal_id>/nilai/ubah/", rating_moves.rate_revise, name="rate_revise"),
    path("tim/<uuid:appraisal_id>/penilaian-diri/kembalikan/", rating_moves.return_self, name="return_self"),
]
