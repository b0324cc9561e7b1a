"""How far every agency is: counted by the tick, read by HR with the time of the count beside it."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection, transaction

from appraisal.enums import CycleState, Track
from appraisal.models import Cycle

PROGRESS_LOCK = 7_310_003

# A draft with something in it has begun; only the count knows, no state does.
BEGUN = "begun"

_COUNT = """
INSERT INTO appraisal_cycleprogress (cycle_id, agency_id, track, state, n, as_of)
SELECT a.cycle_id, a.agency_id, counted.track, counted.state, count(*), %(at)s
FROM appraisal_appraisal a
CROSS JOIN LATERAL (VALUES
    (%(plan)s, CASE WHEN a.plan_state = 'draft' AND EXISTS (
        SELECT FROM appraisal_plan p WHERE p.appraisal_id = a.id) THEN %(begun)s ELSE a.plan_state END),
    (%(self)s, CASE WHEN a.self_state = 'draft' AND EXISTS (
        SELECT FROM appraisal_draftanswer d WHERE d.appraisal_id = a.id AND d.author_id = a.employee_id)
        THEN %(begun)s ELSE a.self_state END),
    (%(rating)s, CASE WHEN a.rating_state = 'open' AND EXISTS (
        SELECT FROM appraisal_draftanswer d WHERE d.appraisal_id = a.id AND d.author_id <> a.employee_id)
        THEN %(begun)s ELSE a.rating_state END),
    (%(result)s, a.result_state)
) AS counted (track, state)
WHERE a.cycle_id = %(cycle)s
GROUP BY a.cycle_id, a.agency_id, counted.track, counted.state
"""


@transaction.atomic
def refresh_progress(*, cycle_id: uuid.UUID, at: dt.datetime) -> None:
    """Count the appraisals of a cycle by agency, track and state, drafts with something in them as begun.

    Three statements; twice is once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PROGRESS_LOCK])
        cursor.execute("DELETE FROM appraisal_cycleprogress WHERE cycle_id = %s", [cycle_id])
        cursor.execute(
            _COUNT,
            {
                "cycle": cycle_id,
                "at": at,
                "begun": BEGUN,
                "plan": Track.PLAN.value,
                "self": Track.SELF_ASSESSMENT.value,
                "rating": Track.RATING.value,
                "result": Track.RESULT.value,
            },
        )


def refresh_open_cycles(*, at: dt.datetime) -> None:
    """Count every open cycle."""
    for cycle in Cycle.objects.filter(state=CycleState.OPEN).order_by("year"):
        refresh_progress(cycle_id=cycle.pk, at=at)
