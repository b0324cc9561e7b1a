"""A person's own deadlines in the open cycles, extensions included: what the calendar shows."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from appraisal.enums import CycleState, Phase, SelfState
from appraisal.models import Appraisal
from appraisal.selectors.facts import extensions_of, window_rows_by_cycle
from appraisal.windows import windows_for

# The phases in which an employee, and in which somebody who leads people, has something to do.
OF_EMPLOYEES: tuple[Phase, ...] = (Phase.PLANNING, Phase.SELF_ASSESSMENT)
OF_LEADERS: tuple[Phase, ...] = (Phase.PLANNING, Phase.SUPERVISOR_REVIEW)


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    """The end of a phase for the person, as employee or as whoever leads people (`leads`).

    `returned` marks the deadline of a returned self-assessment, `key` names it for good.
    """

    closes_at: dt.datetime
    year: int
    phase: Phase
    leads: bool
    returned: bool
    key: str


def deadlines_of(employee_id: uuid.UUID) -> tuple[Deadline, ...]:
    """Every deadline of the person, the earliest first. Three queries."""
    appraisals = list(
        Appraisal.objects.filter(
            Q(employee=employee_id) | Q(supervisor=employee_id), cycle__state=CycleState.OPEN
        )
        .select_related("cycle", "agency")
        .order_by("pk")
    )
    windows = window_rows_by_cycle(
        {one.cycle_id for one in appraisals}, {one.agency.path for one in appraisals}
    )
    extensions = extensions_of(one.pk for one in appraisals if one.employee_id == employee_id)
    found: dict[str, Deadline] = {}
    for one in appraisals:
        mine = one.employee_id == employee_id
        own = windows_for(one.agency.path, windows.get(one.cycle_id, ()), extensions.get(one.pk))
        for deadline in _deadlines(
            one, {phase: window.closes_at for phase, window in own.items()}, mine=mine
        ):
            # The same phase of several people is one entry for whoever leads them.
            found.setdefault(deadline.key, deadline)
    return tuple(sorted(found.values()))


def _deadlines(appraisal: Appraisal, closing: dict[Phase, dt.datetime], *, mine: bool) -> Iterator[Deadline]:
    year = appraisal.cycle.year
    for phase in OF_EMPLOYEES if mine else OF_LEADERS:
        if phase in closing:
            key = str(appraisal.pk) if mine else f"{closing[phase].isoformat()}-{appraisal.cycle_id}"
            yield Deadline(closing[phase], year, phase, not mine, False, f"{phase}-{key}")
    if mine and appraisal.self_state == SelfState.RETURNED and appraisal.self_due_at is not None:
        yield Deadline(
            appraisal.self_due_at, year, Phase.SELF_ASSESSMENT, False, True, f"returned-{appraisal.pk}"
        )
