"""Bulk acts by ranges: cut, done once, resumed, shared by two workers, and not held up by a single broken row."""

import dataclasses
import datetime as dt
import threading

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import Placement
from appraisal.enums import BatchState, BulkAct, Phase, SelfState, Topic
from appraisal.models import Appraisal, Batch, DraftAnswer
from appraisal.selectors.bulk import work_of
from appraisal.services import batches, clock, cycles, extensions
from appraisal.services.openings import CREATE
from core.audit import AuditEvent
from core.clock import day_start
from tests.appraisal import year as y
from tests.appraisal.ranges import close_self

JANUARY = day_start(dt.date(2026, 1, 2))
SMALL = dataclasses.replace(CREATE, size=3)


def _cut(year, act=SMALL):
    return batches.plan(act, cycle=year.cycle, at=JANUARY)


def _sizes():
    return list(Batch.objects.order_by("occurrence", "number").values_list("size", flat=True))


@pytest.mark.django_db
def test_ranges_cover_every_key_and_each_is_done_once():
    year = y.build_year(opened=False)
    assert _cut(year) == 7
    assert _sizes() == [3, 3, 1]
    first, second, third = Batch.objects.order_by("number")
    assert (first.from_key, third.to_key) == (batches.FIRST_KEY, batches.LAST_KEY)
    assert (second.from_key.int, third.from_key.int) == (first.to_key.int + 1, second.to_key.int + 1)
    assert batches.run([SMALL], at=JANUARY, seconds=60) == 7
    assert list(Batch.objects.order_by("number").values_list("touched", "state", "done_at")) == [
        (3, BatchState.DONE, JANUARY),
        (3, BatchState.DONE, JANUARY),
        (1, BatchState.DONE, JANUARY),
    ]
    assert AuditEvent.objects.filter(act="cycle.appraisals_made").count() == 3
    before = list(Appraisal.objects.order_by("pk").values())
    assert batches.run([SMALL], at=JANUARY, seconds=60) == 0
    assert _cut(year) == 0
    assert list(Appraisal.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_supervisors_do_not_depend_on_how_the_ranges_were_cut():
    year = y.build_year(opened=False)
    batches.plan(dataclasses.replace(CREATE, size=1), cycle=year.cycle, at=JANUARY)
    batches.run([CREATE], at=JANUARY, seconds=60)
    found = dict(Appraisal.objects.order_by("pk").values_list("employee__name", "supervisor__name"))
    assert found == {
        "Ani": "Budi", "Budi": "Citra", "Citra": "Kartika", "Kartika": "Surya",
        "Dewi": "Kartika", "Gita": "Kartika", "Eko": "Kartika",
    }  # fmt: skip
    assert Appraisal.objects.get(employee=year.ani.id).superior_id == year.citra.id
    assert set(Appraisal.objects.filter(supervisor__name="Surya").values_list("superior", flat=True)) == {
        None
    }


@pytest.mark.django_db
def test_nothing_new_is_cut_while_ranges_wait():
    year = y.build_year(opened=False)
    assert (_cut(year), _cut(year)) == (7, 0)
    assert _sizes() == [3, 3, 1]


@pytest.mark.django_db
def test_a_run_without_time_does_nothing_and_the_next_one_everything():
    year = y.build_year(opened=False)
    _cut(year)
    assert batches.run([SMALL], at=JANUARY, seconds=0) == 0
    assert batches.run([SMALL], at=JANUARY, seconds=60) == 7


@pytest.mark.django_db
def test_a_large_city_is_opened_by_the_clock_while_hr_sees_how_far_it_is(monkeypatch):
    year = y.build_year(opened=False)
    monkeypatch.setattr(cycles, "AT_ONCE", 6)
    assert cycles.open_cycle(actor=year.gita, cycle_id=year.cycle.pk, at=JANUARY) == 0
    assert not Appraisal.objects.exists()
    [work] = work_of(year.cycle)
    assert (work.label, work.done, work.total, work.as_of) == (BulkAct.CREATE.label, 0, 7, None)
    clock.tick(at=JANUARY)
    assert Appraisal.objects.count() == 7
    assert work_of(year.cycle) == ()


@pytest.mark.django_db
def test_half_of_the_way_is_told_with_its_time():
    year = y.build_year(opened=False)
    _cut(year)
    last = Batch.objects.order_by("number").last()
    with transaction.atomic():
        Batch.objects.filter(pk=last.pk).update(state=BatchState.STUCK)
    batches.run([dataclasses.replace(SMALL, work=_first_two)], at=JANUARY, seconds=60)
    [work] = work_of(year.cycle)
    assert (work.done, work.total, work.stuck, work.as_of) == (6, 7, 1, JANUARY)


def _first_two(batch, at):
    if batch.number == 2:
        raise ValueError("this range cannot be done")
    return CREATE.work(batch, at)


# --- a row that cannot be done ------------------------------------------------------------------


def _broken(year):
    """A page of Ani's self-assessment that no form could have stored."""
    y.with_agreed_plan(year)
    y.fill_self_assessment(year)
    page = DraftAnswer.objects.filter(appraisal=year.appraisal_id, topic=Topic.VALUE).order_by("key")[0]
    DraftAnswer.objects.filter(pk=page.pk).update(data=["no fields"])
    return page


@pytest.mark.django_db
def test_a_broken_row_holds_up_nobody_else_and_is_tried_again(caplog):
    year = y.build_year()
    page = _broken(year)
    at = y.after(Phase.SELF_ASSESSMENT) + dt.timedelta(minutes=2)
    assert close_self(year.cycle, at=at) == 6
    assert "of close_self failed" in caplog.text
    assert year.appraisal.self_state == SelfState.DRAFT
    stuck = Batch.objects.get(state=BatchState.STUCK)
    assert stuck.from_key == stuck.to_key == year.appraisal_id
    assert close_self(year.cycle, at=at) == 0
    assert Batch.objects.exclude(state=BatchState.DONE).get() == stuck
    DraftAnswer.objects.filter(pk=page.pk).update(data={"level": 4, "text": ""})
    assert close_self(year.cycle, at=at) == 1
    assert year.appraisal.self_state == SelfState.SENT
    assert not Batch.objects.exclude(state=BatchState.DONE).exists()


@pytest.mark.django_db
def test_others_are_still_closed_around_a_row_that_is_stuck():
    year = y.build_year()
    page = _broken(year)
    extended = Appraisal.objects.get(employee=year.dewi.id)
    extensions.extend_window(
        actor=year.gita,
        appraisal_id=extended.pk,
        phase=Phase.SELF_ASSESSMENT,
        until=dt.date(2026, 12, 28),
        reason="Sakit.",
        at=y.during(Phase.SELF_ASSESSMENT),
    )
    close_self(year.cycle, at=y.after(Phase.SELF_ASSESSMENT) + dt.timedelta(minutes=2))
    assert close_self(year.cycle, at=day_start(dt.date(2026, 12, 30))) == 1
    extended.refresh_from_db()
    assert extended.self_state == SelfState.NOT_SENT
    assert page.data != ["no fields"]
    assert Batch.objects.get(state=BatchState.STUCK).from_key == year.appraisal_id


@pytest.mark.django_db
def test_a_step_that_fails_keeps_no_other_from_its_work_and_is_logged(caplog):
    year = y.build_year()
    y.with_rating(year)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # Nothing can be cut any more: the whole step fails, not one range.
        cursor.execute("ALTER TABLE appraisal_batch ADD CONSTRAINT broken CHECK (size < 0) NOT VALID")
    at = y.after(Phase.SUPERVISOR_REVIEW) + dt.timedelta(minutes=2)
    clock.tick(at=at)
    assert "the step plan_closings of the tick failed" in caplog.text
    assert not Batch.objects.filter(act=BulkAct.PASS_ON).exists()
    # What comes after it in the list was done all the same.
    assert set(year.cycle.progress.values_list("as_of", flat=True)) == {at}


# --- two workers, two connections ---------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_different_ranges_and_never_the_same():
    year = y.build_year(opened=False)
    batches.plan(dataclasses.replace(CREATE, size=1), cycle=year.cycle, at=JANUARY)
    busy = threading.Barrier(2, timeout=20)
    met = []

    def work(batch, at):
        if len(met) < 2:
            met.append(batch.number)
            busy.wait()  # both hold a range now
        return CREATE.work(batch, at)

    outcomes = []

    def worker():
        try:
            outcomes.append(batches.run([dataclasses.replace(CREATE, work=work)], at=JANUARY, seconds=60))
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sum(outcomes) == 7
    assert min(outcomes) >= 1
    assert len(set(met)) == 2
    assert Appraisal.objects.count() == 7
    assert AuditEvent.objects.filter(act="cycle.appraisals_made").count() == 7


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_leaves_its_range_whole_to_the_next():
    year = y.build_year(opened=False)
    _cut(year)

    def die(batch, at):
        made = CREATE.work(batch, at)
        if batch.number == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return made

    outcome = []

    def worker():
        try:
            batches.run([dataclasses.replace(SMALL, work=die)], at=JANUARY, seconds=60)
        except OperationalError as error:
            outcome.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=worker)
    thread.start()
    thread.join(timeout=60)
    assert len(outcome) == 1
    assert Appraisal.objects.count() == 3
    assert list(Batch.objects.order_by("number").values_list("state", flat=True)) == [
        BatchState.DONE, BatchState.WAITING, BatchState.WAITING,
    ]  # fmt: skip
    assert batches.run([SMALL], at=JANUARY, seconds=60) == 4
    assert set(Appraisal.objects.values_list("placement", flat=True)) == set(
        Placement.objects.exclude(employee__name="Surya").values_list("pk", flat=True)
    )


@pytest.mark.django_db(transaction=True)
def test_two_planners_cut_once():
    year = y.build_year(opened=False)
    start = threading.Barrier(2, timeout=20)
    outcomes = []

    def planner():
        try:
            start.wait()
            outcomes.append(_cut(year))
        finally:
            connection.close()

    threads = [threading.Thread(target=planner) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == [0, 7]
    assert _sizes() == [3, 3, 1]
