"""Lists by key: every row once, in order, at the same cost on every page."""

from __future__ import annotations

import base64
import json

import pytest

from accounts.models import Employee
from core.paging import page_of
from tests.factories.people import EmployeeFactory

pytestmark = pytest.mark.django_db

ORDER = ("sort_name", "id")


def walk(order: tuple[str, ...], size: int) -> list[list[str]]:
    pages, after = [], ""
    while True:
        page = page_of(Employee.objects.all(), order=order, after=after, size=size)
        pages.append([row.name for row in page.rows])
        assert page.first is (after == "")
        if not page.next_cursor:
            return pages
        after = page.next_cursor


def test_every_row_comes_once_and_in_order() -> None:
    for name in ("Dewi", "Ani", "Çitra", "Budi", "ani"):
        EmployeeFactory(name=name)
    assert walk(("sort_name", "name", "id"), 2) == [["Ani", "ani"], ["Budi", "Çitra"], ["Dewi"]]
    assert walk(("-sort_name", "-name", "-id"), 2) == [["Dewi", "Çitra"], ["Budi", "ani"], ["Ani"]]
    assert walk(("sort_name", "pk"), 2) == walk(("sort_name", "id"), 2)
    assert walk(("sort_name", "-name", "id"), 5) == [["ani", "Ani", "Budi", "Çitra", "Dewi"]]


def test_equal_keys_are_told_apart_by_the_last_field() -> None:
    EmployeeFactory.create_batch(7, name="Asep")
    assert [len(names) for names in walk(ORDER, 3)] == [3, 3, 1]


def test_an_empty_list_is_one_page() -> None:
    page = page_of(Employee.objects.all(), order=ORDER)
    assert (page.rows, page.next_cursor, page.first) == ((), "", True)


@pytest.mark.parametrize(
    "after",
    [
        "nonsense",
        "é",
        "\x00",
        "bnVsbA",
        base64.urlsafe_b64encode(json.dumps(["Ani"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps(["Ani", "no uuid"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps({"a": 1}).encode()).decode(),
    ],
)
def test_a_cursor_that_cannot_be_read_begins_anew(after: str) -> None:
    EmployeeFactory(name="Ani")
    page = page_of(Employee.objects.all(), order=ORDER, after=after)
    assert [row.name for row in page.rows] == ["Ani"]
    assert page.first


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_costs_one_query(rows: int, django_assert_num_queries) -> None:
    EmployeeFactory.create_batch(rows)
    with django_assert_num_queries(1):
        page_of(Employee.objects.all(), order=ORDER, size=2)


def test_a_page_keeps_its_place_when_its_rows_are_turned_into_something_else() -> None:
    EmployeeFactory.create_batch(3)
    page = page_of(Employee.objects.all(), order=ORDER, size=2)
    shown = page.showing(row.name for row in page.rows)
    assert shown.rows == tuple(row.name for row in page.rows)
    assert shown.next_cursor == page.next_cursor
