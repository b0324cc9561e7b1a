"""One planned result: added, changed and removed by the employee while the plan is open."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import actor_of
from appraisal.forms.plans import PlanItemForms, filled_from, typed_from
from appraisal.models import Appraisal, PlanItem
from appraisal.policies import parties_of
from appraisal.selectors.facts import facts_of
from appraisal.selectors.plans import indicators_for, next_steps_of_last_year, open_items
from appraisal.services.plans import add_item, change_item, remove_item
from appraisal.views.answers import answering, own_appraisal, refused_form
from appraisal.views.plan_view import PlanView, plan_view
from appraisal.views.plans import may_write
from core.access import access
from core.clock import arrival
from core.forms import initial_from_carried
from indicators.models import Indicator

PREFILL = "prefill"


@access(reason="The employee adds a result to their own plan.")
@require_http_methods(["GET", "HEAD", "POST"])
def plan_item_new(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """An empty form; sent, the result is added."""
    appraisal = own_appraisal(request, appraisal_id)
    indicators = list(indicators_for(appraisal))
    if request.method != "POST":
        typed = initial_from_carried(request)
        if not typed and (turned_away := _turned_away(request, appraisal)):
            return turned_away
        initial = {"key": uuid.uuid4(), **typed}
        return _page(request, appraisal, PlanItemForms(indicators=indicators, initial=initial, version=0))
    if PREFILL in request.POST:
        return _page(request, appraisal, _prefilled(request, indicators, version=0))
    forms = PlanItemForms(request.POST, indicators=indicators, version=0)
    if forms.is_valid():
        with answering(request, forms.item) as call:
            add_item(
                actor=actor_of(request),
                appraisal_id=appraisal.pk,
                data=forms.data,
                key=forms.key,
                at=arrival(request),
            )
        if call.done:
            messages.success(request, _("The result stands in your plan now."))
            return redirect("plan", appraisal.pk)
    return _page(request, appraisal, forms)


@access(reason="The employee changes a result of their own plan.")
@require_http_methods(["GET", "HEAD", "POST"])
def plan_item(request: HttpRequest, appraisal_id: uuid.UUID, item_id: uuid.UUID) -> HttpResponse:
    """The form of one result; sent from an older version, both versions stand on the page."""
    appraisal = own_appraisal(request, appraisal_id)
    item = open_items(appraisal).filter(pk=item_id).first()
    indicators = list(indicators_for(appraisal))
    if item is None:
        return _removed_meanwhile(request, appraisal, indicators)
    if request.method != "POST":
        typed = initial_from_carried(request)
        if not typed and (turned_away := _turned_away(request, appraisal)):
            return turned_away
        initial = {**typed_from(item), **typed}
        forms = PlanItemForms(indicators=indicators, initial=initial, version=item.revision)
        return _page(request, appraisal, forms, item=item)
    if PREFILL in request.POST:
        return _page(request, appraisal, _prefilled(request, indicators, version=item.revision), item=item)
    forms = PlanItemForms(request.POST, indicators=indicators, version=item.revision)
    stored = None
    if forms.is_valid():
        with answering(request, forms.item) as call:
            change_item(
                actor=actor_of(request),
                appraisal_id=appraisal.pk,
                item_id=item.pk,
                data=forms.data,
                revision=forms.revision,
                at=arrival(request),
            )
        if call.done:
            messages.success(request, _("The result has been changed."))
            return redirect("plan", appraisal.pk)
        if call.stale:
            stored = plan_view([call.current])
            forms.item.renew_version(call.current.revision)
    return _page(request, appraisal, forms, item=item, stored=stored)


def _removed_meanwhile(
    request: HttpRequest, appraisal: Appraisal, indicators: Sequence[Indicator]
) -> HttpResponse:
    """Somebody who still writes a result that is gone keeps the text, and can add it as a new one."""
    if request.method != "POST":
        raise Http404
    data = request.POST.copy()
    data["revision"] = "0"
    forms = PlanItemForms(data, indicators=indicators, version=0)
    forms.is_valid()
    refused_form(
        forms.item,
        [_("This result is not in your open plan any more. What you wrote is below; save it as a new one.")],
    )
    return _page(request, appraisal, forms)


def _turned_away(request: HttpRequest, appraisal: Appraisal) -> HttpResponse | None:
    """Back to the plan, which says why, when the plan cannot be changed now."""
    facts = facts_of(appraisal, at=arrival(request))
    if may_write(appraisal, facts, parties_of(actor_of(request), appraisal)):
        return None
    messages.info(request, _("This plan cannot be changed now."))
    return redirect("plan", appraisal.pk)


def _prefilled(request: HttpRequest, indicators: Sequence[Indicator], *, version: int) -> PlanItemForms:
    """The same form with the chosen IKU's unit and direction put in; nothing is stored."""
    typed: Mapping[str, Any] = request.POST.dict()
    chosen = next((one for one in indicators if str(one.pk) == typed.get("indicator")), None)
    return PlanItemForms(indicators=indicators, initial=filled_from(typed, chosen), version=version)


def _page(
    request: HttpRequest,
    appraisal: Appraisal,
    forms: PlanItemForms,
    *,
    item: PlanItem | None = None,
    stored: PlanView | None = None,
) -> HttpResponse:
    quantity, quality, time, cost = forms.measures
    return render(
        request,
        "appraisal/plan/item.html",
        {
            "appraisal": appraisal,
            "item": item,
            "action": reverse("plan_item", args=[appraisal.pk, item.pk])
            if item
            else reverse("plan_item_new", args=[appraisal.pk]),
            "form": forms.item,
            "quantity": quantity,
            "quality": quality,
            "time": time,
            "cost": cost,
            "measures": forms.measures,
            "has_indicators": forms.has_indicators,
            "stored": stored,
            "steps": list(next_steps_of_last_year(appraisal)),
        },
    )


@access(reason="The employee removes a result from their own plan.")
@require_http_methods(["GET", "HEAD", "POST"])
def plan_item_remove(request: HttpRequest, appraisal_id: uuid.UUID, item_id: uuid.UUID) -> HttpResponse:
    """Ask once, then remove; removed twice is removed once."""
    appraisal = own_appraisal(request, appraisal_id)
    item = open_items(appraisal).filter(pk=item_id).first()
    if request.method != "POST":
        if item is None:
            raise Http404
        context = {"appraisal": appraisal, "item": item, "plan_view": plan_view([item])}
        return render(request, "appraisal/plan/remove.html", context)
    with answering(request) as call:
        remove_item(
            actor=actor_of(request),
            appraisal_id=appraisal.pk,
            item_id=item_id,
            at=arrival(request),
        )
    if call.done:
        messages.success(request, _("The result has been removed from your plan."))
    return redirect("plan", appraisal.pk)
