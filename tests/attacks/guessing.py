"""How many authors an attacker names rightly, and whether that is more than chance.

Whoever guesses at random names one author in each box on the average, whatever its size; the exact distribution over all
boxes says from which number on it was no chance.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any

# Together with the number of guesses below, a false alarm comes once in more than a million runs.
FALSE_ALARM = Fraction(1, 10**9)


def _matches(size: int) -> list[Fraction]:
    """The probabilities of 0, 1, … right names when `size` authors are assigned at random."""
    counts = [0] * (size + 1)
    for order in permutations(range(size)):
        counts[sum(place == one for place, one in enumerate(order))] += 1
    return [Fraction(count, math.factorial(size)) for count in counts]


def more_than_chance(boxes: int, size: int) -> int:
    """The least number of right names that chance reaches less often than FALSE_ALARM."""
    total, one = [Fraction(1)], _matches(size)
    for _box in range(boxes):
        longer = [Fraction(0)] * (len(total) + size)
        for left, p in enumerate(total):
            for right, q in enumerate(one):
                longer[left + right] += p * q
        total = longer
    tail = Fraction(0)
    for number in reversed(range(len(total))):
        tail += total[number]
        if tail >= FALSE_ALARM:
            return number + 1
    raise AssertionError("chance reaches everything")


def right_by_order(
    groups: Mapping[str, Sequence[str]],
    author: Mapping[str, str],
    known: Mapping[str, Any],
    found: Mapping[str, Any],
    *,
    dice: random.Random,
) -> int:
    """Right names when reviews and reviewers of a box are both put in order and matched, the better of both directions.

    `known` orders reviewers, `found` orders reviews; who is equal is put at random.
    """
    by_group: dict[str, list[str]] = {}
    reviewers = {one: group for group, mine in groups.items() for one in mine}
    for review, writer in author.items():
        by_group.setdefault(reviewers[writer], []).append(review)
    forth = back = 0
    for group, mine in groups.items():
        people = _ordered(mine, known, dice)
        reviews = _ordered(sorted(by_group[group]), found, dice)
        forth += sum(author[review] == one for review, one in zip(reviews, people, strict=True))
        back += sum(author[review] == one for review, one in zip(reviews, reversed(people), strict=True))
    return max(forth, back)


def _ordered(items: Sequence[str], places: Mapping[str, Any], dice: random.Random) -> list[str]:
    shuffled = list(items)
    dice.shuffle(shuffled)
    return sorted(shuffled, key=lambda one: places[one])
