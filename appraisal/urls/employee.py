"""The employee's pages."""

from django.urls import path

from appraisal.views import employee

urlpatterns = [
    path("", employee.home, name="home"),
    path("penilaian/<uuid:appraisal_id>/", employee.overview, name="overview"),
    path("penilaian/<uuid:appraisal_id>/rencana/", employee.plan, name="plan"),
    path("penilaian/<uuid:appraisal_id>/jurnal/", employee.journal, name="journal"),
    path("penilaian/<uuid:appraisal_id>/penilaian-diri/", employee.self_assessment, name="self_assessment"),
]
