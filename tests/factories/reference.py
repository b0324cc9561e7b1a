"""A light-weight catalogue of what is rated: seven values with anchors, one general and one technical competency."""

from __future__ import annotations

from accounts.models import PositionFamily, PositionLevel
from indicators.enums import CompetencyKind
from indicators.models import (
    BehaviorAnchor,
    Competency,
    CompetencyLevel,
    CompetencyRequirement,
    CoreValue,
    CoreValueStatement,
)

VALUE_CODES = ("BP", "AK", "KP", "HM", "LY", "AD", "KB")
LEVELS = range(1, 6)


def core_values() -> list[CoreValue]:
    """The seven values, each with one statement and five anchors."""
    values = CoreValue.objects.bulk_create(
        [CoreValue(code=code, order=n, name=f"Nilai {code}") for n, code in enumerate(VALUE_CODES, start=1)]
    )
    CoreValueStatement.objects.bulk_create(
        [CoreValueStatement(value=value, number=1, text=f"Panduan perilaku {value.code}") for value in values]
    )
    BehaviorAnchor.objects.bulk_create(
        [
            BehaviorAnchor(
                value=value, level=n, title=f"Tingkat {n}", text=f"Perilaku {value.code} pada tingkat {n}"
            )
            for value in values
            for n in LEVELS
        ]
    )
    return values


def competencies(*, family: PositionFamily, level: PositionLevel) -> list[Competency]:
    """A general competency for everybody and a technical one of the family; the level requires 2."""
    found = Competency.objects.bulk_create(
        [
            Competency(code="INT", order=1, name="Integritas", kind=CompetencyKind.MANAGERIAL),
            Competency(
                code="TEK",
                order=2,
                name="Pembelajaran di kelas",
                kind=CompetencyKind.TECHNICAL,
                family=family,
            ),
        ]
    )
    CompetencyLevel.objects.bulk_create(
        [
            CompetencyLevel(competency=each, level=n, title=f"Tingkat {n}", text="Uraian", signs=["Tanda"])
            for each in found
            for n in LEVELS
        ]
    )
    CompetencyRequirement.objects.create(position_level=level, level=2)
    return found
