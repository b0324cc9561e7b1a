"""What the clock starts on the ground floor."""

from celery import shared_task

from core import outbox
from core.clock import now


@shared_task(name="core.tasks.drain_outbox")  # type: ignore[untyped-decorator]  # celery ships no types
def drain_outbox() -> None:
    """Mail what is due."""
    outbox.drain(at=now())
