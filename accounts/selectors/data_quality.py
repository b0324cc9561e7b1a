"""What HR has to mend before a cycle is opened: people and units for whom the rules give no sensible answer."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.enums import APPRAISED_TYPES
from accounts.models import Employee
from accounts.selectors.supervisors import SupervisorRow, leaders_at


@dataclass(frozen=True, slots=True)
class DataQuality:
    """The findings of one day; every tuple is empty when all is well.

    `without_supervisor` are placements. Each of `loops` names the people who supervise each other in a ring, each
    supervised by the next. Each of `doubles` names people who share name and birth date under different numbers: most
    likely one person entered twice. `without_number` are people in service without a valid NIP or NI PPPK.
    `units_without_head` are units in which people serve directly although nobody heads or acts.
    """

    without_supervisor: tuple[uuid.UUID, ...]
    loops: tuple[tuple[uuid.UUID, ...], ...]
    doubles: tuple[tuple[uuid.UUID, ...], ...]
    without_number: tuple[uuid.UUID, ...]
    units_without_head: tuple[uuid.UUID, ...]

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to mend."""
        return not (
            self.without_supervisor
            or self.loops
            or self.doubles
            or self.without_number
            or self.units_without_head
        )


def data_quality(day: dt.date) -> DataQuality:
    """Everything that is wrong on the day. Costs five queries, whatever the number of people."""
    rows = leaders_at(day)
    alone = [row for row in rows if row.supervisor_id is None]
    appraised = set(
        Employee.objects.filter(
            employment_type__in=APPRAISED_TYPES, pk__in=[row.employee_id for row in alone]
        ).values_list("pk", flat=True)
    )
    return DataQuality(
        without_supervisor=tuple(row.placement_id for row in alone if row.employee_id in appraised),
        loops=loops(rows),
        doubles=_doubles(day),
        without_number=_without_number(day),
        units_without_head=_units_without_head(day),
    )


def loops(rows: Iterable[SupervisorRow]) -> tuple[tuple[uuid.UUID, ...], ...]:
    """The rings of people who supervise each other, each beginning with its smallest id."""
    leads: Mapping[uuid.UUID, uuid.UUID] = {
        row.employee_id: row.supervisor_id for row in rows if row.supervisor_id is not None
    }
    seen: set[uuid.UUID] = set()
    found = []
    for start in sorted(leads):
        steps: dict[uuid.UUID, int] = {}
        person = start
        while person in leads and person not in seen and person not in steps:
            steps[person] = len(steps)
            person = leads[person]
        if person in steps:
            ring = list(steps)[steps[person] :]
            first = ring.index(min(ring))
            found.append((*ring[first:], *ring[:first]))
        seen.update(steps)
    return tuple(sorted(found))


def _doubles(day: dt.date) -> tuple[tuple[uuid.UUID, ...], ...]:
    """People in service on the day with the same name and the same birth date (the first digits of the number)."""
    return tuple(
        tuple(ids)
        for (ids,) in _fetch(
            """
            SELECT array_agg(e.id ORDER BY e.id)
            FROM accounts_employee e
            JOIN accounts_placement p ON p.employee_id = e.id AND p.period @> %(day)s::date
            JOIN accounts_personnelnumber n ON n.employee_id = e.id AND n.period @> %(day)s::date
            GROUP BY e.sort_name, left(n.digits, 8)
            HAVING count(*) > 1
            ORDER BY min(e.id::text)
            """,
            day,
        )
    )


def _without_number(day: dt.date) -> tuple[uuid.UUID, ...]:
    return tuple(
        employee_id
        for (employee_id,) in _fetch(
            """
            SELECT e.id
            FROM accounts_employee e
            JOIN accounts_placement p ON p.employee_id = e.id AND p.period @> %(day)s::date
            WHERE e.employment_type = ANY(%(appraised)s)
              AND NOT EXISTS (
                SELECT FROM accounts_personnelnumber n WHERE n.employee_id = e.id AND n.period @> %(day)s::date
              )
            ORDER BY e.id
            """,
            day,
        )
    )


def _units_without_head(day: dt.date) -> tuple[uuid.UUID, ...]:
    return tuple(
        agency_id
        for (agency_id,) in _fetch(
            """
            SELECT p.agency_id
            FROM accounts_placement p
            WHERE p.period @> %(day)s::date
            GROUP BY p.agency_id
            HAVING NOT bool_or(p.is_head)
               AND NOT EXISTS (
                SELECT FROM accounts_acting a
                WHERE a.agency_id = p.agency_id AND a.kind = 'plt' AND a.period @> %(day)s::date
               )
            ORDER BY p.agency_id
            """,
            day,
        )
    )


def _fetch(statement: str, day: dt.date) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"day": day, "appraised": sorted(APPRAISED_TYPES)})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
