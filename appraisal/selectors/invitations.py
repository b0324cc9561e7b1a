"""Invitations as their reviewer finds them: what is asked, until when, and what they have done themselves."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from appraisal.enums import ENDED_INVITATIONS, INVITED, CycleState, InvitationState, Phase
from appraisal.models import Invitation
from appraisal.selectors.facts import window_rows_by_cycle
from appraisal.selectors.worklist import Duty, Kind
from appraisal.windows import Window, WindowRow, window_for
from core.paging import Page, page_of

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """One invitation of a reviewer. `window` is the time to answer; `sent` and `begun` are their own doing."""

    invitation: Invitation
    window: Window | None
    sent: bool
    begun: bool

    @property
    def stands(self) -> bool:
        """Whether something can still be done about it."""
        return self.invitation.state in INVITED and self.invitation.appraisal.cycle.state == CycleState.OPEN

    def waits(self, at: dt.datetime) -> bool:
        """Whether it waits for the reviewer: an answer to the invitation, or the view itself."""
        if not self.stands or self.window is None or self.window.has_closed(at):
            return False
        if self.invitation.state == InvitationState.APPROVED:
            return True
        return self.window.is_open(at) and not self.sent


def own_window(invitation: Invitation, rows: Iterable[WindowRow]) -> Window | None:
    """The time to answer one invitation, its own extension included. Costs no query."""
    path = invitation.appraisal.agency.path
    return window_for(Phase.PEER_REVIEW, path, rows, invitation.extended_to)


def received(actor: Actor) -> QuerySet[Invitation]:
    """The invitations that reached the person, with what tells how far they are."""
    return (
        Invitation.objects.of_reviewer(actor)
        .select_related(
            "appraisal__agency", "appraisal__cycle", "appraisal__employee", "appraisal__placement__position"
        )
        .annotate(
            has_sent=Coalesce("envelope__sent", False, output_field=BooleanField()),
            has_begun=Q(envelope__isnull=False),
        )
    )


def _asked(
    invitations: Iterable[Invitation], rows: Mapping[uuid.UUID, Sequence[WindowRow]]
) -> tuple[Asked, ...]:
    return tuple(
        Asked(
            one,
            own_window(one, rows.get(one.appraisal.cycle_id, ())),
            sent=one.has_sent,  # type: ignore[attr-defined]  # annotated
            begun=one.has_begun,  # type: ignore[attr-defined]  # annotated
        )
        for one in invitations
    )


def _rows_of(invitations: Sequence[Invitation]) -> dict[uuid.UUID, tuple[WindowRow, ...]]:
    """The windows that hold for these. One query, none when there are no invitations."""
    if not invitations:
        return {}
    return window_rows_by_cycle(
        {one.appraisal.cycle_id for one in invitations}, {one.appraisal.agency.path for one in invitations}
    )


def standing_rows(actor: Actor) -> list[Invitation]:
    """What the reviewer is asked in open years and can still do, by name. One query."""
    standing = received(actor).filter(state__in=INVITED, appraisal__cycle__state=CycleState.OPEN)
    return list(standing.order_by("appraisal__employee__sort_name", "pk"))


def standing_invitations(actor: Actor) -> tuple[Asked, ...]:
    """The same with the time to answer. Two queries, one when there is none."""
    standing = standing_rows(actor)
    return _asked(standing, _rows_of(standing))


def earlier_invitations(actor: Actor, *, after: str = "") -> Page[Asked]:
    """Those that have ended, the latest first. Two queries, one when there is none."""
    ended = received(actor).filter(
        Q(state__in=ENDED_INVITATIONS) | Q(appraisal__cycle__state=CycleState.CLOSED)
    )
    page = page_of(ended, order=("-proposed_at", "pk"), after=after, size=PAGE_SIZE)
    return page.showing(_asked(page.rows, _rows_of(page.rows)))


def reviewing_duty(
    standing: Iterable[Invitation], rows: Mapping[uuid.UUID, Sequence[WindowRow]], at: dt.datetime
) -> Iterator[Duty]:
    """What the reviewer has to do, all colleagues as one duty with the nearest deadline. Costs no query."""
    waiting = [one for one in _asked(standing, rows) if one.waits(at)]
    if waiting:
        only = waiting[0] if len(waiting) == 1 else None
        yield Duty(
            kind=Kind.REVIEW_COLLEAGUES,
            closes_at=min(one.window.closes_at for one in waiting if one.window is not None),
            appraisal_id=only.invitation.pk if only else None,
            name=only.invitation.appraisal.employee.name if only else "",
            n=len(waiting),
        )
