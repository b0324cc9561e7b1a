"""What the server answers to static/js/autosave.js, the same shapes for every form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import JsonResponse

from core.errors import Sentence
from core.wording import clock_time, number


def saved(*, revision: int, saved_at: dt.datetime, notes: Iterable[Sentence] | None = None) -> JsonResponse:
    """200: the draft is stored as this revision. `notes` are sentences about what was written, for notes.js."""
    said: dict[str, Any] = {"revision": revision, "saved_at_label": clock_time(saved_at)}
    if notes is not None:
        said["notes"] = [str(note) for note in notes]
    return JsonResponse(said)


def conflict(*, current: Mapping[str, Any], revision: int, saved_at: dt.datetime | None) -> JsonResponse:
    """409: another tab or device saved since. `current` holds the stored value of every field, by its name.

    `saved_at` is None where no time is kept.
    """
    return JsonResponse(
        {
            "current": {name: _typed(value) for name, value in current.items()},
            "revision": revision,
            "saved_at_label": clock_time(saved_at) if saved_at else None,
        },
        status=HTTPStatus.CONFLICT,
    )


def refused(form: forms.BaseForm | None = None, *, reasons: Iterable[Sentence] = ()) -> JsonResponse:
    """422: what was typed cannot be stored (the form's errors), or may not be stored now (the reasons)."""
    errors = (
        {name: [str(text) for text in texts] for name, texts in form.errors.items()}
        if form is not None
        else {}
    )
    said = [str(reason) for reason in reasons]
    return JsonResponse(
        {"errors": {"": said, **errors} if said else errors}, status=HTTPStatus.UNPROCESSABLE_ENTITY
    )


def _typed(value: Any) -> Any:
    """A stored value as a form control would hold it."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return [_typed(inner) for inner in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bool):
        return ["on"] if value else []
    return value if isinstance(value, str) else _as_number(value)


def _as_number(value: Any) -> str:
    try:
        return number(value, grouping=False)
    except TypeError:
        return str(value)
