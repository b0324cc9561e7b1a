"""Reference data of measures: indicators, core values and competencies, brought to what their rows say."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Agency
from core import audit, locks
from indicators.models import (
    BehaviorAnchor,
    Competency,
    CompetencyLevel,
    CompetencyRequirement,
    CoreValue,
    CoreValueStatement,
    Indicator,
)

MEASURES_LOCK = "indicators.reference"
REFERENCE_ID = uuid.uuid5(uuid.NAMESPACE_URL, "urn:reference-data:measures")


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator of an agency."""

    agency_code: str
    name: str
    unit: str
    polarity: str
    consolidation: str
    formula: str


@dataclass(frozen=True, slots=True)
class CoreValueRow:
    """One core value."""

    code: str
    order: int
    name: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One official statement of a core value."""

    value: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class AnchorRow:
    """One behavioural anchor of a core value."""

    value: str
    level: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class CompetencyRow:
    """One competency; a technical one names its position family."""

    code: str
    order: int
    name: str
    kind: str
    family: str | None


@dataclass(frozen=True, slots=True)
class CompetencyLevelRow:
    """One level of a competency."""

    competency: str
    level: int
    title: str
    text: str
    signs: tuple[str, ...]


@transaction.atomic
def store_measures(
    *,
    at: dt.datetime,
    indicators: Sequence[IndicatorRow],
    values: Sequence[CoreValueRow],
    statements: Sequence[StatementRow],
    anchors: Sequence[AnchorRow],
    competencies: Sequence[CompetencyRow],
    levels: Sequence[CompetencyLevelRow],
    requirements: Mapping[str, int],
) -> dict[str, int]:
    """Add what is new, change what differs, keep the rest: rows that a file no longer names stay as they are.

    `requirements` is the required level of the general competencies by position level. Returns the number of rows of
    each kind that were given. Everything or nothing is stored.
    """
    locks.hold(MEASURES_LOCK)
    _store_indicators(indicators)
    _store_values(values, statements, anchors)
    _store_competencies(competencies, levels, requirements)
    counts = {
        "indicators": len(indicators),
        "core_values": len(values),
        "statements": len(statements),
        "anchors": len(anchors),
        "competencies": len(competencies),
        "competency_levels": len(levels),
        "competency_requirements": len(requirements),
    }
    audit.record(
        actor_id=None,
        act="reference.loaded",
        object_type="reference",
        object_id=REFERENCE_ID,
        at=at,
        after=counts,
    )
    return counts


def _store_indicators(rows: Sequence[IndicatorRow]) -> None:
    agencies = dict(
        Agency.objects.filter(code__in={row.agency_code for row in rows}).values_list("code", "pk")
    )
    Indicator.objects.bulk_create(
        [
            Indicator(
                agency_id=agencies[row.agency_code],
                name=row.name,
                unit=row.unit,
                polarity=row.polarity,
                consolidation=row.consolidation,
                formula=row.formula,
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["agency", "name"],
        update_fields=["unit", "polarity", "consolidation", "formula"],
    )


def _store_values(
    values: Sequence[CoreValueRow], statements: Sequence[StatementRow], anchors: Sequence[AnchorRow]
) -> None:
    CoreValue.objects.bulk_create(
        [CoreValue(code=row.code, order=row.order, name=row.name) for row in values],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["order", "name"],
    )
    CoreValueStatement.objects.bulk_create(
        [CoreValueStatement(value_id=row.value, number=row.number, text=row.text) for row in statements],
        update_conflicts=True,
        unique_fields=["value", "number"],
        update_fields=["text"],
    )
    BehaviorAnchor.objects.bulk_create(
        [
            BehaviorAnchor(value_id=row.value, level=row.level, title=row.title, text=row.text)
            for row in anchors
        ],
        update_conflicts=True,
        unique_fields=["value", "level"],
        update_fields=["title", "text"],
    )


def _store_competencies(
    competencies: Sequence[CompetencyRow],
    levels: Sequence[CompetencyLevelRow],
    requirements: Mapping[str, int],
) -> None:
    Competency.objects.bulk_create(
        [
            Competency(code=row.code, order=row.order, name=row.name, kind=row.kind, family_id=row.family)
            for row in competencies
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["order", "name", "kind", "family"],
    )
    CompetencyLevel.objects.bulk_create(
        [
            CompetencyLevel(
                competency_id=row.competency,
                level=row.level,
                title=row.title,
                text=row.text,
                signs=list(row.signs),
            )
            for row in levels
        ],
        update_conflicts=True,
        unique_fields=["competency", "level"],
        update_fields=["title", "text", "signs"],
    )
    CompetencyRequirement.objects.bulk_create(
        [CompetencyRequirement(position_level_id=code, level=level) for code, level in requirements.items()],
        update_conflicts=True,
        unique_fields=["position_level"],
        update_fields=["level"],
    )
