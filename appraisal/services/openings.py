"""The appraisals of a cycle: one for every placement in scope, made range by range with their supervisors."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest, Least

from accounts.enums import APPRAISED_TYPES
from accounts.models import Placement
from appraisal.enums import BulkAct
from appraisal.models import Batch, Cycle
from appraisal.services.assignments import supervision_sql
from appraisal.services.batches import FIRST_KEY, LAST_KEY, Act, record_range
from core.clock import today

RANGE = 50_000

_CREATE = """
WITH joining AS MATERIALIZED ({joining}), {supervision}
INSERT INTO appraisal_appraisal (
    id, cycle_id, placement_id, employee_id, agency_id, first_day, last_day, supervisor_id, superior_id, plan_state,
    self_state, self_sent_by_clock, self_return_comment, rating_state, not_assessed_reason, result_state,
    acknowledgement_comment
)
SELECT gen_random_uuid(), %(cycle)s, joining.id, joining.employee_id, joining.agency_id, joining.first_day,
       joining.after_last - 1, s.supervisor_id, s.superior_id, 'draft', 'draft', FALSE, '', 'open', '', 'hidden', ''
FROM joining LEFT JOIN supervision s ON s.placement_id = joining.id
ON CONFLICT (cycle_id, placement_id) DO NOTHING
"""


def in_scope(cycle: Cycle) -> QuerySet[Placement]:
    """The placements that the cycle appraises and that have no appraisal yet: long enough in the year, not elected.

    Each with `first_day` and `after_last`, the segment of the year that it covers.
    """
    first, after = dt.date(cycle.year, 1, 1), dt.date(cycle.year + 1, 1, 1)
    return (
        Placement.objects.filter(employee__employment_type__in=[kind.value for kind in APPRAISED_TYPES])
        .annotate(
            first_day=Greatest(F("period__startswith"), first),
            after_last=Least(F("period__endswith"), after),
        )
        .filter(after_last__gte=F("first_day") + dt.timedelta(days=cycle.minimum_days))
        .exclude(appraisals__cycle=cycle)
    )


def create_appraisals(
    cycle: Cycle, *, day: dt.date, first: uuid.UUID = FIRST_KEY, last: uuid.UUID = LAST_KEY
) -> int:
    """Make the missing appraisals of the placements in a range of keys, with their supervisors as of `day`.

    Returns how many were made. One statement.
    """
    scope = in_scope(cycle).filter(pk__range=(first, last)).order_by()
    columns = scope.values(  # type: ignore[misc]  # in_scope annotates the two days
        "id", "employee_id", "agency_id", "first_day", "after_last"
    )
    sql, params = _named(*columns.query.sql_with_params())
    statement = _CREATE.format(
        joining=sql, supervision=supervision_sql("p.id IN (SELECT joining.id FROM joining)")
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {**params, "cycle": cycle.pk, "day": day})
        return int(cursor.rowcount)


def _named(sql: str, values: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    """The same statement with named parameters, to stand inside one that has names."""
    names = [f"p{place}" for place in range(len(values))]
    return sql % tuple(f"%({name})s" for name in names), dict(zip(names, values, strict=True))


def _pending(cycle: Cycle, _at: dt.datetime) -> QuerySet[Placement]:
    return in_scope(cycle)


def _work(batch: Batch, at: dt.datetime) -> int:
    made = create_appraisals(batch.cycle, day=today(at), first=batch.from_key, last=batch.to_key)
    record_range(batch, "cycle.appraisals_made", rows=made, at=at)
    return made


CREATE = Act(BulkAct.CREATE, RANGE, _pending, _work)
