"""The reviewer's invitations: the list, one invitation with its promise, accepting and declining."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import actor_of
from appraisal.enums import Action, DeclineReason, InvitationState, Party, Phase
from appraisal.forms.invitations import DeclineForm
from appraisal.selectors.assessments import value_pages
from appraisal.selectors.invitations import earlier_invitations, standing_invitations
from appraisal.selectors.peer_pages import answer_pages
from appraisal.services.invitations import accept_invitation, decline_invitation
from appraisal.views.answers import answering
from appraisal.views.badges import state_badge
from appraisal.views.invitation_words import asked_row
from appraisal.views.peer_steps import Desk, about, desk_of, own_invitation, page_url, promise_of
from appraisal.workflow import obstacles_to
from core.access import access
from core.clock import arrival
from core.components import DONE, IN_PROGRESS, NOT_STARTED, Task
from core.forms import initial_from_carried

_REVIEWER = frozenset({Party.PEER})


@access(reason="Everybody sees who asks for their view; the list is empty for whoever was not asked.")
@require_safe
def invitations(request: HttpRequest) -> HttpResponse:
    """What waits first, then what is done, then what has ended."""
    at = arrival(request)
    actor = actor_of(request)
    standing = standing_invitations(actor)
    ended = earlier_invitations(actor, after=request.GET.get("after", ""))
    return render(
        request,
        "appraisal/invitation/list.html",
        {
            "waiting": [asked_row(one, at) for one in standing if one.waits(at)],
            "others": [asked_row(one, at) for one in standing if not one.waits(at)],
            "ended": ended.showing(asked_row(one, at) for one in ended.rows),
        },
    )


@access(reason="The reviewer reads the promise and answers the invitation; nobody else is asked by it.")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """The promise before the first word; POST accepts. Once accepted, the pages of the answer."""
    asked = own_invitation(request, invitation_id)
    if request.method == "POST":
        with answering(request) as call:
            accept_invitation(actor=actor_of(request), invitation_id=asked.pk, at=arrival(request))
        if call.done:
            messages.success(request, _("You have accepted. Thank you."))
        return redirect("invitation", asked.pk)
    values = value_pages() if asked.state == InvitationState.ACCEPTED else ()
    desk = desk_of(request, asked, values)
    reasons = obstacles_to(Action.DECLINE_INVITATION, desk.facts, _REVIEWER)
    pages = answer_pages(asked, values, desk.answer) if desk.open and desk.answer is not None else []
    return render(
        request,
        "appraisal/invitation/invitation.html",
        {
            **about(asked),
            "badge": state_badge(InvitationState(asked.state)),
            "promise": promise_of(asked),
            "desk": desk,
            "reasons": [str(reason) for reason in reasons],
            "writes_from": _writes_from(desk),
            "tasks": [
                Task(
                    page.name,
                    IN_PROGRESS if page.begun and page.missing else DONE if page.begun else NOT_STARTED,
                    url=page_url(asked, page),
                )
                for page in pages
            ],
            "done": sum(page.begun and not page.missing for page in pages),
        },
    )


def _writes_from(desk: Desk) -> dt.datetime | None:
    """When writing opens, while that lies ahead; else None."""
    window = desk.facts.windows.get(Phase.PEER_REVIEW)
    return window.opens_at if window is not None and desk.facts.at < window.opens_at else None


@access(reason="The reviewer declines with a reason, which the supervisor reads.")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_decline(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Ask for the reason; declining deletes what was written."""
    asked = own_invitation(request, invitation_id)
    form = DeclineForm(
        request.POST if request.method == "POST" else None, initial=initial_from_carried(request)
    )
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            decline_invitation(
                actor=actor_of(request),
                invitation_id=asked.pk,
                reason=DeclineReason(form.cleaned_data["reason"]),
                comment=form.cleaned_data["comment"],
                at=arrival(request),
            )
        if call.done:
            messages.success(
                request, _("You have declined. The supervisor has been told and can ask somebody else.")
            )
            return redirect("invitations")
    desk = desk_of(request, asked, ())
    return render(
        request,
        "appraisal/invitation/decline.html",
        {
            **about(asked),
            "form": form,
            "accepted": asked.state == InvitationState.ACCEPTED,
            "reasons": [
                str(reason) for reason in obstacles_to(Action.DECLINE_INVITATION, desk.facts, _REVIEWER)
            ],
        },
    )
