"""Who supervises which appraisal: re-resolved here and nowhere else when people or places change."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection, transaction

from accounts.selectors.supervisors import supervisor_sql
from appraisal.enums import RatingState

# A rating keeps its author, so a sent one keeps its supervisor too; only open ones follow the people. Whoever takes
# over rates afresh, before the levels of the employee are shown: a first save of somebody else stays on record only.
_ASSIGN = """
WITH supervised AS ({rule}), chiefs AS (
    SELECT DISTINCT ON (employee_id) employee_id, supervisor_id
    FROM supervised ORDER BY employee_id, in_force DESC, placement_id
)
UPDATE appraisal_appraisal AS a
SET supervisor_id = s.supervisor_id, superior_id = chiefs.supervisor_id,
    rating_state = CASE WHEN {afresh} THEN %(unrated)s ELSE a.rating_state END,
    rating_first_saved_at = CASE WHEN {afresh} THEN NULL ELSE a.rating_first_saved_at END
FROM supervised s LEFT JOIN chiefs ON chiefs.employee_id = s.supervisor_id
WHERE a.placement_id = s.placement_id AND a.cycle_id = %(cycle)s AND a.rating_state = ANY(%(open)s)
  AND (a.supervisor_id IS DISTINCT FROM s.supervisor_id OR a.superior_id IS DISTINCT FROM chiefs.supervisor_id)
"""


# Another rater: another supervisor, or another superior where the rating was passed on.
_AFRESH = """a.supervisor_id IS DISTINCT FROM s.supervisor_id
    OR (a.passed_on_at IS NOT NULL AND a.superior_id IS DISTINCT FROM chiefs.supervisor_id)"""


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
            _ASSIGN.format(rule=rule, afresh=_AFRESH),
            {
                "day": day,
                "cycle": cycle_id,
                "open": [RatingState.OPEN.value, RatingState.FIRST_SAVED.value],
                "unrated": RatingState.OPEN.value,
            },
        )
        return int(cursor.rowcount)
