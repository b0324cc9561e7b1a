"""The supervisor's and the superior's pages."""

from django.urls import path

from appraisal.views import supervisor

urlpatterns = [
    path("tim/", supervisor.team, name="team"),
    path("tim/<uuid:appraisal_id>/rencana/", supervisor.team_plan, name="team_plan"),
    path("tim/<uuid:appraisal_id>/nilai/", supervisor.rate, name="rate"),
]
