"""The end of a year: closed by the HR admin of the city once everything is published; from then on it is only read."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.enums import Role
from appraisal import notices
from appraisal.enums import BulkAct, CycleState
from appraisal.models import Batch, Closing, Cycle
from appraisal.models.appraisal import AppraisalQuerySet
from appraisal.selectors.closing import readiness_to_close, unrated
from appraisal.services import batches
from appraisal.services.batches import Act, record_range
from appraisal.services.publications import close_unrated
from core.audit import record
from core.errors import ActionRefused, NotAllowed, Sentence
from core.notifications import notify
from core.seals import latest_seal

RANGE = 2_000
# What a request does itself; more is done by the clock.
AT_ONCE = 5_000
PATIENCE = 3.0


def close_cycle(*, actor: Actor, cycle_id: uuid.UUID, reason: str, at: dt.datetime) -> Closing:
    """Close the year: it can be read for ever and not changed any more; returns the closing record.

    Who has no rating is closed as not assessed with `reason`, which is needed when there is anybody, and told. Opening
    and confirming one's own result stay possible. Raises NotAllowed for anybody but the HR admin of the city,
    ActionRefused with every reason.
    """
    closing = _close(actor, cycle_id, reason, at)
    if closing.left_out <= AT_ONCE:
        batches.run([CLOSE_UNRATED], at=at, seconds=PATIENCE, cycle=closing.cycle)
    return closing


@transaction.atomic
def _close(actor: Actor, cycle_id: uuid.UUID, reason: str, at: dt.datetime) -> Closing:
    if Role.HR_CITY not in actor.roles:
        raise NotAllowed(_("Only the HR admin of the city may do this."))
    cycle = Cycle.objects.select_for_update(of=("self",)).get(pk=cycle_id)
    ready = readiness_to_close(cycle, at=at)
    reasons: list[Sentence] = list(ready.obstacles)
    if ready.left_out and not reason.strip():
        reasons.append(_("Some people have no rating. Write why they are left out; they can read it."))
    if reasons:
        raise ActionRefused(reasons)
    cycle.state = CycleState.CLOSED
    cycle.closed_at = at
    cycle.save(update_fields=["state", "closed_at"])
    seal = latest_seal()
    closing = Closing.objects.create(
        cycle=cycle,
        closed_by_id=actor.id,
        closed_at=at,
        counts=ready.counts,
        left_out=ready.left_out,
        left_out_reason=reason.strip() if ready.left_out else "",
        seal_head=seal.head_text if seal else "",
    )
    batches.plan(CLOSE_UNRATED, cycle=cycle, at=at)
    record(
        actor_id=actor.id,
        act="cycle.closed",
        object_type="cycle",
        object_id=cycle.pk,
        at=at,
        reason=closing.left_out_reason,
        after={"counts": ready.counts, "left_out": ready.left_out, "seal_head": closing.seal_head},
    )
    return closing


def _pending(cycle: Cycle, _at: dt.datetime) -> AppraisalQuerySet:
    return unrated(cycle)


def _work(batch: Batch, at: dt.datetime) -> int:
    """Close what has no rating, each with the reason that weighs most, and tell the employees."""
    due = list(
        unrated(batch.cycle)
        .filter(pk__range=(batch.from_key, batch.to_key))
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list("pk", "employee_id")
    )
    close_unrated(unrated(batch.cycle).filter(pk__in=[key for key, _employee in due]))
    event = record_range(batch, "rating.closed_unrated", rows=len(due), at=at)
    params = {"year": str(batch.cycle.year)}
    rows = ((key, employee_id, params) for key, employee_id in due)
    notify(
        notices.of_the_clock(notices.RESULT_NOT_ASSESSED, rows, route="result", occurrence=str(event.pk)),
        at=at,
    )
    return len(due)


CLOSE_UNRATED = Act(BulkAct.CLOSE_UNRATED, RANGE, _pending, _work)
