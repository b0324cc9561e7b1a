"""What the clock starts; each calls one service."""

from celery import shared_task

from appraisal.services import clock
from core.clock import now


@shared_task(name="appraisal.tasks.tick")
def tick() -> None:
    """The minute's work: closings, publications, progress."""
    clock.tick(at=now())


@shared_task(name="appraisal.tasks.bulk")
def bulk() -> None:
    """Ranges of bulk acts that the tick and HR's pages have left; ends at once when there are none."""
    clock.do_ranges(at=now(), seconds=clock.BULK_SECONDS)
