"""Colleagues who might be asked about somebody: looked for by name, and checked against who must not judge whom."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q, QuerySet

from accounts.enums import APPRAISED_TYPES
from accounts.models import Employee, Leave, Placement
from appraisal.eligibility import LED_BY_A_HEAD, Pair, is_away, refusals
from appraisal.enums import Phase, ReviewGroup
from appraisal.facts import Facts, Reason
from appraisal.models import Appraisal, Invitation
from appraisal.windows import Window
from core.clock import last_day, today

HITS = 20
# Fewer letters fit too many people to help anybody, and no index knows them.
LETTERS = 3

_CHAIN = """
WITH RECURSIVE above (person_id, boss_id) AS (
    SELECT a.employee_id, boss.id
    FROM appraisal_appraisal a CROSS JOIN LATERAL (VALUES (a.supervisor_id), (a.superior_id)) AS boss (id)
    WHERE a.cycle_id = %(cycle)s AND a.employee_id = ANY(%(people)s::uuid[]) AND boss.id IS NOT NULL
    UNION
    SELECT above.person_id, a.supervisor_id
    FROM above JOIN appraisal_appraisal a ON a.employee_id = above.boss_id AND a.cycle_id = %(cycle)s
    WHERE a.supervisor_id IS NOT NULL
)
SELECT person_id, boss_id FROM above
"""


@dataclass(frozen=True, slots=True)
class Load:
    """How often somebody was asked in a year and how often they accepted."""

    asked: int = 0
    accepted: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """One person found: where they serve, how much they are asked, and why they cannot be asked here (or nothing)."""

    placement: Placement
    load: Load
    reasons: tuple[Reason, ...]

    @property
    def employee(self) -> Employee:
        """The person."""
        return self.placement.employee


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a search, nearest first. `short` says that the whole city was not searched: too few letters."""

    hits: tuple[Hit, ...]
    more: bool
    short: bool


# --- who stands above whom ----------------------------------------------------------------------


def chains_above(
    cycle_id: uuid.UUID, people: Iterable[uuid.UUID]
) -> Mapping[uuid.UUID, frozenset[uuid.UUID]]:
    """Everybody above each of these people in the line of a year: supervisor, superior, and so on up. One query."""
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, {"cycle": cycle_id, "people": [str(one) for one in people]})
        for person, boss in cursor.fetchall():
            found.setdefault(person, set()).add(boss)
    return {person: frozenset(bosses) for person, bosses in found.items()}


def leads_enough(appraisal: Appraisal) -> bool:
    """Whether the employee leads so many appraised people that these are asked, too. One query."""
    reports = Appraisal.objects.filter(cycle=appraisal.cycle_id, supervisor=appraisal.employee_id)
    return reports.order_by()[:LED_BY_A_HEAD].count() >= LED_BY_A_HEAD


def away_in(window: Window | None, people: Collection[uuid.UUID], at: dt.datetime) -> frozenset[uuid.UUID]:
    """Who of these people is away for most of the time that is left to answer. One query; None is nobody."""
    if window is None:
        return frozenset()
    first, last = max(today(window.opens_at), today(at)), last_day(window.closes_at)
    if last < first:
        # Somebody of an agency in which peer review is over already may still look at a colleague elsewhere.
        return frozenset()
    leaves: dict[uuid.UUID, list[tuple[dt.date, dt.date]]] = {}
    for leave in Leave.objects.overlapping(first, last).filter(employee__in=people):
        since, until = leave.period.lower or first, leave.period.upper
        leaves.setdefault(leave.employee_id, []).append(
            (since, until - dt.timedelta(days=1) if until else last)
        )
    return frozenset(person for person, theirs in leaves.items() if is_away(theirs, first, last))


def _below(appraisal: Appraisal) -> Q:
    """Placements under the employee: of those they supervise, directly or through one supervisor, and of their unit."""
    led = Appraisal.objects.filter(
        Q(supervisor=appraisal.employee_id) | Q(superior=appraisal.employee_id), cycle=appraisal.cycle_id
    )
    below = Q(employee__in=led.values("employee"))
    if appraisal.placement.is_head:
        below |= Q(agency__path__startswith=appraisal.agency.path)
    return below


# --- counting -----------------------------------------------------------------------------------


def loads_of(cycle_id: uuid.UUID, reviewers: Collection[uuid.UUID]) -> dict[uuid.UUID, Load]:
    """How often each of these people was asked in a year, and accepted. One grouped query."""
    counted = (
        Invitation.objects.filter(appraisal__cycle=cycle_id, reviewer__in=reviewers)
        .order_by()
        .values("reviewer")
        .annotate(asked=Count("approved_at"), accepted=Count("accepted_at"))
        .values_list("reviewer", "asked", "accepted")
    )
    return {reviewer: Load(asked, accepted) for reviewer, asked, accepted in counted}


# --- one pair -----------------------------------------------------------------------------------


def serving(day: dt.date) -> QuerySet[Placement]:
    """Placements in force on the day, of civil servants who can sign in."""
    return Placement.objects.on(day).filter(
        employee__is_active=True, employee__employment_type__in=[kind.value for kind in APPRAISED_TYPES]
    )


def places_of(people: Collection[uuid.UUID], day: dt.date) -> dict[uuid.UUID, Placement]:
    """Where each of these people serves on the day, as far as they do. One query."""
    placements = serving(day).filter(employee__in=people).select_related("employee", "position", "agency")
    return {placement.employee_id: placement for placement in placements}


def pairs_with(
    appraisal: Appraisal, people: Mapping[uuid.UUID, tuple[str, Placement | None]], facts: Facts
) -> dict[uuid.UUID, Pair]:
    """What the rules need to know of each of these people towards the employee. Four queries.

    `people` are names and present placements. Two people whom an objection stands between are kept apart here, too.
    """
    bosses = chains_above(appraisal.cycle_id, [appraisal.employee_id]).get(appraisal.employee_id, frozenset())
    led = dict(
        Appraisal.objects.filter(
            Q(supervisor=appraisal.employee_id) | Q(superior=appraisal.employee_id),
            cycle=appraisal.cycle_id,
            employee__in=list(people),
        )
        .order_by("pk")
        .values_list("employee", "supervisor")
    )
    asked = set(
        Invitation.objects.filter(appraisal=appraisal.pk, reviewer__in=list(people)).values_list(
            "reviewer", flat=True
        )
    )
    away = away_in(facts.windows.get(Phase.PEER_REVIEW), list(people), facts.at)
    return {
        person: Pair(
            name=name,
            serves=placement is not None,
            same=person == appraisal.employee_id,
            above=person in bosses,
            below=person in led or _in_own_unit(appraisal, placement),
            direct=led.get(person) == appraisal.employee_id,
            away=person in away,
            asked=person in asked,
        )
        for person, (name, placement) in people.items()
    }


def _in_own_unit(appraisal: Appraisal, placement: Placement | None) -> bool:
    """Whether the employee heads the unit of this placement, or one above it."""
    return (
        appraisal.placement.is_head
        and placement is not None
        and placement.agency.path.startswith(appraisal.agency.path)
    )


def pair_with(appraisal: Appraisal, reviewer_id: uuid.UUID, facts: Facts) -> Pair:
    """What the rules need to know of one person. Six queries. Raises Employee.DoesNotExist."""
    name = Employee.objects.values_list("name", flat=True).get(pk=reviewer_id)
    place = places_of([reviewer_id], today(facts.at)).get(reviewer_id)
    return pairs_with(appraisal, {reviewer_id: (name, place)}, facts)[reviewer_id]


# --- looking for somebody -----------------------------------------------------------------------


def search(appraisal: Appraisal, typed: str, group: ReviewGroup, facts: Facts) -> Found:
    """Whoever fits every word: of the own unit first, then of the own agency, then of the city; at most 20.

    Without a word the own unit is shown. With fewer than three letters in the longest word only the own unit is
    searched. Subordinates are looked for among those who report to the employee. At most ten queries.
    """
    words = typed.casefold().split()
    short = max(map(len, words), default=0) < LETTERS
    placements = serving(today(facts.at)).exclude(employee=appraisal.employee_id)
    for word in words:
        placements = placements.filter(employee__sort_name__contains=word)
    if group == ReviewGroup.SUBORDINATE:
        led = Appraisal.objects.filter(cycle=appraisal.cycle_id, supervisor=appraisal.employee_id)
        circles = [Q(employee__in=led.values("employee"))]
    else:
        placements = placements.exclude(_below(appraisal))
        circles = [Q(agency=appraisal.agency_id)]
        if not short:
            top = top_path(appraisal.agency.path)
            circles.append(Q(agency__path__startswith=top) & ~circles[0])
            circles.append(~Q(agency__path__startswith=top))
    hits: list[Placement] = []
    for circle in circles:
        hits += (
            placements.filter(circle)
            .select_related("employee", "position", "agency")
            .order_by("employee__sort_name", "employee__pk")[: HITS + 1 - len(hits)]
        )
        if len(hits) > HITS:
            break
    return Found(_described(appraisal, hits[:HITS], group, facts), len(hits) > HITS, short and bool(words))


def _described(
    appraisal: Appraisal, hits: Sequence[Placement], group: ReviewGroup, facts: Facts
) -> tuple[Hit, ...]:
    people = {hit.employee_id: (hit.employee.name, hit) for hit in hits}
    loads = loads_of(appraisal.cycle_id, people.keys())
    pairs = pairs_with(appraisal, people, facts)
    return tuple(
        Hit(hit, loads.get(hit.employee_id, Load()), refusals(pairs[hit.employee_id], group)) for hit in hits
    )


def top_path(path: str) -> str:
    """The path of the top-level agency (the step below the city) that a unit belongs to; of the city its own."""
    return "".join(f"{step}/" for step in path.split("/")[:2] if step)


def enough_colleagues(appraisal: Appraisal, *, at: dt.datetime, wanted: int) -> bool:
    """Whether the person's own agency has so many people who could be asked as peers. Two queries."""
    bosses = chains_above(appraisal.cycle_id, [appraisal.employee_id]).get(appraisal.employee_id, frozenset())
    colleagues = (
        serving(today(at))
        .filter(agency__path__startswith=top_path(appraisal.agency.path))
        .exclude(employee__in=[appraisal.employee_id, *bosses])
        .exclude(_below(appraisal))
    )
    return colleagues.order_by()[:wanted].count() >= wanted
