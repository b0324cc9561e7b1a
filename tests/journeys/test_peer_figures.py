"""What peers said in a real browser: Ani reads and reports, two people hide, Budi changes a rating with a reason."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from appraisal.enums import Phase
from appraisal.models import RatingRecord, WordReport
from core.clock import now
from indicators.models import CoreValue
from tests.appraisal.opened import PEER, SUBORDINATE, answer, open_box
from tests.journeys.entering import enter
from tests.walk import Stage, World, build_world, publish, receive, send_rating, show_to_supervisors

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LOOKS = [("light", 360), ("dark", 360), ("light", 1280), ("dark", 1280)]


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


def opened(stage: Stage) -> World:
    world = build_world(stage, now=now())
    code = CoreValue.objects.order_by("order")[0].code
    open_box(
        world.ani,
        {
            PEER: [*(answer(4) for _n in range(3)), answer(2), answer(5, **{code: 0})],
            SUBORDINATE: [answer(3), answer(4)],
        },
        at=world.during(Phase.PEER_REVIEW),
    )
    return world


def address(world: World, route: str = "peer_figures", *more: str) -> str:
    return reverse(route, args=[world.ani.pk, *more])


def test_ani_reads_what_colleagues_say_and_two_people_hide_a_text(page_factory) -> None:
    world = opened(Stage.SELF_SENT)
    page = page_factory()
    enter(page, world.city.ani)
    page.goto(reverse("overview", args=[world.ani.pk]))
    page.get_by_role("link", name="What your colleagues say").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What your colleagues say")
    expect(page.get_by_text("5 asked, 5 answered.")).to_be_visible()
    expect(page.get_by_text("Fewer than three people answered, so neither figures")).to_be_visible()
    page.get_by_role("link", name="Report this text").first.click()
    page.get_by_role("button", name="Report the text").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_label("What is wrong with this text?").fill("Menyerang pribadi.")
    page.get_by_role("button", name="Report the text").click()
    expect(page.get_by_role("status")).to_contain_text("The text is reported.")
    expect(page.get_by_text("Reported. HR looks at it.")).to_be_visible()

    for person in (world.city.dewi, world.city.gita):
        enter(page, person)
        page.goto(reverse("inbox"))
        page.get_by_role("button", name="A text of a reviewer was reported").click()
        page.get_by_label("hid", exact=False).first.check()
        page.get_by_label("Reason").fill("Tidak pantas dan tidak benar.")
        page.get_by_role("button", name="Decide").click()
    assert WordReport.objects.get().state == "hidden"

    enter(page, world.city.ani)
    page.goto(address(world))
    expect(page.get_by_text("Hidden by two people: Tidak pantas dan tidak benar.")).to_be_visible()


def test_budi_changes_a_value_after_reading_and_says_why(page_factory) -> None:
    world = opened(Stage.FIRST_SAVED)
    page = page_factory(width=360)
    enter(page, world.city.budi)
    value = CoreValue.objects.order_by("order")[1].code
    page.goto(address(world, "rate_value", value))
    expect(page.get_by_role("heading", name="What colleagues say")).to_be_visible()
    page.locator("label[for=id_level_2]").click()
    page.get_by_role("button", name="Save and come back later").click()
    expect(page.get_by_role("status")).to_contain_text("Saved. You can go on at any time.")
    page.goto(address(world, "rate_check"))
    page.get_by_label("Why did you change your first rating?").fill(
        "Rekan menyebut kejadian yang belum saya lihat sendiri."
    )
    page.get_by_role("button", name="Keep the reason and go on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Send the rating")
    page.get_by_role("button", name="Yes, send now").click()
    expect(page.get_by_text("Rekan menyebut kejadian")).to_be_visible()
    assert RatingRecord.objects.get(stage="final").reason.startswith("Rekan menyebut")


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_pages_of_what_colleagues_say_are_clean(page_factory, axe, theme: str, width: int) -> None:
    world = opened(Stage.FIRST_SAVED)
    page: Page = page_factory(width=width, theme=theme)
    value = CoreValue.objects.order_by("order")[1].code
    for person, url in (
        (world.city.ani, address(world)),
        (world.city.budi, address(world)),
        (world.city.budi, address(world, "rate_value", value)),
        (world.city.dewi, reverse("word_reports")),
        (world.city.dewi, reverse("agency_peers")),
        (world.city.gita, reverse("cycle_peers", args=[world.cycle.pk])),
        (world.city.ani, reverse("rules")),
    ):
        enter(page, person)
        page.goto(url)
        axe(page)


def test_the_result_with_peers_is_clean_and_prints(page_factory, axe) -> None:
    world = opened(Stage.FIRST_SAVED)
    for step in (send_rating, show_to_supervisors, publish, receive):
        step(world)
    page = page_factory(width=360)
    enter(page, world.city.ani)
    page.goto(address(world, "result"))
    expect(page.get_by_role("heading", name="What colleagues say")).to_be_visible()
    axe(page)
    page.goto(address(world, "result_document"))
    expect(page.get_by_text("Feedback of colleagues, for reference")).to_be_visible()
    axe(page)
