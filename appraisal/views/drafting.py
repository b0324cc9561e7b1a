"""Saving one page of a form that saves by itself: the same answers to its script and to a plain submit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from appraisal.models import DraftAnswer
from appraisal.services.drafts import Saved
from appraisal.views.answers import answering
from core import autosave
from core.forms import BaseForm
from core.middleware import wants_data


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a POST.

    `response` answers a script. Otherwise the page goes on: `saved` when it is stored, `stored` holds the other
    version when this one was made from an older one, neither when it was refused and the form says why.
    """

    response: HttpResponse | None = None
    saved: Saved | None = None
    stored: DraftAnswer | None = None


def save_page(
    request: HttpRequest,
    form: BaseForm,
    *,
    save: Callable[[], Saved],
    fields_of: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    storable: bool,
) -> Outcome:
    """Store a page if it is `storable`; `fields_of` gives a stored page as the fields of the form.

    A plain submit that is shown again may be sent again: the form carries the version that is stored by then.
    """
    script = wants_data(request)
    if not storable:
        return Outcome(response=autosave.refused(form) if script else None)
    outcome = Outcome()
    with answering(request, form) as call:
        outcome = _stored(save(), form, script=script)
    if call.done:
        return outcome
    if not call.stale:
        return Outcome(response=autosave.refused(reasons=call.reasons) if script else None)
    row: DraftAnswer = call.current
    if script:
        current = fields_of(row.data)
        return Outcome(
            response=autosave.conflict(current=current, revision=row.revision, saved_at=row.saved_at)
        )
    form.renew_version(row.revision)
    return Outcome(stored=row)


def _stored(done: Saved, form: BaseForm, *, script: bool) -> Outcome:
    form.renew_version(done.revision)
    if script:
        return Outcome(response=autosave.saved(revision=done.revision, saved_at=done.saved_at))
    return Outcome(saved=done)
