"""The year's work: what was reached for each planned result, and the evidence for it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import actor_of
from appraisal.enums import CycleState, Topic
from appraisal.facts import Reason
from appraisal.forms.execution import EvidenceForm, ResultForm, figure_name
from appraisal.models import Appraisal
from appraisal.obstacles import realization_refusals
from appraisal.selectors.drafts import Draft, draft_of
from appraisal.selectors.facts import facts_of
from appraisal.selectors.plans import ItemRow, MeasureRow, agreed_rows, with_evidence
from appraisal.services.drafts import Saved
from appraisal.services.execution import EvidenceData, add_evidence, remove_evidence
from appraisal.services.self_assessments import save_item
from appraisal.views.achieved import achieved
from appraisal.views.answers import answering, own_appraisal, readable_appraisal
from appraisal.views.drafting import Outcome, save_page
from core.access import access
from core.clock import arrival, today
from core.forms import initial_from_carried


@access(
    reason="Employee, supervisor, superior, agency head and auditor read what was reached and its evidence."
)
@require_safe
def realization(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Every planned result with its figures, what they mean, and the evidence."""
    appraisal = readable_appraisal(request, appraisal_id)
    rows = with_evidence(appraisal, agreed_rows(appraisal))
    own = appraisal.employee_id == actor_of(request).id
    refusals = _refusals(request, appraisal) if own else ()
    return render(
        request,
        "appraisal/realization/list.html",
        {
            "appraisal": appraisal,
            "rows": [(row, [achieved(one) for one in row.measures]) for row in rows],
            "own": own,
            "editable": own and not refusals and bool(rows),
            "refusals": refusals,
            "measured": sum(row.measured for row in rows),
            "measures": sum(len(row.measures) for row in rows),
        },
    )


def _refusals(request: HttpRequest, appraisal: Appraisal) -> tuple[Reason, ...] | tuple[str, ...]:
    """Why the employee cannot write realisation or evidence now."""
    if appraisal.cycle.state != CycleState.OPEN:
        return (_("This year's appraisal is closed. It can be read, but not changed."),)
    return realization_refusals(facts_of(appraisal, at=arrival(request)))


def find_row(rows: tuple[ItemRow, ...], item_key: uuid.UUID) -> ItemRow:
    """The planned result with this key. Raises Http404."""
    for row in rows:
        if row.item.key == item_key:
            return row
    raise Http404


def fields_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """A stored page of a planned result as the fields of its form."""
    fields = {figure_name(uuid.UUID(key)): text for key, text in data.get("typed", {}).items()}
    return {**fields, **{name: data[name] for name in ("process", "impact") if name in data}}


def result_form(
    request: HttpRequest, row: ItemRow, draft: Draft, *, reflecting: bool, data: Any = None
) -> ResultForm:
    """The form of a planned result: what was typed last, else the stored figures."""
    stored = {figure_name(one.measure.key): one.value for one in row.measures if one.value is not None}
    initial = {**stored, **fields_of(draft.data), **initial_from_carried(request)}
    return ResultForm(
        data,
        row=row,
        hints={one.measure.key: _hint(one) for one in row.measures},
        reflecting=reflecting,
        initial=initial,
        version=draft.revision,
    )


def _hint(row: MeasureRow) -> str:
    """Aspect, target and direction of a measure, and what was reached so far."""
    shown = achieved(row)
    words = [
        f"{shown.aspect}.",
        _("Target: %(target)s.") % {"target": shown.target},
        f"{shown.polarity}.",
    ]
    if shown.percent:
        words.append(_("Reached so far: %(percent)s of the target.") % {"percent": shown.percent})
    return " ".join(words)


def figure_fields(form: ResultForm) -> list[BoundField]:
    """The fields of the figures in the order of the measures."""
    return [form[figure_name(one.measure.key)] for one in form.row.measures]


def save_result_page(request: HttpRequest, appraisal: Appraisal, row: ItemRow, form: ResultForm) -> Outcome:
    """Store the page; a figure that cannot be read is kept as text and counts as not measured."""

    def save() -> Saved:
        return save_item(
            actor=actor_of(request),
            appraisal_id=appraisal.pk,
            item_key=row.item.key,
            realizations=form.figures,
            typed=form.typed,
            process=form.cleaned_data.get("process"),
            impact=form.cleaned_data.get("impact"),
            revision=form.cleaned_data["revision"],
            at=arrival(request),
        )

    storable = form.is_valid() or form.only_figures_are_wrong
    return save_page(request, form, save=save, fields_of=fields_of, storable=storable)


@access(reason="The employee writes what was reached in their own plan.")
@require_http_methods(["GET", "HEAD", "POST"])
def realization_item(request: HttpRequest, appraisal_id: uuid.UUID, item_key: uuid.UUID) -> HttpResponse:
    """The figures of one planned result, saved while they are typed."""
    appraisal = own_appraisal(request, appraisal_id)
    row = find_row(agreed_rows(appraisal, item_key=item_key), item_key)
    draft = draft_of(appraisal, Topic.ITEM, str(item_key))
    stored = None
    if request.method == "POST":
        form = result_form(request, row, draft, reflecting=False, data=request.POST)
        outcome = save_result_page(request, appraisal, row, form)
        if outcome.response is not None:
            return outcome.response
        if outcome.saved is not None and form.is_valid():
            messages.success(request, _("What you reached has been saved."))
            return redirect("realization", appraisal.pk)
        stored = outcome.stored
    else:
        form = result_form(request, row, draft, reflecting=False)
    (row,) = with_evidence(appraisal, [row])
    refusals = () if form.is_bound else _refusals(request, appraisal)
    return render(
        request,
        "appraisal/realization/item.html",
        {
            "appraisal": appraisal,
            "row": row,
            "form": form,
            "figures": figure_fields(form),
            "stored": result_words(row, fields_of(stored.data)) if stored else (),
            "saved_at": draft.saved_at,
            "refusals": refusals,
        },
    )


def result_words(row: ItemRow, fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A stored page in words, to stand beside the one that was sent from an older version."""
    names = [(figure_name(one.measure.key), one.measure.indicator) for one in row.measures]
    names += [("process", _("How did you work on it?")), ("impact", _("What did it bring about?"))]
    return [(label, str(fields[name])) for name, label in names if fields.get(name)]


@access(reason="The employee adds evidence to their own plan.")
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_new(request: HttpRequest, appraisal_id: uuid.UUID, item_key: uuid.UUID) -> HttpResponse:
    """A form for one proof; sent twice, it is one."""
    appraisal = own_appraisal(request, appraisal_id)
    row = find_row(agreed_rows(appraisal, item_key=item_key), item_key)
    form = EvidenceForm(
        request.POST if request.method == "POST" else None,
        initial={"dated_on": today(arrival(request)), **initial_from_carried(request)},
    )
    back = _back(request, appraisal, item_key)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        with answering(request, form) as call:
            add_evidence(
                actor=actor_of(request),
                appraisal_id=appraisal.pk,
                item_key=item_key,
                data=EvidenceData(cleaned["title"], cleaned["url"], cleaned["text"], cleaned["dated_on"]),
                at=arrival(request),
            )
        if call.done:
            messages.success(request, _("The evidence has been added."))
            return redirect(back)
    return render(
        request,
        "appraisal/realization/evidence.html",
        {"appraisal": appraisal, "row": row, "form": form, "back": back},
    )


def _back(request: HttpRequest, appraisal: Appraisal, item_key: uuid.UUID) -> str:
    """Where the evidence was asked for: the page of the self-assessment, or the one of the year."""
    if request.GET.get("from") == "self":
        return reverse("self_item", args=[appraisal.pk, item_key])
    return reverse("realization_item", args=[appraisal.pk, item_key])


@access(reason="The employee removes their own evidence.")
@require_POST
def evidence_remove(request: HttpRequest, appraisal_id: uuid.UUID, evidence_id: uuid.UUID) -> HttpResponse:
    """Remove a proof; removed twice is removed once."""
    appraisal = own_appraisal(request, appraisal_id)
    proof = appraisal.evidence.filter(pk=evidence_id).first()
    with answering(request) as call:
        remove_evidence(
            actor=actor_of(request),
            appraisal_id=appraisal.pk,
            evidence_id=evidence_id,
            at=arrival(request),
        )
    if call.done:
        messages.success(request, _("The evidence has been removed."))
    if proof is None:
        return redirect("realization", appraisal.pk)
    return redirect(_back(request, appraisal, proof.item_key))
