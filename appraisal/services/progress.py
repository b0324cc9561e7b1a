"""How far every agency is: counted by the tick, read by HR with the time of the count beside it."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection, transaction
from django.db.models import Max, Sum

from appraisal.enums import CycleState, InvitationState, Phase, Track
from appraisal.models import Cycle, CycleProgress

PROGRESS_LOCK = 7_310_003

# A draft with something in it has begun; only the count knows, no state does.
BEGUN = "begun"
# Nobody is settled or proposed as a reviewer yet.
UNNAMED = "unnamed"

# Counted by combinations first and told apart by track afterwards: one pass over the appraisals instead of four.
_COUNT = """
INSERT INTO appraisal_cycleprogress (cycle_id, agency_id, track, state, n, as_of)
SELECT %(cycle)s, counted.agency_id, told.track, told.state, sum(counted.n), %(at)s
FROM (
    SELECT a.agency_id, count(*) AS n, a.result_state AS result,
           CASE WHEN a.plan_state = 'draft' AND EXISTS (
               SELECT FROM appraisal_plan p WHERE p.appraisal_id = a.id) THEN %(begun)s ELSE a.plan_state END AS plan,
           CASE WHEN a.self_state = 'draft' AND EXISTS (
               SELECT FROM appraisal_draftanswer d WHERE d.appraisal_id = a.id AND d.author_id = a.employee_id)
               THEN %(begun)s ELSE a.self_state END AS self,
           CASE WHEN a.rating_state = 'open' AND EXISTS (
               SELECT FROM appraisal_draftanswer d WHERE d.appraisal_id = a.id AND d.author_id <> a.employee_id)
               THEN %(begun)s ELSE a.rating_state END AS rating,
           CASE WHEN b.approved_at IS NOT NULL OR b.drawn_at IS NOT NULL THEN %(approved)s
                WHEN b.proposed_at IS NOT NULL THEN %(proposed)s ELSE %(unnamed)s END AS reviewers
    FROM appraisal_appraisal a LEFT JOIN appraisal_box b ON b.appraisal_id = a.id
    WHERE a.cycle_id = %(cycle)s
    GROUP BY a.agency_id, result, plan, self, rating, reviewers
) AS counted
CROSS JOIN LATERAL (VALUES
    (%(track_plan)s, counted.plan), (%(track_self)s, counted.self), (%(track_rating)s, counted.rating),
    (%(track_result)s, counted.result), (%(track_invitation)s, counted.reviewers)
) AS told (track, state)
WHERE told.track <> %(track_invitation)s OR EXISTS (
    SELECT FROM appraisal_phasewindow w WHERE w.cycle_id = %(cycle)s AND w.phase = %(nomination)s)
GROUP BY counted.agency_id, told.track, told.state
"""

# A city of a million is counted every ten minutes, one of less than two hundred thousand at every tick.
APPRAISALS_A_MINUTE = 100_000


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
                "track_plan": Track.PLAN.value,
                "track_self": Track.SELF_ASSESSMENT.value,
                "track_rating": Track.RATING.value,
                "track_result": Track.RESULT.value,
                "track_invitation": Track.INVITATION.value,
                "approved": InvitationState.APPROVED.value,
                "proposed": InvitationState.PROPOSED.value,
                "unnamed": UNNAMED,
                "nomination": Phase.NOMINATION.value,
            },
        )


def refresh_open_cycles(*, at: dt.datetime) -> None:
    """Count every open cycle whose last count is old enough for its size."""
    for cycle in Cycle.objects.filter(state=CycleState.OPEN).order_by("year"):
        last = CycleProgress.objects.filter(cycle=cycle, track=Track.PLAN).aggregate(
            n=Sum("n", default=0), as_of=Max("as_of")
        )
        pause = dt.timedelta(minutes=last["n"] // APPRAISALS_A_MINUTE - 1)
        if last["as_of"] is None or not dt.timedelta(0) <= at - last["as_of"] <= pause:
            refresh_progress(cycle_id=cycle.pk, at=at)
