"""The traps that the form fields close."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django import forms
from django.utils import translation

from core.fields import DateField, DecimalField, LineField, TextField
from core.forms import BaseForm


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


class Story(BaseForm):
    text = TextField(label="Story", max_length=10)


class Amount(BaseForm):
    target = DecimalField(
        label="Target", max_digits=8, decimal_places=2, min_value=Decimal("0.5"), required=False
    )


class Day(BaseForm):
    day = DateField(label="Day")


def test_a_text_is_counted_as_the_browser_counts() -> None:
    assert Story({"text": "12345\r\n789\U0001f642"}).is_valid()
    form = Story({"text": "12345\r\n78901"})
    assert form.errors == {"text": ["This text has 11 characters. Shorten it to 10 at most."]}


def test_nul_never_reaches_the_cleaned_text() -> None:
    form = Story({"text": "a\x00b"})
    assert form.is_valid()
    assert form.cleaned_data["text"] == "ab"


def test_a_text_of_control_characters_only_is_missing() -> None:
    assert Story({"text": "\x00 \x07"}).errors == {"text": ["Fill in: Story."]}


def test_a_text_of_100_000_characters_comes_back_with_a_sentence() -> None:
    long = "kata " * 20_000
    form = Story({"text": long})
    assert form.errors == {"text": ["This text has 99,999 characters. Shorten it to 10 at most."]}
    assert long.strip() in form["text"].as_widget()


def test_no_maxlength_cuts_a_pasted_text() -> None:
    assert "maxlength" not in Story()["text"].as_widget()


def test_a_line_loses_its_breaks() -> None:
    class Name(BaseForm):
        name = LineField(label="Name", max_length=20)

    form = Name({"name": " satu\r\ndua "})
    assert form.is_valid()
    assert form.cleaned_data["name"] == "satu dua"


@pytest.mark.parametrize(
    ("language", "typed", "value"),
    [
        ("id", "12,5", "12.5"),
        ("id", "12.5", "12.5"),
        ("id", "1.234,5", "1234.5"),
        ("en", "1,234.5", "1234.5"),
    ],
)
def test_decimals_are_read_in_either_notation(language: str, typed: str, value: str) -> None:
    with translation.override(language):
        form = Amount({"target": typed})
        assert form.is_valid()
        assert form.cleaned_data["target"] == Decimal(value)


def test_an_ambiguous_decimal_is_refused_with_both_readings() -> None:
    form = Amount({"target": "1,234"})
    assert form.errors == {"target": ["“1,234” can be read in two ways. Write 1234 or 1.234."]}
    assert 'value="1,234"' in form["target"].as_widget()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("banyak", "Write a number, for example 12.5."),
        ("0.25", "Write a number of 0.5 or more."),
        ("1.2345", "Write at most 2 digits behind the comma."),
        ("12345678", "Write at most 6 digits before the comma."),
        ("NaN", "Write a number, for example 12.5."),
        ("1" * 100_000, "Write at most 8 digits."),
    ],
)
def test_an_impossible_decimal_is_refused_with_a_sentence(typed: str, sentence: str) -> None:
    assert Amount({"target": typed}).errors == {"target": [sentence]}


def test_an_empty_decimal_is_none_and_not_zero() -> None:
    form = Amount({"target": "  "})
    assert form.is_valid()
    assert form.cleaned_data["target"] is None


def test_a_stored_decimal_is_shown_in_the_readers_notation_and_read_back() -> None:
    with translation.override("id"):
        shown = Amount(initial={"target": Decimal("1234.500")})["target"].as_widget()
        assert 'value="1234,5"' in shown
        assert 'type="text"' in shown
        assert 'inputmode="decimal"' in shown
        assert Amount({"target": "1234,5"}, initial={"target": Decimal("1234.500")}).has_changed() is False


def test_a_date_is_written_as_the_browser_wants_it_whatever_the_language() -> None:
    for language in ("id", "en"):
        with translation.override(language):
            shown = Day(initial={"day": dt.date(2026, 12, 24)})["day"].as_widget()
        assert 'type="date"' in shown
        assert 'value="2026-12-24"' in shown


@pytest.mark.parametrize("typed", ["2026-12-24", "24-12-2026", "24/12/2026", "24.12.2026"])
def test_a_date_may_be_typed_day_first(typed: str) -> None:
    form = Day({"day": typed})
    assert form.is_valid()
    assert form.cleaned_data["day"] == dt.date(2026, 12, 24)


@pytest.mark.parametrize("typed", ["12/24/2026", "24 Desember", "2026-02-30"])
def test_a_date_that_is_none_is_refused_with_a_sentence(typed: str) -> None:
    assert Day({"day": typed}).errors == {"day": ["Write a date, for example 24-12-2026."]}


@pytest.mark.parametrize(
    "field",
    [
        forms.FloatField(),
        forms.DecimalField(),
        forms.DateField(),
        forms.CharField(widget=forms.Textarea),
    ],
)
def test_a_field_that_falls_into_a_trap_is_refused_at_once(field: forms.Field) -> None:
    form_class = type("Trapped", (BaseForm,), {"field": field})
    with pytest.raises(Exception, match="The form field field"):
        form_class()
