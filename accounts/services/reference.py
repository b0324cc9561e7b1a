"""Reference data of places: units, position families, levels and titles, brought to what their rows say."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Agency, Position, PositionFamily, PositionLevel
from accounts.services.agencies import TREE_LOCK, path_below, rewrite_paths
from core import audit, locks

# Reference data is one thing in the record; its events hang on this name.
REFERENCE_ID = uuid.uuid5(uuid.NAMESPACE_URL, "urn:reference-data:places")


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One unit; its parent's row comes before it."""

    code: str
    name: str
    short_name: str
    kind: str
    parent_code: str


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """One position family."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One position level; `required_competency` is the level of the general competencies, None for none."""

    code: str
    name: str
    required_competency: int | None


@dataclass(frozen=True, slots=True)
class PositionRow:
    """One title in one kind of unit."""

    title: str
    family: str
    level: str
    position_type: str
    unit_kind: str
    grade_from: str
    grade_to: str


@transaction.atomic
def store_places(
    *,
    at: dt.datetime,
    agencies: Sequence[AgencyRow],
    families: Sequence[FamilyRow],
    levels: Sequence[LevelRow],
    positions: Sequence[PositionRow],
) -> dict[str, int]:
    """Add what is new, change what differs, keep the rest: rows that a file no longer names stay as they are.

    Returns the number of rows of each kind that were given. Everything or nothing is stored.
    """
    locks.hold(TREE_LOCK)
    _store_agencies(agencies)
    PositionFamily.objects.bulk_create(
        [PositionFamily(code=row.code, name=row.name) for row in families],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name"],
    )
    PositionLevel.objects.bulk_create(
        [PositionLevel(code=row.code, name=row.name) for row in levels],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name"],
    )
    Position.objects.bulk_create(
        [
            Position(
                title=row.title,
                family_id=row.family,
                level_id=row.level,
                position_type=row.position_type,
                unit_kind=row.unit_kind,
                grade_from=row.grade_from,
                grade_to=row.grade_to,
            )
            for row in positions
        ],
        update_conflicts=True,
        unique_fields=["title", "unit_kind"],
        update_fields=["family", "level", "position_type", "grade_from", "grade_to"],
    )
    counts = {
        "agencies": len(agencies),
        "position_families": len(families),
        "position_levels": len(levels),
        "positions": len(positions),
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


def _store_agencies(rows: Sequence[AgencyRow]) -> None:
    """Units keep their id; one whose parent changed takes everything below it along."""
    stored = {agency.code: agency for agency in Agency.objects.order_by("path", "pk")}
    new = []
    for row in rows:
        if row.code not in stored:
            parent = stored.get(row.parent_code)
            stored[row.code] = Agency(
                code=row.code, parent=parent, path=path_below(parent.path if parent else "", row.code)
            )
            new.append(stored[row.code])
        agency = stored[row.code]
        agency.name, agency.short_name, agency.kind = row.name, row.short_name, row.kind
    Agency.objects.bulk_create(new)
    Agency.objects.bulk_update(
        [stored[row.code] for row in rows], ["name", "short_name", "kind"], batch_size=500
    )
    for row in rows:
        if row.parent_code and stored[row.code].parent_id != stored[row.parent_code].id:
            # Earlier moves may have changed either path.
            rewrite_paths(Agency.objects.get(code=row.code), Agency.objects.get(code=row.parent_code))
