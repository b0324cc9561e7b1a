"""What the closing of nomination has to do: whose lists are over, who needs more reviewers, and who can be drawn."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Agency
from accounts.models.agency import ancestor_paths
from appraisal.drawing import Request
from appraisal.eligibility import LED_BY_A_HEAD
from appraisal.enums import STANDING_INVITATIONS, Phase, ReviewGroup
from appraisal.models import Appraisal, Cycle, Invitation
from appraisal.selectors.colleagues import away_in, chains_above, top_path
from appraisal.selectors.due import GRACE, units_closed
from appraisal.selectors.facts import window_rows
from appraisal.windows import WindowRow, window_for
from core.clock import today


def nomination_over(cycle: Cycle, at: dt.datetime) -> Q:
    """Appraisals whose nomination is over (with its grace) and not closed by the clock since, while reviewers can answer.

    An opened box asks nobody any more, whatever the windows say. A unit that is given more time later is closed again
    when that is over. One query.
    """
    rows = window_rows(cycle.pk)
    answered = units_closed(Phase.PEER_REVIEW, rows, at)
    found = Q(pk__in=[])
    for row in rows:
        if row.phase == Phase.NOMINATION and row.closes_at <= at - GRACE:
            not_since = Q(nomination_closed_at=None) | Q(nomination_closed_at__lt=row.closes_at)
            found |= Q(agency__in=_governed_by(row, rows)) & not_since
    if answered is not None:
        found &= ~Q(agency__in=answered)
    return found & Q(cycle=cycle, box__opened_at=None)


def _governed_by(row: WindowRow, rows: Iterable[WindowRow]) -> QuerySet[Agency]:
    """The units for which this row is the nearest of its phase."""
    here = Q(path__startswith=row.path)
    for other in rows:
        if other.phase == row.phase and other.path != row.path and other.path.startswith(row.path):
            here &= ~Q(path__startswith=other.path)
    return Agency.objects.filter(here)


def units_to_invite(cycle: Cycle, at: dt.datetime) -> QuerySet[Agency]:
    """The units with such appraisals."""
    due = Appraisal.objects.filter(nomination_over(cycle, at), agency=OuterRef("pk"))
    return Agency.objects.filter(Exists(due))


def due_appraisals(cycle: Cycle, at: dt.datetime, first: uuid.UUID, last: uuid.UUID) -> QuerySet[Appraisal]:
    """Such appraisals of the units in a range of keys."""
    return (
        Appraisal.objects.filter(nomination_over(cycle, at), agency__pk__range=(first, last))
        .select_related("agency", "employee", "placement")
        .order_by("pk")
    )


# --- who can be drawn ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who could be drawn: an appraised person in a placement that is in force, not away, with an account."""

    employee: uuid.UUID
    agency: uuid.UUID
    path: str
    supervisor: uuid.UUID | None


def members(cycle: Cycle, within: Q, at: dt.datetime, rows: Sequence[WindowRow]) -> tuple[Member, ...]:
    """The people of these appraisals who could be drawn, one each. One query, one more for each window of peer review.

    Only appraised people: they have served long enough in the year to know somebody's work.
    """
    found: dict[uuid.UUID, Member] = {}
    in_force = (
        Appraisal.objects.filter(within, cycle=cycle, placement__period__contains=today(at))
        .filter(employee__is_active=True)
        .order_by("pk")
        .values_list("employee", "agency", "agency__path", "supervisor")
    )
    for employee, agency, path, supervisor in in_force:
        found[employee] = Member(employee, agency, path, supervisor)
    by_window = defaultdict(list)
    for one in found.values():
        by_window[window_for(Phase.PEER_REVIEW, one.path, rows)].append(one.employee)
    away = frozenset().union(*(away_in(window, people, at) for window, people in by_window.items()))
    return tuple(one for one in found.values() if one.employee not in away)


@dataclass(frozen=True, slots=True)
class Pool:
    """Everything that a draw for some appraisals knows, read beforehand by a bounded number of queries."""

    requests: tuple[Request, ...]
    loads: Mapping[uuid.UUID, int]
    reviews: frozenset[tuple[uuid.UUID, uuid.UUID]]


def pool_for(cycle: Cycle, appraisals: Sequence[Appraisal], at: dt.datetime) -> Pool:
    """What is needed to draw for these appraisals. At most ten queries, and one for each window of peer review."""
    rows = window_rows(cycle.pk)
    named = _named(appraisals)
    units = {one.agency_id for one in appraisals}
    teams = {one.supervisor_id for one in appraisals if one.supervisor_id}
    leaders = {one.employee_id for one in appraisals}
    near = members(cycle, Q(agency__in=units) | Q(supervisor__in=teams | leaders), at, rows)
    short = [one for one in appraisals if _is_short(one, named, cycle)]
    circles = _Circles(near, _wider(cycle, short, near, at, rows))
    bosses = chains_above(
        cycle.pk, {one.employee_id for one in short} | {one.employee for one in circles.everybody}
    )
    requests = tuple(
        request
        for one in short
        for request in _requests(one, cycle, named[one.pk], circles, bosses)
        if request.wanted > 0
    )
    people = {one.employee for one in circles.everybody}
    return Pool(requests, _loads(cycle, people), _reviews(cycle, {one.employee_id for one in short}))


@dataclass(frozen=True, slots=True)
class _Named:
    """Whom an appraisal has named: standing ones by group, and everybody who ever stood on its list."""

    standing: Mapping[str, int]
    ever: frozenset[uuid.UUID]


def _named(appraisals: Collection[Appraisal]) -> dict[uuid.UUID, _Named]:
    standing: dict[uuid.UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    ever: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    rows = Invitation.objects.filter(appraisal__in=[one.pk for one in appraisals])
    for appraisal, reviewer, group, state in rows.values_list("appraisal", "reviewer", "group", "state"):
        ever[appraisal].add(reviewer)
        standing[appraisal][group] += state in STANDING_INVITATIONS
    return {one.pk: _Named(standing[one.pk], frozenset(ever[one.pk])) for one in appraisals}


def _is_short(appraisal: Appraisal, named: Mapping[uuid.UUID, _Named], cycle: Cycle) -> bool:
    """Whether a group of the appraisal may lack reviewers; of subordinates it is decided when they are known."""
    standing = named[appraisal.pk].standing
    return any(standing.get(group, 0) < cycle.peers_minimum for group in ReviewGroup)


class _Circles:
    """The people around somebody, nearest first: team, unit, the unit above, the agency."""

    def __init__(self, near: Sequence[Member], wide: Mapping[str, Sequence[Member]]) -> None:
        self.everybody = [*near, *(one for found in wide.values() for one in found)]
        self.units: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
        self.teams: dict[uuid.UUID | None, list[uuid.UUID]] = defaultdict(list)
        for one in near:
            self.units[one.agency].append(one.employee)
            self.teams[one.supervisor].append(one.employee)
        self.wide = {path: [one.employee for one in found] for path, found in wide.items()}
        self.paths = {one.employee: one.path for one in self.everybody}

    def around(self, appraisal: Appraisal) -> tuple[Sequence[uuid.UUID], ...]:
        """The circles of one person; a team and a unit that are the same people count once."""
        team = self.teams[appraisal.supervisor_id] if appraisal.supervisor_id else []
        wider = [self.wide[path] for path in paths_above(appraisal.agency.path) if path in self.wide]
        return (team, self.units[appraisal.agency_id], *wider)


def paths_above(path: str) -> tuple[str, ...]:
    """The unit above and the top-level agency of a unit, without the city itself."""
    top = top_path(path)
    above = [one for one in ancestor_paths(path) if one.startswith(top) and one != path]
    return tuple(dict.fromkeys([*above[-1:], *above[:1]]))


def _wider(
    cycle: Cycle,
    short: Iterable[Appraisal],
    near: Sequence[Member],
    at: dt.datetime,
    rows: Sequence[WindowRow],
) -> dict[str, tuple[Member, ...]]:
    """The people of the wider circles of those who could not reach the least number near them; empty for most ranges."""
    in_unit: dict[uuid.UUID, int] = defaultdict(int)
    in_team: dict[uuid.UUID | None, int] = defaultdict(int)
    for one in near:
        in_unit[one.agency] += 1
        in_team[one.supervisor] += 1
    needed = {
        path
        for one in short
        if max(in_unit[one.agency_id], in_team[one.supervisor_id]) <= _PLENTY
        for path in paths_above(one.agency.path)
    }
    return {path: members(cycle, Q(agency__path__startswith=path), at, rows) for path in sorted(needed)}


# So many people near somebody are enough even when some have declined, lead, or have enough to do.
_PLENTY = 12


def _requests(
    appraisal: Appraisal,
    cycle: Cycle,
    named: _Named,
    circles: _Circles,
    bosses: Mapping[uuid.UUID, frozenset[uuid.UUID]],
) -> Iterable[Request]:
    """What one appraisal still needs, by group: filled up to the drawn number where the least one is not reached."""
    person = appraisal.employee_id
    reports = circles.teams[person]
    for group in ReviewGroup:
        missing = cycle.peers_minimum - named.standing.get(group, 0)
        if missing <= 0 or (group == ReviewGroup.SUBORDINATE and len(reports) < LED_BY_A_HEAD):
            continue
        around = circles.around(appraisal) if group == ReviewGroup.PEER else (reports,)
        above = bosses.get(person, frozenset())
        forbidden = named.ever | above
        if group == ReviewGroup.PEER:
            forbidden |= {
                one for circle in around for one in circle if _is_below(appraisal, one, circles, bosses)
            }
        yield Request(
            key=(appraisal.pk, group.value),
            person=person,
            wanted=cycle.peers_drawn - named.standing.get(group, 0),
            least=missing,
            circles=around,
            excluded=forbidden,
        )


def _is_below(
    appraisal: Appraisal,
    other: uuid.UUID,
    circles: _Circles,
    bosses: Mapping[uuid.UUID, frozenset[uuid.UUID]],
) -> bool:
    """Whether somebody works under the person. An objection between two people would forbid the pair here, too."""
    if appraisal.employee_id in bosses.get(other, frozenset()):
        return True
    return appraisal.placement.is_head and circles.paths[other].startswith(appraisal.agency.path)


def _loads(cycle: Cycle, people: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many people each of these looks at already. One grouped query."""
    standing = Invitation.objects.filter(
        appraisal__cycle=cycle, reviewer__in=people, state__in=STANDING_INVITATIONS
    )
    return dict(standing.order_by().values("reviewer").annotate(n=Count("pk")).values_list("reviewer", "n"))


def _reviews(cycle: Cycle, people: Collection[uuid.UUID]) -> frozenset[tuple[uuid.UUID, uuid.UUID]]:
    """Whom these people look at: the pairs that a mutual review would close. One query."""
    return frozenset(
        Invitation.objects.filter(
            appraisal__cycle=cycle, reviewer__in=people, state__in=STANDING_INVITATIONS
        ).values_list("reviewer", "appraisal__employee")
    )
