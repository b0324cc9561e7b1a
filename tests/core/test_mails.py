"""What a mail says, in whose language, and where its links lead."""

from __future__ import annotations

import datetime as dt
import email
import re
import uuid
from email import policy

import pytest
from django.core.mail import EmailMessage
from django.urls import reverse

from accounts.notices import password_changed
from appraisal import notices, reminder_notices
from core import notifications
from core.audit import record
from core.eml import EmlBackend
from core.mail_hours import is_mail_hour, next_digest, read_hours
from core.mails import digest_of, mail_of
from core.notifications import Kind, Message, Notification, kinds, notify
from tests.factories.people import EmployeeFactory

AT = dt.datetime(2026, 11, 24, 3, tzinfo=dt.UTC)
SECRET = "Rawat inap sejak Senin."

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(settings) -> None:
    settings.SITE_URL = "https://kinerja.example.go.id"
    settings.DEFAULT_FROM_EMAIL = "Penilaian Kinerja <penilaian@kinerja.example.go.id>"


def said(kind: Kind, *, language: str = "", path: str = "/penilaian/1/", **params: object) -> Notification:
    ani = EmployeeFactory(name="Ani <b>Suryani</b>", email="ani@bandung.example", language=language)
    notify([Message(kind, ani.pk, uuid.uuid4(), "1", path, params)], at=AT)
    return Notification.objects.select_related("recipient").get(recipient=ani)


def parts(message: EmailMessage) -> tuple[email.message.EmailMessage, str, str]:
    read = email.message_from_bytes(message.message().as_bytes(), policy=policy.default)
    text, html = read.get_body(("plain",)), read.get_body(("html",))
    return read, text.get_content(), html.get_content()


def test_a_mail_has_text_and_html_with_the_same_link() -> None:
    row = said(notices.PLAN_RETURNED, year="2026", by="Budi", language="en")
    read, text, html = parts(mail_of(row))

    assert read["Subject"] == "Your plan for 2026 was returned"
    assert read["To"] == "ani@bandung.example"
    assert read["From"] == "Penilaian Kinerja <penilaian@kinerja.example.go.id>"
    for body in (text, html):
        assert "https://kinerja.example.go.id/penilaian/1/" in body
        assert f"https://kinerja.example.go.id{reverse('mail_preferences')}" in body
        assert "Budi wrote a comment." in body
    assert "Ani <b>Suryani</b>" in text
    assert "Ani &lt;b&gt;Suryani&lt;/b&gt;" in html
    assert "<script" not in html
    assert "<style" not in html


def test_its_head_says_what_it_is() -> None:
    row = said(notices.PLAN_AGREED, year="2026", by="Budi")
    read, _text, _html = parts(mail_of(row))
    assert read["Message-ID"].strip() == f"<{row.pk}@kinerja.example.go.id>"
    assert read["List-Id"] == "Penilaian Kinerja <pesan.kinerja.example.go.id>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["List-Unsubscribe"] == f"<https://kinerja.example.go.id{reverse('mail_preferences')}>"
    assert read["Date"]


@pytest.mark.parametrize(
    ("language", "opens"), [("id", "Buka halaman"), ("en", "Open the page"), ("", "Buka halaman")]
)
def test_it_speaks_the_language_of_its_reader(settings, language, opens) -> None:
    settings.LANGUAGE_CODE = "id"
    read, _text, html = parts(mail_of(said(notices.PLAN_AGREED, year="2026", by="Budi", language=language)))
    assert opens in html
    assert f'lang="{language or "id"}"' in html
    assert read["Content-Language"] == (language or "id")


def test_a_message_without_a_page_leads_to_the_inbox() -> None:
    _read, text, _html = parts(mail_of(said(notices.PLAN_AGREED, year="2026", by="Budi", path="")))
    assert f"https://kinerja.example.go.id{reverse('inbox')}" in text


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        (notices.EXTENDED, {"phase": "self_assessment", "until_on": "2026-12-27", "reason": SECRET}),
        (notices.RESULT_RECALLED, {"year": "2026", "reason": SECRET}),
    ],
)
def test_what_somebody_wrote_stays_in_the_inbox(kind, params) -> None:
    row = said(kind, language="en", **params)
    assert SECRET in row.body
    for message in (mail_of(row), digest_of([row])):
        _read, text, html = parts(message)
        assert SECRET not in text + html


def test_a_code_is_said_in_words() -> None:
    row = said(
        notices.EXTENDED, phase="self_assessment", until_on="2026-12-27", reason="Sakit", language="en"
    )
    _read, text, _html = parts(mail_of(row))
    assert "Self-assessment is open to you until 27 December 2026." in text


def test_no_kind_puts_free_words_into_a_mail() -> None:
    """Names, numbers and dates, but nothing that somebody wrote: that stays in the inbox."""
    for kind in kinds():
        used = set(re.findall(r"%\((\w+)\)", f"{kind.title} {kind.mail or kind.body}"))
        assert not used & {"reason", "comment", "text", "words", "answer", "nip", "login"}, kind.code


def test_account_kinds_are_urgent_and_nobody_elses_business() -> None:
    ani = EmployeeFactory(email="ani@bandung.example")
    event = record(actor_id=ani.pk, act="password.changed", object_type="employee", object_id=ani.pk, at=AT)
    message = password_changed(employee_id=ani.pk, event=event, path="/akun/")
    assert message.kind.urgent
    assert not message.kind.watched
    assert not notices.FEEDBACK_WRITTEN.watched
    assert reminder_notices.PLAN_TO_SEND.watched


def test_a_label_is_read_from_the_title_where_there_is_none(monkeypatch) -> None:
    monkeypatch.setattr(notifications, "_KINDS", {})
    assert Kind("test.one", "%(by)s asked %(n)s people").name == "… asked … people"
    assert Kind("test.two", "%(by)s", label="Somebody asks").name == "Somebody asks"


# --- files --------------------------------------------------------------------------------------


def test_the_demo_writes_one_file_for_each_mail(settings, tmp_path) -> None:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    rows = [said(notices.PLAN_AGREED, year="2026", by="Budi") for _n in range(2)]
    assert EmlBackend().send_messages([mail_of(row) for row in rows]) == 2
    files = sorted((tmp_path / "mail").iterdir())
    assert len(files) == 2
    for file, row in zip(files, rows, strict=True):
        assert re.fullmatch(rf"\d{{8}}-\d{{6}}-\d{{6}}-{row.pk}@kinerja\.example\.go\.id\.eml", file.name)
        read = email.message_from_bytes(file.read_bytes(), policy=policy.default)
        assert read["Message-ID"].strip() == f"<{row.pk}@kinerja.example.go.id>"


# --- hours --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "hours"), [("7-20", (7, 20)), ("0-24", (0, 24)), ("23-24", (23, 24))])
def test_hours_are_read(text, hours) -> None:
    assert read_hours(text) == hours


@pytest.mark.parametrize("text", ["", "7", "20-7", "7-7", "-1-5", "7-25", "a-b", "7.00-20.00"])
def test_other_hours_are_refused(text) -> None:
    with pytest.raises(ValueError, match="no span of hours"):
        read_hours(text)


def test_every_hour_of_a_day_is_in_or_out() -> None:
    midnight = dt.datetime(2026, 11, 23, 17, tzinfo=dt.UTC)
    inside = [hour for hour in range(24) if is_mail_hour(midnight + dt.timedelta(hours=hour), (7, 20))]
    assert inside == list(range(7, 20))


def test_the_daily_mail_is_the_next_seven_in_bandung() -> None:
    seven = dt.datetime(2026, 11, 24, 0, tzinfo=dt.UTC)
    assert next_digest(seven - dt.timedelta(microseconds=1)) == seven
    assert next_digest(seven) == seven + dt.timedelta(days=1)
    assert next_digest(seven + dt.timedelta(hours=23)) == seven + dt.timedelta(days=1)
