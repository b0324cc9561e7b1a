"""The closing of nomination, unit by unit: names that still wait are invited, and who has too few gets a fair draw.

Each range of units is one transaction, so a killed run goes on where it stood; a second run finds nothing to do. Ranges
follow each other, since what one has drawn counts as load in the next.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from django.db.models import F
from django.db.models.functions import Coalesce

from appraisal import notices, peer_notices
from appraisal.drawing import draw
from appraisal.enums import (
    STANDING_INVITATIONS,
    BulkAct,
    CycleState,
    InvitationOrigin,
    InvitationState,
    Phase,
    ReviewGroup,
)
from appraisal.models import Appraisal, Batch, Box, Cycle, Invitation
from appraisal.selectors.draws import Pool, due_appraisals, pool_for, units_to_invite
from appraisal.selectors.facts import window_rows
from appraisal.services import batches
from appraisal.services.batches import Act, record_range
from appraisal.windows import window_for
from core.audit import record_all
from core.clock import last_day
from core.locks import hold
from core.notifications import Message, notify

# Units in one transaction: about so many thousand people as a hundred schools have.
RANGE = 100

Drawn = Mapping[tuple[uuid.UUID, str], Sequence[uuid.UUID]]


def _invite(batch: Batch, at: dt.datetime) -> int:
    """Close the nomination of a range of units; returns of how many people."""
    cycle = batch.cycle
    hold(f"draw:{cycle.pk}")
    appraisals = list(due_appraisals(cycle, at, batch.from_key, batch.to_key).select_for_update(of=("self",)))
    if not appraisals:
        return 0
    keys = [one.pk for one in appraisals]
    approved = _approve(keys, at)
    pool = pool_for(cycle, appraisals, at)
    drawn = _draw(cycle, pool)
    made = _write(drawn, at)
    Box.objects.filter(pk__in={one.appraisal_id for one in approved}).update(
        approved_at=Coalesce(F("approved_at"), at)
    )
    Appraisal.objects.filter(pk__in=keys).update(nomination_closed_at=at)
    _record(cycle, drawn, at)
    record_range(batch, "nomination.closed", rows=len(appraisals), at=at)
    notify(_messages(batch, appraisals, [*approved, *made], at), at=at)
    return len(appraisals)


def _draw(cycle: Cycle, pool: Pool) -> Drawn:
    """The drawn names. Whoever cannot be given the least number is given nobody: fewer answers are never shown, so nobody
    should write them; the supervisor is told and may still ask people.
    """
    drawn = draw(
        pool.requests,
        loads=pool.loads,
        reviews=pool.reviews,
        maximum=cycle.reviewer_maximum,
        seed=str(cycle.pk),
    )
    return {
        request.key: drawn[request.key]
        for request in pool.requests
        if len(drawn[request.key]) >= request.least
    }


def _approve(keys: Sequence[uuid.UUID], at: dt.datetime) -> list[Invitation]:
    """Invite those who were proposed and not settled by the supervisor in time."""
    proposed = list(
        Invitation.objects.filter(appraisal__in=keys, state=InvitationState.PROPOSED)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    Invitation.objects.filter(pk__in=[one.pk for one in proposed]).update(
        state=InvitationState.APPROVED, approved_at=at
    )
    return proposed


def _write(drawn: Drawn, at: dt.datetime) -> list[Invitation]:
    """The drawn invitations, and the boxes that they need."""
    boxes = sorted({appraisal_id for (appraisal_id, _group), names in drawn.items() if names})
    Box.objects.bulk_create((Box(appraisal_id=key) for key in boxes), ignore_conflicts=True, batch_size=1_000)
    Box.objects.filter(pk__in=boxes).update(drawn_at=at)
    return Invitation.objects.bulk_create(
        (
            Invitation(
                appraisal_id=appraisal_id,
                reviewer_id=reviewer,
                group=group,
                origin=InvitationOrigin.DRAW,
                state=InvitationState.APPROVED,
                proposed_at=at,
                approved_at=at,
            )
            for (appraisal_id, group), names in drawn.items()
            for reviewer in names
        ),
        batch_size=1_000,
    )


def _record(cycle: Cycle, drawn: Drawn, at: dt.datetime) -> None:
    """One event for each person drawn for: the seed and the names, so that the draw can be made again and compared."""
    found: dict[uuid.UUID, dict[str, list[uuid.UUID]]] = {}
    for (appraisal_id, group), names in drawn.items():
        if names:
            found.setdefault(appraisal_id, {})[group] = list(names)
    record_all(
        {key: {"seed": str(cycle.pk), "drawn": by_group} for key, by_group in found.items()},
        act="invitations.drawn",
        object_type="appraisal",
        at=at,
    )


def _messages(
    batch: Batch, appraisals: Sequence[Appraisal], invited: Sequence[Invitation], at: dt.datetime
) -> list[Message]:
    """One message to each reviewer of the range, and one to the supervisor of whoever has too few all the same."""
    per_reviewer = Counter(one.reviewer_id for one in invited)
    messages = [
        peer_notices.to_reviewer_of_many(reviewer, batch.pk, n) for reviewer, n in per_reviewer.items()
    ]
    standing = Counter(
        Invitation.objects.filter(
            appraisal__in=[one.pk for one in appraisals],
            group=ReviewGroup.PEER,
            state__in=STANDING_INVITATIONS,
        ).values_list("appraisal", flat=True)
    )
    return [
        *messages,
        *_too_few(batch, [one for one in appraisals if standing[one.pk] < batch.cycle.peers_minimum]),
    ]


def _too_few(batch: Batch, appraisals: Sequence[Appraisal]) -> Iterator[Message]:
    rows = window_rows(batch.cycle_id)
    until = {one.pk: window_for(Phase.PEER_REVIEW, one.agency.path, rows) for one in appraisals}
    return notices.of_the_clock(
        peer_notices.TOO_FEW,
        (
            (
                one.pk,
                one.supervisor_id,
                {"name": one.employee.name, "until_on": notices.iso(last_day(window.closes_at))},
            )
            for one in appraisals
            if one.supervisor_id is not None and (window := until[one.pk]) is not None
        ),
        route="team_reviewers",
        occurrence=str(batch.pk),
    )


INVITE = Act(BulkAct.INVITE, RANGE, units_to_invite, _invite)


def plan_invitations(*, at: dt.datetime) -> None:
    """Cut the units whose nomination is over in every open cycle into ranges."""
    for cycle in Cycle.objects.filter(state=CycleState.OPEN).order_by("year"):
        batches.plan(INVITE, cycle=cycle, at=at)
