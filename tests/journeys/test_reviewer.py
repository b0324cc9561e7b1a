"""Hadi in a real browser: from the first value to the receipt, without network, session or script, and on two devices."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from appraisal.ballot import value_order
from appraisal.enums import InvitationState
from appraisal.models import Invitation
from core.clock import now
from tests.appraisal import peers as p
from tests.appraisal.reviewing import EVENT, draft, fill, inside, mine, reviewing_world, url
from tests.appraisal.year import CODES
from tests.journeys.entering import enter
from tests.walk import World

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LOOKS = [("light", 360), ("dark", 360), ("light", 1280), ("dark", 1280)]
STATUS = "[data-autosave-status] [role=status]"
RECEIPT = re.compile(r"^(?:[0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{2}$")
# What a page could have left on the device.
KEPT_HERE = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, await indexedDB.databases(), await caches.keys(), document.cookie,
])"""


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def world() -> World:
    return reviewing_world()


def saved(page: Page) -> None:
    """Wait until the page says that it is saved."""
    expect(page.locator(STATUS)).to_contain_text("Saved at", timeout=10_000)
    expect(page.locator("form[data-autosave]")).not_to_have_attribute("data-unsaved", "yes")


def choose(page: Page, answer: str) -> None:
    """Choose as a finger does: anywhere on the row."""
    page.locator(".rating label").filter(has_text=answer).click()
    expect(page.get_by_role("radio", name=answer)).to_be_checked()


def receipt_on(page: Page) -> str:
    shown = page.locator(".receipt .no")
    expect(shown).to_have_text(RECEIPT)
    return shown.inner_text()


def test_from_the_promise_to_the_receipt_and_a_new_answer(page_factory, world) -> None:
    page = page_factory(width=360)
    enter(page, world.city.hadi)
    order = value_order(mine(world).pk, CODES)
    page.goto(url(world, "peer_value", order[0]))
    expect(page.get_by_text("whoever controls the running server together with its key")).to_be_visible()
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    choose(page, "Tingkat 5")
    page.get_by_role("button", name="Save and go on to").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Tell an event that shows what to keep").click()
    expect(page.get_by_label("What to keep")).to_be_focused()
    page.get_by_label("What to keep").fill(EVENT)
    saved(page)
    page.get_by_role("button", name="Save and go on to").click()
    for place, code in enumerate(order[1:], start=2):
        expect(page).to_have_url(re.compile(f"{url(world, 'peer_value', code)}$"))
        expect(page.get_by_text(f"value {place} of 7")).to_be_visible()
        expect(page.get_by_text("whoever controls the running server")).to_be_hidden()
        choose(page, "Not enough observed" if place == 7 else "Tingkat 3")
        page.get_by_role("button", name="Save and go on to").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Check your answers")
    expect(page.get_by_text("It counts also if you do not send it")).to_be_visible()
    page.get_by_role("button", name="Send the answer").click()
    receipt = receipt_on(page)
    assert inside(world)["sent"]["receipt"] == receipt
    page.get_by_role("link", name="Where the receipt is checked").click()
    expect(page.get_by_text("Receipts can be checked once the answers have been opened")).to_be_visible()
    page.goto(url(world, "peer_check"))
    assert EVENT not in page.content()
    assert receipt not in page.content()
    page.get_by_role("link", name="Write a new answer").click()
    page.get_by_role("button", name="Write a new answer").click()
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    expect(page.get_by_label("What to keep")).to_have_value("")
    assert inside(world)["sent"]["receipt"] == receipt


def test_what_is_typed_is_saved_by_itself_and_remarked_upon(page_factory, world) -> None:
    page = page_factory()
    enter(page, world.city.hadi)
    page.goto(url(world, "peer_value", "BP"))
    expect(page.get_by_text("Nothing written yet.")).to_be_visible()
    choose(page, "Tingkat 4")
    page.get_by_label("What to keep").fill("Saya sebagai bendahara dibantu Joko.")
    saved(page)
    remarks = page.locator("[data-notes]")
    expect(remarks).to_contain_text("tells which post you hold")
    expect(remarks).to_contain_text("The text names somebody (Joko)")
    page.get_by_label("What to keep").fill(EVENT)
    expect(remarks).to_be_empty(timeout=10_000)
    saved(page)
    assert draft(world, "BP") == {"level": 4, "strength": EVENT, "wish": ""}
    page.reload()
    expect(page.get_by_role("radio", name="Tingkat 4")).to_be_checked()
    expect(page.get_by_text("Everything you wrote so far is saved.")).to_be_visible()


def test_without_network_the_page_says_so_and_the_device_keeps_nothing(page_factory, world) -> None:
    page = page_factory()
    enter(page, world.city.hadi)
    page.goto(url(world, "peer_value", "BP"))
    page.context.set_offline(True)
    choose(page, "Tingkat 4")
    page.get_by_label("What to keep").fill(EVENT)
    expect(page.locator(STATUS)).to_contain_text("Do not close this page", timeout=10_000)
    assert draft(world, "BP") is None
    assert "kenari" not in page.evaluate(KEPT_HERE)
    page.context.set_offline(False)
    saved(page)
    assert draft(world, "BP")["strength"] == EVENT
    assert "kenari" not in page.evaluate(KEPT_HERE)
    assert "draft:" not in page.evaluate(KEPT_HERE)


def test_leaving_unsaved_words_warns_first(page_factory, world) -> None:
    page = page_factory()
    enter(page, world.city.hadi)
    page.goto(url(world, "peer_value", "BP"))
    page.context.set_offline(True)
    page.get_by_label("What to keep").press_sequentially("Belum tersimpan.")
    expect(page.locator(STATUS)).to_contain_text("Do not close this page", timeout=10_000)
    with page.expect_event("dialog") as warning:
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.close(run_before_unload=True)
    assert warning.value.type == "beforeunload"
    page.context.set_offline(False)
    saved(page)
    assert draft(world, "BP")["strength"] == "Belum tersimpan."


def test_a_session_lost_in_mid_typing_loses_nothing(page_factory, world) -> None:
    page = page_factory()
    enter(page, world.city.hadi)
    page.goto(url(world, "peer_value", "BP"))
    choose(page, "Tingkat 4")
    saved(page)
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("What to keep").fill(EVENT)
    expect(page.locator(STATUS)).to_contain_text("you have been signed out", timeout=10_000)
    assert "kenari" not in page.evaluate(KEPT_HERE)
    other = page.context.new_page()
    enter(other, world.city.hadi)
    page.get_by_label("What to keep").press_sequentially(" Selesai.")
    saved(page)
    assert draft(world, "BP") == {"level": 4, "strength": f"{EVENT} Selesai.", "wish": ""}


def test_two_devices_are_shown_both_versions(page_factory, world) -> None:
    phone, desk = page_factory(width=360), page_factory()
    for page in (phone, desk):
        enter(page, world.city.hadi)
        page.goto(url(world, "peer_value", "BP"))
    phone.get_by_label("What to keep").fill("Dari ponsel.")
    saved(phone)
    desk.get_by_label("What to keep").fill("Dari kantor.")
    choice = desk.get_by_role("group", name="Two versions of your answers")
    expect(choice).to_contain_text("Dari ponsel.", timeout=10_000)
    expect(choice).to_contain_text("Dari kantor.")
    expect(choice).to_contain_text("The other one, saved elsewhere")
    choice.get_by_role("button", name="Use the other one").click()
    expect(desk.get_by_label("What to keep")).to_have_value("Dari ponsel.")
    assert draft(world, "BP")["strength"] == "Dari ponsel."


def test_a_cancelled_invitation_says_so_while_one_types(page_factory, world) -> None:
    page = page_factory()
    enter(page, world.city.hadi)
    page.goto(url(world, "peer_value", "BP"))
    page.get_by_label("What to keep").fill(EVENT)
    saved(page)
    Invitation.objects.update(state=InvitationState.WITHDRAWN, comment="Salah orang.", ended_at=now())
    page.get_by_label("What to keep").press_sequentially(" Lagi.")
    expect(page.locator(STATUS)).to_contain_text("This invitation has ended.", timeout=10_000)
    page.get_by_role("button", name="Save and go on to").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nothing was saved")
    expect(page.get_by_label("What you wrote, text 1")).to_have_value(f"{EVENT} Lagi.")
    page.wait_for_load_state("networkidle")


def test_everything_works_without_script(page_factory, world) -> None:
    page = page_factory(width=360, java_script_enabled=False)
    enter(page, world.city.hadi)
    order = value_order(mine(world).pk, CODES)
    fill(world, 3, codes=order[1:])
    page.goto(url(world, "peer_value", order[0]))
    choose(page, "Tingkat 1")
    page.get_by_role("button", name="Save and go on to").click()
    expect(page.get_by_role("alert")).to_contain_text("Tell what to start or stop")
    page.get_by_label("What to start or stop").fill(p.WISH)
    page.get_by_role("button", name="Save and go on to").click()
    expect(page).to_have_url(re.compile(f"{url(world, 'peer_value', order[1])}$"))
    page.goto(url(world, "peer_check"))
    page.get_by_role("button", name="Send the answer").click()
    assert inside(world)["sent"]["receipt"] == receipt_on(page)


# --- every page is for everybody ----------------------------------------------------------------


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_of_the_answer_is_accessible(page_factory, axe, theme, width, world) -> None:
    page = page_factory(theme=theme, width=width)
    enter(page, world.city.hadi)
    page.goto(url(world, "peer_value", "BP"))
    axe(page)
    for summary in page.locator("details.note summary").all():
        if summary.locator("xpath=..").get_attribute("open") is None:
            summary.click()
    page.get_by_label("What to keep").fill("Saya sebagai bendahara dibantu Joko.")
    saved(page)
    expect(page.locator("[data-notes]")).to_contain_text("Joko")
    axe(page)
    page.get_by_role("button", name="Save and go on to").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose one answer")
    axe(page)
    page.goto(url(world, "peer_check"))
    axe(page)
    fill(world, 4, codes=[code for code in CODES if code != "BP"])
    page.goto(url(world, "peer_value", "BP"))
    choose(page, "Tingkat 4")
    saved(page)
    page.goto(url(world, "peer_check"))
    axe(page)
    page.get_by_role("button", name="Send the answer").click()
    receipt_on(page)
    axe(page)
    for route in ("peer_check", "peer_replace", "peer_receipt"):
        assert page.goto(url(world, route)).status == 200
        axe(page)
