"""The journal of the year: achievements by the employee, feedback by the supervisor, each with its day."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import actor_of
from appraisal.enums import CycleState, JournalKind, Party
from appraisal.forms.execution import JournalForm
from appraisal.models import Appraisal, JournalEntry, PlanItem
from appraisal.policies import parties_of
from appraisal.prompts import prompts_for
from appraisal.selectors.plans import agreed_items, journal_of
from appraisal.services.execution import (
    EMPLOYEE_KINDS,
    SUPERVISOR_KINDS,
    remove_journal_entry,
    write_journal,
)
from appraisal.views.answers import answering, own_appraisal, readable_appraisal
from core.access import access
from core.clock import arrival, today
from core.forms import initial_from_carried
from core.paging import page_of

PAGE_SIZE = 20


@access(
    reason="Employee and supervisor write the journal; superior, agency head and auditor read what is shared."
)
@require_http_methods(["GET", "HEAD", "POST"])
def journal(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """The entries, newest first, and a short form for whoever may write."""
    appraisal = readable_appraisal(request, appraisal_id)
    items = agreed_items(appraisal)
    kinds = _kinds(request, appraisal)
    form = _form(request, kinds, items) if kinds else None
    if request.method == "POST" and form is not None and form.is_valid():
        with answering(request, form) as call:
            write_journal(
                actor=actor_of(request),
                appraisal_id=appraisal.pk,
                kind=JournalKind(form.cleaned_data["kind"]),
                text=form.cleaned_data["text"],
                happened_on=form.cleaned_data["happened_on"],
                item_key=form.item_key,
                shared=form.shared,
                at=arrival(request),
            )
        if call.done:
            messages.success(request, _("It stands in the journal now."))
            return redirect("journal", appraisal.pk)
    page = page_of(
        journal_of(appraisal, actor_of(request).id),
        order=("-happened_on", "-written_at", "id"),
        after=request.GET.get("after", ""),
        size=PAGE_SIZE,
    )
    names = {item.key: item.result for item in items}
    by_employee = bool(set(kinds) & EMPLOYEE_KINDS)
    return render(
        request,
        "appraisal/journal/journal.html",
        {
            "appraisal": appraisal,
            "own": appraisal.employee_id == actor_of(request).id,
            "form": form,
            "page": page.showing(
                (
                    entry,
                    names.get(entry.item_key, "") if entry.item_key else "",
                    _is_removable(request, entry),
                )
                for entry in page.rows
            ),
            "prompts": _prompts(by_employee=by_employee) if form is not None else (),
        },
    )


def _kinds(request: HttpRequest, appraisal: Appraisal) -> tuple[JournalKind, ...]:
    """What this person may write here; nothing when they only read, or the year is closed."""
    if appraisal.cycle.state != CycleState.OPEN:
        return ()
    parties = parties_of(actor_of(request), appraisal)
    if Party.EMPLOYEE in parties:
        return tuple(kind for kind in JournalKind if kind in EMPLOYEE_KINDS)
    if parties & {Party.SUPERVISOR, Party.DELEGATE}:
        return tuple(kind for kind in JournalKind if kind in SUPERVISOR_KINDS)
    return ()


def _form(request: HttpRequest, kinds: tuple[JournalKind, ...], items: tuple[PlanItem, ...]) -> JournalForm:
    return JournalForm(
        request.POST if request.method == "POST" else None,
        kinds=kinds,
        items=items,
        may_be_private=bool(set(kinds) & EMPLOYEE_KINDS),
        initial={
            "kind": kinds[0].value,
            "happened_on": today(arrival(request)),
            **initial_from_carried(request),
        },
    )


def _prompts(*, by_employee: bool) -> tuple[str, ...]:
    if by_employee:
        return prompts_for("self", "strength", "process", "impact")
    return prompts_for("supervisor", "strength", "improve", "continue")


def _is_removable(request: HttpRequest, entry: JournalEntry) -> bool:
    """One's own notes can be removed; feedback stays, because the other side was told of it."""
    return entry.author_id == actor_of(request).id and entry.kind in EMPLOYEE_KINDS


@access(reason="The employee removes a note of their own journal.")
@require_POST
def journal_remove(request: HttpRequest, appraisal_id: uuid.UUID, entry_id: uuid.UUID) -> HttpResponse:
    """Remove one's own note; removed twice is removed once."""
    appraisal = own_appraisal(request, appraisal_id)
    with answering(request) as call:
        remove_journal_entry(
            actor=actor_of(request), appraisal_id=appraisal.pk, entry_id=entry_id, at=arrival(request)
        )
    if call.done:
        messages.success(request, _("The note has been removed."))
    return redirect("journal", appraisal.pk)
