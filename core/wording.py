"""Numbers and moments as people read them, in the active language; days and hours are those of Bandung."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats
from django.utils.numberformat import format as format_digits
from django.utils.translation import gettext as _

from core.clock import CITY_TIME, last_day, today

NOTHING = "–"
_NARROW = "\u00a0"


def number(value: Decimal | int | None, places: int | None = None, *, grouping: bool = True) -> str:
    """The number with the language's separators and without trailing zeros: 98.40 is "98,4", None is "–".

    `places` rounds half up to at most so many decimals. Raises TypeError for anything but Decimal and int.
    """
    if value is None:
        return NOTHING
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise TypeError(f"{type(value).__name__} is not shown as a number: Decimal or int only.")
    exact = Decimal(value)
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    digits = f"{exact:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return format_digits(
        "0" if digits in {"-0", ""} else digits,
        formats.get_format("DECIMAL_SEPARATOR"),
        grouping=formats.get_format("NUMBER_GROUPING") if grouping else 0,
        thousand_sep=formats.get_format("THOUSAND_SEPARATOR") if grouping else "",
        force_grouping=grouping,
        use_l10n=False,
    )


def percent(value: Decimal | int | None, places: int | None = None) -> str:
    """A value that is already in per cent: Decimal("98.4") is "98,4 %"."""
    return NOTHING if value is None else f"{number(value, places)}{_NARROW}%"


def clock_time(at: dt.datetime) -> str:
    """The hour and minute in Bandung: "14.30 WIB"."""
    return f"{formats.time_format(at.astimezone(CITY_TIME).time(), 'TIME_FORMAT')}{_NARROW}WIB"


def day(value: dt.date) -> str:
    """A date with its weekday: "Kamis, 24 Desember 2026"."""
    if isinstance(value, dt.datetime):
        value = value.astimezone(CITY_TIME).date()
    return formats.date_format(value, "l, j F Y")


def moment(at: dt.datetime) -> str:
    """Weekday, date and time: "Kamis, 24 Desember 2026, pukul 14.30 WIB"."""
    return _("%(day)s, %(time)s") % {"day": day(at), "time": clock_time(at)}


def deadline(closes_at: dt.datetime) -> str:
    """The last minute of an exclusive closing moment: midnight reads "…, pukul 23.59 WIB" of the day before."""
    return moment(closes_at - dt.timedelta(minutes=1) if _at_midnight(closes_at) else closes_at)


def _at_midnight(at: dt.datetime) -> bool:
    return at.astimezone(CITY_TIME).time() == dt.time.min


def days_left(closes_at: dt.datetime, at: dt.datetime) -> str:
    """How far the closing lies from `at`, counted in calendar days of Bandung: "9 hari lagi", "Hari ini"."""
    if at >= closes_at:
        past = (today(at) - last_day(closes_at)).days
        if past == 0:
            return _("Closed today")
        return _("Closed yesterday") if past == 1 else _("Closed %(days)d days ago") % {"days": past}
    ahead = (last_day(closes_at) - today(at)).days
    if ahead == 0:
        return _("Today")
    return _("Tomorrow") if ahead == 1 else _("%(days)d days left") % {"days": ahead}
