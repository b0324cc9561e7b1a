"""Days are those of Bandung, and a last day shown is stored as the midnight after it."""

import datetime as dt

import pytest
from django.test import RequestFactory

from core.clock import CITY_TIME, arrival, day_end, day_start, last_day, now, today

CHRISTMAS_EVE = dt.date(2026, 12, 24)
MOMENT = dt.timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (dt.datetime(2026, 12, 24, 16, 59, 59, tzinfo=dt.UTC), dt.date(2026, 12, 24)),
        (dt.datetime(2026, 12, 24, 17, 0, tzinfo=dt.UTC), dt.date(2026, 12, 25)),
        (dt.datetime(2026, 12, 24, 0, 0, tzinfo=CITY_TIME), dt.date(2026, 12, 24)),
    ],
)
def test_the_day_turns_at_midnight_in_bandung(at: dt.datetime, day: dt.date) -> None:
    assert today(at) == day


def test_a_day_begins_at_local_midnight() -> None:
    assert day_start(CHRISTMAS_EVE) == dt.datetime(2026, 12, 23, 17, tzinfo=dt.UTC)


def test_until_a_day_means_until_the_midnight_after_it() -> None:
    assert day_end(CHRISTMAS_EVE) == dt.datetime(2026, 12, 24, 17, tzinfo=dt.UTC)
    assert day_end(CHRISTMAS_EVE) == day_start(dt.date(2026, 12, 25))


@pytest.mark.parametrize("day", [CHRISTMAS_EVE, dt.date(2026, 12, 31), dt.date(2028, 2, 29)])
def test_the_last_day_shown_is_the_one_that_was_typed(day: dt.date) -> None:
    assert last_day(day_end(day)) == day


def test_a_closing_within_a_day_shows_that_day() -> None:
    assert last_day(day_start(CHRISTMAS_EVE) + dt.timedelta(hours=12)) == CHRISTMAS_EVE
    assert last_day(day_start(CHRISTMAS_EVE) + MOMENT) == CHRISTMAS_EVE


def test_now_is_aware() -> None:
    assert now().tzinfo is not None
    assert today() in {today(now()), today(now() - dt.timedelta(seconds=5))}


def test_arrival_is_what_the_middleware_noted() -> None:
    request = RequestFactory().get("/")
    request.arrived_at = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    assert arrival(request) == dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
