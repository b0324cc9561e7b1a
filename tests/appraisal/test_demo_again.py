"""The invented year is the same at every start of a day, and can be made on any day of any year."""

import datetime as dt
import hashlib

import pytest
from django.db import transaction

from accounts.models import Employee, PersonnelNumber, Placement, RoleGrant
from accounts.selectors.data_quality import data_quality
from appraisal.demo import phases, places
from appraisal.demo.year import make_year
from appraisal.enums import CycleState, InvitationState
from appraisal.models import (
    Appraisal,
    Box,
    Cycle,
    DraftAnswer,
    Evidence,
    Invitation,
    JournalEntry,
    Measure,
    PhaseWindow,
    Plan,
    PlanItem,
    RatingRecord,
    Realization,
    Result,
    SelfSubmission,
)
from appraisal.selectors.facts import window_rows
from appraisal.services.assignments import assign_supervisors
from appraisal.services.clock import tick
from appraisal.services.openings import create_appraisals
from appraisal.windows import disorders, windows_for
from core.canonical import canonical
from core.clock import today
from indicators.imports import load_all
from indicators.models import Measurement, Target

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(400)]

AT = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)

MOVED_BY_TIME = ("self_state", "rating_state", "result_state", "passed_on_at")

# Reference data has ids of its own in every database, so it is named by its code.
BY_CODE = {
    "agency_id": "agency__code",
    "position_id": "position__title",
    "indicator_id": "indicator__name",
}
# What must be random: the ids of drawn invitations, and the fingerprint of reviews, which have random proofs.
BY_PAIR = {Invitation: ("appraisal", "reviewer"), Box: ("appraisal",)}
RANDOM = {(Invitation, "id"), (Box, "digest")}
KEY_MODELS = (
    Employee,
    Placement,
    RoleGrant,
    Cycle,
    PhaseWindow,
    Appraisal,
    Plan,
    PlanItem,
    Measure,
    Realization,
    Evidence,
    JournalEntry,
    DraftAnswer,
    SelfSubmission,
    RatingRecord,
    Result,
    Box,
    Invitation,
    Target,
    Measurement,
)


def digest():
    """A fingerprint of every key row, column by column."""
    sha = hashlib.sha256()
    for model in KEY_MODELS:
        columns = [
            field.attname for field in model._meta.concrete_fields if (model, field.name) not in RANDOM
        ]
        named = [BY_CODE.get(column, column) for column in columns]
        for row in model.objects.order_by(*BY_PAIR.get(model, ("pk",))).values_list(*named):
            plain = [str(cell) if not isinstance(cell, dict | list) else canonical(cell) for cell in row]
            sha.update("\t".join(plain).encode())
    numbers = PersonnelNumber.objects.order_by("employee_id").values_list("employee_id", "digits")
    sha.update(repr(list(numbers)).encode())
    return sha.hexdigest()


def made_at(at):
    """Make the year in a database of its own, as far as anybody can see; returns its digest."""
    with transaction.atomic():
        load_all(at=at)
        make_year(at=at)
        found = digest()
        transaction.set_rollback(True)
    return found


@pytest.mark.long
def test_two_starts_on_the_same_day_make_the_same_rows():
    first = made_at(AT)
    assert not Employee.objects.exists()
    assert made_at(AT) == first


@pytest.mark.long
@pytest.mark.parametrize(
    "day",
    [
        dt.date(2027, 1, 1),
        dt.date(2027, 1, 9),
        dt.date(2028, 2, 29),
        dt.date(2026, 7, 1),
        dt.date(2026, 12, 31),
    ],
)
def test_the_year_can_be_made_on_any_day(day):
    at = dt.datetime.combine(day, dt.time(1, 30), tzinfo=dt.UTC)
    load_all(at=at)
    make_year(at=at)
    cycle = Cycle.objects.get(state=CycleState.OPEN)
    assert cycle.year == day.year
    assert data_quality(today(at)).is_clean
    assert create_appraisals(cycle, day=today(at)) == 0
    assert assign_supervisors(cycle_id=cycle.pk, day=today(at)) == 0
    rows = window_rows(cycle.pk)
    assert disorders(rows) == ()
    here = {code: phases.phase_on(windows_for(f"KOTA/{code}/", rows), at) for code in places.PHASE_OF}
    assert here == places.PHASE_OF
    assert Box.objects.exclude(opened_at=None).count() > 400
    assert Invitation.objects.filter(state=InvitationState.ACCEPTED).count() > 1000
    before = list(Appraisal.objects.order_by("pk").values_list(*MOVED_BY_TIME))
    tick(at=at + dt.timedelta(minutes=1))
    after = list(Appraisal.objects.order_by("pk").values_list(*MOVED_BY_TIME))
    assert after == before
    for model, field in (
        (Plan, "agreed_at"),
        (SelfSubmission, "sent_at"),
        (RatingRecord, "saved_at"),
        (Invitation, "accepted_at"),
        (Box, "opened_at"),
    ):
        assert not model.objects.filter(**{f"{field}__gt": at}).exists()
    assert not Evidence.objects.filter(dated_on__gt=day).exists()
    for entry in JournalEntry.objects.select_related("appraisal"):
        assert entry.appraisal.first_day <= entry.happened_on <= min(entry.appraisal.last_day, day)
