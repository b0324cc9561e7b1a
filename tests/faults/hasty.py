"""The project's own Celery application, on a clock whose minute lasts two seconds: `celery --app tests.faults.hasty`."""

from config.celery import app

SECONDS = 2.0

for entry in app.conf.beat_schedule.values():
    entry["schedule"] = SECONDS
