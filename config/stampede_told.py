"""What the visitors of `make stampede` were told, attempt by attempt; moments in seconds since 1970."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class Save:
    """One attempt to save a page, and what was said to it. `revision` of an answer, `status` 0 where none came."""

    page: str
    fields: Fields
    base: int
    started: float
    ended: float
    status: int
    revision: int = 0
    current: Fields | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """One attempt to send the whole; `receipt` is the number that was shown, "" where none was."""

    started: float
    ended: float
    status: int
    receipt: str = ""


@dataclass(slots=True)
class Told:
    """What one person was told, in order, and what else came that should not."""

    saves: list[Save] = field(default_factory=list)
    sendings: list[Sending] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    times: list[tuple[str, float, float]] = field(default_factory=list)  # kind, started, seconds
    behind: float = 0.0  # seconds that the latest step began after its time


def told_from(raw: Mapping[str, Any]) -> Told:
    """What one person was told, as config.stampede_people wrote it."""
    return Told(
        saves=[Save(**one) for one in raw["saves"]],
        sendings=[Sending(**one) for one in raw["sendings"]],
        unexpected=raw["unexpected"],
        statuses=raw["statuses"],
        times=[(kind, started, seconds) for kind, started, seconds in raw["times"]],
        behind=raw["behind"],
    )
