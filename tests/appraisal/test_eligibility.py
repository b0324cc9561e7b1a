"""Who may be asked about whose work: the rules of one pair, and long leave."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from appraisal.eligibility import Pair, is_away, refusals
from appraisal.enums import ReviewGroup

PEER, SUBORDINATE = ReviewGroup.PEER, ReviewGroup.SUBORDINATE


def codes(pair: Pair, group: ReviewGroup) -> list[str]:
    return [reason.code for reason in refusals(pair, group)]


@pytest.mark.parametrize(
    ("facts", "as_peer", "as_subordinate"),
    [
        ({}, [], ["not_direct"]),
        ({"same": True}, ["same"], ["same"]),
        ({"above": True}, ["above"], ["above", "not_direct"]),
        ({"below": True}, ["below"], ["not_direct"]),
        ({"below": True, "direct": True}, ["below"], []),
        ({"serves": False}, ["gone"], ["gone", "not_direct"]),
        ({"away": True, "direct": True, "below": True}, ["below", "away"], ["away"]),
        ({"asked": True, "direct": True}, ["asked"], ["asked"]),
        (
            {"asked": True, "above": True, "away": True},
            ["asked", "above", "away"],
            ["asked", "above", "not_direct", "away"],
        ),
    ],
)
def test_every_reason_is_given_for_both_groups(facts, as_peer, as_subordinate) -> None:
    assert codes(Pair("Hadi", **facts), PEER) == as_peer
    assert codes(Pair("Hadi", **facts), SUBORDINATE) == as_subordinate


def test_a_reason_names_the_person_and_says_nothing_of_an_answer() -> None:
    (reason,) = refusals(Pair("Hadi Gunawan", asked=True), PEER)

    with translation.override("en"):
        assert str(reason) == "Hadi Gunawan has been named already."


def day(n: int) -> dt.date:
    return dt.date(2026, 12, n)


@pytest.mark.parametrize(
    ("leaves", "away"),
    [
        ([], False),
        ([(day(1), day(31))], True),
        ([(dt.date(2026, 11, 1), day(5))], False),  # five of ten: exactly half is no long leave
        ([(dt.date(2026, 11, 1), day(6))], True),
        ([(day(6), dt.date(2027, 2, 1))], False),
        ([(day(5), dt.date(2027, 2, 1))], True),
        ([(day(1), day(3)), (day(8), day(10))], True),  # two leaves together
        ([(dt.date(2026, 11, 1), dt.date(2026, 11, 30))], False),
    ],
)
def test_long_leave_covers_more_than_half_of_the_days_to_answer(leaves, away) -> None:
    assert is_away(leaves, day(1), day(10)) is away


def test_without_days_left_nobody_is_away() -> None:
    assert not is_away([(day(1), day(31))], day(10), day(9))
