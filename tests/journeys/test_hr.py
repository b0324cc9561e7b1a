"""HR in a real browser: preparing a year, moving dates, seeing who is late, giving more time."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from accounts.models import Employee
from appraisal.enums import CycleState, Phase
from appraisal.models import Appraisal, Cycle, Extension, PhaseWindow
from appraisal.services.progress import refresh_progress
from core.clock import day_end, now, today
from tests.appraisal import year as y
from tests.appraisal.test_hr_views import _shift
from tests.journeys.entering import enter

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LOOKS = [("light", 360), ("dark", 360), ("light", 1280), ("dark", 1280)]


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def year() -> y.Year:
    """A small year whose self-assessment closed three days ago."""
    made = y.build_year()
    _shift(made.cycle, self_closes_in_days=-3)
    refresh_progress(cycle_id=made.cycle.pk, at=now())
    return made


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_of_hr_is_accessible(page_factory, axe, year, theme, width) -> None:
    page = page_factory(theme=theme, width=width)
    enter(page, Employee.objects.get(pk=year.gita.id))
    pages = [
        "/siklus/",
        f"/siklus/{year.cycle.pk}/",
        f"/siklus/{year.cycle.pk}/buka/",
        f"/siklus/{year.cycle.pk}/unit/{year.school.pk}/",
        "/kemajuan/",
        "/terlambat/?phase=self_assessment",
        f"/penilaian/{year.appraisal_id}/tambah-waktu/?phase=self_assessment",
    ]
    for address in pages:
        page.goto(address)
        axe(page)


def test_the_next_year_from_preparation_to_opening(page_factory, axe, year) -> None:
    page = page_factory()
    enter(page, Employee.objects.get(pk=year.gita.id))
    page.goto("/siklus/")
    page.get_by_role("textbox", name="Year").fill("2027")
    page.get_by_role("button", name="Prepare this year").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cycle 2027")
    expect(page.get_by_text("The dates of all phases are in order.")).to_be_visible()
    axe(page)

    page.get_by_label("Calibration: last day").fill("2020-01-01")
    page.get_by_role("button", name="Save the dates").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert page.title().startswith("Error:")
    axe(page)

    page.goto(page.url)
    page.get_by_role("link", name="Open the cycle").click()
    page.get_by_role("button", name="Yes, open it").click()
    expect(page.get_by_text("appraisals were made")).to_be_visible()
    assert Cycle.objects.get(year=2027).state == CycleState.OPEN
    assert Appraisal.objects.filter(cycle__year=2027).count() == 7


def test_dates_move_with_a_reason(page_factory, year) -> None:
    page = page_factory(width=360)
    enter(page, Employee.objects.get(pk=year.gita.id))
    page.goto(f"/siklus/{year.cycle.pk}/")
    later = PhaseWindow.objects.get(phase=Phase.PUBLICATION).closes_at.date() + dt.timedelta(days=5)
    page.get_by_label("Publication: last day").fill(later.isoformat())
    page.get_by_role("button", name="Save the dates").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert page.get_by_label("Publication: last day").input_value() == later.isoformat()
    page.get_by_label("Reason for the change").fill("Dua hari libur bersama.")
    page.get_by_role("button", name="Save the dates").click()
    expect(page.get_by_text("The dates are saved.")).to_be_visible()
    expect(page.get_by_text("Dua hari libur bersama.")).to_be_visible()
    assert PhaseWindow.objects.get(phase=Phase.PUBLICATION).closes_at == day_end(later)


def test_from_progress_to_the_late_to_more_time(page_factory, year) -> None:
    page = page_factory(width=360)
    enter(page, Employee.objects.get(pk=year.dewi.id))
    page.goto("/kemajuan/")
    page.get_by_role("link", name="See who is late").click()
    page.get_by_label("Name").fill("ani")
    page.get_by_role("button", name="Apply").click()
    assert "q=ani" in page.url
    page.get_by_role("link", name="More time Ani").click()
    page.get_by_label("New last day").fill((today() + dt.timedelta(days=4)).isoformat())
    page.get_by_label("Reason").fill("Rawat inap sejak Senin.")
    page.get_by_role("button", name="Give more time").click()
    expect(page.get_by_text("Ani has more time and has been told.")).to_be_visible()
    assert Extension.objects.get().closes_at == day_end(today() + dt.timedelta(days=4))
