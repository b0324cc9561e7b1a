"""Ani in a real browser: from the plan to the receipt, with the network cut, the session gone, two tabs, and no script."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from appraisal.enums import Phase, SelfState, Topic
from appraisal.models import DraftAnswer, Evidence, JournalEntry, Plan, PlanItem, Realization, SelfSubmission
from appraisal.selectors.assessments import value_pages
from appraisal.selectors.self_pages import in_own_order
from appraisal.services import plans
from core.clock import now
from tests.appraisal.employee_pages import items, url
from tests.appraisal.leading import open_now
from tests.journeys.entering import enter
from tests.walk import Stage, World, build_world

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LOOKS = [("light", 360), ("dark", 360), ("light", 1280), ("dark", 1280)]


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


EVENT = "Pada bulan Mei saya mendatangi tiga sekolah dan menyusun panduan satu halaman."


def draft(world: World, key: str, topic: Topic = Topic.VALUE) -> DraftAnswer | None:
    return DraftAnswer.objects.filter(appraisal=world.ani, topic=topic, key=key).first()


def saved(page: Page) -> None:
    """Wait until the page says that it is saved."""
    expect(page.locator("[data-autosave-status] [role=status]")).to_contain_text("Saved at", timeout=10_000)
    expect(page.locator("form[data-autosave]")).not_to_have_attribute("data-unsaved", "yes")


def choose(page: Page, level: str) -> None:
    """Choose a level as a finger does: anywhere on its row."""
    page.locator(".rating label").filter(has_text=level).click()
    expect(page.get_by_role("radio", name=level)).to_be_checked()


# --- the whole year -----------------------------------------------------------------------------


def test_from_an_empty_plan_to_the_receipt(page_factory) -> None:
    world = build_world(Stage.PLANNING, now=now())
    PlanItem.objects.filter(plan__appraisal=world.ani).delete()
    page = page_factory(width=360)
    enter(page, world.city.ani)
    write_the_plan(page, world)
    work_through_the_year(page, world)
    assess_oneself(page, world)


def write_the_plan(page: Page, world: World) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(world.city.ani.name)
    page.get_by_role("link", name="Open the plan").click()
    expect(page.get_by_text("Add at least one main result.")).to_be_visible()
    page.get_by_role("link", name="Add a result").click()
    page.get_by_label("What do you want to bring about?").fill("Semua siswa kelas V membaca lancar")
    quantity = page.get_by_role("group", name="Quantity")
    quantity.get_by_label("What is measured?").fill("Siswa yang membaca lancar")
    quantity.get_by_label("Target").fill("0")
    quantity.get_by_label("Unit of measure").fill("persen")
    quantity.get_by_label("Which way is better?").select_option("maximize")
    page.get_by_role("button", name="Add to the plan").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Where higher is better, the target cannot be zero.").click()
    quantity.get_by_label("Target").fill("92,5")
    page.get_by_role("button", name="Add to the plan").click()
    expect(page.get_by_role("status").filter(has_text="The result stands in your plan now.")).to_be_visible()
    page.get_by_role("button", name="Send the plan").click()
    expect(page.get_by_text("Your plan has been sent.")).to_be_visible()
    plans.agree_plan(actor=world.actor("budi"), appraisal_id=world.ani.pk, at=now())
    assert Plan.objects.get(appraisal=world.ani).items.get().measures.get().target == plans.Decimal("92.5")


def work_through_the_year(page: Page, world: World) -> None:
    open_now(world.cycle, Phase.EXECUTION)
    page.goto("/")
    page.get_by_role("link", name="Fill in").click()
    page.get_by_role("link", name="Fill in figures").click()
    page.get_by_label("Siswa yang membaca lancar").fill("94")
    saved(page)
    assert Realization.objects.get().value == 94
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("101.62 % of the target")).to_be_visible()
    page.get_by_role("link", name="Add evidence").click()
    page.get_by_label("What is the evidence?").fill("Daftar hadir kelompok membaca")
    page.get_by_label("Link").fill("https://contoh.bandung.go.id/hadir")
    page.get_by_role("button", name="Add the evidence").click()
    expect(page.get_by_role("link", name="Daftar hadir kelompok membaca")).to_be_visible()
    assert Evidence.objects.count() == 1
    page.goto(url(world, "journal"))
    page.get_by_label("What happened?").fill("Dua siswa membaca kalimat pendek.")
    page.get_by_role("button", name="Put it into the journal").click()
    expect(page.get_by_text("It stands in the journal now.")).to_be_visible()
    assert JournalEntry.objects.count() == 1


def assess_oneself(page: Page, world: World) -> None:
    open_now(world.cycle, Phase.SELF_ASSESSMENT)
    page.goto("/")
    page.get_by_role("link", name="Begin").click()
    expect(page.get_by_text("0 of 10 pages done")).to_be_visible()
    page.get_by_role("link", name="Go on with").click()
    page.get_by_label("How did you work on it?").fill(EVENT)
    page.get_by_label("What did it bring about?").fill(EVENT)
    saved(page)
    page.get_by_role("button", name="Save and go on to").click()
    for place in range(9):
        expect(page.get_by_role("radio", name="Tingkat 3")).not_to_be_checked()
        choose(page, "Tingkat 3")
        page.get_by_role("button", name="Save and go on to").click()
        if place < 8:
            expect(page.get_by_role("heading", level=1)).not_to_have_text("Check your answers")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    page.get_by_role("link", name="Change Integritas").click()
    choose(page, "Tingkat 2")
    page.get_by_role("button", name="Save and go on to Check and send").click()
    expect(page.get_by_text("2, Tingkat 2")).to_be_visible()
    page.get_by_role("button", name="Send the self-assessment").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the declaration")
    page.get_by_label("What I wrote is true").check()
    page.get_by_role("button", name="Send the self-assessment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Receipt of the self-assessment")
    expect(page.get_by_text(SelfSubmission.objects.get().number)).to_be_visible()
    assert world.ani.self_state == SelfState.SENT
    page.get_by_role("button", name="Take the self-assessment back").click()
    expect(page.get_by_text("Your self-assessment is yours again.")).to_be_visible()


# --- nothing typed is lost ----------------------------------------------------------------------


@pytest.fixture
def world() -> World:
    """The self-assessment is being written; nothing stands in it yet."""
    made = build_world(Stage.SELF_DRAFT, now=now())
    DraftAnswer.objects.filter(appraisal=made.ani).delete()
    return made


def test_what_is_typed_is_saved_by_itself(page_factory, world) -> None:
    page = page_factory()
    enter(page, world.city.ani)
    page.goto(url(world, "self_value", "BP"))
    expect(page.get_by_text("Nothing written yet.")).to_be_visible()
    choose(page, "Tingkat 4")
    page.get_by_label("Tell one real event").fill(EVENT)
    saved(page)
    assert draft(world, "BP").data == {"level": 4, "text": EVENT}
    page.reload()
    expect(page.get_by_role("radio", name="Tingkat 4")).to_be_checked()
    expect(page.get_by_label("Tell one real event")).to_have_value(EVENT)


def test_without_network_the_answers_stay_and_follow_later(page_factory, world) -> None:
    page = page_factory()
    enter(page, world.city.ani)
    page.goto(url(world, "self_value", "BP"))
    page.context.set_offline(True)
    page.get_by_label("Tell one real event").fill(EVENT)
    expect(page.locator("[data-autosave-status] [role=status]")).to_contain_text(
        "Not saved yet: no network.", timeout=10_000
    )
    assert draft(world, "BP") is None
    page.context.set_offline(False)
    saved(page)
    assert draft(world, "BP").data["text"] == EVENT


def test_a_page_closed_without_network_brings_the_text_back(page_factory, world) -> None:
    page = page_factory()
    enter(page, world.city.ani)
    page.goto(url(world, "self_value", "BP"))
    page.context.set_offline(True)
    page.get_by_label("Tell one real event").fill(EVENT)
    expect(page.locator("[data-autosave-status] [role=status]")).to_contain_text("no network", timeout=10_000)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(url(world, "self_value", "BP"))
    expect(page.get_by_label("Tell one real event")).to_have_value(EVENT)
    saved(page)
    assert draft(world, "BP").data["text"] == EVENT


def test_a_session_lost_in_mid_typing_loses_nothing(page_factory, world) -> None:
    page = page_factory()
    enter(page, world.city.ani)
    page.goto(url(world, "self_value", "BP"))
    choose(page, "Tingkat 4")
    saved(page)
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Tell one real event").fill(EVENT)
    expect(page.locator("[data-autosave-status] [role=status]")).to_contain_text(
        "you have been signed out", timeout=10_000
    )
    other = page.context.new_page()
    enter(other, world.city.ani)
    page.get_by_label("Tell one real event").press_sequentially(" Selesai.")
    saved(page)
    assert draft(world, "BP").data == {"level": 4, "text": f"{EVENT} Selesai."}


def test_two_tabs_are_shown_both_versions(page_factory, world) -> None:
    first = page_factory()
    enter(first, world.city.ani)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(url(world, "self_value", "BP"))
    first.get_by_label("Tell one real event").fill("Dari tab pertama.")
    saved(first)
    second.get_by_label("Tell one real event").fill("Dari tab kedua.")
    choice = second.get_by_role("group", name="Two versions of your answers")
    expect(choice).to_contain_text("Dari tab pertama.", timeout=10_000)
    expect(choice).to_contain_text("Dari tab kedua.")
    assert draft(world, "BP").data["text"] == "Dari tab pertama."
    choice.get_by_role("button", name="Use this one").click()
    saved(second)
    assert draft(world, "BP").data["text"] == "Dari tab kedua."


def test_everything_works_without_script(page_factory, world) -> None:
    page = page_factory(width=360, java_script_enabled=False)
    enter(page, world.city.ani)
    order = [value.code for value in in_own_order(value_pages(), world.ani.pk)]
    page.goto(url(world, "self_value", order[0]))
    choose(page, "Tingkat 5")
    page.get_by_label("Tell one real event").fill("pendek")
    page.get_by_role("button", name="Save and go on to").click()
    expect(page.get_by_role("alert")).to_contain_text("Tell an event that shows your level")
    assert draft(world, order[0]).data == {"level": 5, "text": "pendek"}
    page.get_by_label("Tell one real event").fill(EVENT)
    page.get_by_role("button", name="Save and go on to").click()
    expect(page).to_have_url(re.compile(f"{url(world, 'self_value', order[1])}$"))
    page.get_by_role("button", name="Save and come back later").click()
    expect(page.get_by_text("Saved. Go on whenever you like.")).to_be_visible()
    assert draft(world, order[0]).data == {"level": 5, "text": EVENT}


# --- every page is for everybody ----------------------------------------------------------------


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_of_plan_and_work_is_accessible(page_factory, axe, theme, width) -> None:
    world = build_world(Stage.EXECUTION, now=now())
    page = page_factory(theme=theme, width=width)
    enter(page, world.city.ani)
    item = items(world)[0]
    plans.revise_plan(actor=world.actor("ani"), appraisal_id=world.ani.pk, reason="Tugas baru.", at=now())
    changed = items(world)[0]
    for address in (
        reverse("home"),
        url(world, "overview"),
        url(world, "own_data"),
        url(world, "plan"),
        url(world, "plan_version", 1),
        url(world, "plan_item_new"),
        url(world, "plan_item", changed.pk),
        url(world, "plan_item_remove", changed.pk),
        url(world, "plan_revise"),
        url(world, "realization"),
        url(world, "realization_item", item.key),
        url(world, "evidence_new", item.key),
        url(world, "journal"),
    ):
        assert page.goto(address).status == 200
        axe(page)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_of_the_self_assessment_is_accessible(page_factory, axe, theme, width) -> None:
    world = build_world(Stage.SELF_DRAFT, now=now())
    page = page_factory(theme=theme, width=width)
    enter(page, world.city.ani)
    item = items(world)[0]
    draft(world, "BP").delete()
    for address in (
        reverse("home"),
        url(world, "self_assessment"),
        url(world, "self_item", item.key),
        url(world, "self_value", "BP"),
        url(world, "self_competency", "INT"),
        url(world, "self_check"),
    ):
        assert page.goto(address).status == 200
        axe(page)
    # With what is wrong shown, and both versions side by side.
    page.goto(url(world, "self_value", "BP"))
    page.get_by_role("button", name="Save and go on to").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose one level")
    axe(page)
    page.goto(url(world, "self_value", "BP"))
    choose(page, "Tingkat 4")
    saved(page)
    page.goto(url(world, "self_check"))
    page.get_by_label("What I wrote is true").check()
    page.get_by_role("button", name="Send the self-assessment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Receipt of the self-assessment")
    axe(page)
    page.goto(url(world, "self_assessment"))
    axe(page)
