"""The employee's list of reviewers: look for colleagues, put them on it, take them off, send it."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import actor_of
from appraisal.enums import CycleState, ReviewGroup
from appraisal.forms.invitations import ColleagueFilter
from appraisal.models import Appraisal
from appraisal.obstacles import proposal_refusals
from appraisal.selectors.colleague_search import enough_colleagues
from appraisal.selectors.colleagues import Ground, ground_of
from appraisal.selectors.nominations import Nomination, Wanted, nomination_on, own_invitations
from appraisal.services import nominations as services
from appraisal.views.answers import answering, own_appraisal
from appraisal.views.invitation_words import entry_row, hit_row
from core.access import access
from core.clock import arrival

_OWN = "The employee proposes who gives a view of their work."


def group_of(text: str) -> ReviewGroup:
    """The group that a page of ours named; peers for anything else."""
    return ReviewGroup(text) if text in ReviewGroup.values else ReviewGroup.PEER


def wanted_in(request: HttpRequest, ground: Ground) -> Wanted:
    """Whom the reader looks for, as the address of the page says."""
    form = ColleagueFilter(request.GET)
    group = group_of(request.GET.get("as", "")) if ground.is_head else ReviewGroup.PEER
    return Wanted(form.typed, group)


def search_part(request: HttpRequest, nomination: Nomination) -> dict[str, Any]:
    """The part of a page in which colleagues are looked for."""
    form = ColleagueFilter(request.GET)
    search = nomination.search
    if search is None:
        return {"form": form, "may_add": False}
    return {
        "form": form,
        "may_add": True,
        "group": search.group,
        "typed": search.typed,
        "found": search.found,
        "hits": [hit_row(hit, load) for hit, load in search.hits],
    }


def back_to(request: HttpRequest, route: str, appraisal: Appraisal) -> HttpResponse:
    """The page again, with the same search in its address."""
    kept = {name: request.POST[name] for name in ("q", "as") if request.POST.get(name)}
    url = reverse(route, args=[appraisal.pk])
    return redirect(f"{url}?{urlencode(kept)}" if kept else url)


@access(reason=_OWN)
@require_safe
def reviewers(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """The list as it stands, and the search beside it."""
    appraisal = own_appraisal(request, appraisal_id)
    ground = ground_of(appraisal, at=arrival(request))
    is_open = appraisal.cycle.state == CycleState.OPEN
    reasons = proposal_refusals(ground.facts, settled=ground.settled) if is_open else ()
    may_add = is_open and not reasons
    wanted = wanted_in(request, ground) if may_add else None
    nomination = nomination_on(ground, own_invitations(), wanted=wanted)
    return render(
        request,
        "appraisal/nomination/own.html",
        {
            "appraisal": appraisal,
            "nomination": nomination,
            "reasons": [str(reason) for reason in reasons],
            "lists": [
                (group, [entry_row(one, may_remove=may_add) for one in nomination.of(group)])
                for group in nomination.groups
            ],
            "search": search_part(request, nomination),
            "standing": nomination.standing(ReviewGroup.PEER),
            "fewest": appraisal.cycle.peers_minimum,
            "most": appraisal.cycle.peers_maximum,
            "small_agency": may_add and _is_small(nomination, appraisal.cycle.peers_minimum),
        },
    )


def _is_small(nomination: Nomination, fewest: int) -> bool:
    """Whether too few of the own agency could be asked; often what was found already says no. One query at most."""
    able = [one for one in nomination.entries if one.known.unit]
    if nomination.search is not None:
        able_hits = [hit for hit, _load in nomination.search.hits if not hit.reasons]
        if nomination.search.group == ReviewGroup.PEER and len(able) + len(able_hits) >= fewest:
            return False
    return not enough_colleagues(nomination.ground, wanted=fewest)


@access(reason=_OWN)
@require_POST
def reviewer_propose(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Put one colleague on the list."""
    appraisal = own_appraisal(request, appraisal_id)
    reviewer_id = posted_id(request, "person")
    with answering(request) as call:
        invitation = services.propose_reviewer(
            actor=actor_of(request),
            appraisal_id=appraisal.pk,
            reviewer_id=reviewer_id,
            group=group_of(request.POST.get("as", "")),
            at=arrival(request),
        )
    if call.done:
        messages.success(request, _("%(name)s stands on your list.") % {"name": invitation.reviewer.name})
    return back_to(request, "reviewers", appraisal)


def posted_id(request: HttpRequest, name: str) -> uuid.UUID:
    """The id that a page of ours posted; the nil id, which is nobody's, for anything else."""
    try:
        return uuid.UUID(request.POST.get(name, ""))
    except ValueError:
        return uuid.UUID(int=0)


@access(reason=_OWN)
@require_POST
def reviewer_drop(request: HttpRequest, appraisal_id: uuid.UUID, invitation_id: uuid.UUID) -> HttpResponse:
    """Take one name off the list."""
    appraisal = own_appraisal(request, appraisal_id)
    with answering(request) as call:
        services.drop_proposal(
            actor=actor_of(request),
            appraisal_id=appraisal.pk,
            invitation_id=invitation_id,
            at=arrival(request),
        )
    if call.done:
        messages.success(request, _("The name was taken off your list."))
    return back_to(request, "reviewers", appraisal)


@access(reason=_OWN)
@require_POST
def reviewers_send(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Send the list to the supervisor."""
    appraisal = own_appraisal(request, appraisal_id)
    with answering(request) as call:
        services.send_proposals(actor=actor_of(request), appraisal_id=appraisal.pk, at=arrival(request))
    if call.done:
        messages.success(request, _("Your list was sent to your supervisor, who settles it."))
    return redirect("reviewers", appraisal.pk)
