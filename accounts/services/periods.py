"""What every dated row shares: ranges of days as people say them, how one is ended early, and who may do it.

First and last days are both included, as people say them; the stored ranges end on the day after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from accounts import policies
from accounts.actors import Actor
from accounts.models import Agency
from core.errors import ActionRefused, NotAllowed, Sentence

ONE_DAY = dt.timedelta(days=1)


def days(first_day: dt.date, last_day: dt.date | None = None) -> DateRange:
    """The stored range of the days from the first to the last, both included; without a last day it is open."""
    return DateRange(first_day, last_day + ONE_DAY if last_day else None)


def obstacles_to_ending(period: Any, last_day: dt.date, reason: str) -> list[Sentence]:
    """Why a row with this range cannot end after `last_day`: never before its first day, never later than it does."""
    reasons: list[Sentence] = []
    if last_day < period.lower:
        reasons.append(_("The last day cannot be before the first."))
    if period.upper is not None and period.upper <= last_day + ONE_DAY:
        reasons.append(_("This has already ended by that day."))
    return [*reasons, *without_reason(reason)]


def without_reason(reason: str) -> list[Sentence]:
    """The sentence that asks for a reason, when there is none."""
    return [] if reason.strip() else [_("Write why, so that others understand it later.")]


def refuse(reasons: Sequence[Sentence]) -> None:
    """Raise ActionRefused with every reason, if there is one."""
    if reasons:
        raise ActionRefused(reasons)


def require_people_rights(actor: Actor, agency: Agency) -> None:
    """Raise NotAllowed unless the actor decides who serves in this unit."""
    if not policies.may_place_people(actor, agency.path):
        raise NotAllowed(_("Only HR of this unit or of the city decides who serves here."))
