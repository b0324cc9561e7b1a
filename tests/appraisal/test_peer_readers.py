"""Every page of the access matrix once more with an open box: a word of a peer stands on nobody's page but the parties'."""

from __future__ import annotations

import pytest

from appraisal.enums import Phase
from core.clock import now
from tests.access.matrix import ASKING, Visitors, all_rows, body
from tests.appraisal.opened import PEER, STRENGTH, SUBORDINATE, WISH, answer, open_box
from tests.walk import Stage, build_world

pytestmark = pytest.mark.django_db

# Who reads words of peers about Ani from which page on, written by hand.
WORDS: dict[Stage, set[tuple[str, str]]] = {
    Stage.SELF_SENT: {("ani", "peer_figures")},
    Stage.FIRST_SAVED: {("ani", "peer_figures"), ("budi", "peer_figures"), ("budi", "rate_value")},
    Stage.PUBLISHED: {("ani", "peer_figures"), ("budi", "peer_figures"), ("citra", "peer_figures")},
}


@pytest.mark.parametrize("stage", WORDS, ids=lambda stage: stage.name.lower())
def test_words_of_peers_stand_on_no_other_page(stage: Stage) -> None:
    world = build_world(stage, now=now())
    open_box(
        world.ani,
        {PEER: [answer(4) for _n in range(3)], SUBORDINATE: [answer(3) for _n in range(2)]},
        at=world.during(Phase.PEER_REVIEW),
    )
    visitors = Visitors.of(world)
    found = {
        (name, row.route)
        for row in all_rows()
        if row.stage == stage and row.method == "get"
        for name in ASKING
        if any(word.split(":")[0] in body(visitors.ask(name, row, world)) for word in (STRENGTH, WISH))
    }

    assert found == WORDS[stage]
