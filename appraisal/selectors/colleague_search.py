"""Looking for a colleague by name: in the own unit, the own agency, the whole city."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Case, IntegerField, QuerySet, Value, When

from accounts.models import Placement
from appraisal.eligibility import refusals
from appraisal.enums import ReviewGroup
from appraisal.facts import Reason
from appraisal.models import Appraisal
from appraisal.selectors.colleagues import Ground, Known, below, serving, top_path
from core.clock import today

HITS = 20
# Fewer letters fit too many people to help anybody, and no index knows them.
LETTERS = 3
# Of a name that fits more people of the city, only so many are looked at: whoever bears it must write more.
LOOKED_AT = 400

Near = tuple[int, str, uuid.UUID]  # nearness, name, employee


@dataclass(frozen=True, slots=True)
class Hit:
    """One person found, and why they cannot be asked here (or nothing)."""

    known: Known
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of a search, nearest first. `short` says that only the own unit was searched: too few letters."""

    ids: tuple[uuid.UUID, ...]
    more: bool
    short: bool

    def hits(self, known: Mapping[uuid.UUID, Known], group: ReviewGroup) -> tuple[Hit, ...]:
        """The people found, from what was read of them."""
        return tuple(Hit(known[one], refusals(known[one].pair, group)) for one in self.ids if one in known)


def search(ground: Ground, typed: str, group: ReviewGroup) -> Found:
    """Whoever fits every word: of the own unit first, then of the own agency, then of the city; at most 20. One query.

    Without a word the own unit is shown. With fewer than three letters in the longest word only the own unit is
    searched. Subordinates are looked for among those who report to the employee.
    """
    appraisal = ground.appraisal
    words = typed.casefold().split()
    short = max(map(len, words), default=0) < LETTERS
    able = serving(today(ground.facts.at)).exclude(employee=appraisal.employee_id)
    for word in words:
        able = able.filter(employee__sort_name__contains=word)
    if group == ReviewGroup.SUBORDINATE:
        led = Appraisal.objects.filter(cycle=appraisal.cycle_id, supervisor=appraisal.employee_id)
        rows = list(_first(_near(able.filter(employee__in=led.values("employee")), Value(0))))
    else:
        able = able.exclude(below(appraisal))
        near = _first(_near(able.filter(agency=appraisal.agency_id), Value(0)))
        rows = list(near if short else near.union(_further(able, appraisal), all=True))
    ids = [one for _nearness, _name, one in sorted(rows)]
    return Found(tuple(ids[:HITS]), len(ids) > HITS, short and bool(words) and group == ReviewGroup.PEER)


def _further(able: QuerySet[Placement], appraisal: Appraisal) -> QuerySet[Placement, Near]:
    """Some hundreds of those outside the own unit, in no order, so that no name is too common to be looked for."""
    nearness = Case(
        When(agency__path__startswith=top_path(appraisal.agency.path), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return _near(able.exclude(agency=appraisal.agency_id), nearness).order_by()[:LOOKED_AT]


def _near(placements: QuerySet[Placement], nearness: Case | Value) -> QuerySet[Placement, Near]:
    near: QuerySet[Placement, Near] = placements.annotate(near=nearness).values_list(
        "near", "employee__sort_name", "employee"
    )
    return near


def _first(near: QuerySet[Placement, Near]) -> QuerySet[Placement, Near]:
    """The first by name, one more than is shown."""
    return near.order_by("employee__sort_name", "employee")[: HITS + 1]


def enough_colleagues(ground: Ground, *, wanted: int) -> bool:
    """Whether the person's own agency has so many people who could be asked as peers. One query."""
    appraisal = ground.appraisal
    colleagues = (
        serving(today(ground.facts.at))
        .filter(agency__path__startswith=top_path(appraisal.agency.path))
        .exclude(employee__in=[appraisal.employee_id, *ground.bosses])
        .exclude(below(appraisal))
    )
    return colleagues.order_by()[:wanted].count() >= wanted
