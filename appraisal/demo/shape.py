"""The regular city of the bench: who serves where and under whom, and every id, all computed from a number."""

from __future__ import annotations

from dataclasses import dataclass

UNIT_SIZE, UNITS_OF_DIVISION, DIVISIONS_OF_AGENCY = 20, 25, 40
_SCATTER = 0x9E3779B97F4A7C15
_BITS = (1 << 64) - 1


def scattered(kind: int, number: int) -> str:
    """The id of the row with this number: unique, and as scattered as a random one."""
    mixed = (number * _SCATTER) & _BITS
    text = f"{mixed:016x}{kind:04x}{number:012x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"


EMPLOYEE, PLACEMENT, APPRAISAL, PLAN, ITEM, MEASURE, SUBMISSION, AGENCY, REALIZATION, INVITATION = range(
    1, 11
)
REVIEWERS = 4


@dataclass(frozen=True, slots=True)
class Shape:
    """How many agencies, divisions and units `size` people fill; the first of them head agencies, then divisions."""

    size: int

    @property
    def divisions(self) -> int:
        """Enough for 25 units each."""
        return max(1, self.size // (UNIT_SIZE * UNITS_OF_DIVISION))

    @property
    def agencies(self) -> int:
        """Enough for 40 divisions each."""
        return max(1, self.divisions // DIVISIONS_OF_AGENCY)

    @property
    def heads(self) -> int:
        """How many people head agencies and divisions."""
        return self.agencies + self.divisions

    @property
    def units(self) -> int:
        """Units of 20 people for everybody else."""
        return -(-(self.size - self.heads) // UNIT_SIZE)

    def place_of(self, number: int) -> tuple[int, bool]:
        """The number of the place in which this person serves, and whether they head it."""
        if number < self.heads:
            return number, True
        rest = number - self.heads
        return self.heads + rest // UNIT_SIZE, rest % UNIT_SIZE == 0

    def parent_of(self, place: int) -> int | None:
        """The place above; None for the city."""
        if place < self.agencies:
            return None
        if place < self.heads:
            return (place - self.agencies) % self.agencies
        return self.agencies + (place - self.heads) % self.divisions

    def head_of(self, place: int) -> int:
        """The number of the person who heads a place."""
        return place if place < self.heads else self.heads + (place - self.heads) * UNIT_SIZE

    def agency_of(self, number: int) -> int:
        """The number of the top-level agency in which this person serves."""
        place, _is_head = self.place_of(number)
        while (parent := self.parent_of(place)) is not None:
            place = parent
        return place

    def reviewers_of(self, number: int) -> tuple[int, ...]:
        """Four others who stand beside this person, fewer where there are not so many: staff of the unit, or heads of the same rank."""
        place, is_head = self.place_of(number)
        if not is_head:
            first = self.head_of(place) + 1
            among = range(first, min(first + UNIT_SIZE - 1, self.size))
        elif number < self.heads:
            among = range(self.agencies) if number < self.agencies else range(self.agencies, self.heads)
        else:
            among = range(self.heads, self.size, UNIT_SIZE)
        here = among.index(number)
        return tuple(among[(here + k) % len(among)] for k in range(1, min(REVIEWERS, len(among) - 1) + 1))

    def leader_of(self, number: int | None) -> int | None:
        """Who supervises this person; None is the Mayor, who himself has nobody."""
        if number is None:
            return None
        place, is_head = self.place_of(number)
        above = self.parent_of(place) if is_head else place
        return None if above is None else self.head_of(above)
