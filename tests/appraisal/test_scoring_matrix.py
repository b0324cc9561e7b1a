"""The categorical scheme: the nine cells, the suggestions in every combination, the tree and its canonical text."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.enums import ItemKind, Predicate, Rating
from appraisal.scoring import sheet as trees
from appraisal.scoring.content import sheet_of, suggested_behavior, suggested_results
from appraisal.scoring.matrix import (
    CELLS,
    RULE_VERSION,
    SAME_RULES,
    CompetencyInput,
    Decision,
    compute,
    predicate_of,
    rating_of_level,
    suggest_behavior,
    suggest_results,
)
from tests.appraisal.sheets import LEVEL_RATINGS, item, measure, sheet

RATINGS = list(Rating)
MAIN, ADDITIONAL = ItemKind.MAIN, ItemKind.ADDITIONAL
BELOW, MEETS, ABOVE = Rating.BELOW, Rating.MEETS, Rating.ABOVE


# --- the nine cells -----------------------------------------------------------------------------


def test_the_nine_cells_are_those_of_the_regulation() -> None:
    with (Path(__file__).parent / "data" / "predicate_matrix.csv").open(newline="") as file:
        rows = {
            (row["result_rating"], row["behavior_rating"]): row["predicate"] for row in csv.DictReader(file)
        }

    assert len(rows) == 9
    assert {(str(a), str(b)): str(predicate) for (a, b), predicate in CELLS.items()} == rows
    assert {predicate_of(Rating(a), Rating(b)) for a, b in rows} == set(Predicate)


def test_behaviour_below_expectation_is_never_better_than_poor() -> None:
    assert [predicate_of(results, BELOW) for results in (BELOW, MEETS, ABOVE)] == [
        Predicate.VERY_POOR,
        Predicate.POOR,
        Predicate.POOR,
    ]


# --- suggestions --------------------------------------------------------------------------------


def results_by_hand(mains: tuple[Rating, ...], extras: tuple[Rating, ...]) -> Rating:
    """The rule once more, in whole numbers: half of what counts is above and no main one below; or most are below."""
    helping = [rating for rating in extras if rating is ABOVE]
    above = mains.count(ABOVE) + len(helping)
    if BELOW not in mains and above * 2 >= len(mains) + len(helping):
        return ABOVE
    return BELOW if mains.count(BELOW) * 2 > len(mains) else MEETS


@pytest.mark.parametrize("mains", range(1, 5))
@pytest.mark.parametrize("extras", range(3))
def test_the_suggestion_for_results_in_every_combination(mains: int, extras: int) -> None:
    for main in product(RATINGS, repeat=mains):
        for extra in product(RATINGS, repeat=extras):
            items = [(MAIN, rating) for rating in main] + [(ADDITIONAL, rating) for rating in extra]
            found = suggest_results(items)

            assert found.rating == results_by_hand(main, extra), items
            assert found.counted == mains + extra.count(ABOVE)
            assert found.above == main.count(ABOVE) + extra.count(ABOVE)
            assert found.below == main.count(BELOW)


@pytest.mark.parametrize(
    ("main", "extra", "expected"),
    [
        ([ABOVE, MEETS], [], ABOVE),  # half is enough
        ([ABOVE, MEETS, MEETS], [], MEETS),
        ([ABOVE, MEETS, MEETS], [ABOVE], ABOVE),  # two of four
        ([ABOVE, ABOVE, ABOVE, BELOW], [], MEETS),  # one main result is below
        ([BELOW, BELOW, MEETS, MEETS], [], MEETS),  # half is not more than half
        ([BELOW, BELOW, MEETS], [ABOVE, ABOVE], BELOW),
        ([MEETS], [BELOW, MEETS], MEETS),  # additional ones never take away
    ],
)
def test_the_suggestion_for_results_by_example(main, extra, expected) -> None:
    items = [(MAIN, rating) for rating in main] + [(ADDITIONAL, rating) for rating in extra]
    assert suggest_results(items).rating == expected


def test_an_additional_result_never_makes_the_suggestion_worse() -> None:
    order = [BELOW, MEETS, ABOVE]
    for main in product(RATINGS, repeat=3):
        without = suggest_results([(MAIN, rating) for rating in main]).rating
        for extra in RATINGS:
            with_it = suggest_results([*((MAIN, rating) for rating in main), (ADDITIONAL, extra)]).rating
            assert order.index(with_it) >= order.index(without)


def test_the_suggestion_for_behaviour_in_every_combination_of_seven_values() -> None:
    for ratings in product(RATINGS, repeat=7):
        above, below = ratings.count(ABOVE), ratings.count(BELOW)
        by_hand = ABOVE if above >= 4 and not below else BELOW if below >= 4 else MEETS

        found = suggest_behavior(ratings)
        assert (found.rating, found.counted, found.above, found.below) == (by_hand, 7, above, below)


def test_no_suggestion_without_a_main_item_or_a_value() -> None:
    with pytest.raises(ValueError, match="main item"):
        suggest_results([(ADDITIONAL, ABOVE)])
    with pytest.raises(ValueError, match="value"):
        suggest_behavior([])


def test_no_suggestion_while_something_is_not_rated_yet() -> None:
    assert suggested_results([("main", "above"), ("main", None)]) is None
    assert suggested_results([("additional", "above")]) is None
    assert suggested_results([("main", "above")]).rating == ABOVE
    assert suggested_behavior([4, None], [str(rating) for rating in LEVEL_RATINGS]) is None
    assert suggested_behavior([], [str(rating) for rating in LEVEL_RATINGS]) is None
    assert suggested_behavior([4, 3], [str(rating) for rating in LEVEL_RATINGS]).rating == ABOVE


@given(
    st.lists(st.tuples(st.sampled_from([MAIN, ADDITIONAL]), st.sampled_from(RATINGS)), max_size=8),
    st.randoms(),
)
def test_the_order_of_items_does_not_matter(items, random) -> None:
    items = [(MAIN, MEETS), *items]
    shuffled = random.sample(items, len(items))
    assert suggest_results(shuffled) == suggest_results(items)


@given(st.permutations([1, 2, 3, 3, 4, 5, 5]))
def test_the_order_of_values_does_not_matter(levels) -> None:
    ratings = [rating_of_level(level, LEVEL_RATINGS) for level in levels]
    assert suggest_behavior(ratings).rating == MEETS


# --- levels -------------------------------------------------------------------------------------


def test_levels_mean_what_the_cycle_says() -> None:
    assert [rating_of_level(level, LEVEL_RATINGS) for level in range(1, 6)] == [
        BELOW,
        BELOW,
        MEETS,
        ABOVE,
        ABOVE,
    ]
    assert rating_of_level(5, (BELOW, MEETS, MEETS, MEETS, ABOVE)) == ABOVE
    for level in (0, 6, -1):
        with pytest.raises(ValueError, match="outside 1 to 5"):
            rating_of_level(level, LEVEL_RATINGS)


# --- the tree -----------------------------------------------------------------------------------


def test_the_tree_holds_every_step_down_to_the_measure() -> None:
    root = compute(
        sheet(
            (
                item(ABOVE, measures=(measure("130"),), reason="Tuntas."),
                item(MEETS, ADDITIONAL, key="2", measures=(measure(None),), evidence=0),
            ),
            (4, 4, 4, 5, 3, 3, 3),
            competencies=(CompetencyInput("INT", "Integritas", 2, 3),),
            self_assessment="PD-2026-0001-11",
        )
    )

    assert (root.code, root.value, dict(root.facts)) == (
        "predicate",
        "very_good",
        {"results": "above", "behavior": "above"},
    )
    results, behavior, reference = root.inputs
    assert dict(results.facts) == {"suggested": "above", "counted": "1", "above": "1", "below": "0"}
    assert dict(behavior.facts) == {"suggested": "above", "counted": "7", "above": "4", "below": "0"}
    first, second = results.inputs
    assert dict(first.facts) == {"kind": "main", "evidence": "1", "reason": "Tuntas."}
    assert dict(second.facts) == {"kind": "additional", "evidence": "0"}
    (capped,), (missing,) = first.inputs, second.inputs
    assert (capped.value, capped.facts["uncapped"], capped.rule) == ("120", "136.84", "achievement.ratio")
    assert (missing.value, missing.rule) == (None, "achievement.none")
    assert "realization" not in missing.facts
    assert [node.value for node in root.find("value")] == ["above"] * 4 + ["meets"] * 3
    assert [node.code for node in reference.inputs] == ["self_assessment", "competency"]
    assert reference.inputs[0].facts == {"number": "PD-2026-0001-11"}
    assert (reference.inputs[1].value, dict(reference.inputs[1].facts)) == ("2", {"required": "3"})


def test_a_missing_part_is_never_zero() -> None:
    with_nothing = compute(sheet((item(MEETS, measures=(measure(None),)),)))
    assert with_nothing.find("measure")[0].value is None
    with_zero = compute(sheet((item(MEETS, measures=(measure("0"),)),)))
    assert with_zero.find("measure")[0].value == "0"


@pytest.mark.parametrize("part", ["results", "behavior"])
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_deviation_without_a_reason_is_refused(part: str, reason: str) -> None:
    decided = {part: Decision(BELOW, reason)}
    with pytest.raises(ValueError, match="deviation from the suggestion needs a reason"):
        compute(sheet(**decided))


def test_a_deviation_stands_in_the_tree_with_its_reason() -> None:
    root = compute(sheet(results=Decision(MEETS, "Target terlalu ringan."), levels=(3,) * 7))
    results = root.find("results")[0]
    assert (results.value, results.facts["suggested"]) == ("meets", "above")
    assert results.facts["deviation"] == "Target terlalu ringan."
    assert root.value == "good"


def test_a_reason_without_a_deviation_is_not_told_as_one() -> None:
    root = compute(sheet(results=Decision(ABOVE, "Sesuai saran.")))
    assert "deviation" not in root.find("results")[0].facts


# --- canonical text -----------------------------------------------------------------------------

# If this changes, results that were published can no longer be computed again: then RULE_VERSION changes too.
GOLDEN = (
    '{"root":{"code":"predicate","facts":{"behavior":"meets","results":"above"},"inputs":['
    '{"code":"results","facts":{"above":"1","below":"0","counted":"1","suggested":"above"},"inputs":['
    '{"code":"item","facts":{"evidence":"1","kind":"main"},"inputs":['
    '{"code":"measure","facts":{"aspect":"quantity","polarity":"maximize","realization":"98.4","target":"95",'
    '"unit":"persen"},"inputs":[],"label":"Sekolah dengan data lengkap","rule":"achievement.ratio","value":"103.58"}'
    '],"label":"Rencana 1","rule":"supervisor.decides","value":"above"}'
    '],"label":"","rule":"matrix.results","value":"above"},'
    '{"code":"behavior","facts":{"above":"0","below":"0","counted":"1","suggested":"meets"},"inputs":['
    '{"code":"value","facts":{"level":"3"},"inputs":[],"label":"Nilai BP","rule":"matrix.level","value":"meets"}'
    '],"label":"","rule":"matrix.behavior","value":"meets"},'
    '{"code":"reference","facts":{},"inputs":['
    '{"code":"self_assessment","facts":{},"inputs":[],"label":"","rule":"reference.only","value":null}'
    '],"label":"","rule":"reference.only","value":null}'
    '],"label":"","rule":"matrix.cell","value":"good"},"rule_version":"2026.2"}'
)
# As a result of the rules before peers was frozen, word for word.
FROZEN_BEFORE_PEERS = GOLDEN.replace('"rule_version":"2026.2"', '"rule_version":"2026.1"')


def test_the_canonical_text_is_stable() -> None:
    text = trees.to_text(compute(sheet(levels=(3,))), rule_version=RULE_VERSION)
    assert text == GOLDEN
    assert trees.digest_of(text) == hashlib.sha256(GOLDEN.encode()).hexdigest()
    assert RULE_VERSION == "2026.2"


def test_a_tree_frozen_before_peers_reads_and_computes_to_the_same_bytes() -> None:
    root = trees.from_text(FROZEN_BEFORE_PEERS)

    assert "2026.1" in SAME_RULES
    assert compute(sheet(levels=(3,))) == root
    assert trees.to_text(root, rule_version="2026.1") == FROZEN_BEFORE_PEERS
    assert root.find("peers") == ()


def test_the_text_gives_the_tree_back() -> None:
    root = compute(
        sheet(
            (
                item(
                    MEETS,
                    measures=(measure("70"), measure("8", polarity="minimize", target="10")),
                    reason="Ya.",
                ),
            ),
            competencies=(CompetencyInput("INT", "Integritas", 2, 3),),
        )
    )
    text = trees.to_text(root, rule_version=RULE_VERSION)
    again = trees.from_text(text)
    assert again == root
    assert trees.to_text(again, rule_version=RULE_VERSION) == text


@given(
    st.lists(st.sampled_from(RATINGS), min_size=1, max_size=4),
    st.lists(st.integers(1, 5), min_size=7, max_size=7),
    st.decimals(min_value=0, max_value=1000, places=4, allow_nan=False),
)
def test_computing_again_gives_the_same_bytes(ratings, levels, realization) -> None:
    made = sheet(
        tuple(
            item(rating, key=str(n), measures=(measure(f"{realization:f}"),))
            for n, rating in enumerate(ratings, start=1)
        ),
        tuple(levels),
    )
    first = trees.to_text(compute(made), rule_version=RULE_VERSION)
    assert trees.to_text(compute(replace(made)), rule_version=RULE_VERSION) == first


CONTENT = {
    "plan_version": 1,
    "self_assessment": "PD-2026-0001-11",
    "level_ratings": [str(rating) for rating in LEVEL_RATINGS],
    "items": [
        {
            "key": "k1",
            "name": "Rencana 1",
            "kind": "main",
            "evidence": 2,
            "rating": "above",
            "reason": "Tuntas.",
            "incident_on": "2026-05-12",
            "measures": [
                {
                    "indicator": "Hari",
                    "aspect": "time",
                    "unit": "hari",
                    "polarity": "range",
                    "target": "7.0000",
                    "upper": "10.0000",
                    "realization": "8.0000",
                }
            ],
        }
    ],
    "values": [{"code": "BP", "name": "Nilai BP", "level": 3, "reason": "", "incident_on": None}],
    "competencies": [
        {"code": "INT", "name": "Integritas", "level": 2, "required": 3, "reason": "", "incident_on": None}
    ],
    "overall": {"results": "above", "results_reason": "", "behavior": "meets", "behavior_reason": ""},
    "feedback": {"strengths": ["Baik."], "improvements": ["Lagi."], "next_steps": ["Lanjut."]},
}


def test_the_stored_content_is_enough_to_compute_again() -> None:
    root = compute(sheet_of(CONTENT))
    assert root.value == "good"
    found = root.find("measure")[0]
    assert (found.value, found.rule, found.facts["upper"]) == ("100", "achievement.within", "10")
    # Neither the order of the keys nor a journey through JSON changes a byte.
    other_way = json.loads(json.dumps(dict(reversed(CONTENT.items()))))
    assert trees.to_text(compute(sheet_of(other_way)), rule_version="1") == trees.to_text(
        root, rule_version="1"
    )


@pytest.mark.parametrize("part", ["items", "values", "overall", "level_ratings", "self_assessment"])
def test_an_incomplete_content_is_refused(part: str) -> None:
    with pytest.raises(KeyError):
        sheet_of({key: value for key, value in CONTENT.items() if key != part})


# --- peers --------------------------------------------------------------------------------------


def with_peers(**kept: object) -> dict[str, object]:
    """The content of a rating that was sent in a year with peers."""
    return {**CONTENT, "peers": {"state": "opened", "groups": {}, **kept}}


OPENED = with_peers(
    groups={
        "subordinate": {"asked": 3, "answered": 2, "shown": False},
        "peer": {
            "asked": 5,
            "answered": 4,
            "shown": True,
            "values": {"BP": {"shown": True, "n": 4, "mean": "3.5", "low": None, "high": None}},
            "overall": "3.5",
        },
    }
)


def test_peers_stand_in_the_reference_branch_with_weight_zero() -> None:
    root = compute(sheet_of(OPENED))
    (peers,) = root.find("reference")[0].find("peers")

    assert (peers.rule, peers.value, peers.facts) == (
        "reference.only",
        None,
        {"weight": "0", "state": "opened"},
    )
    group, suppressed = peers.inputs
    assert (group.label, group.value, group.facts) == ("peer", "3.5", {"asked": "5", "answered": "4"})
    assert [(one.label, one.value, one.facts) for one in group.inputs] == [("Nilai BP", "3.5", {"n": "4"})]
    assert suppressed.facts == {"asked": "3", "answered": "2", "suppressed": "too_few"}
    assert (suppressed.value, suppressed.inputs) == (None, ())


def test_peers_never_change_the_predicate() -> None:
    without, with_them = compute(sheet_of(CONTENT)), compute(sheet_of(OPENED))

    assert (with_them.value, with_them.facts, with_them.inputs[:2]) == (
        without.value,
        without.facts,
        without.inputs[:2],
    )


def test_a_suppressed_value_tells_neither_mean_nor_count() -> None:
    group = {**OPENED["peers"]["groups"]["peer"], "values": {"BP": {"shown": False}}, "overall": None}
    root = compute(sheet_of(with_peers(groups={"peer": group})))
    (value,) = root.find("peer_value")

    assert (value.value, value.facts) == (None, {"suppressed": "too_few"})
    assert root.find("peer_group")[0].facts["suppressed"] == "value_suppressed"


def test_stored_peers_have_no_order_of_their_own() -> None:
    turned = json.loads(json.dumps(OPENED))
    turned["peers"]["groups"] = dict(reversed(turned["peers"]["groups"].items()))

    assert compute(sheet_of(turned)) == compute(sheet_of(OPENED))


@pytest.mark.parametrize("state", ["sealed", "not_asked"])
def test_peers_who_could_not_be_heard_are_told_as_such(state: str) -> None:
    (peers,) = compute(sheet_of(with_peers(state=state))).find("peers")

    assert (peers.facts["state"], peers.inputs) == (state, ())


def test_a_year_without_peers_has_no_such_node() -> None:
    assert compute(sheet_of({**CONTENT, "peers": None})).find("peers") == ()
