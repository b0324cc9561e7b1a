"""From the list of Ani to Intan's yes, in a real browser: Ani proposes, Budi settles, Hadi declines, Dewi helps."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from appraisal.enums import InvitationState, Phase
from appraisal.models import Box, Invitation
from core.clock import last_day, now
from tests.appraisal.leading import open_now
from tests.journeys.entering import enter
from tests.walk import Stage, World, build_world

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LOOKS = [("light", 360), ("dark", 360), ("light", 1280), ("dark", 1280)]


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def fresh() -> World:
    """Nomination is open and nobody has proposed anybody."""
    world = build_world(Stage.NOMINATED, now=now())
    Invitation.objects.all().delete()
    Box.objects.all().delete()
    return world


def add(page: Page, name: str, part: str) -> None:
    """Look for a colleague by a part of the name and put them on the list."""
    page.get_by_label("Name of a colleague").fill(part)
    page.get_by_role("button", name="Look").click()
    page.get_by_role("button", name=f"Put on the list {name}").click()
    expect(page.get_by_text(f"{name} stands on your list.")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_from_the_list_to_the_answer_of_those_who_are_asked(page_factory, fresh, script) -> None:
    world = fresh
    page = page_factory(width=360, java_script_enabled=script)
    enter(page, world.city.ani)
    page.goto(reverse("home"))
    page.get_by_role("link", name="Name colleagues who know your work").or_(
        page.get_by_role("link", name="Choose colleagues")
    ).first.click()
    for name, part in (("Hadi Gunawan", "hadi"), ("Intan Permata", "intan"), ("Joko Prasetyo", "pras")):
        add(page, name, part)
    page.get_by_role("button", name="Take off Joko Prasetyo").click()
    expect(page.get_by_text("On the list: 2. At least 3 are needed.")).to_be_visible()
    add(page, "Eko Saputra", "saputra")
    page.get_by_role("button", name="Send to my supervisor").click()
    expect(page.get_by_text("Your list was sent to your supervisor")).to_be_visible()

    enter(page, world.city.budi)
    page.goto(reverse("home"))
    page.get_by_role("link", name="See the names").or_(
        page.get_by_role("link", name="Settle the reviewers of Ani Suryani")
    ).first.click()
    page.get_by_role("link", name="Take off Eko Saputra").click()
    page.get_by_label("Reason").fill("Tidak bekerja bersama tahun ini.")
    page.get_by_role("button", name="Take off the list").click()
    expect(page.get_by_text("Eko Saputra is no longer asked.")).to_be_visible()
    page.get_by_label("Name of a colleague").fill("mira")
    page.get_by_role("button", name="Look").click()
    page.get_by_role("button", name="Put on the list Mira Rahayu").click()
    page.get_by_role("button", name="Settle the list and ask them").click()
    expect(page.get_by_text("The list of Ani Suryani is settled.")).to_be_visible()

    enter(page, world.city.hadi)
    page.goto(reverse("home"))
    page.get_by_role("link", name="Ani Suryani is waiting for your view").or_(
        page.get_by_role("link", name="Open", exact=True)
    ).first.click()
    expect(page.get_by_role("heading", name="What is promised to you")).to_be_visible()
    page.get_by_role("link", name="Decline with a reason").click()
    page.get_by_label("I have a conflict of interest").check()
    page.get_by_label("In a few words").fill("Kami bersaudara.")
    page.get_by_role("button", name="Decline", exact=True).click()
    expect(page.get_by_text("You have declined.")).to_be_visible()

    open_now(world.cycle, Phase.PEER_REVIEW)
    enter(page, world.city.intan)
    page.goto(reverse("invitations"))
    page.get_by_role("link", name="Read and answer Ani Suryani").click()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("You have accepted. Thank you.")).to_be_visible()
    expect(page.get_by_role("link", name="Check and send")).to_be_visible()

    states = dict(world.ani.invitations.values_list("reviewer__login", "state"))
    assert states == {"hadi": "declined", "intan": "accepted", "mira": "approved", "eko": "withdrawn"}


def test_hr_gives_more_time_and_cancels(page_factory) -> None:
    world = build_world(Stage.INVITED, now=now())
    closes_at = world.cycle.windows.get(phase=Phase.PEER_REVIEW).closes_at
    page = page_factory(width=360)
    enter(page, world.city.dewi)
    page.goto(reverse("overview", args=[world.ani.pk]))
    page.get_by_role("link", name="Who was asked").click()
    page.get_by_role("link", name="More time Hadi Gunawan").click()
    page.get_by_label("New last day").fill((last_day(closes_at) + dt.timedelta(days=2)).isoformat())
    page.get_by_label("Reason").fill("Sakit tiga hari.")
    page.get_by_role("button", name="Give more time").click()
    expect(page.get_by_text("Hadi Gunawan has more time and has been told.")).to_be_visible()
    page.get_by_role("link", name="Cancel the invitation Hadi Gunawan").click()
    page.get_by_label("Reason").fill("Benturan kepentingan.")
    page.get_by_role("button", name="Take off the list").click()
    expect(page.get_by_text("Hadi Gunawan is no longer asked.")).to_be_visible()

    assert world.invitation("hadi").state == InvitationState.WITHDRAWN


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_about_reviewers_is_accessible(page_factory, axe, theme, width) -> None:
    world = build_world(Stage.NOMINATED, now=now())
    page = page_factory(theme=theme, width=width)

    def look(person, *addresses: str) -> None:
        enter(page, person)
        for address in addresses:
            page.goto(address)
            axe(page)

    mine = world.ani.pk
    look(
        world.city.ani,
        reverse("reviewers", args=[mine]),
        f"{reverse('reviewers', args=[mine])}?q=in",
        f"{reverse('reviewers', args=[mine])}?q=nobody",
        reverse("overview", args=[mine]),
    )
    look(
        world.city.budi,
        reverse("team_nominated"),
        reverse("team_reviewers", args=[mine]),
        reverse("reviewers", args=[world.appraisals["budi"].pk]) + "?as=subordinate",
    )
    page.goto(reverse("team_reviewers", args=[mine]))
    page.get_by_role("button", name="Settle the list and ask them").click()
    axe(page)
    look(
        world.city.hadi,
        reverse("invitations"),
        reverse("invitation", args=[world.invitation("hadi").pk]),
        reverse("invitation_decline", args=[world.invitation("hadi").pk]),
    )
    page.get_by_role("button", name="Decline", exact=True).click()
    axe(page)
    page.goto(reverse("invitation", args=[world.invitation("hadi").pk]))
    page.get_by_role("button", name="Accept").click()
    axe(page)
    open_now(world.cycle, Phase.PEER_REVIEW)
    page.goto(reverse("invitation", args=[world.invitation("hadi").pk]))
    axe(page)
    key = [mine, world.invitation("hadi").pk]
    look(
        world.city.dewi,
        reverse("reviewers_asked", args=[mine]),
        reverse("reviewer_extend", args=key),
        reverse("reviewer_cancel", args=key),
        reverse("reviewers_due"),
        f"{reverse('reviewers_due')}?q=nobody",
    )
