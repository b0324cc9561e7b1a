"""How far every agency is: counted by the tick, read by HR with the time of the count beside it."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection, transaction

from appraisal.enums import Track

PROGRESS_LOCK = 7_310_003

_COUNT = """
INSERT INTO appraisal_cycleprogress (cycle_id, agency_id, track, state, n, as_of)
SELECT cycle_id, agency_id, counted.track, counted.state, count(*), %(at)s
FROM appraisal_appraisal
CROSS JOIN LATERAL (VALUES
    (%(plan)s, plan_state), (%(self)s, self_state), (%(rating)s, rating_state), (%(result)s, result_state)
) AS counted (track, state)
WHERE cycle_id = %(cycle)s
GROUP BY cycle_id, agency_id, counted.track, counted.state
"""


@transaction.atomic
def refresh_progress(*, cycle_id: uuid.UUID, at: dt.datetime) -> None:
    """Count the appraisals of a cycle by agency, track and state. Three statements; twice is once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PROGRESS_LOCK])
        cursor.execute("DELETE FROM appraisal_cycleprogress WHERE cycle_id = %s", [cycle_id])
        cursor.execute(
            _COUNT,
            {
                "cycle": cycle_id,
                "at": at,
                "plan": Track.PLAN.value,
                "self": Track.SELF_ASSESSMENT.value,
                "rating": Track.RATING.value,
                "result": Track.RESULT.value,
            },
        )
