"""HR's pages of publication: what they show, publish and recall, and what they never show."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from appraisal.enums import (
    Phase,
    ResultState,
)
from appraisal.models import Appraisal, PhaseWindow
from appraisal.selectors.publications import (
    left_out,
    publication_units,
    publishing_units,
    unit_page,
)
from appraisal.services import publications
from appraisal.services.clock import tick
from core.clock import now
from tests.appraisal.publishing import (
    REASON,
    at_stage,
    everything,
    publish,
    rated,
    recall,
)
from tests.factories.people import EmployeeFactory, PlacementFactory, RoleGrantFactory
from tests.factories.process import AppraisalFactory
from tests.walk import CANARIES, Stage, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


def visitor(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.city.person(name))
    return client


def address(world: World, route: str = "publication", unit: object = None) -> str:
    return reverse(route, args=[world.cycle.year, unit or world.city.dinas.pk])


def test_the_list_shows_the_agencies_of_the_scope() -> None:
    world = rated()
    assert [unit.name for unit in publishing_units(world.actor("gita")).order_by("name")] == [
        "Dinas Kesehatan",
        "Dinas Pendidikan",
    ]
    assert list(publishing_units(world.actor("dewi"))) == [world.city.dinas]
    assert list(publishing_units(world.actor("nina"))) == []


def test_the_list_says_where_each_agency_stands() -> None:
    world = rated()
    tick(at=now())

    def stages(by: str = "gita") -> dict[str, str]:
        rows = publication_units(world.actor(by), world.cycle, at=now()).page.rows
        return {row.unit.name: row.stage for row in rows}

    assert stages() == {"Dinas Kesehatan": "waiting", "Dinas Pendidikan": "ready"}
    publication = publish(world)
    assert stages()["Dinas Pendidikan"] == "with_supervisors"
    publications.publish_due(at=publication.to_employees_at)
    assert stages()["Dinas Pendidikan"] == "published"
    recall(world, publication)
    assert stages()["Dinas Pendidikan"] == "ready"
    window = PhaseWindow.objects.filter(cycle=world.cycle, phase=Phase.PUBLICATION)
    window.update(opens_at=now() + dt.timedelta(days=1))
    assert stages()["Dinas Pendidikan"] == "early"
    window.update(opens_at=now() - dt.timedelta(days=9), closes_at=now() - dt.timedelta(days=1))
    assert stages()["Dinas Pendidikan"] == "late"


def test_the_list_counts_as_of_the_last_tick() -> None:
    world = rated()
    tick(at=now())
    (row,) = publication_units(world.actor("dewi"), world.cycle, at=now()).page.rows
    total = Appraisal.objects.within(world.city.dinas.path).count()
    assert (row.rated, row.unrated, row.total) == (1, total - 1, total)


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_take_as_many_queries_for_one_as_for_three(count: int, django_assert_num_queries) -> None:
    world = rated()
    tick(at=now())
    Appraisal.objects.within(world.city.dinas.path).exclude(pk=world.ani.pk).delete()
    for _n in range(count):
        placement = PlacementFactory(agency=world.city.school)
        AppraisalFactory(cycle=world.cycle, placement=placement, supervisor=world.city.budi)
    client = visitor(world, "gita")
    client.get(reverse("publications"))
    with django_assert_num_queries(8):
        client.get(reverse("publications"))
    with django_assert_num_queries(11):
        page = client.get(address(world)).content.decode()
    assert page.count("There is no agreed plan.") == count


def test_the_page_shows_counts_names_and_reasons_but_no_content() -> None:
    world = rated()
    for stage in ("before", "after"):
        if stage == "after":
            publish(world)
        for route in ("publication", "publish", "publication_recall"):
            page = visitor(world, "dewi").get(address(world, route), follow=True).content.decode()
            assert [name for name, words in CANARIES.items() if words.split(":")[0] in page] == []
            assert "expectation" not in page
            assert "Very good" not in page


def test_who_is_left_out_is_listed_with_the_person_whose_move_it_is() -> None:
    world = rated()
    rows = {row.name: (str(row.reason), row.whose) for row in left_out(world.cycle, world.city.dinas).rows}
    hadi, budi = world.city.hadi.name, world.city.budi.name
    assert rows[hadi] == ("There is no agreed plan.", budi)
    Appraisal.objects.filter(pk=world.appraisals["hadi"].pk).update(plan_agreed_at=now())
    rows = {row.name: (str(row.reason), row.whose) for row in left_out(world.cycle, world.city.dinas).rows}
    assert rows[hadi] == ("The rating was not sent.", budi)
    Appraisal.objects.filter(pk=world.appraisals["hadi"].pk).update(passed_on_at=now())
    rows = {row.name: (str(row.reason), row.whose) for row in left_out(world.cycle, world.city.dinas).rows}
    assert rows[hadi] == (
        "The rating had passed to the superior and was not sent.",
        world.city.citra.name,
    )
    assert world.city.ani.name not in rows


def test_publishing_by_the_page() -> None:
    world = rated()
    client = visitor(world, "dewi")
    assert "Publish the results" in client.get(address(world)).content.decode()

    answer = client.post(address(world, "publish"), {"reason": REASON}, follow=True)

    page = answer.content.decode()
    assert "The results are published. Supervisors have been told." in page
    assert REASON in page
    assert world.ani.result_state == ResultState.WITH_SUPERVISOR


def test_a_missing_reason_is_asked_for_and_nothing_changes() -> None:
    world = rated()
    before = everything()
    answer = visitor(world, "dewi").post(address(world, "publish"), {"reason": ""})
    assert answer.status_code == 200
    assert "Why are they left out?" in answer.content.decode()
    assert everything() == before


def test_a_refusal_keeps_the_typed_reason() -> None:
    world = rated()
    PhaseWindow.objects.filter(cycle=world.cycle, phase=Phase.PUBLICATION).update(
        opens_at=now() + dt.timedelta(days=1)
    )
    before = everything()
    page = (
        visitor(world, "dewi").post(address(world, "publish"), {"reason": "Sudah ditulis."}).content.decode()
    )
    assert "Sudah ditulis." in page
    assert "only while the publication phase of this agency is open" in page
    assert everything() == before


def test_a_second_click_on_publish_shows_what_happened() -> None:
    world = rated()
    client = visitor(world, "dewi")
    client.post(address(world, "publish"), {"reason": REASON})
    before = everything()
    page = client.post(address(world, "publish"), {"reason": REASON}, follow=True).content.decode()
    assert "These results are published already." in page
    assert everything() == before


def test_recalling_by_the_page() -> None:
    world = rated()
    client = visitor(world, "dewi")
    publish(world)
    page = client.post(
        address(world, "publication_recall"), {"reason": "Tertukar."}, follow=True
    ).content.decode()
    assert "The results are taken back." in page
    assert "Tertukar." in page
    assert world.ani.result_state == ResultState.HIDDEN


def test_when_somebody_has_opened_the_page_says_so_and_does_nothing() -> None:
    world = at_stage(Stage.RECEIVED)
    client = visitor(world, "dewi")
    assert "An employee has already opened a result." in client.get(address(world)).content.decode()
    before = everything()
    page = client.post(address(world, "publication_recall"), {"reason": "Terlambat."}, follow=True)
    assert "can no longer be recalled" in page.content.decode()
    assert everything() == before


def test_an_unknown_year_or_unit_is_not_there() -> None:
    world = rated()
    client = visitor(world, "gita")
    assert client.get(reverse("publication", args=[1999, world.city.dinas.pk])).status_code == 404
    assert client.get(address(world, unit=uuid.uuid4())).status_code == 404
    assert client.get(address(world, unit=world.city.school.pk)).status_code == 404


def test_hr_of_a_school_publishes_the_school() -> None:
    world = rated()
    person = EmployeeFactory(login="tata")
    RoleGrantFactory(employee=person, role=Role.HR_AGENCY, agency=world.city.school)
    client = Client()
    client.force_login(person)
    assert client.get(address(world, unit=world.city.school.pk)).status_code == 200
    assert client.get(address(world)).status_code == 404


def test_looking_at_the_pages_writes_nothing() -> None:
    world = at_stage(Stage.WITH_SUPERVISOR)
    before = everything()
    for route in ("publication", "publish", "publication_recall"):
        visitor(world, "gita").get(address(world, route))
    visitor(world, "gita").get(reverse("publications"))
    assert everything() == before


def test_the_page_of_a_unit_counts_who_has_opened() -> None:
    world = at_stage(Stage.RECEIVED)
    page = unit_page(world.cycle, world.city.dinas, at=now())
    assert (page.opened, page.may_recall, page.publication.included) == (1, False, 1)
