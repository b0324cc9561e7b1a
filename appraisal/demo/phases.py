"""Windows of the invented year: each agency in its phase around today, moved on at every later start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from accounts.models import Agency
from appraisal.demo.dice import Dice
from appraisal.enums import CycleState, Phase, SelfState
from appraisal.models import Appraisal, Cycle, Extension, Invitation, PhaseWindow, Publication
from appraisal.windows import Window
from core import audit
from core.clock import day_end, day_start, today

# First and last day of each phase, in days from today, for an agency that stands in the phase of the key.
P, E, S, N, V, R, C, U = Phase
SCHEDULES: Mapping[Phase, Mapping[Phase, tuple[int, int]]] = {
    P: {
        P: (-12, 8), E: (-12, 150), S: (131, 150), N: (126, 140), V: (141, 155), R: (141, 165), C: (166, 175),
        U: (172, 190),
    },
    E: {
        P: (-75, -45), E: (-75, 40), S: (26, 40), N: (-5, 14), V: (15, 29), R: (34, 55), C: (56, 63), U: (64, 75),
    },
    S: {
        P: (-200, -170), E: (-200, 5), S: (-9, 5), N: (-20, -5), V: (-4, 9), R: (-4, 18), C: (19, 26), U: (27, 40),
    },
    N: {
        P: (-195, -165), E: (-195, -7), S: (5, 15), N: (-6, 4), V: (5, 17), R: (8, 26), C: (27, 33), U: (34, 47),
    },
    V: {
        P: (-202, -172), E: (-202, -8), S: (-22, -8), N: (-22, -7), V: (-6, 7), R: (1, 16), C: (17, 24), U: (25, 38),
    },
    R: {
        P: (-210, -180), E: (-210, -12), S: (-26, -12), N: (-32, -19), V: (-18, -6), R: (-18, 4), C: (5, 12),
        U: (13, 27),
    },
    C: {
        P: (-220, -190), E: (-220, -27), S: (-40, -27), N: (-46, -33), V: (-32, -18), R: (-30, -8), C: (-7, 3),
        U: (4, 18),
    },
    U: {
        P: (-230, -200), E: (-230, -42), S: (-55, -42), N: (-61, -48), V: (-47, -33), R: (-45, -23), C: (-22, -12),
        U: (-11, 12),
    },
}  # fmt: skip

Calendar = Mapping[Phase, tuple[tuple[int, int], tuple[int, int]]]

# First and last day (month, day) of each phase for the city itself, months after December in the next year.
CITY_CALENDAR: Calendar = {
    P: ((1, 2), (1, 31)),
    E: ((1, 2), (12, 31)),
    S: ((12, 1), (12, 20)),
    N: ((11, 24), (12, 8)),
    V: ((12, 9), (12, 24)),
    R: ((12, 14), (13, 10)),
    C: ((13, 11), (13, 20)),
    U: ((13, 21), (13, 31)),
}
# The year before was through by its last day, whatever day the demo starts on. It did without peers.
CLOSED_CALENDAR: Calendar = {
    P: ((1, 2), (1, 31)),
    E: ((1, 2), (11, 30)),
    S: ((11, 16), (11, 30)),
    R: ((11, 23), (12, 12)),
    C: ((12, 13), (12, 18)),
    U: ((12, 19), (12, 31)),
}

MADE, MOVED_ON, PHASE_MOVED = "demo.year_made", "demo.moved_on", "demo.phase_moved"


def windows_of(phase: Phase, day: dt.date) -> dict[Phase, Window]:
    """All windows of an agency that stands in `phase` on the day."""
    return {
        each: Window(day_start(day + dt.timedelta(days=first)), day_end(day + dt.timedelta(days=last)))
        for each, (first, last) in SCHEDULES[phase].items()
    }


def calendar_windows(year: int, calendar: Calendar) -> dict[Phase, Window]:
    """The windows of a calendar in a year."""

    def on(month: int, day: int) -> dt.date:
        return dt.date(year + (month - 1) // 12, (month - 1) % 12 + 1, day)

    return {
        phase: Window(day_start(on(*first)), day_end(on(*last))) for phase, (first, last) in calendar.items()
    }


def window_rows(
    dice: Dice, cycle: Cycle, agency: Agency | None, windows: Mapping[Phase, Window]
) -> list[PhaseWindow]:
    """The windows as rows, not stored yet."""
    return [
        PhaseWindow(
            id=dice.uuid(),
            cycle=cycle,
            phase=phase,
            agency=agency,
            opens_at=window.opens_at,
            closes_at=window.closes_at,
        )
        for phase, window in windows.items()
    ]


@transaction.atomic
def move_on(*, at: dt.datetime) -> int:
    """Shift whatever lies around the day of the last start to today; returns by how many days.

    The windows of agencies in open cycles move, and with them the deadlines that hang on today: returned
    self-assessments, more time given, publications due, objections. What has been done keeps its moment.
    """
    last = audit.AuditEvent.objects.filter(act__in=[MADE, MOVED_ON]).order_by("-at", "-pk").first()
    if last is None:
        return 0
    days = (today(at) - today(last.at)).days
    if days <= 0:
        return 0
    shift = dt.timedelta(days=days)
    cycles = Cycle.objects.filter(state=CycleState.OPEN)
    PhaseWindow.objects.filter(cycle__in=cycles).exclude(agency=None).update(
        opens_at=F("opens_at") + shift, closes_at=F("closes_at") + shift
    )
    open_ones = Appraisal.objects.filter(cycle__in=cycles)
    open_ones.filter(self_state=SelfState.RETURNED).update(self_due_at=F("self_due_at") + shift)
    open_ones.exclude(objection_due_at=None).update(objection_due_at=F("objection_due_at") + shift)
    Invitation.objects.filter(appraisal__in=open_ones).exclude(extended_to=None).update(
        extended_to=F("extended_to") + shift
    )
    Extension.objects.filter(appraisal__in=open_ones).update(closes_at=F("closes_at") + shift)
    Publication.objects.filter(cycle__in=cycles, published_at=None, recalled_at=None).update(
        to_employees_at=F("to_employees_at") + shift
    )
    audit.record(
        actor_id=None,
        act=MOVED_ON,
        object_type="demo",
        object_id=last.object_id,
        at=at,
        after={"days": days},
    )
    return days


@transaction.atomic
def move_agency_to(*, agency: Agency, phase: Phase, at: dt.datetime) -> None:
    """Let the agency stand in the phase from today on, in every open cycle; what was done stays as it is.

    Raises Cycle.DoesNotExist when no cycle is open.
    """
    cycle = Cycle.objects.filter(state=CycleState.OPEN).order_by("-year")[0:1].get()
    for each, window in windows_of(phase, today(at)).items():
        PhaseWindow.objects.update_or_create(
            cycle=cycle,
            agency=agency,
            phase=each,
            defaults={"opens_at": window.opens_at, "closes_at": window.closes_at},
        )
    audit.record(
        actor_id=None,
        act=PHASE_MOVED,
        object_type="cycle",
        object_id=cycle.pk,
        at=at,
        reason="demo_phase",
        after={"agency": agency.code, "phase": phase},
    )


def phase_on(windows: Mapping[Phase, Window], at: dt.datetime) -> Phase | None:
    """The latest phase that is open; None between two phases. Execution when nothing else is, or nomination alone."""
    found = [phase for phase, window in windows.items() if window.is_open(at) and phase != Phase.EXECUTION]
    executing = Phase.EXECUTION in windows and windows[Phase.EXECUTION].is_open(at)
    if executing and found in ([], [Phase.NOMINATION]):
        return Phase.EXECUTION
    return next((phase for phase in (Phase.SELF_ASSESSMENT, *found[::-1]) if phase in found), None)
