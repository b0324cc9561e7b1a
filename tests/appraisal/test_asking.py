"""Reminding by hand: HR a unit, with preview and a limit; a supervisor one person, once a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Employee
from appraisal.enums import CycleState, Phase, PlanState, SelfState
from appraisal.models import Appraisal, Cycle
from appraisal.services.asking import preview_bulk, remind_person, remind_unit
from appraisal.services.cycles import prepare_cycle
from appraisal.services.reminder_rules import set_reminder_rules
from core.audit import AuditEvent
from core.clock import now
from core.errors import ActionRefused, NotAllowed
from core.notifications import Notification
from tests.appraisal import year as y
from tests.walk import Stage, build_world

pytestmark = pytest.mark.django_db

AT = y.during(Phase.PLANNING, 3)
DAY = dt.timedelta(days=1)
ASKED = "reminder.asked"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def year() -> y.Year:
    return y.build_year()


def bulk(year: y.Year, actor=None, *, unit=None, phase=Phase.PLANNING, at=AT) -> int:
    return remind_unit(
        actor=actor or year.gita, cycle_id=year.cycle.pk, phase=phase, unit=unit or year.dinas, at=at
    )


def told() -> list[str]:
    rows = Notification.objects.filter(kind=ASKED).select_related("recipient")
    return sorted(f"{row.recipient.name} {row.params['work']}" for row in rows)


# --- HR -----------------------------------------------------------------------------------------


def test_everybody_who_is_due_gets_one_message_and_the_record_one_event(year) -> None:
    Appraisal.objects.filter(pk=year.appraisal_id).update(plan_state=PlanState.SENT, plan_moved_at=AT)
    preview = preview_bulk(actor=year.gita, cycle=year.cycle, phase=Phase.PLANNING, unit=year.dinas, at=AT)
    assert preview.messages == 6
    assert [(line.messages, line.said) for line in preview.lines] == [(5, 0), (1, 0)]
    assert not Notification.objects.filter(kind=ASKED).exists()

    assert bulk(year) == 6
    # Gita does not remind herself.
    assert told() == [
        "Budi plan",
        "Budi plans_to_agree",
        "Citra plan",
        "Dewi plan",
        "Eko plan",
        "Kartika plan",
    ]
    event = AuditEvent.objects.get(act="reminders.sent")
    assert (event.actor_id, event.object_id) == (year.gita.id, year.dinas.pk)
    assert event.detail.after == {
        "year": 2026,
        "phase": "planning",
        "messages": {"plan": 5, "plans_to_agree": 1},
    }
    row = Notification.objects.get(recipient=year.citra.id, kind=ASKED)
    assert row.params == {"by": "Gita", "work": "plan", "until_on": "2026-01-31"}


def test_a_unit_and_phase_is_reminded_as_often_a_day_as_the_cycle_allows(year) -> None:
    bulk(year)
    with pytest.raises(ActionRefused, match="today"):
        bulk(year, at=AT + dt.timedelta(hours=2))
    assert AuditEvent.objects.filter(act="reminders.sent").count() == 1
    assert bulk(year, at=AT + DAY) == 6


def test_nobody_is_reminded_twice_a_day_by_two_admins(year) -> None:
    bulk(year, year.dewi, unit=year.school)
    before = told()
    assert before == ["Ani plan", "Budi plan"]
    preview = preview_bulk(actor=year.gita, cycle=year.cycle, phase=Phase.PLANNING, unit=year.dinas, at=AT)
    assert [(line.messages, line.said) for line in preview.lines] == [(4, 2)]
    assert bulk(year) == 4
    assert len(told()) == 6


def test_when_all_have_been_reminded_it_says_so(year) -> None:
    bulk(year)
    with pytest.raises(ActionRefused, match="Nobody is left"):
        bulk(year, unit=year.school)
    assert AuditEvent.objects.filter(act="reminders.sent").count() == 1


def test_only_hr_of_the_unit_reminds_it(year) -> None:
    for actor in (year.ani, year.budi, year.citra):
        with pytest.raises(NotAllowed):
            bulk(year, actor)
    with pytest.raises(NotAllowed):
        bulk(year, year.dewi, unit=year.dinas.parent)
    assert told() == []


def test_whoever_can_do_nothing_any_more_is_not_reminded(year) -> None:
    at = y.after(Phase.SELF_ASSESSMENT) + DAY
    with pytest.raises(ActionRefused, match="Nobody is left"):
        bulk(year, phase=Phase.SELF_ASSESSMENT, at=at)
    # A late plan can still be sent.
    assert bulk(year, at=at) == 6


def test_a_closed_year_is_left_alone(year) -> None:
    Cycle.objects.update(state=CycleState.CLOSED, closed_at=AT)
    with pytest.raises(ActionRefused, match="closed"):
        bulk(year)


def test_a_limit_of_nothing_switches_it_off(year) -> None:
    Cycle.objects.update(bulk_reminders_per_day=0)
    with pytest.raises(ActionRefused):
        bulk(year)
    assert told() == []


# --- the supervisor -----------------------------------------------------------------------------


def test_a_supervisor_reminds_a_person_once_a_day(year) -> None:
    remind_person(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    assert told() == ["Ani plan"]
    with pytest.raises(ActionRefused, match="Ani has been reminded today already"):
        remind_person(actor=year.budi, appraisal_id=year.appraisal_id, at=AT + dt.timedelta(hours=3))
    assert told() == ["Ani plan"]
    remind_person(actor=year.budi, appraisal_id=year.appraisal_id, at=AT + DAY)
    assert told() == ["Ani plan", "Ani plan"]
    assert AuditEvent.objects.filter(act="reminder.sent").count() == 2


def test_of_what_is_not_due_nobody_is_reminded(year) -> None:
    y.with_agreed_plan(year)
    with pytest.raises(ActionRefused, match="Nothing is due of Ani"):
        remind_person(actor=year.budi, appraisal_id=year.appraisal_id, at=AT)
    Appraisal.objects.filter(pk=year.appraisal_id).update(self_state=SelfState.NOT_SENT)
    with pytest.raises(ActionRefused, match="Nothing is due of Ani"):
        remind_person(actor=year.budi, appraisal_id=year.appraisal_id, at=y.during(Phase.SELF_ASSESSMENT))
    assert told() == []


@pytest.mark.parametrize("who", ["ani", "citra", "dewi", "stranger"])
def test_nobody_else_reminds_a_person(year, who) -> None:
    with pytest.raises(NotAllowed):
        remind_person(actor=getattr(year, who), appraisal_id=year.appraisal_id, at=AT)
    assert told() == []


# --- the rules ----------------------------------------------------------------------------------


def test_hr_of_the_city_sets_the_rules_on_record(year) -> None:
    set_reminder_rules(
        actor=year.gita, cycle_id=year.cycle.pk, escalation_days=5, bulk_reminders_per_day=2, at=AT
    )
    year.cycle.refresh_from_db()
    assert (year.cycle.escalation_days, year.cycle.bulk_reminders_per_day) == (5, 2)
    event = AuditEvent.objects.get(act="cycle.reminders_set")
    assert event.detail.before == {"escalation_days": 3, "bulk_reminders_per_day": 1}


@pytest.mark.parametrize(("who", "days"), [("dewi", 5), ("ani", 5), ("gita", 0)])
def test_others_and_nonsense_change_no_rule(year, who, days) -> None:
    with pytest.raises((NotAllowed, ActionRefused)):
        set_reminder_rules(
            actor=getattr(year, who),
            cycle_id=year.cycle.pk,
            escalation_days=days,
            bulk_reminders_per_day=1,
            at=AT,
        )
    year.cycle.refresh_from_db()
    assert year.cycle.escalation_days == 3
    assert not AuditEvent.objects.filter(act="cycle.reminders_set").exists()


# --- the pages ----------------------------------------------------------------------------------


def client_of(person: Employee) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


def test_the_preview_shows_numbers_and_text_and_sends_after_a_click(english) -> None:
    world = build_world(Stage.SELF_DRAFT, now=now())
    client = client_of(world.city.dewi)
    url = f"{reverse('remind')}?phase=self_assessment&unit={world.city.division.pk}"
    page = client.get(url)
    assert "Dewi Anggraeni reminds you: your self-assessment is not sent yet" in page.content.decode()
    messages = page.context["preview"].messages
    assert messages > 1
    assert f"Send {messages} messages" in page.content.decode()

    done = client.post(url, follow=True)
    assert f"{messages} messages are on their way." in done.content.decode()
    assert Notification.objects.filter(kind=ASKED).count() == messages
    again = client.post(url, follow=True)
    assert "Remind again tomorrow" in again.content.decode()
    assert Notification.objects.filter(kind=ASKED).count() == messages


@pytest.mark.parametrize("query", ["phase=nonsense", "unit=nonsense", "phase=%00&unit=%F0%9F%98%80"])
def test_odd_filters_are_no_error(query) -> None:
    world = build_world(Stage.PLANNING, now=now())
    assert client_of(world.city.gita).get(f"{reverse('remind')}?{query}").status_code == 200
    assert client_of(world.city.gita).get(f"{reverse('told')}?{query}&after=%00&q=%00").status_code == 200


def test_the_preview_costs_the_same_for_one_and_for_many(django_assert_num_queries) -> None:
    world = build_world(Stage.SELF_DRAFT, now=now())
    client = client_of(world.city.gita)
    url = f"{reverse('remind')}?phase=self_assessment"
    client.get(url)
    with django_assert_num_queries(12):
        assert client.get(url).context["preview"].messages > 3
    Appraisal.objects.exclude(pk=world.ani.pk).update(self_state=SelfState.NOT_SENT)
    with django_assert_num_queries(12):
        assert client.get(url).context["preview"].messages == 1


def test_the_button_of_the_team_reminds_and_says_when_it_has(english) -> None:
    world = build_world(Stage.SELF_DRAFT, now=now())
    client = client_of(world.city.budi)
    assert reverse("remind_one", args=[world.ani.pk]) in client.get(reverse("team")).content.decode()
    first = client.post(reverse("remind_one", args=[world.ani.pk]), follow=True)
    assert "Ani Suryani has been reminded." in first.content.decode()
    second = client.post(reverse("remind_one", args=[world.ani.pk]), follow=True)
    assert "Ani Suryani has been reminded today already." in second.content.decode()
    assert Notification.objects.filter(kind=ASKED).count() == 1


def test_the_rules_page_keeps_what_was_typed(english) -> None:
    world = build_world(Stage.PLANNING, now=now())
    client = client_of(world.city.gita)
    url = reverse("reminder_rules", args=[world.cycle.pk])
    for typed in ("", "tiga", "0", "-1", "999", "3,5"):
        answer = client.post(url, {"escalation_days": typed, "bulk_reminders_per_day": "1"})
        assert answer.status_code == 200
        assert answer.context["form"]["escalation_days"].value() == typed
    assert client.post(url, {"escalation_days": "4", "bulk_reminders_per_day": "2"}).status_code == 302
    assert Cycle.objects.get().escalation_days == 4


def test_the_next_year_begins_with_the_rules_of_this_one(year) -> None:
    Cycle.objects.update(escalation_days=6, bulk_reminders_per_day=2)
    made = prepare_cycle(actor=year.gita, year=2027, at=AT)
    made.refresh_from_db()
    assert (made.escalation_days, made.bulk_reminders_per_day) == (6, 2)
