"""The units, positions and levels of the city from the files in accounts/data: parsed, checked, then stored."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from accounts.enums import AgencyKind, PositionType
from accounts.services import reference
from accounts.services.reference import AgencyRow, FamilyRow, LevelRow, PositionRow
from core import tables

DATA = Path(__file__).parent / "data"


def load_places(*, at: dt.datetime, data: Path = DATA) -> dict[str, int]:
    """Bring units, families, levels and positions to what the files say; twice makes the same rows.

    Returns the number of rows of each kind. Raises TableRefused, having changed nothing, when a file has a fault.
    """
    families = read_families(data)
    levels = read_levels(data)
    return reference.store_places(
        at=at,
        agencies=read_agencies(data),
        families=families,
        levels=levels,
        positions=read_positions(data, families, levels),
    )


def read_agencies(data: Path = DATA) -> tuple[AgencyRow, ...]:
    """The tree of units, parents before children; the first row is the root."""
    path = data / "agencies.csv"
    rows: list[AgencyRow] = []
    with tables.checking(path) as check:
        for line in tables.read(path, ["code", "name", "short_name", "kind", "parent_code"]):
            check.filled(line, "code", "name")
            check.once(line, line["code"])
            check.choice(line, "kind", AgencyKind)
            if "/" in line["code"]:
                check.fault(line, _("A code has no slash:"), line["code"])
            if rows:
                check.known(line, "parent_code", {row.code for row in rows})
            elif line["parent_code"]:
                check.fault(line, _("The first row is the root and has no parent:"), line["parent_code"])
            rows.append(AgencyRow(**line.cells))
    return tuple(rows)


def read_families(data: Path = DATA) -> tuple[FamilyRow, ...]:
    """The position families."""
    path = data / "position_families.csv"
    rows = []
    with tables.checking(path) as check:
        for line in tables.read(path, ["code", "name"]):
            check.filled(line, "code", "name")
            check.once(line, line["code"])
            rows.append(FamilyRow(**line.cells))
    return tuple(rows)


def read_levels(data: Path = DATA) -> tuple[LevelRow, ...]:
    """The position levels with the competency level that each requires; an elected office requires none."""
    path = data / "position_levels.csv"
    rows = []
    with tables.checking(path) as check:
        for line in tables.read(path, ["position_level", "name", "required_competency_level"]):
            check.filled(line, "position_level", "name")
            check.once(line, line["position_level"])
            required = None
            if line["required_competency_level"]:
                required = check.number(line, "required_competency_level", 1, 5)
            rows.append(LevelRow(line["position_level"], line["name"], required))
    return tuple(rows)


def read_positions(
    data: Path, families: tuple[FamilyRow, ...], levels: tuple[LevelRow, ...]
) -> tuple[PositionRow, ...]:
    """The titles that people hold, each in a family, at a level and in a kind of unit."""
    path = data / "positions.csv"
    columns = [
        "position_family",
        "title",
        "position_type",
        "position_level",
        "unit_kind",
        "grade_from",
        "grade_to",
    ]
    family_codes = {family.code for family in families}
    level_codes = {level.code for level in levels}
    rows = []
    with tables.checking(path) as check:
        for line in tables.read(path, columns):
            check.filled(line, "title")
            check.once(line, line["title"], line["unit_kind"])
            rows.append(
                PositionRow(
                    title=line["title"],
                    family=check.known(line, "position_family", family_codes),
                    level=check.known(line, "position_level", level_codes),
                    position_type=check.choice(line, "position_type", PositionType),
                    unit_kind=check.choice(line, "unit_kind", AgencyKind),
                    grade_from=line["grade_from"],
                    grade_to=line["grade_to"],
                )
            )
    return tuple(rows)
