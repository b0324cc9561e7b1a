"""Self-assessment: revisions, completeness, receipt, withdrawal, return, and what the clock does."""

import datetime as dt
from decimal import Decimal

import pytest

from appraisal.enums import Phase, RatingState, SelfState, Topic
from appraisal.models import DraftAnswer, Realization, SelfSubmission
from appraisal.selectors.assessments import self_form, standing_submission
from appraisal.services import ratings, self_assessments
from core.audit import AuditEvent
from core.canonical import canonical, fingerprint
from core.errors import ActionRefused, NotAllowed, StaleWrite
from core.notifications import Notification
from tests.appraisal import year as y
from tests.appraisal.ranges import close_self
from tests.appraisal.year import agreed_plan

pytestmark = pytest.mark.django_db
AT = y.during(Phase.SELF_ASSESSMENT)


def _rows():
    return (
        list(DraftAnswer.objects.order_by("pk").values()),
        list(Realization.objects.order_by("pk").values()),
        list(SelfSubmission.objects.order_by("pk").values()),
        AuditEvent.objects.count(),
        Notification.objects.count(),
    )


def _refused(call, error=ActionRefused, **arguments):
    before = _rows()
    with pytest.raises(error) as caught:
        call(**arguments)
    assert _rows() == before
    return caught.value


def _value(year, *, level=4, text="", revision=0, at=AT, actor=None):
    return {
        "actor": actor or year.ani,
        "appraisal_id": year.appraisal_id,
        "topic": Topic.VALUE,
        "key": "BP",
        "data": {"level": level, "text": text},
        "revision": revision,
        "at": at,
    }


def test_a_page_is_saved_and_its_revision_counts_up():
    year = y.build_year()
    y.with_agreed_plan(year)
    assert self_assessments.save_answer(**_value(year)).revision == 1
    assert self_assessments.save_answer(**_value(year, level=5, revision=1)).revision == 2
    assert DraftAnswer.objects.get().data == {"level": 5, "text": ""}


def test_the_same_fields_again_change_nothing():
    year = y.build_year()
    y.with_agreed_plan(year)
    self_assessments.save_answer(**_value(year))
    assert self_assessments.save_answer(**_value(year)).revision == 1


def test_a_write_from_an_older_revision_is_refused_with_the_stored_one():
    year = y.build_year()
    y.with_agreed_plan(year)
    self_assessments.save_answer(**_value(year))
    error = _refused(self_assessments.save_answer, StaleWrite, **_value(year, level=2))
    assert error.current.data == {"level": 4, "text": ""}


@pytest.mark.parametrize("who", ["budi", "citra", "gita", "stranger"])
def test_only_the_employee_writes(who):
    year = y.build_year()
    y.with_agreed_plan(year)
    _refused(self_assessments.save_answer, NotAllowed, **_value(year, actor=getattr(year, who)))


@pytest.mark.parametrize(
    "at", [y.during(Phase.EXECUTION), y.after(Phase.SELF_ASSESSMENT)], ids=["too early", "too late"]
)
def test_outside_its_window_nothing_is_saved(at):
    year = y.build_year()
    y.with_agreed_plan(year)
    _refused(self_assessments.save_answer, **_value(year, at=at))


def test_the_last_instant_counts():
    year = y.build_year()
    y.with_agreed_plan(year)
    self_assessments.save_answer(
        **_value(year, at=y.after(Phase.SELF_ASSESSMENT) - dt.timedelta(microseconds=1))
    )
    assert DraftAnswer.objects.count() == 1


def test_a_text_of_a_hundred_thousand_characters_is_refused():
    year = y.build_year()
    y.with_agreed_plan(year)
    _refused(self_assessments.save_answer, **_value(year, text="a" * 100_000))


def test_realisation_is_open_all_year_and_reflection_only_in_its_window():
    year = y.build_year()
    y.with_agreed_plan(year)
    item = agreed_plan(year.appraisal).items.all()[0]
    key = item.measures.get().key
    save = {
        "actor": year.ani,
        "appraisal_id": year.appraisal_id,
        "item_key": item.key,
        "realizations": {key: Decimal(40)},
        "typed": {str(key): "40"},
        "at": y.during(Phase.EXECUTION),
    }
    assert self_assessments.save_item(**save, revision=0).revision == 1
    assert Realization.objects.get().value == Decimal(40)
    _refused(self_assessments.save_item, **{**save, "process": y.LONG}, revision=1)


def test_a_half_written_number_is_kept_as_text_and_is_no_realisation():
    year = y.build_year()
    y.with_agreed_plan(year)
    item = agreed_plan(year.appraisal).items.all()[0]
    key = item.measures.get().key
    self_assessments.save_item(
        actor=year.ani,
        appraisal_id=year.appraisal_id,
        item_key=item.key,
        realizations={key: None},
        typed={str(key): "98,"},
        process="",
        impact="",
        revision=0,
        at=AT,
    )
    assert DraftAnswer.objects.get().data["typed"] == {str(key): "98,"}
    assert not Realization.objects.exists()


def test_an_incomplete_self_assessment_is_refused_with_every_reason():
    year = y.build_year()
    y.with_agreed_plan(year)
    error = _refused(
        self_assessments.send_self_assessment,
        actor=year.ani,
        appraisal_id=year.appraisal_id,
        declared=True,
        at=AT,
    )
    # two items with realisation, process and impact; seven values; one competency
    assert len(error.reasons) == 2 * 3 + 7 + 1


def test_without_the_declaration_it_is_not_sent():
    year = y.build_year()
    y.with_agreed_plan(year)
    y.fill_self_assessment(year)
    _refused(
        self_assessments.send_self_assessment,
        actor=year.ani,
        appraisal_id=year.appraisal_id,
        declared=False,
        at=AT,
    )


def test_level_five_needs_words():
    year = y.build_year()
    y.with_agreed_plan(year)
    y.fill_self_assessment(year)
    self_assessments.save_answer(**_value(year, level=5, revision=1))
    assert [reason.key for reason in self_form(year.appraisal).missing] == ["value:BP"]
    self_assessments.save_answer(**_value(year, level=5, text=y.LONG, revision=2))
    assert self_form(year.appraisal).missing == ()


def test_sending_gives_a_receipt_and_a_content_that_never_changes():
    year = y.build_year()
    y.with_self_assessment(year)
    submission = SelfSubmission.objects.get()
    assert submission.number.startswith("PD-2026-")
    assert submission.digest == fingerprint(canonical(submission.content))
    assert [Decimal(item["measures"][0]["realization"]) for item in submission.content["items"]] == [
        Decimal("98.4")
    ] * 2
    assert {value["level"] for value in submission.content["values"]} == {4}
    assert year.appraisal.self_state == SelfState.SENT
    _refused(self_assessments.save_answer, **_value(year, level=1, revision=1))


def test_withdrawn_and_sent_again_keeps_both_and_the_later_counts():
    year = y.build_year()
    y.with_self_assessment(year)
    self_assessments.withdraw_self_assessment(actor=year.ani, appraisal_id=year.appraisal_id, at=AT)
    assert standing_submission(year.appraisal) is None
    self_assessments.send_self_assessment(
        actor=year.ani, appraisal_id=year.appraisal_id, declared=True, at=AT
    )
    assert SelfSubmission.objects.count() == 2
    assert standing_submission(year.appraisal).version == 2


def test_after_the_window_it_is_not_withdrawn():
    year = y.build_year()
    y.with_self_assessment(year)
    _refused(
        self_assessments.withdraw_self_assessment,
        actor=year.ani,
        appraisal_id=year.appraisal_id,
        at=y.after(Phase.SELF_ASSESSMENT),
    )


def _returned(year, at):
    self_assessments.return_self_assessment(
        actor=year.budi, appraisal_id=year.appraisal_id, comment="Tambahkan bukti.", at=at
    )


def test_a_return_gives_three_days_and_happens_once():
    year = y.build_year()
    y.with_self_assessment(year)
    at = y.during(Phase.SUPERVISOR_REVIEW)
    _returned(year, at)
    assert year.appraisal.self_due_at == at + dt.timedelta(days=3)
    self_assessments.send_self_assessment(
        actor=year.ani, appraisal_id=year.appraisal_id, declared=True, at=at + dt.timedelta(days=2)
    )
    _refused(
        self_assessments.return_self_assessment,
        actor=year.budi,
        appraisal_id=year.appraisal_id,
        comment="Lagi.",
        at=at + dt.timedelta(days=2),
    )


def test_a_return_never_reaches_past_the_supervisors_window():
    year = y.build_year()
    y.with_self_assessment(year)
    _returned(year, y.after(Phase.SUPERVISOR_REVIEW) - dt.timedelta(days=1))
    assert year.appraisal.self_due_at == y.after(Phase.SUPERVISOR_REVIEW)


def test_a_return_during_self_assessment_takes_no_time_away():
    year = y.build_year()
    y.with_self_assessment(year)
    _returned(year, AT)
    assert year.appraisal.self_due_at == y.after(Phase.SELF_ASSESSMENT)


def test_after_the_deadline_of_a_return_the_earlier_version_counts():
    year = y.build_year()
    y.with_self_assessment(year)
    at = y.during(Phase.SUPERVISOR_REVIEW)
    _returned(year, at)
    late = at + dt.timedelta(days=3)
    _refused(
        self_assessments.send_self_assessment,
        actor=year.ani,
        appraisal_id=year.appraisal_id,
        declared=True,
        at=late,
    )
    close_self(year.cycle, at=late + dt.timedelta(minutes=1))
    assert year.appraisal.self_state == SelfState.RETURNED
    assert close_self(year.cycle, at=late + dt.timedelta(minutes=2)) == 1
    assert year.appraisal.self_state == SelfState.SENT
    assert standing_submission(year.appraisal).version == 1


def test_the_clock_sends_a_complete_draft_and_closes_an_incomplete_one():
    year = y.build_year()
    y.with_agreed_plan(year)
    y.fill_self_assessment(year)
    closing = y.after(Phase.SELF_ASSESSMENT)
    assert close_self(year.cycle, at=closing + dt.timedelta(minutes=1)) == 0
    # Ani is complete; the six others wrote nothing.
    assert close_self(year.cycle, at=closing + dt.timedelta(minutes=2)) == 7
    mine = year.appraisal
    assert (mine.self_state, mine.self_sent_by_clock) == (SelfState.SENT, True)
    assert standing_submission(mine).sent_by_clock is True
    assert sorted(type(mine).objects.values_list("self_state", flat=True)) == ["not_sent"] * 6 + ["sent"]
    before = _rows()
    assert close_self(year.cycle, at=closing + dt.timedelta(days=1)) == 0
    assert _rows() == before


def test_after_the_first_rating_it_is_neither_withdrawn_nor_returned():
    year = y.build_year()
    y.with_self_assessment(year)
    at = y.during(Phase.SUPERVISOR_REVIEW)
    y.rate_all(year, by=year.budi, at=at)
    ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=at)
    assert year.appraisal.rating_state == RatingState.FIRST_SAVED
    _refused(
        self_assessments.return_self_assessment,
        actor=year.budi,
        appraisal_id=year.appraisal_id,
        comment="Terlambat.",
        at=at,
    )
