"""HR: the cycles of the years, their dates on one page with a timeline, the readiness check, the opening."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import actor_of
from accounts.enums import HR_ROLES, Role
from appraisal.enums import CycleState
from appraisal.forms.hr import PrepareForm, UnitForm, WindowsForm
from appraisal.models import Cycle
from appraisal.selectors.ballot_keys import keys_part
from appraisal.selectors.bulk import work_of
from appraisal.selectors.closing import closing_of
from appraisal.selectors.cycles import (
    changes_of,
    cycles_with_counts,
    is_city_hr,
    locks,
    managed_units,
    parent_rows,
    phase_rows,
    rows_of_unit,
    units_with_own_dates,
)
from appraisal.selectors.facts import window_rows
from appraisal.selectors.readiness import blockers, readiness
from appraisal.services import cycles as service
from appraisal.views.answers import answering
from core.access import access
from core.clock import arrival, today
from core.forms import initial_from_carried


@access(roles=HR_ROLES, reason="HR prepares the years and sees those that were.")
@require_http_methods(["GET", "HEAD", "POST"])
def cycle_list(request: HttpRequest) -> HttpResponse:
    """All cycles; the HR admin of the city prepares the next one here."""
    at = arrival(request)
    known = list(cycles_with_counts())
    following = known[0].year + 1 if known else today(at).year
    form = PrepareForm(request.POST if request.method == "POST" else None, initial={"year": following})
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            cycle = service.prepare_cycle(actor=actor_of(request), year=form.cleaned_data["year"], at=at)
        if call.done:
            messages.success(request, _("The year is prepared. Check its dates, then open it."))
            return redirect("cycle", cycle.pk)
    return render(
        request,
        "appraisal/hr/cycles.html",
        {"cycles": known, "form": form, "city": is_city_hr(actor_of(request)), "following": following},
    )


@access(roles=HR_ROLES, reason="HR sets the dates of a year and checks whether it can be opened.")
@require_http_methods(["GET", "HEAD", "POST"])
def cycle_page(request: HttpRequest, cycle_id: uuid.UUID) -> HttpResponse:
    """One cycle: readiness, the city's dates with their timeline, units with dates of their own."""
    at = arrival(request)
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    rows = window_rows(cycle.pk)
    mine = rows_of_unit(rows, "")
    city = is_city_hr(actor_of(request))
    form = _windows_form(request, cycle, mine, at, for_unit=False) if city else None
    if request.method == "POST" and form is not None and form.is_valid():
        with answering(request, form) as call:
            service.set_windows(
                actor=actor_of(request),
                cycle_id=cycle.pk,
                changes=form.changes(None),
                reason=form.cleaned_data.get("reason", ""),
                at=at,
            )
        if call.done:
            messages.success(request, _("The dates are saved."))
            return redirect("cycle", cycle.pk)
    units = list(managed_units(actor_of(request)))
    checks = readiness(cycle, day=today(at)) if cycle.state == CycleState.DRAFT and city else ()
    return render(
        request,
        "appraisal/hr/cycle.html",
        {
            "cycle": cycle,
            "phases": phase_rows(rows, path="", at=at),
            "form": form,
            "checks": checks,
            "blocked": blockers(checks),
            "is_draft": cycle.state == CycleState.DRAFT,
            "is_open": cycle.state == CycleState.OPEN,
            "city": city,
            "unit_form": UnitForm(units=units),
            "own_dates": units_with_own_dates(cycle),
            "mine": {unit.pk for unit in units},
            "changes": changes_of(cycle)[:20],
            "work": work_of(cycle),
            "keys": keys_part(cycle),
            "closing": closing_of(cycle),
        },
    )


def _windows_form(
    request: HttpRequest, cycle: Cycle, mine: dict, at: dt.datetime, *, for_unit: bool
) -> WindowsForm:
    return WindowsForm(
        request.POST if request.method == "POST" else None,
        initial=initial_from_carried(request),
        rows=mine,
        locked=locks(mine, cycle, at),
        for_unit=for_unit,
        needs_reason=cycle.state == CycleState.OPEN,
    )


@access(roles=HR_ROLES, reason="HR gives a unit dates of its own.")
@require_http_methods(["GET", "HEAD", "POST"])
def unit_windows(request: HttpRequest, cycle_id: uuid.UUID, unit_id: uuid.UUID) -> HttpResponse:
    """The dates of one unit and everything below it; empty means as the unit above."""
    at = arrival(request)
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    unit = get_object_or_404(managed_units(actor_of(request)), pk=unit_id)
    rows = window_rows(cycle.pk, [unit.path])
    mine = rows_of_unit(rows, unit.path)
    form = _windows_form(request, cycle, mine, at, for_unit=True)
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            service.set_windows(
                actor=actor_of(request),
                cycle_id=cycle.pk,
                changes=form.changes(unit.pk),
                reason=form.cleaned_data.get("reason", ""),
                at=at,
            )
        if call.done:
            messages.success(request, _("The dates of this unit are saved."))
            return redirect("cycle_unit", cycle.pk, unit.pk)
    return render(
        request,
        "appraisal/hr/unit_windows.html",
        {
            "cycle": cycle,
            "unit": unit,
            "form": form,
            "phases": phase_rows(rows, path=unit.path, at=at),
            "above": parent_rows(rows, unit.path),
        },
    )


@access(roles=HR_ROLES, reason="Sends the choice of a unit on to the page of its dates.")
@require_safe
def choose_unit(request: HttpRequest, cycle_id: uuid.UUID) -> HttpResponse:
    """From the list of units to the page of one."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    form = UnitForm(request.GET, units=managed_units(actor_of(request)))
    if form.is_valid() and form.cleaned_data["unit"]:
        return redirect("cycle_unit", cycle.pk, form.cleaned_data["unit"])
    messages.warning(request, _("Choose a unit first."))
    return redirect("cycle", cycle.pk)


@access(roles=[Role.HR_CITY], reason="The HR admin of the city opens a year for everybody in scope.")
@require_http_methods(["GET", "HEAD", "POST"])
def open_page(request: HttpRequest, cycle_id: uuid.UUID) -> HttpResponse:
    """Ask once more, then open; on an open cycle it adds those who came since."""
    at = arrival(request)
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    if request.method == "POST":
        with answering(request) as call:
            made = service.open_cycle(actor=actor_of(request), cycle_id=cycle.pk, at=at)
        if call.done:
            if made:
                messages.success(request, _("%(n)s appraisals were made.") % {"n": made})
            elif work_of(cycle):
                messages.success(request, _("The appraisals are being made. You see below how far it is."))
            else:
                messages.info(request, _("Everybody in scope already has an appraisal."))
        return redirect("cycle", cycle.pk)
    return render(
        request, "appraisal/hr/open.html", {"cycle": cycle, "is_draft": cycle.state == CycleState.DRAFT}
    )
