"""One planned result in the self-assessment: what was reached, how, and what it brought about."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from appraisal.enums import Topic
from appraisal.facts import Reason
from appraisal.forms.execution import figure_name
from appraisal.models import Appraisal
from appraisal.prompts import prompts_for
from appraisal.selectors.assessments import (
    answers_of,
    value_pages,
)
from appraisal.selectors.drafts import Draft
from appraisal.selectors.plans import ItemRow, agreed_rows, with_evidence
from appraisal.selectors.self_pages import (
    Page,
    item_pages,
    value_pages_of,
)
from appraisal.views import realization
from appraisal.views.answers import own_appraisal
from appraisal.views.drafting import Outcome
from appraisal.views.self_steps import after_saving, common_context, place_of, turned_away
from core.access import access


@access(reason="The employee writes about their own results.")
@require_http_methods(["GET", "HEAD", "POST"])
def self_item(request: HttpRequest, appraisal_id: uuid.UUID, item_key: uuid.UUID) -> HttpResponse:
    """What was reached for one planned result, how, and what it brought about; its evidence stands beside."""
    appraisal = own_appraisal(request, appraisal_id)
    if elsewhere := turned_away(request, appraisal):
        return elsewhere
    key = str(item_key)
    rows = agreed_rows(appraisal)
    row = realization.find_row(rows, item_key)
    outcome = Outcome()
    posted = None
    if request.method == "POST":
        posted = realization.result_form(request, row, Draft(), reflecting=True, data=request.POST)
        outcome = realization.save_result_page(request, appraisal, row, posted)
        if outcome.response is not None:
            return outcome.response
        rows = agreed_rows(appraisal)
        row = realization.find_row(rows, item_key)
    answers = answers_of(appraisal, appraisal.employee_id)
    place = place_of(request, appraisal, item_pages(rows, answers), key, lambda: _first_value(appraisal))
    if posted is not None and outcome.saved is not None:
        onward = after_saving(
            request, appraisal, posted, place, place.page.missing, lambda reason: _item_field(reason, row)
        )
        if onward:
            return onward
    draft = Draft(
        answers.one(Topic.ITEM, key),
        answers.revision(Topic.ITEM, key),
        answers.saved_at(Topic.ITEM, key),
    )
    form = posted or realization.result_form(request, row, draft, reflecting=True)
    (row,) = with_evidence(appraisal, [row])
    stored = realization.fields_of(outcome.stored.data) if outcome.stored else {}
    return render(
        request,
        "appraisal/self_assessment/item.html",
        {
            **common_context(request, appraisal, form, place, outcome, draft),
            "row": row,
            "figures": realization.figure_fields(form),
            "stored": realization.result_words(row, stored),
            "process_prompts": prompts_for("self", "process"),
            "impact_prompts": prompts_for("self", "impact"),
        },
    )


def _item_field(reason: Reason, row: ItemRow) -> str | None:
    """The field that mends a missing part of a planned result."""
    if reason.code == "no_realization":
        empty = next((one for one in row.measures if one.value is None), None)
        return figure_name(empty.measure.key) if empty else None
    return {"no_process": "process", "no_impact": "impact"}.get(reason.code)


def _first_value(appraisal: Appraisal) -> Page | None:
    answers = answers_of(appraisal, appraisal.employee_id)
    return next(iter(value_pages_of(appraisal, value_pages(), answers)), None)
