"""The door: who gets in, what the others are told, and what neither of them can find out."""

import datetime as dt
import statistics
import time
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import Employee
from tests.door.answers import NOT_RIGHT, said, signed_in, text_of
from tests.door.hashers import CountingHasher
from tests.door.people import NIP, PASSWORD, WRONG
from tests.factories.people import EmployeeFactory, PersonnelNumberFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.door.pages")]


@pytest.fixture(autouse=True)
def _in_english(settings) -> None:
    """The texts of the code, whatever the catalogue says."""
    settings.LANGUAGE_CODE = "en"


# --- getting in -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        NIP,
        "19850315 201001 2 007",
        "19850315.201001.2.007",
        "19850315-201001-2-007",
        f"  {NIP}  ",
        "19850315\u00a0201001\u00a02\u00a0007",
        "19850315–201001–2–007",
        "１９８５０３１５２０１００１２００７",
    ],
)
def test_the_nip_may_be_typed_or_pasted_as_people_write_it(client, ani, sign_in, typed: str) -> None:
    answer = sign_in(client, typed)

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("home"))
    assert signed_in(client) == str(ani.pk)


def test_another_login_is_found_in_any_case_and_so_is_the_nip_of_its_owner(client, budi, sign_in) -> None:
    for typed in ("budi", " Budi ", "BUDI", "19700101 200503 1 123"):
        browser = Client()
        assert sign_in(browser, typed).status_code == 302
        assert signed_in(browser) == str(budi.pk)


def test_a_number_of_earlier_years_still_means_its_owner(client, ani, sign_in) -> None:
    PersonnelNumberFactory(
        employee=ani, digits="198503152015212003", period=(dt.date(2015, 1, 1), dt.date(2020, 1, 1))
    )

    sign_in(client, "198503152015212003")

    assert signed_in(client) == str(ani.pk)


def test_signing_in_makes_a_new_session_id(client, ani, sign_in) -> None:
    client.get("/masuk/")
    session = client.session
    session["planted"] = "by a stranger"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    before = session.session_key

    sign_in(client)

    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_session_ends_eight_hours_after_signing_in_whatever_happens_in_it(client, ani, sign_in) -> None:
    sign_in(client)
    stored = Session.objects.get(session_key=client.session.session_key)
    end = stored.expire_date
    assert abs(end - timezone.now() - dt.timedelta(hours=8)) < dt.timedelta(seconds=30)

    session = client.session
    session["something"] = "new"
    session.save()

    stored.refresh_from_db()
    assert stored.expire_date == end


def test_the_pages_speak_the_language_of_the_profile_after_signing_in(client, ani, sign_in) -> None:
    Employee.objects.filter(pk=ani.pk).update(language="id")

    assert sign_in(client).headers["Content-Language"] == "id"


def test_signing_in_welcomes_nobody_with_a_message(client, ani, sign_in) -> None:
    assert "messages" not in sign_in(client).cookies


def test_the_page_allows_password_managers_and_pasting(client) -> None:
    page = client.get("/masuk/").content.decode()

    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page
    assert 'data-show-label="Show the password"' in page
    assert "show-password.js" in page


def test_the_page_writes_nothing_and_asks_the_database_nothing(client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/masuk/").status_code == 200


def test_a_failed_attempt_keeps_the_login_and_not_the_password(client, ani, sign_in) -> None:
    page = sign_in(client, "19850315 201001 2 007", WRONG).content.decode()

    assert 'value="19850315 201001 2 007"' in page
    assert WRONG not in page


def test_signing_in_twice_at_once_is_no_error(client, ani, sign_in) -> None:
    sign_in(client)

    answer = sign_in(client)

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("home"))


# --- where to -------------------------------------------------------------------------------------


def test_a_deep_link_survives_signing_in(client, ani, sign_in) -> None:
    door = client.get("/note/?page=2")
    assert door.headers["Location"] == "/masuk/?next=/note/%3Fpage%3D2"
    page = client.get(door.headers["Location"]).content.decode()
    assert '<input type="hidden" name="next" value="/note/?page=2">' in page

    answer = sign_in(client, next="/note/?page=2")

    assert answer.headers["Location"] == "/note/?page=2"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        r"\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "https://localhost/",  # a host of ALLOWED_HOSTS, but not the one that was asked
        "https://127.0.0.1/",
        "\x00//evil.example",
        " https://evil.example",
        "/" + "a" * 5000,
        "https://[evil",
    ],
)
@pytest.mark.parametrize("where", ["query", "field"])
def test_nobody_is_sent_to_another_host(client, ani, sign_in, elsewhere: str, where: str) -> None:
    if where == "query":
        answer = sign_in(client, path=f"/masuk/?next={quote(elsewhere)}")
    else:
        answer = sign_in(client, next=elsewhere)

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("home"))


def test_nobody_who_is_signed_in_is_sent_to_another_host(client, ani) -> None:
    client.force_login(ani)

    assert client.get("/masuk/?next=https://evil.example/").headers["Location"] == reverse("home")


# --- staying out ----------------------------------------------------------------------------------


def test_a_wrong_password_an_unknown_account_and_an_unusable_one_read_the_same(client, ani, sign_in) -> None:
    EmployeeFactory(login="never.signs.in", password=make_password(None))
    EmployeeFactory(login="gone", is_active=False, password=make_password(PASSWORD))
    EmployeeFactory(login="imported", password="!")
    EmployeeFactory(login="broken", password="no hash at all")
    attempts = [
        (NIP, WRONG),
        ("nobody", PASSWORD),
        ("never.signs.in", PASSWORD),
        ("imported", PASSWORD),
        ("broken", PASSWORD),
        ("gone", WRONG),
        ("197001012005031999", PASSWORD),
    ]

    pages = {text_of(sign_in(Client(), login, password)).replace(login, "…") for login, password in attempts}

    assert len(pages) == 1
    assert NOT_RIGHT in pages.pop()


@pytest.mark.parametrize(
    ("login", "password"),
    [
        (NIP, WRONG),
        ("nobody", PASSWORD),
        ("197001012005031999", PASSWORD),
        ("never.signs.in", PASSWORD),
        ("gone", WRONG),
        ("gone", PASSWORD),
        (NIP, PASSWORD),
    ],
)
def test_one_password_is_hashed_whether_the_account_exists_or_not(
    client, ani, sign_in, login, password
) -> None:
    EmployeeFactory(login="never.signs.in", password=make_password(None))
    EmployeeFactory(login="gone", is_active=False, password=make_password(PASSWORD))
    CountingHasher.count()

    sign_in(client, login, password)

    assert CountingHasher.count() == 1


def test_a_failure_costs_the_same_statements_whether_the_account_exists_or_not(
    ani, sign_in, django_assert_num_queries
) -> None:
    for login in (NIP, "nobody", "197001012005031999"):
        with django_assert_num_queries(3):
            sign_in(Client(), login, WRONG)


def test_a_failure_takes_the_same_time_whether_the_account_exists_or_not(db, sign_in, settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    EmployeeFactory(login="known", password=make_password(PASSWORD))
    EmployeeFactory(login="never.signs.in", password=make_password(None))
    EmployeeFactory(login="gone", is_active=False, password=make_password(PASSWORD))
    times: dict[str, list[float]] = {login: [] for login in ("known", "nobody", "never.signs.in", "gone")}
    for login in times:
        sign_in(Client(), login, WRONG)

    for _round in range(8):
        for login, taken in times.items():
            started = time.process_time()
            sign_in(Client(), login, WRONG)
            taken.append(time.process_time() - started)

    middle = {login: statistics.median(taken) for login, taken in times.items()}
    assert max(middle.values()) < 1.5 * min(middle.values()), middle


def test_the_right_password_of_a_closed_account_leads_to_an_explanation_and_no_session(
    client, ani, sign_in
) -> None:
    Employee.objects.filter(pk=ani.pk).update(is_active=False)

    answer = sign_in(client)

    assert answer.headers["Location"] == "/akun-ditutup/"
    assert signed_in(client) is None
    assert client.get("/akun-ditutup/").status_code == 200


def test_a_person_without_a_usable_password_cannot_sign_in(client, ani, sign_in) -> None:
    ani.set_unusable_password()
    ani.save(update_fields=["password"])

    for password in (PASSWORD, ani.password, "!", ""):
        sign_in(client, password=password)
        assert signed_in(client) is None


@pytest.mark.parametrize("field", ["login", "password", "next", "carried", "persona"])
@pytest.mark.parametrize(
    "text", ["\x00", "a\x00b", "x" * 100_000, "\ud7ff\u200f\ufeff", "🌧️" * 500, "' OR 1=1 --", "%00"]
)
def test_no_text_breaks_the_form(client, ani, sign_in, field: str, text: str) -> None:
    answer = client.post("/masuk/", {"login": "budi", "password": WRONG, field: text})

    assert answer.status_code == 200
    assert signed_in(client) is None


def test_bytes_that_are_no_text_do_not_break_the_form(client, ani) -> None:
    answer = client.generic(
        "POST",
        "/masuk/",
        b"login=%ff%fe%ed%a0%80&password=%c3%28&next=%ff",
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"login"])
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_no_body_breaks_the_form(client, ani, body: bytes, kind: str) -> None:
    assert client.generic("POST", "/masuk/", body, content_type=kind).status_code in {200, 400}


def test_a_login_of_a_hundred_thousand_characters_is_refused_in_a_sentence(client, ani, sign_in) -> None:
    assert said(sign_in(client, "1" * 100_000, WRONG)) == [
        "This is too long for a NIP, an NI PPPK or a login."
    ]


def test_empty_fields_are_named(client) -> None:
    assert said(client.post("/masuk/", {})) == [
        "Write your NIP, your NI PPPK or your login.",
        "Write your password.",
    ]


def test_scripts_get_no_twin_of_the_form_in_json(client, ani) -> None:
    answer = client.post(
        "/masuk/",
        {"login": NIP, "password": WRONG},
        headers={"X-Requested-With": "XMLHttpRequest", "Accept": "application/json"},
    )

    assert answer.headers["Content-Type"].startswith("text/html")
    assert WRONG not in answer.content.decode()


# --- getting out ----------------------------------------------------------------------------------


def test_signing_out_is_by_post_only(client, ani) -> None:
    client.force_login(ani)

    assert client.get("/keluar/").status_code == 405
    assert signed_in(client) == str(ani.pk)

    answer = client.post("/keluar/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/masuk/")
    assert signed_in(client) is None


def test_signing_out_twice_is_no_error(client, ani) -> None:
    client.force_login(ani)
    client.post("/keluar/")

    assert client.post("/keluar/").headers["Location"] == "/masuk/"


def test_signing_out_leads_to_no_other_host(client, ani) -> None:
    client.force_login(ani)

    assert client.post("/keluar/?next=https://evil.example/").headers["Location"] == "/masuk/"


def test_signing_out_keeps_the_browser_known(client, ani, sign_in) -> None:
    sign_in(client)

    client.post("/keluar/")

    assert client.cookies["device"].value


# --- what of allauth is there ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "account_signup",
        "account_reset_password",
        "account_email",
        "account_set_password",
        "account_reauthenticate",
        "account_confirm_email",
        "account_request_login_code",
        "socialaccount_login",
    ],
)
def test_nothing_else_of_allauth_is_routed(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)
