"""The invented people of the demo, offered at the door of the demo alone."""

import pytest
from django.test import Client

from tests.door.answers import signed_in
from tests.door.people import NIP, PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.door.pages")]


@pytest.fixture(autouse=True)
def _in_english(settings) -> None:
    """The texts of the code, whatever the catalogue says."""
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def demo(settings, tmp_path, monkeypatch):
    """The demo with one persona."""
    settings.DEMO = True
    settings.DEMO_ACCOUNTS_FILE = tmp_path / "accounts.json"
    settings.DEMO_ACCOUNTS_FILE.write_text(
        '[{"persona": "Ani", "role": "employee", "agency": "SDN 001 Contoh", "login": "' + NIP + '",'
        ' "password": "' + PASSWORD + '", "totp_secret": null}]'
    )
    return settings


def test_the_demo_offers_its_invented_people(client, demo, ani, sign_in) -> None:
    page = client.get("/masuk/").content.decode()
    assert '<a href="/masuk/?persona=Ani">Ani</a>' in page
    assert "Employee, SDN 001 Contoh" in " ".join(page.split())
    assert PASSWORD not in page
    assert "invented" in page

    filled = client.get("/masuk/?persona=Ani").content.decode()
    assert f'value="{NIP}"' in filled
    assert f'value="{PASSWORD}"' in filled
    assert signed_in(client) is None


def test_nobody_on_another_machine_is_offered_them(demo, ani) -> None:
    page = Client(REMOTE_ADDR="198.51.100.9").get("/masuk/?persona=Ani").content.decode()

    assert PASSWORD not in page
    assert ">Ani<" not in page


def test_outside_the_demo_there_are_none(client, demo, ani) -> None:
    demo.DEMO = False

    page = client.get("/masuk/?persona=Ani").content.decode()

    assert PASSWORD not in page
    assert ">Ani<" not in page


def test_a_demo_without_the_file_still_has_a_door(client, demo) -> None:
    demo.DEMO_ACCOUNTS_FILE.unlink()

    assert client.get("/masuk/").status_code == 200
