"""HR sees who was told what and whether the mail arrived: of their own people, and never what was said."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from appraisal import notices
from appraisal.selectors.told import watched_kinds
from core.clock import now
from core.notifications import MailState, Message, Notification, notify
from tests.walk import Stage, World, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def world() -> World:
    made = build_world(Stage.SELF_SENT, now=now())
    Notification.objects.all().delete()
    return made


def say(world: World, name: str, kind=notices.PLAN_RETURNED, n: int = 1, **values) -> None:
    person = world.city.person(name)
    at = now() - dt.timedelta(hours=n)
    message = Message(
        kind, person.pk, world.ani.pk, str(n), "/", {"year": "2026", "by": "Budi", "name": "Ani"}
    )
    notify([message], at=at)
    Notification.objects.filter(recipient=person, occurrence=str(n), kind=kind.code).update(**values)


def page(world: World, who: str, **query):
    client = Client()
    client.force_login(world.city.person(who))
    return client.get(reverse("told"), query)


def names(answer) -> list[str]:
    return [row.name for row in answer.context["page"].rows]


def test_each_hr_sees_the_people_of_their_own_units(world) -> None:
    for n, name in enumerate(("ani", "budi", "kartika", "eko"), start=1):
        say(world, name, n=n)
    assert names(page(world, "dewi")) == ["Ani Suryani", "Budi Hermawan", "Kartika Dewanti"]
    assert names(page(world, "gita")) == ["Ani Suryani", "Budi Hermawan", "Kartika Dewanti", "Eko Saputra"]
    assert names(page(world, "dewi", unit=str(world.city.division.pk))) == ["Ani Suryani", "Budi Hermawan"]
    # Nobody reads their own there, nor a unit of others.
    say(world, "dewi", n=9)
    assert "Dewi Anggraeni" not in names(page(world, "dewi"))
    assert names(page(world, "eko")) == []


def test_it_says_what_became_of_the_mail_but_not_what_was_said(world) -> None:
    say(world, "ani", mail_state=MailState.REFUSED, mail_reply="550 5.1.1")
    say(world, "budi", n=2, mail_state=MailState.MAILED, mailed_at=now())
    text = page(world, "gita").content.decode()
    assert "Refused by the mail server" in text
    assert "550 5.1.1" in text
    assert "Your plan is returned" in text
    assert "wrote a comment" not in text


def test_private_kinds_are_not_listed(world) -> None:
    say(world, "ani", notices.FEEDBACK_WRITTEN)
    assert names(page(world, "gita")) == []
    assert names(page(world, "gita", kind="journal.feedback")) == []
    codes = {kind.code for kind in watched_kinds()}
    assert "reminder.plan" in codes
    assert not {code for code in codes if code.startswith(("account.", "journal."))}


def test_filters_live_in_the_url(world) -> None:
    say(world, "ani", mail_state=MailState.NO_ADDRESS)
    say(world, "budi", notices.PLAN_SENT, n=2)
    assert names(page(world, "gita", state="no_address")) == ["Ani Suryani"]
    assert names(page(world, "gita", kind="plan.sent")) == ["Budi Hermawan"]
    assert names(page(world, "gita", q="SURY")) == ["Ani Suryani"]
    assert "No message fits this filter" in page(world, "gita", q="nobody").content.decode()


def test_pages_go_on_by_key(world) -> None:
    for n in range(1, 61):
        say(world, "ani", n=n)
    first = page(world, "gita").context["page"]
    second = page(world, "gita", after=first.next_cursor).context["page"]
    assert (len(first.rows), len(second.rows), second.next_cursor) == (50, 10, "")
    assert first.rows[-1].said_at > second.rows[0].said_at


def test_it_costs_the_same_for_one_and_for_three(world, django_assert_num_queries) -> None:
    say(world, "ani")
    page(world, "gita")
    client = Client()
    client.force_login(world.city.gita)
    client.get(reverse("told"))
    with django_assert_num_queries(5):
        assert len(client.get(reverse("told")).context["page"].rows) == 1
    say(world, "budi", n=2)
    say(world, "citra", n=3)
    with django_assert_num_queries(5):
        assert len(client.get(reverse("told")).context["page"].rows) == 3
