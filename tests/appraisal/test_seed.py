"""Any number of employees for measuring: legal rows, the right supervisors, whole or not at all."""

import datetime as dt
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Agency, Employee, PersonnelNumber
from accounts.nip import parse_number
from accounts.selectors.data_quality import data_quality
from appraisal.demo.seed import seed
from appraisal.demo.shape import Shape, scattered
from appraisal.eligibility import refusals
from appraisal.enums import PlanState, ReviewGroup, SelfState
from appraisal.models import (
    Appraisal,
    Box,
    Cycle,
    Envelope,
    Invitation,
    Measure,
    Plan,
    PlanItem,
    Realization,
    SelfSubmission,
)
from appraisal.selectors.assessments import self_form
from appraisal.selectors.colleagues import ground_of, pair_with
from appraisal.selectors.draws import units_to_invite
from appraisal.services.assignments import assign_supervisors
from appraisal.services.boxes import open_due_boxes
from appraisal.services.openings import create_appraisals
from appraisal.services.submissions import self_content, with_proofs
from core.canonical import canonical, fingerprint
from core.clock import today
from indicators.imports import load_all

AT = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def reference(db):
    load_all(at=AT)


def test_a_thousand_employees_have_everything(reference):
    seed(1000, at=AT)
    cycle = Cycle.objects.get()
    assert Employee.objects.count() == 1001
    rows = Appraisal.objects.filter(cycle=cycle, plan_state=PlanState.AGREED, self_state=SelfState.SENT)
    assert rows.count() == Plan.objects.count() == SelfSubmission.objects.count() == 1000
    assert PlanItem.objects.count() == Measure.objects.count() == Realization.objects.count() == 3000
    assert Box.objects.count() == 1000
    # Everybody has four, but for the heads of the only agency and of its two divisions.
    assert Invitation.objects.count() == 997 * 4 + 2 * 1
    assert not Envelope.objects.exists()
    for agency in Agency.objects.filter(code__startswith="S0").select_related("parent"):
        assert agency.path == f"{agency.parent.path}{agency.code}/"
    for digits in PersonnelNumber.objects.values_list("digits", flat=True):
        assert parse_number(digits).warnings == ()


def test_supervisors_are_those_of_the_rule(reference):
    seed(1100, at=AT)
    cycle = Cycle.objects.get()
    assert create_appraisals(cycle, day=today(AT)) == 0
    assert assign_supervisors(cycle_id=cycle.pk, day=today(AT)) == 0
    assert data_quality(today(AT)).is_clean


def test_the_self_assessment_is_one_that_the_service_could_have_sent(reference):
    seed(60, at=AT)
    appraisal = Appraisal.objects.select_related("placement__position", "cycle").order_by("pk")[7]
    submission = SelfSubmission.objects.get(appraisal=appraisal)
    kept = self_content(with_proofs(appraisal, self_form(appraisal)))
    assert submission.digest == fingerprint(canonical(submission.content))
    assert submission.content.keys() == kept.keys()
    for part in ("items", "values", "competencies"):
        assert submission.content[part][0].keys() == kept[part][0].keys()
    assert submission.content["items"][0]["measures"] == kept["items"][0]["measures"]
    assert [item["key"] for item in submission.content["items"]] == [item["key"] for item in kept["items"]]


def test_reviewers_may_be_asked_and_the_clock_has_nothing_to_draw(reference):
    seed(120, at=AT)
    cycle = Cycle.objects.get()
    asked = Invitation.objects.select_related("appraisal__placement", "appraisal__agency", "reviewer")
    for invitation in asked.order_by("pk"):
        appraisal = invitation.appraisal
        pair = pair_with(ground_of(appraisal, at=AT), invitation.reviewer_id)
        assert refusals(replace(pair, asked=False), ReviewGroup.PEER) == ()
    assert set(asked.values_list("state", flat=True)) == {"approved", "accepted"}
    assert not units_to_invite(cycle, AT).exists()


def test_sealed_answers_on_request_open_every_box(reference):
    seed(60, at=AT, envelopes=True)
    cycle = Cycle.objects.get()
    over = AT + dt.timedelta(days=30)
    assert Envelope.objects.filter(sent=True, complete=True).count() == Invitation.objects.count() > 200
    open_due_boxes(at=over)
    opened = Box.objects.exclude(opened_at=None)
    assert opened.count() == Box.objects.filter(appraisal__cycle=cycle).count() == 60
    groups = [box.figures["peer"] for box in opened if box.figures]
    shown = [group["values"]["BP"] for group in groups if group["shown"]]
    assert {(value["n"], value["mean"]) for value in shown} == {(4, "4.0")}
    assert len(shown) > 50


@pytest.mark.parametrize("size", [50, 51, 999, 1000, 19_999, 20_001, 1_000_000])
def test_everybody_has_one_place_and_every_place_one_head(size):
    shape = Shape(size)
    sampled = [*range(0, size, max(1, size // 500)), size - 1]
    for number in sampled:
        place, is_head = shape.place_of(number)
        assert 0 <= place < shape.heads + shape.units
        assert is_head == (shape.head_of(place) == number)
        leader = shape.leader_of(number)
        assert leader is None or leader != number
    assert shape.place_of(size - 1)[0] == shape.heads + shape.units - 1
    assert shape.leader_of(None) is None


def test_ids_are_unique_among_kinds_and_numbers():
    ids = {scattered(kind, number) for kind in range(1, 11) for number in range(2000)}
    assert len(ids) == 10 * 2000


def test_only_an_empty_database_is_seeded(reference, capsys):
    call_command("seed", employees=60, skip_checks=True)
    assert capsys.readouterr().out.splitlines()[0] == "60"
    with pytest.raises(CommandError, match="there is a cycle already"):
        call_command("seed", employees=60, skip_checks=True)
    assert Appraisal.objects.count() == 60


def test_a_city_is_not_too_small_and_has_its_reference_data(db):
    with pytest.raises(CommandError, match="load_reference"):
        call_command("seed", employees=60, skip_checks=True)
    load_all(at=AT)
    with pytest.raises(CommandError, match="at least 50"):
        call_command("seed", employees=49, skip_checks=True)
    assert not Employee.objects.exists()
