"""Time, rule by rule: what closes when and for whom, whether a tick comes once, twice, a day late or not at all."""

import datetime as dt

import pytest
from django.apps import apps
from django.db.models import DateTimeField, F, Q

from accounts.models import Agency
from appraisal.enums import Phase, PlanState, RatingState, ResultState, SelfState
from appraisal.models import Appraisal, Batch, Extension, PhaseWindow, SelfSubmission
from appraisal.selectors.assessments import standing_submission
from appraisal.selectors.due import GRACE, units_closed
from appraisal.selectors.facts import facts_of, window_rows
from appraisal.services import (
    clock,
    cycles,
    execution,
    extensions,
    plans,
    publications,
    ratings,
    results,
    self_assessments,
)
from appraisal.windows import window_for
from appraisal.workflow import ON_CLOSE
from core.audit import AuditEvent
from core.clock import day_end, day_start
from core.errors import ActionRefused
from core.notifications import Notification
from tests.appraisal import year as y
from tests.appraisal.ranges import close_self, pass_on
from tests.factories.people import AgencyFactory

pytestmark = pytest.mark.django_db

MOMENT = dt.timedelta(microseconds=1)
SELF_CLOSES = y.after(Phase.SELF_ASSESSMENT)


def _states():
    return list(
        Appraisal.objects.order_by("employee__name").values_list(
            "employee__name", "plan_state", "self_state", "rating_state", "result_state", "passed_on_at"
        )
    )


def _told():
    return sorted(Notification.objects.values_list("recipient__name", "kind"))


def _send_self(year, at):
    return self_assessments.send_self_assessment(
        actor=year.ani, appraisal_id=year.appraisal_id, declared=True, at=at
    )


def _filled():
    year = y.build_year()
    y.with_agreed_plan(year)
    y.fill_self_assessment(year)
    return year


# --- whose window -------------------------------------------------------------------------------


def test_what_is_closed_by_statement_is_what_the_rule_says_of_every_unit():
    """`units_closed` asks the database for all units at once; `window_for` is the rule for one."""
    year = y.build_year()
    other = AgencyFactory(code="SD902", name="SD Negeri 902", parent=Agency.objects.get(code="SD"))
    AgencyFactory(code="SD", name="Bagian lain", parent=year.school)
    for unit, month in ((year.dinas, 5), (year.school, 3), (other, 7)):
        PhaseWindow.objects.create(
            cycle=year.cycle,
            phase=Phase.SELF_ASSESSMENT,
            agency=unit,
            opens_at=day_start(dt.date(2026, 1, 1)),
            closes_at=day_start(dt.date(2026, month, 1)),
        )
    rows = window_rows(year.cycle.pk)
    for month in range(1, 13):
        for moment in (day_start(dt.date(2026, month, 1)), day_end(dt.date(2026, 12, 24))):
            closed = units_closed(Phase.SELF_ASSESSMENT, rows, moment)
            by_statement = set(closed.values_list("path", flat=True)) if closed is not None else set()
            by_rule = {
                path
                for path in Agency.objects.values_list("path", flat=True)
                if window_for(Phase.SELF_ASSESSMENT, path, rows).has_closed(moment)
            }
            assert by_statement == by_rule


def test_the_window_of_the_nearest_unit_closes_it():
    year = y.build_year()
    cycles.set_windows(
        actor=year.dewi,
        cycle_id=year.cycle.pk,
        changes={
            (Phase.SELF_ASSESSMENT, year.school.pk): cycles.WindowDates(
                day_start(dt.date(2026, 12, 10)), day_end(dt.date(2026, 12, 26))
            )
        },
        reason="Ujian sekolah.",
        at=y.during(Phase.EXECUTION),
    )
    assert close_self(year.cycle, at=SELF_CLOSES + GRACE) == 5
    assert set(Appraisal.objects.filter(agency=year.school).values_list("self_state", flat=True)) == {"draft"}
    assert close_self(year.cycle, at=day_end(dt.date(2026, 12, 26)) + GRACE) == 2


def test_an_extension_goes_before_every_window_and_is_closed_at_its_own_end():
    year = _filled()
    Extension.objects.create(
        appraisal_id=year.appraisal_id,
        phase=Phase.SELF_ASSESSMENT,
        closes_at=day_end(dt.date(2026, 12, 27)),
        reason="Sakit.",
        granted_by_id=year.dewi.id,
        granted_at=SELF_CLOSES,
    )
    assert close_self(year.cycle, at=SELF_CLOSES + GRACE) == 6
    assert close_self(year.cycle, at=day_end(dt.date(2026, 12, 27)) + GRACE - MOMENT) == 0
    assert close_self(year.cycle, at=day_end(dt.date(2026, 12, 27)) + GRACE) == 1
    assert year.appraisal.self_state == SelfState.SENT


# --- arrival decides, the clock follows two minutes later ---------------------------------------


def test_the_moment_of_arrival_decides_and_not_the_state():
    year = _filled()
    with pytest.raises(ActionRefused):  # beat is down: nothing has closed anything, and still it is too late
        _send_self(year, SELF_CLOSES)
    assert year.appraisal.self_state == SelfState.DRAFT
    assert _send_self(year, SELF_CLOSES - MOMENT).sent_by_clock is False


def test_the_clock_closes_two_minutes_after_the_window_and_not_before():
    year = _filled()
    clock.tick(at=SELF_CLOSES + GRACE - MOMENT)
    assert year.appraisal.self_state == SelfState.DRAFT
    # What arrived in time and waited two minutes for its turn is still taken.
    assert _send_self(year, SELF_CLOSES - MOMENT).sent_by_clock is False
    clock.tick(at=SELF_CLOSES + GRACE)
    assert year.appraisal.self_state == SelfState.SENT
    assert SelfSubmission.objects.count() == 1
    assert set(Appraisal.objects.exclude(pk=year.appraisal_id).values_list("self_state", flat=True)) == {
        "not_sent"
    }


def test_the_grace_is_no_time_for_late_work():
    year = _filled()
    with pytest.raises(ActionRefused):
        _send_self(year, SELF_CLOSES + dt.timedelta(seconds=30))
    assert not SelfSubmission.objects.exists()


# --- ticks: twice, late, at once, with a clock set back -----------------------------------------


AT = SELF_CLOSES + GRACE


def test_a_tick_twice_is_a_tick_once():
    _filled()
    clock.tick(at=AT)
    before = _states(), _told(), AuditEvent.objects.count(), list(Batch.objects.order_by("pk").values())
    clock.tick(at=AT)
    clock.tick(at=AT + dt.timedelta(minutes=1))
    assert (
        _states(),
        _told(),
        AuditEvent.objects.count(),
        list(Batch.objects.order_by("pk").values()),
    ) == before


def test_a_day_without_beat_ends_in_the_same_rows():
    year = _filled()
    with pytest.raises(ActionRefused):
        _send_self(year, SELF_CLOSES + dt.timedelta(hours=3))
    clock.tick(at=SELF_CLOSES + dt.timedelta(days=1))
    states = {name: state for name, _plan, state, *_rest in _states()}
    assert states.pop("Ani") == SelfState.SENT
    assert set(states.values()) == {SelfState.NOT_SENT}
    assert [kind for _name, kind in _told()].count("self.not_sent") == 6
    assert [kind for _name, kind in _told()].count("self.closed") == 1


def test_weeks_without_beat_close_both_phases_in_one_tick():
    year = _filled()
    clock.tick(at=y.after(Phase.SUPERVISOR_REVIEW) + dt.timedelta(days=3))
    mine = year.appraisal
    assert (mine.self_state, mine.rating_state) == (SelfState.SENT, RatingState.OPEN)
    assert mine.passed_on_at == y.after(Phase.SUPERVISOR_REVIEW) + dt.timedelta(days=3)


def test_a_clock_set_back_an_hour_undoes_and_doubles_nothing():
    _filled()
    clock.tick(at=AT)
    before = _states(), _told(), AuditEvent.objects.count(), SelfSubmission.objects.count()
    clock.tick(at=AT - dt.timedelta(hours=1))
    clock.tick(at=AT)
    assert (_states(), _told(), AuditEvent.objects.count(), SelfSubmission.objects.count()) == before


def _move_stored_times(by):
    """Every moment that the yearly process has stored, moved: what a clock set back means to rows."""
    for model in apps.get_app_config("appraisal").get_models():
        stamps = [one.name for one in model._meta.get_fields() if isinstance(one, DateTimeField)]
        if stamps:
            model.objects.update(**{name: F(name) + by for name in stamps})


def test_with_every_stored_time_an_hour_ahead_nothing_is_done_twice():
    _filled()
    clock.tick(at=AT)
    _move_stored_times(dt.timedelta(hours=1))
    before = [row[:-1] for row in _states()], _told(), SelfSubmission.objects.count()
    for minutes in (0, 1, 61, 62):
        clock.tick(at=AT + dt.timedelta(minutes=minutes))
    assert ([row[:-1] for row in _states()], _told(), SelfSubmission.objects.count()) == before


# --- what closing does, phase by phase ----------------------------------------------------------


def test_every_phase_has_a_closing_rule():
    assert set(ON_CLOSE) >= {
        Phase.PLANNING,
        Phase.EXECUTION,
        Phase.SELF_ASSESSMENT,
        Phase.SUPERVISOR_REVIEW,
        Phase.CALIBRATION,
        Phase.PUBLICATION,
    }


def test_closing_planning_leaves_a_plan_open_and_marks_it_late():
    year = y.build_year()
    planned = y.during(Phase.PLANNING)
    plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=planned)
    clock.tick(at=y.after(Phase.PLANNING) + GRACE)
    assert year.appraisal.plan_state == PlanState.DRAFT
    late = y.after(Phase.SUPERVISOR_REVIEW) - MOMENT
    plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=late)
    plans.agree_plan(actor=year.budi, appraisal_id=year.appraisal_id, at=late)
    assert year.appraisal.plans.get().was_late is True


def test_a_plan_is_not_late_until_planning_closes_and_shut_when_supervisor_review_does():
    year = y.build_year()
    plans.add_item(
        actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=y.during(Phase.PLANNING)
    )
    with pytest.raises(ActionRefused):
        plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=y.after(Phase.SUPERVISOR_REVIEW))
    plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=y.after(Phase.PLANNING) - MOMENT)
    assert year.appraisal.plans.get().was_late is False


def test_a_late_plan_blocks_nothing_but_the_rating_which_says_so():
    year = y.build_year()
    clock.tick(at=SELF_CLOSES + GRACE)
    assert year.appraisal.self_state == SelfState.NOT_SENT
    with pytest.raises(ActionRefused) as refused:
        ratings.save_first_rating(
            actor=year.budi, appraisal_id=year.appraisal_id, at=y.during(Phase.SUPERVISOR_REVIEW)
        )
    assert any("plan" in str(reason) or "rencana" in str(reason) for reason in refused.value.reasons)


def test_closing_execution_leaves_realisation_open_until_self_assessment_closes():
    year = y.build_year()
    y.with_agreed_plan(year)
    clock.tick(at=y.after(Phase.EXECUTION) + GRACE)
    item = y.agreed_plan(year.appraisal).items.order_by("position")[0]
    proof = execution.EvidenceData(
        title="Dasbor", text="Dasbor menunjukkan 98 persen.", url="", dated_on=dt.date(2026, 12, 1)
    )
    call = {"actor": year.ani, "appraisal_id": year.appraisal_id, "item_key": item.key, "data": proof}
    execution.add_evidence(**call, at=SELF_CLOSES - MOMENT)
    with pytest.raises(ActionRefused):
        execution.add_evidence(**call, at=SELF_CLOSES)
    assert year.appraisal.evidence.count() == 1


def test_closing_self_assessment_sends_what_is_complete_with_the_words_as_they_stood():
    year = _filled()
    clock.tick(at=AT)
    mine = year.appraisal
    assert (mine.self_state, mine.self_sent_by_clock, mine.self_sent_at) == (SelfState.SENT, True, AT)
    sent = standing_submission(mine)
    assert sent.sent_by_clock is True
    assert sent.content["items"][0]["process"] == y.LONG
    event = AuditEvent.objects.select_related("detail").get(act="self_assessment.sent_by_clock")
    assert (event.actor_id, event.object_id) == (None, mine.pk)
    assert event.detail.after == {"number": sent.number, "digest": sent.digest}


def test_the_clock_sends_the_same_content_as_the_button():
    year = _filled()
    by_hand = _send_self(year, y.during(Phase.SELF_ASSESSMENT))
    self_assessments.withdraw_self_assessment(
        actor=year.ani, appraisal_id=year.appraisal_id, at=y.during(Phase.SELF_ASSESSMENT)
    )
    clock.tick(at=AT)
    by_clock = standing_submission(year.appraisal)
    assert by_clock.version == 2
    assert (by_clock.content, by_clock.digest) == (by_hand.content, by_hand.digest)


def test_one_missing_answer_is_not_sent_and_the_supervisor_goes_on():
    year = _filled()
    year.appraisal.drafts.filter(topic="competency").delete()
    clock.tick(at=AT)
    assert year.appraisal.self_state == SelfState.NOT_SENT
    at = y.during(Phase.SUPERVISOR_REVIEW)
    y.rate_all(year, by=year.budi, at=at)
    ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=at)
    assert year.appraisal.rating_state == RatingState.FIRST_SAVED


def test_closing_supervisor_review_passes_the_rating_to_the_superior_who_rates_in_calibration():
    year = _filled()
    closes = y.after(Phase.SUPERVISOR_REVIEW)
    assert pass_on(year.cycle, at=closes + GRACE - MOMENT) == 0
    # Nobody supervises the Mayor, who supervises Kartika: her rating has nowhere to go.
    assert pass_on(year.cycle, at=closes + GRACE) == 6
    assert set(Appraisal.objects.filter(passed_on_at=None).values_list("employee__name", flat=True)) == {
        "Kartika"
    }
    event = AuditEvent.objects.select_related("detail").get(act="rating.passed_on")
    assert (event.object_type, event.detail.after["appraisals"]) == ("batch", 6)
    assert event.object_id == Batch.objects.get(act="pass_on").pk


def test_more_time_for_the_supervisor_keeps_the_rating_with_them():
    year = _filled()
    extensions.extend_window(
        actor=year.dewi,
        appraisal_id=year.appraisal_id,
        phase=Phase.SUPERVISOR_REVIEW,
        until=dt.date(2027, 1, 15),
        reason="Sakit.",
        at=y.during(Phase.SUPERVISOR_REVIEW),
    )
    assert pass_on(year.cycle, at=y.after(Phase.SUPERVISOR_REVIEW) + GRACE) == 5
    assert year.appraisal.passed_on_at is None
    assert pass_on(year.cycle, at=day_end(dt.date(2027, 1, 15)) + GRACE) == 1


def test_a_rating_sent_in_time_is_not_passed_on():
    year = y.build_year()
    y.with_rating(year)
    clock.tick(at=y.after(Phase.SUPERVISOR_REVIEW) + GRACE)
    mine = year.appraisal
    assert (mine.rating_state, mine.passed_on_at) == (RatingState.SENT, None)


def test_closing_calibration_ends_revision():
    year = y.build_year()
    y.with_rating(year)
    closes = y.after(Phase.CALIBRATION)
    clock.tick(at=closes + GRACE)
    call = {"actor": year.budi, "appraisal_id": year.appraisal_id, "reason": "Salah hitung."}
    with pytest.raises(ActionRefused):
        ratings.revise_rating(**call, at=closes)
    assert year.appraisal.rating_state == RatingState.SENT


def test_at_publication_the_unrated_are_skipped_with_a_count_and_a_reason():
    year = y.build_year()
    y.with_rating(year)
    publication = publications.publish_agency(
        actor=year.dewi,
        cycle_id=year.cycle.pk,
        agency_id=year.dinas.pk,
        reason="Belum dinilai.",
        at=y.during(Phase.PUBLICATION),
    )
    assert (publication.included, publication.excluded) == (1, 6)
    assert Appraisal.objects.filter(~Q(not_assessed_reason=""), rating_state="not_assessed").count() == 6


def test_an_objection_has_no_window_but_fourteen_days_from_the_own_receipt():
    year = y.build_year()
    y.with_rating(year)
    at = y.during(Phase.PUBLICATION)
    publications.publish_agency(
        actor=year.dewi, cycle_id=year.cycle.pk, agency_id=year.dinas.pk, reason="Belum dinilai.", at=at
    )
    clock.tick(at=at + dt.timedelta(days=1))
    received = y.after(Phase.PUBLICATION) + dt.timedelta(days=40)
    clock.tick(at=received)
    results.receive_result(actor=year.ani, appraisal_id=year.appraisal_id, at=received)
    mine = year.appraisal
    assert mine.result_state == ResultState.RECEIVED
    assert mine.objection_due_at == day_end(received.date() + dt.timedelta(days=14))
    assert Phase.PUBLICATION in facts_of(mine, at=received).windows
