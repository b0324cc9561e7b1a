"""Personas × pages × whose object × stage of the year, against the tables written by hand in tests/access/rows/."""

import logging

import pytest

from core.clock import now
from tests.access.matrix import (
    ASKING,
    READERS,
    Row,
    Visitors,
    all_rows,
    differences,
    readers_of,
    seen_canaries,
    status_of,
)
from tests.house import routes
from tests.walk import CANARIES, Stage, build_world

ROWS = all_rows()


def test_every_route_has_a_row() -> None:
    named = {pattern.name for _path, pattern in routes()}

    assert sorted(named - {row.route for row in ROWS}) == []
    assert sorted({row.route for row in ROWS} - named) == []


def test_every_row_names_every_persona_once() -> None:
    for row in ROWS:
        assert set(row.expected()) == set(ASKING)


def test_a_row_that_forgets_somebody_is_an_error() -> None:
    with pytest.raises(ValueError, match="ani, budi"):
        Row("home", {200: " ".join(name for name in ASKING if name not in {"ani", "budi"})}).expected()
    with pytest.raises(ValueError, match="ani must be named once"):
        Row("home", {200: " ".join(ASKING), 404: "ani"}).expected()


def test_every_private_word_has_its_readers() -> None:
    assert set(READERS) == set(CANARIES)
    assert readers_of("plan", Stage.PREPARED) == frozenset()
    assert readers_of("plan", Stage.RATED) == frozenset({"ani", "budi", "citra", "kartika", "fajar"})
    assert seen_canaries(f"<p>{CANARIES['self']}</p>") == ["self"]


@pytest.mark.django_db
@pytest.mark.parametrize("stage", sorted({row.stage for row in ROWS}), ids=lambda stage: stage.name.lower())
def test_everybody_gets_the_answer_that_is_theirs(stage: Stage, caplog) -> None:
    caplog.set_level(logging.CRITICAL)  # hundreds of requests: the differences are what counts
    world = build_world(stage, now=now())
    found = list(differences(world, Visitors.of(world), [row for row in ROWS if row.stage == stage]))

    assert not found, "\n" + "\n".join(found)


@pytest.mark.django_db
def test_nothing_that_one_asks_changes_the_world_for_the_next() -> None:
    world = build_world(Stage.EXECUTION, now=now())
    visitors = Visitors.of(world)
    leave = Row("account_logout", {}, method="post")
    account = Row("account", {})

    visitors.ask("ani", leave, world)

    assert status_of(visitors.ask("ani", account, world)) == 200
