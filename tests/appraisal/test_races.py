"""Two people, or one person twice, at the same moment: one test for each lock, with two connections."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from appraisal.enums import Phase, RatingState, SelfState, Topic
from appraisal.models import Appraisal, DraftAnswer, SelfSubmission
from appraisal.services import clock, cycles, plans, ratings, self_assessments
from core.audit import AuditEvent
from core.errors import ActionRefused, StaleWrite
from core.notifications import Notification
from tests.appraisal import year as y
from tests.appraisal.ranges import close_self

pytestmark = pytest.mark.django_db(transaction=True)


def _together(*calls: Callable[[], object]) -> list[object]:
    """Run the calls in threads of their own, started at once; each outcome is a result or the error."""
    barrier = threading.Barrier(len(calls))
    outcomes: list[object] = [None] * len(calls)

    def run(number: int, call: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=10)
            outcomes[number] = call()
        except Exception as error:  # noqa: BLE001  # the test looks at it
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number, call)) for number, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def _kinds(outcomes: list[object]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_a_plan_sent_twice_at_once_is_sent_once():
    year = y.build_year()
    at = y.during(Phase.PLANNING)
    plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=at)

    def send() -> object:
        return plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=at)

    assert _kinds(_together(send, send)) == ["ActionRefused", "Plan"]
    assert AuditEvent.objects.filter(act="plan.sent").count() == 1
    assert Notification.objects.filter(kind="plan.sent").count() == 1


def test_the_first_item_added_twice_at_once_makes_one_version():
    year = y.build_year()
    at = y.during(Phase.PLANNING)

    def add() -> object:
        return plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=at)

    assert _kinds(_together(add, add)) == ["PlanItem", "PlanItem"]
    assert year.appraisal.plans.count() == 1
    assert sorted(year.appraisal.plans.get().items.values_list("position", flat=True)) == [1, 2]


def test_two_tabs_saving_from_one_revision_never_overwrite_each_other_unseen():
    year = y.build_year()
    y.with_agreed_plan(year)
    at = y.during(Phase.SELF_ASSESSMENT)

    def save(level: int) -> Callable[[], object]:
        return lambda: self_assessments.save_answer(
            actor=year.ani,
            appraisal_id=year.appraisal_id,
            topic=Topic.VALUE,
            key="BP",
            data={"level": level, "text": ""},
            revision=0,
            at=at,
        )

    outcomes = _together(save(3), save(4))
    assert _kinds(outcomes) == ["Saved", "StaleWrite"]
    stored = DraftAnswer.objects.get()
    refused = next(outcome for outcome in outcomes if isinstance(outcome, StaleWrite))
    assert refused.current.data == stored.data


def test_a_self_assessment_taken_back_twice_at_once_is_taken_back_once():
    year = y.build_year()
    y.with_self_assessment(year)
    at = y.during(Phase.SELF_ASSESSMENT)
    outcomes = _together(
        lambda: self_assessments.withdraw_self_assessment(
            actor=year.ani, appraisal_id=year.appraisal_id, at=at
        ),
        lambda: self_assessments.withdraw_self_assessment(
            actor=year.ani, appraisal_id=year.appraisal_id, at=at
        ),
    )
    assert _kinds(outcomes) == ["ActionRefused", "NoneType"]
    assert year.appraisal.self_state == SelfState.DRAFT
    assert SelfSubmission.objects.exclude(withdrawn_at=None).count() == 1


def test_two_clocks_close_an_appraisal_once():
    year = y.build_year()
    y.with_agreed_plan(year)
    y.fill_self_assessment(year)
    at = y.after(Phase.SELF_ASSESSMENT) + dt.timedelta(minutes=2)

    def close() -> object:
        return close_self(year.cycle, at=at)

    assert sorted(_together(close, close)) == [0, 7]
    assert SelfSubmission.objects.count() == 1
    assert AuditEvent.objects.filter(act="self_assessment.sent_by_clock").count() == 1


def test_a_rating_sent_twice_at_once_is_sent_once():
    year = y.build_year()
    y.with_self_assessment(year)
    at = y.during(Phase.SUPERVISOR_REVIEW)
    y.rate_all(year, by=year.budi, at=at)
    ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=at)

    def send() -> object:
        return ratings.send_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=at)

    assert _kinds(_together(send, send)) == ["ActionRefused", "RatingRecord"]
    assert year.appraisal.rating_state == RatingState.SENT
    assert year.appraisal.ratings.filter(stage="final").count() == 1


def test_a_cycle_opened_twice_at_once_makes_every_appraisal_once():
    year = y.build_year(opened=False)
    at = y.during(Phase.PLANNING)

    def opening() -> object:
        return cycles.open_cycle(actor=year.gita, cycle_id=year.cycle.pk, at=at)

    assert sorted(_together(opening, opening)) == [0, 7]
    assert Appraisal.objects.count() == 7
    assert AuditEvent.objects.filter(act="cycle.opened").count() == 1


def test_what_arrived_in_time_but_waited_for_a_lock_is_accepted():
    year = y.build_year()
    at = y.during(Phase.PLANNING)
    plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=at)
    locked, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Appraisal.objects.select_for_update().get(pk=year.appraisal_id)
            locked.set()
            release.wait(timeout=10)

    def send() -> object:
        locked.wait(timeout=10)
        threading.Timer(0.3, release.set).start()
        return plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=at)

    outcomes = _together(hold, send)
    assert not isinstance(outcomes[1], ActionRefused)
    assert year.appraisal.plan_state == "sent"


def _holding(call: Callable[[], object], begun: threading.Event, release: threading.Event) -> object:
    """Do the act in a transaction that stays open, its locks held, until it is released."""
    with transaction.atomic():
        done = call()
        begun.set()
        release.wait(timeout=10)
    return done


def test_the_clock_waits_for_a_submission_that_arrived_in_time_and_leaves_it_alone():
    year = y.build_year()
    y.with_agreed_plan(year)
    y.fill_self_assessment(year)
    closes = y.after(Phase.SELF_ASSESSMENT)
    begun, release = threading.Event(), threading.Event()

    def send() -> object:
        return _holding(
            lambda: self_assessments.send_self_assessment(
                actor=year.ani,
                appraisal_id=year.appraisal_id,
                declared=True,
                at=closes - dt.timedelta(seconds=1),
            ),
            begun,
            release,
        )

    def close() -> object:
        begun.wait(timeout=10)
        threading.Timer(0.5, release.set).start()
        return close_self(year.cycle, at=closes + dt.timedelta(minutes=2))

    outcomes = _together(send, close)
    assert isinstance(outcomes[0], SelfSubmission)
    assert outcomes[1] == 6
    assert (year.appraisal.self_state, year.appraisal.self_sent_by_clock) == (SelfState.SENT, False)
    assert SelfSubmission.objects.count() == 1


def test_a_submission_that_comes_after_the_clock_finds_its_own_words_sent():
    year = y.build_year()
    y.with_agreed_plan(year)
    y.fill_self_assessment(year)
    closes = y.after(Phase.SELF_ASSESSMENT)
    begun, release = threading.Event(), threading.Event()

    def close() -> object:
        return _holding(lambda: close_self(year.cycle, at=closes + dt.timedelta(minutes=2)), begun, release)

    def send() -> object:
        begun.wait(timeout=10)
        threading.Timer(0.5, release.set).start()
        return self_assessments.send_self_assessment(
            actor=year.ani, appraisal_id=year.appraisal_id, declared=True, at=closes - dt.timedelta(seconds=1)
        )

    outcomes = _together(close, send)
    assert outcomes[0] == 7
    assert isinstance(outcomes[1], ActionRefused)
    sent = SelfSubmission.objects.get()
    assert sent.sent_by_clock is True
    assert sent.content["items"][0]["process"] == y.LONG


def test_two_ticks_at_once_leave_what_one_leaves():
    year = y.build_year()
    y.with_agreed_plan(year)
    y.fill_self_assessment(year)
    at = y.after(Phase.SUPERVISOR_REVIEW) + dt.timedelta(minutes=2)
    assert _together(lambda: clock.tick(at=at), lambda: clock.tick(at=at)) == [None, None]
    clock.tick(at=at)  # what one left to the other
    assert Appraisal.objects.filter(self_state=SelfState.DRAFT).count() == 0
    assert SelfSubmission.objects.count() == 1
    assert Appraisal.objects.filter(passed_on_at=at).count() == 6
    kinds = list(Notification.objects.values_list("kind", flat=True))
    assert (kinds.count("self.closed"), kinds.count("self.not_sent")) == (1, 6)
    assert kinds.count("rating.passed_on") == 6
