"""Whose move it is: the duties of every role in every stage of the year, by deadline, in a fixed number of queries."""

import datetime as dt
from decimal import Decimal

import pytest

from appraisal.enums import Party, Phase, ResultState
from appraisal.models import Appraisal, Extension, PhaseWindow, WindowChange
from appraisal.selectors.facts import facts_of
from appraisal.selectors.home import home_page
from appraisal.selectors.worklist import Duty, Kind, OwnWork, closing_of, in_order, own_duties
from appraisal.services import clock, plans, publications, self_assessments
from appraisal.services.progress import refresh_progress
from appraisal.workflow import Action
from core.clock import now
from core.notifications import Notification
from tests.walk import Stage, World, build_world

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def duties(world: World, name: str, at: dt.datetime | None = None) -> list[Duty]:
    return list(home_page(world.actor(name), at=at or world.calendar.now).duties)


def kinds(world: World, name: str, at: dt.datetime | None = None) -> list[Kind]:
    return [duty.kind for duty in duties(world, name, at)]


def closes(world: World, phase: Phase) -> dt.datetime:
    return facts_of(world.ani, at=world.calendar.now).windows[phase].closes_at


@pytest.mark.parametrize(
    ("stage", "name", "expected"),
    [
        (Stage.PREPARED, "ani", []),
        (Stage.PLANNING, "ani", [Kind.WRITE_PLAN]),
        (Stage.PLANNING, "budi", [Kind.WRITE_PLAN]),
        (Stage.EXECUTION, "ani", [Kind.FILL_REALIZATION]),
        (Stage.EXECUTION, "hadi", [Kind.WRITE_PLAN]),
        (Stage.SELF_DRAFT, "ani", [Kind.CONTINUE_SELF]),
        (Stage.SELF_DRAFT, "hadi", [Kind.BEGIN_SELF, Kind.WRITE_PLAN]),
        (Stage.SELF_SENT, "ani", []),
        (Stage.SELF_SENT, "budi", [Kind.BEGIN_SELF, Kind.READ_SELF, Kind.WRITE_PLAN]),
        (Stage.FIRST_SAVED, "budi", [Kind.WRITE_PLAN, Kind.RATE]),
        (Stage.RATED, "ani", []),
        (Stage.RATED, "budi", []),
        (Stage.WITH_SUPERVISOR, "ani", []),
        (Stage.WITH_SUPERVISOR, "budi", [Kind.TALK_RESULTS]),
        (Stage.PUBLISHED, "ani", [Kind.OPEN_RESULT]),
        (Stage.RECEIVED, "ani", [Kind.CONFIRM_RESULT]),
        (Stage.SELF_DRAFT, "surya", []),
        (Stage.SELF_DRAFT, "fajar", [Kind.BEGIN_SELF, Kind.WRITE_PLAN, Kind.AUDIT]),
    ],
)
def test_everybody_finds_their_moves_in_every_stage(stage, name, expected):
    assert kinds(build_world(stage, now=now()), name) == expected


def test_a_duty_says_until_when_for_whom_and_how_much():
    world = build_world(Stage.SELF_DRAFT, now=now())
    assert duties(world, "ani") == [
        Duty(
            Kind.CONTINUE_SELF,
            closes_at=closes(world, Phase.SELF_ASSESSMENT),
            appraisal_id=world.ani.pk,
            year=world.cycle.year,
            n=11,
            total=11,
        )
    ]


def test_pages_count_as_the_task_list_counts_them():
    world = build_world(Stage.SELF_DRAFT, now=now())
    world.ani.drafts.filter(key__in=["BP", "INT"]).delete()
    world.ani.realizations.all().delete()
    (duty,) = duties(world, "ani")
    assert (duty.kind, duty.n, duty.total) == (Kind.CONTINUE_SELF, 7, 11)
    assert len(self_assessments.self_form(world.ani).missing) == 4


def test_a_plan_after_its_time_is_late_and_closes_with_supervisor_review():
    world = build_world(Stage.EXECUTION, now=now())
    (duty,) = duties(world, "hadi")
    assert (duty.kind, duty.late, duty.closes_at) == (
        Kind.WRITE_PLAN,
        True,
        closes(world, Phase.SUPERVISOR_REVIEW),
    )


def test_a_returned_plan_is_mended_and_a_new_version_finished():
    world = build_world(Stage.PLANNING, now=now())
    at = world.calendar.now
    plans.send_plan(actor=world.actor("ani"), appraisal_id=world.ani.pk, at=at)
    assert kinds(world, "ani") == []
    assert [(duty.kind, duty.n, duty.name) for duty in duties(world, "budi")] == [
        (Kind.WRITE_PLAN, 0, ""),
        (Kind.AGREE_PLANS, 1, world.city.ani.name),
    ]
    plans.return_plan(actor=world.actor("budi"), appraisal_id=world.ani.pk, comment="Tambah mutu.", at=at)
    assert kinds(world, "ani") == [Kind.MEND_PLAN]
    plans.send_plan(actor=world.actor("ani"), appraisal_id=world.ani.pk, at=at)
    plans.agree_plan(actor=world.actor("budi"), appraisal_id=world.ani.pk, at=at)
    assert kinds(world, "ani") == []
    plans.revise_plan(actor=world.actor("ani"), appraisal_id=world.ani.pk, reason="Tugas baru.", at=at)
    assert kinds(world, "ani") == [Kind.CHANGE_PLAN]


def test_a_returned_self_assessment_has_its_own_deadline():
    world = build_world(Stage.SELF_SENT, now=now())
    self_assessments.return_self_assessment(
        actor=world.actor("budi"),
        appraisal_id=world.ani.pk,
        comment="Ceritakan dampaknya.",
        at=world.calendar.now,
    )
    (duty,) = duties(world, "ani")
    assert (duty.kind, duty.closes_at) == (Kind.MEND_SELF, world.ani.self_due_at)
    # When it is over nomination has opened.
    assert kinds(world, "ani", at=world.ani.self_due_at) == [Kind.PROPOSE_REVIEWERS]


def test_realisation_is_asked_for_until_every_figure_is_there():
    world = build_world(Stage.EXECUTION, now=now())
    (duty,) = duties(world, "ani")
    assert (duty.n, duty.total, duty.closes_at) == (0, 2, closes(world, Phase.EXECUTION))
    for item in world.ani.plans.get().items.all():
        self_assessments.save_item(
            actor=world.actor("ani"),
            appraisal_id=world.ani.pk,
            item_key=item.key,
            realizations={measure.key: Decimal(90) for measure in item.measures.all()},
            typed={},
            revision=0,
            at=world.calendar.now,
        )
    assert duties(world, "ani") == []


def test_the_same_thing_for_several_people_is_one_duty():
    world = build_world(Stage.FIRST_SAVED, now=now())
    rate = next(duty for duty in duties(world, "budi") if duty.kind == Kind.RATE)
    assert (rate.n, rate.total, rate.appraisal_id, rate.name) == (6, 6, None, "")
    assert rate.closes_at == closes(world, Phase.SUPERVISOR_REVIEW)


def test_what_was_passed_on_comes_to_the_superior():
    world = build_world(Stage.FIRST_SAVED, now=now())
    at = closes(world, Phase.SUPERVISOR_REVIEW) + DAY
    clock.tick(at=at)
    passed = next(duty for duty in duties(world, "citra", at=at) if duty.kind == Kind.RATE_PASSED_ON)
    assert (passed.n, passed.total, passed.closes_at) == (6, 6, closes(world, Phase.CALIBRATION))
    assert not any(duty.kind == Kind.RATE for duty in duties(world, "budi", at=at))


def test_more_time_for_one_person_moves_only_their_deadline():
    world = build_world(Stage.SELF_DRAFT, now=now())
    later = closes(world, Phase.SELF_ASSESSMENT) + 3 * DAY
    Extension.objects.create(
        appraisal=world.ani,
        phase=Phase.SELF_ASSESSMENT,
        closes_at=later,
        reason="Sakit.",
        granted_by=world.city.gita,
        granted_at=world.calendar.now,
    )
    assert duties(world, "ani")[0].closes_at == later
    assert duties(world, "hadi")[0].closes_at == later - 3 * DAY


def test_hr_sees_how_many_are_late_in_their_subtree():
    world = build_world(Stage.SELF_DRAFT, now=now())
    refresh_progress(cycle_id=world.cycle.pk, at=world.calendar.now)
    page = home_page(world.actor("dewi"), at=world.calendar.now)
    late = [(duty.phase, duty.n) for duty in page.duties if duty.kind == Kind.OVERDUE]
    in_dinas = Appraisal.objects.within(world.city.dinas.path).count()
    assert late == [(Phase.PLANNING, in_dinas - 1)]  # Ani's plan is agreed
    assert page.counted_at == world.calendar.now
    of_eko = [duty.n for duty in duties(world, "eko") if duty.kind == Kind.OVERDUE]
    assert of_eko == [1]
    assert not any(duty.kind == Kind.OVERDUE for duty in duties(world, "budi"))


def test_a_unit_with_dates_of_its_own_is_counted_by_them():
    world = build_world(Stage.SELF_DRAFT, now=now())
    planning = PhaseWindow.objects.get(cycle=world.cycle, phase=Phase.PLANNING)
    PhaseWindow.objects.create(
        cycle=world.cycle,
        phase=Phase.PLANNING,
        agency=world.city.school,
        opens_at=planning.opens_at,
        closes_at=world.calendar.now + DAY,
    )
    refresh_progress(cycle_id=world.cycle.pk, at=world.calendar.now)
    (late,) = [duty.n for duty in duties(world, "dewi") if duty.kind == Kind.OVERDUE]
    at_school = Appraisal.objects.filter(agency=world.city.school).count()
    assert late == Appraisal.objects.within(world.city.dinas.path).count() - at_school


def test_hr_is_told_that_publication_is_open_until_it_was_made():
    world = build_world(Stage.RATED, now=now())
    at = world.during(Phase.PUBLICATION)
    (publish,) = [duty for duty in duties(world, "gita", at=at) if duty.kind == Kind.PUBLISH]
    assert (publish.n, publish.closes_at) == (2, closes(world, Phase.PUBLICATION))
    (own,) = [duty for duty in duties(world, "dewi", at=at) if duty.kind == Kind.PUBLISH]
    assert own.n == 1
    publications.publish_agency(
        actor=world.actor("dewi"),
        cycle_id=world.cycle.pk,
        agency_id=world.city.dinas.pk,
        reason="Belum dinilai.",
        at=at,
    )
    assert [duty.n for duty in duties(world, "gita", at=at) if duty.kind == Kind.PUBLISH] == [1]
    assert not any(duty.kind == Kind.PUBLISH for duty in duties(world, "dewi", at=at))


def test_a_result_is_opened_also_after_its_year_was_closed():
    world = build_world(Stage.PUBLISHED, now=now())
    world.cycle.state = "closed"
    world.cycle.closed_at = world.calendar.now
    world.cycle.save()
    assert kinds(world, "ani") == [Kind.OPEN_RESULT]
    assert kinds(world, "budi") == []


def test_the_nearest_deadline_stands_first_and_what_has_none_last():
    at = now()
    near, far, none = (
        Duty(Kind.RATE, closes_at=at),
        Duty(Kind.WRITE_PLAN, closes_at=at + DAY),
        Duty(Kind.AUDIT),
    )
    assert in_order([none, far, near]) == (near, far, none)


def test_a_move_that_needs_no_window_has_no_deadline():
    world = build_world(Stage.PUBLISHED, now=now())
    facts = facts_of(world.ani, at=world.calendar.now)
    assert closing_of(Action.RECEIVE, facts, Party.EMPLOYEE) is None
    assert [duty.closes_at for duty in own_duties(OwnWork(world.ani, facts))] == [None]


def test_the_page_knows_the_year_the_past_and_the_newest_messages():
    world = build_world(Stage.RECEIVED, now=now())
    WindowChange.objects.create(
        cycle=world.cycle,
        agency=world.city.dinas,
        phase=Phase.CALIBRATION,
        reason="Banjir di dua sekolah.",
        changed_by=world.city.gita,
        changed_at=world.calendar.now,
    )
    page = home_page(world.actor("ani"), at=world.calendar.now)
    assert page.year == world.cycle.year
    assert page.windows == facts_of(world.ani, at=world.calendar.now).windows
    assert [row.pk for row in page.past] == [world.ani.pk]
    assert page.past[0].result.predicate == "very_good"
    assert len(page.messages) == 2
    assert [message.created_at for message in page.messages] == sorted(
        Notification.objects.filter(recipient=world.city.ani).values_list("created_at", flat=True),
        reverse=True,
    )[:2]
    (current,) = page.current
    assert (current.plan_version, current.plan_agreed_by, current.journal_entries) == (
        1,
        world.city.budi.name,
        2,
    )
    assert current.change is not None
    assert (current.change.phase, current.change.reason, current.change.by, current.change.at) == (
        Phase.CALIBRATION,
        "Banjir di dua sekolah.",
        world.city.gita.name,
        world.calendar.now,
    )


def test_a_change_of_another_agency_is_not_told():
    world = build_world(Stage.EXECUTION, now=now())
    WindowChange.objects.create(
        cycle=world.cycle,
        agency=world.city.other_dinas,
        phase=Phase.PLANNING,
        reason="Lain.",
        changed_by=world.city.gita,
        changed_at=world.calendar.now,
    )
    (current,) = home_page(world.actor("ani"), at=world.calendar.now).current
    assert current.change is None


def test_a_result_that_was_not_opened_is_not_in_the_past():
    world = build_world(Stage.PUBLISHED, now=now())
    assert world.ani.result_state == ResultState.PUBLISHED
    assert home_page(world.actor("ani"), at=world.calendar.now).past == ()


def test_whoever_is_not_appraised_sees_the_dates_of_the_city():
    world = build_world(Stage.EXECUTION, now=now())
    page = home_page(world.actor("surya"), at=world.calendar.now)
    assert page.current == ()
    assert set(page.windows) == set(facts_of(world.ani, at=world.calendar.now).windows)
