"""Differencing over time: pages before and after somebody sends, while a box waits for one reviewer, and when it is open."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from appraisal.enums import Phase
from appraisal.models import Box, Invitation
from appraisal.services import boxes
from core.clock import now
from tests.appraisal import peers as p
from tests.appraisal.employee_pages import browser_of, words
from tests.appraisal.leading import open_now
from tests.appraisal.reviewing import ask, close_peer_review
from tests.factories.people import EmployeeFactory, PlacementFactory
from tests.walk import Stage, World, build_world

pytestmark = pytest.mark.django_db

# Who may look, and at which pages about Ani; HR's list of reviewers who are still due is meant to change.
OF_ANI = ("overview", "peer_figures")
READERS = {
    "ani": OF_ANI,
    "budi": ("peer_figures", "team_reviewers", "team"),
    "citra": ("peer_figures", "team_below"),
    "dewi": ("reviewers_asked", "progress", "agency_peers"),
    "gita": ("reviewers_asked", "progress", "agency_peers"),
}
ABOUT_ONE = {"overview", "peer_figures", "team_reviewers", "reviewers_asked"}


@pytest.fixture
def world() -> World:
    built = build_world(Stage.FIRST_SAVED, now=now())
    open_now(built.cycle, Phase.PEER_REVIEW)
    return built


def asked(world: World, n: int) -> list[Invitation]:
    found = []
    for _reviewer in range(n):
        reviewer = EmployeeFactory()
        PlacementFactory(employee=reviewer, agency=world.ani.agency)
        found.append(ask(world.ani, reviewer))
    return found


def pages(world: World) -> dict[tuple[str, str], tuple[int, str]]:
    """What each reader reads on each page."""
    found = {}
    for name, routes in READERS.items():
        browser = browser_of(getattr(world.city, name))
        for route in routes:
            answer = browser.get(reverse(route, args=[world.ani.pk] if route in ABOUT_ONE else []))
            found[name, route] = (answer.status_code, words(answer))
    return found


def test_a_sending_changes_no_page_of_anybody_else(world: World) -> None:
    first, *rest = asked(world, 4)
    before = pages(world)
    assert {status for status, _words in before.values()} <= {200, 404}
    assert sum(status == 200 for status, _words in before.values()) >= 8
    for one, level in zip((first, *rest), (1, 5, 3, 2), strict=True):
        p.answer(one, level, at=now())
        assert pages(world) == before


def test_a_box_that_waits_for_one_reviewer_shows_nothing_of_the_others(world: World) -> None:
    *quick, slow = asked(world, 4)
    for one, level in zip(quick, (1, 5, 3), strict=True):
        p.answer(one, level, at=now())
    Invitation.objects.filter(pk=slow.pk).update(extended_to=now() + dt.timedelta(days=2))
    close_peer_review(world)
    boxes.open_due_boxes(at=now())
    waiting = pages(world)
    assert Box.objects.get(appraisal=world.ani).opened_at is None
    p.answer(slow, 4, at=now())
    assert pages(world) == waiting
    Invitation.objects.filter(pk=slow.pk).update(extended_to=now() - dt.timedelta(minutes=5))
    boxes.open_due_boxes(at=now())
    assert Box.objects.get(appraisal=world.ani).opened_at is not None
    assert pages(world) != waiting


def test_no_page_of_an_open_box_names_a_review_an_invitation_or_a_reviewer(world: World) -> None:
    everybody = asked(world, 3)
    for one in everybody:
        p.answer(one, 5, at=now())
    close_peer_review(world)
    boxes.open_due_boxes(at=now())
    answer = browser_of(world.city.ani).get(reverse("peer_figures", args=[world.ani.pk]))
    html = answer.content.decode()
    assert p.KEEP in words(answer)
    for one in everybody:
        reviewer = one.reviewer
        assert not [known for known in (str(one.pk), str(reviewer.pk), reviewer.name) if known in html]
    assert not [str(pk) for pk in world.ani.reviews.values_list("pk", flat=True) if str(pk) in html]


def test_texts_of_one_reviewer_stand_in_another_order_at_each_value(world: World) -> None:
    everybody = asked(world, 6)
    for number, one in enumerate(everybody):
        for code in p.y.CODES:
            p.save(one, code, p.page(5, strength=f"{p.KEEP} orang-{number}"), at=now())
        p.send(one, at=now())
    close_peer_review(world)
    boxes.open_due_boxes(at=now())
    shown = words(browser_of(world.city.ani).get(reverse("peer_figures", args=[world.ani.pk])))
    order = [part[0] for part in shown.split("orang-")[1:]]
    by_value = {tuple(order[start : start + 6]) for start in range(0, len(order), 6)}
    assert {tuple(sorted(one)) for one in by_value} == {tuple("012345")}
    # Seven orders of six at random are all the same once in 10 ** 17 runs.
    assert len(by_value) > 1
