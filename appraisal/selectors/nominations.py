"""Who is asked about one person: the employee's own list, the supervisor's, and that of HR; and the lists of a team."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from accounts.actors import Actor
from appraisal.enums import (
    INVITED,
    STANDING_INVITATIONS,
    CycleState,
    InvitationOrigin,
    InvitationState,
    Phase,
    ReviewGroup,
)
from appraisal.facts import Facts
from appraisal.models import Appraisal, Box, Invitation
from appraisal.policies import leads
from appraisal.selectors.colleague_search import Found, Hit, search
from appraisal.selectors.colleagues import Ground, Known, Load, known_people, loads_of
from appraisal.selectors.facts import assemble_facts, window_rows_by_cycle
from appraisal.selectors.worklist import approving_is_due, box_of, replacing_is_due
from appraisal.windows import Window


@dataclass(frozen=True, slots=True)
class Entry:
    """One name on a list, and how much the person is asked."""

    invitation: Invitation
    known: Known
    load: Load

    @property
    def standing(self) -> bool:
        """Whether the person still counts among the reviewers."""
        return self.invitation.state in STANDING_INVITATIONS

    @property
    def proposed(self) -> bool:
        """Whether the name waits for the supervisor."""
        return self.invitation.state == InvitationState.PROPOSED


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for and found, each with how much the person is asked."""

    group: ReviewGroup
    typed: str
    found: Found
    hits: tuple[tuple[Hit, Load], ...]


@dataclass(frozen=True, slots=True)
class Nomination:
    """The reviewers of one appraisal, by group, and whoever was looked for beside them."""

    ground: Ground
    entries: tuple[Entry, ...]
    search: Search | None = None

    @property
    def box(self) -> Box | None:
        """The box, once a name was proposed."""
        return self.ground.box

    @property
    def facts(self) -> Facts:
        """What the rules know of the appraisal now."""
        return self.ground.facts

    @property
    def settled(self) -> bool:
        """Whether the supervisor has approved the list."""
        return self.ground.settled

    @property
    def window(self) -> Window | None:
        """The time to nominate."""
        return self.facts.windows.get(Phase.NOMINATION)

    @property
    def groups(self) -> tuple[ReviewGroup, ...]:
        """Peers; and subordinates of somebody who leads enough people, or once some stand on the list."""
        asked = any(one.invitation.group == ReviewGroup.SUBORDINATE for one in self.entries)
        return tuple(ReviewGroup) if self.ground.is_head or asked else (ReviewGroup.PEER,)

    def of(self, group: ReviewGroup) -> tuple[Entry, ...]:
        """The names of a group, standing ones first."""
        mine = [one for one in self.entries if one.invitation.group == group]
        return tuple(sorted(mine, key=lambda one: not one.standing))

    def standing(self, group: ReviewGroup) -> int:
        """How many of a group still count."""
        return sum(one.standing for one in self.of(group))

    @property
    def waiting(self) -> tuple[Entry, ...]:
        """The names that wait for the supervisor."""
        return tuple(one for one in self.entries if one.proposed)


def stored_box(appraisal: Appraisal) -> Box | None:
    """The dates of the box, without what came out of it. One query."""
    return Box.objects.filter(pk=appraisal.pk).defer("figures").first()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom somebody looks for: part of a name, as whom."""

    typed: str
    group: ReviewGroup


def own_invitations() -> QuerySet[Invitation]:
    """What the employee may know before the box is open: the names they proposed themselves."""
    return Invitation.objects.filter(origin=InvitationOrigin.EMPLOYEE)


def known_to(actor: Actor) -> QuerySet[Invitation]:
    """The invitations that the actor may know of."""
    return Invitation.objects.visible_to(actor)


def nomination_on(ground: Ground, seen: QuerySet[Invitation], *, wanted: Wanted | None = None) -> Nomination:
    """The list as far as it may be seen, and whoever is looked for. Three queries, one more for a search."""
    found = list(
        seen.filter(appraisal=ground.appraisal)
        .select_related("reviewer")
        .order_by("reviewer__sort_name", "pk")
    )
    hits = search(ground, wanted.typed, wanted.group) if wanted else None
    people = {one.reviewer_id for one in found} | set(hits.ids if hits else ())
    known = known_people(ground, people)
    loads = loads_of(ground.appraisal.cycle_id, people)
    return Nomination(
        ground=ground,
        entries=tuple(
            Entry(one, known[one.reviewer_id], loads.get(one.reviewer_id, Load())) for one in found
        ),
        search=Search(
            wanted.group,
            wanted.typed,
            hits,
            tuple((hit, loads.get(hit.known.id, Load())) for hit in hits.hits(known, wanted.group)),
        )
        if wanted is not None and hits is not None
        else None,
    )


# --- a team -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TeamRow:
    """Where the list of one person stands: how many peers are proposed, invited, accepted, and have declined."""

    appraisal: Appraisal
    facts: Facts
    proposed: int
    invited: int
    accepted: int
    declined: int

    @property
    def box(self) -> Box | None:
        """The box, once a name was proposed."""
        return box_of(self.appraisal)

    @property
    def to_approve(self) -> bool:
        """Whether the list was sent and waits for the supervisor."""
        return approving_is_due(self.box, self.facts) and self.proposed > 0

    @property
    def to_replace(self) -> bool:
        """Whether somebody should be asked in the place of one who has gone."""
        return replacing_is_due(
            self.box,
            self.facts,
            standing=self.proposed + self.invited,
            gone=self.declined,
            fewest=self.appraisal.cycle.peers_minimum,
        )


def team_nominations(actor: Actor, *, at: dt.datetime) -> tuple[TeamRow, ...]:
    """The lists of those whom the actor leads in open years: what waits for the actor first, then by name. Two queries."""
    peers = Q(invitations__group=ReviewGroup.PEER)

    def how_many(*states: InvitationState) -> Count:
        return Count("invitations", filter=peers & Q(invitations__state__in=states))

    appraisals = list(
        Appraisal.objects.filter(leads(actor), cycle__state=CycleState.OPEN)
        .exclude(employee=actor.id)
        .select_related("agency", "cycle", "employee", "placement__position", "box")
        .defer("box__figures")
        .annotate(
            proposed=how_many(InvitationState.PROPOSED),
            invited=how_many(*sorted(INVITED)),
            accepted=how_many(InvitationState.ACCEPTED),
            declined=how_many(InvitationState.DECLINED, InvitationState.WITHDRAWN),
        )
        .order_by(F("employee__sort_name"), "pk")
    )
    rows = window_rows_by_cycle({one.cycle_id for one in appraisals}, {one.agency.path for one in appraisals})
    found = [
        TeamRow(
            one,
            assemble_facts(one, at=at, rows=rows.get(one.cycle_id, ())),
            one.proposed,
            one.invited,
            one.accepted,
            one.declined,
        )
        for one in appraisals
        if Phase.NOMINATION in {row.phase for row in rows.get(one.cycle_id, ())}
    ]
    return _urgent_first(found)


def _urgent_first(rows: Sequence[TeamRow]) -> tuple[TeamRow, ...]:
    return tuple(sorted(rows, key=lambda row: not (row.to_approve or row.to_replace)))
