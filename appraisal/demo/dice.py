"""Chance that falls the same way at every start."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Sequence
from typing import TypeVar

from core.clock import CITY_TIME

Thing = TypeVar("Thing")

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
FIRST_HOUR, LAST_HOUR = 8, 16


class Dice:
    """A seeded source of choices, ids and moments; two with the same seed throw the same."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311  # invented data, no secret

    def uuid(self) -> uuid.UUID:
        """An id."""
        return uuid.UUID(int=self._random.getrandbits(128), version=4)

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of them."""
        return self._random.choice(things)

    def some(self, things: Sequence[Thing], number: int) -> list[Thing]:
        """So many different ones of them (all, when there are fewer)."""
        return self._random.sample(list(things), min(number, len(things)))

    def weighted(self, things: Sequence[tuple[int, Thing]]) -> Thing:
        """One of them, as often as its weight says."""
        return self._random.choices(
            [thing for _weight, thing in things], [weight for weight, _thing in things]
        )[0]

    def number(self, lowest: int, highest: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(lowest, highest)

    def chance(self, percent: int) -> bool:
        """True so many times in a hundred."""
        return self._random.randrange(100) < percent

    def word(self, length: int) -> str:
        """Characters that cannot be misread."""
        return "".join(self._random.choice(ALPHABET) for _unused in range(length))

    def day(self, first: dt.date, last: dt.date) -> dt.date:
        """A day between the two, both included (the first when they are out of order)."""
        return first + dt.timedelta(days=self.number(0, max(0, (last - first).days)))

    def moment(self, first: dt.date, last: dt.date) -> dt.datetime:
        """A moment within office hours of a day between the two."""
        return at_hour(self.day(first, last), self.number(FIRST_HOUR, LAST_HOUR), self.number(0, 59))


def at_hour(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """A moment of a day in Bandung."""
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=CITY_TIME)
