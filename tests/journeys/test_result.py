"""The end of the year in a real browser: Dewi publishes, Budi sees, the clock opens, Ani receives, Fajar audits."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import PersonnelNumber
from appraisal.enums import Phase, ResultState
from appraisal.models import Publication
from appraisal.services.clock import tick
from appraisal.services.publications import publish_due
from core.access_log import AccessLogEntry
from core.clock import now
from tests.appraisal.leading import open_now
from tests.journeys.entering import enter
from tests.walk import CANARIES, Stage, World, build_world

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LOOKS = [("light", 360), ("dark", 360), ("light", 1280), ("dark", 1280)]
REASON = "Penilai sakit; penilaian menyusul tahun depan."


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def result_of(world: World, name: str = "ani", route: str = "result") -> str:
    return reverse(route, args=[world.appraisals[name].pk])


# --- the whole way ------------------------------------------------------------------------------


def test_from_publication_to_the_confirmation_and_the_audit(page_factory) -> None:
    world = build_world(Stage.RATED, now=now())
    open_now(world.cycle, Phase.PUBLICATION)
    tick(at=now())
    page = page_factory()

    enter(page, world.city.dewi)
    page.goto("/")
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Publication").click()
    expect(page.get_by_role("row", name=world.city.dinas.name)).to_contain_text("Ready to be published")
    page.get_by_role("link", name=world.city.dinas.name).click()
    expect(page.get_by_role("row", name=world.city.hadi.name)).to_contain_text("There is no agreed plan.")
    page.get_by_role("link", name="Publish the results").click()
    heading(page, f"Publish the results of {world.city.dinas.name}?")
    page.get_by_role("button", name="Yes, publish the results").click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary")).to_contain_text("Why are they left out?")
    page.get_by_label("Why are they left out?").fill(REASON)
    page.get_by_role("button", name="Yes, publish the results").click()
    expect(page.get_by_role("status")).to_contain_text("The results are published.")
    expect(page.get_by_role("link", name="Take the results back")).to_be_visible()

    enter(page, world.city.budi)
    page.goto(result_of(world))
    heading(page, f"Performance predicate of {world.city.ani.name}")
    expect(page.locator(".verdict")).to_have_text("Very good")
    expect(page.get_by_role("heading", name="Your steps")).to_have_count(0)

    enter(page, world.city.ani)
    assert page.goto(result_of(world)).status == 404
    publish_due(at=Publication.objects.get().to_employees_at)

    page.goto("/kotak-masuk/")
    page.get_by_role("button", name="Your result for").click()
    heading(page, "is here")
    expect(page.get_by_role("main")).not_to_contain_text("Very good")
    page.get_by_role("button", name="Open my result").click()
    expect(page.locator(".verdict")).to_have_text("Very good")
    assert world.ani.result_state == ResultState.RECEIVED

    page.get_by_text(CANARIES["plan"]).click()
    expect(page.get_by_text("Target 95 persen. Realisation 98.4 persen.").first).to_be_visible()
    page.get_by_text("What is not counted").click()
    expect(page.get_by_text("The answers were still sealed when the rating was sent.")).to_be_visible()
    page.get_by_role("link", name="Compute it again").click()
    heading(page, "Computed again: the same")
    page.get_by_role("link", name="Back to the result").click()

    page.get_by_label("Your comment").fill("Terima kasih, saya ingin membicarakan langkah berikutnya.")
    page.get_by_role("button", name="Confirm having read").click()
    expect(page.get_by_role("status")).to_contain_text("You have confirmed having read the result.")
    expect(page.get_by_role("heading", name="You have read it")).to_be_visible()
    page.get_by_role("link", name="Evaluation document").click()
    heading(page, "Employee performance evaluation document")
    expect(page.get_by_text("Terima kasih, saya ingin membicarakan")).to_be_visible()

    enter(page, world.city.fajar)
    page.goto(reverse("audit"))
    page.get_by_label("NIP or NI PPPK").fill(PersonnelNumber.objects.get(employee=world.city.ani).digits)
    page.get_by_role("button", name="Open the record").click()
    heading(page, world.city.ani.name)
    assert page.url.endswith(reverse("audit_record", args=[world.ani.pk]))
    expect(page.get_by_role("region", name="Events")).to_contain_text("Confirmed having read the result")

    enter(page, world.city.ani)
    page.goto("/")
    page.get_by_role("link", name="Who sees my data").click()
    expect(page.get_by_role("row", name=world.city.fajar.name)).to_contain_text("Read the record as auditor")
    expect(page.get_by_role("row", name=world.city.budi.name)).to_contain_text(
        "Read the result as the supervisor"
    )
    assert AccessLogEntry.objects.count() == 2


def test_results_are_taken_back_before_anybody_has_opened(page_factory) -> None:
    world = build_world(Stage.PUBLISHED, now=now())
    page = page_factory(width=360)
    enter(page, world.city.gita)
    page.goto(reverse("publication", args=[world.cycle.year, world.city.dinas.pk]))
    page.get_by_role("link", name="Take the results back").click()
    page.get_by_label("Why are the results taken back?").fill("Dua penilaian tertukar.")
    page.get_by_role("button", name="Take the results back").click()
    expect(page.get_by_text("Dua penilaian tertukar.")).to_be_visible()
    assert world.ani.result_state == ResultState.HIDDEN


def test_without_javascript_a_result_is_opened_and_confirmed(page_factory) -> None:
    world = build_world(Stage.PUBLISHED, now=now())
    page = page_factory(java_script_enabled=False)
    enter(page, world.city.ani)
    page.goto(result_of(world))
    page.get_by_role("button", name="Open my result").click()
    page.get_by_label("Your comment").fill("Sudah saya baca.")
    page.get_by_role("button", name="Confirm having read").click()
    expect(page.get_by_role("heading", name="You have read it")).to_be_visible()
    assert world.ani.acknowledgement_comment == "Sudah saya baca."


# --- on paper -----------------------------------------------------------------------------------


def test_on_paper_every_line_is_open_and_menu_and_buttons_are_gone(page_factory) -> None:
    world = build_world(Stage.RECEIVED, now=now())
    page = page_factory()
    enter(page, world.city.ani)
    page.goto(result_of(world))
    page.emulate_media(media="print")

    expect(page.get_by_text("Target 95 persen. Realisation 98.4 persen.").first).to_be_visible()
    expect(page.get_by_text("Verification code").first).to_be_visible()
    for gone in (".site-head", ".site-foot", "main form"):
        expect(page.locator(gone).first).not_to_be_visible()


def test_the_document_prints_two_signatures_side_by_side(page_factory) -> None:
    world = build_world(Stage.RECEIVED, now=now())
    page = page_factory(width=720)
    enter(page, world.city.ani)
    page.goto(result_of(world, route="result_document"))
    page.emulate_media(media="print")
    left, right = (page.locator(".signature").nth(number).bounding_box() for number in (0, 1))
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]


# --- every page in every look -------------------------------------------------------------------


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_before_opening_is_accessible(page_factory, axe, theme, width) -> None:
    world = build_world(Stage.PUBLISHED, now=now())
    page = page_factory(theme=theme, width=width)
    unit = [world.cycle.year, world.city.dinas.pk]
    for name, address in (
        ("ani", result_of(world)),
        ("hadi", result_of(world, "hadi")),
        ("gita", reverse("publications")),
        ("dewi", reverse("publication", args=unit)),
        ("dewi", reverse("publication_recall", args=unit)),
    ):
        enter(page, world.city.person(name))
        page.goto(address)
        axe(page)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_after_opening_is_accessible(page_factory, axe, theme, width) -> None:
    world = build_world(Stage.RECEIVED, now=now())
    page = page_factory(theme=theme, width=width)
    for name, address in (
        ("ani", result_of(world)),
        ("ani", result_of(world, route="result_verify")),
        ("ani", result_of(world, route="result_document")),
        ("budi", result_of(world)),
        ("fajar", reverse("audit")),
        ("fajar", f"{reverse('audit')}?q=nobody"),
        ("fajar", reverse("audit_record", args=[world.ani.pk])),
        ("ani", reverse("access_history")),
        ("ani", reverse("rules")),
    ):
        enter(page, world.city.person(name))
        page.goto(address)
        for details in page.locator("main details:not([open]) > summary").all():
            if details.is_visible():
                details.click()
        axe(page)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_page_before_publishing_is_accessible(page_factory, axe, theme, width) -> None:
    world = build_world(Stage.RATED, now=now())
    open_now(world.cycle, Phase.PUBLICATION)
    page = page_factory(theme=theme, width=width)
    unit = [world.cycle.year, world.city.dinas.pk]
    enter(page, world.city.dewi)
    page.goto(reverse("publication", args=unit))
    axe(page)
    page.goto(reverse("publish", args=unit))
    axe(page)
    page.get_by_role("button", name="Yes, publish the results").click()
    axe(page)
