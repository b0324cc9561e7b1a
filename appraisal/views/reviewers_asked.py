"""HR's page of one person: who was asked, more time for one reviewer, cancelling. Never whether anybody answered."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import actor_of
from accounts.enums import HR_ROLES, WATCHING_ROLES
from appraisal.enums import CycleState, Party, Phase
from appraisal.forms.invitations import DueFilter, MoreTimeForm
from appraisal.models import Appraisal, Invitation
from appraisal.policies import parties_of
from appraisal.selectors.colleagues import ground_of
from appraisal.selectors.cycles import latest_opened_cycle
from appraisal.selectors.facts import facts_of_invitation
from appraisal.selectors.late import watch
from appraisal.selectors.nominations import known_to, nomination_on
from appraisal.selectors.progress import watched_units
from appraisal.selectors.reviewers_due import due_count, due_page
from appraisal.services.invitations import extend_invitation
from appraisal.views.answers import answering, visible_appraisal
from appraisal.views.invitation_words import entry_row
from appraisal.views.team_reviewers import withdrawing
from core.access import access
from core.clock import arrival
from core.forms import initial_from_carried

_HR = "HR sees who was asked and when, helps with more time and cancels; never whether or what anybody answered."


def _watched(request: HttpRequest, appraisal_id: uuid.UUID) -> Appraisal:
    """An appraisal of the subtree: 404 when it is invisible, 403 for whoever is not its HR."""
    appraisal = visible_appraisal(request, appraisal_id)
    if Party.HR not in parties_of(actor_of(request), appraisal):
        raise PermissionDenied
    return appraisal


@access(roles=HR_ROLES, reason=_HR)
@require_safe
def reviewers_asked(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Everybody on the list with state and dates."""
    appraisal = _watched(request, appraisal_id)
    ground = ground_of(appraisal, at=arrival(request))
    nomination = nomination_on(ground, known_to(actor_of(request)))
    opened = nomination.box is not None and nomination.box.opened_at is not None
    may_change = appraisal.cycle.state == CycleState.OPEN and not opened
    return render(
        request,
        "appraisal/nomination/asked.html",
        {
            "appraisal": appraisal,
            "nomination": nomination,
            "lists": [
                (group, [entry_row(one, may_remove=may_change, hr=True) for one in nomination.of(group)])
                for group in nomination.groups
            ],
        },
    )


@access(roles=HR_ROLES, reason=_HR)
@require_http_methods(["GET", "HEAD", "POST"])
def reviewer_extend(request: HttpRequest, appraisal_id: uuid.UUID, invitation_id: uuid.UUID) -> HttpResponse:
    """More time for one reviewer."""
    appraisal = _watched(request, appraisal_id)
    at = arrival(request)
    invitation = get_object_or_404(
        Invitation.objects.visible_to(actor_of(request)).select_related(
            "reviewer", "appraisal__agency", "appraisal__box"
        ),
        pk=invitation_id,
        appraisal=appraisal,
    )
    form = MoreTimeForm(
        request.POST if request.method == "POST" else None, initial=initial_from_carried(request)
    )
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            extend_invitation(
                actor=actor_of(request),
                invitation_id=invitation.pk,
                until=form.cleaned_data["until"],
                reason=form.cleaned_data["reason"],
                at=at,
            )
        if call.done:
            messages.success(
                request,
                _("%(name)s has more time and has been told.") % {"name": invitation.reviewer.name},
            )
            return redirect("reviewers_asked", appraisal.pk)
    return render(
        request,
        "appraisal/nomination/extend.html",
        {
            "appraisal": appraisal,
            "invitation": invitation,
            "form": form,
            "window": facts_of_invitation(invitation, at=at).windows.get(Phase.PEER_REVIEW),
        },
    )


@access(roles=HR_ROLES, reason=_HR)
@require_http_methods(["GET", "HEAD", "POST"])
def reviewer_cancel(request: HttpRequest, appraisal_id: uuid.UUID, invitation_id: uuid.UUID) -> HttpResponse:
    """Cancel one invitation, accepted ones too, with a reason."""
    return withdrawing(request, _watched(request, appraisal_id), invitation_id, back="reviewers_asked")


@access(
    roles=WATCHING_ROLES,
    reason="HR and performance managers see which reviewers are still due, never about whom or what they wrote.",
)
@require_safe
def reviewers_due(request: HttpRequest) -> HttpResponse:
    """Reviewers whose view has not been sent, by name; filters live in the URL."""
    cycle = latest_opened_cycle()
    if cycle is None:
        return render(request, "appraisal/hr/reviewers_due.html", {"cycle": None})
    actor = actor_of(request)
    units = list(
        watched_units(actor).filter(parent__isnull=False, path__regex=r"^([^/]+/){1,3}$").order_by("path")
    )
    form = DueFilter(request.GET, units=units)
    chosen = form.cleaned_data if form.is_valid() else {}
    unit = next((unit for unit in units if str(unit.pk) == chosen.get("unit")), None)
    seen = watch(actor, cycle, at=arrival(request), path=unit.path if unit else "")
    return render(
        request,
        "appraisal/hr/reviewers_due.html",
        {
            "cycle": cycle,
            "form": form,
            "page": due_page(seen, name=chosen.get("q", ""), after=request.GET.get("after", "")),
            "n": due_count(seen),
        },
    )
