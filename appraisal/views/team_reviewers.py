"""The reviewers of those whom one leads: the team's lists, one person's list, approving, adding and taking out."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import actor_of
from appraisal.enums import INVITED, CycleState, InvitationState, Party, ReviewGroup
from appraisal.forms.invitations import WithdrawForm
from appraisal.models import Appraisal, Invitation
from appraisal.obstacles import nomination_refusals, replacement_refusals
from appraisal.policies import parties_of
from appraisal.selectors.colleagues import ground_of
from appraisal.selectors.nominations import known_to, nomination_on, team_nominations
from appraisal.services import nominations as services
from appraisal.services.invitations import withdraw_invitation
from appraisal.views.answers import answering, visible_appraisal
from appraisal.views.invitation_words import entry_row, team_row
from appraisal.views.nominations import back_to, group_of, posted_id, search_part, wanted_in
from core.access import access
from core.clock import arrival
from core.forms import initial_from_carried

_LEADS = "Supervisor and Plh settle who is asked about those they lead; the superior reads it."
_LEADERS = frozenset({Party.SUPERVISOR, Party.DELEGATE})


@access(
    reason="Whoever leads people sees where their lists of reviewers stand; it is empty for anybody else."
)
@require_safe
def team_nominated(request: HttpRequest) -> HttpResponse:
    """Everybody one leads, with what waits first."""
    at = arrival(request)
    rows = team_nominations(actor_of(request), at=at)
    return render(
        request,
        "appraisal/nomination/team.html",
        {
            "rows": [team_row(row) for row in rows],
            "to_approve": sum(row.to_approve for row in rows),
            "to_replace": sum(row.to_replace for row in rows),
        },
    )


def _led(request: HttpRequest, appraisal_id: uuid.UUID) -> Appraisal:
    """The appraisal of somebody one leads or stands above: 404 when it is invisible, 403 for everybody else."""
    appraisal = visible_appraisal(request, appraisal_id)
    if not parties_of(actor_of(request), appraisal) & {*_LEADERS, Party.SUPERIOR}:
        raise PermissionDenied
    return appraisal


@access(reason=_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def team_reviewers(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """The list of one person with the load of each reviewer; POST approves all who wait."""
    appraisal = _led(request, appraisal_id)
    if request.method == "POST":
        return _approve(request, appraisal)
    return render(request, "appraisal/nomination/led.html", _page(request, appraisal))


def _approve(request: HttpRequest, appraisal: Appraisal) -> HttpResponse:
    seen = set()
    for text in request.POST.getlist("seen"):
        try:
            seen.add(uuid.UUID(text))
        except ValueError as error:
            raise Http404 from error
    with answering(request) as call:
        services.approve_reviewers(
            actor=actor_of(request), appraisal_id=appraisal.pk, seen=seen, at=arrival(request)
        )
    if call.done:
        messages.success(
            request,
            _("The list of %(name)s is settled. Everybody on it has been asked.")
            % {"name": appraisal.employee.name},
        )
    return redirect("team_reviewers", appraisal.pk)


def _page(request: HttpRequest, appraisal: Appraisal) -> dict[str, Any]:
    actor = actor_of(request)
    ground = ground_of(appraisal, at=arrival(request))
    leads = bool(parties_of(actor, appraisal) & _LEADERS)
    is_open = appraisal.cycle.state == CycleState.OPEN
    closed = replacement_refusals(ground.facts)
    may_add = leads and is_open and not closed
    wanted = wanted_in(request, ground) if may_add else None
    nomination = nomination_on(ground, known_to(actor), wanted=wanted)
    return {
        "appraisal": appraisal,
        "nomination": nomination,
        "leads": leads,
        "reasons": [str(reason) for reason in closed],
        "may_approve": leads and is_open and not nomination_refusals(nomination.facts),
        "lists": [
            (group, [entry_row(one, may_remove=may_add) for one in nomination.of(group)])
            for group in nomination.groups
        ],
        "search": search_part(request, nomination),
        "standing": nomination.standing(ReviewGroup.PEER),
        "fewest": appraisal.cycle.peers_minimum,
        "most": appraisal.cycle.peers_maximum,
    }


@access(reason=_LEADS)
@require_POST
def team_reviewer_add(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Put somebody on the list, or ask them at once when the list is settled."""
    appraisal = _led(request, appraisal_id)
    with answering(request) as call:
        invitation = services.add_reviewer(
            actor=actor_of(request),
            appraisal_id=appraisal.pk,
            reviewer_id=posted_id(request, "person"),
            group=group_of(request.POST.get("as", "")),
            at=arrival(request),
        )
    if call.done:
        asked = invitation.state in INVITED
        text = _("%(name)s has been asked.") if asked else _("%(name)s stands on the list.")
        messages.success(request, text % {"name": invitation.reviewer.name})
    return back_to(request, "team_reviewers", appraisal)


@access(reason=_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def team_reviewer_remove(
    request: HttpRequest, appraisal_id: uuid.UUID, invitation_id: uuid.UUID
) -> HttpResponse:
    """Take somebody off the list, with a reason."""
    appraisal = _led(request, appraisal_id)
    return withdrawing(request, appraisal, invitation_id, back="team_reviewers")


def withdrawing(
    request: HttpRequest, appraisal: Appraisal, invitation_id: uuid.UUID, *, back: str
) -> HttpResponse:
    """The page that asks for the reason of a withdrawal, for supervisor and HR alike."""
    invitation = get_object_or_404(
        Invitation.objects.visible_to(actor_of(request)).select_related("reviewer"),
        pk=invitation_id,
        appraisal=appraisal,
    )
    form = WithdrawForm(
        request.POST if request.method == "POST" else None, initial=initial_from_carried(request)
    )
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            withdraw_invitation(
                actor=actor_of(request),
                invitation_id=invitation.pk,
                reason=form.cleaned_data["reason"],
                at=arrival(request),
            )
        if call.done:
            messages.success(request, _("%(name)s is no longer asked.") % {"name": invitation.reviewer.name})
            return redirect(back, appraisal.pk)
    return render(
        request,
        "appraisal/nomination/remove.html",
        {
            "appraisal": appraisal,
            "invitation": invitation,
            "form": form,
            "back": back,
            "told": invitation.state != InvitationState.PROPOSED,
        },
    )
