"""Results and the record."""

from django.urls import path

from appraisal.views import results

urlpatterns = [
    path("penilaian/<uuid:appraisal_id>/hasil/", results.result, name="result"),
    path("publikasi/", results.publications, name="publications"),
    path("audit/", results.audit, name="audit"),
]
