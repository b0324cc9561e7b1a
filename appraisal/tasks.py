"""What the clock starts; each calls one service."""

from celery import shared_task

from appraisal.services import clock
from core.clock import now


@shared_task(name="appraisal.tasks.tick")
def tick() -> None:
    """The minute's work: closings, publications, progress."""
    clock.tick(at=now())
