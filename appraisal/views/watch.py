"""HR and performance managers: progress per unit and step, everybody who is late, more time for one person."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import actor_of
from accounts.enums import HR_ROLES, WATCHING_ROLES, Role
from accounts.models import Agency
from appraisal.enums import Party, Phase, Track
from appraisal.forms.hr import ExtensionForm, LateFilter
from appraisal.policies import parties_of
from appraisal.selectors.cycles import latest_opened_cycle
from appraisal.selectors.facts import facts_of
from appraisal.selectors.late import late_counts, late_page, watch
from appraisal.selectors.progress import Progress, progress_below, watched_units
from appraisal.services.extensions import extend_window
from appraisal.views.answers import answering, visible_appraisal
from core.access import access
from core.clock import arrival
from core.figures import Group, Mark, stacked_bars
from core.forms import initial_from_carried
from core.navigation import NavItem
from core.wording import clock_time, day

EXTENDABLE = (Phase.PLANNING, Phase.SELF_ASSESSMENT, Phase.SUPERVISOR_REVIEW)


def _shown_unit(request: HttpRequest, units: QuerySet[Agency]) -> Agency:
    """The unit of the URL if the actor watches it, else the highest one they watch. 404 for any other."""
    wanted = request.GET.get("unit", "")
    if not wanted:
        unit = units.order_by("path").first()
        if unit is None:
            raise Http404
        return unit
    try:
        return get_object_or_404(units, pk=uuid.UUID(wanted))
    except ValueError as error:
        raise Http404 from error


def _figure(progress: Progress, track: Track) -> object:
    return stacked_bars(
        title=_("Progress by unit"),
        group_title=_("Unit"),
        unit=_("finished"),
        marks=(Mark("1", _("Finished")), Mark("2", _("Begun")), Mark("track", _("Not begun"))),
        groups=[
            Group(
                label=row.unit.name,
                counts=(row.finished, row.begun, row.waiting),
                url=f"{reverse('progress')}?track={track}&unit={row.unit.pk}" if row.has_children else "",
            )
            for row in progress.rows
        ],
    )


@access(
    roles=[*WATCHING_ROLES, Role.AGENCY_HEAD, Role.AUDITOR],
    reason="Those who watch over an agency see how far its units are, without any content.",
)
@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """One step of the year, unit by unit; filters live in the URL."""
    cycle = latest_opened_cycle()
    units = watched_units(actor_of(request))
    if cycle is None:
        return render(request, "appraisal/hr/progress.html", {"cycle": None})
    unit = _shown_unit(request, units)
    track = Track(request.GET["track"]) if request.GET.get("track") in Track.values else Track.SELF_ASSESSMENT
    found = progress_below(cycle, unit, track)
    query = f"&unit={unit.pk}" if request.GET.get("unit") else ""
    return render(
        request,
        "appraisal/hr/progress.html",
        {
            "cycle": cycle,
            "unit": unit,
            "parent": units.filter(pk=unit.parent_id).first() if unit.parent_id else None,
            "track": track,
            "progress": found,
            "figure": _figure(found, track) if found.rows else None,
            "as_of": f"{day(found.as_of)}, {clock_time(found.as_of)}" if found.as_of else "",
            "tabs": [
                NavItem(step.label, f"{reverse('progress')}?track={step}{query}", step == track)
                for step in Track
            ],
            "watches": bool(WATCHING_ROLES & actor_of(request).roles),
            "hr": bool(HR_ROLES & actor_of(request).roles),
            "sees_peers": bool({*HR_ROLES, Role.AGENCY_HEAD} & actor_of(request).roles),
        },
    )


@access(roles=WATCHING_ROLES, reason="HR and performance managers see who is late, and whose move it is.")
@require_safe
def late(request: HttpRequest) -> HttpResponse:
    """Everybody who is late in a phase, by name; filters live in the URL."""
    at = arrival(request)
    cycle = latest_opened_cycle()
    if cycle is None:
        return render(request, "appraisal/hr/late.html", {"cycle": None})
    units = list(
        watched_units(actor_of(request))
        .filter(parent__isnull=False, path__regex=r"^([^/]+/){1,3}$")
        .order_by("path")
    )
    form = LateFilter(request.GET or {"phase": Phase.SELF_ASSESSMENT}, units=units)
    chosen = form.cleaned_data if form.is_valid() else {}
    phase = Phase(chosen.get("phase") or Phase.SELF_ASSESSMENT)
    unit = next((unit for unit in units if str(unit.pk) == chosen.get("unit")), None)
    seen = watch(actor_of(request), cycle, at=at, path=unit.path if unit else "")
    page = late_page(seen, phase, name=chosen.get("q", ""), after=request.GET.get("after", ""))
    return render(
        request,
        "appraisal/hr/late.html",
        {
            "cycle": cycle,
            "form": form,
            "phase": phase,
            "page": page,
            "counts": list(late_counts(seen).items()),
            "may_extend": bool(HR_ROLES & actor_of(request).roles),
        },
    )


@access(roles=HR_ROLES, reason="HR gives one person more time, with a reason that the person reads.")
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """More time for one person in one phase."""
    at = arrival(request)
    appraisal = visible_appraisal(request, appraisal_id)
    if Party.HR not in parties_of(actor_of(request), appraisal):
        raise PermissionDenied
    facts = facts_of(appraisal, at=at)
    form = ExtensionForm(
        request.POST if request.method == "POST" else None,
        initial=initial_from_carried(request) or {"phase": request.GET.get("phase", "")},
        phases=[phase for phase in EXTENDABLE if phase in facts.windows],
    )
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            extend_window(
                actor=actor_of(request),
                appraisal_id=appraisal.pk,
                phase=Phase(form.cleaned_data["phase"]),
                until=form.cleaned_data["until"],
                reason=form.cleaned_data["reason"],
                at=at,
            )
        if call.done:
            messages.success(
                request, _("%(name)s has more time and has been told.") % {"name": appraisal.employee.name}
            )
            return redirect("overview", appraisal.pk)
    return render(
        request,
        "appraisal/hr/extend.html",
        {
            "appraisal": appraisal,
            "form": form,
            "windows": [(phase, facts.windows[phase]) for phase in EXTENDABLE if phase in facts.windows],
        },
    )
