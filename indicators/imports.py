"""Reference data from files: parsed, checked with line numbers, then stored by one service each."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.imports import DATA as PLACES
from accounts.imports import load_places, read_families, read_levels
from accounts.models import Agency
from core import clock, tables
from core.tables import Line
from indicators.enums import CompetencyKind, Consolidation, Polarity
from indicators.services import reference
from indicators.services.reference import (
    AnchorRow,
    CompetencyLevelRow,
    CompetencyRow,
    CoreValueRow,
    IndicatorRow,
    StatementRow,
)

DATA = Path(__file__).parent / "data"
LEVELS = range(1, 6)


@transaction.atomic
def load_all(*, at: dt.datetime | None = None, places: Path = PLACES, data: Path = DATA) -> dict[str, int]:
    """Bring all reference data to what the files say; twice makes the same rows, a changed file updates them.

    Returns the number of rows of each kind. Raises TableRefused, having changed nothing, when a file has a fault.
    """
    at = at or clock.now()
    counts = load_places(at=at, data=places)
    return counts | load_measures(at=at, places=places, data=data)


def load_measures(*, at: dt.datetime, places: Path = PLACES, data: Path = DATA) -> dict[str, int]:
    """Bring indicators, core values and competencies to what the files say. The units must be there already."""
    values, statements = read_core_values(data)
    competencies = read_competencies(data)
    technical, technical_levels = read_technical_competencies(
        data, {row.code for row in read_families(places)}
    )
    return reference.store_measures(
        at=at,
        indicators=read_indicators(data),
        values=values,
        statements=statements,
        anchors=read_anchors(data, {value.code for value in values}),
        competencies=(*competencies, *technical),
        levels=(*read_competency_levels(data, {row.code for row in competencies}), *technical_levels),
        requirements={
            level.code: level.required_competency
            for level in read_levels(places)
            if level.required_competency is not None
        },
    )


def read_indicators(data: Path = DATA) -> tuple[IndicatorRow, ...]:
    """The indicators (IKU) of the agencies."""
    path = data / "indicators.csv"
    codes = set(Agency.objects.order_by("pk").values_list("code", flat=True))
    rows = []
    with tables.checking(path) as check:
        columns = ["agency_code", "name", "unit", "polarity", "consolidation", "formula"]
        for line in tables.read(path, columns):
            check.filled(line, "name", "unit", "formula")
            check.once(line, line["agency_code"], line["name"])
            check.known(line, "agency_code", codes)
            check.choice(line, "polarity", Polarity)
            check.choice(line, "consolidation", Consolidation)
            rows.append(IndicatorRow(**line.cells))
    return tuple(rows)


def read_core_values(data: Path = DATA) -> tuple[tuple[CoreValueRow, ...], tuple[StatementRow, ...]]:
    """The seven values and their official statements."""
    path = data / "core_values.csv"
    values: dict[str, CoreValueRow] = {}
    statements = []
    with tables.checking(path) as check:
        for line in tables.read(path, ["order", "code", "value", "statement_no", "statement"]):
            check.filled(line, "code", "value", "statement")
            row = CoreValueRow(line["code"], check.number(line, "order", 1, 99), line["value"])
            if values.setdefault(row.code, row) != row:
                check.fault(line, _("Name or order differs from the line above:"), row.code)
            number = check.number(line, "statement_no", 1, 9)
            check.once(line, row.code, number)
            statements.append(StatementRow(row.code, number, line["statement"]))
    return tuple(values.values()), tuple(statements)


def read_anchors(data: Path, values: set[str]) -> tuple[AnchorRow, ...]:
    """The five behavioural anchors of each value."""
    path = data / "behavior_anchors.csv"
    rows = []
    with tables.checking(path) as check:
        for line in tables.read(path, ["order", "value_code", "level", "title", "anchor"]):
            check.filled(line, "title", "anchor")
            value = check.known(line, "value_code", values)
            level = check.number(line, "level", LEVELS[0], LEVELS[-1])
            check.once(line, value, level)
            rows.append(AnchorRow(value, level, line["title"], line["anchor"]))
        if len(rows) != len(values) * len(LEVELS) and not check.faults:
            check.fault(Line(1, {}), _("Each value needs five anchors."))
    return tuple(rows)


def read_competencies(data: Path = DATA) -> tuple[CompetencyRow, ...]:
    """The general competencies, in the order of the file."""
    path = data / "competencies.csv"
    rows = []
    with tables.checking(path) as check:
        for order, line in enumerate(tables.read(path, ["code", "name", "kind"]), start=1):
            check.filled(line, "code", "name")
            check.once(line, line["code"])
            kind = check.choice(line, "kind", CompetencyKind)
            rows.append(CompetencyRow(line["code"], order, line["name"], kind, None))
    return tuple(rows)


def read_competency_levels(data: Path, competencies: set[str]) -> tuple[CompetencyLevelRow, ...]:
    """What each level of the general competencies looks like, with three observable signs."""
    path = data / "competency_levels.csv"
    signs = ["indicator_1", "indicator_2", "indicator_3"]
    rows = []
    with tables.checking(path) as check:
        for line in tables.read(path, ["competency_code", "level", "title", "description", *signs]):
            check.filled(line, "title", "description", *signs)
            code = check.known(line, "competency_code", competencies)
            level = check.number(line, "level", LEVELS[0], LEVELS[-1])
            check.once(line, code, level)
            rows.append(
                CompetencyLevelRow(
                    code, level, line["title"], line["description"], tuple(line[sign] for sign in signs)
                )
            )
    return tuple(rows)


def read_technical_competencies(
    data: Path, families: set[str]
) -> tuple[tuple[CompetencyRow, ...], tuple[CompetencyLevelRow, ...]]:
    """The technical competencies of position families; they stand after the general ones."""
    path = data / "technical_competencies.csv"
    columns = {level: f"level_{level}" for level in LEVELS}
    rows: list[CompetencyRow] = []
    levels: list[CompetencyLevelRow] = []
    with tables.checking(path) as check:
        for order, line in enumerate(
            tables.read(path, ["code", "name", "position_family", *columns.values()]), start=101
        ):
            check.filled(line, "code", "name", *columns.values())
            check.once(line, line["code"])
            family = check.known(line, "position_family", families)
            rows.append(CompetencyRow(line["code"], order, line["name"], CompetencyKind.TECHNICAL, family))
            levels.extend(
                CompetencyLevelRow(line["code"], level, "", line[column], ())
                for level, column in columns.items()
            )
    return tuple(rows), tuple(levels)
