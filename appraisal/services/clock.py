"""What time does: one tick a minute materialises closings, opens due publications and counts progress.

Timeliness never depends on it: every write checks its own window. A tick may run twice, in two workers, after a
day's outage: the rows are the same. It closes two minutes after a window, so that a submission that arrived in time
but waited for a lock is not lost.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.db import connection, transaction
from django.db.models import QuerySet

from appraisal import notices
from appraisal.enums import UNRATED, CycleState, Phase, RatingState, SelfState
from appraisal.models import Appraisal, Cycle, Extension
from appraisal.selectors.facts import window_rows
from appraisal.services.assignments import assign_supervisors
from appraisal.services.moves import lock_appraisal
from appraisal.services.progress import refresh_progress
from appraisal.services.publications import publish_due
from appraisal.services.record import seal_record
from appraisal.services.self_assessments import close_self_assessment
from appraisal.windows import WindowRow, window_for
from core.audit import record
from core.clock import today
from core.heartbeat import beat, last_beat_on
from core.notifications import notify

log = logging.getLogger(__name__)

GRACE = dt.timedelta(minutes=2)
BATCH = 1_000
TICK_LOCK = 7_310_004


def tick(*, at: dt.datetime) -> None:
    """Do everything that is due at `at`. A second tick at the same time leaves at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TICK_LOCK])
        if not cursor.fetchone()[0]:
            return
        if last_beat_on("assignments") != today(at):
            # People move by the day, so once a day is enough; HR's own changes do not wait for it.
            for cycle in Cycle.objects.filter(state=CycleState.OPEN).order_by("year"):
                assign_supervisors(cycle_id=cycle.pk, day=today(at))
            beat("assignments", at=at)
    for cycle in Cycle.objects.filter(state=CycleState.OPEN).order_by("year"):
        close_due_self_assessments(cycle=cycle, at=at)
        pass_on_unrated(cycle=cycle, at=at)
    publish_due(at=at)
    for cycle in Cycle.objects.filter(state=CycleState.OPEN).order_by("year"):
        refresh_progress(cycle_id=cycle.pk, at=at)
    seal_record(at=at)
    beat("tick", at=at)


def _units_closed(
    phase: Phase, rows: tuple[WindowRow, ...], paths: dict[uuid.UUID, str], at: dt.datetime
) -> list[uuid.UUID]:
    """The units in which the phase has closed, grace included."""
    return [
        unit
        for unit, path in paths.items()
        if (window := window_for(phase, path, rows)) is not None and window.has_closed(at - GRACE)
    ]


def _unit_paths(cycle: Cycle) -> dict[uuid.UUID, str]:
    return dict(
        Appraisal.objects.filter(cycle=cycle)
        .order_by("agency")
        .values_list("agency", "agency__path")
        .distinct()
    )


def _running(phase: Phase, at: dt.datetime) -> QuerySet[Extension]:
    """Extensions of a phase that are not over yet, grace included."""
    return Extension.objects.filter(phase=phase, closes_at__gt=at - GRACE)


def close_due_self_assessments(*, cycle: Cycle, at: dt.datetime) -> int:
    """Close what is over by window, by extension or by the deadline of a return; returns how many were closed."""
    rows = window_rows(cycle.pk)
    units = _units_closed(Phase.SELF_ASSESSMENT, rows, _unit_paths(cycle), at)
    drafts = Appraisal.objects.filter(cycle=cycle, agency__in=units, self_state=SelfState.DRAFT).exclude(
        extensions__in=_running(Phase.SELF_ASSESSMENT, at)
    )
    returned = Appraisal.objects.filter(
        cycle=cycle, self_state=SelfState.RETURNED, self_due_at__lte=at - GRACE
    )
    due = list(drafts.order_by("pk").values_list("pk", flat=True)[:BATCH])
    due += list(returned.order_by("pk").values_list("pk", flat=True)[:BATCH])
    for appraisal_id in due:
        close_self_assessment(appraisal_id=appraisal_id, at=at)
    return len(due)


def pass_on_unrated(*, cycle: Cycle, at: dt.datetime) -> int:
    """After supervisor review, hand unrated appraisals to the superior, who is told once; returns how many."""
    rows = window_rows(cycle.pk)
    units = _units_closed(Phase.SUPERVISOR_REVIEW, rows, _unit_paths(cycle), at)
    candidates = (
        Appraisal.objects.filter(
            cycle=cycle,
            agency__in=units,
            rating_state__in=UNRATED,
            passed_on_at=None,
        )
        .exclude(superior=None)
        .exclude(extensions__in=_running(Phase.SUPERVISOR_REVIEW, at))
    )
    passed = 0
    for appraisal_id in list(candidates.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        passed += _pass_on(appraisal_id, at=at)
    return passed


@transaction.atomic
def _pass_on(appraisal_id: uuid.UUID, *, at: dt.datetime) -> int:
    appraisal = lock_appraisal(appraisal_id)
    if appraisal.passed_on_at is not None or appraisal.rating_state not in UNRATED:
        return 0
    # The superior rates afresh: a first save of the supervisor stays on record but does not bind.
    appraisal.rating_state = RatingState.OPEN
    appraisal.rating_first_saved_at = None
    appraisal.passed_on_at = at
    appraisal.save(update_fields=["rating_state", "rating_first_saved_at", "passed_on_at"])
    event = record(
        actor_id=None, act="rating.passed_on", object_type="appraisal", object_id=appraisal.pk, at=at
    )
    notify(
        notices.to_superior(
            notices.RATING_PASSED_ON, appraisal, event, route="rate", name=appraisal.employee.name
        ),
        at=at,
    )
    return 1
