"""The places a page links to: items of the menu and of a row of tabs."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Sentence


@dataclass(frozen=True, slots=True)
class NavItem:
    """One link. `current` marks the page the reader is on; `count` is unread or open work, 0 shows nothing."""

    label: Sentence
    url: str
    current: bool = False
    count: int = 0
    icon: str = ""
