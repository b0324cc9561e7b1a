"""What time does: one tick a minute, a list of steps, each its own service.

Timeliness never depends on it: every write checks its own window. A tick may run twice, in two workers, after a
day's outage: the rows are the same. A step that fails is logged and keeps no other from its work.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from appraisal.services import batches
from appraisal.services.assignments import assign_once_a_day
from appraisal.services.ballot_keys import make_keys, warn_of_keys
from appraisal.services.boxes import OPEN_BOXES, destroy_spent_keys, plan_boxes
from appraisal.services.closings import CLOSINGS, plan_closings
from appraisal.services.cycle_closing import CLOSE_UNRATED
from appraisal.services.draws import INVITE, plan_invitations
from appraisal.services.openings import CREATE
from appraisal.services.progress import refresh_open_cycles
from appraisal.services.publications import publish_due
from appraisal.services.record import seal_record
from appraisal.services.reminders import remind_once_a_day
from core.heartbeat import beat

log = logging.getLogger(__name__)

BULK_ACTS = (CREATE, *CLOSINGS, INVITE, OPEN_BOXES, CLOSE_UNRATED)
# Seconds of each minute that a tick, and the job beside it on the bulk queue, spend on ranges. The job ends before the
# next one begins, so that bulk acts never hold more than one process of the worker.
TICK_SECONDS = 15.0
BULK_SECONDS = 45.0


def do_ranges(*, at: dt.datetime, seconds: float = TICK_SECONDS) -> int:
    """Do ranges of bulk acts that wait, for so many seconds; returns how many rows changed."""
    return batches.run(BULK_ACTS, at=at, seconds=seconds)


STEPS: tuple[Callable[..., object], ...] = (
    assign_once_a_day,
    plan_closings,
    plan_invitations,
    make_keys,
    warn_of_keys,
    plan_boxes,
    do_ranges,
    destroy_spent_keys,
    publish_due,
    refresh_open_cycles,
    remind_once_a_day,
    seal_record,
)


def tick(*, at: dt.datetime) -> None:
    """Do everything that is due at `at`, step by step."""
    for step in STEPS:
        try:
            step(at=at)
        except Exception:
            log.exception("the step %s of the tick failed", step.__name__)
    beat("tick", at=at)
