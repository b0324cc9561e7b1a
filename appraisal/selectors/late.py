"""Everybody who is late, by phase: whose move it is, since when, under whom."""

from __future__ import annotations

import datetime as dt
import uuid
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

# No exact totals above this: what matters is that there are many.
COUNTED_UP_TO = 1000

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


@dataclass(frozen=True, slots=True)
class Watch:
    """The appraisals that somebody watches in a cycle, with the windows and units that decide lateness."""

    appraisals: AppraisalQuerySet
    rows: tuple[WindowRow, ...]
    units: tuple[tuple[uuid.UUID, str], ...]
    at: dt.datetime

    def late(self, phase: Phase) -> AppraisalQuerySet:
        """Those who are unfinished although the phase has closed to them. No query yet."""
        closed = [
            unit
            for unit, path in self.units
            if (window := window_for(phase, path, self.rows)) is not None and window.has_closed(self.at)
        ]
        late = self.appraisals.filter(_UNFINISHED[phase], agency__in=closed).exclude(
            extensions__in=Extension.objects.filter(phase=phase, closes_at__gt=self.at)
        )
        if phase == Phase.SELF_ASSESSMENT:
            late = late.exclude(self_state=SelfState.RETURNED, self_due_at__gt=self.at)
        return late


def watch(actor: Actor, cycle: Cycle, *, at: dt.datetime, path: str = "") -> Watch:
    """What the actor watches of a cycle, in the unit with this path or everywhere. Two queries."""
    appraisals = watched(actor, cycle)
    if path:
        appraisals = appraisals.within(path)
    units = appraisals.order_by("agency").values_list("agency", "agency__path").distinct()
    return Watch(appraisals=appraisals, rows=window_rows(cycle.pk), units=tuple(units), at=at)


def late_page(seen: Watch, phase: Phase, *, name: str = "", after: str = "") -> Page[LateRow]:
    """A page of those who are late in a phase, by name, filtered by a part of it. Two queries."""
    late = seen.late(phase)
    if name:
        late = late.filter(employee__sort_name__contains=name.casefold())
    page = page_of(
        late.select_related("employee", "agency", "supervisor", "superior"),
        order=("employee__sort_name", "pk"),
        after=after,
    )
    extended = extensions_of(row.pk for row in page.rows)
    return page.showing(
        _late_row(row, phase, seen.rows, extended.get(row.pk, {}).get(phase), seen.at) for row in page.rows
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


def late_counts(seen: Watch, *, ceiling: int = COUNTED_UP_TO) -> dict[Phase, int]:
    """How many are late in each phase, counted up to one more than `ceiling`. One query a phase."""
    return {phase: seen.late(phase).order_by()[: ceiling + 1].count() for phase in LATE_PHASES}
