"""Messages in a real browser: from the link of a mail through sign-in, what one chooses, reminding, the calendar."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from appraisal import notices
from core.clock import now
from core.mail_preferences import Delivery, chosen_by
from core.mails import link
from core.notifications import Message, Notification, notify
from core.outbox import drain
from tests.journeys.entering import enter
from tests.personas import PASSWORD
from tests.walk import Stage, World, build_world

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LOOKS = [("light", 360), ("dark", 360), ("light", 1280), ("dark", 1280)]


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def world(live_server, settings) -> World:
    """Ani's self-assessment is written and not sent; mails carry the address of the live server."""
    settings.SITE_URL = live_server.url
    made = build_world(Stage.SELF_DRAFT, now=now())
    type(made.city.ani).objects.filter(pk=made.city.ani.pk).update(email="ani@bandung.example")
    Notification.objects.all().delete()
    return made


def mailed_link(world: World, path: str) -> str:
    """The address in the mail that Ani gets about the page."""
    kind = notices.PLAN_RETURNED
    notify(
        [Message(kind, world.city.ani.pk, world.ani.pk, "1", path, {"year": "2026", "by": "Budi"})], at=now()
    )
    drain(at=now())
    (sent,) = mail.outbox
    (found,) = [word for word in sent.body.split() if word == link(path)]
    return found


def sign_in(page: Page) -> None:
    page.get_by_label("NIP or NI PPPK").fill("ani")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("fragment", ["", "#main", "#bagian-2"])
def test_the_link_of_a_mail_leads_through_sign_in_to_its_page(page_factory, world, fragment) -> None:
    path = f"/penilaian/{world.ani.pk}/penilaian-diri/?dari=surel{fragment}"
    page = page_factory()
    page.goto(mailed_link(world, path))
    expect(page).to_have_url(re.compile(r"/masuk/\?next="))
    # A wrong password in between does not lose the way.
    page.get_by_label("NIP or NI PPPK").fill("ani")
    page.get_by_label("Password", exact=True).fill("bukan kata sandi saya")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.locator(".error-summary")).to_be_visible()
    sign_in(page)
    expect(page).to_have_url(link(path))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Self-assessment")


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_about_messages_is_accessible(page_factory, axe, world, theme, width) -> None:
    page = page_factory(theme=theme, width=width)
    enter(page, world.city.ani)
    for address in ("/akun/", "/akun/pesan/", "/akun/kalender/", "/kotak-masuk/"):
        page.goto(address)
        axe(page)
    page.goto("/akun/kalender/")
    page.get_by_role("button", name="Switch the calendar on").click()
    expect(page.get_by_role("button", name="Make a new address")).to_be_visible()
    axe(page)
    enter(page, world.city.budi)
    page.goto("/tim/")
    axe(page)
    enter(page, world.city.gita)
    for address in (
        "/pesan-terkirim/",
        "/terlambat/",
        "/terlambat/ingatkan/?phase=self_assessment",
        f"/siklus/{world.cycle.pk}/pengingat/",
    ):
        page.goto(address)
        axe(page)


def test_from_the_footer_of_a_mail_to_ones_choice(page_factory, world) -> None:
    mailed_link(world, "/")
    address = next(word for word in mail.outbox[0].body.split() if word.endswith("/akun/pesan/"))
    page = page_factory(width=360)
    page.goto(address)
    sign_in(page)
    page.get_by_label("Somebody sends you a plan").select_option("In the daily mail")
    expect(page.get_by_label("Your result is open", exact=True).locator("option")).to_have_count(2)
    page.get_by_role("button", name="Save the choice").click()
    expect(page.get_by_text("Your choice is saved.")).to_be_visible()
    assert chosen_by(world.city.ani.pk)["plan.sent"] == Delivery.DAILY


def test_hr_looks_first_and_reminds_then(page_factory, axe, world) -> None:
    page = page_factory(width=360)
    enter(page, world.city.dewi)
    page.goto("/terlambat/?phase=self_assessment")
    page.get_by_role("link", name="Remind those who are due").click()
    expect(
        page.get_by_text("Dewi Anggraeni reminds you: your self-assessment is not sent yet")
    ).to_be_visible()
    page.get_by_role("button", name=re.compile(r"Send \d+ messages")).click()
    expect(page.get_by_text(re.compile(r"\d+ messages are on their way."))).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Who was told what").click()
    expect(page.get_by_role("row", name=re.compile("Ani Suryani .*Somebody reminds you"))).to_be_visible()
    axe(page)


def test_a_supervisor_reminds_from_the_team(page_factory, world) -> None:
    page = page_factory(width=360)
    enter(page, world.city.budi)
    page.goto("/tim/")
    page.get_by_role("button", name="Remind Ani Suryani").click()
    expect(page.get_by_text("Ani Suryani has been reminded.")).to_be_visible()
    page.get_by_role("button", name="Remind Ani Suryani").click()
    expect(page.get_by_text("One reminder a day is enough.")).to_be_visible()
    assert Notification.objects.get().recipient == world.city.ani
