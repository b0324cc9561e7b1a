"""How many reviewers a year asks: HR of the city sets it while the year is in preparation."""

from __future__ import annotations

import pytest
from django.urls import reverse

from appraisal.enums import CycleState
from appraisal.models import Cycle
from appraisal.services.peer_numbers import FIELDS, set_peer_numbers
from core.audit import AuditEvent
from core.clock import now
from core.errors import ActionRefused, NotAllowed
from tests.appraisal.result_readers import at_stage, text_of, visitor
from tests.walk import Stage, World

pytestmark = pytest.mark.django_db
GOOD = {"peers_minimum": 4, "peers_maximum": 7, "peers_drawn": 6, "reviewer_maximum": 5}


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


def stored() -> dict[str, int]:
    return Cycle.objects.values(*FIELDS).get()


def page(world: World) -> str:
    return reverse("cycle_peers", args=[world.cycle.pk])


def test_hr_of_the_city_sets_them_in_preparation() -> None:
    world = at_stage(Stage.PREPARED)
    gita = visitor(world, "gita")
    done = gita.post(page(world), GOOD, follow=True)

    assert stored() == GOOD
    assert "The numbers are saved." in done.content.decode()
    assert "4 to 7 people" in " ".join(done.content.decode().split())
    assert AuditEvent.objects.filter(act="cycle.peer_numbers_set").count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"peers_minimum": 2}, "Ask at least three reviewers."),
        ({"peers_drawn": 3}, "The draw cannot be smaller than the fewest reviewers."),
        ({"peers_drawn": 8}, "The draw cannot be larger than the most reviewers."),
        ({"reviewer_maximum": 0}, "greater than or equal to 1"),
        ({"peers_maximum": "banyak"}, "Write a whole number, for example 5."),
        ({"peers_maximum": 10_000}, "less than or equal to 50"),
    ],
    ids=["two", "small draw", "large draw", "nobody", "a word", "everybody"],
)
def test_numbers_that_do_not_fit_together_are_refused_with_a_sentence(wrong: dict, sentence: str) -> None:
    world = at_stage(Stage.PREPARED)
    before = stored()
    answer = visitor(world, "gita").post(page(world), {**GOOD, **wrong})

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert stored() == before


def test_once_open_they_are_shown_and_no_longer_change() -> None:
    world = at_stage(Stage.PLANNING)
    before = stored()
    gita = visitor(world, "gita")

    assert '<form method="post" novalidate' not in text_of(gita, page(world))
    refused = gita.post(page(world), GOOD)
    assert "This year is open. These numbers no longer change." in refused.content.decode()
    assert stored() == before


def test_hr_of_an_agency_reads_them_and_sets_nothing() -> None:
    world = at_stage(Stage.PREPARED)
    before = stored()
    dewi = visitor(world, "dewi")

    assert "set by HR of the city" in " ".join(text_of(dewi, page(world)).split())
    assert dewi.post(page(world), GOOD).status_code == 403
    assert stored() == before


def test_the_service_checks_by_itself() -> None:
    world = at_stage(Stage.PREPARED)
    with pytest.raises(NotAllowed):
        set_peer_numbers(actor=world.actor("dewi"), cycle_id=world.cycle.pk, at=now(), **GOOD)
    with pytest.raises(ActionRefused):
        set_peer_numbers(
            actor=world.actor("gita"), cycle_id=world.cycle.pk, at=now(), **{**GOOD, "peers_minimum": 2}
        )
    assert world.cycle.state == CycleState.DRAFT
    assert not AuditEvent.objects.filter(act="cycle.peer_numbers_set").exists()
