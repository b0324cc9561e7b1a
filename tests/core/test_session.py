"""How long a session lives, what the page says about it, and what ends it at once."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Employee
from accounts.services.sessions import end_sessions
from core.audit import AuditEvent
from core.sessions import idle_too_long
from tests.door.people import NIP, PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.door.pages")]

AT = dt.datetime(2026, 11, 24, 5, 0, tzinfo=dt.UTC)
FETCH = {"X-Requested-With": "fetch"}


def idle_key(client: Client) -> str:
    """Where the last use of the browser's session is noted."""
    return f"idle:{client.session.session_key}"


def rest(client: Client, seconds: int) -> None:
    """Let so many seconds pass since the last use."""
    cache.set(idle_key(client), cache.get(idle_key(client)) - seconds, 3600)


# --- idle -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "status"), [(3590, 200), (3660, 302)])
def test_a_session_may_rest_for_an_hour(client, ani, seconds: int, status: int) -> None:
    client.force_login(ani)
    client.get("/note/")
    rest(client, seconds)

    assert client.get("/note/").status_code == status


def test_who_was_idle_too_long_is_told_so_at_the_door(client, ani, settings) -> None:
    settings.LANGUAGE_CODE = "en"
    client.force_login(ani)
    client.get("/note/")
    rest(client, 3660)

    door = client.get("/note/", follow=True)

    assert door.redirect_chain == [("/masuk/?next=/note/", 302)]
    assert "had not been used for 60 minutes" in door.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_idle_session_is_gone_also_for_its_cookie(client, ani) -> None:
    client.force_login(ani)
    client.get("/note/")
    stolen = client.cookies[settings.SESSION_COOKIE_NAME].value
    rest(client, 3660)
    client.get("/note/")

    other = Client()
    other.cookies[settings.SESSION_COOKIE_NAME] = stolen
    assert other.get("/note/").status_code == 302


def test_without_redis_nobody_is_idle(client, ani, settings) -> None:
    client.force_login(ani)
    client.get("/note/")
    rest(client, 3660)
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}

    assert client.get("/note/").status_code == 200


def test_the_last_use_is_noted_every_half_minute_at_most(rf, ani, client) -> None:
    client.force_login(ani)
    request = rf.get("/note/")
    request.session = client.session
    request.arrived_at = AT
    key = f"idle:{request.session.session_key}"

    for seconds, noted in [(0, 0), (29, 0), (30, 30), (45, 30), (61, 61)]:
        request.arrived_at = AT + dt.timedelta(seconds=seconds)
        assert idle_too_long(request) is False
        assert cache.get(key) == int(AT.timestamp()) + noted


# --- the warning ----------------------------------------------------------------------------------


def test_a_page_knows_when_its_session_ends_and_warns_five_minutes_before(client, ani) -> None:
    client.force_login(ani)

    page = client.get("/note/").content.decode()

    dialog = re.search(r"<dialog[^>]*data-session[^>]*>", page).group(0)
    assert 'role="alertdialog"' in dialog
    assert 'data-seconds="3600"' in dialog
    assert 'data-warn-seconds="300"' in dialog
    assert 'action="/sesi/perpanjang/"' in page
    assert "session.js" in page


def test_a_page_without_a_session_warns_of_nothing(client) -> None:
    page = client.get("/masuk/").content.decode()

    assert "<dialog" not in page
    assert "session.js" not in page


def test_staying_signed_in_puts_the_idle_end_off(client, ani) -> None:
    client.force_login(ani)
    client.get("/note/")
    rest(client, 3500)

    answer = client.post("/sesi/perpanjang/", headers=FETCH)

    assert (answer.status_code, answer.json()) == (200, {"left": 3600})
    assert abs(cache.get(idle_key(client)) - timezone.now().timestamp()) < 30


def test_the_end_of_the_working_day_cannot_be_put_off(client, ani) -> None:
    client.force_login(ani)
    session = client.session
    session.set_expiry(timezone.now() + dt.timedelta(minutes=10))
    session.save()

    left = client.post("/sesi/perpanjang/", headers=FETCH).json()["left"]

    assert 590 <= left <= 600
    assert f'data-seconds="{left}"' in client.get("/note/").content.decode() or left > 0


@pytest.mark.parametrize(("method", "status"), [("get", 405), ("put", 405)])
def test_staying_signed_in_is_by_post_only(client, ani, method: str, status: int) -> None:
    client.force_login(ani)

    assert getattr(client, method)("/sesi/perpanjang/").status_code == status


def test_nobody_without_a_session_can_keep_one(client, db) -> None:
    answer = client.post("/sesi/perpanjang/", headers=FETCH)

    assert (answer.status_code, answer.json()) == (401, {"error": "signed_out"})


# --- ended at once --------------------------------------------------------------------------------


def test_all_sessions_of_a_person_end_at_once_and_those_of_others_stay(ani, budi, sign_in) -> None:
    phone, desk, colleague = Client(), Client(), Client()
    sign_in(phone)
    sign_in(desk)
    sign_in(colleague, "budi")

    end_sessions(employee_id=ani.pk, actor_id=budi.pk, at=AT, reason="Roles changed.")

    assert [browser.get("/note/").status_code for browser in (phone, desk, colleague)] == [302, 302, 200]
    (event,) = AuditEvent.objects.all()
    assert (event.act, event.actor_id, event.object_id, event.reason) == (
        "account.sessions_ended",
        budi.pk,
        ani.pk,
        "Roles changed.",
    )


def test_after_sessions_ended_one_signs_in_as_before(ani, sign_in) -> None:
    end_sessions(employee_id=ani.pk, actor_id=None, at=AT)
    browser = Client()

    sign_in(browser)

    assert browser.get("/note/").status_code == 200


def test_ending_sessions_costs_no_search_among_them(ani, django_assert_num_queries) -> None:
    with django_assert_num_queries(5):  # savepoint, update, event, detail, release
        end_sessions(employee_id=ani.pk, actor_id=None, at=AT)


def test_a_new_secret_key_keeps_sessions_while_the_old_one_is_a_fallback(client, ani, settings) -> None:
    client.force_login(ani)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-0123456789-0123456789-0123456789-0123456789"

    assert client.get("/note/").status_code == 200


def test_an_old_hash_does_not_fit_a_new_generation(ani) -> None:
    before = ani.get_session_auth_hash()
    Employee.objects.filter(pk=ani.pk).update(session_epoch=1)
    ani.refresh_from_db()

    assert ani.get_session_auth_hash() != before


# --- a new password -------------------------------------------------------------------------------

NEW = "tujuh kenari terbang ke utara"


def change(client: Client, old: str = PASSWORD, new: str = NEW, again: str = NEW):
    """Post the form."""
    return client.post("/kata-sandi/", {"oldpassword": old, "password1": new, "password2": again})


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(ani, sign_in) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here)
    sign_in(elsewhere)
    key_before = here.session.session_key

    answer = change(here)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/akun/")
    assert here.get("/note/").status_code == 200
    assert here.session.session_key != key_before
    assert elsewhere.get("/note/").status_code == 302
    assert sign_in(Client(), NIP, NEW).status_code == 302
    assert sign_in(Client(), NIP, PASSWORD).status_code == 200


# --- cookies that are no cookies ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "device", "language", "theme", "messages"])
@pytest.mark.parametrize(
    "value", ['"\\000aaaaaaaaaa"', '"\\377\\376aaaaaaaaaaaa"', "x" * 5000, '"a\\000b:c:d"', "a b;c"]
)
def test_no_cookie_breaks_a_page(client, db, name: str, value: str) -> None:
    cookie = {"HTTP_COOKIE": f"{name}={value}"}

    assert client.get("/masuk/", **cookie).status_code == 200
    assert client.get("/note/", **cookie).status_code == 302
    assert client.post("/masuk/", {"login": "nobody", "password": "x"}, **cookie).status_code == 200
    assert client.post("/note/", {"text": "kept"}, **cookie).status_code == 200


def test_sessions_are_read_from_the_cache_and_survive_its_loss(
    client, ani, django_assert_num_queries
) -> None:
    client.force_login(ani)
    client.get("/sesi/perpanjang/")
    with django_assert_num_queries(1):  # the person
        client.post("/sesi/perpanjang/", headers=FETCH)

    cache.clear()

    assert client.post("/sesi/perpanjang/", headers=FETCH).status_code == 200
