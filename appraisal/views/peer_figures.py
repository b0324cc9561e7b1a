"""What peers said, once the box is open: to the employee, supervisor and superior; over an agency to HR and its head."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.actors import actor_of
from accounts.enums import HR_ROLES, Role
from appraisal.models import Appraisal
from appraisal.selectors.agency_peers import agencies_with_peers, agency_peers, state_of
from appraisal.selectors.cycles import latest_opened_cycle
from appraisal.selectors.peer_figures import peer_page, value_names
from core.access import access
from core.clock import arrival


@access(
    reason="The employee once the box is open, the supervisor after their own first save, the superior after "
    "publication; before that the page says when. Others never."
)
@require_safe
def peer_figures(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Figures by group and value, words as strengths and wishes, and what is suppressed and why."""
    try:
        page = peer_page(actor_of(request), appraisal_id, at=arrival(request))
    except Appraisal.DoesNotExist as error:
        raise Http404 from error
    return render(request, "appraisal/peer_figures/page.html", {"page": page, "appraisal": page.appraisal})


@access(
    roles=[*HR_ROLES, Role.AGENCY_HEAD],
    reason="HR and the head of an agency see stored figures of ten people or more, never of a person.",
)
@require_safe
def agency_figures(request: HttpRequest) -> HttpResponse:
    """One agency at a time; there is nothing else to choose, so that nothing can be told apart."""
    cycle = latest_opened_cycle()
    if cycle is None:
        return render(request, "appraisal/peer_figures/agency.html", {"cycle": None})
    agencies = agencies_with_peers(actor_of(request), cycle)
    listed = [(agency, state_of(agency)) for agency in agencies]
    chosen = _chosen(request, [agency for agency, _state in listed])
    return render(
        request,
        "appraisal/peer_figures/agency.html",
        {
            "cycle": cycle,
            "agencies": listed,
            "peers": agency_peers(chosen, value_names()) if chosen is not None else None,
        },
    )


def _chosen(request: HttpRequest, agencies: list) -> object:
    """The agency of the URL, or the only one; None where there is a choice. 404 for any other."""
    wanted = request.GET.get("unit", "")
    if not wanted:
        return agencies[0] if len(agencies) == 1 else None
    for agency in agencies:
        if str(agency.pk) == wanted:
            return agency
    raise Http404
