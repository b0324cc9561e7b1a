"""Those who lead in a real browser: Budi agrees, returns, rates and sends; Citra sees below and rates what came to her."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.enums import ActingKind
from appraisal.enums import Phase, RatingState, Topic
from appraisal.models import Appraisal, DraftAnswer, RatingRecord
from appraisal.services import ratings
from appraisal.services.clock import tick
from core.clock import now
from tests.appraisal import leading as led
from tests.factories.people import ActingFactory
from tests.journeys.entering import enter
from tests.walk import Stage, World, build_world

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LOOKS = [("light", 360), ("dark", 360), ("light", 1280), ("dark", 1280)]
VALUES = 7
LONG = "Pada bulan Mei ia mendampingi tiga sekolah sampai datanya lengkap."


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


def choose(page: Page, name: str, value: str) -> None:
    """Press a rating card: its whole row is the target."""
    page.locator(f"li:has(input[name={name}][value='{value}']) label").click()
    expect(page.locator(f"input[name={name}][value='{value}']")).to_be_checked()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


@pytest.fixture
def review() -> World:
    """Everybody stands somewhere else, and supervisor review is open."""
    world = build_world(Stage.SELF_SENT, now=now())
    led.send_plan(world, led.appraisal_of(world, "hadi"))
    led.send_plan(world, led.appraisal_of(world, "intan"))
    led.send_self(world, led.appraisal_of(world, "mira"))
    led.open_now(world.cycle, Phase.SUPERVISOR_REVIEW)
    led.make_ready(led.appraisal_of(world, "mira"), world.city.budi, timezone.now())
    return world


# --- every page in every look -------------------------------------------------------------------


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_of_those_who_lead_is_accessible(page_factory, axe, review, theme, width) -> None:
    ani, mira = review.ani, led.appraisal_of(review, "mira")
    item = led.form_of(ani, review.city.budi).items[0].key
    page = page_factory(theme=theme, width=width)
    enter(page, review.city.budi)
    for address in (
        reverse("team"),
        f"{reverse('team')}?q=nobody",
        reverse("send_ready"),
        reverse("team_plan", args=[led.appraisal_of(review, "hadi").pk]),
        reverse("team_plan", args=[ani.pk]),
        reverse("rate", args=[ani.pk]),
        reverse("rate_item", args=[ani.pk, item]),
        reverse("rate_value", args=[ani.pk, "BP"]),
        reverse("rate_competency", args=[ani.pk, "INT"]),
        reverse("rate_feedback", args=[ani.pk]),
        reverse("rate_check", args=[ani.pk]),
        reverse("rate_first", args=[ani.pk]),
        reverse("return_self", args=[ani.pk]),
        reverse("rate", args=[mira.pk]),
        reverse("rate_overall", args=[mira.pk]),
        reverse("rate_check", args=[mira.pk]),
        reverse("rate_send", args=[mira.pk]),
    ):
        assert page.goto(address).status == 200
        axe(page)
    page.goto(reverse("rate_item", args=[ani.pk, item]))
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator(".error-summary")).to_be_focused()
    axe(page)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_of_calibration_and_of_standing_in_is_accessible(page_factory, axe, theme, width) -> None:
    world = build_world(Stage.RATED, now=now())
    ani = world.ani
    change = {"level": 5, "reason": LONG, "incident_on": ani.first_day.isoformat()}
    led.save(ani, world.city.budi, Topic.VALUE, "BP", change, timezone.now())
    ActingFactory(employee=world.city.intan, agency=world.city.school, kind=ActingKind.PLH)
    visits = (
        (world.city.budi, [reverse("rate", args=[ani.pk]), reverse("rate_revise", args=[ani.pk])]),
        (world.city.citra, [reverse("team_below"), reverse("team"), reverse("rate", args=[ani.pk])]),
        (world.city.intan, [reverse("team_stand_in"), reverse("rate", args=[ani.pk])]),
    )
    for person, addresses in visits:
        page = page_factory(theme=theme, width=width)
        enter(page, person)
        for address in addresses:
            assert page.goto(address).status == 200
            axe(page)


# --- journeys -----------------------------------------------------------------------------------


def test_budi_agrees_to_one_plan_and_returns_another(page_factory, review) -> None:
    page = page_factory()
    enter(page, review.city.budi)
    page.goto(reverse("team"))
    page.get_by_role("link", name="Read the plan Hadi Gunawan").click()
    heading(page, "Hadi Gunawan")
    page.get_by_role("button", name="Agree to the plan").click()
    expect(page.get_by_text("You agreed to the plan of Hadi Gunawan.")).to_be_visible()

    page.goto(reverse("team"))
    page.get_by_role("link", name="Read the plan Intan Permata").click()
    page.get_by_text("Return it with a comment").click()
    page.get_by_role("button", name="Return the plan").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_label("What should be mended?").fill("Tambahkan ukuran mutu.")
    page.get_by_role("button", name="Return the plan").click()
    expect(page.get_by_text("The plan was returned to Intan Permata with your comment.")).to_be_visible()
    states = {name: led.appraisal_of(review, name).plan_state for name in ("hadi", "intan")}
    assert states == {"hadi": "agreed", "intan": "returned"}


@pytest.mark.parametrize("scripts", [True, False])
def test_budi_rates_ani_from_the_first_page_to_the_sent_rating(page_factory, review, scripts: bool) -> None:
    day = review.ani.first_day.isoformat()
    page = page_factory(width=1280 if scripts else 360, java_script_enabled=scripts)
    enter(page, review.city.budi)
    page.goto(reverse("team"))
    page.get_by_role("link", name="Rate Ani Suryani").click()
    expect(page.get_by_text("0 of 11 parts are rated.")).to_be_visible()
    page.get_by_role("link", name="Go on with kenari-rencana").click()

    expect(page.get_by_text("98.4 persen")).to_be_visible()
    choose(page, "rating", "above")
    page.get_by_label("Reason and a real event").fill(LONG)
    page.get_by_role("button", name="Save and go on").click()
    choose(page, "rating", "meets")
    page.get_by_role("button", name="Save and go on").click()
    for number in range(1, VALUES + 1):
        expect(page.get_by_text(f"Core value {number} of 7")).to_be_visible()
        assert page.locator("input[type=radio]:checked").count() == 0
        choose(page, "level", "3")
        page.get_by_role("button", name="Save and go on").click()
    for number in range(1, 3):
        expect(page.get_by_text(f"Competency {number} of 2")).to_be_visible()
        choose(page, "level", "2")
        page.get_by_role("button", name="Save and go on").click()

    expect(page.get_by_text("11 of 11 parts are rated.")).to_be_visible()
    expect(page.get_by_text("All seven values are the same.")).to_be_visible()
    assert "What the employee chose" not in page.content()
    page.get_by_role("main").get_by_role("link", name="Save the first rating").click()
    page.get_by_role("button", name="Yes, save the first rating").click()
    expect(page.get_by_text("The levels that Ani Suryani chose now stand beside yours.")).to_be_visible()
    page.get_by_role("link", name="Nilai BP").click()
    expect(page.get_by_text("Level 4: Tingkat 4.")).to_be_visible()
    choose(page, "level", "4")
    page.get_by_label("Reason and a real event").fill(LONG)
    page.get_by_label("Day of the event").fill(day)
    page.get_by_role("button", name="Save and come back later").click()

    page.get_by_role("link", name="Overall ratings", exact=True).click()
    expect(page.get_by_text("Of 7 values, 1 are above expectation and 0 below.")).to_be_visible()
    choose(page, "results", "above")
    choose(page, "behavior", "meets")
    page.get_by_role("button", name="Save and go on to Feedback").click()
    page.get_by_label("Strength", exact=True).fill(LONG)
    page.get_by_label("To improve", exact=True).fill("Mulai menulis catatan sejak awal tahun.")
    page.get_by_text("More under “Agreed next step”").click()
    page.get_by_label("Agreed next step", exact=True).fill("Mengirim rangkuman data setiap akhir bulan.")
    page.get_by_role("button", name="Save and check").click()

    expect(page.get_by_role("heading", name="Check before you send")).to_be_visible()
    page.get_by_label("Why did you change your first rating?").fill(LONG)
    page.get_by_role("button", name="Keep the reason and go on").click()
    heading(page, "Send the rating of Ani Suryani?")
    page.get_by_role("button", name="Yes, send now").click()
    expect(page.get_by_text("The rating of Ani Suryani was sent.")).to_be_visible()
    expect(page.get_by_text("First rating: Level 3, counts as: Meets expectation")).to_be_visible()
    assert review.ani.rating_state == RatingState.SENT
    assert [one.stage for one in RatingRecord.objects.filter(appraisal=review.ani).order_by("version")] == [
        "first",
        "final",
    ]


def test_budi_sends_all_that_are_ready_and_reads_what_was_sent(page_factory, review) -> None:
    page = page_factory(width=360)
    enter(page, review.city.budi)
    page.goto(reverse("team"))
    page.get_by_role("link", name="Send all that are ready").click()
    heading(page, "Send the ratings of 1 people?")
    expect(page.get_by_text("0 of 11 parts are rated.")).to_be_visible()
    page.get_by_role("button", name="Yes, send now").click()
    heading(page, "What was sent")
    expect(page.get_by_text("One rating was sent.")).to_be_visible()
    expect(page.get_by_role("link", name="Mira Rahayu")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Mira Rahayu")).to_be_visible()
    assert led.appraisal_of(review, "mira").rating_state == RatingState.SENT


def test_what_is_written_saves_itself_and_two_tabs_are_told_apart(page_factory, review) -> None:
    address = reverse("rate_value", args=[review.ani.pk, "BP"])
    first = page_factory()
    enter(first, review.city.budi)
    first.goto(address)
    second = first.context.new_page()
    second.goto(address)

    choose(first, "level", "4")
    expect(first.locator("[data-autosave-status]")).to_contain_text(re.compile(r"Saved at \d\d:\d\d"))
    second.get_by_label("Reason and a real event").fill("Dari tab kedua.")
    expect(second.get_by_text("Which version do you want to keep?")).to_be_visible(timeout=15_000)
    second.get_by_role("button", name="Use this one").click()
    expect(second.locator("[data-autosave-status]")).to_contain_text(re.compile(r"Saved at \d\d:\d\d"))

    stored = DraftAnswer.objects.get(
        appraisal=review.ani, author=review.city.budi, topic=Topic.VALUE, key="BP"
    )
    assert stored.data["reason"] == "Dari tab kedua."
    assert first.evaluate("Object.keys(localStorage).length") == 0


def test_a_session_that_ends_while_budi_writes_loses_no_word(page_factory, review) -> None:
    page = page_factory()
    enter(page, review.city.budi)
    page.goto(reverse("rate_feedback", args=[review.ani.pk]))
    page.get_by_label("Strength", exact=True).fill(LONG)
    Session.objects.all().delete()
    cache.clear()
    page.get_by_role("button", name="Save and check").click()
    heading(page, "Sign in")
    page.get_by_label("NIP or NI PPPK").fill("budi")
    page.get_by_label("Password", exact=True).fill("empat gajah menyeberang")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Strength", exact=True)).to_have_value(LONG)
    assert not DraftAnswer.objects.filter(appraisal=review.ani, author=review.city.budi).exists()


def test_citra_sees_below_her_supervisors_and_rates_what_came_to_her(page_factory, review) -> None:
    led.open_now(review.cycle, Phase.CALIBRATION)
    tick(at=timezone.now())
    page = page_factory()
    enter(page, review.city.citra)
    page.goto(reverse("team"))
    page.get_by_role("link", name="Below my supervisors").click()
    expect(page.get_by_role("heading", name="Budi Hermawan")).to_be_visible()
    expect(page.get_by_text("Ratings that were not sent in time have come to you: 2.")).to_be_visible()
    page.get_by_role("link", name="Rate Ani Suryani").click()
    expect(page.get_by_text("0 of 11 parts are rated.")).to_be_visible()

    led.make_ready(review.ani, review.city.citra, timezone.now())
    page.reload()
    page.get_by_role("main").get_by_role("link", name="Check and send").click()
    page.get_by_role("link", name="Send the rating").click()
    page.get_by_role("button", name="Yes, send now").click()
    expect(page.get_by_text("The rating of Ani Suryani was sent.")).to_be_visible()
    mine = Appraisal.objects.get(pk=review.ani.pk)
    assert (mine.rated_by, mine.superior) == (review.city.citra, review.city.kartika)


def test_budi_revises_in_calibration_with_a_reason(page_factory) -> None:
    world = build_world(Stage.RATED, now=now())
    page = page_factory(width=360)
    enter(page, world.city.budi)
    page.goto(reverse("rate", args=[world.ani.pk]))
    page.get_by_role("link", name="Change Nilai AK").click()
    choose(page, "level", "5")
    page.get_by_role("button", name="Save and come back later").click()
    page.get_by_role("link", name="Changed and not revised yet: 1. Look and revise").click()
    page.get_by_label("Why do you revise the rating?").fill("Bukti tambahan baru terbaca.")
    page.get_by_role("button", name="Revise the rating").click()
    expect(page.get_by_text("The rating was revised. The earlier one is kept beside it.")).to_be_visible()
    expect(page.get_by_text("Bukti tambahan baru terbaca.")).to_be_visible()
    assert world.ani.rating_state == RatingState.REVISED
    assert ratings.RatingRecord.objects.count() == 3
