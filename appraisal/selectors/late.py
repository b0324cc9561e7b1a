"""Everybody who is late, by phase: whose move it is, since when, under whom."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.enums import WATCHING_ROLES
from appraisal.enums import UNRATED, Phase, PlanState, SelfState
from appraisal.models import Appraisal, Cycle, Extension
from appraisal.models.appraisal import AppraisalQuerySet
from appraisal.selectors.facts import extensions_of, window_rows
from appraisal.windows import WindowRow, window_for
from core.clock import last_day, today
from core.paging import Page, page_of

LATE_PHASES: tuple[Phase, ...] = (Phase.PLANNING, Phase.SELF_ASSESSMENT, Phase.SUPERVISOR_REVIEW)

_UNFINISHED = {
    Phase.PLANNING: ~Q(plan_state=PlanState.AGREED),
    Phase.SELF_ASSESSMENT: ~Q(self_state=SelfState.SENT),
    Phase.SUPERVISOR_REVIEW: Q(rating_state__in=UNRATED),
}


@dataclass(frozen=True, slots=True)
class LateRow:
    """One person who is late, or whose supervisor is."""

    appraisal: Appraisal
    phase: Phase
    what: str | Promise
    whose: str
    days: int


def watched(actor: Actor, cycle: Cycle) -> AppraisalQuerySet:
    """The appraisals of a cycle in the subtrees that the actor watches."""
    within = Q(pk__in=[])
    for path in actor.paths(*WATCHING_ROLES):
        within |= Q(agency__path__startswith=path)
    return Appraisal.objects.filter(within, cycle=cycle)


def units_closed(
    phase: Phase, rows: Iterable[WindowRow], paths: Iterable[tuple[uuid.UUID, str]], at: dt.datetime
) -> list[uuid.UUID]:
    """The units in which the phase has closed at `at`."""
    kept = tuple(rows)
    return [
        unit
        for unit, path in paths
        if (window := window_for(phase, path, kept)) is not None and window.has_closed(at)
    ]


def late_appraisals(
    appraisals: AppraisalQuerySet, cycle: Cycle, phase: Phase, *, rows: tuple[WindowRow, ...], at: dt.datetime
) -> AppraisalQuerySet:
    """Those of the given appraisals that are unfinished although the phase has closed to them. One query for the units."""
    units = appraisals.order_by("agency").values_list("agency", "agency__path").distinct()
    late = appraisals.filter(
        _UNFINISHED[phase], agency__in=units_closed(phase, rows, units, at)
    ).exclude(extensions__in=Extension.objects.filter(phase=phase, closes_at__gt=at))
    if phase == Phase.SELF_ASSESSMENT:
        late = late.exclude(self_state=SelfState.RETURNED, self_due_at__gt=at)
    return late


def late_page(
    actor: Actor,
    cycle: Cycle,
    phase: Phase,
    *,
    at: dt.datetime,
    path: str = "",
    name: str = "",
    after: str = "",
) -> Page[LateRow]:
    """A page of those who are late in a phase, by name; filtered by unit and part of the name. Five queries."""
    rows = window_rows(cycle.pk)
    appraisals = watched(actor, cycle)
    if path:
        appraisals = appraisals.within(path)
    late = late_appraisals(appraisals, cycle, phase, rows=rows, at=at)
    if name:
        late = late.filter(employee__sort_name__contains=name.casefold())
    page = page_of(
        late.select_related("employee", "agency", "supervisor", "superior"),
        order=("employee__sort_name", "pk"),
        after=after,
    )
    extended = extensions_of(row.pk for row in page.rows)
    return page.showing(
        _late_row(row, phase, rows, extended.get(row.pk, {}).get(phase), at) for row in page.rows
    )


def _late_row(
    appraisal: Appraisal,
    phase: Phase,
    rows: tuple[WindowRow, ...],
    extension: dt.datetime | None,
    at: dt.datetime,
) -> LateRow:
    window = window_for(phase, appraisal.agency.path, rows, extension)
    closed_on = last_day(window.closes_at) if window else today(at)
    what, whose = _what(appraisal, phase)
    return LateRow(appraisal, phase, what, whose, (today(at) - closed_on).days)


def _what(appraisal: Appraisal, phase: Phase) -> tuple[str | Promise, str]:
    """What is missing, and the name of the person whose move it is."""
    employee = appraisal.employee.name
    supervisor = appraisal.supervisor.name if appraisal.supervisor else ""
    if phase == Phase.PLANNING:
        if appraisal.plan_state == PlanState.SENT:
            return _("The plan waits for agreement."), supervisor
        if appraisal.plan_state == PlanState.RETURNED:
            return _("The plan was returned and not sent again."), employee
        return _("The plan has not been sent."), employee
    if phase == Phase.SELF_ASSESSMENT:
        if appraisal.self_state == SelfState.NOT_SENT:
            return _("The self-assessment was not sent in time."), employee
        return _("The self-assessment has not been sent."), employee
    if appraisal.passed_on_at is not None and appraisal.superior:
        return _("The rating has passed to the superior."), appraisal.superior.name
    return _("The rating has not been sent."), supervisor


def late_counts(
    actor: Actor, cycle: Cycle, *, at: dt.datetime, path: str = "", ceiling: int = 1000
) -> dict[Phase, int]:
    """How many are late in each phase, counted up to `ceiling` (more is said as "more than"). Seven queries."""
    rows = window_rows(cycle.pk)
    appraisals = watched(actor, cycle)
    if path:
        appraisals = appraisals.within(path)
    return {
        phase: late_appraisals(appraisals, cycle, phase, rows=rows, at=at).order_by()[: ceiling + 1].count()
        for phase in LATE_PHASES
    }
