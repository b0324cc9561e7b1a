"""The closings of one cycle as a tick does them, to be asked for one at a time."""

from __future__ import annotations

import datetime as dt

from appraisal.models import Cycle
from appraisal.services import batches, closings
from appraisal.services.batches import Act


def do(*acts: Act, cycle: Cycle, at: dt.datetime) -> int:
    """Plan and do these acts; returns how many appraisals changed."""
    for act in acts:
        batches.plan(act, cycle=cycle, at=at)
    return batches.run(acts, at=at, seconds=60, cycle=cycle)


def close_self(cycle: Cycle, *, at: dt.datetime) -> int:
    """What time does to self-assessments."""
    return do(closings.CLOSE_SELF, closings.KEEP_EARLIER, cycle=cycle, at=at)


def pass_on(cycle: Cycle, *, at: dt.datetime) -> int:
    """What time does to ratings that were not sent."""
    return do(closings.PASS_ON, cycle=cycle, at=at)
