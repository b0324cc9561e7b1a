"""HR: how many reviewers a year asks. Typed while the year is in preparation, shown afterwards."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import actor_of
from accounts.enums import HR_ROLES
from appraisal.enums import CycleState
from appraisal.forms.peer_figures import PeerNumbersForm
from appraisal.models import Cycle
from appraisal.selectors.cycles import is_city_hr
from appraisal.services.peer_numbers import FIELDS, set_peer_numbers
from appraisal.views.answers import answering
from core.access import access
from core.clock import arrival
from core.forms import initial_from_carried


@access(roles=HR_ROLES, reason="HR of the city sets how many reviewers a year asks; other HR reads it.")
@require_http_methods(["GET", "HEAD", "POST"])
def numbers(request: HttpRequest, cycle_id: uuid.UUID) -> HttpResponse:
    """The four numbers of one year."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    stored = {name: getattr(cycle, name) for name in FIELDS}
    form = PeerNumbersForm(
        request.POST if request.method == "POST" else None,
        initial={**stored, **initial_from_carried(request)},
    )
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            set_peer_numbers(
                actor=actor_of(request), cycle_id=cycle.pk, at=arrival(request), **form.cleaned_data
            )
        if call.done:
            messages.success(request, _("The numbers are saved."))
            return redirect("cycle", cycle.pk)
    may_write = is_city_hr(actor_of(request)) and cycle.state == CycleState.DRAFT
    return render(
        request,
        "appraisal/hr/peer_numbers.html",
        {
            "cycle": cycle,
            "form": form if may_write or request.method == "POST" else None,
            "numbers": [(form.fields[name].label, stored[name]) for name in FIELDS],
        },
    )
