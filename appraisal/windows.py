"""Time, pure: which window holds for whom, and whether a cycle's windows are in order.

`closes_at` is exclusive. The deciding moment is the arrival of the request, handed in by the caller.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from appraisal.enums import PEER_PHASES, Phase


@dataclass(frozen=True, slots=True)
class Window:
    """From `opens_at` (included) to `closes_at` (excluded). `extended` when a person's extension moved the end."""

    opens_at: dt.datetime
    closes_at: dt.datetime
    extended: bool = False

    def is_open(self, at: dt.datetime) -> bool:
        """Whether an act that arrived at `at` is in time."""
        return self.opens_at <= at < self.closes_at

    def has_closed(self, at: dt.datetime) -> bool:
        """Whether it is over at `at`."""
        return at >= self.closes_at


@dataclass(frozen=True, slots=True)
class WindowRow:
    """One stored window: of the whole city when `path` is empty, else of the unit with this path and all below it."""

    phase: Phase
    path: str
    opens_at: dt.datetime
    closes_at: dt.datetime


def window_for(
    phase: Phase, path: str, rows: Iterable[WindowRow], extension: dt.datetime | None = None
) -> Window | None:
    """The window of `phase` for somebody in the unit with `path`: that of the nearest unit upwards that has one.

    A person's extension moves only the end, and only later. None when the cycle has no such phase.
    """
    nearest: WindowRow | None = None
    for row in rows:
        if (
            row.phase == phase
            and path.startswith(row.path)
            and (nearest is None or len(row.path) > len(nearest.path))
        ):
            nearest = row
    if nearest is None:
        return None
    if extension is not None and extension > nearest.closes_at:
        return Window(nearest.opens_at, extension, extended=True)
    return Window(nearest.opens_at, nearest.closes_at)


def windows_for(
    path: str, rows: Iterable[WindowRow], extensions: Mapping[Phase, dt.datetime] | None = None
) -> dict[Phase, Window]:
    """All windows of somebody in the unit with `path`."""
    kept = tuple(rows)
    found = {}
    for phase in Phase:
        window = window_for(phase, path, kept, (extensions or {}).get(phase))
        if window is not None:
            found[phase] = window
    return found


@dataclass(frozen=True, slots=True)
class Disorder:
    """A reason why windows are not ready. `path` names the unit, empty for the whole city."""

    code: str
    path: str
    earlier: Phase | None = None
    later: Phase | None = None


# Opens and closes never decrease in this order.
IN_ORDER: tuple[Phase, ...] = (
    Phase.PLANNING,
    Phase.SELF_ASSESSMENT,
    Phase.SUPERVISOR_REVIEW,
    Phase.CALIBRATION,
    Phase.PUBLICATION,
)
REQUIRED = frozenset({*IN_ORDER, Phase.EXECUTION})


def disorders(rows: Iterable[WindowRow]) -> tuple[Disorder, ...]:
    """Why these windows cannot be used; empty when they can.

    Checked for the city and for every unit that has a row of its own, each with the windows that would hold there:
    every required phase exists, and both of the peers' or neither; opens and closes never decrease from planning to
    publication; peer review closes before supervisor review closes; nomination closes before peer review opens; each
    window opens before it closes.
    """
    kept = tuple(rows)
    found: list[Disorder] = []
    for path in sorted({"", *(row.path for row in kept)}):
        here = {
            phase: window
            for phase in Phase
            if (window := window_for(phase, path, [row for row in kept if path.startswith(row.path)]))
            is not None
        }
        found.extend(_disorders_at(path, here))
    return tuple(found)


def _disorders_at(path: str, here: Mapping[Phase, Window]) -> Iterable[Disorder]:
    required = REQUIRED.union(PEER_PHASES if here.keys() & set(PEER_PHASES) else ())
    for phase in Phase:
        if phase in required and phase not in here:
            yield Disorder("missing", path, later=phase)
        if phase in here and here[phase].opens_at >= here[phase].closes_at:
            yield Disorder("empty", path, later=phase)
    for earlier, later in pairwise(IN_ORDER):
        if earlier in here and later in here:
            if here[later].opens_at < here[earlier].opens_at:
                yield Disorder("opens_before", path, earlier, later)
            if here[later].closes_at < here[earlier].closes_at:
                yield Disorder("closes_before", path, earlier, later)
    if {Phase.PEER_REVIEW, Phase.SUPERVISOR_REVIEW} <= here.keys() and (
        here[Phase.PEER_REVIEW].closes_at >= here[Phase.SUPERVISOR_REVIEW].closes_at
    ):
        yield Disorder("closes_after", path, Phase.PEER_REVIEW, Phase.SUPERVISOR_REVIEW)
    if {Phase.NOMINATION, Phase.PEER_REVIEW} <= here.keys() and (
        here[Phase.NOMINATION].closes_at > here[Phase.PEER_REVIEW].opens_at
    ):
        yield Disorder("closes_after_opening", path, Phase.NOMINATION, Phase.PEER_REVIEW)
