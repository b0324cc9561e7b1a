"""The fair draw of reviewers, pure: who is asked about whom where too few were proposed.

People stand in a circle, each at a place that the seed gives them. In rounds, everybody is given one reviewer: of the next
ones in the circle the one with whom there would be no mutual review, then the one with the least to do, then the
nearest. Where all need the same number this is a plain rotation: everybody reviews as many as they are reviewed by,
and nobody the person who reviews them, as far as the number of people allows it.

Whoever knows the seed and the record before the draw can draw again and must find the same names.
"""

from __future__ import annotations

import hashlib
import uuid
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

# Of a large circle only so many of the next ones are compared, so that a draw among thousands stays fast.
COMPARED = 64

Place = tuple[bytes, uuid.UUID]


def place_of(seed: str, person: uuid.UUID) -> Place:
    """Where the seed puts somebody in every circle they belong to."""
    return hashlib.sha256(f"{seed}:{person}".encode()).digest(), person


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody who needs reviewers. `key` names the request, `person` is the one looked at.

    `wanted` more are drawn from the nearest circle of `circles`; the wider ones behind it are asked only until there are
    `least` more, since they know the person less. `excluded` are those who must not look at this person.
    """

    key: tuple[uuid.UUID, str]
    person: uuid.UUID
    wanted: int
    least: int
    circles: tuple[Sequence[uuid.UUID], ...]
    excluded: frozenset[uuid.UUID] = frozenset()


@dataclass(slots=True)
class _Table:
    """What a draw knows while it goes on: how much each reviewer has to do, and who looks at whom."""

    seed: str
    maximum: int
    loads: Counter[uuid.UUID]
    reviews: set[tuple[uuid.UUID, uuid.UUID]]
    sorted_circles: dict[int, list[Place]] = field(default_factory=dict)

    def places(self, circle: Sequence[uuid.UUID]) -> list[Place]:
        """The circle in order; circles are shared by the people of a unit and sorted once."""
        if id(circle) not in self.sorted_circles:
            self.sorted_circles[id(circle)] = sorted(place_of(self.seed, one) for one in set(circle))
        return self.sorted_circles[id(circle)]

    def next_ones(self, request: Request, circle: Sequence[uuid.UUID]) -> Iterator[uuid.UUID]:
        """Those who may look at the person, from the person's own place on."""
        places = self.places(circle)
        start = bisect_right(places, place_of(self.seed, request.person))
        for n in range(start, start + len(places)):
            _digest, one = places[n % len(places)]
            if (
                one != request.person
                and one not in request.excluded
                and (one, request.person) not in self.reviews
                and self.loads[one] < self.maximum
            ):
                yield one

    def pick(self, request: Request, circle: Sequence[uuid.UUID]) -> uuid.UUID | None:
        """The reviewer whose turn it is; None when nobody in the circle is left."""
        best = None
        for distance, one in enumerate(self.next_ones(request, circle)):
            if distance == COMPARED:
                break
            weight = ((request.person, one) in self.reviews, self.loads[one], distance)
            if best is None or weight < best[0]:
                best = weight, one
        return best[1] if best else None

    def take(self, reviewer: uuid.UUID, person: uuid.UUID) -> None:
        self.loads[reviewer] += 1
        self.reviews.add((reviewer, person))


def draw(
    requests: Iterable[Request],
    *,
    loads: Mapping[uuid.UUID, int],
    reviews: Iterable[tuple[uuid.UUID, uuid.UUID]],
    maximum: int,
    seed: str,
) -> dict[tuple[uuid.UUID, str], tuple[uuid.UUID, ...]]:
    """The reviewers drawn for each request, perhaps fewer than wanted, in the order in which they were drawn.

    `loads` are the invitations that each reviewer has already, `reviews` the standing pairs (reviewer, person).
    Nobody is given more than `maximum` people, counting those they have. Turns go by the key of the request, places in a
    circle by the person.
    """
    table = _Table(seed, maximum, Counter(loads), set(reviews))
    waiting = sorted(requests, key=lambda request: (place_of(seed, request.key[0]), request.key[1]))
    drawn: dict[tuple[uuid.UUID, str], list[uuid.UUID]] = {request.key: [] for request in waiting}
    for depth in range(max((len(request.circles) for request in waiting), default=0)):
        active = [request for request in waiting if depth < len(request.circles)]
        while active:
            left = []
            for request in active:
                mine = drawn[request.key]
                if len(mine) >= (request.least if depth else request.wanted):
                    continue
                reviewer = table.pick(request, request.circles[depth])
                if reviewer is not None:
                    table.take(reviewer, request.person)
                    mine.append(reviewer)
                    left.append(request)
            active = left
    return {key: tuple(names) for key, names in drawn.items()}
