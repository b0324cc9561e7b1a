"""Who may be asked about whose work, pure: facts of one pair in, reasons out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from appraisal.enums import ReviewGroup
from appraisal.facts import Reason

# Whoever is away for more than half of the days in which they could answer is on long leave here, whatever the kind is
# called: a week of annual leave in a window of two still leaves a week. The law knows no such rule; the programme asks
# that nobody on long leave be drawn (KU), and the share holds for every year alike.
LONG_ABSENCE = Fraction(1, 2)

# Whoever leads so many appraised people is asked about by them, too: fewer could never reach three answers.
LED_BY_A_HEAD = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """What the rules know of somebody who might be asked (`name`) about an employee.

    `above` and `below` are the whole line upwards and downwards, `direct` those whom the employee supervises.
    `asked` tells whether there is an invitation already, however it ended.
    """

    name: str
    serves: bool = True
    same: bool = False
    above: bool = False
    below: bool = False
    direct: bool = False
    away: bool = False
    asked: bool = False


def refusals(pair: Pair, group: ReviewGroup) -> tuple[Reason, ...]:
    """Why this person is not asked about the employee; empty when they may be."""
    if pair.same:
        return (_reason("same", _("Nobody reviews themselves.")),)
    reasons = []
    if pair.asked:
        reasons.append(_reason("asked", _("%(name)s has been named already."), pair))
    if not pair.serves:
        reasons.append(_reason("gone", _("%(name)s has no position or no account at present."), pair))
    if pair.above:
        reasons.append(_reason("above", _("%(name)s is a supervisor or stands above one."), pair))
    if group == ReviewGroup.PEER and pair.below:
        reasons.append(_reason("below", _("%(name)s works under this person."), pair))
    if group == ReviewGroup.SUBORDINATE and not pair.direct:
        reasons.append(_reason("not_direct", _("%(name)s does not report to this person."), pair))
    if pair.away:
        reasons.append(_reason("away", _("%(name)s is on leave for most of the time to answer."), pair))
    return tuple(reasons)


def _reason(code: str, text: object, pair: Pair | None = None) -> Reason:
    return Reason(code, text, {"name": pair.name} if pair else {})  # type: ignore[arg-type]  # a lazy sentence


def is_away(leaves: Iterable[tuple[dt.date, dt.date]], first: dt.date, last: dt.date) -> bool:
    """Whether somebody is away for more than half of the days from `first` to `last`, both included.

    Each leave is a first and a last day, both included.
    """
    days = (last - first).days + 1
    if days <= 0:
        return False
    away = sum(max((min(until, last) - max(since, first)).days + 1, 0) for since, until in leaves)
    return Fraction(away, days) > LONG_ABSENCE
