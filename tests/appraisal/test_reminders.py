"""Who is reminded of what on which day: only those who are due, once, of the latest threshold."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.db import connection

from appraisal.enums import (
    InvitationOrigin,
    InvitationState,
    Phase,
    PlanState,
    RatingState,
    ResultState,
    ReviewGroup,
    SelfState,
)
from appraisal.models import (
    Appraisal,
    BallotKey,
    Box,
    Cycle,
    Envelope,
    Extension,
    Invitation,
    PhaseWindow,
)
from appraisal.services import reminders
from appraisal.services.reminders import SOURCES, escalate, remind_once_a_day, send_reminders
from core.clock import day_end, day_start
from core.heartbeat import Heartbeat
from core.notifications import MailState, Notification
from tests.appraisal import year as y

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def morning(day: dt.date) -> dt.datetime:
    return day_start(day) + dt.timedelta(hours=7)


def before(phase: Phase, days: int) -> dt.datetime:
    """Seven in the morning so many days before the last day of the phase."""
    return morning(y.DATES[phase][1] - dt.timedelta(days=days))


def told(kind: str = "", **filters) -> list[tuple[str, str, str]]:
    rows = Notification.objects.filter(superseded_at=None, kind__startswith=kind or "reminder.", **filters)
    return sorted((row.recipient.name, row.kind.removeprefix("reminder."), row.occurrence) for row in rows)


@pytest.fixture
def year() -> y.Year:
    """Seven people with nothing done."""
    return y.build_year()


# --- thresholds ---------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [7, 3, 1])
def test_everybody_who_has_not_sent_a_plan_is_reminded_on_the_day(year, days) -> None:
    at = before(Phase.PLANNING, days)
    send_reminders(cycle=year.cycle, at=at)

    day = (y.DATES[Phase.PLANNING][1] - dt.timedelta(days=days)).isoformat()
    assert told("reminder.plan") == [
        (name, "plan", day) for name in ("Ani", "Budi", "Citra", "Dewi", "Eko", "Gita", "Kartika")
    ]
    row = Notification.objects.get(recipient=year.ani.id)
    assert row.path == f"/penilaian/{year.appraisal_id}/rencana/"
    assert row.params == {"year": "2026", "until_on": "2026-01-31"}
    assert (row.created_at, row.mail_due_at, row.mail_state, row.urgent) == (at, at, MailState.WAITING, False)


@pytest.mark.parametrize("days", [9, 8])
def test_before_the_first_threshold_nobody_is(year, days) -> None:
    assert send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, days)) == 0


def test_twice_is_once(year) -> None:
    at = before(Phase.PLANNING, 3)
    assert send_reminders(cycle=year.cycle, at=at) == 7
    assert send_reminders(cycle=year.cycle, at=at + dt.timedelta(hours=5)) == 0
    assert send_reminders(cycle=year.cycle, at=at + DAY) == 0


def test_each_threshold_takes_the_place_of_the_earlier_ones(year) -> None:
    for days in range(10, -10, -1):
        send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, days))
    mine = Notification.objects.filter(recipient=year.ani.id).order_by("created_at")
    assert [(row.kind, row.occurrence) for row in mine] == [
        ("reminder.plan", "2026-01-24"),
        ("reminder.plan", "2026-01-28"),
        ("reminder.plan", "2026-01-30"),
        ("reminder.plan_late", "2026-02-01"),
    ]
    assert [row.superseded_at is None for row in mine] == [False, False, False, True]
    assert [row.mail_state for row in mine] == [*[MailState.SUPERSEDED] * 3, MailState.WAITING]


def test_what_was_mailed_stays_mailed_when_it_is_replaced(year) -> None:
    send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, 7))
    at = before(Phase.PLANNING, 6)
    Notification.objects.update(mail_state=MailState.MAILED, mailed_at=at)
    send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, 3))
    states = Notification.objects.filter(recipient=year.ani.id).order_by("created_at")
    assert [row.mail_state for row in states] == [MailState.MAILED, MailState.WAITING]


def test_after_an_outage_only_the_latest_threshold_is_said(year) -> None:
    send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, 0))
    assert told(recipient=year.ani.id) == [("Ani", "plan", "2026-01-30")]
    assert Notification.objects.filter(recipient=year.ani.id).count() == 1


def test_a_window_shorter_than_a_threshold_skips_it(year) -> None:
    last = y.DATES[Phase.PLANNING][1]
    PhaseWindow.objects.filter(phase=Phase.PLANNING).update(opens_at=day_start(last - 4 * DAY))
    assert send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, 4)) == 0
    assert send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, 3)) == 7


def test_nothing_is_said_before_a_window_opens(year) -> None:
    first = y.DATES[Phase.SELF_ASSESSMENT][0]
    PhaseWindow.objects.filter(phase=Phase.SELF_ASSESSMENT).update(closes_at=day_end(first + DAY))
    assert send_reminders(cycle=year.cycle, at=morning(first - 2 * DAY)) == 0
    assert send_reminders(cycle=year.cycle, at=morning(first)) == 7


# --- one's own deadline -------------------------------------------------------------------------


def extend(year: y.Year, phase: Phase, until: dt.date, granted: dt.datetime) -> None:
    Extension.objects.create(
        appraisal_id=year.appraisal_id,
        phase=phase,
        closes_at=day_end(until),
        reason="Rawat inap.",
        granted_by_id=year.dewi.id,
        granted_at=granted,
    )


def test_an_extension_moves_the_reminders_of_one_person(year) -> None:
    last = y.DATES[Phase.SELF_ASSESSMENT][1]
    extend(year, Phase.SELF_ASSESSMENT, last + 10 * DAY, before(Phase.SELF_ASSESSMENT, 9))

    send_reminders(cycle=year.cycle, at=before(Phase.SELF_ASSESSMENT, 3))
    assert "Ani" not in {name for name, _kind, _day in told("reminder.self")}
    send_reminders(cycle=year.cycle, at=morning(last + 3 * DAY))
    assert ("Ani", "self", (last + 3 * DAY).isoformat()) in told("reminder.self")
    row = Notification.objects.get(recipient=year.ani.id, kind="reminder.self", superseded_at=None)
    assert row.params["until_on"] == (last + 10 * DAY).isoformat()


def test_a_threshold_before_the_extension_was_given_is_not_said_after_it(year) -> None:
    last = y.DATES[Phase.SELF_ASSESSMENT][1]
    at = before(Phase.SELF_ASSESSMENT, 0)
    extend(year, Phase.SELF_ASSESSMENT, last + 5 * DAY, at)
    send_reminders(cycle=year.cycle, at=at)
    assert told("reminder.self", recipient=year.ani.id) == []
    send_reminders(cycle=year.cycle, at=at + 2 * DAY)
    assert len(told("reminder.self", recipient=year.ani.id)) == 1


def test_a_unit_with_dates_of_its_own_is_reminded_by_them(year) -> None:
    first, last = y.DATES[Phase.PLANNING]
    PhaseWindow.objects.create(
        cycle=year.cycle,
        phase=Phase.PLANNING,
        agency=year.school,
        opens_at=day_start(first),
        closes_at=day_end(last + 20 * DAY),
    )
    send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, 3))
    assert {name for name, _kind, _day in told()} == {"Citra", "Dewi", "Eko", "Gita", "Kartika"}
    send_reminders(cycle=year.cycle, at=morning(last + 17 * DAY))
    assert {name for name, _kind, day in told() if day == (last + 17 * DAY).isoformat()} == {"Ani", "Budi"}


def test_a_returned_self_assessment_has_a_deadline_of_its_own(year) -> None:
    last = y.DATES[Phase.SELF_ASSESSMENT][1]
    returned = before(Phase.SELF_ASSESSMENT, -5)
    Appraisal.objects.filter(pk=year.appraisal_id).update(
        self_state=SelfState.RETURNED,
        self_returned_at=returned,
        self_return_comment="Lengkapi.",
        self_due_at=day_end(last + 9 * DAY),
    )
    said = {}
    for days in range(5, 12):
        send_reminders(cycle=year.cycle, at=morning(last + days * DAY))
        said[days] = [kind for _name, kind, _day in told("reminder.self", recipient=year.ani.id)]
    # Returned four days before its end: three days and one day before are said; after it nobody can send it.
    assert said[5] == []
    assert said[6] == said[7] == said[8] == said[9] == ["self_returned"]
    rows = Notification.objects.filter(recipient=year.ani.id, kind="reminder.self_returned")
    assert rows.count() == 2


# --- only those who are due ---------------------------------------------------------------------


def test_the_supervisor_gets_one_message_with_a_count(year) -> None:
    Appraisal.objects.filter(employee__in=[year.dewi.id, year.gita.id]).update(supervisor=year.budi.id)
    Appraisal.objects.filter(supervisor=year.budi.id).update(
        plan_state=PlanState.SENT, plan_moved_at=before(Phase.PLANNING, 4)
    )
    send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, 3))
    row = Notification.objects.get(kind="reminder.plans_to_agree")
    assert (row.recipient_id, row.subject_id, row.path) == (year.budi.id, year.cycle.pk, "/tim/")
    assert row.params == {"n": 3, "until_on": "2026-01-31"}
    # Whoever has sent the plan is not reminded of it.
    assert "Ani" not in {name for name, kind, _day in told() if kind == "plan"}


def test_an_agreed_plan_and_a_sent_self_assessment_are_done(year) -> None:
    y.with_self_assessment(year)
    send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, 1))
    send_reminders(cycle=year.cycle, at=before(Phase.SELF_ASSESSMENT, 1))
    assert told(recipient=year.ani.id) == []


def test_after_its_end_a_plan_can_be_late_but_a_self_assessment_cannot(year) -> None:
    send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, -1))
    assert {kind for _name, kind, _day in told()} == {"plan_late"}
    Notification.objects.all().delete()
    send_reminders(cycle=year.cycle, at=before(Phase.SELF_ASSESSMENT, -1))
    assert told("reminder.self") == []


def test_a_late_plan_is_over_when_supervisor_review_is(year) -> None:
    PhaseWindow.objects.filter(phase=Phase.SUPERVISOR_REVIEW).update(
        opens_at=day_start(y.DATES[Phase.PLANNING][0]), closes_at=day_end(y.DATES[Phase.PLANNING][1])
    )
    assert send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, -1)) == 0


def test_ratings_are_counted_for_the_supervisor_and_after_passing_on_for_the_superior(year) -> None:
    send_reminders(cycle=year.cycle, at=before(Phase.SUPERVISOR_REVIEW, 1))
    assert ("Budi", "ratings", "2027-01-09") in told()
    Notification.objects.all().delete()
    Appraisal.objects.filter(pk=year.appraisal_id).update(
        rating_state=RatingState.OPEN, passed_on_at=day_end(y.DATES[Phase.SUPERVISOR_REVIEW][1])
    )
    send_reminders(cycle=year.cycle, at=before(Phase.CALIBRATION, 3))
    assert told() == [("Citra", "ratings_passed_on", "2027-01-17")]


def test_a_result_that_was_not_opened_is_spoken_of_before_publication_ends(year) -> None:
    y.with_rating(year)
    Appraisal.objects.filter(pk=year.appraisal_id).update(
        rating_state=RatingState.CONFIRMED,
        result_state=ResultState.PUBLISHED,
        result_published_at=before(Phase.PUBLICATION, 10),
    )
    Notification.objects.all().delete()
    send_reminders(cycle=year.cycle, at=before(Phase.PUBLICATION, 7))
    assert told() == [("Ani", "result", "2027-02-07")]


def test_a_cycle_in_preparation_reminds_nobody() -> None:
    y.build_year(opened=False)
    remind_once_a_day(at=before(Phase.PLANNING, 3))
    assert not Notification.objects.exists()


# --- peers --------------------------------------------------------------------------------------


PEER_DAYS = {
    Phase.NOMINATION: (dt.date(2026, 12, 1), dt.date(2026, 12, 10)),
    Phase.PEER_REVIEW: (dt.date(2026, 12, 11), dt.date(2026, 12, 26)),
}


@pytest.fixture
def with_peers(year) -> y.Year:
    """Nomination and peer review have their windows."""
    for phase, (first, last) in PEER_DAYS.items():
        PhaseWindow.objects.update_or_create(
            cycle=year.cycle,
            phase=phase,
            agency=None,
            defaults={"opens_at": day_start(first), "closes_at": day_end(last)},
        )
    return year


def test_names_of_reviewers_are_asked_for_and_lists_to_settle_are_counted(with_peers) -> None:
    year = with_peers
    at = morning(PEER_DAYS[Phase.NOMINATION][1] - 3 * DAY)
    Box.objects.create(appraisal_id=year.appraisal_id, proposed_at=at - 3 * DAY)
    send_reminders(cycle=year.cycle, at=at)
    assert {name for name, kind, _day in told() if kind == "reviewers"} == {
        "Budi", "Citra", "Dewi", "Eko", "Gita", "Kartika",
    }  # fmt: skip
    assert [(name, kind) for name, kind, _day in told("reminder.reviewers_to")] == [
        ("Budi", "reviewers_to_settle")
    ]


def invite(year: y.Year, reviewer, *, at: dt.datetime, extended_to: dt.datetime | None = None) -> Invitation:
    return Invitation.objects.create(
        appraisal_id=year.appraisal_id,
        reviewer_id=reviewer.id,
        group=ReviewGroup.PEER,
        origin=InvitationOrigin.EMPLOYEE,
        state=InvitationState.APPROVED,
        proposed_at=at,
        approved_at=at,
        extended_to=extended_to,
    )


def test_whoever_has_not_answered_is_reminded_by_the_deadline_of_the_invitation(with_peers) -> None:
    year = with_peers
    first, last = PEER_DAYS[Phase.PEER_REVIEW]
    began = day_start(first)
    invite(year, year.dewi, at=began)
    invite(year, year.gita, at=began, extended_to=day_end(last + 10 * DAY))
    done = invite(year, year.stranger, at=began)
    key = BallotKey.objects.create(cycle=year.cycle, agency=year.dinas, fingerprint="0" * 64, made_at=began)
    Envelope.objects.create(invitation=done, key=key, sealed=b"x" * 2048, complete=True, sent=True)

    send_reminders(cycle=year.cycle, at=morning(last - DAY))
    assert told("reminder.answers") == [("Dewi", "answers", (last - DAY).isoformat())]
    row = Notification.objects.get(kind="reminder.answers")
    assert (row.params, row.path) == ({"n": 1, "until_on": last.isoformat()}, "/rekan/")
    send_reminders(cycle=year.cycle, at=morning(last + 9 * DAY))
    assert ("Gita", "answers", (last + 9 * DAY).isoformat()) in told("reminder.answers")
    assert "Dewi" not in {name for name, _kind, day in told("reminder.answers") if day > last.isoformat()}


# --- the clock ----------------------------------------------------------------------------------


def test_it_runs_once_a_day_from_six_on(year) -> None:
    day = y.DATES[Phase.PLANNING][1] - 3 * DAY
    remind_once_a_day(at=day_start(day) + dt.timedelta(hours=5, minutes=59))
    assert not Notification.objects.exists()
    remind_once_a_day(at=day_start(day) + dt.timedelta(hours=6))
    assert Notification.objects.count() == 7
    assert Heartbeat.objects.get(name="reminders").beaten_at == day_start(day) + dt.timedelta(hours=6)
    Notification.objects.all().delete()
    remind_once_a_day(at=day_start(day) + dt.timedelta(hours=8))
    assert not Notification.objects.exists()


# --- escalation ---------------------------------------------------------------------------------


def sent(year: y.Year, at: dt.datetime) -> None:
    Appraisal.objects.filter(pk=year.appraisal_id).update(plan_state=PlanState.SENT, plan_moved_at=at)


def test_an_unanswered_plan_goes_to_the_superior_after_the_days_of_the_cycle(year) -> None:
    at = morning(dt.date(2026, 1, 5))
    sent(year, at)
    assert [escalate(cycle=year.cycle, at=at + n * DAY) for n in range(3)] == [0, 0, 0]
    assert escalate(cycle=year.cycle, at=at + 3 * DAY) == 1
    assert escalate(cycle=year.cycle, at=at + 4 * DAY) == 0
    row = Notification.objects.get()
    assert (row.kind, row.recipient_id, row.subject_id) == ("reminder.escalated", year.citra.id, year.budi.id)
    assert (row.occurrence, row.path) == ("2026-01-08", "/tim/di-bawah/")
    assert row.params == {"name": "Budi", "n": 1, "days": 3}


@pytest.mark.parametrize("days", [1, 10])
def test_hr_sets_the_days(year, days) -> None:
    Cycle.objects.update(escalation_days=days)
    year.cycle.refresh_from_db()
    at = morning(dt.date(2026, 1, 5))
    sent(year, at)
    assert escalate(cycle=year.cycle, at=at + (days - 1) * DAY) == 0
    assert escalate(cycle=year.cycle, at=at + days * DAY) == 1


def test_an_answered_plan_and_a_supervisor_without_a_superior_are_not_escalated(year) -> None:
    at = morning(dt.date(2026, 1, 5))
    sent(year, at)
    Appraisal.objects.update(superior=None)
    assert escalate(cycle=year.cycle, at=at + 3 * DAY) == 0
    y.Appraisal.objects.filter(pk=year.appraisal_id).update(
        superior=year.citra.id, plan_state=PlanState.RETURNED
    )
    assert escalate(cycle=year.cycle, at=at + 3 * DAY) == 0


def test_a_second_plan_is_said_anew_with_the_whole_count(year) -> None:
    at = morning(dt.date(2026, 1, 5))
    sent(year, at)
    escalate(cycle=year.cycle, at=at + 3 * DAY)
    other = Appraisal.objects.exclude(pk=year.appraisal_id).exclude(
        employee__in=[year.budi.id, year.citra.id]
    )[0]
    Appraisal.objects.filter(pk=other.pk).update(
        plan_state=PlanState.SENT, plan_moved_at=at + DAY, supervisor=year.budi.id, superior=year.citra.id
    )
    assert escalate(cycle=year.cycle, at=at + 4 * DAY) == 1
    assert [row.params["n"] for row in Notification.objects.filter(superseded_at=None)] == [2]
    assert Notification.objects.count() == 2


# --- many ---------------------------------------------------------------------------------------


def test_the_number_of_statements_does_not_grow_with_people(year, django_assert_num_queries) -> None:
    """For each source its windows, the units and one statement; one for escalation, three that replace earlier messages, four for savepoints."""
    with django_assert_num_queries(3 * len(SOURCES) + 8):
        assert send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, 3)) == 7


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_hundred_thousand_people_are_reminded_in_seconds(year) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH people AS (
                INSERT INTO accounts_employee (id, login, name, employment_type, password, is_active, language, theme)
                SELECT gen_random_uuid(), 'p' || n, 'Pegawai ' || n, 'pns', '!', TRUE, '', 'auto'
                FROM generate_series(1, 100000) n RETURNING id
            ), placed AS (
                INSERT INTO accounts_placement (id, employee_id, agency_id, position_id, is_head, period)
                SELECT gen_random_uuid(), p.id, %s, (SELECT id FROM accounts_position LIMIT 1), FALSE,
                       '[2020-01-01,)'::daterange
                FROM people p RETURNING id, employee_id, agency_id
            )
            INSERT INTO appraisal_appraisal (
                id, cycle_id, placement_id, employee_id, agency_id, supervisor_id, superior_id, first_day, last_day,
                plan_state, self_state, self_sent_by_clock, self_return_comment, rating_state, not_assessed_reason,
                result_state, acknowledgement_comment
            )
            SELECT gen_random_uuid(), %s, id, employee_id, agency_id, %s, %s, '2026-01-01', '2026-12-31', 'draft',
                   'draft', FALSE, '', 'open', '', 'hidden', ''
            FROM placed
            """,
            [year.school.pk, year.cycle.pk, year.budi.id, year.citra.id],
        )
        cursor.execute("ANALYZE")
    began = time.monotonic()
    assert send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, 3)) == 100_007
    first = time.monotonic() - began
    began = time.monotonic()
    assert send_reminders(cycle=year.cycle, at=before(Phase.PLANNING, 1)) == 100_007
    second = time.monotonic() - began
    assert max(first, second) < 60, f"saying {first:.1f} s, replacing {second:.1f} s"


def test_every_source_speaks_with_words_of_its_own() -> None:
    codes = [source.code for source in SOURCES]
    assert len(codes) == len(set(codes))
    assert set(codes) == set(reminders.notices.ASKED.words["work"])
