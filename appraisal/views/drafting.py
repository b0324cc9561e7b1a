"""Saving one page of a form that saves by itself: the same answers to its script and to a plain submit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse

from appraisal.services.drafts import Saved
from appraisal.views.answers import answering
from core import autosave
from core.errors import Sentence
from core.forms import BaseForm
from core.middleware import wants_data


class Stored(Protocol):
    """A page as it is stored; `saved_at` is None where no time is kept."""

    @property
    def data(self) -> Mapping[str, Any]:
        """Its fields."""

    @property
    def revision(self) -> int:
        """How often it was saved."""

    @property
    def saved_at(self) -> dt.datetime | None:
        """When it was saved."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a POST.

    `response` answers a script. Otherwise the page goes on: `saved` when it is stored, `stored` holds the other
    version when this one was made from an older one, neither when it was refused and the form says why.
    """

    response: HttpResponse | None = None
    saved: Saved | None = None
    stored: Stored | None = None


def save_page(
    request: HttpRequest,
    form: BaseForm,
    *,
    save: Callable[[], Saved],
    fields_of: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    storable: bool,
    notes: Iterable[Sentence] | None = None,
) -> Outcome:
    """Store a page if it is `storable`; `fields_of` gives a stored page as the fields of the form.

    `notes` are told to the script with its answer. A plain submit that is shown again may be sent again: the form carries the version that is stored by then.
    """
    script = wants_data(request)
    if not storable:
        return Outcome(response=autosave.refused(form) if script else None)
    outcome = Outcome()
    with answering(request, form) as call:
        outcome = _stored(save(), form, script=script, notes=notes)
    if call.done:
        return outcome
    if not call.stale:
        return Outcome(response=autosave.refused(reasons=call.reasons) if script else None)
    row: Stored = call.current
    if script:
        current = fields_of(row.data)
        return Outcome(
            response=autosave.conflict(current=current, revision=row.revision, saved_at=row.saved_at)
        )
    form.renew_version(row.revision)
    return Outcome(stored=row)


def _stored(done: Saved, form: BaseForm, *, script: bool, notes: Iterable[Sentence] | None) -> Outcome:
    form.renew_version(done.revision)
    if script:
        return Outcome(response=autosave.saved(revision=done.revision, saved_at=done.saved_at, notes=notes))
    return Outcome(saved=done)
