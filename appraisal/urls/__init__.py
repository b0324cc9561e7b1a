"""The routes of the yearly process, one module per role."""

from appraisal.urls import employee, hr, messages, peer, results, supervisor

urlpatterns = [
    *employee.urlpatterns,
    *supervisor.urlpatterns,
    *peer.urlpatterns,
    *results.urlpatterns,
    *hr.urlpatterns,
    *messages.urlpatterns,
]
