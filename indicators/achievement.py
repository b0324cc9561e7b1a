"""Realisation against target, pure and in Decimal: one percentage for every polarity, with how it came about.

Formulas: PermenPANRB 8/2021 for "higher is better", "lower is better" and the lower end of a range; the rest is the
design of this system and said so in the domain notes. An achievement lies between 0 and 120 percent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from indicators.enums import AchievementReason, Consolidation, Formula, Light, Polarity, RangeType

HUNDRED = Decimal(100)
CEILING = Decimal(120)
FLOOR = Decimal(0)
GREEN_FROM = Decimal(100)
YELLOW_FROM = Decimal(80)

_PERCENT = Decimal("0.01")
_VALUE = Decimal("0.0001")
_PRECISION = 60


class UnusableTarget(ValueError):
    """The target cannot be computed with; `sentence` says why, for the person who entered it."""

    def __init__(self, sentence: str | Promise) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))


class WeightsNotHundred(ValueError):
    """The weights do not add up to exactly 100.00; `total` is what they add up to."""

    def __init__(self, total: Decimal) -> None:
        self.total = total
        super().__init__(f"weights add up to {total}, not 100.00")


@dataclass(frozen=True, slots=True)
class Achievement:
    """A percentage with two decimals, half up, or None when nothing was measured.

    `uncapped` is the same before it was brought between 0 and 120. `reasons` say what has to be known beside it.
    """

    percent: Decimal | None
    uncapped: Decimal | None
    formula: Formula
    reasons: tuple[AchievementReason, ...] = ()

    @property
    def is_measured(self) -> bool:
        """Whether there is a figure at all."""
        return self.percent is not None

    @property
    def light(self) -> Light:
        """The traffic light of the figure."""
        return light(self.percent)


def achievement(
    polarity: Polarity,
    target: Decimal,
    realization: Decimal | None,
    *,
    upper: Decimal | None = None,
    range_type: RangeType = RangeType.BAND,
    maximum_attainable: bool = False,
    provisional: bool = False,
) -> Achievement:
    """The achievement of `realization` against `target` (of a range: its lower end, with `upper`).

    For BINARY the target is the number of milestones and the realisation how many are done. `maximum_attainable` makes
    120 of a target of zero that is reached, and of a point target that is hit exactly. A missing realisation is not
    zero: `percent` is None. Raises UnusableTarget (also when nothing is measured yet) and TypeError for anything but
    Decimal.
    """
    _require_decimals(target, realization, upper)
    sentence = unusable(polarity, target, upper)
    if sentence is not None:
        raise UnusableTarget(sentence)
    if realization is None:
        return Achievement(None, None, Formula.NONE, (AchievementReason.NOT_MEASURED,))
    with localcontext() as context:
        context.prec = _PRECISION
        raw, formula, reasons = _raw(polarity, target, realization, upper, range_type, maximum_attainable)
        percent = min(max(raw, FLOOR), CEILING)
        if raw > CEILING:
            reasons = (*reasons, AchievementReason.CAPPED)
        if raw < FLOOR:
            reasons = (*reasons, AchievementReason.FLOORED)
        if provisional:
            reasons = (*reasons, AchievementReason.PROVISIONAL)
        return Achievement(_rounded(percent, _PERCENT), _rounded(raw, _PERCENT), formula, reasons)


def unusable(polarity: Polarity, target: Decimal, upper: Decimal | None = None) -> str | Promise | None:
    """Why this target cannot be computed with, as a sentence; None when it can. Forms ask before they store."""
    if polarity == Polarity.MAXIMIZE and target == 0:
        return _("Where higher is better, the target cannot be zero.")
    if polarity == Polarity.BINARY and target <= 0:
        return _("Give at least one milestone.")
    if polarity == Polarity.RANGE:
        if upper is None:
            return _("A range needs an upper bound.")
        if upper < target:
            return _("The upper bound cannot be below the lower one.")
    elif upper is not None:
        return _("Only a range has an upper bound.")
    return None


_Raw = tuple[Decimal, Formula, tuple[AchievementReason, ...]]


def _raw(
    polarity: Polarity,
    target: Decimal,
    realization: Decimal,
    upper: Decimal | None,
    range_type: RangeType,
    maximum_attainable: bool,
) -> _Raw:
    """The percentage before it is brought between 0 and 120."""
    if polarity == Polarity.MAXIMIZE:
        formula = Formula.RATIO if target > 0 else Formula.SIGNED
        return _upward(target, realization), formula, ()
    if polarity == Polarity.MINIMIZE:
        if target == 0:
            return _zero(realization <= 0, maximum_attainable)
        formula = Formula.INVERSE if target > 0 else Formula.SIGNED_INVERSE
        return _downward(target, realization), formula, ()
    if polarity == Polarity.STABILIZE:
        return _stabilize(target, realization, maximum_attainable)
    if polarity == Polarity.RANGE:
        return _range(target, target if upper is None else upper, realization, range_type)
    return min(realization / target, Decimal(1)) * HUNDRED, Formula.MILESTONES, ()


def _upward(target: Decimal, realization: Decimal) -> Decimal:
    """(1 + (R - T) / |T|) x 100, which is R / T x 100 for a positive target."""
    return (1 + (realization - target) / abs(target)) * HUNDRED


def _downward(target: Decimal, realization: Decimal) -> Decimal:
    """(1 - (R - T) / |T|) x 100, which is (1 + (1 - R / T)) x 100 for a positive target."""
    return (1 - (realization - target) / abs(target)) * HUNDRED


def _zero(reached: bool, maximum_attainable: bool) -> _Raw:
    if not reached:
        return FLOOR, Formula.ZERO_TARGET, (AchievementReason.ZERO_MISSED,)
    if maximum_attainable:
        return CEILING, Formula.ZERO_TARGET, (AchievementReason.ZERO_REACHED, AchievementReason.MAXIMUM)
    return HUNDRED, Formula.ZERO_TARGET, (AchievementReason.ZERO_REACHED,)


def _stabilize(target: Decimal, realization: Decimal, maximum_attainable: bool) -> _Raw:
    if target == 0:
        return _zero(realization == 0, maximum_attainable)
    if realization == target and maximum_attainable:
        return CEILING, Formula.DISTANCE, (AchievementReason.MAXIMUM,)
    return (1 - abs(realization - target) / abs(target)) * HUNDRED, Formula.DISTANCE, ()


def _range(lower: Decimal, upper: Decimal, realization: Decimal, range_type: RangeType) -> _Raw:
    if lower <= realization <= upper:
        return HUNDRED, Formula.WITHIN, ()
    if realization < lower:
        if lower == 0:
            return FLOOR, Formula.ZERO_TARGET, (AchievementReason.ZERO_MISSED,)
        return _upward(lower, realization), Formula.BELOW_RANGE, ()
    if range_type == RangeType.MAXIMIZE:
        if upper == 0:
            return CEILING, Formula.ZERO_TARGET, ()
        return _upward(upper, realization), Formula.ABOVE_MAXIMIZE, ()
    if upper == 0:
        return FLOOR, Formula.ZERO_TARGET, (AchievementReason.ZERO_MISSED,)
    return _downward(upper, realization), Formula.ABOVE_BAND, ()


# --- a year of quarters -------------------------------------------------------------------------


def consolidate(
    values: Mapping[int, Decimal | None], kind: Consolidation, *, quarters: Collection[int] | None = None
) -> Decimal | None:
    """The value of the year from the values of its quarters; None when none of them was measured.

    Sum adds what is known, average is the mean of what is known (four decimals, half up), last is the latest known.
    With `quarters` only those count: the cumulative target of a sum is `consolidate(targets, kind,
    quarters=measured_quarters(values))`, so that a realisation of two quarters meets the target of the same two.
    """
    known = [
        value
        for quarter, value in sorted(values.items())
        if value is not None and (quarters is None or quarter in quarters)
    ]
    _require_decimals(*known)
    if not known:
        return None
    if kind == Consolidation.LAST:
        return known[-1]
    total = sum(known, Decimal(0))
    if kind == Consolidation.SUM:
        return total
    with localcontext() as context:
        context.prec = _PRECISION
        return _rounded(total / len(known), _VALUE)


def measured_quarters(values: Mapping[int, Decimal | None]) -> tuple[int, ...]:
    """The quarters for which there is a value, in order."""
    return tuple(quarter for quarter, value in sorted(values.items()) if value is not None)


# --- several indicators together ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Weighted:
    """The weighted achievement of a set; `measured` is the weight of what has a figure, out of 100.00."""

    percent: Decimal | None
    measured: Decimal


def weighted(pairs: Iterable[tuple[Decimal, Decimal | None]]) -> Weighted:
    """The weighted mean of (weight, percent) pairs; what is not measured is left out and shows in `measured`.

    Raises WeightsNotHundred unless the weights add up to exactly 100.00, ValueError for a weight that is not positive.
    """
    kept = list(pairs)
    _require_decimals(*(weight for weight, _percent in kept), *(percent for _weight, percent in kept))
    if any(weight <= 0 for weight, _percent in kept):
        raise ValueError("a weight is more than zero")
    total = sum((weight for weight, _percent in kept), Decimal(0))
    if total != HUNDRED:
        raise WeightsNotHundred(total)
    known = [(weight, percent) for weight, percent in kept if percent is not None]
    measured = sum((weight for weight, _percent in known), Decimal(0))
    if not known:
        return Weighted(None, Decimal("0.00"))
    with localcontext() as context:
        context.prec = _PRECISION
        mean = sum((weight * percent for weight, percent in known), Decimal(0)) / measured
        return Weighted(_rounded(mean, _PERCENT), _rounded(measured, _PERCENT))


def light(percent: Decimal | None) -> Light:
    """Green from 100, yellow from 80, red below; grey when nothing is measured (a common practice, not a rule)."""
    if percent is None:
        return Light.NONE
    if percent >= GREEN_FROM:
        return Light.GREEN
    return Light.YELLOW if percent >= YELLOW_FROM else Light.RED


def _require_decimals(*values: Decimal | None) -> None:
    for value in values:
        if value is not None and not isinstance(value, Decimal):
            raise TypeError(f"a Decimal is needed, not {type(value).__name__}")
        if value is not None and not value.is_finite():
            raise ValueError("a number is needed, not infinity or NaN")


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    return value.quantize(step, rounding=ROUND_HALF_UP)
