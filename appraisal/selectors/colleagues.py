"""Who stands to whom: the line above somebody, who leads enough people, who is away, who was named already, how often."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from accounts.enums import APPRAISED_TYPES
from accounts.models import Employee, Leave, Placement
from appraisal.eligibility import LED_BY_A_HEAD, Pair, is_away
from appraisal.enums import STANDING_INVITATIONS, Phase
from appraisal.facts import Facts
from appraisal.models import Appraisal, Box, Invitation
from appraisal.selectors.facts import facts_of
from appraisal.selectors.worklist import box_of
from appraisal.windows import Window
from core.clock import last_day, today

_CHAIN = """
WITH RECURSIVE above (person_id, boss_id) AS (
    SELECT a.employee_id, boss.id
    FROM appraisal_appraisal a CROSS JOIN LATERAL (VALUES (a.supervisor_id), (a.superior_id)) AS boss (id)
    WHERE a.cycle_id = %s AND a.employee_id = ANY(%s::uuid[]) AND boss.id IS NOT NULL
    UNION
    SELECT above.person_id, a.supervisor_id
    FROM above JOIN appraisal_appraisal a ON a.employee_id = above.boss_id AND a.cycle_id = %s
    WHERE a.supervisor_id IS NOT NULL
)
"""
_EACH_CHAIN = "\n".join([_CHAIN, "SELECT person_id, boss_id FROM above"])
_OWN_CHAIN = "\n".join(["ARRAY(", _CHAIN, "SELECT boss_id FROM above)"])


def chains_above(
    cycle_id: uuid.UUID, people: Iterable[uuid.UUID]
) -> Mapping[uuid.UUID, frozenset[uuid.UUID]]:
    """Everybody above each of these people in the line of a year: supervisor, superior, and so on up. One query."""
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_EACH_CHAIN, [cycle_id, [str(one) for one in people], cycle_id])
        for person, boss in cursor.fetchall():
            found.setdefault(person, set()).add(boss)
    return {person: frozenset(bosses) for person, bosses in found.items()}


def away_in(window: Window | None, people: Collection[uuid.UUID], at: dt.datetime) -> frozenset[uuid.UUID]:
    """Who of these people is away for most of the time that is left to answer. One query; None is nobody."""
    if window is None:
        return frozenset()
    first, last = days_to_answer(window, at)
    leaves: dict[uuid.UUID, list[Any]] = {}
    # Somebody of an agency in which peer review is over may still look at a colleague of another one.
    for leave in Leave.objects.overlapping(first, max(first, last)).filter(employee__in=people):
        leaves.setdefault(leave.employee_id, []).append(leave.period)
    return frozenset(
        person for person, theirs in leaves.items() if is_away(_days(theirs, first, last), first, last)
    )


def days_to_answer(window: Window, at: dt.datetime) -> tuple[dt.date, dt.date]:
    """The first and the last day that are left of peer review."""
    return max(today(window.opens_at), today(at)), last_day(window.closes_at)


def _days(periods: Iterable[Any], first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date]]:
    """Ranges of leave as first and last days; without an end they last as long as is asked."""
    return [
        (period.lower or first, period.upper - dt.timedelta(days=1) if period.upper else last)
        for period in periods
    ]


def serving(day: dt.date) -> QuerySet[Placement]:
    """Placements in force on the day, of civil servants who can sign in."""
    return Placement.objects.on(day).filter(
        employee__is_active=True, employee__employment_type__in=[kind.value for kind in APPRAISED_TYPES]
    )


def top_path(path: str) -> str:
    """The path of the top-level agency (the step below the city) that a unit belongs to; of the city its own."""
    return "".join(f"{step}/" for step in path.split("/")[:2] if step)


# --- the employee -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of the employee before anybody is named: the time, the box, and everybody above.

    `is_head` tells whether they lead so many appraised people that these are asked, too.
    """

    appraisal: Appraisal
    facts: Facts
    box: Box | None
    bosses: frozenset[uuid.UUID]
    is_head: bool

    @property
    def settled(self) -> bool:
        """Whether the supervisor has approved the list."""
        return self.box is not None and self.box.approved_at is not None


def ground_of(appraisal: Appraisal, *, at: dt.datetime) -> Ground:
    """The ground of one appraisal, whose agency and placement are loaded. Two queries."""
    reports = Appraisal.objects.filter(cycle=appraisal.cycle_id, supervisor=appraisal.employee_id).order_by()
    known = (
        Appraisal.objects.select_related("box")
        .defer("box__figures")
        .annotate(
            reports=ArraySubquery(reports.values("pk")[:LED_BY_A_HEAD]),
            bosses=RawSQL(  # noqa: S611  # our own text; every value is a parameter
                _OWN_CHAIN,
                [appraisal.cycle_id, [str(appraisal.employee_id)], appraisal.cycle_id],
                output_field=ArrayField(UUIDField()),
            ),
        )
        .get(pk=appraisal.pk)
    )
    box = box_of(known)
    return Ground(
        appraisal=appraisal,
        facts=facts_of(appraisal, at=at, box_opened=box is not None and box.opened_at is not None),
        box=box,
        bosses=frozenset(known.bosses),
        is_head=len(known.reports) >= LED_BY_A_HEAD,
    )


def below(appraisal: Appraisal) -> Q:
    """Placements under the employee: of those they supervise, directly or through one supervisor, and of their unit."""
    led = Appraisal.objects.filter(
        Q(supervisor=appraisal.employee_id) | Q(superior=appraisal.employee_id), cycle=appraisal.cycle_id
    )
    found = Q(employee__in=led.values("employee"))
    if appraisal.placement.is_head:
        found |= Q(agency__path__startswith=appraisal.agency.path)
    return found


# --- those who might be asked -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Load:
    """How often somebody was asked in a year and how often they accepted."""

    asked: int = 0
    accepted: int = 0


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


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody as the employee's list knows them: where they serve now ("" when nowhere), and what the rules ask.

    `mutual` tells whether the employee looks at them in the same year.
    """

    id: uuid.UUID
    name: str
    position: str
    unit: str
    pair: Pair
    mutual: bool


def known_people(ground: Ground, people: Collection[uuid.UUID]) -> dict[uuid.UUID, Known]:
    """These people towards the employee. One query, whatever the number.

    Whoever must not judge whom for a reason that is on record is found here: an objection between two people, too.
    """
    appraisal, at = ground.appraisal, ground.facts.at
    window = ground.facts.windows.get(Phase.PEER_REVIEW)
    first, last = days_to_answer(window, at) if window else (today(at), today(at) - dt.timedelta(days=1))
    here = OuterRef("pk")
    led = Appraisal.objects.filter(cycle=appraisal.cycle_id, employee=here)
    named = Invitation.objects.filter(appraisal=appraisal.pk, reviewer=here)
    looked_at = Invitation.objects.filter(
        reviewer=appraisal.employee_id,
        appraisal__cycle=appraisal.cycle_id,
        appraisal__employee=here,
        state__in=STANDING_INVITATIONS,
    )
    place = serving(today(at)).filter(employee=here).order_by("pk")
    rows = Employee.objects.filter(pk__in=people).annotate(
        place=Subquery(
            place.values(
                said=JSONObject(position="position__title", unit="agency__name", path="agency__path")
            )[:1]
        ),
        is_direct=Exists(led.filter(supervisor=appraisal.employee_id)),
        is_led=Exists(led.filter(Q(supervisor=appraisal.employee_id) | Q(superior=appraisal.employee_id))),
        is_named=Exists(named),
        is_mutual=Exists(looked_at),
        away_periods=ArraySubquery(
            Leave.objects.overlapping(first, max(first, last)).filter(employee=here).values("period")
        ),
    )
    return {
        row.pk: Known(
            id=row.pk,
            name=row.name,
            position=row.place["position"] if row.place else "",
            unit=row.place["unit"] if row.place else "",
            pair=Pair(
                name=row.name,
                serves=row.place is not None,
                same=row.pk == appraisal.employee_id,
                above=row.pk in ground.bosses,
                below=row.is_led or _in_own_unit(appraisal, row.place),
                direct=row.is_direct,
                away=is_away(_days(row.away_periods, first, last), first, last),
                asked=row.is_named,
            ),
            mutual=row.is_mutual,
        )
        for row in rows
    }


def _in_own_unit(appraisal: Appraisal, place: Mapping[str, str] | None) -> bool:
    """Whether the employee heads the unit where somebody serves, or one above it."""
    return (
        appraisal.placement.is_head and place is not None and place["path"].startswith(appraisal.agency.path)
    )


def pair_with(ground: Ground, reviewer_id: uuid.UUID) -> Pair:
    """What the rules need to know of one person. One query. Raises Employee.DoesNotExist."""
    known = known_people(ground, [reviewer_id]).get(reviewer_id)
    if known is None:
        raise Employee.DoesNotExist
    return known.pair
