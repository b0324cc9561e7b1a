"""The write-ahead log: its bytes and its records, from the first save to the end of the opening."""

from __future__ import annotations

import pytest

from appraisal import ballot
from tests.attacks.ballots import BOXES, CANARY, PEERS, Seen
from tests.attacks.orders import raw

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def test_while_people_write_no_word_and_no_receipt_passes_through_the_wal(seen: Seen) -> None:
    held = seen.wal_writing.data
    mine = raw(seen.saved)
    assert all(key in held for key in mine.values())  # the right part of it
    assert CANARY.encode() not in held
    assert not [one for one in seen.receipts.values() if one.encode() in held]
    assert not [one for one in seen.receipts.values() if ballot.normal(one).encode() in held]


def test_the_opening_writes_reviews_into_the_wal_and_no_receipt(seen: Seen) -> None:
    held = seen.wal_opening.data
    assert CANARY.encode() in held  # reviews are stored in clear
    assert all(key in held for key in raw(seen.author).values())
    assert not [one for one in seen.receipts.values() if ballot.normal(one).encode() in held]


def test_all_reviews_are_written_and_all_envelopes_deleted_by_one_transaction(seen: Seen) -> None:
    written = seen.wal_opening.of("appraisal_review", "INSERT")
    deleted = seen.wal_opening.of("appraisal_envelope", "DELETE")
    assert len(written) == BOXES * PEERS
    assert len(deleted) == len(seen.sealed)
    assert len({one.transaction for one in (*written, *deleted)}) == 1


def test_no_record_says_what_happened_to_an_envelope_before_a_review(seen: Seen) -> None:
    """Each kind of write is finished for all boxes before the next begins: nothing is done envelope by envelope."""
    kinds = [
        table
        for one in seen.wal_opening.records
        for table, file in seen.wal_opening.files
        if file == one.file and table in {"appraisal_review", "appraisal_envelope"} and one.kind != "LOCK"
    ]
    assert kinds == sorted(kinds, reverse=True)


def test_the_small_groups_were_never_in_the_wal_in_clear(seen: Seen) -> None:
    mine = {one for group in seen.asked.values() for one in group}
    others = [row["id"] for row in seen.before["appraisal_invitation"] if row["id"] not in mine]
    assert len(others) == 2 * BOXES
    assert not [one for one in others if one.encode() in seen.wal_opening.data]
