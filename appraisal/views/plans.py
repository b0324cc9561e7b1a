"""The plan (SKP): read by everybody concerned, written and sent by the employee, changed only as a new version."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import actor_of
from appraisal.completeness import missing_in_plan
from appraisal.enums import Action, CycleState, Party, Phase, PlanState
from appraisal.facts import Facts, Reason
from appraisal.forms.plans import ReasonForm
from appraisal.models import Appraisal, Plan, PlanItem
from appraisal.policies import parties_of
from appraisal.selectors.facts import facts_of
from appraisal.selectors.plans import (
    asked_of,
    items_of,
    next_steps_of_last_year,
    plan_of_last_year,
    readable_versions,
)
from appraisal.services.plans import EDITABLE, copy_last_year, revise_plan, send_plan, withdraw_plan
from appraisal.views.answers import answering, must_have_move, readable_appraisal
from appraisal.views.badges import state_badge
from appraisal.views.plan_view import plan_view
from appraisal.workflow import available, obstacles_to
from core.access import access
from core.clock import arrival
from core.forms import initial_from_carried


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of a plan: the newest, the agreed one that counts, all of them; and the items of the first two."""

    every: Sequence[Plan]
    shown: Plan | None
    agreed: Plan | None
    items: dict[uuid.UUID, tuple[PlanItem, ...]]

    @property
    def shown_items(self) -> tuple[PlanItem, ...]:
        """The items of the newest version."""
        return self.items[self.shown.pk] if self.shown else ()

    @property
    def agreed_items(self) -> tuple[PlanItem, ...] | None:
        """The items of the agreed version that a newer one changes; None when there is nothing to compare."""
        if self.agreed is None or self.agreed is self.shown:
            return None
        return self.items[self.agreed.pk]


def read_versions(appraisal: Appraisal, reader_id: uuid.UUID | None) -> Versions:
    """The versions that the reader may see, and the items of those that the page shows. Three queries."""
    every = readable_versions(appraisal, reader_id)
    shown = every[0] if every else None
    agreed = next((plan for plan in every if plan.state == PlanState.AGREED), None)
    wanted = {plan.pk: plan for plan in (shown, agreed) if plan is not None}
    return Versions(every, shown, agreed, items_of(wanted.values()) if wanted else {})


def may_write(appraisal: Appraisal, facts: Facts, parties: frozenset[Party]) -> bool:
    """Whether the employee can change the results of the open version now."""
    return (
        appraisal.cycle.state == CycleState.OPEN
        and facts.plan in EDITABLE
        and Action.SEND_PLAN in available(facts, parties & {Party.EMPLOYEE})
    )


@access(
    reason="Employee, supervisor, superior, agency head and auditor read a plan; the employee writes their own."
)
@require_safe
def plan(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """The newest version with its differences to the agreed one, what is missing, and what can be done."""
    appraisal = readable_appraisal(request, appraisal_id)
    facts = facts_of(appraisal, at=arrival(request))
    parties = parties_of(actor_of(request), appraisal)
    versions = read_versions(appraisal, actor_of(request).id)
    own = Party.EMPLOYEE in parties
    editable = may_write(appraisal, facts, parties)
    moves = available(facts, parties) if appraisal.cycle.state == CycleState.OPEN else ()
    return render(
        request,
        "appraisal/plan/plan.html",
        {
            "appraisal": appraisal,
            "versions": versions,
            "badge": state_badge(
                facts.plan if own or versions.shown is None else PlanState(versions.shown.state)
            ),
            "plan_view": plan_view(versions.shown_items, compared_with=versions.agreed_items),
            "own": own,
            "editable": editable,
            "missing": missing_in_plan(asked_of(versions.shown_items)) if editable else (),
            "copyable": editable and not versions.shown_items and plan_of_last_year(appraisal) is not None,
            "steps": list(next_steps_of_last_year(appraisal)),
            "may_withdraw": Action.WITHDRAW_PLAN in moves,
            "may_revise": Action.REVISE_PLAN in moves and not _revision_refused(facts, parties),
            "closed": _why_not_editable(facts, parties) if own and not editable else (),
            "due": _due(facts) if editable else None,
            "late": facts.has_closed(Phase.PLANNING) and not facts.has_agreed_plan,
        },
    )


def _revision_refused(facts: Facts, parties: frozenset[Party]) -> tuple[Reason, ...]:
    return obstacles_to(Action.REVISE_PLAN, facts, parties)


def _why_not_editable(facts: Facts, parties: frozenset[Party]) -> tuple[Reason, ...]:
    """Why an open version cannot be written now: too early, or time is up."""
    if facts.plan not in EDITABLE:
        return ()
    return obstacles_to(Action.SEND_PLAN, facts, parties)


def _due(facts: Facts) -> object:
    """Until when the plan is to be sent: the end of planning, or of the time that is left when it is late."""
    phase = Phase.SUPERVISOR_REVIEW if facts.has_closed(Phase.PLANNING) else Phase.PLANNING
    window = facts.windows.get(phase)
    return window.closes_at if window else None


@access(reason="Whoever reads the plan reads its earlier versions, too.")
@require_safe
def plan_version(request: HttpRequest, appraisal_id: uuid.UUID, version: int) -> HttpResponse:
    """One version as it was, with its differences to the version before it."""
    appraisal = readable_appraisal(request, appraisal_id)
    every = readable_versions(appraisal, actor_of(request).id)
    shown = next((one for one in every if one.version == version), None)
    if shown is None:
        raise Http404
    before = next((one for one in every if one.version == version - 1), None)
    items = items_of([one for one in (shown, before) if one is not None])
    return render(
        request,
        "appraisal/plan/version.html",
        {
            "appraisal": appraisal,
            "shown": shown,
            "badge": state_badge(PlanState(shown.state)),
            "plan_view": plan_view(items[shown.pk], compared_with=items[before.pk] if before else None),
        },
    )


@access(reason="The employee sends their own plan to the supervisor.")
@require_POST
def plan_send(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Send the open version."""
    appraisal = readable_appraisal(request, appraisal_id)
    with answering(request) as call:
        send_plan(actor=actor_of(request), appraisal_id=appraisal.pk, at=arrival(request))
    if call.done:
        messages.success(request, _("Your plan has been sent. You get a message as soon as it is answered."))
    return redirect("plan", appraisal.pk)


@access(reason="The employee takes their own plan back.")
@require_POST
def plan_withdraw(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Take a sent plan back."""
    appraisal = readable_appraisal(request, appraisal_id)
    with answering(request) as call:
        withdraw_plan(actor=actor_of(request), appraisal_id=appraisal.pk, at=arrival(request))
    if call.done:
        messages.success(request, _("Your plan is yours again. Send it when it is ready."))
    return redirect("plan", appraisal.pk)


@access(reason="The employee begins with last year's plan.")
@require_POST
def plan_copy(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Copy last year's agreed results into an empty plan."""
    appraisal = readable_appraisal(request, appraisal_id)
    with answering(request):
        copied = copy_last_year(actor=actor_of(request), appraisal_id=appraisal.pk, at=arrival(request))
        messages.success(
            request,
            _("Results copied from last year: %(n)s. Check each target before you send the plan.")
            % {"n": copied},
        )
    return redirect("plan", appraisal.pk)


@access(reason="Employee and supervisor begin a new version of an agreed plan.")
@require_http_methods(["GET", "HEAD", "POST"])
def plan_revise(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Ask for the reason, then begin a new version; the agreed one counts until the new one is agreed."""
    appraisal = readable_appraisal(request, appraisal_id)
    must_have_move(request, appraisal, Action.REVISE_PLAN)
    form = ReasonForm(
        request.POST if request.method == "POST" else None, initial=initial_from_carried(request)
    )
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            revise_plan(
                actor=actor_of(request),
                appraisal_id=appraisal.pk,
                reason=form.cleaned_data["reason"],
                at=arrival(request),
            )
        if call.done:
            messages.success(
                request, _("A new version has been begun. Change it, then send it to be agreed.")
            )
            return redirect("plan", appraisal.pk)
    return render(request, "appraisal/plan/revise.html", {"appraisal": appraisal, "form": form})
