"""Who supervises which appraisal: re-resolved here and nowhere else when people or places change."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection, transaction

from accounts.selectors.supervisors import supervisor_sql
from appraisal.enums import CycleState, RatingState
from appraisal.models import Cycle
from appraisal.services.invitations import withdraw_from_leaders
from core.clock import today
from core.heartbeat import beat, last_beat_on
from core.locks import hold

_SUPERVISION = """
supervised AS ({supervised}), chiefs AS (
    SELECT DISTINCT ON (r.employee_id) r.employee_id, r.supervisor_id
    FROM ({chiefs}) AS r JOIN accounts_placement p ON p.id = r.placement_id
    ORDER BY r.employee_id, (p.period @> %(day)s::date) DESC, r.placement_id
), supervision AS (
    SELECT supervised.placement_id, supervised.supervisor_id, chiefs.supervisor_id AS superior_id
    FROM supervised LEFT JOIN chiefs ON chiefs.employee_id = supervised.supervisor_id
)"""

# A rating keeps its author, so a sent one keeps its supervisor too; only open ones follow the people. Whoever takes
# over rates afresh, before the levels of the employee are shown: a first save of somebody else stays on record only.
_ASSIGN = """
WITH {supervision}
UPDATE appraisal_appraisal AS a
SET supervisor_id = s.supervisor_id, superior_id = s.superior_id,
    rating_state = CASE WHEN {afresh} THEN %(unrated)s ELSE a.rating_state END,
    rating_first_saved_at = CASE WHEN {afresh} THEN NULL ELSE a.rating_first_saved_at END
FROM supervision s
WHERE a.placement_id = s.placement_id AND a.cycle_id = %(cycle)s AND a.rating_state = ANY(%(open)s)
  AND (a.supervisor_id IS DISTINCT FROM s.supervisor_id OR a.superior_id IS DISTINCT FROM s.superior_id)
"""


# Another rater: another supervisor, or another superior where the rating was passed on.
_AFRESH = """a.supervisor_id IS DISTINCT FROM s.supervisor_id
    OR (a.passed_on_at IS NOT NULL AND a.superior_id IS DISTINCT FROM s.superior_id)"""


def supervision_sql(scope: str = "TRUE") -> str:
    """The common table expressions that end in `supervision`: placement_id, supervisor_id and superior_id.

    They have one parameter, %(day)s. `scope` is a condition on accounts_placement under the name `p`, as in
    `supervisor_sql`. The superior is the supervisor of the supervisor, by the placement that is in force.
    """
    return _SUPERVISION.format(
        supervised=supervisor_sql(scope),
        chiefs=supervisor_sql("p.employee_id IN (SELECT supervised.supervisor_id FROM supervised)"),
    )


@transaction.atomic
def assign_supervisors(*, cycle_id: uuid.UUID, day: dt.date) -> int:
    """Set supervisor and superior of every unrated appraisal as of `day`; returns how many changed.

    A segment that has ended keeps the supervisor of its last day. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _ASSIGN.format(supervision=supervision_sql(), afresh=_AFRESH),
            {
                "day": day,
                "cycle": cycle_id,
                "open": [RatingState.OPEN.value, RatingState.FIRST_SAVED.value],
                "unrated": RatingState.OPEN.value,
            },
        )
        return int(cursor.rowcount)


@transaction.atomic
def assign_once_a_day(*, at: dt.datetime) -> None:
    """Follow the people in every open cycle. They move by the day, so the first tick of a day does it.

    HR's own changes do not wait for it.
    """
    if last_beat_on("assignments") == today(at):
        return
    hold("assignments")
    if last_beat_on("assignments") == today(at):
        return
    for cycle in Cycle.objects.filter(state=CycleState.OPEN).order_by("year"):
        assign_supervisors(cycle_id=cycle.pk, day=today(at))
        withdraw_from_leaders(cycle_id=cycle.pk, at=at)
    beat("assignments", at=at)
