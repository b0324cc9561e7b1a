"""The door in a real browser: signing in, the session that ends while somebody writes, the warning before it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Employee
from tests.door import log, pages
from tests.door.people import NIP, PASSWORD, WRONG
from tests.factories.people import EmployeeFactory, PersonnelNumberFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

TEXT = "Sore ini saya menulis,\nlalu sesi berakhir. “Kutip” & <tag> 🌧️"
LOOKS = [("light", 360), ("dark", 360), ("light", 1280), ("dark", 1280)]


@pytest.fixture(autouse=True)
def _site(settings) -> None:
    settings.ROOT_URLCONF = pages.__name__
    settings.LANGUAGE_CODE = "en"
    settings.PASSWORD_HASHERS = ["tests.door.hashers.CountingHasher"]
    log.written.clear()


@pytest.fixture
def person(_site) -> Employee:
    """Ani, who can sign in."""
    ani = EmployeeFactory(login=NIP, name="Ani Suryaningsih", password=make_password(PASSWORD))
    PersonnelNumberFactory(employee=ani, digits=NIP)
    return ani


def sign_in(page: Page, password: str = PASSWORD) -> None:
    """Fill the form that is on the page."""
    page.get_by_label("NIP or NI PPPK").fill("19850315 201001 2 007")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


@pytest.fixture
def page(page_factory: Callable[..., Page], person: Employee) -> Page:
    """A browser in which Ani is signed in and writes a note."""
    opened = page_factory()
    opened.goto("/masuk/?next=/note/")
    sign_in(opened)
    expect(opened.get_by_role("heading", level=1)).to_have_text("Note")
    return opened


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_pages_of_the_door_are_accessible(page_factory, axe, person, theme, width) -> None:
    page = page_factory(theme=theme, width=width)
    page.goto("/masuk/")
    axe(page)
    sign_in(page, WRONG)
    expect(page.locator(".error-summary")).to_be_focused()
    assert page.title().startswith("Error: Sign in")
    axe(page)
    page.goto("/akun-ditutup/")
    axe(page)
    page.goto("/masuk/?next=/akun/")
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("My account")
    axe(page)
    page.goto("/kata-sandi/")
    axe(page)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_sign_in_page_with_a_long_text_is_accessible(page_factory, axe, person, theme, width) -> None:
    page = page_factory(theme=theme, width=width)
    page.goto("/masuk/?next=/note/")
    sign_in(page)
    page.context.clear_cookies(name="sessionid")
    page.locator("textarea[name=text]").fill("panjang " * 9000)
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("textarea[name=kept]")).to_be_visible()
    axe(page)


def test_what_is_typed_can_be_shown_and_is_hidden_again_before_it_is_sent(page_factory, person) -> None:
    page = page_factory()
    page.goto("/masuk/")
    field = page.locator("#id_password")
    field.fill(PASSWORD)
    page.get_by_role("button", name="Show the password").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide the password").click()
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Show the password").click()
    page.evaluate("document.querySelector('#sign-in').addEventListener('submit', (e) => e.preventDefault())")
    page.locator("#id_login").fill(NIP)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(field).to_have_attribute("type", "password")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_session_that_is_gone_loses_no_word(page_factory, person, scripts: bool) -> None:
    page = page_factory(java_script_enabled=scripts)
    page.goto("/masuk/?next=/note/%3Ftab=2")
    sign_in(page)
    page.locator("textarea[name=text]").fill(TEXT)
    Session.objects.all().delete()
    cache.clear()

    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    sign_in(page, WRONG)
    sign_in(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Note")
    assert page.url.endswith("/note/?tab=2")
    expect(page.locator("textarea[name=text]")).to_have_value(TEXT)
    expect(page.get_by_text("Not saved yet", exact=True)).to_be_visible()
    assert log.written == []

    page.get_by_role("button", name="Save note").click()
    expect(page).to_have_url(re.compile(r"/note/$"))
    assert log.written == [{"text": [TEXT.replace("\n", "\r\n")]}]


def test_signing_in_again_in_another_tab_loses_no_word(page: Page) -> None:
    page.locator("textarea[name=text]").fill(TEXT)
    other = page.context.new_page()
    other.goto("/akun/")
    other.get_by_role("main").get_by_role("button", name="Sign out").click()
    sign_in(other)
    expect(other).not_to_have_url(re.compile("masuk"))

    page.get_by_role("button", name="Save note").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Note")
    expect(page.locator("textarea[name=text]")).to_have_value(TEXT)
    assert log.written == []
    page.get_by_role("button", name="Save note").click()
    expect(page).to_have_url(re.compile(r"/note/$"))
    assert log.written == [{"text": [TEXT.replace("\n", "\r\n")]}]


def test_reloading_the_form_that_came_back_saves_nothing(page: Page) -> None:
    page.locator("textarea[name=text]").fill(TEXT)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save note").click()
    sign_in(page)
    expect(page.locator("textarea[name=text]")).to_have_value(TEXT)

    page.reload()

    expect(page.locator("textarea[name=text]")).to_have_value(TEXT)
    assert log.written == []


# --- the warning ----------------------------------------------------------------------------------


@pytest.fixture
def short(settings) -> None:
    """Sessions that rest for five minutes and a few seconds only, so that the warning comes at once."""
    settings.SESSION_IDLE_SECONDS = 5 * 60 + 4


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_a_dialog_warns_before_the_end_and_one_button_puts_it_off(
    short, page_factory, axe, person, settings, theme, width
) -> None:
    page = page_factory(theme=theme, width=width)
    page.goto("/masuk/?next=/note/")
    sign_in(page)
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible(timeout=15_000)
    expect(dialog).to_contain_text("You will soon be signed out")
    expect(dialog.get_by_role("button", name="Stay signed in")).to_be_focused()
    axe(page)

    settings.SESSION_IDLE_SECONDS = 3600
    dialog.get_by_role("button", name="Stay signed in").click()

    expect(dialog).to_be_hidden()


def test_the_dialog_says_when_it_is_too_late(short, page: Page) -> None:
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible(timeout=15_000)
    Session.objects.all().delete()
    cache.clear()

    dialog.get_by_role("button", name="Stay signed in").click()

    expect(dialog).to_contain_text("You have been signed out")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def test_the_dialog_says_when_the_server_does_not_answer(short, page: Page) -> None:
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible(timeout=15_000)
    page.route("**/sesi/perpanjang/", lambda route: route.abort())
    dialog.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_contain_text("could not be reached")

    page.unroute("**/sesi/perpanjang/")
    dialog.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_contain_text("could not be reached")


def test_the_end_of_a_session_that_cannot_be_put_off_is_announced(page: Page) -> None:
    stored = Session.objects.get()
    session = stored.get_session_store_class()(stored.session_key)
    session.set_expiry(timezone.now() + dt.timedelta(seconds=200))
    session.save()
    cache.clear()

    page.goto("/note/")

    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("ends in a few minutes")
    expect(dialog.get_by_role("button", name="Stay signed in")).to_be_hidden()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def test_using_another_tab_puts_the_end_off_here_as_well(short, page: Page, settings) -> None:
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible(timeout=15_000)

    settings.SESSION_IDLE_SECONDS = 3600
    page.context.new_page().goto("/note/")

    expect(dialog).to_be_hidden()


def test_a_saved_draft_puts_the_end_off(short, page: Page) -> None:
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible(timeout=15_000)

    page.evaluate("document.dispatchEvent(new Event('session:renewed'))")

    expect(dialog).to_be_hidden()
