"""What time does to self-assessments and ratings that are not finished, range by range.

A closing looks at the rows as they are when it has locked them: what was sent meanwhile is left alone, and a second
run finds nothing to do.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db.models import QuerySet

from appraisal import notices
from appraisal.enums import BulkAct, CycleState, RatingState, SelfState
from appraisal.models import Appraisal, Batch, Cycle
from appraisal.selectors.assessments import SelfForm
from appraisal.selectors.due import drafts_over, hollow, returns_over, unrated_over
from appraisal.selectors.self_forms import self_forms
from appraisal.services import batches
from appraisal.services.batches import Act, record_range
from appraisal.services.submissions import submit
from core.audit import record_all
from core.notifications import Kind, notify

# Rows stay locked until their range is done, so a range is short; forms are read so many at a time.
RANGE = 2_000
FORMS = 500


def _in(batch: Batch, due: QuerySet[Appraisal]) -> QuerySet[Appraisal]:
    """The due rows of a range, locked in the order of their keys."""
    return due.filter(pk__range=(batch.from_key, batch.to_key)).order_by("pk").select_for_update(of=("self",))


def _tell_employees(
    kind: Kind, people: Iterable[tuple[uuid.UUID, uuid.UUID]], batch: Batch, occurrence: str, at: dt.datetime
) -> None:
    """One message to each (appraisal, employee)."""
    params = {"year": str(batch.cycle.year)}
    rows = ((appraisal_id, employee_id, params) for appraisal_id, employee_id in people)
    notify(notices.of_the_clock(kind, rows, route="self_assessment", occurrence=occurrence), at=at)


# --- self-assessments ---------------------------------------------------------------------------


def _close_drafts(batch: Batch, at: dt.datetime) -> int:
    """Send what is complete, close what is not."""
    due = drafts_over(batch.cycle, at)
    unsent = list(_in(batch, hollow(due)).values_list("pk", "employee_id"))
    _mark_not_sent(unsent)
    sent = 0
    rest = list(_in(batch, due).select_related("cycle", "placement__position"))
    for first in range(0, len(rest), FORMS):
        some = rest[first : first + FORMS]
        complete, incomplete = [], []
        for one, form in zip(some, self_forms(some), strict=True):
            if form.plan is None or form.missing:
                incomplete.append((one.pk, one.employee_id))
            else:
                complete.append((one, form))
        _send(complete, batch, at)
        _mark_not_sent(incomplete)
        unsent += incomplete
        sent += len(complete)
    if unsent:
        event = record_range(batch, "self_assessment.not_sent", rows=len(unsent), at=at)
        _tell_employees(notices.SELF_NOT_SENT, unsent, batch, str(event.pk), at)
    return len(unsent) + sent


def _mark_not_sent(people: list[tuple[uuid.UUID, uuid.UUID]]) -> None:
    Appraisal.objects.filter(pk__in=[key for key, _employee in people]).update(self_state=SelfState.NOT_SENT)


def _send(complete: list[tuple[Appraisal, SelfForm]], batch: Batch, at: dt.datetime) -> None:
    if not complete:
        return
    submissions = submit(complete, at=at, by_clock=True)
    record_all(
        {row.appraisal_id: {"number": row.number, "digest": row.digest} for row in submissions},
        act="self_assessment.sent_by_clock",
        object_type="appraisal",
        at=at,
    )
    sent = [(one.pk, one.employee_id) for one, _form in complete]
    _tell_employees(notices.SELF_CLOSED, sent, batch, str(batch.pk), at)


def _keep_earlier(batch: Batch, at: dt.datetime) -> int:
    """What was returned and not sent again: the earlier version counts."""
    due = list(_in(batch, returns_over(batch.cycle, at)).values_list("pk", flat=True))
    Appraisal.objects.filter(pk__in=due).update(self_state=SelfState.SENT)
    record_all({key: {} for key in due}, act="self_assessment.earlier_kept", object_type="appraisal", at=at)
    return len(due)


# --- ratings ------------------------------------------------------------------------------------


def _pass_on(batch: Batch, at: dt.datetime) -> int:
    """Hand what is unrated to the superior, who is told once and rates afresh.

    A first save of the supervisor stays on record but does not bind.
    """
    due = list(_in(batch, unrated_over(batch.cycle, at)).values_list("pk", "superior_id", "employee__name"))
    if not due:
        return 0
    Appraisal.objects.filter(pk__in=[row[0] for row in due]).update(
        rating_state=RatingState.OPEN, rating_first_saved_at=None, passed_on_at=at
    )
    event = record_range(batch, "rating.passed_on", rows=len(due), at=at)
    year = str(batch.cycle.year)
    rows = ((key, superior_id, {"year": year, "name": name}) for key, superior_id, name in due)
    notify(
        notices.of_the_clock(notices.RATING_PASSED_ON, rows, route="rate", occurrence=str(event.pk)), at=at
    )
    return len(due)


CLOSE_SELF = Act(BulkAct.CLOSE_SELF, RANGE, drafts_over, _close_drafts)
KEEP_EARLIER = Act(BulkAct.KEEP_EARLIER, RANGE, returns_over, _keep_earlier)
PASS_ON = Act(BulkAct.PASS_ON, RANGE, unrated_over, _pass_on)
CLOSINGS = (CLOSE_SELF, KEEP_EARLIER, PASS_ON)


def plan_closings(*, at: dt.datetime) -> None:
    """Cut what is over in every open cycle into ranges."""
    for cycle in Cycle.objects.filter(state=CycleState.OPEN).order_by("year"):
        for act in CLOSINGS:
            batches.plan(act, cycle=cycle, at=at)
