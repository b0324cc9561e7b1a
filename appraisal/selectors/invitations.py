"""Invitations as their reviewer finds them: what is asked, until when, and what they have done themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from appraisal.enums import ENDED_INVITATIONS, INVITED, CycleState, InvitationState, Phase
from appraisal.models import Invitation
from appraisal.selectors.facts import window_rows_by_cycle
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


def _asked(invitations: Iterable[Invitation]) -> tuple[Asked, ...]:
    """One query for the windows."""
    kept = list(invitations)
    rows = window_rows_by_cycle(
        {one.appraisal.cycle_id for one in kept}, {one.appraisal.agency.path for one in kept}
    )
    return tuple(
        Asked(
            one,
            own_window(one, rows.get(one.appraisal.cycle_id, ())),
            sent=one.has_sent,  # type: ignore[attr-defined]  # annotated
            begun=one.has_begun,  # type: ignore[attr-defined]  # annotated
        )
        for one in kept
    )


def standing_invitations(actor: Actor) -> tuple[Asked, ...]:
    """What the reviewer is asked in open years and can still do, by name. Two queries, one when there is none."""
    standing = received(actor).filter(state__in=INVITED, appraisal__cycle__state=CycleState.OPEN)
    found = list(standing.order_by("appraisal__employee__sort_name", "pk"))
    return _asked(found) if found else ()


def earlier_invitations(actor: Actor, *, after: str = "") -> Page[Asked]:
    """Those that have ended, the latest first. Two queries."""
    ended = received(actor).filter(
        Q(state__in=ENDED_INVITATIONS) | Q(appraisal__cycle__state=CycleState.CLOSED)
    )
    page = page_of(ended, order=("-proposed_at", "pk"), after=after, size=PAGE_SIZE)
    return page.showing(_asked(page.rows))
