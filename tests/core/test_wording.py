"""Numbers and moments as people read them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from core import wording
from core.clock import CITY_TIME, day_end


def at(day: int, hour: int = 0, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 12, day, hour, minute, tzinfo=CITY_TIME)


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Decimal("98.4"), None, "98,4"),
        (Decimal("98.4000"), None, "98,4"),
        (Decimal("100.00"), None, "100"),
        (Decimal("0.00"), None, "0"),
        (Decimal("-0.0"), None, "0"),
        (Decimal("-12.50"), None, "-12,5"),
        (Decimal("1E+3"), None, "1.000"),
        (Decimal("1234567.8"), None, "1.234.567,8"),
        (1334, None, "1.334"),
        (0, None, "0"),
        (None, None, "–"),
        (Decimal("2.345"), 2, "2,35"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("99.999"), 2, "100"),
    ],
)
def test_numbers_are_written_in_indonesian_without_trailing_zeros(
    value: Decimal | int | None, places: int | None, shown: str
) -> None:
    with translation.override("id"):
        assert wording.number(value, places) == shown


def test_numbers_follow_the_language_and_need_no_grouping_in_a_field() -> None:
    with translation.override("en"):
        assert wording.number(Decimal("1234.50")) == "1,234.5"
    with translation.override("id"):
        assert wording.number(Decimal("1234.50"), grouping=False) == "1234,5"


@pytest.mark.parametrize("wrong", [1.5, "1,5", True])
def test_what_is_no_decimal_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError):
        wording.number(wrong)  # type: ignore[arg-type]  # the wrong type on purpose


def test_per_cent_keeps_sign_and_number_together() -> None:
    with translation.override("id"):
        assert wording.percent(Decimal("103.578"), 1) == "103,6\u00a0%"
        assert wording.percent(None) == "–"


def test_days_and_hours_are_those_of_bandung() -> None:
    late_in_utc = dt.datetime(2026, 12, 23, 18, 30, tzinfo=dt.UTC)
    with translation.override("id"):
        assert wording.day(late_in_utc) == "Kamis, 24 Desember 2026"
        assert wording.day(dt.date(2026, 12, 24)) == "Kamis, 24 Desember 2026"
        assert wording.clock_time(late_in_utc) == "01.30\u00a0WIB"
    with translation.override("en"):
        assert wording.moment(late_in_utc) == "Thursday, 24 December 2026, 01:30\u00a0WIB"


def test_a_closing_at_midnight_reads_as_the_last_minute_of_the_day_before() -> None:
    with translation.override("en"):
        assert (
            wording.deadline(day_end(dt.date(2026, 12, 24))) == "Thursday, 24 December 2026, 23:59\u00a0WIB"
        )
        assert wording.deadline(at(24, 15)) == "Thursday, 24 December 2026, 15:00\u00a0WIB"


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (at(15, 9), "9 days left"),
        (at(23, 23, 59), "Tomorrow"),
        (at(24), "Today"),
        (at(24, 23, 59), "Today"),
        (at(25), "Closed yesterday"),
        (at(25, 12), "Closed yesterday"),
        (at(27), "Closed 3 days ago"),
    ],
)
def test_days_left_are_counted_by_the_calendar(now: dt.datetime, said: str) -> None:
    with translation.override("en"):
        assert wording.days_left(day_end(dt.date(2026, 12, 24)), now) == said


def test_a_closing_in_the_afternoon_is_over_on_the_same_day() -> None:
    with translation.override("en"):
        assert wording.days_left(at(24, 15), at(24, 14, 59)) == "Today"
        assert wording.days_left(at(24, 15), at(24, 15)) == "Closed today"
