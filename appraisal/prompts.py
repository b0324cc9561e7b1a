"""Questions that help to write feedback, pure: read once from data/feedback_prompts.csv (in Indonesian, as they are asked)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Literal

Audience = Literal["self", "supervisor", "peer"]
PromptKind = Literal["strength", "improve", "process", "impact", "start", "stop", "continue"]

_FILE = Path(__file__).parent / "data" / "feedback_prompts.csv"


@cache
def _all() -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    with _FILE.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = (row["audience"], row["kind"])
            found[key] = (*found.get(key, ()), row["prompt"])
    return found


def prompts_for(audience: Audience, *kinds: PromptKind) -> tuple[str, ...]:
    """The questions for one side and these kinds, in the order of the file. Raises KeyError for an unknown kind."""
    return tuple(prompt for kind in kinds for prompt in _all()[audience, kind])
