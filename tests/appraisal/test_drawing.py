"""The fair draw: nobody who is excluded, nobody too often, nobody mutually where it can be avoided, the same again."""

from __future__ import annotations

import uuid
from collections import Counter
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appraisal.drawing import COMPARED, Request, draw

SEED = "0f0e2a4c-2026"


def person(n: int) -> uuid.UUID:
    return uuid.UUID(int=n + 1)


def request(n: int, *circles: list[uuid.UUID], wanted: int = 3, least: int = 3, excluded=()) -> Request:
    return Request(
        key=(uuid.UUID(int=1_000_000 + n), "peer"),
        person=person(n),
        wanted=wanted,
        least=least,
        circles=circles,
        excluded=frozenset(excluded),
    )


def unit(size: int, wanted: int, **more) -> list[Request]:
    """A unit in which everybody needs as many reviewers."""
    everybody = [person(n) for n in range(size)]
    return [request(n, everybody, wanted=wanted, **more) for n in range(size)]


def drawn_for(requests: list[Request], *, loads=None, reviews=(), maximum: int = 8, seed: str = SEED):
    drawn = draw(requests, loads=loads or {}, reviews=reviews, maximum=maximum, seed=seed)
    return {each.person: drawn[each.key] for each in requests}


def pairs(drawn) -> set[tuple[uuid.UUID, uuid.UUID]]:
    return {(reviewer, looked_at) for looked_at, names in drawn.items() for reviewer in names}


@pytest.mark.parametrize(("size", "wanted"), [(n, k) for n in range(2, 26) for k in range(1, 9) if k < n])
def test_in_a_unit_everybody_reviews_as_many_as_they_are_reviewed_by(size: int, wanted: int) -> None:
    drawn = drawn_for(unit(size, wanted))

    assert {len(set(names)) for names in drawn.values()} == {wanted}
    assert set(Counter(name for names in drawn.values() for name in names).values()) == {wanted}
    assert all(looked_at not in names for looked_at, names in drawn.items())
    mutual = [pair for pair in pairs(drawn) if (pair[1], pair[0]) in pairs(drawn)]
    if wanted <= (size - 1) // 2:
        assert not mutual


def test_a_small_unit_gives_everybody_it_has_and_no_more() -> None:
    assert drawn_for(unit(1, 5)) == {person(0): ()}
    assert drawn_for(unit(2, 5)) == {person(0): (person(1),), person(1): (person(0),)}
    assert {looked_at: set(names) for looked_at, names in drawn_for(unit(3, 5)).items()} == {
        person(n): {person(m) for m in range(3) if m != n} for n in range(3)
    }


def test_wider_circles_are_asked_only_for_the_least_number() -> None:
    near = [person(1), person(2)]
    wide = [person(n) for n in range(20)]
    whole_agency = [person(n) for n in range(20, 40)]

    (short,) = drawn_for([request(0, near, wide, whole_agency, wanted=5, least=3)]).values()
    assert set(short[:2]) == set(near)
    assert len(short) == 3
    assert short[2] in wide

    (enough,) = drawn_for([request(0, wide, whole_agency, wanted=5, least=3)]).values()
    assert len(enough) == 5
    assert set(enough) <= set(wide)


def test_who_has_enough_to_do_is_not_drawn() -> None:
    full = {person(1): 8, person(2): 7}
    drawn = drawn_for(
        [request(0, [person(1), person(2)], wanted=2), request(9, [person(1), person(2)], wanted=2)],
        loads=full,
    )

    assert sorted(map(len, drawn.values())) == [0, 1]
    assert {name for names in drawn.values() for name in names} == {person(2)}


def test_a_mutual_review_is_accepted_only_where_there_is_nobody_else() -> None:
    reviews = {(person(0), person(1))}  # Ani already looks at this person
    only = drawn_for([request(0, [person(1)], wanted=1)], reviews=reviews)
    other = drawn_for([request(0, [person(1), person(2)], wanted=1)], reviews=reviews, loads={person(2): 7})

    assert only == {person(0): (person(1),)}
    assert other == {person(0): (person(2),)}


def test_the_least_busy_come_first() -> None:
    loads = {person(n): n for n in range(1, 7)}
    (names,) = drawn_for([request(0, [person(n) for n in range(1, 7)], wanted=3)], loads=loads).values()

    assert set(names) == {person(1), person(2), person(3)}


def test_the_same_seed_draws_the_same_names_in_whatever_order_they_are_asked() -> None:
    asked = unit(30, 5)
    assert drawn_for(asked) == drawn_for(list(reversed(asked)))
    others = {tuple(sorted(map(str, pairs(drawn_for(asked, seed=str(n)))))) for n in range(20)}
    assert len(others) == 20


def test_over_many_seeds_everybody_is_drawn_about_as_often() -> None:
    candidates = [person(n) for n in range(1, 11)]
    times: Counter[uuid.UUID] = Counter()
    for n in range(2000):
        times.update(drawn_for([request(0, candidates, wanted=2)], seed=str(n))[person(0)])

    # Two of ten in 2,000 draws: 400 each; five standard deviations are about 90.
    assert all(310 < times[one] < 490 for one in candidates)


def test_every_set_of_exclusions_in_a_unit_of_four() -> None:
    everybody = [person(n) for n in range(4)]
    forbidden = [(a, b) for a, b in product(range(4), repeat=2) if a != b]
    for size in range(len(forbidden) + 1):
        for chosen in list(combinations(forbidden, size))[:200]:
            asked = [
                request(n, everybody, wanted=3, excluded=[person(b) for a, b in chosen if a == n])
                for n in range(4)
            ]
            drawn = drawn_for(asked)
            for each in asked:
                names = drawn[each.person]
                assert set(names) == set(everybody) - {each.person} - each.excluded


def test_a_large_circle_is_drawn_evenly_too() -> None:
    size = COMPARED * 5
    drawn = drawn_for(unit(size, 5))

    assert set(Counter(name for names in drawn.values() for name in names).values()) == {5}
    assert not [pair for pair in pairs(drawn) if (pair[1], pair[0]) in pairs(drawn)]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_the_situation_the_promises_hold(data) -> None:
    size = data.draw(st.integers(1, 14))
    everybody = [person(n) for n in range(size)]
    wide = everybody + [person(n) for n in range(size, size + data.draw(st.integers(0, 6)))]
    maximum = data.draw(st.integers(1, 8))
    loads = data.draw(st.dictionaries(st.sampled_from(wide), st.integers(0, 8)))
    some_pairs = st.tuples(st.sampled_from(wide), st.sampled_from(wide))
    reviews = data.draw(st.sets(some_pairs, max_size=10))
    asked = [
        request(
            n,
            everybody,
            wide,
            wanted=(wanted := data.draw(st.integers(0, 6))),
            least=min(wanted, 3),
            excluded=data.draw(st.sets(st.sampled_from(wide), max_size=4)),
        )
        for n in data.draw(st.sets(st.integers(0, size - 1)))
    ]

    drawn = drawn_for(asked, loads=loads, reviews=reviews, maximum=maximum)

    added = Counter(name for names in drawn.values() for name in names)
    for each in asked:
        names = drawn[each.person]
        assert len(names) == len(set(names)) <= each.wanted
        assert each.person not in names
        assert not set(names) & each.excluded
        assert not {(name, each.person) for name in names} & reviews
        # Whoever got too few has nobody left who may be asked and is not full.
        if len(names) < each.least:
            assert all(
                one in names
                or one in each.excluded
                or one == each.person
                or (one, each.person) in reviews
                or loads.get(one, 0) + added[one] >= maximum
                for one in wide
            )
    assert all(loads.get(one, 0) + n <= maximum for one, n in added.items())
    assert drawn == drawn_for(asked, loads=loads, reviews=reviews, maximum=maximum)
