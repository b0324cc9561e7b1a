"""Decimal numbers as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.decimals import Ambiguous, Unreadable, parse_decimal


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1.234.567,89", "1234567.89"),
        ("1234", "1234"),
        (" 1 234,5 ", "1234.5"),
        ("1\u00a0234", "1234"),
        ("-3,25", "-3.25"),
        ("\u22123,25", "-3.25"),
        ("+7", "7"),
        (",5", "0.5"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("12,34", "12.34"),
        ("1234.567", "1234.567"),
        ("12,345", "12.345"),
    ],
)
def test_usual_ways_of_writing_are_read(typed: str, value: str) -> None:
    assert parse_decimal(typed, separator=",") == Decimal(value)


@pytest.mark.parametrize(
    ("typed", "separator"), [("1.234", ","), ("12.500", ","), ("1,234", "."), ("-1.234", ",")]
)
def test_one_separator_before_three_digits_is_ambiguous_unless_it_is_the_languages_own(
    typed: str, separator: str
) -> None:
    with pytest.raises(Ambiguous) as refused:
        parse_decimal(typed, separator=separator)
    assert refused.value.typed == typed
    assert {refused.value.whole, refused.value.fraction} == {
        Decimal(typed.replace(".", "").replace(",", "")),
        Decimal(typed.replace(",", ".")),
    }


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "dua",
        "12,",
        "1.23.456",
        "12.34,5",
        "1,2,3",
        "1e5",
        "NaN",
        "Infinity",
        "١٢",
        "1-2",
        "0.123.456",
        "--1",
        "5%",
    ],
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable):
        parse_decimal(typed, separator=",")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_what_the_page_shows_is_read_back_to_the_same_value(value: Decimal) -> None:
    shown = f"{value:f}".rstrip("0").rstrip(".").replace(".", ",")
    assert parse_decimal(shown or "0", separator=",") == value
