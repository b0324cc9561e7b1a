"""A person's messages: listed, opened, marked read, and nobody else's."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Employee
from core import notifications
from core.notifications import Kind, Notification
from tests.core.markup import squeezed
from tests.factories.people import EmployeeFactory

pytestmark = pytest.mark.django_db

RETURNED = Kind("test.returned", title="%(by)s returned your plan", body="Mend it soon.")
NOW = timezone.now()


@pytest.fixture(autouse=True)
def _own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(notifications._KINDS, RETURNED.code, RETURNED)


@pytest.fixture
def ani() -> Employee:
    return EmployeeFactory(name="Ani Lestari", language="en")


@pytest.fixture
def page(ani: Employee, client: Client) -> Client:
    client.force_login(ani)
    return client


def message(
    recipient: Employee, *, minutes_ago: int = 5, read: bool = False, **values: object
) -> Notification:
    return Notification.objects.create(
        **{
            "kind": RETURNED.code,
            "recipient": recipient,
            "subject_id": uuid.uuid4(),
            "occurrence": "1",
            "params": {"by": "Budi"},
            "path": "/bantuan/",
            "created_at": NOW - dt.timedelta(minutes=minutes_ago),
            "read_at": NOW if read else None,
            **values,
        }
    )


def test_messages_are_listed_newest_first_and_the_unread_are_marked(ani: Employee, page: Client) -> None:
    message(ani, minutes_ago=60, params={"by": "Citra"})
    message(ani, minutes_ago=30, params={"by": "Dewi"}, read=True)
    message(ani, minutes_ago=10, params={"by": "Budi"}, superseded_at=NOW)
    message(EmployeeFactory(), params={"by": "Kenari"})

    text = squeezed(page.get("/kotak-masuk/").content.decode())

    assert text.index("Dewi returned your plan") < text.index("Citra returned your plan")
    assert "Budi returned" not in text
    assert "Kenari" not in text
    assert text.count('<li class="unread">') == 1
    assert "One message is waiting to be read." in text
    assert '<span class="visually-hidden">Unread:</span>Citra returned your plan' in text


def test_the_unread_can_be_seen_alone(ani: Employee, page: Client) -> None:
    message(ani, params={"by": "Citra"})
    message(ani, params={"by": "Dewi"}, read=True)

    text = page.get("/kotak-masuk/?show=unread").content.decode()

    assert "Citra returned your plan" in text
    assert "Dewi returned your plan" not in text


def test_a_long_inbox_comes_in_pages(ani: Employee, page: Client) -> None:
    for number in range(31):
        message(ani, minutes_ago=number + 1, params={"by": f"Writer{number:02d}"})

    first = page.get("/kotak-masuk/").content.decode()
    assert "Writer29" in first
    assert "Writer30" not in first
    cursor = first.split("after=")[1].split('"')[0]
    second = page.get(f"/kotak-masuk/?after={cursor}").content.decode()
    assert "Writer30" in second
    assert "Writer29" not in second


def test_an_empty_inbox_says_when_something_comes(page: Client) -> None:
    text = page.get("/kotak-masuk/").content.decode()
    assert "No messages here" in text
    assert "Mark all as read" not in text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_inbox_costs_the_same_queries_with_one_row_and_with_three(
    rows: int, ani: Employee, page: Client, django_assert_max_num_queries
) -> None:
    for number in range(rows):
        message(ani, minutes_ago=number + 1)
    page.get("/kotak-masuk/")

    with django_assert_max_num_queries(10) as captured:
        page.get("/kotak-masuk/")
    # The list, its count, and the count in the menu.
    assert sum("notification" in query["sql"] for query in captured.captured_queries) == 3


def test_opening_a_message_marks_it_read_and_goes_to_its_page(ani: Employee, page: Client) -> None:
    opened, other = message(ani), message(ani)

    answer = page.post(f"/kotak-masuk/{opened.pk}/buka/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/bantuan/")
    opened.refresh_from_db()
    other.refresh_from_db()
    assert opened.read_at is not None
    assert other.read_at is None


def test_opening_twice_keeps_the_first_moment(ani: Employee, page: Client) -> None:
    once = message(ani, read=True)
    page.post(f"/kotak-masuk/{once.pk}/buka/")
    once.refresh_from_db()
    assert once.read_at == NOW


@pytest.mark.parametrize("path", ["", "https://evil.example/", "//evil.example/"])
def test_a_message_leads_nowhere_but_to_pages_of_ours(path: str, ani: Employee, page: Client) -> None:
    answer = page.post(f"/kotak-masuk/{message(ani, path=path).pk}/buka/")
    assert answer.headers["Location"] == "/kotak-masuk/"


def test_somebody_elses_message_is_not_found_and_stays_unread(page: Client) -> None:
    foreign = message(EmployeeFactory())

    assert page.post(f"/kotak-masuk/{foreign.pk}/buka/").status_code == 404
    assert page.post(f"/kotak-masuk/{uuid.uuid4()}/buka/").status_code == 404

    foreign.refresh_from_db()
    assert foreign.read_at is None


def test_a_get_marks_nothing(ani: Employee, page: Client) -> None:
    unread = message(ani)
    assert page.get(f"/kotak-masuk/{unread.pk}/buka/").status_code == 405
    assert page.get("/kotak-masuk/dibaca-semua/").status_code == 405
    page.get("/kotak-masuk/")
    unread.refresh_from_db()
    assert unread.read_at is None


def test_all_messages_of_one_person_are_marked_read(ani: Employee, page: Client) -> None:
    mine, foreign = message(ani), message(EmployeeFactory())

    answer = page.post("/kotak-masuk/dibaca-semua/", follow=True)

    assert "All messages are marked as read." in answer.content.decode()
    mine.refresh_from_db()
    foreign.refresh_from_db()
    assert mine.read_at is not None
    assert foreign.read_at is None


def test_without_a_session_there_is_no_inbox(client: Client) -> None:
    assert client.get("/kotak-masuk/").status_code == 302
    assert client.get("/kotak-masuk/", headers={"X-Requested-With": "fetch"}).status_code == 401
