"""The calendar of one's own deadlines: at a secret address that can be renewed and switched off, without content."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts.calendars import read_token, token_for
from accounts.models import Employee
from accounts.services.calendars import renew_calendar, switch_calendar_off
from appraisal.enums import CycleState, Phase, SelfState
from appraisal.models import Appraisal, Cycle, Extension
from core.clock import day_end, now
from tests.appraisal import year as y

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"
    settings.SITE_URL = "https://kinerja.example.go.id"


@pytest.fixture
def year() -> y.Year:
    return y.build_year()


def entries(token: str) -> dict[str, dt.date]:
    """What a calendar program reads: summary and day of each event."""
    answer = Client().get(reverse("calendar_feed", args=[token]))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    read = Calendar.from_ical(answer.content)
    events = read.walk("VEVENT")
    assert len({str(event["uid"]) for event in events}) == len(events)
    for event in events:
        assert event.decoded("dtend") - event.decoded("dtstart") == dt.timedelta(days=1)
    return {str(event["summary"]): event.decoded("dtstart") for event in events}


def test_an_employee_sees_the_ends_of_their_own_phases(year) -> None:
    assert entries(renew_calendar(employee_id=year.ani.id)) == {
        "Last day: Planning 2026": dt.date(2026, 1, 31),
        "Last day: Self-assessment 2026": dt.date(2026, 12, 24),
    }


def test_a_supervisor_sees_those_of_the_team_once(year) -> None:
    Appraisal.objects.filter(employee__in=[year.dewi.id, year.gita.id]).update(supervisor=year.budi.id)
    assert entries(renew_calendar(employee_id=year.budi.id)) == {
        "Last day: Planning 2026": dt.date(2026, 1, 31),
        "Last day: Planning 2026 of your team": dt.date(2026, 1, 31),
        "Last day: Self-assessment 2026": dt.date(2026, 12, 24),
        "Last day: Supervisor review 2026 of your team": dt.date(2027, 1, 10),
    }


def test_more_time_and_a_return_are_there(year) -> None:
    Extension.objects.create(
        appraisal_id=year.appraisal_id,
        phase=Phase.SELF_ASSESSMENT,
        closes_at=day_end(dt.date(2026, 12, 30)),
        reason="Rawat inap.",
        granted_by_id=year.dewi.id,
        granted_at=now(),
    )
    Appraisal.objects.filter(pk=year.appraisal_id).update(
        self_state=SelfState.RETURNED,
        self_returned_at=now(),
        self_return_comment="Lengkapi.",
        self_due_at=day_end(dt.date(2027, 1, 4)),
    )
    token = renew_calendar(employee_id=year.ani.id)
    found = entries(token)
    assert found["Last day: Self-assessment 2026"] == dt.date(2026, 12, 30)
    assert found["Last day: Returned self-assessment 2026"] == dt.date(2027, 1, 4)
    text = Client().get(reverse("calendar_feed", args=[token])).content.decode()
    for private in ("Ani", "Budi", "Rawat", "Lengkapi", "SD Negeri"):
        assert private not in text


def test_a_closed_year_leaves_the_calendar_empty(year) -> None:
    Cycle.objects.update(state=CycleState.CLOSED, closed_at=now())
    assert entries(renew_calendar(employee_id=year.ani.id)) == {}


def test_a_renewed_address_ends_the_earlier_one(year) -> None:
    first = renew_calendar(employee_id=year.ani.id)
    second = renew_calendar(employee_id=year.ani.id)
    assert first != second
    assert Client().get(reverse("calendar_feed", args=[first])).status_code == 404
    assert entries(second)


def test_an_address_that_was_switched_off_never_comes_back(year) -> None:
    first = renew_calendar(employee_id=year.ani.id)
    switch_calendar_off(employee_id=year.ani.id)
    assert Client().get(reverse("calendar_feed", args=[first])).status_code == 404
    renew_calendar(employee_id=year.ani.id)
    assert Client().get(reverse("calendar_feed", args=[first])).status_code == 404


def test_nobody_without_an_account_in_use_has_one(year) -> None:
    token = renew_calendar(employee_id=year.ani.id)
    Employee.objects.filter(pk=year.ani.id).update(is_active=False)
    assert Client().get(reverse("calendar_feed", args=[token])).status_code == 404


def test_an_address_cannot_be_made_up(year, django_assert_num_queries) -> None:
    token = renew_calendar(employee_id=year.ani.id)
    said, signature = token.split(".")
    forged = [
        f"{year.budi.id.hex}-1.{signature}",
        f"{said}.{'A' * len(signature)}",
        said,
        "x",
        f"{said}0.{signature}",
    ]
    with django_assert_num_queries(0):
        for one in forged:
            assert read_token(one) is None
            assert Client().get(reverse("calendar_feed", args=[one])).status_code == 404
    assert read_token(token) == (year.ani.id, 1)
    assert token_for(year.ani.id, 1) == token


def test_the_page_switches_it_on_shows_it_and_switches_it_off(year) -> None:
    client = Client()
    client.force_login(Employee.objects.get(pk=year.ani.id))
    url = reverse("calendar")
    assert "The calendar is off." in client.get(url).content.decode()
    assert client.post(url, {"renew": ""}).status_code == 302
    address = client.get(url).context["address"]
    assert address.startswith("https://kinerja.example.go.id/kalender/")
    assert entries(address.split("/")[4])
    client.post(url, {"off": ""})
    assert client.get(url).context["address"] == ""
    assert Client().get(address.removeprefix("https://kinerja.example.go.id")).status_code == 404


def test_a_get_changes_nothing(year) -> None:
    token = renew_calendar(employee_id=year.ani.id)
    before = Employee.objects.filter(pk=year.ani.id).values().get()
    entries(token)
    assert Employee.objects.filter(pk=year.ani.id).values().get() == before


@pytest.mark.parametrize("team", [1, 3])
def test_the_feed_costs_the_same_whatever_the_team(year, django_assert_num_queries, team) -> None:
    people = Appraisal.objects.exclude(employee=year.budi.id).order_by("pk").values_list("pk", flat=True)
    Appraisal.objects.exclude(employee=year.budi.id).update(supervisor=None)
    Appraisal.objects.filter(pk__in=list(people[:team])).update(supervisor=year.budi.id)
    token = renew_calendar(employee_id=year.budi.id)
    with django_assert_num_queries(5):
        entries(token)
