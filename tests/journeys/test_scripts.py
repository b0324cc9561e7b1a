"""The scripts of the forms in a real browser: nothing typed is lost, nothing is sent twice."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.journeys import scripts_site

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

STATUS = "[data-autosave-status] [role=status]"


@pytest.fixture(autouse=True)
def _site(settings) -> None:
    settings.ROOT_URLCONF = scripts_site.__name__
    scripts_site.STORE = scripts_site.Store()


def store() -> scripts_site.Store:
    return scripts_site.STORE


@pytest.fixture
def page(page_factory: Callable[..., Page]) -> Page:
    opened = page_factory()
    opened.goto("/naskah/")
    return opened


def says(page: Page, state: str) -> None:
    expect(page.locator(STATUS)).to_have_attribute("data-said", state, timeout=8000)


def copies(page: Page) -> int:
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:')).length")


def write(page: Page, text: str) -> None:
    page.locator("#id_story").press_sequentially(text)


# --- saving ---------------------------------------------------------------------------------------


def test_a_text_is_saved_two_seconds_after_the_last_key(page: Page) -> None:
    write(page, "Satu dua")
    assert store().saves == []
    assert copies(page) == 1
    says(page, "saved")
    assert store().saves == [(2, "Satu dua")]
    expect(page.locator(STATUS)).to_contain_text("WIB")
    assert copies(page) == 0
    assert page.locator("[name=revision]").input_value() == "2"


def test_a_chosen_level_is_saved_at_once(page: Page) -> None:
    page.locator("label[for=id_level_1]").click()
    says(page, "saved")
    assert store().values["level"] == "4"


def test_leaving_the_page_saves_what_is_not_saved_yet(page: Page) -> None:
    write(page, "Sebelum pergi")
    page.evaluate("""() => {
        Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});
        document.dispatchEvent(new Event('visibilitychange'));
    }""")
    says(page, "saved")
    assert store().saves == [(2, "Sebelum pergi")]


def test_a_text_that_is_too_long_is_not_saved_and_the_reason_is_said(page: Page) -> None:
    write(page, "x" * 41)
    says(page, "refused")
    expect(page.locator(STATUS)).to_contain_text("41")
    assert store().saves == []
    assert len(page.locator("#id_story").input_value()) == 41


def test_sending_while_a_save_is_under_way_carries_the_new_revision(page: Page) -> None:
    def slowly(route: Route) -> None:
        page.wait_for_timeout(600)
        route.continue_()

    page.route("**/naskah/simpan/", slowly)
    page.locator("label[for=id_level_0]").click()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("body")).to_contain_text("sent")
    assert store().submits == ["2  yes"]


# --- no network, no session -----------------------------------------------------------------------


def test_without_network_the_text_stays_on_the_device_and_is_saved_later(page: Page) -> None:
    context: BrowserContext = page.context
    context.set_offline(True)
    write(page, "Tanpa jaringan")
    says(page, "offline")
    assert copies(page) == 1
    context.set_offline(False)
    says(page, "saved")
    assert store().values["story"] == "Tanpa jaringan"
    assert copies(page) == 0


def test_a_copy_on_the_device_comes_back_after_a_reload(page: Page) -> None:
    store().trouble = 503
    write(page, "Tertutup")
    says(page, "busy")
    store().trouble = 0
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    assert page.locator("#id_story").input_value() == "Tertutup"
    says(page, "saved")
    assert store().values["story"] == "Tertutup"


def test_a_form_without_local_copy_keeps_nothing_on_the_device(page_factory: Callable[..., Page]) -> None:
    page = page_factory()
    page.goto("/naskah/?tanpa=1")
    page.context.set_offline(True)
    write(page, "Rahasia rekan")
    says(page, "offline_here")
    assert copies(page) == 0


def test_a_session_that_ended_keeps_the_text_and_links_to_sign_in(page: Page) -> None:
    store().trouble = 401
    write(page, "Masih di sini")
    says(page, "signed_out")
    link = page.locator(f"{STATUS} a")
    expect(link).to_have_attribute("href", "/masuk/")
    expect(link).to_have_attribute("target", "_blank")
    assert page.locator("#id_story").input_value() == "Masih di sini"
    store().trouble = 0
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    says(page, "saved")


def test_signing_out_wipes_the_copies(page: Page) -> None:
    store().trouble = 503
    write(page, "Milik Ani")
    says(page, "busy")
    assert copies(page) == 1
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Leave").click()
    page.wait_for_url(re.compile("keluar|masuk"))
    assert copies(page) == 0


def test_copies_go_after_two_weeks(page: Page) -> None:
    page.evaluate("""() => {
        const old = Date.now() - 15 * 24 * 3600 * 1000;
        localStorage.setItem('draft:x:/lama/', JSON.stringify({at: old, revision: 1, values: {}}));
        localStorage.setItem('draft:x:/baru/', JSON.stringify({at: Date.now(), revision: 1, values: {}}));
        localStorage.setItem('other', 'kept');
    }""")
    page.reload()
    keys = page.evaluate("Object.keys(localStorage).sort()")
    assert keys == ["draft:x:/baru/", "other"]


# --- two versions ---------------------------------------------------------------------------------


def change_elsewhere(text: str) -> None:
    store().revision += 1
    store().values = {"story": text, "level": "3"}


@pytest.mark.parametrize(("keep", "kept"), [("mine", "Dari sini"), ("theirs", "Dari ponsel")])
def test_two_versions_are_shown_and_one_is_chosen(page: Page, keep: str, kept: str) -> None:
    change_elsewhere("Dari ponsel")
    write(page, "Dari sini")
    says(page, "conflict")
    expect(page.locator("[data-mine]")).to_contain_text("Dari sini")
    expect(page.locator("[data-theirs]")).to_contain_text("Dari ponsel")
    expect(page.locator("[data-theirs]")).to_contain_text("Meets")
    assert store().values["story"] == "Dari ponsel"
    page.locator(f"[data-keep={keep}]").click()
    says(page, "saved")
    assert page.locator("#id_story").input_value() == kept
    assert store().values["story"] == kept
    expect(page.locator("[data-mine]")).to_have_count(0)


def test_the_same_text_in_both_places_is_no_conflict(page: Page) -> None:
    store().revision += 1
    store().values = {"story": "Sama", "level": ""}
    write(page, "Sama")
    says(page, "saved")
    assert page.locator("[name=revision]").input_value() == "2"


def test_an_older_copy_on_the_device_is_shown_beside_the_newer_draft(page: Page) -> None:
    store().trouble = 503
    write(page, "Lama")
    says(page, "busy")
    store().trouble = 0
    change_elsewhere("Baru")
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    says(page, "conflict")
    expect(page.locator("[data-mine]")).to_contain_text("Lama")
    expect(page.locator("[data-theirs]")).to_contain_text("Baru")
    assert store().values["story"] == "Baru"


# --- counting, leaving, sending once --------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "number"),
    [("abc", "37"), ("a\nb", "37"), ("\U0001f642", "39"), ("  abc  ", "37"), ("x" * 45, "5")],
)
def test_the_counter_counts_as_the_server_does(page: Page, typed: str, number: str) -> None:
    page.locator("#id_story").fill(typed)
    line = page.locator("#id_story_count")
    expect(line).to_contain_text(number)
    assert ("over" in (line.get_attribute("class") or "")) is (len(typed) > 40)


def test_leaving_with_unsaved_text_asks(page: Page) -> None:
    asked: list[str] = []
    page.locator("#note").press_sequentially("Belum terkirim")
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("a.sign").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    assert page.locator("#note").input_value() == "Belum terkirim"


def test_a_second_click_sends_nothing(page: Page) -> None:
    page.locator("#note").fill("satu kali")
    button = page.get_by_role("button", name="Once")
    button.dblclick()
    expect(button).to_have_attribute("aria-disabled", "true")
    page.wait_for_timeout(300)
    assert store().submits == ["satu kali"]


def test_a_button_works_again_when_one_comes_back(page: Page) -> None:
    page.get_by_role("button", name="Send").click()
    expect(page.locator("body")).to_contain_text("sent")
    page.go_back()
    expect(page.get_by_role("button", name="Send")).not_to_have_attribute("aria-disabled", "true")


def test_the_error_summary_has_the_focus_and_leads_to_the_fields(page: Page) -> None:
    page.goto("/komponen/")
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a[href='#id_refused_level_0']").click()
    expect(page.locator("#id_refused_level_0")).to_be_focused()
    page.locator(".error-summary a[href='#id_refused_email']").click()
    expect(page.locator("#id_refused_email")).to_be_focused()


# --- the look -------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "address", ["/komponen/", "/bantuan/", "/bantuan/cara-membaca-hasil/", "/bantuan/laporkan/"]
)
def test_pages_are_accessible_in_both_themes_and_on_a_phone(
    address: str, width: int, theme: str, page_factory: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = page_factory(theme=theme, width=width)
    page.goto(address)
    axe(page)


def test_pages_work_without_scripts(page_factory: Callable[..., Page]) -> None:
    page = page_factory(java_script_enabled=False)
    page.goto("/naskah/")
    page.locator("#id_story").fill("Tanpa skrip")
    page.get_by_role("button", name="Send").click()
    assert store().submits == ["1 Tanpa skrip yes"]
