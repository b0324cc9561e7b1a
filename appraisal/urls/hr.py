"""HR's pages."""

from django.urls import path

from appraisal.views import hr

urlpatterns = [
    path("siklus/", hr.cycles, name="cycles"),
    path("kemajuan/", hr.progress, name="progress"),
    path("terlambat/", hr.late, name="late"),
]
