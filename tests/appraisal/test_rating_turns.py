"""Whose turn it is to rate, and what the first save reveals, when raters change while the year goes on."""

import datetime as dt

import pytest

from accounts.models import Employee, Placement, SupervisorOverride
from appraisal.enums import Phase, RatingStage, RatingState, Topic
from appraisal.models import DraftAnswer, Extension, PhaseWindow, RatingRecord
from appraisal.selectors.ratings import self_ratings_revealed
from appraisal.services import ratings, self_assessments
from appraisal.services.assignments import assign_supervisors
from appraisal.services.clock import tick
from core.clock import day_end, day_start
from core.errors import ActionRefused, NotAllowed
from core.notifications import Notification
from tests.appraisal import year as y
from tests.factories.people import since

pytestmark = pytest.mark.django_db
REVIEW = Phase.SUPERVISOR_REVIEW
VALUE = {"level": 3, "reason": "", "incident_on": None}


def save_value(year, actor, at, *, code="BP", data=VALUE):
    return ratings.save_rating_answer(
        actor=actor, appraisal_id=year.appraisal_id, topic=Topic.VALUE, key=code, data=data, revision=0, at=at
    )


def first_saved(year, actor, at):
    y.rate_all(year, by=actor, at=at)
    return ratings.save_first_rating(actor=actor, appraisal_id=year.appraisal_id, at=at)


def hand_over(year, to: Employee, day: dt.date) -> None:
    """HR decides on another supervisor from that day on."""
    placement = Placement.objects.get(employee=year.ani.id)
    SupervisorOverride.objects.create(
        placement=placement, supervisor=to, reason="Benturan kepentingan.", period=since(day)
    )
    assign_supervisors(cycle_id=year.cycle.pk, day=day)


def test_the_superior_cannot_write_before_supervisor_review_is_over_even_when_calibration_is_open():
    year = y.build_year()
    y.with_self_assessment(year)
    at = y.during(REVIEW)
    PhaseWindow.objects.filter(cycle=year.cycle, phase=Phase.CALIBRATION).update(
        opens_at=day_start(dt.date(2026, 12, 28))
    )

    with pytest.raises(ActionRefused) as refused:
        save_value(year, year.citra, at)

    assert "Senin, 11 Januari 2027" in str(refused.value)
    assert not DraftAnswer.objects.filter(author=year.citra.id).exists()
    save_value(year, year.budi, at)


def test_the_superior_cannot_touch_a_rating_that_the_supervisor_sent():
    year = y.build_year()
    y.with_rating(year)

    for at in (y.during(REVIEW, 2), y.during(Phase.CALIBRATION)):
        with pytest.raises(NotAllowed):
            save_value(year, year.citra, at)
    assert not DraftAnswer.objects.filter(author=year.citra.id).exists()


def test_a_confirmed_or_unrated_appraisal_takes_no_more_answers():
    year = y.build_year()
    y.with_rating(year)
    appraisal = year.appraisal
    appraisal.rating_state = RatingState.CONFIRMED
    appraisal.save(update_fields=["rating_state"])

    with pytest.raises(ActionRefused):
        save_value(year, year.budi, y.during(Phase.CALIBRATION))


def test_another_supervisor_rates_afresh_and_sees_no_level_of_the_employee_before_their_own_first_save():
    year = y.build_year()
    y.with_self_assessment(year)
    at = y.during(REVIEW)
    first_saved(year, year.budi, at)
    assert self_ratings_revealed(year.appraisal, year.budi.id)
    eko = Employee.objects.get(login="eko")

    hand_over(year, eko, dt.date(2026, 12, 30))

    mine = year.appraisal
    assert (mine.supervisor_id, mine.rating_state, mine.rating_first_saved_at) == (
        eko.pk,
        RatingState.OPEN,
        None,
    )
    assert not self_ratings_revealed(mine, eko.pk)
    assert RatingRecord.objects.get().author_id == year.budi.id
    with pytest.raises(NotAllowed):
        save_value(year, year.budi, y.during(REVIEW, 3))
    kept = first_saved(year, y.actor(eko), y.during(REVIEW, 3))
    assert (kept.author_id, kept.stage, kept.version) == (eko.pk, RatingStage.FIRST, 2)
    assert self_ratings_revealed(year.appraisal, eko.pk)


def test_somebody_elses_first_save_reveals_nothing():
    year = y.build_year()
    y.with_self_assessment(year)
    first_saved(year, year.budi, y.during(REVIEW))

    assert not self_ratings_revealed(year.appraisal, year.stranger.id)


def test_who_gets_a_rating_back_keeps_the_first_rating_that_was_saved():
    year = y.build_year()
    y.with_self_assessment(year)
    at = y.during(REVIEW)
    kept = first_saved(year, year.budi, at)
    tick(at=y.after(REVIEW) + dt.timedelta(minutes=3))
    assert year.appraisal.rating_state == RatingState.OPEN
    Extension.objects.create(
        appraisal=year.appraisal,
        phase=REVIEW,
        closes_at=day_end(dt.date(2027, 1, 14)),
        reason="Sakit.",
        granted_by_id=year.dewi.id,
        granted_at=y.after(REVIEW),
    )

    later = y.during(Phase.CALIBRATION)
    again = ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=later)

    assert again.pk == kept.pk
    assert year.appraisal.rating_state == RatingState.FIRST_SAVED
    assert year.appraisal.rating_first_saved_at == later
    assert RatingRecord.objects.count() == 1
    ratings.send_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=later)
    assert [record.stage for record in RatingRecord.objects.order_by("version")] == ["first", "final"]


def test_a_superior_with_a_first_save_who_is_replaced_leaves_a_fresh_start():
    year = y.build_year()
    y.with_self_assessment(year)
    tick(at=y.after(REVIEW) + dt.timedelta(minutes=3))
    at = y.during(Phase.CALIBRATION)
    first_saved(year, year.citra, at)
    eko = Employee.objects.get(login="eko")
    SupervisorOverride.objects.create(
        placement=Placement.objects.get(employee=year.budi.id),
        supervisor=eko,
        reason="Mutasi.",
        period=since(dt.date(2027, 1, 13)),
    )

    assign_supervisors(cycle_id=year.cycle.pk, day=dt.date(2027, 1, 13))

    mine = year.appraisal
    assert (mine.supervisor_id, mine.superior_id) == (year.budi.id, eko.pk)
    assert (mine.rating_state, mine.rating_first_saved_at) == (RatingState.OPEN, None)


def test_the_message_of_a_return_names_the_last_day_and_not_the_one_after():
    year = y.build_year()
    y.with_self_assessment(year)
    PhaseWindow.objects.filter(cycle=year.cycle, phase=REVIEW).update(
        closes_at=day_end(dt.date(2026, 12, 30))
    )

    self_assessments.return_self_assessment(
        actor=year.budi, appraisal_id=year.appraisal_id, comment="Lengkapi.", at=y.during(REVIEW)
    )

    assert year.appraisal.self_due_at == day_end(dt.date(2026, 12, 30))
    told = Notification.objects.get(recipient=year.ani.id, kind="self.returned")
    assert told.params["due_on"] == "2026-12-30"
