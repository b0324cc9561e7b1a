"""What may be shown of peers' answers: means, what is suppressed, and that nothing lets it be computed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.peer_figures import agency_figures, figures_of, group_figures, levels_of, value_figures

LEVELS = st.lists(st.integers(1, 5), max_size=12)


def answers(*levels: int, code: str = "BP") -> list[dict[str, object]]:
    """One answer for each level."""
    return [{"pages": {code: {"level": level, "strength": "", "wish": ""}}} for level in levels]


@pytest.mark.parametrize("levels", [(), (3,), (5, 1)])
def test_fewer_than_three_show_nothing_not_even_how_many(levels: tuple[int, ...]) -> None:
    assert value_figures(levels) == {"shown": False}


@pytest.mark.parametrize(
    ("levels", "mean"),
    [
        ((3, 4, 4), "3.5"),
        ((4, 4, 5), "4.5"),
        ((4, 4, 4), "4.0"),
        ((1, 2, 2), "1.5"),
        ((4, 4, 4, 5), "4.5"),
        ((3, 3, 3, 4), "3.5"),
        ((1, 1, 1, 5), "2.0"),
    ],
)
def test_three_and_four_give_a_mean_in_halves_and_no_spread(levels: tuple[int, ...], mean: str) -> None:
    assert value_figures(levels) == {
        "shown": True,
        "n": len(levels),
        "mean": mean,
        "low": None,
        "high": None,
    }


def test_from_five_on_one_lowest_and_one_highest_are_left_out() -> None:
    assert value_figures((1, 4, 4, 3, 5)) == {"shown": True, "n": 5, "mean": "3.67", "low": 3, "high": 4}
    assert value_figures((5, 5, 5, 5, 1))["mean"] == "5.00"
    assert value_figures((1, 2, 3, 4, 5, 5))["mean"] == "3.50"


@given(LEVELS)
def test_a_mean_lies_between_its_levels_whatever_their_order(levels: list[int]) -> None:
    figures = value_figures(levels)

    assert figures == value_figures(sorted(levels)) == value_figures(levels[::-1])
    if figures["shown"]:
        assert min(levels) <= Decimal(figures["mean"]) <= max(levels)
        assert figures["n"] == len(levels)


def test_not_observed_is_not_counted_and_never_zero() -> None:
    given_answers = answers(4, 4, 0, 4, 0)

    assert levels_of(given_answers, "BP") == [4, 4, 4]
    assert value_figures(levels_of(given_answers, "BP"))["mean"] == "4.0"
    assert levels_of([{"pages": {"BP": {"level": None}}}, {"pages": {}}], "BP") == []


def test_a_group_of_two_tells_only_how_many_were_asked_and_answered() -> None:
    assert group_figures(4, answers(3, 4), ["BP"]) == {"asked": 4, "answered": 2, "shown": False}


def test_a_suppressed_value_takes_the_overall_mean_with_it() -> None:
    three = [{"pages": {"BP": {"level": 4}, "AK": {"level": level}}} for level in (3, 3, 0)]
    figures = group_figures(3, three, ["BP", "AK"])

    assert figures["values"]["AK"] == {"shown": False}
    assert figures["values"]["BP"]["mean"] == "4.0"
    assert figures["overall"] is None


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=9))
def test_the_overall_mean_is_made_of_the_shown_means_alone(pairs: list[tuple[int, int]]) -> None:
    figures = group_figures(
        9, [{"pages": {"BP": {"level": a}, "AK": {"level": b}}} for a, b in pairs], ["BP", "AK"]
    )
    shown = figures["values"].values()

    if figures["overall"] is None:
        assert not all(value["shown"] for value in shown)
    else:
        means = [Decimal(value["mean"]) for value in shown]
        assert abs(Decimal(figures["overall"]) - sum(means) / 2) <= Decimal("0.25")


def test_groups_stand_apart() -> None:
    figures = figures_of({"peer": (4, answers(3, 4, 4)), "subordinate": (3, answers(1, 1))}, ["BP"])

    assert set(figures) == {"peer", "subordinate"}
    assert figures["peer"]["values"]["BP"]["mean"] == "3.5"
    assert "values" not in figures["subordinate"]


# --- an agency ----------------------------------------------------------------------------------


def box(mean: str = "4.0", *, shown: bool = True) -> dict[str, object]:
    """The figures of one person with one value."""
    value = {"shown": True, "n": 3, "mean": mean, "low": None, "high": None} if shown else {"shown": False}
    return {"peer": {"asked": 3, "answered": 3, "shown": True, "values": {"BP": value}, "overall": None}}


def test_nine_people_give_no_figure_of_an_agency() -> None:
    assert agency_figures([box()] * 9, ["BP"]) == {}


def test_ten_people_count_once_each() -> None:
    figures = agency_figures([box("3.5"), *[box("4.0")] * 9], ["BP"])

    assert figures == {
        "peer": {"appraisals": 10, "values": {"BP": {"shown": True, "appraisals": 10, "mean": "3.95"}}}
    }


def test_a_value_of_nine_people_is_not_shown_though_the_agency_is() -> None:
    figures = agency_figures([box(shown=False), *[box()] * 9], ["BP"])

    assert figures["peer"]["values"] == {"BP": {"shown": False}}


def test_groups_that_were_suppressed_are_not_counted() -> None:
    unseen = {"peer": {"asked": 3, "answered": 2, "shown": False}}

    assert agency_figures([unseen, *[box()] * 9], ["BP"]) == {}
