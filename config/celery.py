"""The Celery application: JSON only, no results, every job safe to run twice."""

import os

from celery import Celery
from celery.signals import before_task_publish, heartbeat_sent, worker_ready

from config.alive import touch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("penilaian_kinerja")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# The worker's own beat of the heart, and every job that beat hands out.
for sign in (worker_ready, heartbeat_sent, before_task_publish):
    sign.connect(touch)
