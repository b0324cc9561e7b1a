"""The database accepts every move of the table with its stamps, and no state without them."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, models, transaction

from appraisal.enums import (
    NotAssessedReason,
    PlanState,
    RatingState,
    ResultState,
    SelfState,
    Track,
)
from appraisal.models import Appraisal, Plan
from appraisal.workflow import TRANSITIONS
from tests.factories.people import EmployeeFactory
from tests.factories.process import AppraisalFactory

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 12, 12, 3, tzinfo=dt.UTC)

# What the row says in each state of a track: the stamps that belong to it.
FIRST_SAVED = {"rating_first_saved_at": AT}
RATED = {**FIRST_SAVED, "rating_sent_at": AT, "rated_by": "supervisor", "plan_agreed_at": AT}
CONFIRMED = {**RATED, "rating_state": RatingState.CONFIRMED}
PUBLISHED = {**CONFIRMED, "result_published_at": AT}
RECEIVED = {**PUBLISHED, "result_received_at": AT, "objection_due_at": AT + dt.timedelta(days=14)}
STAMPS: dict[tuple[Track, models.TextChoices], dict[str, object]] = {
    (Track.PLAN, PlanState.DRAFT): {},
    (Track.PLAN, PlanState.SENT): {},
    (Track.PLAN, PlanState.RETURNED): {},
    (Track.PLAN, PlanState.AGREED): {"plan_agreed_at": AT},
    (Track.SELF_ASSESSMENT, SelfState.DRAFT): {},
    (Track.SELF_ASSESSMENT, SelfState.SENT): {"self_sent_at": AT},
    (Track.SELF_ASSESSMENT, SelfState.RETURNED): {
        "self_returned_at": AT,
        "self_due_at": AT + dt.timedelta(days=3),
        "self_return_comment": "Lengkapi bukti butir kedua.",
    },
    (Track.SELF_ASSESSMENT, SelfState.NOT_SENT): {},
    (Track.RATING, RatingState.OPEN): {},
    (Track.RATING, RatingState.FIRST_SAVED): FIRST_SAVED,
    (Track.RATING, RatingState.SENT): RATED,
    (Track.RATING, RatingState.REVISED): RATED,
    (Track.RATING, RatingState.CONFIRMED): RATED,
    (Track.RATING, RatingState.NOT_ASSESSED): {"not_assessed_reason": NotAssessedReason.UNRATED},
    (Track.RESULT, ResultState.HIDDEN): {},
    (Track.RESULT, ResultState.WITH_SUPERVISOR): CONFIRMED,
    (Track.RESULT, ResultState.PUBLISHED): PUBLISHED,
    (Track.RESULT, ResultState.RECEIVED): RECEIVED,
    (Track.RESULT, ResultState.ACKNOWLEDGED): {**RECEIVED, "result_acknowledged_at": AT},
}
COLUMNS = {
    Track.PLAN: "plan_state",
    Track.SELF_ASSESSMENT: "self_state",
    Track.RATING: "rating_state",
    Track.RESULT: "result_state",
}
EMPTY = {"self_return_comment": "", "not_assessed_reason": "", "rating_state": RatingState.SENT}


def row_in(track: Track, state: models.TextChoices, **changes: object) -> Appraisal:
    """An appraisal that stands in this state."""
    values = {COLUMNS[track]: state, **STAMPS[track, state], **changes}
    if values.get("rated_by") == "supervisor":
        values["rated_by"] = EmployeeFactory()
    return AppraisalFactory(**values)


def test_each_state_of_each_track_has_its_stamps_here() -> None:
    assert set(STAMPS) == {
        (track, state)
        for track, states in (
            (Track.PLAN, PlanState),
            (Track.SELF_ASSESSMENT, SelfState),
            (Track.RATING, RatingState),
            (Track.RESULT, ResultState),
        )
        for state in states
    }


@pytest.mark.parametrize(
    ("track", "action", "source"),
    [
        (track, action, source)
        for (track, action), move in TRANSITIONS.items()
        if track in COLUMNS
        for source in sorted(move.sources)
    ],
)
def test_the_database_accepts_every_move_with_its_stamps(track, action, source) -> None:
    target = TRANSITIONS[track, action].target
    appraisal = row_in(track, source)
    stamps = dict(STAMPS[track, target])
    if source == RatingState.NOT_ASSESSED:
        stamps["not_assessed_reason"] = ""
    if "rated_by" in stamps:
        stamps["rated_by"] = appraisal.rated_by or appraisal.supervisor

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    Appraisal.objects.filter(pk=appraisal.pk).update(**{COLUMNS[track]: target, **stamps})

    appraisal.refresh_from_db()
    assert getattr(appraisal, COLUMNS[track]) == target
    appraisal.validate_constraints()


@pytest.mark.parametrize(
    ("track", "state", "stamp"),
    [(track, state, stamp) for (track, state), stamps in STAMPS.items() for stamp in stamps],
)
def test_no_state_goes_without_one_of_its_stamps(track, state, stamp: str) -> None:
    with pytest.raises(IntegrityError, match="violates check constraint"), transaction.atomic():
        row_in(track, state, **{stamp: EMPTY.get(stamp)})
    assert not Appraisal.objects.exists()


@pytest.mark.parametrize("column", COLUMNS.values())
@pytest.mark.parametrize("value", ["", "lost", "SENT"])
def test_states_outside_the_table_are_refused(column: str, value: str) -> None:
    appraisal = row_in(Track.RATING, RatingState.CONFIRMED)
    with pytest.raises(IntegrityError, match=f"appraisal_{column}_known"), transaction.atomic():
        Appraisal.objects.filter(pk=appraisal.pk).update(**{column: value})
    appraisal.refresh_from_db()
    assert appraisal.rating_state == RatingState.CONFIRMED


def test_a_blank_comment_is_no_comment() -> None:
    with pytest.raises(IntegrityError, match="appraisal_self_returned_with_comment"), transaction.atomic():
        row_in(Track.SELF_ASSESSMENT, SelfState.RETURNED, self_return_comment=" \n ")


def test_a_reason_for_not_being_assessed_stands_only_there() -> None:
    with pytest.raises(IntegrityError, match="appraisal_not_assessed_has_a_reason"), transaction.atomic():
        AppraisalFactory(not_assessed_reason=NotAssessedReason.LEFT)
    with pytest.raises(IntegrityError, match="appraisal_not_assessed_has_a_reason"), transaction.atomic():
        row_in(Track.RATING, RatingState.NOT_ASSESSED, not_assessed_reason="lost")


@pytest.mark.parametrize("rating", [state for state in RatingState if state != RatingState.CONFIRMED])
def test_a_result_is_shown_only_of_a_confirmed_rating(rating: RatingState) -> None:
    appraisal = row_in(Track.RATING, rating, plan_agreed_at=AT)
    with pytest.raises(IntegrityError, match="appraisal_result_only_when_confirmed"), transaction.atomic():
        Appraisal.objects.filter(pk=appraisal.pk).update(result_state=ResultState.WITH_SUPERVISOR)


def test_nobody_supervises_themselves() -> None:
    appraisal = AppraisalFactory()
    with pytest.raises(IntegrityError, match="appraisal_nobody_supervises_themselves"), transaction.atomic():
        Appraisal.objects.filter(pk=appraisal.pk).update(supervisor=appraisal.employee)


def test_a_placement_is_appraised_once_in_a_cycle() -> None:
    appraisal = AppraisalFactory()
    with pytest.raises(IntegrityError, match="appraisal_once_per_placement"), transaction.atomic():
        AppraisalFactory(cycle=appraisal.cycle, placement=appraisal.placement)


def test_a_segment_has_days() -> None:
    with pytest.raises(IntegrityError, match="appraisal_segment_in_order"), transaction.atomic():
        AppraisalFactory(first_day=dt.date(2026, 12, 31), last_day=dt.date(2026, 1, 1))


# --- versions of a plan -------------------------------------------------------------------------

VERSIONS = {
    PlanState.DRAFT: {},
    PlanState.SENT: {"sent_at": AT},
    PlanState.RETURNED: {"returned_at": AT, "return_comment": "Tambahkan target mutu."},
    PlanState.AGREED: {"sent_at": AT, "agreed_at": AT, "agreed_by": "supervisor"},
}


def version(
    state: PlanState, *, number: int = 1, appraisal: Appraisal | None = None, **changes: object
) -> Plan:
    """One version of a plan in this state."""
    appraisal = appraisal or AppraisalFactory()
    values = {**VERSIONS[state], **changes}
    if values.get("agreed_by") == "supervisor":
        values["agreed_by"] = appraisal.supervisor
    return Plan.objects.create(appraisal=appraisal, version=number, state=state, created_at=AT, **values)


@pytest.mark.parametrize("state", list(PlanState))
def test_a_version_carries_the_stamps_of_its_state(state: PlanState) -> None:
    assert version(state).state == state
    for stamp in VERSIONS[state]:
        with pytest.raises(IntegrityError, match="violates check constraint"), transaction.atomic():
            version(state, **{stamp: "" if stamp == "return_comment" else None})
    assert Plan.objects.count() == 1


def test_only_one_version_is_open_and_a_change_has_a_reason() -> None:
    appraisal = AppraisalFactory()
    version(PlanState.AGREED, appraisal=appraisal)
    with pytest.raises(IntegrityError, match="plan_change_has_a_reason"), transaction.atomic():
        version(PlanState.DRAFT, number=2, appraisal=appraisal)
    version(PlanState.DRAFT, number=2, appraisal=appraisal, change_reason="Target provinsi berubah.")
    with pytest.raises(IntegrityError, match="plan_one_open_version"), transaction.atomic():
        version(PlanState.SENT, number=3, appraisal=appraisal, change_reason="Sekali lagi.")
    with pytest.raises(IntegrityError, match="plan_version_once"), transaction.atomic():
        version(PlanState.AGREED, number=1, appraisal=appraisal)
