"""A full dump in the middle of peer review and after it, and a dump after every sending: no word early, no author ever."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from appraisal import ballot
from tests.attacks.ballots import BOXES, CANARY, PEERS, Seen
from tests.attacks.guessing import more_than_chance, right_by_order
from tests.attacks.orders import REVIEWERS, REVIEWS
from tests.attacks.seen import as_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.long]

# So many right names are no chance any more.
ENOUGH = more_than_chance(BOXES, PEERS)


def guess(seen: Seen, known: dict, found: dict) -> int:
    return right_by_order(seen.asked, seen.author, known, found, dice=seen.dice)


def test_the_year_is_as_the_attackers_need_it(seen: Seen) -> None:
    assert len(seen.author) == len(set(seen.author.values())) == BOXES * PEERS
    assert len(seen.asked) == BOXES
    assert len(seen.before["appraisal_envelope"]) == len(seen.before["appraisal_invitation"]) > BOXES * PEERS
    assert not seen.after["appraisal_envelope"]
    assert len(set(seen.sent)) < len(seen.sent)  # some replaced theirs
    assert len(set(seen.sent)) == BOXES * (PEERS - 1)
    assert {box["figures"]["subordinate"]["shown"] for box in seen.after["appraisal_box"]} == {False}


# --- the attackers find what is there to be found -----------------------------------------------


def test_an_order_that_was_kept_would_give_authors_away(seen: Seen) -> None:
    order = {one: seen.saved.index(one) for one in seen.saved}
    kept = {review: order[one] for review, one in seen.author.items()}
    assert guess(seen, order, kept) == BOXES * PEERS
    # Half of the boxes are enough.
    some = {one for mine in list(seen.asked.values())[::2] for one in mine}
    partly = {
        review: place if seen.author[review] in some else seen.dice.random() for review, place in kept.items()
    }
    assert guess(seen, order, partly) >= ENOUGH


def test_envelopes_in_steps_of_two_kilobytes_would_give_authors_away(seen: Seen) -> None:
    length = REVIEWS["length"](seen)
    steps = {one: -(-length[review] // 2048) for review, one in seen.author.items()}
    assert guess(seen, steps, length) >= ENOUGH


# --- and find nothing here ----------------------------------------------------------------------


@pytest.mark.parametrize("found", REVIEWS)
@pytest.mark.parametrize("known", REVIEWERS)
def test_no_order_of_reviewers_leads_to_an_order_of_reviews(seen: Seen, known: str, found: str) -> None:
    assert guess(seen, REVIEWERS[known](seen), REVIEWS[found](seen)) < ENOUGH


def test_before_the_opening_no_word_and_no_receipt_is_in_any_table(seen: Seen) -> None:
    held = as_bytes(seen.before)
    assert CANARY.encode() not in held
    assert not [code for code in seen.receipts.values() if code.encode() in held]
    assert not [code for code in seen.receipts.values() if ballot.normal(code).encode() in held]


def test_afterwards_words_are_in_reviews_alone_and_the_small_groups_are_nowhere(seen: Seen) -> None:
    assert [name for name in seen.after if CANARY.encode() in as_bytes({name: seen.after[name]})] == [
        "appraisal_review"
    ]
    assert {row["group"] for row in seen.after["appraisal_review"]} == {"peer"}
    held = as_bytes(seen.after)
    assert not [code for code in seen.receipts.values() if ballot.normal(code).encode() in held]
    assert not [code for code in seen.receipts.values() if code.encode() in held]


def test_a_review_has_no_author_no_time_and_no_number(seen: Seen) -> None:
    for row in seen.after["appraisal_review"]:
        assert set(row) == {"id", "appraisal_id", "group", "content", "proof", "ctid", "xmin"}
        assert set(row["content"]) == {"pages"}
        assert uuid.UUID(row["id"]).version == 4
    assert len({row["xmin"] for row in seen.after["appraisal_review"]}) == 1
    held = as_bytes({name: rows for name, rows in seen.after.items() if name != "appraisal_review"})
    assert not [review for review in seen.author if review.encode() in held]


def test_no_counter_of_the_database_counts_answers() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_name IN"
            " ('appraisal_review', 'appraisal_envelope', 'appraisal_invitation', 'appraisal_box', 'appraisal_ballotkey')"
            " AND (is_identity = 'YES' OR column_default IS NOT NULL)"
        )
        assert cursor.fetchall() == []


# --- a dump after every sending -----------------------------------------------------------------


def test_successive_dumps_tell_who_sent_and_nothing_else(seen: Seen) -> None:
    assert len(seen.steps) == len(seen.sent)
    final = {str(row["invitation_id"]) for row in seen.before["appraisal_envelope"]}
    for before, after, sender in zip(seen.steps, seen.steps[1:], seen.sent[1:], strict=False):
        assert set(before) == set(after) == final
        changed = {one for one in after if before[one] != after[one]}
        # Whoever replaces has also begun again and filled the pages in between.
        assert changed == {sender}


def test_every_envelope_is_of_one_size_whatever_was_written(seen: Seen) -> None:
    one_answer = 1 + 12 + 16 + ballot.ANSWER
    for step in seen.steps:
        assert {size for _bytes, size, *_rest in step.values()} == {one_answer}
    assert len(set(seen.letters.values())) > 3


def test_no_bytes_of_an_envelope_ever_come_again(seen: Seen) -> None:
    ever = {(one, row[0]) for step in seen.steps for one, row in step.items()}
    assert len({digest for _one, digest in ever}) == len(ever)
    nonces = [sealed[1:13] for sealed in seen.sealed.values()]
    assert len(set(nonces)) == len(nonces)
