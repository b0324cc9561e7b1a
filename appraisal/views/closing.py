"""HR: how far the bulk acts of a year are, closing the year, and its closing record."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import actor_of
from accounts.enums import HR_ROLES, Role
from appraisal.enums import CycleState
from appraisal.forms.closing import CloseForm
from appraisal.models import Cycle
from appraisal.selectors.bulk import work_of
from appraisal.selectors.closing import closing_of, groups_of, readiness_to_close
from appraisal.services.cycle_closing import close_cycle
from appraisal.views.answers import answering
from core.access import access
from core.clock import arrival
from core.forms import initial_from_carried
from core.seals import latest_seal


@access(roles=HR_ROLES, reason="HR sees how far the bulk acts of a year are.")
@require_safe
def work(request: HttpRequest, cycle_id: uuid.UUID) -> HttpResponse:
    """The part of the year's page that tells how far its bulk acts are, for the script that asks again."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    return render(request, "appraisal/hr/_work.html", {"cycle": cycle, "work": work_of(cycle)})


@access(roles=[Role.HR_CITY], reason="The HR admin of the city closes a year for everybody.")
@require_http_methods(["GET", "HEAD", "POST"])
def close_page(request: HttpRequest, cycle_id: uuid.UUID) -> HttpResponse:
    """What stands in the way, or the question once more; then the year is closed."""
    at = arrival(request)
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    if cycle.state == CycleState.CLOSED:
        messages.info(request, _("This year is closed already."))
        return redirect("cycle", cycle.pk)
    ready = readiness_to_close(cycle, at=at)
    form = CloseForm(
        request.POST if request.method == "POST" else None,
        left_out=ready.left_out,
        initial=initial_from_carried(request),
    )
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            close_cycle(
                actor=actor_of(request),
                cycle_id=cycle.pk,
                reason=form.cleaned_data.get("reason", ""),
                at=at,
            )
        if call.done:
            messages.success(request, _("The year is closed."))
            return redirect("cycle_closing", cycle.pk)
    return render(request, "appraisal/hr/close.html", {"cycle": cycle, "ready": ready, "form": form})


@access(roles=[*HR_ROLES, Role.AUDITOR], reason="HR and the auditor read how a year was closed.")
@require_safe
def closing_page(request: HttpRequest, cycle_id: uuid.UUID) -> HttpResponse:
    """The closing record of a year, with the head of the seals then and now."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    closing = closing_of(cycle)
    if closing is None:
        raise Http404
    seal = latest_seal()
    return render(
        request,
        "appraisal/hr/closing.html",
        {
            "cycle": cycle,
            "closing": closing,
            "groups": groups_of(closing),
            "work": work_of(cycle),
            "head": seal.head_text if seal else "",
        },
    )
