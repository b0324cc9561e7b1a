"""Reminding by hand, and who was told what."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import actor_of
from accounts.enums import HR_ROLES, Role
from accounts.models import Agency
from appraisal.enums import CycleState, Phase
from appraisal.forms.reminders import ReminderRulesForm, RemindFilter, ToldFilter
from appraisal.models import Cycle
from appraisal.selectors.cycles import latest_opened_cycle
from appraisal.selectors.told import ToldFilters, hr_units, told_page
from appraisal.services.asking import PHASES, preview_bulk, remind_person, remind_unit
from appraisal.services.reminder_rules import set_reminder_rules
from appraisal.views.answers import answering, visible_appraisal
from core.access import access
from core.clock import arrival, today
from core.forms import initial_from_carried
from core.wording import number


def _unit(units: list[Agency], wanted: str) -> Agency | None:
    return next((unit for unit in units if str(unit.pk) == wanted), None)


@access(roles=HR_ROLES, reason="HR sees who was told what and whether the mail arrived, never what was said.")
@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """The messages to one's people, newest first; filters live in the URL."""
    actor = actor_of(request)
    units = list(hr_units(actor))
    form = ToldFilter(request.GET, units=units)
    form.is_valid()
    chosen = form.cleaned_data  # without what no page of ours offers
    unit = _unit(units, chosen.get("unit", ""))
    filters = ToldFilters(
        name=chosen.get("q", ""),
        kind=chosen.get("kind", ""),
        state=chosen.get("state", ""),
        path=unit.path if unit else "",
    )
    page = told_page(actor, filters, after=request.GET.get("after", ""), day=today(arrival(request)))
    return render(
        request, "appraisal/hr/told.html", {"form": form, "page": page, "filtered": any(request.GET.values())}
    )


@access(roles=HR_ROLES, reason="HR reminds everybody of a unit who is due, after seeing how many that are.")
@require_http_methods(["GET", "HEAD", "POST"])
def remind(request: HttpRequest) -> HttpResponse:
    """How many would be told what; a POST tells them."""
    at, actor = arrival(request), actor_of(request)
    cycle = latest_opened_cycle()
    if cycle is None or cycle.state != CycleState.OPEN:
        return render(request, "appraisal/hr/remind.html", {"cycle": None})
    units = list(hr_units(actor))
    form = RemindFilter(request.GET, units=units)
    form.is_valid()
    chosen = form.cleaned_data  # without what no page of ours offers
    unit = _unit(units, chosen.get("unit", "")) or units[0]
    phase = Phase(chosen.get("phase") or PHASES[0])
    if request.method == "POST":
        with answering(request) as call:
            made = remind_unit(actor=actor, cycle_id=cycle.pk, phase=phase, unit=unit, at=at)
        if call.done:
            text = ngettext("One message is on its way.", "%(n)s messages are on their way.", made)
            messages.success(request, text % {"n": number(made)})
        return redirect(request.get_full_path())
    return render(
        request,
        "appraisal/hr/remind.html",
        {
            "cycle": cycle,
            "form": RemindFilter({"phase": phase, "unit": str(unit.pk)}, units=units),
            "unit": unit,
            "phase": phase,
            "preview": preview_bulk(actor=actor, cycle=cycle, phase=phase, unit=unit, at=at),
        },
    )


@access(reason="Whoever leads a person reminds them, once a day; the service refuses everybody else.")
@require_POST
def remind_one(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Remind one employee of what is due."""
    appraisal = visible_appraisal(request, appraisal_id)
    with answering(request) as call:
        remind_person(actor=actor_of(request), appraisal_id=appraisal.pk, at=arrival(request))
    if call.done:
        messages.success(request, _("%(name)s has been reminded.") % {"name": appraisal.employee.name})
    leads = appraisal.supervisor_id == actor_of(request).id
    return redirect("team" if leads else "team_stand_in")


@access(roles=[Role.HR_CITY], reason="The HR admin of the city sets the rules of reminders for a year.")
@require_http_methods(["GET", "HEAD", "POST"])
def reminder_rules(request: HttpRequest, cycle_id: uuid.UUID) -> HttpResponse:
    """After how many days a superior hears of waiting work, and how often HR may remind in bulk."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    stored = {
        "escalation_days": cycle.escalation_days,
        "bulk_reminders_per_day": cycle.bulk_reminders_per_day,
    }
    form = ReminderRulesForm(
        request.POST if request.method == "POST" else None, initial=stored | initial_from_carried(request)
    )
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            set_reminder_rules(
                actor=actor_of(request), cycle_id=cycle.pk, at=arrival(request), **form.cleaned_data
            )
        if call.done:
            messages.success(request, _("The rules of reminders are saved."))
            return redirect("cycle", cycle.pk)
    return render(request, "appraisal/hr/reminder_rules.html", {"cycle": cycle, "form": form})
