"""The rating: drafts of one author, the first save, sending, revision, the superior who stands in."""

import datetime as dt

import pytest
from django.utils.translation import gettext as _

from appraisal.enums import Phase, Rating, RatingState, Topic
from appraisal.models import DraftAnswer, NextStep, RatingRecord, Result
from appraisal.selectors.ratings import rating_form, self_ratings_revealed
from appraisal.services import plans, ratings
from core.audit import AuditEvent
from core.errors import ActionRefused, NotAllowed
from core.notifications import Notification
from tests.appraisal import year as y
from tests.appraisal.ranges import pass_on

pytestmark = pytest.mark.django_db
AT = y.during(Phase.SUPERVISOR_REVIEW)
LATER = y.during(Phase.CALIBRATION)


def _rows():
    return (
        list(DraftAnswer.objects.order_by("pk").values()),
        list(RatingRecord.objects.order_by("pk").values()),
        list(Result.objects.order_by("pk").values()),
        list(NextStep.objects.order_by("pk").values()),
        AuditEvent.objects.count(),
        Notification.objects.count(),
    )


def _refused(call, error=ActionRefused, **arguments):
    before = _rows()
    with pytest.raises(error) as caught:
        call(**arguments)
    assert _rows() == before
    return caught.value


def _save(year, topic, key, data, *, actor=None, at=AT):
    actor = actor or year.budi
    revision = rating_form(year.appraisal, actor.id).answers.revision(topic, key)
    return ratings.save_rating_answer(
        actor=actor,
        appraisal_id=year.appraisal_id,
        topic=topic,
        key=key,
        data=data,
        revision=revision,
        at=at,
    )


def _explain_change(year):
    _save(year, Topic.OVERALL, "change", {"reason": y.LONG})


def _rated(year, at=AT, **answers):
    y.with_self_assessment(year)
    y.rate_all(year, by=year.budi, at=at, **answers)


@pytest.mark.parametrize("who", ["ani", "gita", "dewi", "stranger"])
def test_nobody_else_rates(who):
    year = y.build_year()
    y.with_self_assessment(year)
    _refused(
        ratings.save_rating_answer,
        NotAllowed,
        actor=getattr(year, who),
        appraisal_id=year.appraisal_id,
        topic=Topic.VALUE,
        key="BP",
        data={"level": 3},
        revision=0,
        at=AT,
    )


def test_the_superior_does_not_rate_while_the_supervisor_may():
    year = y.build_year()
    y.with_self_assessment(year)
    _refused(
        ratings.save_rating_answer,
        actor=year.citra,
        appraisal_id=year.appraisal_id,
        topic=Topic.VALUE,
        key="BP",
        data={"level": 3},
        revision=0,
        at=AT,
    )


def test_the_first_save_needs_every_page_and_reveals_the_self_ratings():
    year = y.build_year()
    y.with_self_assessment(year)
    error = _refused(ratings.save_first_rating, actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    assert len(error.reasons) == 2 + 7 + 1
    assert not self_ratings_revealed(year.appraisal, year.budi.id)
    y.rate_all(year, by=year.budi, at=AT)
    ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    assert self_ratings_revealed(year.appraisal, year.budi.id)
    _refused(ratings.save_first_rating, actor=year.budi, appraisal_id=year.appraisal_id, at=AT)


def test_without_an_agreed_plan_nothing_is_rated():
    year = y.build_year()
    error = _refused(ratings.save_first_rating, actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    assert any("agreed plan" in reason or "disepakati" in reason for reason in map(str, error.reasons))


def test_after_its_window_the_supervisor_rates_without_a_self_assessment():
    year = y.build_year()
    y.with_agreed_plan(year)
    y.rate_all(year, by=year.budi, at=AT)
    ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    assert year.appraisal.rating_state == RatingState.FIRST_SAVED


def test_sending_needs_the_first_save():
    year = y.build_year()
    _rated(year)
    _refused(ratings.send_rating, actor=year.budi, appraisal_id=year.appraisal_id, at=AT)


@pytest.mark.parametrize(
    ("topic", "key", "data"),
    [
        (Topic.FEEDBACK, "feedback", {"strengths": [], "improvements": [y.LONG], "next_steps": [y.LONG]}),
        (
            Topic.FEEDBACK,
            "feedback",
            {"strengths": [y.LONG], "improvements": ["pendek"], "next_steps": [y.LONG]},
        ),
        (Topic.FEEDBACK, "feedback", {"strengths": [y.LONG], "improvements": [y.LONG], "next_steps": [""]}),
        (Topic.VALUE, "BP", {"level": 5, "reason": "pendek", "incident_on": "2026-05-12"}),
        (Topic.VALUE, "BP", {"level": 4, "reason": y.LONG, "incident_on": None}),
        (Topic.VALUE, "BP", {"level": 4, "reason": y.LONG, "incident_on": "2025-05-12"}),
        (
            Topic.OVERALL,
            "overall",
            {"results": "meets", "results_reason": "", "behavior": "above", "behavior_reason": ""},
        ),
        (
            Topic.OVERALL,
            "overall",
            {"results": "", "results_reason": "", "behavior": "above", "behavior_reason": ""},
        ),
    ],
)
def test_sending_is_refused_for_each_missing_word(topic, key, data):
    year = y.build_year()
    _rated(year)
    ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    _save(year, topic, key, data)
    _explain_change(year)
    error = _refused(ratings.send_rating, actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    assert len(error.reasons) == 1


def test_level_three_needs_no_words():
    year = y.build_year()
    _rated(year)
    ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    _save(year, Topic.VALUE, "BP", {"level": 3, "reason": "", "incident_on": None})
    _explain_change(year)
    ratings.send_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    assert Result.objects.get().behavior_rating == Rating.ABOVE


def test_a_deviation_with_a_reason_is_kept_in_the_tree():
    year = y.build_year()
    _rated(year)
    ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    _save(
        year,
        Topic.OVERALL,
        "overall",
        {"results": "meets", "results_reason": y.LONG, "behavior": "above", "behavior_reason": ""},
    )
    ratings.send_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    result = Result.objects.get()
    assert (result.result_rating, result.predicate) == ("meets", "good")
    assert y.LONG in result.tree


def test_both_records_are_kept_and_the_first_never_changes():
    year = y.build_year()
    _rated(year)
    first = ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    _save(year, Topic.VALUE, "BP", {"level": 3, "reason": "", "incident_on": None})
    error = _refused(ratings.send_rating, actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    assert [str(reason) for reason in error.reasons] == [
        str(_("Say why you changed your first rating (20 characters)."))
    ]
    _explain_change(year)
    final = ratings.send_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    first.refresh_from_db()
    assert first.content["values"][0]["level"] == 4
    assert final.content["values"][0]["level"] == 3
    assert (first.author_id, final.author_id) == (year.budi.id, year.budi.id)
    assert (first.reason, final.reason) == ("", y.LONG)


def test_a_change_that_was_taken_back_needs_no_reason_and_keeps_none():
    year = y.build_year()
    _rated(year)
    ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    _save(year, Topic.VALUE, "BP", {"level": 3, "reason": "", "incident_on": None})
    _explain_change(year)
    _save(year, Topic.VALUE, "BP", {"level": 4, "reason": y.LONG, "incident_on": "2026-05-12"})
    assert ratings.send_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT).reason == ""


def test_other_words_alone_are_no_change_of_the_first_rating():
    year = y.build_year()
    _rated(year)
    ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    _save(year, Topic.VALUE, "BP", {"level": 4, "reason": f"{y.LONG} Juga.", "incident_on": "2026-05-12"})
    assert ratings.send_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT).reason == ""


def test_a_revision_needs_a_reason_a_change_and_the_calibration_window():
    year = y.build_year()
    y.with_rating(year)
    call = {"actor": year.budi, "appraisal_id": year.appraisal_id}
    _refused(ratings.revise_rating, **call, reason="Salah hitung.", at=LATER)
    _save(year, Topic.VALUE, "BP", {"level": 3, "reason": "", "incident_on": None}, at=LATER)
    _refused(ratings.revise_rating, **call, reason=" ", at=LATER)
    _refused(ratings.revise_rating, **call, reason="Salah hitung.", at=AT)
    _refused(ratings.revise_rating, **call, reason="Salah hitung.", at=y.after(Phase.CALIBRATION))
    revised = ratings.revise_rating(**call, reason="Salah hitung.", at=LATER)
    assert (revised.version, revised.stage, revised.reason) == (3, "revised", "Salah hitung.")
    assert year.appraisal.rating_state == RatingState.REVISED
    assert Notification.objects.filter(recipient=year.citra.id, kind="rating.revised").count() == 1


def test_an_unrated_appraisal_passes_to_the_superior_who_rates_afresh():
    year = y.build_year()
    _rated(year)
    ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    closing = y.after(Phase.SUPERVISOR_REVIEW) + dt.timedelta(minutes=2)
    assert pass_on(year.cycle, at=closing) >= 1
    assert pass_on(year.cycle, at=closing) == 0
    mine = year.appraisal
    assert (mine.rating_state, mine.passed_on_at) == (RatingState.OPEN, closing)
    assert Notification.objects.filter(recipient=year.citra.id, kind="rating.passed_on").exists()
    _refused(ratings.send_rating, actor=year.budi, appraisal_id=year.appraisal_id, at=LATER)
    y.rate_all(year, by=year.citra, at=LATER)
    ratings.save_first_rating(actor=year.citra, appraisal_id=year.appraisal_id, at=LATER)
    ratings.send_rating(actor=year.citra, appraisal_id=year.appraisal_id, at=LATER)
    mine = year.appraisal
    assert mine.rated_by_id == year.citra.id
    # Whoever rated is never the one who decides an objection.
    assert mine.superior_id not in {year.citra.id, None}


def test_sending_a_team_sends_the_ready_and_keeps_the_reasons_of_the_others():
    year = y.build_year()
    _rated(year)
    ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    other = type(year.appraisal).objects.get(employee=year.budi.id)
    outcome = ratings.send_ready_ratings(actor=year.budi, appraisal_ids=[year.appraisal_id, other.pk], at=AT)
    assert outcome.sent == (year.appraisal_id,)
    assert set(outcome.refused) == {other.pk}


def test_the_plan_does_not_move_once_rating_has_begun():
    year = y.build_year()
    _rated(year)
    ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    before = year.appraisal.plans.count()
    with pytest.raises(ActionRefused):
        plans.revise_plan(
            actor=year.ani, appraisal_id=year.appraisal_id, reason="x", at=y.during(Phase.EXECUTION)
        )
    assert year.appraisal.plans.count() == before
