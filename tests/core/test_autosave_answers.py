"""The shapes that static/js/autosave.js understands."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from django.http import JsonResponse
from django.utils import translation

from core import autosave
from core.clock import CITY_TIME
from core.showcase import SampleForm

AT = dt.datetime(2026, 12, 15, 14, 30, tzinfo=CITY_TIME)


def said(answer: JsonResponse) -> tuple[int, Any]:
    return answer.status_code, json.loads(answer.content)


def test_a_saved_draft_tells_its_revision_and_the_time() -> None:
    with translation.override("id"):
        assert said(autosave.saved(revision=4, saved_at=AT)) == (
            200,
            {"revision": 4, "saved_at_label": "14.30\u00a0WIB"},
        )


def test_notes_about_what_was_written_go_with_it() -> None:
    with translation.override("id"):
        _status, answer = said(autosave.saved(revision=4, saved_at=AT, notes=["Ada nama."]))
        _status, none = said(autosave.saved(revision=5, saved_at=AT, notes=[]))
    assert (answer["notes"], none["notes"]) == (["Ada nama."], [])


def test_where_no_time_is_kept_none_is_told() -> None:
    _status, answer = said(autosave.conflict(current={"text": "satu"}, revision=2, saved_at=None))
    assert answer == {"current": {"text": "satu"}, "revision": 2, "saved_at_label": None}


def test_a_conflict_tells_the_stored_values_as_a_form_holds_them() -> None:
    current = {
        "text": "dua\nbaris",
        "target": Decimal("1234.50"),
        "day": dt.date(2026, 12, 24),
        "level": 3,
        "none": None,
        "many": ["a", "b"],
        "yes": True,
        "no": False,
    }
    with translation.override("id"):
        status, answer = said(autosave.conflict(current=current, revision=9, saved_at=AT))
    assert status == 409
    assert answer == {
        "current": {
            "text": "dua\nbaris",
            "target": "1234,5",
            "day": "2026-12-24",
            "level": "3",
            "none": "",
            "many": ["a", "b"],
            "yes": ["on"],
            "no": [],
        },
        "revision": 9,
        "saved_at_label": "14.30\u00a0WIB",
    }


def test_a_refusal_tells_the_errors_and_the_reasons_first() -> None:
    form = SampleForm({"revision": "1", "email": "ani", "name": "x"})
    status, answer = said(autosave.refused(form, reasons=["The time is over."]))
    assert status == 422
    assert next(iter(answer["errors"].items())) == ("", ["The time is over."])
    assert answer["errors"]["email"] == ["Tulis alamat surel dengan tanda @, misalnya nama@contoh.go.id."]
    assert said(autosave.refused(reasons=["No."])) == (422, {"errors": {"": ["No."]}})
