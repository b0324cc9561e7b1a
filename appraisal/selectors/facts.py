"""The facts of one appraisal at one moment, for the rules; and the windows that hold for units."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.models.agency import ancestor_paths
from appraisal.enums import (
    OPENED_BY_EMPLOYEE,
    CycleState,
    InvitationState,
    Phase,
    PlanState,
    RatingState,
    ResultState,
    SelfState,
)
from appraisal.facts import Facts
from appraisal.models import Appraisal, Box, Extension, Invitation, PhaseWindow
from appraisal.windows import Window, WindowRow, windows_for


def _that_can_hold(rows: QuerySet[PhaseWindow], paths: Iterable[str] | None) -> QuerySet[PhaseWindow]:
    """All of the windows, or those that can hold for units with these paths."""
    rows = rows.order_by("pk")
    if paths is None:
        return rows
    wanted = {ancestor for path in paths for ancestor in ancestor_paths(path)}
    return rows.filter(Q(agency=None) | Q(agency__path__in=wanted))


_ROW = ("phase", "agency__path", "opens_at", "closes_at")


def _row(phase: str, path: str | None, opens_at: dt.datetime, closes_at: dt.datetime) -> WindowRow:
    return WindowRow(phase=Phase(phase), path=path or "", opens_at=opens_at, closes_at=closes_at)


def window_rows(cycle_id: uuid.UUID, paths: Iterable[str] | None = None) -> tuple[WindowRow, ...]:
    """The stored windows of a cycle: all of them, or those that can hold for units with these paths. One query."""
    rows = _that_can_hold(PhaseWindow.objects.filter(cycle_id=cycle_id), paths)
    return tuple(_row(*row) for row in rows.values_list(*_ROW))


def window_rows_by_cycle(
    cycle_ids: Iterable[uuid.UUID], paths: Iterable[str]
) -> dict[uuid.UUID, tuple[WindowRow, ...]]:
    """The windows of several cycles that can hold for units with these paths. One query."""
    found: dict[uuid.UUID, list[WindowRow]] = {}
    rows = _that_can_hold(PhaseWindow.objects.filter(cycle__in=list(cycle_ids)), paths)
    for cycle_id, *row in rows.values_list("cycle_id", *_ROW):
        found.setdefault(cycle_id, []).append(_row(*row))
    return {cycle_id: tuple(kept) for cycle_id, kept in found.items()}


@dataclass(frozen=True, slots=True)
class OpenCycle:
    """A cycle that is open, with its windows."""

    id: uuid.UUID
    year: int
    rows: tuple[WindowRow, ...]


def open_cycles(paths: Iterable[str] | None = None) -> tuple[OpenCycle, ...]:
    """The open cycles, the latest year first, each with the windows that can hold for these units. One query."""
    found: dict[tuple[int, uuid.UUID], list[WindowRow]] = {}
    rows = _that_can_hold(PhaseWindow.objects.filter(cycle__state=CycleState.OPEN), paths)
    for year, cycle_id, *row in rows.values_list("cycle__year", "cycle_id", *_ROW):
        found.setdefault((year, cycle_id), []).append(_row(*row))
    return tuple(
        OpenCycle(cycle_id, year, tuple(found[year, cycle_id]))
        for year, cycle_id in sorted(found, reverse=True)
    )


def extensions_of(appraisal_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[Phase, dt.datetime]]:
    """The extensions of these appraisals by phase. One query."""
    found: dict[uuid.UUID, dict[Phase, dt.datetime]] = {}
    for appraisal_id, phase, closes_at in Extension.objects.filter(
        appraisal__in=list(appraisal_ids)
    ).values_list("appraisal_id", "phase", "closes_at"):
        found.setdefault(appraisal_id, {})[Phase(phase)] = closes_at
    return found


def assemble_facts(
    appraisal: Appraisal,
    *,
    at: dt.datetime,
    rows: Iterable[WindowRow],
    extensions: Mapping[Phase, dt.datetime] | None = None,
    **missing: Any,
) -> Facts:
    """The facts from rows already read; costs no query (the agency must be loaded)."""
    return Facts(
        at=at,
        windows=windows_for(appraisal.agency.path, rows, extensions),
        plan=PlanState(appraisal.plan_state),
        self_assessment=SelfState(appraisal.self_state),
        rating=RatingState(appraisal.rating_state),
        result=ResultState(appraisal.result_state),
        has_agreed_plan=appraisal.plan_agreed_at is not None,
        self_returned_at=appraisal.self_returned_at,
        self_due_at=appraisal.self_due_at,
        **missing,
    )


def facts_of(appraisal: Appraisal, *, at: dt.datetime, **missing: Any) -> Facts:
    """The facts of one appraisal. One query: its windows, each with the person's extension beside it."""
    extension = Extension.objects.filter(appraisal=appraisal.pk, phase=OuterRef("phase")).values("closes_at")
    rows = []
    extensions = {}
    for *row, extended_to in (
        _that_can_hold(PhaseWindow.objects.filter(cycle_id=appraisal.cycle_id), [appraisal.agency.path])
        .annotate(extended_to=Subquery(extension))
        .values_list(*_ROW, "extended_to")
    ):
        rows.append(_row(*row))
        if extended_to is not None:
            extensions[rows[-1].phase] = extended_to
    return assemble_facts(appraisal, at=at, rows=rows, extensions=extensions, **missing)


def facts_of_invitation(invitation: Invitation, *, at: dt.datetime, **missing: Any) -> Facts:
    """The facts of an appraisal with one of its invitations: its state, the box, and its own extension of peer review.

    One query; the invitation's appraisal, its agency and its box must be loaded, or each costs another.
    """
    box: Box | None = getattr(invitation.appraisal, "box", None)
    facts = facts_of(
        invitation.appraisal,
        at=at,
        invitation=InvitationState(invitation.state),
        box_opened=box is not None and box.opened_at is not None,
        **missing,
    )
    window = facts.windows.get(Phase.PEER_REVIEW)
    extended_to = invitation.extended_to
    if window is None or extended_to is None or extended_to <= window.closes_at:
        return facts
    own = Window(window.opens_at, extended_to, extended=True)
    return replace(facts, windows={**facts.windows, Phase.PEER_REVIEW: own})


def agency_has_opened(cycle_id: uuid.UUID, path: str) -> bool:
    """Whether an employee in the subtree has opened a result of the cycle: then nothing is recalled."""
    return Appraisal.objects.filter(
        cycle_id=cycle_id, agency__path__startswith=path, result_state__in=OPENED_BY_EMPLOYEE
    ).exists()
