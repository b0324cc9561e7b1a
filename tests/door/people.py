"""People who can sign in, and a browser to do it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.test import Client

from accounts.models import Employee
from tests.door import log
from tests.factories.people import EmployeeFactory, PersonnelNumberFactory

PASSWORD = "empat kenari di pagar"
WRONG = "lima kenari di pagar"
NIP = "198503152010012007"


@pytest.fixture
def quick_hashes(settings) -> None:
    """Hashing is not what is tested here."""
    settings.PASSWORD_HASHERS = ["tests.door.hashers.CountingHasher"]


@pytest.fixture
def ani(db, quick_hashes) -> Employee:
    """Ani, a teacher, whose login is her NIP."""
    person = EmployeeFactory(login=NIP, name="Ani Suryaningsih", password=make_password(PASSWORD))
    PersonnelNumberFactory(employee=person, digits=NIP)
    return person


@pytest.fixture
def budi(db, quick_hashes) -> Employee:
    """Budi, her supervisor, who has a login that is no number."""
    person = EmployeeFactory(login="budi", name="Budi Hartono", password=make_password(PASSWORD))
    PersonnelNumberFactory(employee=person, digits="197001012005031123")
    return person


@pytest.fixture
def written() -> Iterator[list[dict[str, list[str]]]]:
    """What reached a view as a POST."""
    log.written.clear()
    yield log.written
    log.written.clear()


SignIn = Callable[..., HttpResponse]


@pytest.fixture
def sign_in() -> SignIn:
    """Post the sign-in form with a browser."""

    def post(
        client: Client, login: str = NIP, password: str = PASSWORD, path: str = "/masuk/", **fields: str
    ):
        return client.post(path, {"login": login, "password": password, **fields})

    return post
