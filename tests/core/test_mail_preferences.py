"""Everybody chooses how each kind of message reaches them; what is compulsory cannot be kept out of the mail."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from core.mail_preferences import (
    Delivery,
    MailPreference,
    choices_for,
    choose_deliveries,
    chosen_by,
    delivery_of,
)
from core.notifications import Kind, MailState, Notification, kind_of, kinds
from tests.factories.people import EmployeeFactory

AT = dt.datetime(2026, 11, 2, 2, tzinfo=dt.UTC)
FREE = Kind("test.free", "Free", compulsory=False)
MUST = Kind("test.must", "Must")
DOOR = Kind("test.door", "Door", urgent=True)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def ani():
    return EmployeeFactory(email="ani@bandung.example")


@pytest.fixture
def client(ani) -> Client:
    client = Client()
    client.force_login(ani)
    return client


URL = "/akun/pesan/"


def test_what_may_be_chosen() -> None:
    assert choices_for(FREE) == (Delivery.AT_ONCE, Delivery.DAILY, Delivery.INBOX)
    assert choices_for(MUST) == (Delivery.AT_ONCE, Delivery.DAILY)
    assert choices_for(DOOR) == ()


@pytest.mark.parametrize("kind", [FREE, MUST, DOOR], ids=lambda kind: kind.code)
@pytest.mark.parametrize("chosen", [None, "", "nonsense", *Delivery.values])
def test_what_may_not_be_chosen_counts_as_at_once(kind, chosen) -> None:
    expected = Delivery(chosen) if chosen in choices_for(kind) else Delivery.AT_ONCE
    assert delivery_of(kind, chosen) == expected


def test_the_page_offers_every_kind_that_leaves_a_choice(client) -> None:
    page = client.get(URL)
    form = page.context["form"]
    assert set(form.fields) == {kind.code for kind in kinds() if not kind.urgent and kind.choice}
    assert "audit.head" not in form.fields
    assert all(form[code].value() == Delivery.AT_ONCE for code in form.fields)
    text = page.content.decode()
    assert "Compulsory: it always comes by mail, too." in text
    assert "Mail goes to ani@bandung.example." in text


def test_a_choice_is_kept_for_oneself_alone(client, ani) -> None:
    other = EmployeeFactory()
    data = dict.fromkeys(client.get(URL).context["form"].fields, "at_once")
    data |= {"plan.sent": "inbox", "result.published": "daily"}
    assert client.post(URL, data).status_code == 302
    assert chosen_by(ani.pk)["plan.sent"] == Delivery.INBOX
    assert chosen_by(ani.pk)["result.published"] == Delivery.DAILY
    assert chosen_by(other.pk) == {}
    assert client.get(URL).context["form"]["plan.sent"].value() == Delivery.INBOX
    client.post(URL, data | {"plan.sent": "daily"})
    assert chosen_by(ani.pk)["plan.sent"] == Delivery.DAILY


@pytest.mark.parametrize("value", ["inbox", "nonsense", "", "daily\x00", "😀"])
def test_a_compulsory_kind_cannot_be_switched_off(client, value) -> None:
    assert kind_of("result.published").compulsory
    data = dict.fromkeys(client.get(URL).context["form"].fields, "at_once")
    answer = client.post(URL, data | {"result.published": value, "plan.sent": "daily"})
    assert answer.status_code == 200
    assert answer.context["form"]["plan.sent"].value() == "daily"
    assert not MailPreference.objects.exists()


def test_the_service_refuses_what_the_page_does_not_offer(ani) -> None:
    for code, delivery in (
        ("result.published", Delivery.INBOX),
        ("account.password_changed", Delivery.DAILY),
        ("no.such", Delivery.DAILY),
    ):
        with pytest.raises(ValueError, match="no choice"):
            choose_deliveries(recipient_id=ani.pk, chosen={"plan.sent": Delivery.DAILY, code: delivery})
    assert not MailPreference.objects.exists()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (None, "No e-mail address is known for you"),
        ("", "No e-mail address is known for you"),
        ("ani@", "The address ani@ cannot be right"),
    ],
)
def test_a_missing_or_wrong_address_is_said(client, ani, address, sentence) -> None:
    type(ani).objects.filter(pk=ani.pk).update(email=address)
    assert sentence in client.get(URL).content.decode()


def test_a_refused_address_is_said_until_a_mail_arrives(client, ani) -> None:
    def message(state: MailState, day: int) -> None:
        Notification.objects.create(
            kind="plan.agreed",
            recipient=ani,
            subject_id=uuid.uuid4(),
            occurrence=str(day),
            params={"year": "2026", "by": "Budi"},
            created_at=AT + dt.timedelta(days=day),
            mail_state=state,
            mailed_at=AT if state == MailState.MAILED else None,
        )

    message(MailState.REFUSED, 1)
    assert "The mail server refused our latest mail" in client.get(URL).content.decode()
    message(MailState.MAILED, 2)
    assert "refused" not in client.get(URL).content.decode()


def test_the_page_is_reached_from_account_and_inbox(client) -> None:
    for route in ("account", "inbox"):
        assert f'href="{URL}"' in client.get(reverse(route)).content.decode()


def test_the_page_costs_the_same_before_and_after_choosing(client, django_assert_num_queries) -> None:
    client.get(URL)
    with django_assert_num_queries(5):
        client.get(URL)
    client.post(URL, dict.fromkeys(client.get(URL).context["form"].fields, "daily"))
    with django_assert_num_queries(5):
        client.get(URL)
