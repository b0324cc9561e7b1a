"""The routes of the yearly process, one module per role."""

from appraisal.urls import employee, hr, results, supervisor

urlpatterns = [*employee.urlpatterns, *supervisor.urlpatterns, *results.urlpatterns, *hr.urlpatterns]
