"""Reminders by hand, who was told what, and the calendar of one's own deadlines."""

from django.urls import path

from appraisal.views import calendars, reminders

urlpatterns = [
    path("pesan-terkirim/", reminders.told, name="told"),
    path("terlambat/ingatkan/", reminders.remind, name="remind"),
    path("tim/<uuid:appraisal_id>/ingatkan/", reminders.remind_one, name="remind_one"),
    path("siklus/<uuid:cycle_id>/pengingat/", reminders.reminder_rules, name="reminder_rules"),
    path("akun/kalender/", calendars.calendar_page, name="calendar"),
    path("kalender/<str:token>/tenggat.ics", calendars.feed, name="calendar_feed"),
]
