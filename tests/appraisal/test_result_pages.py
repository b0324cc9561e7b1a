"""The result as its readers see it: the gate, the page, opening, confirming, computing again, the document."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from appraisal.enums import (
    Phase,
    Predicate,
    RatingState,
    ResultState,
    Topic,
)
from appraisal.models import Appraisal, Cycle, Result
from appraisal.selectors.ratings import rating_form
from appraisal.selectors.results import outcomes, verification_code, verify_result
from appraisal.services import ratings
from appraisal.services.results import COMMENT_LIMIT
from core.access_log import AccessLogEntry
from core.audit import AuditEvent
from core.clock import day_end, now, today
from core.notifications import Notification
from tests.appraisal.result_readers import address, at_stage, rows, text_of, visitor
from tests.factories.people import PlacementFactory, until
from tests.factories.process import AppraisalFactory
from tests.walk import CANARIES, Stage, World, build_world, send_rating, show_to_supervisors

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


# --- before and at the gate ---------------------------------------------------------------------


@pytest.mark.parametrize("stage", [Stage.RATED, Stage.WITH_SUPERVISOR])
def test_before_publication_there_is_no_page_for_the_employee(stage: Stage) -> None:
    world = at_stage(stage)
    client = visitor(world, "ani")

    for route in ("result", "result_verify", "result_document"):
        assert client.get(address(world, route)).status_code == 404
    assert client.post(address(world, "result_receive")).status_code == 404
    assert world.ani.result_received_at is None


def test_the_gate_says_what_opening_means_and_shows_nothing_of_the_result() -> None:
    world = at_stage(Stage.PUBLISHED)
    before = rows()

    page = text_of(visitor(world, "ani"), address(world))

    assert "Open my result" in page
    assert "14 days for an objection" in page
    assert "PP 30/2019, Pasal 59" in page
    result = world.ani.result
    hidden = [str(Predicate(result.predicate).label), "expectation", result.digest[:4], *CANARIES.values()]
    assert [word for word in hidden if word in page] == []
    assert (world.ani.result_state, world.ani.result_received_at) == (ResultState.PUBLISHED, None)
    assert rows() == before
    assert not AccessLogEntry.objects.exists()


@pytest.mark.parametrize("route", ["result_verify", "result_document"])
def test_nothing_goes_round_the_gate(route: str) -> None:
    world = at_stage(Stage.PUBLISHED)
    answer = visitor(world, "ani").get(address(world, route))
    assert (answer.status_code, answer.url) == (302, address(world))


# --- opening ------------------------------------------------------------------------------------


def test_opening_is_a_post_and_the_receipt() -> None:
    world = at_stage(Stage.PUBLISHED)
    client = visitor(world, "ani")
    assert client.get(address(world, "result_receive")).status_code == 405

    answer = client.post(address(world, "result_receive"))

    assert (answer.status_code, answer.url) == (302, address(world))
    ani = world.ani
    assert ani.result_state == ResultState.RECEIVED
    assert ani.objection_due_at == day_end(today(ani.result_received_at) + dt.timedelta(days=14))
    assert AuditEvent.objects.get(act="result.received").actor == world.city.ani


def test_opening_twice_is_opening_once() -> None:
    world = at_stage(Stage.RECEIVED)
    client = visitor(world, "ani")
    received_at, before = world.ani.result_received_at, rows()

    answer = client.post(address(world, "result_receive"), follow=True)

    assert answer.status_code == 200
    assert "has already been done" not in answer.content.decode()
    assert world.ani.result_received_at == received_at
    assert rows() == before


@pytest.mark.parametrize("name", ["budi", "citra", "kartika", "dewi", "gita", "fajar"])
def test_nobody_opens_the_result_for_the_employee(name: str) -> None:
    world = at_stage(Stage.PUBLISHED)
    before = rows()
    assert visitor(world, name).post(address(world, "result_receive")).status_code == 403
    assert world.ani.result_state == ResultState.PUBLISHED
    assert rows() == before


# --- the page -----------------------------------------------------------------------------------


def test_the_page_says_the_predicate_and_how_it_came_about() -> None:
    world = at_stage(Stage.RECEIVED)
    page = text_of(visitor(world, "ani"), address(world))

    assert '<span class="verdict d-block">Very good</span>' in page
    assert "Results of work: <b>above expectation</b>. Behaviour at work: <b>above expectation</b>." in page
    assert f"Decided by {world.city.budi.name}" in page
    assert "You received it on" in page
    assert "You are here" in page
    assert "1 of 1 counted results are above" not in page  # the additional result counts as well
    assert "2 of 2 counted results are above expectation. No main result is below." in page
    assert "Target 95 persen. Realisation 98.4 persen." in page
    assert "The answers were still sealed when the rating was sent." in page
    number = world.ani.submissions.get().number
    assert f"Receipt number {number}" in page
    assert world.ani.result.digest[:4] in page
    for words in (CANARIES["plan"], CANARIES["rating"], CANARIES["feedback"], CANARIES["next_step"]):
        assert words in page
    for words in (CANARIES["self"], CANARIES["journal"], CANARIES["private_note"]):
        assert words not in page


def test_strengths_stand_before_what_to_improve_and_both_before_the_origin() -> None:
    world = at_stage(Stage.RECEIVED)
    page = text_of(visitor(world, "ani"), address(world))
    order = ['id="strong"', CANARIES["feedback"], 'id="improve"', CANARIES["next_step"], 'id="origin"']
    assert [page.index(part) for part in order] == sorted(page.index(part) for part in order)


def test_the_employee_learns_to_whom_an_objection_goes_and_until_when() -> None:
    world = at_stage(Stage.RECEIVED)
    page = " ".join(text_of(visitor(world, "ani"), address(world)).split())

    assert f"It goes in writing to {world.city.citra.name}" in page
    assert "The decision comes within 14 days and is final." in page
    assert "23:59" in page
    assert "The form for objections is not part of this version yet." in page
    assert verification_code(world.ani, world.ani.result) in page


def test_after_the_deadline_the_page_says_that_time_is_over() -> None:
    world = at_stage(Stage.RECEIVED)
    Appraisal.objects.filter(pk=world.ani.pk).update(objection_due_at=now() - dt.timedelta(minutes=1))
    page = text_of(visitor(world, "ani"), address(world))
    assert "The time for an objection ended on" in page
    assert "The form for objections is not part" not in page


def test_without_a_superior_the_objection_goes_to_bkpsdm() -> None:
    world = at_stage(Stage.RECEIVED)
    Appraisal.objects.filter(pk=world.ani.pk).update(superior=None)
    assert "Write to BKPSDM Kota Bandung" in text_of(visitor(world, "ani"), address(world))


def test_competencies_stand_beside_what_the_position_asks_in_words_and_as_a_table() -> None:
    world = at_stage(Stage.RECEIVED)
    root_page = text_of(visitor(world, "ani"), address(world))
    section = root_page[root_page.index('id="competencies"') :]
    assert "The position asks for level" in root_page
    assert "As the position asks." in section or "still to grow" in section or "more than" in section
    assert section.count("<svg") >= 1
    assert "See it as a table" in section


def test_a_change_in_calibration_is_told_with_both_records_and_the_reason() -> None:
    world = build_world(Stage.FIRST_SAVED, now=now())
    send_rating(world)
    budi = world.actor("budi")
    at = world.during(Phase.CALIBRATION)
    form = rating_form(world.ani, budi.id)
    changed = form.items[0].key
    ratings.save_rating_answer(
        actor=budi,
        appraisal_id=world.ani.pk,
        topic=Topic.ITEM,
        key=changed,
        data={"rating": "meets", "reason": "Target tahun ini ringan.", "incident_on": None},
        revision=form.answers.revision(Topic.ITEM, changed),
        at=at,
    )
    ratings.save_rating_answer(
        actor=budi,
        appraisal_id=world.ani.pk,
        topic=Topic.OVERALL,
        key="overall",
        data={
            "results": "meets",
            "results_reason": "Satu rencana utama sesuai ekspektasi.",
            "behavior": "above",
            "behavior_reason": "",
        },
        revision=rating_form(world.ani, budi.id).answers.revision(Topic.OVERALL, "overall"),
        at=at,
    )
    ratings.revise_rating(
        actor=budi, appraisal_id=world.ani.pk, reason="Dibandingkan dengan rekan sejabatan.", at=at
    )
    show_to_supervisors(world)

    page = " ".join(text_of(visitor(world, "citra"), address(world)).split())

    assert "Changed in calibration on" in page
    assert "Very good became Good" in page
    assert f"{world.city.budi.name} gave this reason: “Dibandingkan dengan rekan sejabatan.”" in page
    assert "Before: Above expectation." in page
    assert "The rule suggested: Above expectation." in page
    assert verify_result(world.ani).is_same


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_the_employee_takes_as_many_queries_with_one_other_result_as_with_three(
    count: int, django_assert_num_queries
) -> None:
    world = at_stage(Stage.RECEIVED)
    for back in range(1, count + 1):
        past_result(world, world.cycle.year - back)
    client = visitor(world, "ani")
    client.get(address(world))
    with django_assert_num_queries(8):
        page = client.get(address(world)).content.decode()
    assert page.count("Poor.") == count


@pytest.mark.parametrize("count", [1, 3])
def test_other_readers_cost_one_insert_more(count: int, django_assert_num_queries) -> None:
    world = at_stage(Stage.RECEIVED)
    for back in range(1, count + 1):
        past_result(world, world.cycle.year - back)
    client = visitor(world, "budi")
    client.get(address(world))
    with django_assert_num_queries(9):
        client.get(address(world))


def past_result(world: World, year: int, *, state: ResultState = ResultState.ACKNOWLEDGED) -> Appraisal:
    """Ani's acknowledged result of an earlier year, at the same placement and with the same supervisor."""
    cycle = Cycle.objects.create(
        year=year, state="closed", opened_at=now() - dt.timedelta(days=900), closed_at=now()
    )
    moment = now() - dt.timedelta(days=300)
    past = AppraisalFactory(
        cycle=cycle,
        placement=world.ani.placement,
        supervisor=world.city.budi,
        superior=world.city.citra,
        rated_by=world.city.budi,
        plan_agreed_at=moment,
        rating_first_saved_at=moment,
        rating_sent_at=moment,
        rating_state=RatingState.CONFIRMED,
        result_state=state,
        result_published_at=moment,
        result_received_at=moment,
        objection_due_at=moment,
        result_acknowledged_at=moment,
        first_day=dt.date(year, 1, 1),
        last_day=dt.date(year, 12, 31),
    )
    Result.objects.create(
        appraisal=past,
        tree=world.ani.result.tree,
        digest=world.ani.result.digest,
        rule_version="2026.1",
        predicate="poor",
        result_rating="meets",
        behavior_rating="below",
        computed_at=moment,
    )
    return past


def test_an_unopened_other_result_does_not_tell_its_predicate() -> None:
    world = at_stage(Stage.RECEIVED)
    past_result(world, world.cycle.year - 1, state=ResultState.PUBLISHED)
    page = text_of(visitor(world, "ani"), address(world))
    assert "Not opened yet." in page
    assert "Poor." not in page


def test_the_two_parts_of_a_year_lead_to_each_other() -> None:
    world = at_stage(Stage.RECEIVED)
    first = past_result(world, world.cycle.year - 1)
    earlier = PlacementFactory(
        employee=world.city.ani,
        agency=world.city.other_school,
        period=until(dt.date(2019, 12, 31), dt.date(2019, 1, 1)),
    )
    Appraisal.objects.filter(pk=first.pk).update(
        cycle=world.cycle, placement=earlier, agency=world.city.other_school
    )
    page = " ".join(text_of(visitor(world, "ani"), address(world)).split())
    assert f"The part of the year at {world.city.other_school.name}" in page
    assert reverse("result", args=[first.pk]) in page
    assert "This result is for" in page


# --- who looked ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("budi", "result.supervisor"),
        ("citra", "result.superior"),
        ("kartika", "result.agency_head"),
        ("dewi", "result.hr"),
        ("gita", "result.hr"),
        ("fajar", "audit"),
    ],
)
def test_each_look_of_somebody_else_is_logged_once_an_hour(name: str, purpose: str) -> None:
    world = at_stage(Stage.RECEIVED)
    client = visitor(world, name)
    for route in ("result", "result", "result_verify", "result_document"):
        assert client.get(address(world, route)).status_code == 200

    entry = AccessLogEntry.objects.get()
    assert (entry.actor, entry.object_id, entry.purpose) == (
        world.city.person(name),
        world.ani.pk,
        purpose,
    )
    assert (entry.hour.minute, entry.hour.second) == (0, 0)


def test_a_look_at_a_result_writes_nothing_but_the_log() -> None:
    world = at_stage(Stage.RECEIVED)
    before, stored = rows(), Appraisal.objects.values().get(pk=world.ani.pk)
    for name in ("ani", "budi"):
        for route in ("result", "result_verify", "result_document"):
            visitor(world, name).get(address(world, route))
    assert rows() == before
    assert Appraisal.objects.values().get(pk=world.ani.pk) == stored


def test_no_granted_role_reaches_ones_own_result() -> None:
    world = at_stage(Stage.WITH_SUPERVISOR)
    own = world.ani.pk
    Appraisal.objects.filter(pk=own).update(employee=world.city.fajar)
    assert not outcomes(world.actor("fajar")).filter(pk=own).exists()


# --- confirming to have read --------------------------------------------------------------------


def test_confirming_keeps_the_comment_and_tells_the_supervisor() -> None:
    world = at_stage(Stage.RECEIVED)
    client = visitor(world, "ani")

    answer = client.post(address(world), {"comment": "Terima kasih. <b>Saya</b> ingin bicara."}, follow=True)

    assert "You have confirmed having read the result." in answer.content.decode()
    ani = world.ani
    assert (ani.result_state, ani.acknowledgement_comment) == (
        ResultState.ACKNOWLEDGED,
        "Terima kasih. <b>Saya</b> ingin bicara.",
    )
    said = Notification.objects.get(kind="result.acknowledged")
    assert (said.recipient, said.path) == (world.city.budi, address(world))
    assert "Terima kasih" not in str(said.params)
    page = text_of(visitor(world, "budi"), address(world))
    assert "Terima kasih. &lt;b&gt;Saya&lt;/b&gt; ingin bicara." in page


def test_a_comment_is_not_needed() -> None:
    world = at_stage(Stage.RECEIVED)
    visitor(world, "ani").post(address(world), {"comment": "  "})
    assert (world.ani.result_state, world.ani.acknowledgement_comment) == (ResultState.ACKNOWLEDGED, "")


def test_a_second_confirmation_changes_nothing() -> None:
    world = at_stage(Stage.RECEIVED)
    client = visitor(world, "ani")
    client.post(address(world), {"comment": "Pertama."})
    moment, before = world.ani.result_acknowledged_at, rows()

    answer = client.post(address(world), {"comment": "Kedua."}, follow=True)

    assert "The first comment stands." in answer.content.decode()
    assert (world.ani.acknowledgement_comment, world.ani.result_acknowledged_at) == ("Pertama.", moment)
    assert rows() == before


def test_a_text_that_is_too_long_is_refused_and_kept() -> None:
    world = at_stage(Stage.RECEIVED)
    before = rows()
    long = "panjang " * (COMMENT_LIMIT // 8 + 1)

    answer = visitor(world, "ani").post(address(world), {"comment": long})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(r"<title>\s*Error:", page), page[page.index("<title>") :][:200]
    assert "Shorten it to 4,000 at most." in page
    assert long.strip() in page
    assert world.ani.result_state == ResultState.RECEIVED
    assert rows() == before


def test_confirming_before_opening_leads_to_the_gate_and_changes_nothing() -> None:
    world = at_stage(Stage.PUBLISHED)
    before = rows()
    answer = visitor(world, "ani").post(address(world), {"comment": "Terlalu cepat."})
    assert "Open my result" in answer.content.decode()
    assert world.ani.result_state == ResultState.PUBLISHED
    assert rows() == before


def test_a_comment_whose_session_died_comes_back_into_the_form() -> None:
    world = at_stage(Stage.RECEIVED)
    client = Client()
    answer = client.post(address(world), {"comment": "Jangan hilang."})
    carried = re.search(r'name="carried" value="([^"]+)"', answer.content.decode()).group(1)
    client.force_login(world.city.ani)

    page = client.post(address(world), {"carried": carried}).content.decode()

    assert "Jangan hilang." in page
    assert world.ani.result_state == ResultState.RECEIVED
