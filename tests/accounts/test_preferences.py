"""Theme and language: a cookie for everybody, the profile of who is signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Employee
from tests.factories.people import EmployeeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ani() -> Employee:
    return EmployeeFactory(name="Ani Lestari", language="id")


def test_a_visitor_keeps_the_look_in_a_cookie(client: Client) -> None:
    answer = client.post("/tampilan/", {"theme": "dark", "next": "/bantuan/?a=1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/bantuan/?a=1")
    assert answer.cookies["theme"].value == "dark"
    assert answer.cookies["theme"]["samesite"] == "Lax"
    assert 'data-bs-theme="dark"' in client.get("/bantuan/").content.decode()


def test_a_visitor_keeps_the_language_in_a_cookie(client: Client) -> None:
    client.post("/bahasa/", {"language": "en"})
    assert '<html lang="en"' in client.get("/bantuan/").content.decode()


def test_the_profile_of_a_signed_in_person_is_changed_and_wins_over_the_cookie(
    client: Client, ani: Employee
) -> None:
    client.force_login(ani)
    client.post("/tampilan/", {"theme": "light"})
    client.post("/bahasa/", {"language": "en"})
    ani.refresh_from_db()
    assert (ani.theme, ani.language) == ("light", "en")
    client.cookies["theme"] = "dark"
    assert '<html lang="en" data-bs-theme="light">' in client.get("/bantuan/").content.decode()


@pytest.mark.parametrize(("address", "field"), [("/tampilan/", "theme"), ("/bahasa/", "language")])
def test_an_unknown_choice_changes_nothing(client: Client, ani: Employee, address: str, field: str) -> None:
    client.force_login(ani)
    answer = client.post(address, {field: "purple"})
    assert answer.status_code == 302
    assert field not in answer.cookies
    ani.refresh_from_db()
    assert (ani.theme, ani.language) == ("auto", "id")


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_one_is_never_sent_to_another_site(client: Client, next_page: str) -> None:
    assert client.post("/tampilan/", {"theme": "dark", "next": next_page}).headers["Location"] == "/"


@pytest.mark.parametrize("address", ["/tampilan/", "/bahasa/"])
def test_a_get_changes_nothing(client: Client, address: str) -> None:
    assert client.get(address, {"theme": "dark", "language": "en"}).status_code == 405
