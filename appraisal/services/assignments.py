"""Who supervises which appraisal: re-resolved here and nowhere else when people or places change."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection, transaction

from accounts.selectors.supervisors import supervisor_sql
from appraisal.enums import RatingState

# A rating keeps its author, so a sent one keeps its supervisor too; only open ones follow the people.
_ASSIGN = """
WITH supervised AS ({rule}), chiefs AS (
    SELECT DISTINCT ON (employee_id) employee_id, supervisor_id
    FROM supervised ORDER BY employee_id, in_force DESC, placement_id
)
UPDATE appraisal_appraisal AS a
SET supervisor_id = s.supervisor_id, superior_id = chiefs.supervisor_id
FROM supervised s LEFT JOIN chiefs ON chiefs.employee_id = s.supervisor_id
WHERE a.placement_id = s.placement_id AND a.cycle_id = %(cycle)s AND a.rating_state = ANY(%(open)s)
  AND (a.supervisor_id IS DISTINCT FROM s.supervisor_id OR a.superior_id IS DISTINCT FROM chiefs.supervisor_id)
"""


@transaction.atomic
def assign_supervisors(*, cycle_id: uuid.UUID, day: dt.date) -> int:
    """Set supervisor and superior of every unrated appraisal as of `day`; returns how many changed.

    A segment that has ended keeps the supervisor of its last day. One statement.
    """
    rule = (
        "SELECT r.*, (p.period @> %(day)s::date) AS in_force FROM ("  # noqa: S608 - no input in the text
        + supervisor_sql()
        + ") AS r JOIN accounts_placement p ON p.id = r.placement_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _ASSIGN.format(rule=rule),
            {
                "day": day,
                "cycle": cycle_id,
                "open": [RatingState.OPEN.value, RatingState.FIRST_SAVED.value],
            },
        )
        return int(cursor.rowcount)
