"""The plan of somebody one leads: read it with last year beside it, agree, return it, or start a change."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import actor_of
from appraisal.enums import Action, Phase, PlanState
from appraisal.forms.team import CommentForm
from appraisal.models import Appraisal, Plan
from appraisal.selectors.led import Led, led_appraisal
from appraisal.selectors.plans import items_of, versions_of
from appraisal.services import plans
from appraisal.views.answers import answering
from appraisal.views.moments import read_moment
from appraisal.views.plan_view import plan_view
from appraisal.workflow import available
from core.access import access
from core.clock import arrival
from core.forms import initial_from_carried

_READABLE = frozenset({PlanState.SENT, PlanState.AGREED})


def led_or_404(request: HttpRequest, appraisal_id: uuid.UUID, at: dt.datetime) -> Led:
    """The appraisal as the reader may see it. 404 when it is invisible, 403 when its content is not theirs to read."""
    try:
        led = led_appraisal(actor_of(request), appraisal_id, at=at)
    except Appraisal.DoesNotExist as error:
        raise Http404 from error
    if not led.leads:
        raise PermissionDenied
    return led


@access(reason="Supervisor, Plh, superior and agency head read the plan; supervisor and Plh answer to it.")
@require_http_methods(["GET", "HEAD", "POST"])
def team_plan(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Read a plan and answer to it; what was typed stays when the answer is refused."""
    at = arrival(request)
    led = led_or_404(request, appraisal_id, at)
    act = request.POST.get("act", "")
    carried = initial_from_carried(request)
    forms = {
        name: _comment_form(name, request.POST if act == name else None, carried)
        for name in ("return", "change")
    }
    if request.method == "POST" and _answer(request, led, act, forms, at):
        return redirect("team_plan", led.appraisal.pk)
    actions = available(led.facts, led.parties)
    return render(
        request,
        "appraisal/team/plan.html",
        {
            "led": led,
            "appraisal": led.appraisal,
            "may_agree": Action.AGREE_PLAN in actions,
            "may_return": Action.RETURN_PLAN in actions,
            "may_change": Action.REVISE_PLAN in actions,
            "plan_due": _due(led),
            "forms": forms,
            "opened": act or carried.get("act", ""),
            **_versions(led.appraisal),
        },
    )


def _due(led: Led) -> dt.datetime | None:
    """Until when the plan should be agreed; None once it is."""
    window = led.facts.windows.get(Phase.PLANNING)
    return window.closes_at if window and not led.facts.has_agreed_plan else None


def _comment_form(act: str, data: Any, carried: dict[str, Any]) -> CommentForm:
    words = {
        "return": (_("What should be mended?"), _("Say it so that the next version can be agreed.")),
        "change": (_("Why does the plan change?"), _("The agreed plan counts until the new one is agreed.")),
    }
    label, hint = words[act]
    return CommentForm(
        data,
        label=label,
        hint=hint,
        initial={"comment": carried.get("comment", "")} if carried.get("act") == act else None,
        auto_id=f"id_{act}_%s",
    )


def _answer(request: HttpRequest, led: Led, act: str, forms: dict[str, CommentForm], at: dt.datetime) -> bool:
    """Carry out the answer; False when it was refused and the page says why."""
    who: dict[str, Any] = {"actor": actor_of(request), "appraisal_id": led.appraisal.pk, "at": at}
    seen_at = read_moment(request.POST.get("seen_at", ""))
    name = led.appraisal.employee.name
    if act == "agree":
        with answering(request) as call:
            plans.agree_plan(**who, seen_at=seen_at)
        if call.done:
            messages.success(request, _("You agreed to the plan of %(name)s.") % {"name": name})
        return True
    form = forms.get(act)
    if form is None:
        raise Http404
    if not form.is_valid():
        return False
    comment = form.cleaned_data["comment"]
    with answering(request, form) as call:
        if act == "return":
            plans.return_plan(**who, comment=comment, seen_at=seen_at)
        else:
            plans.revise_plan(**who, reason=comment)
    if call.done:
        text = (
            _("The plan was returned to %(name)s with your comment.")
            if act == "return"
            else _("A new version was begun. %(name)s can change it and send it again.")
        )
        messages.success(request, text % {"name": name})
    return call.done


def _versions(appraisal: Appraisal) -> dict[str, Any]:
    """The version to read, marked against the agreed one where both exist; a draft stays with its writer. Three queries."""
    versions = versions_of(appraisal)
    readable = [plan for plan in versions if plan.state in _READABLE]
    newest: Plan | None = versions[0] if versions else None
    shown, earlier = [*readable, None, None][:2]
    items = items_of([plan for plan in (shown, earlier) if plan is not None])
    return {
        "newest": newest,
        "shown": shown,
        "earlier": earlier,
        "seen_at": shown.sent_at.isoformat() if shown is not None and shown.sent_at is not None else "",
        "plan_view": plan_view(
            items[shown.pk], compared_with=items[earlier.pk] if earlier is not None else None
        )
        if shown is not None
        else None,
    }
