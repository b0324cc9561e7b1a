"""A person's own deadlines in the open cycles, extensions included: what the calendar shows."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q

from appraisal.enums import INVITED, CycleState, Phase, SelfState
from appraisal.models import Appraisal, Invitation
from appraisal.selectors.facts import extensions_of, window_rows_by_cycle
from appraisal.windows import WindowRow, window_for, windows_for

# The phases in which an employee, and in which somebody who leads people, has something to do.
OF_EMPLOYEES: tuple[Phase, ...] = (Phase.PLANNING, Phase.SELF_ASSESSMENT, Phase.NOMINATION)
OF_LEADERS: tuple[Phase, ...] = (Phase.PLANNING, Phase.NOMINATION, Phase.SUPERVISOR_REVIEW)


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    """The end of a phase for the person: as employee, as reviewer, or as whoever leads people (`leads`).

    `returned` marks the deadline of a returned self-assessment, `key` names it for good.
    """

    closes_at: dt.datetime
    year: int
    phase: Phase
    leads: bool
    returned: bool
    key: str


def deadlines_of(employee_id: uuid.UUID) -> tuple[Deadline, ...]:
    """Every deadline of the person, the earliest first. Four queries."""
    appraisals = list(
        Appraisal.objects.filter(
            Q(employee=employee_id) | Q(supervisor=employee_id), cycle__state=CycleState.OPEN
        )
        .select_related("cycle", "agency")
        .order_by("pk")
    )
    asked = list(
        Invitation.objects.filter(
            reviewer=employee_id, state__in=INVITED, appraisal__cycle__state=CycleState.OPEN
        )
        .select_related("appraisal__cycle", "appraisal__agency")
        .order_by("pk")
    )
    concerned = [*appraisals, *(one.appraisal for one in asked)]
    windows = window_rows_by_cycle(
        {one.cycle_id for one in concerned}, {one.agency.path for one in concerned}
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
    for invitation in asked:
        rows = windows.get(invitation.appraisal.cycle_id, ())
        asked_until = _of_reviewer(invitation, rows)
        if asked_until is not None:
            found.setdefault(asked_until.key, asked_until)
    return tuple(sorted(found.values()))


def _of_reviewer(invitation: Invitation, rows: Iterable[WindowRow]) -> Deadline | None:
    appraisal = invitation.appraisal
    window = window_for(Phase.PEER_REVIEW, appraisal.agency.path, rows, invitation.extended_to)
    if window is None:
        return None
    key = f"{Phase.PEER_REVIEW}-{window.closes_at.isoformat()}-{appraisal.cycle_id}"
    return Deadline(window.closes_at, appraisal.cycle.year, Phase.PEER_REVIEW, False, False, key)


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
