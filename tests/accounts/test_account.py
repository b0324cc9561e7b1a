"""A person's own account: what it shows, a new password, language and appearance."""

import datetime as dt
import re

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts.enums import Role
from accounts.models import Employee
from accounts.services.grants import end_grant, grant_role
from core.audit import AuditDetail, AuditEvent
from core.notifications import Notification
from tests.door.people import NIP, PASSWORD, WRONG
from tests.factories.people import (
    AgencyFactory,
    EmployeeFactory,
    PersonnelNumberFactory,
    RoleGrantFactory,
    actor_with,
    city,
    since,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.door.pages")]

NEW = "tujuh kenari terbang ke utara"
AT = dt.datetime(2026, 11, 24, 5, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _in_english(settings) -> None:
    """The texts of the code, whatever the catalogue says."""
    settings.LANGUAGE_CODE = "en"


def change(client: Client, old: str = PASSWORD, new: str = NEW, again: str = NEW):
    """Post the form of a new password."""
    return client.post("/kata-sandi/", {"oldpassword": old, "password1": new, "password2": again})


def said(answer) -> list[str]:
    """The sentences of the error summary."""
    summary = re.search(r'<div[^>]*class="error-summary".*?</div>', answer.content.decode(), re.DOTALL)
    items = re.findall(r"<li>(.*?)</li>", summary.group(0), re.DOTALL) if summary else []
    return [" ".join(re.sub(r"<[^>]*>", "", item).split()) for item in items]


# --- the page -------------------------------------------------------------------------------------


def test_the_page_shows_name_login_number_and_roles(client, ani) -> None:
    dinas = AgencyFactory(code="DISDIK", name="Dinas Pendidikan", parent=city())
    RoleGrantFactory(employee=ani, role=Role.HR_AGENCY, agency=dinas)
    client.force_login(ani)

    page = client.get("/akun/").content.decode()

    assert "Ani Suryaningsih" in page
    assert "19850315 201001 2 007" in page
    assert "HR admin of an agency" in page
    assert "Dinas Pendidikan" in page
    assert 'href="/kata-sandi/"' in page
    assert 'action="/keluar/"' in page


def test_the_page_costs_the_same_with_one_role_and_with_three(client, ani, django_assert_num_queries) -> None:
    client.force_login(ani)
    client.get("/akun/")
    for count, role in enumerate((Role.HR_AGENCY, Role.HR_CITY, Role.AUDITOR), start=1):
        RoleGrantFactory(employee=ani, role=role)
        if count in {1, 3}:
            with django_assert_num_queries(5):  # person, number, roles, today's actor, menu
                client.get("/akun/")


def test_a_role_that_has_ended_or_not_begun_is_not_shown(client, ani) -> None:
    RoleGrantFactory(employee=ani, role=Role.AUDITOR, period=(dt.date(2020, 1, 1), dt.date(2021, 1, 1)))
    RoleGrantFactory(employee=ani, role=Role.HR_CITY, period=(dt.date(2999, 1, 1), None))
    client.force_login(ani)

    page = client.get("/akun/").content.decode()

    assert "You hold no special role." in page


def test_people_without_a_number_see_none(client) -> None:
    client.force_login(EmployeeFactory(login="surya", name="Surya Wijaya", employment_type="elected"))

    assert "NIP or NI PPPK" not in client.get("/akun/").content.decode()


def test_a_number_that_is_not_in_force_is_not_shown(client) -> None:
    person = EmployeeFactory(login="joko")
    PersonnelNumberFactory(
        employee=person, digits="198503152015212003", period=(dt.date(2015, 1, 1), dt.date(2020, 1, 1))
    )
    client.force_login(person)

    assert "2015212" not in client.get("/akun/").content.decode()


@pytest.mark.parametrize("path", ["/akun/", "/kata-sandi/"])
def test_a_stranger_is_sent_to_the_door(client, db, path: str) -> None:
    assert client.get(path).headers["Location"] == f"/masuk/?next={path}"


# --- language and appearance ----------------------------------------------------------------------


def test_language_and_appearance_are_kept_in_profile_and_cookie(client, ani) -> None:
    client.force_login(ani)

    answer = client.post("/akun/", {"language": "id", "theme": "dark"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/akun/")
    ani.refresh_from_db()
    assert (ani.language, ani.theme) == ("id", "dark")
    assert (client.cookies["language"].value, client.cookies["theme"].value) == ("id", "dark")
    page = client.get("/akun/").content.decode()
    assert '<html lang="id" data-bs-theme="dark"' in page


@pytest.mark.parametrize(
    "posted", [{}, {"language": "fr", "theme": "dark"}, {"language": "id", "theme": "pink"}]
)
def test_what_is_not_offered_is_refused_and_changes_nothing(client, ani, posted) -> None:
    client.force_login(ani)

    answer = client.post("/akun/", posted)

    assert answer.status_code == 200
    assert said(answer)
    ani.refresh_from_db()
    assert (ani.language, ani.theme) == ("", "auto")


# --- a new password -------------------------------------------------------------------------------


def test_a_new_password_is_on_record_without_the_password_and_the_person_is_told(client, ani) -> None:
    client.force_login(ani)

    change(client)

    ani.refresh_from_db()
    assert ani.check_password(NEW)
    (event,) = AuditEvent.objects.all()
    assert (event.act, event.actor_id, event.object_id) == ("account.password_changed", ani.pk, ani.pk)
    detail = AuditDetail.objects.get()
    assert (detail.before, detail.after) == (None, None)
    (told,) = Notification.objects.all()
    assert (told.kind, told.recipient_id, told.occurrence) == (
        "account.password_changed",
        ani.pk,
        str(event.pk),
    )
    assert "Your password is changed." in client.get("/akun/").content.decode()


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence"),
    [
        (WRONG, NEW, NEW, "This is not your current password."),
        (PASSWORD, NEW, NEW + "!", "The two new passwords differ. Write the same one twice."),
        (PASSWORD, "pendek", "pendek", "This password is too short. It must contain at least 12 characters."),
        (PASSWORD, "qwerty123456", "qwerty123456", "This password is too common."),
        (PASSWORD, f"a{NIP}z", f"a{NIP}z", "Leave your NIP out of the password."),
        (PASSWORD, "suryaningsih pagi", "suryaningsih pagi", "Leave your name out of the password."),
        ("", NEW, NEW, "Fill in: Current password."),
        (PASSWORD, "", "", "Fill in: New password."),
        ("\x00", NEW, NEW, "Null characters are not allowed."),
    ],
)
def test_a_refused_change_says_why_and_changes_nothing(client, ani, old, new, again, sentence) -> None:
    client.force_login(ani)

    answer = change(client, old, new, again)

    assert answer.status_code == 200
    assert sentence in said(answer)
    assert NEW not in answer.content.decode()
    ani.refresh_from_db()
    assert ani.check_password(PASSWORD)
    assert not AuditEvent.objects.exists()
    assert not Notification.objects.exists()


def test_a_very_long_password_breaks_nothing(client, ani, sign_in) -> None:
    client.force_login(ani)
    long = "kenari " * 14_000

    assert change(client, new=long, again=long).status_code == 302

    assert sign_in(Client(), password=long).status_code == 302


def test_an_open_session_is_no_way_to_guess_the_password(client, ani) -> None:
    client.force_login(ani)
    for number in range(10):
        change(client, old=f"{WRONG} {number}")

    answer = change(client)

    assert "too many wrong passwords" in said(answer)[0]
    ani.refresh_from_db()
    assert ani.check_password(PASSWORD)


def test_a_person_without_a_password_has_none_to_change(client, ani) -> None:
    Employee.objects.filter(pk=ani.pk).update(password=make_password(None))
    ani.refresh_from_db()
    client.force_login(ani)

    answer = client.get("/kata-sandi/", follow=True)

    assert answer.redirect_chain == [("/akun/", 302)]
    assert "there is none to change" in answer.content.decode()
    assert 'href="/kata-sandi/"' not in answer.content.decode()


def test_a_new_password_leads_to_no_other_host(client, ani) -> None:
    client.force_login(ani)

    answer = client.post(
        "/kata-sandi/?next=https://evil.example/",
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
    )

    assert answer.headers["Location"] == "/akun/"


def test_the_second_click_on_the_button_changes_nothing_more(ani, sign_in) -> None:
    browser = Client()
    sign_in(browser)
    key = browser.cookies["sessionid"].value
    change(browser)
    browser.cookies["sessionid"] = key

    change(browser, new=NEW + " lagi", again=NEW + " lagi")

    ani.refresh_from_db()
    assert ani.check_password(NEW)
    assert AuditEvent.objects.count() == 1


# --- a new role -----------------------------------------------------------------------------------


def test_sessions_end_when_a_role_begins_and_when_it_ends(client, ani) -> None:
    giver = actor_with(Role.ADMIN, Role.HR_CITY)
    client.force_login(ani)
    grant = grant_role(
        actor=giver,
        at=AT,
        employee_id=ani.pk,
        role=Role.HR_AGENCY,
        agency_id=city().pk,
        first_day=since().lower,
        reason="Appointed.",
    )
    assert client.get("/akun/").status_code == 302

    ani.refresh_from_db()
    client.force_login(ani)
    assert client.get("/akun/").status_code == 200
    end_grant(actor=giver, at=AT, grant_id=grant.pk, last_day=dt.date(2026, 12, 31), reason="Moved.")
    assert client.get("/akun/").status_code == 302
