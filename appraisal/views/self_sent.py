"""A self-assessment as it was sent, read from the stored submission and never from drafts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from appraisal.completeness import day_of
from appraisal.enums import ItemKind, Topic
from appraisal.selectors.assessments import level_titles
from core.wording import number


@dataclass(frozen=True, slots=True)
class SentMeasure:
    """A measure with its target and what was reached, in words."""

    indicator: str
    target: str
    realization: str


@dataclass(frozen=True, slots=True)
class SentProof:
    """A piece of evidence as it was named."""

    title: str
    url: str
    text: str
    dated_on: dt.date | None


@dataclass(frozen=True, slots=True)
class SentItem:
    """A planned result with the reflection on it."""

    key: str
    name: str
    kind: str
    measures: tuple[SentMeasure, ...]
    process: str
    impact: str
    evidence: tuple[SentProof, ...]


@dataclass(frozen=True, slots=True)
class SentLevel:
    """A core value or competency with the chosen level; `level` is empty where the reader may not see it yet."""

    key: str
    name: str
    level: str
    text: str
    required: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The whole submission."""

    items: tuple[SentItem, ...]
    values: tuple[SentLevel, ...]
    competencies: tuple[SentLevel, ...]


def sent_view(content: Mapping[str, Any], *, with_levels: bool) -> Sent:
    """The submission in words. One query for the titles of the levels, none without them."""
    titles = level_titles() if with_levels else {}
    return Sent(
        items=tuple(_item(item) for item in content.get("items", ())),
        values=tuple(_level(Topic.VALUE, row, titles) for row in content.get("values", ())),
        competencies=tuple(_level(Topic.COMPETENCY, row, titles) for row in content.get("competencies", ())),
    )


def _item(item: Mapping[str, Any]) -> SentItem:
    return SentItem(
        key=item["key"],
        name=item["name"],
        kind=str(ItemKind(item["kind"]).label),
        measures=tuple(_measure(measure) for measure in item["measures"]),
        process=item["process"],
        impact=item["impact"],
        evidence=tuple(
            SentProof(proof["title"], proof["url"], proof["text"], day_of(proof["dated_on"]))
            for proof in item.get("evidence", ())
        ),
    )


def _measure(measure: Mapping[str, Any]) -> SentMeasure:
    target, upper, unit = _figure(measure["target"]), _figure(measure["upper"]), measure["unit"]
    return SentMeasure(
        indicator=measure["indicator"],
        target=f"{target}–{upper} {unit}" if upper else f"{target} {unit}",
        realization=f"{_figure(measure['realization'])} {unit}" if measure["realization"] is not None else "",
    )


def _figure(value: str | None) -> str:
    return "" if value is None else number(Decimal(value))


def _level(topic: Topic, row: Mapping[str, Any], titles: Mapping[tuple[Topic, str, int], str]) -> SentLevel:
    return SentLevel(
        key=row["code"],
        name=row["name"],
        level=level_words(titles, topic, row["code"], row.get("level")) if titles else "",
        text=row.get("text", ""),
        required=str(row.get("required") or ""),
    )


def level_words(
    titles: Mapping[tuple[Topic, str, int], str], topic: Topic, code: str, level: int | None
) -> str:
    """A chosen level with its name: "4, Melampaui harapan"; empty when none was chosen."""
    if level is None:
        return ""
    title = titles.get((topic, code, level), "")
    return f"{level}, {title}" if title else str(level)
