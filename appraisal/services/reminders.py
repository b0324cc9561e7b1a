"""Reminders, once a day: seven, three and one day before a person's own deadline, and the day after it.

Another kind of due work is one more entry of SOURCES: what is said, and a selector of selectors.waiting.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.urls import reverse

from appraisal import reminder_notices as notices
from appraisal.enums import CycleState, Phase, PlanState
from appraisal.models import Cycle
from appraisal.reminding import LATEST
from appraisal.selectors import waiting
from appraisal.services.due_messages import Source, remind, replace_earlier
from core.clock import CITY_TIME, today
from core.heartbeat import beat, last_beat_on

# Before the daily mail of 07.00, so that whoever wants only that has the reminder on its day.
EARLIEST_HOUR = 6

SOURCES: tuple[Source, ...] = (
    Source(
        "plan",
        notices.PLAN_TO_SEND,
        waiting.plans_to_send,
        Phase.PLANNING,
        "plan",
        late=notices.PLAN_LATE,
        late_until=Phase.SUPERVISOR_REVIEW,
    ),
    Source(
        "plans_to_agree",
        notices.PLANS_TO_AGREE,
        waiting.plans_to_agree,
        Phase.PLANNING,
        "team",
        late=notices.PLANS_TO_AGREE_LATE,
        late_until=Phase.SUPERVISOR_REVIEW,
        grouped=True,
    ),
    Source("self", notices.SELF_TO_SEND, waiting.selfs_to_send, Phase.SELF_ASSESSMENT, "self_assessment"),
    Source(
        "self_returned",
        notices.SELF_TO_RESEND,
        waiting.selfs_to_resend,
        Phase.SELF_ASSESSMENT,
        "self_assessment",
    ),
    Source(
        "reviewers",
        notices.REVIEWERS_TO_PROPOSE,
        waiting.reviewers_to_propose,
        Phase.NOMINATION,
        "reviewers",
    ),
    Source(
        "reviewers_to_settle",
        notices.REVIEWERS_TO_SETTLE,
        waiting.reviewers_to_settle,
        Phase.NOMINATION,
        "team_nominated",
        grouped=True,
    ),
    Source(
        "answers",
        notices.ANSWERS_TO_SEND,
        waiting.answers_to_send,
        Phase.PEER_REVIEW,
        "invitations",
        grouped=True,
    ),
    Source(
        "ratings",
        notices.RATINGS_TO_SEND,
        waiting.ratings_to_send,
        Phase.SUPERVISOR_REVIEW,
        "team",
        grouped=True,
    ),
    Source(
        "ratings_passed_on",
        notices.RATINGS_PASSED_ON,
        waiting.ratings_passed_on,
        Phase.CALIBRATION,
        "team",
        grouped=True,
    ),
    Source("result", notices.RESULT_TO_READ, waiting.results_to_read, Phase.PUBLICATION, "result"),
)


def remind_once_a_day(*, at: dt.datetime) -> None:
    """The first run of a day after six: remind and escalate in every open cycle. A second run does nothing."""
    if at.astimezone(CITY_TIME).hour < EARLIEST_HOUR or last_beat_on("reminders") == today(at):
        return
    for cycle in Cycle.objects.filter(state=CycleState.OPEN).order_by("year"):
        send_reminders(cycle=cycle, at=at)
    beat("reminders", at=at)


@transaction.atomic
def send_reminders(*, cycle: Cycle, at: dt.datetime) -> int:
    """Remind everybody of the cycle who is due, and tell superiors what waits too long; how many messages.

    Run twice it is run once: the occurrence of a reminder is its threshold day.
    """
    return sum(remind(source, cycle, at=at) for source in SOURCES) + escalate(cycle=cycle, at=at)


_ESCALATE = """
WITH waiting AS (
    SELECT a.superior_id, a.supervisor_id, count(*) AS n,
           max((a.plan_moved_at AT TIME ZONE %(zone)s)::date) + %(days)s AS due_on
    FROM appraisal_appraisal a
    WHERE a.cycle_id = %(cycle)s AND a.plan_state = %(sent)s AND a.superior_id IS NOT NULL
      AND a.supervisor_id IS NOT NULL AND (a.plan_moved_at AT TIME ZONE %(zone)s)::date <= %(today)s::date - %(days)s
    GROUP BY a.superior_id, a.supervisor_id
    HAVING max((a.plan_moved_at AT TIME ZONE %(zone)s)::date) + %(days)s >= %(today)s::date - %(latest)s
), new AS (
    INSERT INTO core_notification (
        id, kind, recipient_id, subject_id, occurrence, params, path, created_at, urgent, mail_state, mail_due_at,
        mail_attempts, mail_reply
    )
    SELECT gen_random_uuid(), %(kind)s, w.superior_id, w.supervisor_id, w.due_on::text,
           jsonb_build_object('name', e.name, 'n', w.n, 'days', %(days)s::int), %(path)s, %(at)s, FALSE, 'waiting',
           %(at)s, 0, ''
    FROM waiting w JOIN accounts_employee e ON e.id = w.supervisor_id
    ORDER BY w.superior_id
    ON CONFLICT (recipient_id, kind, subject_id, occurrence) DO NOTHING
    RETURNING recipient_id
)
SELECT count(*) FROM new"""


@transaction.atomic
def escalate(*, cycle: Cycle, at: dt.datetime) -> int:
    """Tell superiors which supervisors leave plans unanswered for `escalation_days`; one message for each supervisor.

    It counts everything that waits so long, and is said on the day on which the latest of it has. Overdue ratings
    need no escalation: they pass to the superior when supervisor review closes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _ESCALATE,
            {
                "cycle": cycle.pk,
                "sent": PlanState.SENT.value,
                "days": cycle.escalation_days,
                "latest": LATEST,
                "today": today(at),
                "zone": str(CITY_TIME),
                "kind": notices.ESCALATED.code,
                "path": reverse("team_below"),
                "at": at,
            },
        )
        made = int(cursor.fetchone()[0])
    if made:
        replace_earlier({notices.ESCALATED.code}, at=at)
    return made
