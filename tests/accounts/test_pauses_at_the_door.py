"""The throttle as people meet it: strangers pause, known browsers go on, the owner is told."""

import re

import pytest
from django.test import Client

from core.audit import AuditEvent
from core.notifications import Notification
from tests.door.answers import NOT_RIGHT, said, signed_in, text_of
from tests.door.hashers import CountingHasher
from tests.door.people import NIP, WRONG

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.door.pages")]


@pytest.fixture(autouse=True)
def _in_english(settings) -> None:
    """The texts of the code, whatever the catalogue says."""
    settings.LANGUAGE_CODE = "en"


def lock(login: str = NIP) -> Client:
    """Ten wrong passwords from a stranger's browser."""
    stranger = Client()
    for _ in range(10):
        stranger.post("/masuk/", {"login": login, "password": WRONG})
    return stranger


def test_a_throttled_stranger_stands_beside_a_colleague_who_gets_in(ani, sign_in) -> None:
    colleague = Client()
    sign_in(colleague)
    colleague.post("/keluar/")
    stranger = lock()

    refused = sign_in(stranger)

    (sentence,) = said(refused)
    assert re.fullmatch(r"There were too many wrong passwords\. Try again at \d\d[.:]\d\d WIB\.", sentence)
    assert f'value="{NIP}"' in refused.content.decode()
    assert signed_in(stranger) is None
    assert sign_in(colleague).status_code == 302
    assert signed_in(colleague) == str(ani.pk)


def test_a_signed_in_colleague_notices_nothing_of_a_lock(ani, sign_in) -> None:
    colleague = Client()
    sign_in(colleague)

    lock()

    assert colleague.get("/note/").status_code == 200


def test_a_pause_reads_the_same_for_an_account_that_does_not_exist(ani, sign_in) -> None:
    known, unknown = (text_of(sign_in(lock(login), login)).replace(login, "…") for login in (NIP, "nobody"))

    assert known == unknown


def test_a_pause_looks_at_no_password(ani, sign_in) -> None:
    stranger = lock()
    CountingHasher.count()

    sign_in(stranger)

    assert CountingHasher.count() == 0


def test_login_and_nip_of_one_person_share_a_bucket(budi, sign_in) -> None:
    for typed in ["budi", "197001012005031123"] * 5:
        sign_in(Client(), typed, WRONG)

    for typed in ("budi", "197001012005031123"):
        assert "too many wrong passwords" in sign_in(Client(), typed).content.decode()


def test_the_owner_is_told_once_per_pause_and_it_is_on_record(ani, sign_in) -> None:
    stranger = lock()
    for _ in range(5):
        sign_in(stranger)

    (told,) = Notification.objects.all()
    assert (told.kind, told.recipient_id, told.path) == ("account.sign_in_paused", ani.pk, "/akun/")
    assert told.params == {"failures": 10, "minutes": 5}
    assert told.title == "Somebody tried to sign in to your account"
    (event,) = AuditEvent.objects.all()
    assert (event.act, event.actor_id, event.object_id) == ("account.sign_in_paused", None, ani.pk)


def test_a_pause_of_nobody_tells_nobody(ani) -> None:
    lock("nobody")

    assert Notification.objects.count() == 0
    assert AuditEvent.objects.count() == 0


def test_the_owner_is_told_of_a_pause_in_a_browser_of_theirs(ani, sign_in) -> None:
    browser = Client()
    sign_in(browser)
    browser.post("/keluar/")
    for _ in range(10):
        sign_in(browser, password=WRONG)

    assert [told.kind for told in Notification.objects.all()] == ["account.browser_paused"]


def test_many_failures_from_one_address_stop_strangers_there_and_no_known_browser(ani, budi, sign_in) -> None:
    colleague = Client()
    sign_in(colleague)
    for number in range(120):
        sign_in(Client(), f"nobody{number}", WRONG)

    assert "from this network" in sign_in(Client(), "budi").content.decode()
    assert sign_in(Client(REMOTE_ADDR="198.51.100.9"), "budi").status_code == 302
    colleague.post("/keluar/")
    assert sign_in(colleague).status_code == 302


def test_without_redis_people_still_sign_in_and_out(ani, sign_in, settings, caplog) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}
    browser = Client()
    for _ in range(12):
        assert said(sign_in(browser, password=WRONG)) == [NOT_RIGHT]

    assert sign_in(browser).status_code == 302
    assert browser.get("/note/").status_code == 200
    assert browser.post("/keluar/").status_code == 302
    assert any("throttling fails open" in record.getMessage() for record in caplog.records)


def test_a_browser_is_remembered_only_after_a_sign_in_that_worked(client, ani, sign_in) -> None:
    assert "device" not in sign_in(client, password=WRONG).cookies
    assert sign_in(client).cookies["device"]["httponly"]
