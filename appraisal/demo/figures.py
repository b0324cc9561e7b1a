"""Figures that somebody of this quality would bring: realisations, ratings and levels."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from appraisal.demo.dice import Dice
from appraisal.enums import Rating
from indicators.enums import Polarity

FOUR_PLACES = Decimal("0.0001")
HUNDRED = Decimal(100)
# Units in which a tenth means something; everything else is counted.
FINE_UNITS = frozenset({"persen", "indeks", "skor", "nilai", "poin", "jam", "menit", "hari kerja"})

# Share of the target that is reached, in percent, by quality: lowest and highest.
REACHED: Mapping[str, tuple[int, int]] = {
    "exemplary": (101, 116),
    "good": (97, 107),
    "plain": (92, 102),
    "weak": (60, 90),
}
RATINGS: Mapping[str, tuple[tuple[int, Rating], ...]] = {
    "exemplary": ((72, Rating.ABOVE), (28, Rating.MEETS)),
    "good": ((22, Rating.ABOVE), (78, Rating.MEETS)),
    "plain": ((4, Rating.ABOVE), (95, Rating.MEETS), (1, Rating.BELOW)),
    "weak": ((40, Rating.MEETS), (60, Rating.BELOW)),
}
LEVELS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "exemplary": ((30, 3), (60, 4), (10, 5)),
    "good": ((72, 3), (28, 4)),
    "plain": ((2, 2), (90, 3), (8, 4)),
    "weak": ((2, 1), (38, 2), (60, 3)),
}
# What peers see differs more than what supervisors rate; 0 is "not observed enough".
PEER_LEVELS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "exemplary": ((6, 0), (14, 3), (45, 4), (35, 5)),
    "good": ((7, 0), (4, 2), (31, 3), (42, 4), (16, 5)),
    "plain": ((8, 0), (10, 2), (48, 3), (27, 4), (7, 5)),
    "weak": ((8, 0), (8, 1), (36, 2), (38, 3), (10, 4)),
}


def four_places(value: Decimal) -> Decimal:
    """The value as the column holds it."""
    return value.quantize(FOUR_PLACES, rounding=ROUND_HALF_UP)


def realization(
    dice: Dice, quality: str, polarity: str, target: Decimal, upper: Decimal | None, unit: str
) -> Decimal:
    """What somebody of this quality reached against a target."""
    lowest, highest = REACHED[quality]
    share = Decimal(dice.number(lowest * 10, highest * 10)) / 1000
    if polarity == Polarity.RANGE and upper is not None:
        if quality == "weak":
            value = target * share
        else:
            value = target + (upper - target) * Decimal(dice.number(0, 100)) / 100
    elif polarity == Polarity.MINIMIZE:
        value = target * (2 - share) if target else Decimal(dice.number(1, 3) if quality == "weak" else 0)
    else:
        value = target * share
    if unit == "persen":
        value = min(value, HUNDRED)
    if unit == "rupiah":
        return four_places(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    step = Decimal("0.1") if unit in FINE_UNITS else Decimal(1)
    return four_places(max(value, Decimal(0)).quantize(step, rounding=ROUND_HALF_UP))


def item_rating(dice: Dice, quality: str) -> Rating:
    """How a supervisor rates one result of somebody of this quality."""
    return dice.weighted(RATINGS[quality])


def value_level(dice: Dice, quality: str) -> int:
    """Which of the five anchors fits somebody of this quality."""
    return dice.weighted(LEVELS[quality])


def peer_level(dice: Dice, quality: str) -> int:
    """Which anchor a colleague chooses for somebody of this quality."""
    return dice.weighted(PEER_LEVELS[quality])


def own_level(dice: Dice, quality: str) -> int:
    """Which anchor somebody of this quality chooses for themselves: a little higher now and then."""
    return min(5, value_level(dice, quality) + (1 if dice.chance(20) else 0))


def competency_level(dice: Dice, quality: str, required: int) -> int:
    """Which level of a competency somebody of this quality shows."""
    drift = {"exemplary": (0, 0, 1), "good": (-1, 0, 0, 0, 1), "plain": (-1, 0, 0), "weak": (-1, -1, 0)}[
        quality
    ]
    return min(5, max(1, required + dice.pick(drift)))
