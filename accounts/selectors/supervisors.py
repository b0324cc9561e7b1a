"""Who supervises whom on a day: one set-based rule, said once in SQL, for one placement or for all of them.

The rule: a decided supervisor who is valid on that day; else the head of the unit; else the head of the next unit up
that has one; never oneself. The head of a unit is its acting head (Plt) where there is one, else its definitive head;
a day-to-day head (Plh) is none. Whoever heads a unit is led from above it, also while somebody acts there.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.enums import SupervisorBasis

# Heads are resolved per unit and day, not per placement: a few hundred rows for a hundred thousand people. A placement
# that ended before the day (or begins later) is answered for its own day nearest to it, so that a segment of the year
# keeps the supervisor it had. `heads` runs from the unit upwards; `above` leaves the unit itself out.
_RULE = """
WITH scope AS (
    SELECT p.id, p.employee_id, p.agency_id, p.is_head,
           GREATEST(LEAST(%(day)s::date, upper(p.period) - 1), lower(p.period)) AS day
    FROM accounts_placement p
    WHERE {scope}
), unit AS (
    SELECT DISTINCT agency_id, day FROM scope
), chain AS (
    SELECT unit.agency_id, unit.day, above.id AS above_id, length(above.path) AS depth
    FROM unit
    JOIN accounts_agency own ON own.id = unit.agency_id
    CROSS JOIN LATERAL generate_series(1, array_length(string_to_array(own.path, '/'), 1) - 1) AS n
    JOIN accounts_agency above
      ON above.path = array_to_string((string_to_array(own.path, '/'))[1:n], '/') || '/'
), headed AS (
    SELECT chief.above_id, chief.day,
           COALESCE(acting.employee_id, head.employee_id) AS employee_id,
           CASE WHEN acting.employee_id IS NULL THEN 'head' ELSE 'acting' END AS basis
    FROM (SELECT DISTINCT above_id, day FROM chain) chief
    LEFT JOIN accounts_acting acting
      ON acting.agency_id = chief.above_id AND acting.period @> chief.day AND acting.kind = 'plt'
    LEFT JOIN accounts_placement head
      ON head.agency_id = chief.above_id AND head.period @> chief.day AND head.is_head
    WHERE acting.employee_id IS NOT NULL OR head.employee_id IS NOT NULL
), ladder AS (
    SELECT chain.agency_id, chain.day,
           array_agg(headed.employee_id ORDER BY chain.depth DESC) AS heads,
           array_agg(headed.basis ORDER BY chain.depth DESC) AS bases,
           array_agg(headed.employee_id ORDER BY chain.depth DESC)
               FILTER (WHERE chain.above_id <> chain.agency_id) AS above,
           array_agg(headed.basis ORDER BY chain.depth DESC)
               FILTER (WHERE chain.above_id <> chain.agency_id) AS above_bases
    FROM chain JOIN headed ON headed.above_id = chain.above_id AND headed.day = chain.day
    GROUP BY chain.agency_id, chain.day
), chosen AS (
    SELECT scope.id, scope.employee_id, scope.agency_id, decided.supervisor_id AS decided_id,
           CASE WHEN scope.is_head THEN ladder.above ELSE ladder.heads END AS heads,
           CASE WHEN scope.is_head THEN ladder.above_bases ELSE ladder.bases END AS bases
    FROM scope
    LEFT JOIN ladder ON ladder.agency_id = scope.agency_id AND ladder.day = scope.day
    LEFT JOIN accounts_supervisoroverride decided
      ON decided.placement_id = scope.id AND decided.period @> scope.day
     AND decided.supervisor_id <> scope.employee_id
)
SELECT id AS placement_id, employee_id, agency_id, COALESCE(decided_id, head_id) AS supervisor_id,
       CASE WHEN decided_id IS NOT NULL THEN 'override'
            WHEN head_id IS NULL THEN 'none'
            ELSE bases[array_position(heads, head_id)] END AS basis
FROM chosen
CROSS JOIN LATERAL (SELECT (array_remove(heads, employee_id))[1] AS head_id) AS nearest
"""

IN_FORCE = "p.period @> %(day)s::date"


@dataclass(frozen=True, slots=True)
class SupervisorRow:
    """Who supervises one placement on the day asked for, and why. `supervisor_id` None is nobody."""

    placement_id: uuid.UUID
    employee_id: uuid.UUID
    agency_id: uuid.UUID
    supervisor_id: uuid.UUID | None
    basis: SupervisorBasis


def supervisor_sql(scope: str = "TRUE") -> str:
    """The rule as the text of a subquery, to stand in parentheses inside another statement.

    It has one parameter, %(day)s, and yields placement_id, employee_id, agency_id, supervisor_id and basis for every
    placement that `scope` selects: a condition on accounts_placement under the name `p`, such as a range of primary
    keys with parameters of its own. A placement that is not in force on the day is answered for its nearest day.
    """
    return _RULE.format(scope=scope)


def supervisors_at(day: dt.date) -> tuple[SupervisorRow, ...]:
    """The supervisor of every placement in force on the day, ordered by placement. Costs one query."""
    return _rows(supervisor_sql(IN_FORCE), {"day": day})


def leaders_at(day: dt.date) -> tuple[SupervisorRow, ...]:
    """The rows of `supervisors_at` of whoever supervises somebody, and of whoever has nobody: one in twenty. One query.

    A ring of people who supervise each other consists of such rows alone.
    """
    rule = supervisor_sql(IN_FORCE)
    return _rows(
        f"WITH supervised AS ({rule}) SELECT * FROM supervised WHERE supervisor_id IS NULL"  # noqa: S608  # our own text
        " OR employee_id IN (SELECT supervisor_id FROM supervised)",
        {"day": day},
    )


def supervisors_of(placement_ids: Iterable[uuid.UUID], day: dt.date) -> tuple[SupervisorRow, ...]:
    """The supervisor of each of these placements, on its own day nearest to `day`. Costs one query."""
    ids = [str(placement_id) for placement_id in placement_ids]
    return _rows(supervisor_sql("p.id = ANY(%(ids)s::uuid[])"), {"day": day, "ids": ids})


def _rows(rule: str, params: Mapping[str, Any]) -> tuple[SupervisorRow, ...]:
    with connection.cursor() as cursor:
        statement = f"SELECT * FROM ({rule}) AS supervised ORDER BY placement_id"  # noqa: S608  # our own text
        cursor.execute(statement, params)
        return tuple(
            SupervisorRow(placement_id, employee_id, agency_id, supervisor_id, SupervisorBasis(basis))
            for placement_id, employee_id, agency_id, supervisor_id, basis in cursor.fetchall()
        )


def supervisor_of_employee(employee_id: uuid.UUID, day: dt.date) -> uuid.UUID | None:
    """The supervisor of a person by the placement in force on the day; None without a placement. One query."""
    rows = _rows(
        supervisor_sql(f"p.employee_id = %(employee)s AND {IN_FORCE}"), {"day": day, "employee": employee_id}
    )
    return rows[0].supervisor_id if rows else None
