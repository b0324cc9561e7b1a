"""The one place that reads the clock; everything else is handed the moment."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

CITY_TIME = ZoneInfo("Asia/Jakarta")


def now() -> dt.datetime:
    """The present moment, aware."""
    return timezone.now()


def today(at: dt.datetime | None = None) -> dt.date:
    """The calendar day in Bandung at `at` (by default now)."""
    return (at or timezone.now()).astimezone(CITY_TIME).date()


def arrival(request: HttpRequest) -> dt.datetime:
    """The moment the request arrived: this decides whether it was in time (set by ArrivalMiddleware)."""
    arrived_at: dt.datetime = request.arrived_at  # type: ignore[attr-defined]  # ArrivalMiddleware
    return arrived_at


def day_start(day: dt.date) -> dt.datetime:
    """Local midnight at which `day` begins, aware."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=CITY_TIME)


def day_end(day: dt.date) -> dt.datetime:
    """The exclusive local midnight after `day`: what "until that day, 23.59 WIB" stores."""
    return day_start(day + dt.timedelta(days=1))


def last_day(closes_at: dt.datetime) -> dt.date:
    """The last day shown for an exclusive closing moment."""
    return (closes_at.astimezone(CITY_TIME) - dt.timedelta(microseconds=1)).date()
