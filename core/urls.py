"""Routes of core; /komponen exists in development and tests only."""

from django.conf import settings
from django.urls import path

from core import preference_views, views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("kotak-masuk/", views.inbox, name="inbox"),
    path("kotak-masuk/dibaca-semua/", views.read_all, name="inbox_read_all"),
    path("kotak-masuk/<uuid:notification_id>/buka/", views.open_notification, name="inbox_open"),
    path("akun/pesan/", preference_views.mail_preferences, name="mail_preferences"),
    path("bantuan/", views.help_list, name="help"),
    path("bantuan/laporkan/", views.report_problem, name="report_problem"),
    path("bantuan/<slug:slug>/", views.help_guide, name="help_guide"),
]
if settings.DEBUG or settings.APP_ENV == "test":
    urlpatterns.append(path("komponen/", views.components, name="components"))
