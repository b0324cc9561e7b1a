"""The tree in the reader's language: every code has words, the numbers are those of the computation."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from django.utils import translation

from appraisal.enums import ItemKind, Predicate, Rating
from appraisal.scoring.matrix import (
    CompetencyInput,
    Decision,
    PeerGroupInput,
    PeersInput,
    PeerValueInput,
    compute,
)
from appraisal.scoring.sources import OBJECTION, SOURCES
from appraisal.selectors.acts import ACTS
from appraisal.selectors.result_tree import result_tree
from appraisal.selectors.result_words import LABELS, RULES, gap_words, nine_cells, rule_of
from core.components import Node
from indicators.enums import Formula
from tests.appraisal.sheets import item, measure, sheet

ROOT = Path(__file__).resolve().parents[2]
BELOW, MEETS, ABOVE = Rating.BELOW, Rating.MEETS, Rating.ABOVE


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def rich_root():
    """A tree with every kind of node."""
    return compute(
        sheet(
            (
                item(
                    ABOVE,
                    measures=(measure("130"), measure(None, label="Mutu", aspect="quality")),
                    reason="Tuntas.",
                ),
                item(MEETS, key="2", measures=(measure("95"),), evidence=2),
                item(BELOW, ItemKind.ADDITIONAL, key="3", evidence=0),
            ),
            (4, 3, 3, 3, 3, 3, 2),
            results=Decision(MEETS, "Target ringan."),
            competencies=(CompetencyInput("INT", "Integritas", 2, 3),),
            self_assessment="PD-2026-0001-11",
            peers=PEERS,
        )
    )


PEERS = PeersInput(
    "opened",
    (
        PeerGroupInput(
            "peer",
            asked=5,
            answered=4,
            values=(PeerValueInput("Kompeten", 4, Decimal("3.5")), PeerValueInput("Loyal")),
        ),
        PeerGroupInput("subordinate", asked=3, answered=2),
    ),
)


def walk(node):
    yield node
    for inner in node.inputs:
        yield from walk(inner)


def flat(nodes) -> list[Node]:
    """All shown lines, depth first."""
    found = []
    for node in nodes:
        found += [node, *flat(node.children)]
    return found


def line(label: str, nodes) -> Node:
    """The shown line with this label."""
    return next(node for node in flat(nodes) if node.label == label)


# --- words for every code -----------------------------------------------------------------------


def test_every_rule_has_a_sentence_and_no_sentence_is_spare() -> None:
    source = (ROOT / "appraisal/scoring/matrix.py").read_text()
    codes = set(re.findall(r'"((?:matrix|supervisor|reference|peers)\.[a-z]+)"', source))
    codes |= {f"achievement.{formula}" for formula in Formula}

    assert set(RULES) == codes
    assert set(SOURCES) <= codes
    assert {node.rule for node in walk(rich_root())} <= codes


def test_every_node_has_a_name() -> None:
    source = (ROOT / "appraisal/scoring/matrix.py").read_text()
    codes = set(re.findall(r'code="([a-z_]+)"', source)) | {"results", "behavior"}

    assert set(LABELS) == codes == {node.code for node in walk(rich_root())}


def test_every_act_that_is_recorded_on_an_appraisal_has_words() -> None:
    recorded = set()
    for path in (ROOT / "appraisal" / "services").glob("*.py"):
        recorded |= set(
            re.findall(
                r'"((?:plan|evidence|journal|self_assessment|rating|results?|cycle|window)\.[a-z_]+)"',
                path.read_text(),
            )
        )

    assert recorded <= set(ACTS)


def test_a_rule_names_its_source_or_says_that_it_is_our_own() -> None:
    assert rule_of("matrix.cell").endswith("Source: PermenPANRB 6/2022.")
    assert rule_of("achievement.inverse").endswith("Source: PermenPANRB 8/2021.")
    assert rule_of("achievement.distance").endswith("Source: a decision of this product.")
    assert OBJECTION.shown == "PP 30/2019, Pasal 59"


def test_an_article_is_shown_only_when_it_was_verified() -> None:
    assert [source.shown for source in SOURCES.values() if source.locator and not source.verified] == []


# --- what the lines say -------------------------------------------------------------------------


def test_results_say_how_many_count_and_what_was_decided() -> None:
    results = line("Results of work", result_tree(rich_root()))
    assert results.value == "Meets expectation"
    assert results.why == (
        "1 of 2 counted results are above expectation. No main result is below. The rule suggested: Above "
        "expectation. The supervisor decided differently: “Target ringan.”"
    )
    assert results.rule.startswith("Rule: Above expectation when at least half")
    assert results.open


def test_behaviour_says_how_many_values_are_above_and_below() -> None:
    behavior = line("Behaviour at work", result_tree(rich_root()))
    assert behavior.value == "Meets expectation"
    assert behavior.why == "1 of 7 values are above expectation. Below expectation: 1."
    assert [node.value for node in behavior.children] == ["Above", *["Meets"] * 5, "Below"]
    assert behavior.children[0].why == "Level 4 of 5, which means this year: Above expectation."


def test_an_item_shows_its_measures_and_then_the_decision() -> None:
    shown = line("Rencana 1", result_tree(rich_root()))
    assert (shown.value, shown.why) == ("Above", "Main result.")
    assert [(node.label, node.value, node.why) for node in shown.children] == [
        (
            "Sekolah dengan data lengkap",
            "120\u00a0%",
            "Target 95 persen. Realisation 130 persen. Computed 136.84\u00a0%, counted as 120\u00a0% at most.",
        ),
        ("Mutu", "Not measured", "Target 95 persen."),
        ("Decided by the supervisor", "Above", "“Tuntas.” One piece of evidence."),
    ]
    additional = line("Rencana 3", result_tree(rich_root()))
    assert additional.why == "Additional result. It can only add, never take away."
    assert additional.children[-1].why == "No evidence was given."


def test_what_is_negative_is_counted_as_zero_and_said_so() -> None:
    root = compute(sheet((item(BELOW, measures=(measure("25", polarity="minimize", target="10"),)),)))
    shown = line("Sekolah dengan data lengkap", result_tree(root))
    assert (shown.value, shown.why) == (
        "0\u00a0%",
        "Target 10 persen. Realisation 25 persen. Computed -50\u00a0%, counted as 0\u00a0% at least.",
    )


def test_a_range_shows_both_bounds() -> None:
    root = compute(sheet((item(MEETS, measures=(measure("8", polarity="range", target="7", upper="10"),)),)))
    shown = line("Sekolah dengan data lengkap", result_tree(root))
    assert (shown.value, shown.why) == ("100\u00a0%", "Target 7 to 10 persen. Realisation 8 persen.")


def test_what_is_not_counted_stands_apart() -> None:
    reference = result_tree(rich_root(), with_peers=True)[-1]
    assert reference.label == "What is not counted"
    assert [(node.label, node.value, node.why) for node in reference.children] == [
        (
            "Self-assessment",
            "For reference",
            "Receipt number PD-2026-0001-11. The supervisor rated with it at hand.",
        ),
        ("Integritas", "Level 2", "The position asks for level 3. One level still to grow."),
        (
            "Feedback of peers and subordinates",
            "For reference",
            "Shown beside the rating with weight zero, as it stood when the rating was sent.",
        ),
        ("Changes in calibration", "None", ""),
    ]
    without = result_tree(compute(sheet()))[-1]
    assert (without.children[0].value, without.children[0].why) == (
        "Not sent",
        "The supervisor rated without it.",
    )


def peers_line(peers: PeersInput | None, *, with_peers: bool = True) -> Node:
    """The shown line of peers."""
    return line(
        "Feedback of peers and subordinates", result_tree(compute(sheet(peers=peers)), with_peers=with_peers)
    )


def test_peers_are_shown_group_by_group_with_what_is_suppressed_and_why() -> None:
    peers, subordinates = peers_line(PEERS).children

    assert (peers.label, peers.value, peers.why) == (
        "Peers",
        "Not shown",
        "5 asked, 4 answered. There is no overall mean, because it would let a suppressed value be computed.",
    )
    assert [(node.label, node.value, node.why) for node in peers.children] == [
        ("Kompeten", "3.5 of 5", "Answers counted: 4."),
        (
            "Loyal",
            "Not shown",
            "Fewer than three people could judge this value, so nothing of it is shown.",
        ),
    ]
    assert peers.children[0].rule.startswith("Rule: Each group and each value by itself.")
    assert (subordinates.label, subordinates.why, subordinates.children) == (
        "Subordinates",
        "3 asked, 2 answered. Fewer than three people answered, so nothing of this group is shown.",
        (),
    )


@pytest.mark.parametrize(
    ("peers", "value", "why"),
    [
        (None, "None", "Peer feedback is not part of this year's result."),
        (PeersInput("not_asked"), "Nothing to show", "Nobody was asked for feedback."),
        (
            PeersInput("sealed"),
            "Nothing to show",
            "The answers were still sealed when the rating was sent.",
        ),
        (
            PeersInput("opened", (PeerGroupInput("peer", 4, 2),)),
            "Nothing to show",
            "Too few people answered. What fewer than three say is shown to nobody.",
        ),
    ],
    ids=["no peers this year", "nobody asked", "sealed", "too few"],
)
def test_without_figures_the_line_says_why(peers: PeersInput | None, value: str, why: str) -> None:
    shown = peers_line(peers)
    assert (shown.value, shown.why) == (value, why)


def test_who_may_not_see_peers_finds_one_line_without_a_number() -> None:
    shown = peers_line(PEERS, with_peers=False)
    assert (shown.value, shown.children) == ("", ())
    assert "employee, the supervisor and the superior alone" in str(shown.why)


def test_changes_in_calibration_take_the_place_of_none() -> None:
    change = Node(label="Changed")
    assert result_tree(rich_root(), changes=[change])[-1].children[-1] is change


@pytest.mark.parametrize(
    ("shown", "required", "words"),
    [
        (3, 3, "As the position asks."),
        (4, 3, "One level more than the position asks."),
        (5, 3, "2 levels more than the position asks."),
        (2, 3, "One level still to grow."),
        (1, 4, "3 levels still to grow."),
    ],
)
def test_the_gap_is_told_in_words(shown: int, required: int, words: str) -> None:
    assert gap_words(shown, required) == words


# --- the sums agree -----------------------------------------------------------------------------


@pytest.mark.parametrize("ratings", list(product(Rating, repeat=3)))
def test_the_numbers_of_the_tree_are_those_of_its_lines(ratings) -> None:
    root = compute(
        sheet(
            tuple(item(rating, key=str(n)) for n, rating in enumerate(ratings, start=1)),
            tuple({BELOW: 1, MEETS: 3, ABOVE: 5}[rating] for rating in ratings),
        )
    )
    results, behavior, _reference = result_tree(root)
    for shown, node in zip((results, behavior), root.inputs, strict=False):
        values = [child.value for child in shown.children]
        assert node.facts["above"] == str(values.count("Above"))
        assert node.facts["below"] == str(values.count("Below"))
        assert node.facts["counted"] == str(len(values))
        assert shown.why.startswith(f"{values.count('Above')} of {len(values)} ")


def test_no_line_is_without_a_label_and_none_hides_a_code() -> None:
    for node in flat(result_tree(rich_root())):
        said = f"{node.label} {node.value} {node.why} {node.rule}"
        assert node.label
        assert not re.search(r"\b(matrix|achievement|supervisor|reference)\.[a-z]|%\(|\{|\bNone\.", said)


# --- the nine cells -----------------------------------------------------------------------------


@pytest.mark.parametrize(("results", "behavior"), list(product(Rating, repeat=2)))
def test_the_marked_cell_is_where_the_two_ratings_cross(results: Rating, behavior: Rating) -> None:
    root = compute(sheet(results=Decision(results, "Alasan."), behavior=Decision(behavior, "Alasan.")))
    table = nine_cells(root)

    row, column = table.here
    label, cells = table.rows[row]
    assert cells[column].text == Predicate(root.value).label
    assert f"{label.short} {label.rest}" == Rating(results).label
    assert f"{table.columns[column].short} {table.columns[column].rest}" == Rating(behavior).label


def test_without_a_result_no_cell_is_marked() -> None:
    assert nine_cells().here is None
