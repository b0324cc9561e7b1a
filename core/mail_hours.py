"""When mail leaves, pure: by day in Bandung, and the moment of the one daily mail."""

from __future__ import annotations

import datetime as dt

from core.clock import CITY_TIME, day_start, today

DIGEST_HOUR = 7


def read_hours(text: str) -> tuple[int, int]:
    """Read "7-20" as from 07.00 to 20.00. Raises ValueError for anything but two hours in order."""
    first, _dash, last = text.partition("-")
    hours = (int(first), int(last)) if first.isdecimal() and last.isdecimal() else (0, 0)
    if not 0 <= hours[0] < hours[1] <= 24:
        raise ValueError(f"{text!r} is no span of hours such as 7-20")
    return hours


def is_mail_hour(at: dt.datetime, hours: tuple[int, int]) -> bool:
    """Whether mail that is not urgent may leave at `at`."""
    return hours[0] <= at.astimezone(CITY_TIME).hour < hours[1]


def next_digest(after: dt.datetime) -> dt.datetime:
    """The next 07.00 in Bandung that lies behind `after`."""
    due = day_start(today(after)) + dt.timedelta(hours=DIGEST_HOUR)
    return due if due > after else due + dt.timedelta(days=1)
