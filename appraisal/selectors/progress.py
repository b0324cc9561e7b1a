"""How far a cycle is, unit by unit, from the counts that the tick keeps."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import CharField, F, Func, Max, Q, QuerySet, Sum

from accounts.actors import Actor
from accounts.enums import WATCHING_ROLES, Role
from accounts.models import Agency
from appraisal.enums import (
    InvitationState,
    PlanState,
    RatingState,
    ResultState,
    SelfState,
    Track,
)
from appraisal.models import Cycle, CycleProgress

# What counts as finished and as begun in each track; the rest has not begun.
FINISHED: Mapping[Track, frozenset[str]] = {
    Track.PLAN: frozenset({PlanState.AGREED}),
    Track.SELF_ASSESSMENT: frozenset({SelfState.SENT}),
    # Of a person, not of an invitation: whether the list of reviewers is settled.
    Track.INVITATION: frozenset({InvitationState.APPROVED}),
    Track.RATING: frozenset({RatingState.SENT, RatingState.REVISED, RatingState.CONFIRMED}),
    Track.RESULT: frozenset({ResultState.RECEIVED, ResultState.ACKNOWLEDGED}),
}
BEGUN: Mapping[Track, frozenset[str]] = {
    Track.PLAN: frozenset({"begun", PlanState.SENT, PlanState.RETURNED}),
    Track.SELF_ASSESSMENT: frozenset({"begun", SelfState.RETURNED}),
    Track.INVITATION: frozenset({InvitationState.PROPOSED}),
    Track.RATING: frozenset({"begun", RatingState.FIRST_SAVED}),
    Track.RESULT: frozenset({ResultState.WITH_SUPERVISOR, ResultState.PUBLISHED}),
}


class PathDownTo(Func):
    """The first so many steps of a path: the child of a unit that another unit stands below, or the unit itself."""

    template = (
        "(array_to_string((string_to_array(rtrim(%(expressions)s, '/'), '/'))[1:%(steps)s], '/') || '/')"
    )
    output_field = CharField()

    def __init__(self, path: F, steps: int) -> None:
        super().__init__(path, steps=int(steps))


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """One unit with everything below it."""

    unit: Agency
    finished: int
    begun: int
    waiting: int
    has_children: bool

    @property
    def total(self) -> int:
        """Everybody."""
        return self.finished + self.begun + self.waiting

    @property
    def percent(self) -> int:
        """Finished in whole per cent, rounded down so that 100 means everybody."""
        return 100 * self.finished // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class Progress:
    """The units below one unit, worst first, and the moment of the count (None before the first tick)."""

    rows: tuple[UnitProgress, ...]
    as_of: dt.datetime | None
    states: Mapping[str, int]

    @property
    def total(self) -> int:
        """Everybody in all rows."""
        return sum(row.total for row in self.rows)

    @property
    def finished(self) -> int:
        """Finished in all rows."""
        return sum(row.finished for row in self.rows)


def watched_units(actor: Actor) -> QuerySet[Agency]:
    """The units whose progress the actor may see: the subtrees of their watching roles."""
    within = Q(pk__in=[])
    for path in actor.paths(*WATCHING_ROLES, Role.AGENCY_HEAD, Role.AUDITOR):
        within |= Q(path__startswith=path)
    return Agency.objects.filter(within)


def progress_below(cycle: Cycle, unit: Agency, track: Track) -> Progress:
    """The children of a unit, and the unit itself where people serve in it directly. Two queries.

    Worst first: most people who have not begun, then by name.
    """
    counts = list(
        CycleProgress.objects.filter(cycle=cycle, track=track, agency__path__startswith=unit.path)
        .annotate(child=PathDownTo(F("agency__path"), unit.depth + 2))
        .values("child", "state")
        .annotate(total=Sum("n"), counted=Max("as_of"), deepest=Max("agency__path"))
        .order_by("child", "state")
        .values_list("child", "state", "total", "counted", "deepest")
    )
    children = {
        child.path: child for child in Agency.objects.filter(Q(parent=unit) | Q(pk=unit.pk)).order_by("path")
    }
    sums: dict[str, dict[str, int]] = {}
    states: dict[str, int] = {}
    deeper = {path for path, _state, _n, _as_of, deepest in counts if deepest != path}
    for path, state, n, _as_of, _deepest in counts:
        sums.setdefault(path, {})[state] = n
        states[state] = states.get(state, 0) + n
    rows = [
        UnitProgress(
            unit=children[path],
            finished=sum(n for state, n in found.items() if state in FINISHED[track]),
            begun=sum(n for state, n in found.items() if state in BEGUN[track]),
            waiting=sum(n for state, n in found.items() if state not in FINISHED[track] | BEGUN[track]),
            has_children=path in deeper and path != unit.path,
        )
        for path, found in sums.items()
        if path in children
    ]
    rows.sort(key=lambda row: (-row.waiting, row.unit.name, str(row.unit.pk)))
    return Progress(rows=tuple(rows), as_of=counts[0][3] if counts else None, states=states)


def state_counts(cycle_id: uuid.UUID, path: str) -> dict[tuple[str, str], int]:
    """How many appraisals of a subtree stand in which state of which track. One query."""
    found: dict[tuple[str, str], int] = {}
    for track, state, n in CycleProgress.objects.filter(
        cycle=cycle_id, agency__path__startswith=path
    ).values_list("track", "state", "n"):
        found[(track, state)] = found.get((track, state), 0) + n
    return found
