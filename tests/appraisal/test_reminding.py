"""On which day which threshold of a deadline is spoken of."""

import datetime as dt

import pytest

from appraisal.reminding import LATEST, THRESHOLDS, spans

LAST = dt.date(2026, 12, 24)


def said_on(day: dt.date, last_day: dt.date = LAST) -> list[int]:
    return [span.days for span in spans(day) if span.includes(last_day)]


@pytest.mark.parametrize(
    ("left", "threshold"),
    [
        *((left, None) for left in (30, 10, 9, 8)),
        *((left, 7) for left in (7, 6, 5, 4)),
        *((left, 3) for left in (3, 2)),
        *((left, 1) for left in (1, 0)),
        *((left, -1) for left in (-1, -2, -3, -4, -5, -6, -7)),
        *((left, None) for left in (-8, -9, -30)),
    ],
)
def test_the_latest_threshold_that_was_reached(left, threshold) -> None:
    assert said_on(LAST - dt.timedelta(days=left)) == ([] if threshold is None else [threshold])


def test_no_last_day_lies_in_two_spans_and_none_between_is_left_out() -> None:
    for n in range(800):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=n)
        for left in range(-LATEST, max(THRESHOLDS) + 1):
            assert len(said_on(day, day + dt.timedelta(days=left))) == 1


def test_the_occurrence_is_the_threshold_day_whatever_the_day_of_saying() -> None:
    for n in range(40):
        day = LAST - dt.timedelta(days=20 - n)
        for span in spans(day):
            if span.includes(LAST):
                assert span.threshold_day(LAST) == LAST - dt.timedelta(days=span.days) <= day


def test_a_run_on_every_day_says_each_threshold_on_its_day() -> None:
    first_said: dict[int, dt.date] = {}
    for n in range(60):
        day = LAST - dt.timedelta(days=30 - n)
        for threshold in said_on(day):
            first_said.setdefault(threshold, day)
    assert first_said == {threshold: LAST - dt.timedelta(days=threshold) for threshold in THRESHOLDS}
