"""What HR's pages about cycles show: phases with their dates, units with dates of their own, the timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.actors import Actor
from accounts.enums import HR_ROLES, Role
from accounts.models import Agency
from appraisal.enums import CycleState, Phase
from appraisal.models import Cycle, WindowChange
from appraisal.windows import Window, WindowRow, window_for
from core.clock import CITY_TIME, last_day


@dataclass(frozen=True, slots=True)
class Stretch:
    """A bar of the timeline in days from its beginning."""

    x: int
    width: int


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """One phase of the city or of a unit."""

    phase: Phase
    window: Window | None
    own: bool
    state: str
    stretch: Stretch | None
    span: int

    @property
    def last_day(self) -> dt.date | None:
        """The last day that is shown."""
        return last_day(self.window.closes_at) if self.window else None


def phase_rows(rows: Sequence[WindowRow], *, path: str, at: dt.datetime) -> tuple[PhaseRow, ...]:
    """Each phase as it holds for units with this path (empty for the city), with its bar. No query."""
    found = {phase: window_for(phase, path, rows) for phase in Phase}
    known = [window for window in found.values() if window is not None]
    begin = min((_day(window.opens_at) for window in known), default=None)
    end = max((last_day(window.closes_at) for window in known), default=None)
    span = (end - begin).days + 1 if begin and end else 1
    own = {row.phase for row in rows if row.path == path}
    return tuple(
        PhaseRow(
            phase=phase,
            window=window,
            own=phase in own,
            state=_state(window, at),
            stretch=Stretch(
                (_day(window.opens_at) - begin).days,
                (last_day(window.closes_at) - _day(window.opens_at)).days + 1,
            )
            if window is not None and begin is not None
            else None,
            span=span,
        )
        for phase, window in found.items()
    )


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(CITY_TIME).date()


def _state(window: Window | None, at: dt.datetime) -> str:
    if window is None:
        return "missing"
    if window.has_closed(at):
        return "closed"
    return "open" if window.is_open(at) else "ahead"


def locks(rows: Mapping[Phase, WindowRow], cycle: Cycle, at: dt.datetime) -> dict[Phase, tuple[bool, bool]]:
    """Which of the two days of each phase can no longer be changed: in an open cycle, what has passed."""
    if cycle.state == CycleState.DRAFT:
        return {}
    closed = cycle.state == CycleState.CLOSED
    return {
        phase: (closed or row.opens_at <= at, closed or row.closes_at <= at) for phase, row in rows.items()
    }


def managed_units(actor: Actor) -> QuerySet[Agency]:
    """The units whose dates the actor may set, nearest to the root first: everything for the city's HR admin."""
    within = Q(pk__in=[])
    for path in actor.paths(*HR_ROLES):
        within |= Q(path__startswith=path)
    return Agency.objects.filter(within, closed_on=None).exclude(parent=None).order_by("path")


def units_with_own_dates(cycle: Cycle) -> QuerySet[Agency]:
    """The units that have rows of their own in the cycle, with how many."""
    return (
        Agency.objects.filter(windows__cycle=cycle)
        .annotate(rows=Count("windows", filter=Q(windows__cycle=cycle)))
        .order_by("path")
    )


def changes_of(cycle: Cycle) -> QuerySet[WindowChange]:
    """Why dates were changed after the opening, newest first."""
    return (
        WindowChange.objects.filter(cycle=cycle)
        .select_related("agency", "changed_by")
        .order_by("-changed_at", "phase", "pk")
    )


def latest_opened_cycle() -> Cycle | None:
    """The year that is under way, or the last one that was."""
    return Cycle.objects.exclude(state=CycleState.DRAFT).order_by("-year", "pk").first()


def cycles_with_counts() -> QuerySet[Cycle]:
    """All cycles, newest first, with how many appraisals they hold."""
    return Cycle.objects.annotate(appraisals_made=Count("appraisals")).order_by("-year")


def is_city_hr(actor: Actor) -> bool:
    """Whether the actor prepares and opens cycles."""
    return Role.HR_CITY in actor.roles


def rows_of_unit(rows: Sequence[WindowRow], path: str) -> dict[Phase, WindowRow]:
    """The rows that belong to exactly this unit (empty for the city) by phase."""
    return {row.phase: row for row in rows if row.path == path}


def parent_rows(rows: Sequence[WindowRow], path: str) -> dict[Phase, Window]:
    """What holds for the unit without rows of its own."""
    above = [row for row in rows if row.path != path]
    return {phase: window for phase in Phase if (window := window_for(phase, path, above)) is not None}
