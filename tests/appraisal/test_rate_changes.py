"""A rating that is changed after its first save: why is asked before sending, and both ratings stay to be read."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from appraisal.enums import Phase, RatingStage, RatingState, Topic
from appraisal.models import DraftAnswer, RatingRecord
from appraisal.selectors.ratings import rating_form
from appraisal.services import ratings
from core.clock import now
from tests.appraisal import leading as led
from tests.appraisal.opened import PEER, answer, open_box
from tests.walk import Stage, World, build_world, publish, receive, show_to_supervisors

pytestmark = pytest.mark.django_db
WHY = "Rekan menyebut dua kejadian yang belum saya ketahui."


@pytest.fixture
def world() -> World:
    """Budi has saved a first rating, read what colleagues say, and lowered one value."""
    built = build_world(Stage.FIRST_SAVED, now=now())
    open_box(built.ani, {PEER: [answer(2) for _n in range(4)]}, at=built.during(Phase.PEER_REVIEW))
    change(built, 3)
    return built


def change(world: World, level: int) -> None:
    budi = world.actor("budi")
    revision = rating_form(world.ani, budi.id).answers.revision(Topic.VALUE, "BP")
    data = {"level": level, "reason": led.WORDS, "incident_on": f"{world.cycle.year}-01-10"}
    ratings.save_rating_answer(
        actor=budi,
        appraisal_id=world.ani.pk,
        topic=Topic.VALUE,
        key="BP",
        data=data,
        revision=revision,
        at=timezone.now(),
    )


def page(world: World, route: str) -> str:
    return reverse(route, args=[world.ani.pk])


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_check_names_what_changed_and_asks_why(world: World) -> None:
    said = text_of(led.signed_in(world.city.budi).get(page(world, "rate_check")))

    assert "Changed since the first rating" in said
    assert "Say why you changed your first rating (20 characters)." in said
    assert "Opens when nothing above is missing." in said


@pytest.mark.parametrize("reason", ["", "pendek"])
def test_without_a_reason_nothing_is_sent_and_what_was_typed_stays(world: World, reason: str) -> None:
    budi = led.signed_in(world.city.budi)
    kept = budi.post(page(world, "rate_check"), {"reason": reason, "revision": 0}, follow=True)
    refused = budi.post(page(world, "rate_send"), follow=True)

    assert "Say why you changed your first rating" in text_of(kept)
    assert "Say why you changed your first rating" in text_of(refused)
    assert world.ani.rating_state == RatingState.FIRST_SAVED
    assert not RatingRecord.objects.filter(stage=RatingStage.FINAL).exists()
    assert DraftAnswer.objects.get(key="change").data == {"reason": reason}


def test_with_a_reason_it_is_sent_and_employee_and_superior_read_both_ratings(world: World) -> None:
    budi = led.signed_in(world.city.budi)
    asked = budi.post(page(world, "rate_check"), {"reason": WHY, "revision": 0})
    assert asked.headers["Location"] == page(world, "rate_send")
    budi.post(page(world, "rate_send"))

    first, final = RatingRecord.objects.order_by("version")
    assert (first.reason, final.reason) == ("", WHY)
    assert [record.content["values"][0]["level"] for record in (first, final)] == [4, 3]
    assert WHY in text_of(budi.get(page(world, "rate")))

    for step in (show_to_supervisors, publish, receive):
        step(world)
    said = text_of(led.signed_in(world.city.ani).get(page(world, "result")))
    assert "Changed after the first save of" in said
    assert f"Budi Hermawan gave this reason: “{WHY}”" in said
    assert "Before: Level 4." in said


def test_a_second_tab_does_not_overwrite_a_reason_unseen(world: World) -> None:
    budi = led.signed_in(world.city.budi)
    budi.post(page(world, "rate_check"), {"reason": WHY, "revision": 0})
    stale = budi.post(page(world, "rate_check"), {"reason": f"{WHY} Lagi.", "revision": 0})

    assert stale.status_code == 200
    assert f"{WHY} Lagi." in text_of(stale)
    assert DraftAnswer.objects.get(key="change").data == {"reason": WHY}


def test_a_change_taken_back_is_no_longer_asked_about(world: World) -> None:
    change(world, 4)
    budi = led.signed_in(world.city.budi)

    assert "Changed since the first rating" not in text_of(budi.get(page(world, "rate_check")))
    budi.post(page(world, "rate_send"))
    assert RatingRecord.objects.get(stage=RatingStage.FINAL).reason == ""


def test_sending_all_names_the_missing_reason(world: World) -> None:
    said = text_of(led.signed_in(world.city.budi).get(reverse("send_ready")))

    assert "Say why you changed your first rating (20 characters)." in said


def test_a_text_of_a_hundred_thousand_characters_is_refused_and_stays(world: World) -> None:
    long = "kata " * 20_000
    answered = led.signed_in(world.city.budi).post(page(world, "rate_check"), {"reason": long, "revision": 0})

    assert answered.status_code == 200
    assert long.strip() in answered.content.decode()
    assert not DraftAnswer.objects.filter(key="change").exists()
