"""What everybody may know: who looked at their data, and the rules in use."""

from __future__ import annotations

import datetime as dt
import html

import pytest
from django.test import Client
from django.urls import reverse

from appraisal.enums import LookPurpose
from appraisal.scoring.matrix import RULE_VERSION
from appraisal.selectors.access_history import LOOKS_A_PAGE, looks_at_own
from appraisal.selectors.result_words import RULES
from core.access_log import AccessLogEntry, note_access
from core.clock import now
from indicators.enums import Formula
from tests.factories.people import EmployeeFactory
from tests.walk import Stage, World, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


def at_stage(stage: Stage) -> World:
    return build_world(stage, now=now())


def page_of(world: World, route: str, name: str = "ani") -> str:
    client = Client()
    client.force_login(world.city.person(name))
    answer = client.get(reverse(route))
    assert answer.status_code == 200
    return answer.content.decode()


def look(world: World, name: str, purpose: str, *, hours_ago: int = 0, of: str = "ani") -> None:
    note_access(
        actor_id=world.city.person(name).pk,
        object_type="appraisal",
        object_id=world.appraisals[of].pk,
        purpose=purpose,
        at=now() - dt.timedelta(hours=hours_ago),
    )


# --- who looked ---------------------------------------------------------------------------------


def test_everybody_sees_who_looked_at_their_own_data_and_nobody_elses() -> None:
    world = at_stage(Stage.EXECUTION)
    look(world, "fajar", LookPurpose.AUDITOR)
    look(world, "kartika", LookPurpose.AGENCY_HEAD, of="hadi")

    mine, his = page_of(world, "access_history"), page_of(world, "access_history", "hadi")

    assert world.city.fajar.name in mine
    assert "Read the record as auditor" in mine
    assert world.city.kartika.name not in mine
    assert world.city.kartika.name in his
    assert "Read the result as head of the agency" in his


def test_before_anybody_looked_the_page_says_so() -> None:
    world = at_stage(Stage.EXECUTION)
    assert "Nobody else has looked" in page_of(world, "access_history")
    assert "Nobody else has looked" in page_of(world, "access_history", "surya")


def test_ones_own_look_is_not_among_them() -> None:
    world = at_stage(Stage.EXECUTION)
    look(world, "ani", LookPurpose.SUPERVISOR)
    assert looks_at_own(world.city.ani.pk).rows == ()


def test_looks_are_listed_newest_first_page_by_page() -> None:
    world = at_stage(Stage.EXECUTION)
    for hours in range(LOOKS_A_PAGE + 2):
        look(world, "fajar", LookPurpose.AUDITOR, hours_ago=hours)
    first = looks_at_own(world.city.ani.pk)
    second = looks_at_own(world.city.ani.pk, after=first.next_cursor)
    hours = [row.hour for row in (*first.rows, *second.rows)]
    assert (len(first.rows), len(second.rows), second.next_cursor) == (LOOKS_A_PAGE, 2, "")
    assert hours == sorted(hours, reverse=True)
    assert len(set(hours)) == LOOKS_A_PAGE + 2


def test_a_purpose_without_words_is_still_shown() -> None:
    world = at_stage(Stage.EXECUTION)
    look(world, "fajar", "something.new")
    assert "something.new" in page_of(world, "access_history")


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_as_many_queries_for_one_look_as_for_three(
    count: int, django_assert_num_queries
) -> None:
    world = at_stage(Stage.EXECUTION)
    for number in range(count):
        person = EmployeeFactory(name=f"Auditor {number}")
        note_access(
            actor_id=person.pk,
            object_type="appraisal",
            object_id=world.ani.pk,
            purpose=LookPurpose.AUDITOR,
            at=now(),
        )
    client = Client()
    client.force_login(world.city.ani)
    client.get(reverse("access_history"))
    with django_assert_num_queries(5):
        page = client.get(reverse("access_history")).content.decode()
    assert page.count("Read the record as auditor") == count


def test_reading_about_oneself_writes_nothing() -> None:
    world = at_stage(Stage.EXECUTION)
    page_of(world, "access_history")
    page_of(world, "rules")
    assert not AccessLogEntry.objects.exists()


def test_every_page_leads_to_both() -> None:
    world = at_stage(Stage.EXECUTION)
    page = page_of(world, "inbox")
    assert reverse("access_history") in page
    assert reverse("rules") in page


# --- the rules ----------------------------------------------------------------------------------


def test_the_rules_page_says_every_rule_with_its_source() -> None:
    world = at_stage(Stage.EXECUTION)
    page = html.unescape(page_of(world, "rules"))
    assert f"Version {RULE_VERSION} of the rules" in page
    for code, says in RULES.items():
        if code not in {"reference.only", "achievement.none"}:
            assert str(says) in page, code
    for formula in Formula:
        assert (str(formula.label) in page) == (formula != Formula.NONE)
    assert "PP 30/2019, Pasal 59" in page
    for basis in ("Article found in a source", "Article not verified", "Decision of this product"):
        assert basis in page


def test_the_rules_page_shows_the_mapping_and_the_days_of_the_newest_open_cycle() -> None:
    world = at_stage(Stage.EXECUTION)
    world.cycle.level_ratings = ["below", "meets", "meets", "meets", "above"]
    world.cycle.minimum_days = 77
    world.cycle.publication_delay_days = 4
    world.cycle.save()
    page = " ".join(page_of(world, "rules").split())
    levels = page[page.index('id="levels"') : page.index('id="measures"')]
    assert (levels.count("Below expectation"), levels.count("Meets expectation")) == (1, 3)
    assert "fewer than 77 days" in page
    assert "4 days later" in page


def test_before_any_cycle_the_rules_page_shows_what_holds_anyway() -> None:
    page = page_of(at_stage(Stage.PREPARED), "rules")
    assert 'id="levels"' not in page
    assert 'id="cells"' in page
