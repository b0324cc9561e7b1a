"""Differencing: what is shown of a group, of an agency, of two moments together never tells a value that is not shown."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.peer_figures import agency_figures, figures_of, group_figures, value_figures

CODES = ("BP", "AK", "KP")
LEVELS = st.integers(0, 5)


def answer(levels: tuple[int, ...]) -> dict:
    return {
        "pages": {
            code: {"level": level, "strength": "", "wish": ""}
            for code, level in zip(CODES, levels, strict=True)
        }
    }


def shown(answers: list[tuple[int, ...]], *, asked: int = 8) -> dict:
    return group_figures(asked, [answer(levels) for levels in answers], CODES)


# --- a value that two people could judge --------------------------------------------------------


@given(
    st.lists(st.tuples(LEVELS, LEVELS), min_size=3, max_size=8),
    st.lists(st.integers(1, 5), max_size=2),
    st.lists(st.integers(1, 5), max_size=2),
    st.randoms(use_true_random=False),
)
def test_a_suppressed_value_changes_nothing_of_what_is_shown(
    others: list[tuple[int, int]], one: list[int], other: list[int], dice
) -> None:
    """Whoever judged it, whatever they chose, even how many they were: everything shown stays the same."""

    def with_value(judged: list[int]) -> dict:
        column = judged + [0] * (len(others) - len(judged))
        dice.shuffle(column)
        return shown([(*rest, level) for rest, level in zip(others, column, strict=True)])

    figures = with_value(one)
    assert figures == with_value(other)
    assert figures["values"]["KP"] == {"shown": False}
    assert figures["overall"] is None


@given(st.lists(st.tuples(LEVELS, LEVELS, LEVELS), max_size=2))
def test_of_a_small_group_only_its_number_is_told(answers: list[tuple[int, ...]]) -> None:
    assert shown(answers) == {"asked": 8, "answered": len(answers), "shown": False}


@given(
    st.lists(st.tuples(LEVELS, LEVELS, LEVELS), min_size=3, max_size=8),
    st.lists(st.tuples(LEVELS, LEVELS, LEVELS), max_size=2),
)
def test_the_other_group_tells_nothing_of_a_small_one(
    large: list[tuple[int, ...]], small: list[tuple[int, ...]]
) -> None:
    def box(few: list[tuple[int, ...]]) -> dict:
        groups = {
            "peer": (8, [answer(one) for one in large]),
            "subordinate": (2, [answer(one) for one in few]),
        }
        return figures_of(groups, CODES)

    blank = [(0, 0, 0)] * len(small)
    assert box(small) == box(blank)


@given(st.lists(st.tuples(LEVELS, LEVELS, LEVELS), min_size=3, max_size=8), st.randoms(use_true_random=False))
def test_the_overall_mean_is_made_of_what_is_shown(answers: list[tuple[int, ...]], dice) -> None:
    """Each value's levels go round among the reviewers: other people, other totals of each, the same page."""
    columns = [list(column) for column in zip(*answers, strict=True)]
    for column in columns:
        dice.shuffle(column)
    assert shown(list(zip(*columns, strict=True))) == shown(answers)


# --- an agency and its people -------------------------------------------------------------------


@given(
    st.lists(st.lists(st.tuples(LEVELS, LEVELS, LEVELS), min_size=3, max_size=5), min_size=10, max_size=12),
    st.integers(1, 5),
)
def test_the_figures_of_an_agency_are_made_of_shown_ones(people: list[list[tuple]], level: int) -> None:
    """Exchange every level of a value that is suppressed for somebody: the agency's figures stay the same."""

    def agency(answers: list[list[tuple]]) -> dict:
        return agency_figures(
            [figures_of({"peer": (8, [answer(one) for one in mine])}, CODES) for mine in answers], CODES
        )

    def exchanged(mine: list[tuple]) -> list[tuple]:
        suppressed = {n for n in range(3) if sum(one[n] > 0 for one in mine) < 3}
        return [tuple(level if n in suppressed and one[n] else one[n] for n in range(3)) for one in mine]

    assert agency([exchanged(mine) for mine in people]) == agency(people)


def test_fewer_than_ten_people_are_no_agency() -> None:
    box = figures_of({"peer": (3, [answer((4, 4, 4))] * 3)}, CODES)
    assert agency_figures([box] * 9, CODES) == {}
    assert agency_figures([box] * 10, CODES)["peer"]["appraisals"] == 10


# --- what a figure itself tells -----------------------------------------------------------------


def test_only_few_who_all_agree_on_an_end_of_the_scale_are_known_each() -> None:
    """Documented as a limit. Else two assignments of levels to people or more fit what is shown of a value.

    From five answers on a figure may tell how often each level was chosen, never by whom.
    """
    known = set()
    for n in range(3, 9):
        fitting = defaultdict(set)
        for levels in combinations_with_replacement(range(1, 6), n):
            fitting[tuple(value_figures(levels).values())].add(levels)
        known |= {
            levels
            for sets in fitting.values()
            for levels in sets
            if len({one for two in sets for one in two}) == 1
        }
    assert known == {(1, 1, 1), (1, 1, 1, 1), (5, 5, 5)}


def test_a_colluding_reviewer_of_three_learns_the_sum_of_the_other_two_to_one_level() -> None:
    for levels in combinations_with_replacement(range(1, 6), 3):
        mean = value_figures(levels)["mean"]
        for own in set(levels):
            sums = {
                one + other
                for one, other in combinations_with_replacement(range(1, 6), 2)
                if value_figures([own, one, other])["mean"] == mean
            }
            assert sum(levels) - own in sums
            assert max(sums) - min(sums) <= 1


def test_what_the_colluder_knows_seldom_names_the_levels() -> None:
    """Two pairs of levels or more fit, unless the other two stand together at an end of the scale."""
    told = set()
    for own in range(1, 6):
        fitting = defaultdict(list)
        for pair in combinations_with_replacement(range(1, 6), 2):
            fitting[value_figures([own, *pair])["mean"]].append(pair)
        told |= {pairs[0] for pairs in fitting.values() if len(pairs) == 1}
    assert told <= {(1, 1), (5, 5), (1, 2), (4, 5)}


def test_two_who_collude_know_the_third_to_one_level() -> None:
    for one, other, third in ((a, b, c) for a in range(1, 6) for b in range(1, 6) for c in range(1, 6)):
        mean = value_figures([one, other, third])["mean"]
        fitting = [level for level in range(1, 6) if value_figures([one, other, level])["mean"] == mean]
        assert third in fitting
        assert len(fitting) <= 2


@pytest.mark.parametrize("n", [3, 4])
def test_below_five_a_mean_is_in_halves_and_has_no_spread(n: int) -> None:
    for levels in combinations_with_replacement(range(1, 6), n):
        figures = value_figures(levels)
        assert Decimal(figures["mean"]) % Decimal("0.5") == 0
        assert figures["low"] is None
        assert figures["high"] is None


@given(st.lists(st.integers(1, 5), min_size=5, max_size=10))
def test_from_five_on_the_lowest_and_the_highest_cannot_be_told(levels: list[int]) -> None:
    ordered = sorted(levels)
    lower = [1, *ordered[1:-1], 5]
    assert value_figures(lower) == value_figures(ordered)
