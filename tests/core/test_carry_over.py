"""A session ends while somebody writes: what was typed comes back, and nothing is written meanwhile."""

import html
import re

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Employee
from core import carry_over
from tests.door.people import NIP, PASSWORD, WRONG

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.door.pages")]

TEXT = "Saya menulis ini sore hari,\r\nsebelum sesi berakhir. “Kutip” & <tag> 🌧️"


@pytest.fixture(autouse=True)
def _in_english(settings) -> None:
    """The texts of the code, whatever the catalogue says."""
    settings.LANGUAGE_CODE = "en"


def hidden(answer, name: str = "carried") -> str:
    """The value of a hidden field of the page."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', answer.content.decode())
    assert found, f"no hidden field {name}"
    return html.unescape(found.group(1))


def action(answer) -> str:
    """Where the sign-in form of the page posts to."""
    tag = re.search(r'<form[^>]*id="sign-in"[^>]*>', answer.content.decode())
    assert tag, "no sign-in form"
    return html.unescape(re.search(r'action="([^"]*)"', tag.group(0)).group(1))


def typed(answer) -> dict[str, str]:
    """The fields of the form that came back."""
    page = answer.content.decode()
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    }


def messages_of(client: Client) -> str:
    """The page on which waiting messages are shown."""
    return client.get("/note/").content.decode()


def came_back(client: Client, sign_in, path: str, fields: dict[str, str], *, login: str = NIP):
    """Post without a session, then sign in on the page that is shown; returns both answers."""
    door = client.post(path, fields)
    assert door.status_code == 200
    return door, sign_in(client, login, path=action(door), carried=hidden(door))


# --- the way there and back ----------------------------------------------------------------------------


def test_a_post_without_a_session_shows_sign_in_at_the_same_address(client, ani, written) -> None:
    door = client.post("/note/?tab=2", {"text": TEXT})

    assert door.status_code == 200
    assert action(door) == "/note/?tab=2"
    assert "the form comes back with what you wrote" in door.content.decode()
    assert written == []


def test_after_signing_in_the_form_comes_back_filled_and_unsaved(client, ani, sign_in, written) -> None:
    _door, answer = came_back(client, sign_in, "/note/?tab=2", {"text": TEXT, "level": "3"})

    assert answer.status_code == 200
    assert typed(answer) == {"text": TEXT, "level": "3"}
    assert "tab=2" in answer.content.decode()
    assert "Not saved yet" in answer.content.decode()
    assert client.session["_auth_user_id"] == str(ani.pk)
    assert written == []


def test_the_form_that_came_back_can_be_sent(ani, sign_in, written) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/masuk/")
    token = browser.cookies["csrftoken"].value
    door = browser.post("/note/", {"text": TEXT, "csrfmiddlewaretoken": token})
    answer = sign_in(
        browser,
        path=action(door),
        carried=hidden(door),
        csrfmiddlewaretoken=hidden(door, "csrfmiddlewaretoken"),
    )

    sent = browser.post(
        "/note/", {**typed(answer), "csrfmiddlewaretoken": hidden(answer, "csrfmiddlewaretoken")}
    )

    assert sent.headers["Location"] == "/note/"
    assert written == [{"text": [TEXT]}]


def test_fields_with_several_values_keep_all_of_them(client, ani, sign_in) -> None:
    door = client.post("/note/", {"text": ["one", "two"]})
    seen = carry_over.unseal(hidden(door))

    assert seen.fields == (("text", "one"), ("text", "two"))


def test_the_session_id_is_new_and_the_browser_remembered_there_too(client, ani, sign_in) -> None:
    _door, answer = came_back(client, sign_in, "/note/", {"text": TEXT})

    assert answer.cookies["device"].value
    assert answer.cookies["sessionid"].value


def test_the_page_comes_back_in_the_language_of_the_profile(client, ani, sign_in) -> None:
    Employee.objects.filter(pk=ani.pk).update(language="id")

    _door, answer = came_back(client, sign_in, "/note/", {"text": TEXT})

    assert answer.headers["Content-Language"] == "id"
    assert '<html lang="id"' in answer.content.decode()


def test_a_wrong_password_keeps_what_is_carried(client, ani, sign_in, written) -> None:
    door = client.post("/note/", {"text": TEXT})

    again = sign_in(client, password=WRONG, path=action(door), carried=hidden(door))
    assert again.status_code == 200
    assert action(again) == "/note/"
    assert hidden(again) == hidden(door)
    assert "the form comes back" in again.content.decode()

    answer = sign_in(client, path=action(again), carried=hidden(again))
    assert typed(answer) == {"text": TEXT}
    assert written == []


def test_a_second_click_on_sign_in_gives_the_form_back_again(client, ani, sign_in, written) -> None:
    door, _answer = came_back(client, sign_in, "/note/", {"text": TEXT})

    again = sign_in(client, path=action(door), carried=hidden(door))

    assert typed(again) == {"text": TEXT}
    assert written == []


def test_a_second_click_with_the_old_token_gives_the_form_back_again(ani, sign_in, written) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"Origin": "http://testserver"})
    browser.get("/masuk/")
    door = browser.post("/note/", {"text": TEXT, "csrfmiddlewaretoken": browser.cookies["csrftoken"].value})
    fields = {"carried": hidden(door), "csrfmiddlewaretoken": hidden(door, "csrfmiddlewaretoken")}
    sign_in(browser, path=action(door), **fields)

    again = sign_in(browser, path=action(door), **fields)

    assert typed(again) == {"text": TEXT}
    assert written == []


def test_the_sign_in_page_itself_takes_what_is_carried(client, ani, sign_in, written) -> None:
    door = client.post("/note/", {"text": TEXT})

    assert typed(sign_in(client, carried=hidden(door))) == {"text": TEXT}
    client.post("/keluar/")
    client.force_login(ani)
    assert typed(sign_in(client, carried=hidden(door))) == {"text": TEXT}
    assert written == []


def test_secrets_and_the_fields_of_signing_in_are_not_carried(client, ani) -> None:
    door = client.post(
        "/note/",
        {
            "text": "kept",
            "csrfmiddlewaretoken": "t",
            "password": "p",
            "oldpassword": "p",
            "password1": "p",
            "new_PASSWORD": "p",
            "api_token": "p",
            "next": "/n",
            "kept": "k",
        },
    )

    assert carry_over.unseal(hidden(door)).fields == (("text", "kept"),)


def test_a_password_change_without_a_session_comes_back_empty(client, ani, sign_in) -> None:
    _door, answer = came_back(
        client,
        sign_in,
        "/kata-sandi/",
        {"oldpassword": PASSWORD, "password1": "p" * 12, "password2": "p" * 12},
    )

    assert answer.status_code == 200
    assert 'name="oldpassword"' in answer.content.decode()
    assert "p" * 12 not in answer.content.decode()
    ani.refresh_from_db()
    assert ani.check_password(PASSWORD)


def test_the_hidden_value_is_compressed_and_no_plain_text(client, ani) -> None:
    value = hidden(client.post("/note/", {"text": "kenari " * 5000}))

    assert len(value) < 2000
    assert value.startswith(".")


def test_a_session_row_that_is_gone_loses_nothing(client, ani, sign_in, written) -> None:
    client.force_login(ani)
    client.get("/note/")
    client.session.flush()

    _door, answer = came_back(client, sign_in, "/note/", {"text": TEXT})

    assert typed(answer) == {"text": TEXT}
    assert written == []


# --- where the form cannot come back ----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/note/budi/", "/refused/", "/too-late/", "/audited-note/", "/note/%00/"])
def test_a_page_that_this_person_may_not_see_stays_closed(client, ani, sign_in, written, path: str) -> None:
    _door, answer = came_back(client, sign_in, path, {"text": TEXT})

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("home"))
    assert "cannot be opened with this account" in messages_of(client)
    assert client.session["_auth_user_id"] == str(ani.pk)
    assert written == []


def test_a_path_that_does_not_exist_any_more_leads_home(client, ani, sign_in) -> None:
    door = client.post("/note/", {"text": TEXT})
    gone = carry_over.Carried("/gone/", "", "", "", (("text", TEXT),)).sealed()

    answer = sign_in(client, path=action(door), carried=gone)

    assert answer.headers["Location"] == reverse("home")


def test_another_person_does_not_get_what_the_first_one_wrote(client, ani, budi, sign_in, written) -> None:
    client.force_login(ani)
    client.get("/note/")
    key = f"idle:{client.session.session_key}"
    cache.set(key, cache.get(key) - 4000, 3600)

    _door, answer = came_back(client, sign_in, "/note/", {"text": TEXT}, login="budi")

    assert answer.headers["Location"] == reverse("home")
    assert TEXT.split(",")[0] not in messages_of(client)
    assert written == []


def test_an_idle_person_gets_the_text_back(client, ani, sign_in, written) -> None:
    client.force_login(ani)
    client.get("/note/")
    key = f"idle:{client.session.session_key}"
    cache.set(key, cache.get(key) - 4000, 3600)

    _door, answer = came_back(client, sign_in, "/note/", {"text": TEXT})

    assert typed(answer) == {"text": TEXT}
    assert written == []


def test_a_button_is_not_pressed_on_the_persons_behalf(client, ani, sign_in, written) -> None:
    door = client.post("/button/", {"version": "3"}, headers={"Referer": "http://testserver/note/?tab=2"})

    answer = sign_in(client, path=action(door), carried=hidden(door))

    assert (answer.status_code, answer.headers["Location"]) == (302, "http://testserver/note/?tab=2")
    assert "do it once more" in messages_of(client)
    assert written == []


def test_a_button_of_another_host_leads_home(client, ani, sign_in) -> None:
    door = client.post("/button/", {"version": "3"}, headers={"Referer": "https://evil.example/"})

    assert sign_in(client, path=action(door), carried=hidden(door)).headers["Location"] == reverse("home")


@pytest.mark.parametrize(("path", "onward"), [("/button/", "/"), ("/moved/", "/note/?moved=1")])
def test_text_that_no_form_takes_is_shown_for_copying(client, ani, sign_in, written, path, onward) -> None:
    _door, answer = came_back(client, sign_in, path, {"comment": TEXT, "version": "3"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert html.escape(TEXT) in page
    assert "readonly" in page
    assert f'href="{onward}"' in page
    assert written == []


def test_an_expired_value_is_said_and_nothing_comes_back(client, ani, sign_in, monkeypatch) -> None:
    door = client.post("/note/", {"text": TEXT})
    value = hidden(door)
    monkeypatch.setattr(carry_over, "MAX_AGE", -1)

    page = sign_in(client, password=WRONG, path=action(door), carried=value)
    assert "more than 30 minutes" in page.content.decode()
    assert action(page) == "/note/"

    answer = sign_in(client, path=action(page), carried=hidden(page))
    assert answer.headers["Location"] == reverse("home")
    assert "more than 30 minutes" in messages_of(client)


@pytest.mark.parametrize(
    "forge",
    [
        lambda _v: "",
        lambda v: v[:-1] + ("a" if v[-1] != "a" else "b"),
        lambda v: v[5:],
        lambda _v: "\x00",
        lambda _v: signing.dumps(["/note/", "", "", "", []], salt="another purpose"),
    ],
)
def test_a_forged_value_is_said_and_opens_nothing(client, ani, sign_in, written, forge) -> None:
    door = client.post("/note/", {"text": TEXT})
    forged = forge(hidden(door))

    page = sign_in(client, password=WRONG, path=action(door), carried=forged)
    assert "arrived damaged" in page.content.decode()

    answer = sign_in(client, path=action(door), carried=forged)
    assert answer.headers["Location"] == reverse("home")
    assert "arrived damaged" in messages_of(client)
    assert written == []


# --- long texts -----------------------------------------------------------------------------------------


def test_64_kilobytes_are_carried_and_one_byte_more_is_not(client, ani) -> None:
    fits = "x" * (64 * 1024 - len("text"))

    assert carry_over.unseal(hidden(client.post("/note/", {"text": fits}))).fields == (("text", fits),)
    assert carry_over.unseal(hidden(client.post("/note/", {"text": fits + "y"}))).fields == ()


def test_a_text_that_is_too_long_is_shown_for_copying_before_and_after_signing_in(
    client, ani, sign_in, written
) -> None:
    long = "Panjang & <lebar> " * 6000
    door = client.post("/note/?tab=2", {"text": long, "level": "3"})

    page = door.content.decode()
    assert "too long to be carried" in page
    assert html.escape(long) in page
    assert re.search(r'<textarea[^>]*name="kept"[^>]*readonly', page)

    again = sign_in(client, password=WRONG, path=action(door), carried=hidden(door), kept=long)
    assert html.escape(long) in again.content.decode()
    assert "too long to be carried" in again.content.decode()

    answer = sign_in(client, path=action(again), carried=hidden(again), kept=long)
    assert answer.status_code == 200
    assert html.escape(long) in answer.content.decode()
    assert 'href="/note/?tab=2"' in answer.content.decode()
    assert written == []


# --- scripts and public pages ---------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{"X-Requested-With": "fetch"}, {"HX-Request": "true"}])
def test_a_script_without_a_session_gets_401_and_no_page(client, ani, written, headers) -> None:
    answer = client.post("/note/", {"text": TEXT}, headers=headers)

    assert (answer.status_code, answer.json()) == (401, {"error": "signed_out"})
    assert written == []


def test_a_script_whose_idle_session_ended_gets_401(client, ani, written) -> None:
    client.force_login(ani)
    client.get("/note/")
    key = f"idle:{client.session.session_key}"
    cache.set(key, cache.get(key) - 4000, 3600)

    answer = client.post("/note/", {"text": TEXT}, headers={"X-Requested-With": "fetch"})

    assert (answer.status_code, answer.json()) == (401, {"error": "signed_out"})
    assert written == []


def test_a_public_form_needs_no_session(client, db, written) -> None:
    assert client.post("/public-form/", {"text": TEXT}).content == b"public"
    assert written == [{"text": [TEXT]}]


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\xfe=%00&a=%ed%a0%80", b"text=" + b"x" * 300_000])
@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_no_body_breaks_the_door(client, db, body, kind) -> None:
    assert client.generic("POST", "/note/", body, content_type=kind).status_code in {200, 400}


# --- the token -------------------------------------------------------------------------------------------


OURS = {"Origin": "http://testserver"}


@pytest.fixture
def strict() -> Client:
    """A browser whose tokens are checked."""
    return Client(enforce_csrf_checks=True)


def test_a_post_without_any_cookie_from_our_page_carries_its_fields(strict, ani, sign_in, written) -> None:
    door = strict.post("/note/", {"text": TEXT}, headers=OURS)
    assert door.status_code == 200

    answer = sign_in(
        strict,
        path=action(door),
        carried=hidden(door),
        csrfmiddlewaretoken=hidden(door, "csrfmiddlewaretoken"),
    )

    assert typed(answer) == {"text": TEXT}
    assert written == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://testserver"},
        {"Origin": "http://testserver:8080"},
        {"Origin": "http://testserver.evil.example"},
        {"Referer": "https://evil.example/?http://testserver/"},
        {"Referer": "http://[broken"},
        {"Origin": "https://evil.example", "Referer": "http://testserver/note/"},
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_post_from_elsewhere_is_refused(strict, ani, written, headers, signed_in) -> None:
    if signed_in:
        strict.force_login(ani)

    answer = strict.post("/note/", {"text": TEXT}, headers=headers)

    assert answer.status_code == 403
    assert "nothing was saved" in answer.content.decode()
    assert TEXT.split(",")[0] not in answer.content.decode()
    assert written == []


def test_the_referer_will_do_where_the_browser_sends_no_origin(strict, ani) -> None:
    door = strict.post("/note/", {"text": TEXT}, headers={"Referer": "http://testserver/note/"})

    assert action(door) == "/note/"


def test_a_form_older_than_the_session_comes_back_filled(strict, ani, written) -> None:
    strict.force_login(ani)
    stale = "a" * 64

    answer = strict.post("/note/?tab=2", {"text": TEXT, "csrfmiddlewaretoken": stale}, headers=OURS)

    assert answer.status_code == 200
    assert typed(answer) == {"text": TEXT}
    assert "tab=2" in answer.content.decode()
    assert written == []
    sent = strict.post(
        "/note/", {"text": TEXT, "csrfmiddlewaretoken": hidden(answer, "csrfmiddlewaretoken")}, headers=OURS
    )
    assert sent.status_code == 302
    assert written == [{"text": [TEXT]}]


def test_a_button_older_than_the_session_presses_nothing(strict, ani, written) -> None:
    strict.force_login(ani)

    answer = strict.post("/button/", {"version": "3"}, headers={**OURS, "Referer": "http://testserver/note/"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "http://testserver/note/")
    assert written == []


def test_a_form_of_somebody_else_does_not_come_back(strict, ani, written) -> None:
    strict.force_login(ani)

    answer = strict.post("/note/budi/", {"text": TEXT}, headers=OURS)

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("home"))
    assert written == []


def test_signing_in_without_the_cookie_keeps_the_login_and_says_why(strict, ani, sign_in) -> None:
    answer = strict.post("/masuk/?next=/note/", {"login": NIP, "password": PASSWORD}, headers=OURS)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "sent no cookie" in page
    assert f'value="{NIP}"' in page
    assert PASSWORD not in page
    assert "_auth_user_id" not in strict.session

    again = strict.post(
        action(answer),
        {"login": NIP, "password": PASSWORD, "csrfmiddlewaretoken": hidden(answer, "csrfmiddlewaretoken")},
        headers=OURS,
    )
    assert again.headers["Location"] == "/note/"


def test_a_sign_in_page_at_a_form_without_the_cookie_keeps_what_is_carried(
    strict, ani, sign_in, written
) -> None:
    value = hidden(strict.post("/note/", {"text": TEXT}, headers=OURS))

    answer = Client(enforce_csrf_checks=True).post(
        "/note/", {"login": NIP, "password": PASSWORD, "carried": value}, headers=OURS
    )

    assert answer.status_code == 200
    assert hidden(answer) == value
    assert "sent no cookie" in answer.content.decode()
    assert written == []


def test_signing_out_without_session_and_cookie_leads_to_the_door(strict, db) -> None:
    assert strict.post("/keluar/", headers=OURS).headers["Location"] == "/masuk/"


def test_a_script_with_an_old_token_is_given_a_fresh_one(strict, ani, written) -> None:
    strict.force_login(ani)
    script = {**OURS, "X-Requested-With": "fetch"}

    refused = strict.post("/note/", {"text": TEXT, "csrfmiddlewaretoken": "a" * 64}, headers=script)
    assert refused.status_code == 403
    assert refused.json()["error"] == "csrf"
    assert written == []

    again = strict.post("/note/", {"text": TEXT}, headers={**script, "X-CSRFToken": refused.json()["token"]})
    assert again.status_code == 302
    assert written == [{"text": [TEXT]}]


def test_a_script_from_elsewhere_is_given_none(strict, ani) -> None:
    strict.force_login(ani)

    refused = strict.post(
        "/note/", {}, headers={"Origin": "https://evil.example", "X-Requested-With": "fetch"}
    )

    assert (refused.status_code, refused.json()) == (403, {"error": "csrf"})


def test_a_script_without_session_and_token_is_told_to_sign_in(strict, db) -> None:
    refused = strict.post("/note/", {}, headers={**OURS, "X-Requested-With": "fetch"})

    assert (refused.status_code, refused.json()) == (401, {"error": "signed_out"})


# --- with the demo's people -----------------------------------------------------------------------------


def test_choosing_a_demo_person_keeps_what_is_carried(
    client, ani, sign_in, settings, tmp_path, written
) -> None:
    settings.DEMO = True
    settings.DEMO_ACCOUNTS_FILE = tmp_path / "accounts.json"
    settings.DEMO_ACCOUNTS_FILE.write_text(
        f'[{{"persona": "Ani", "role": "employee", "agency": "", "login": "{NIP}", "password": "{PASSWORD}"}}]'
    )
    door = client.post("/note/", {"text": TEXT})
    assert 'name="persona" value="Ani"' in door.content.decode()

    filled = client.post(
        action(door), {"persona": "Ani", "login": "", "password": "", "carried": hidden(door)}
    )
    assert f'value="{PASSWORD}"' in filled.content.decode()
    assert "_auth_user_id" not in client.session

    assert typed(sign_in(client, path=action(filled), carried=hidden(filled))) == {"text": TEXT}
    assert written == []
