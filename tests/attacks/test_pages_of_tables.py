"""Dead tuples: every version of every row that is still in the pages of the tables, read with pageinspect."""

from __future__ import annotations

import pytest

from tests.attacks.ballots import BOXES, CANARY, PEERS, WATCHED, Seen
from tests.attacks.orders import raw, versions

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def test_dead_versions_are_there_to_be_read(seen: Seen) -> None:
    mine = raw(one for group in seen.asked.values() for one in group)
    found = versions(seen, "appraisal_envelope", mine, after=False)
    # Seven pages and one sending leave eight versions of an envelope, unless a page was tidied up meanwhile.
    assert sum(len(places) for places in found.values()) > len(mine)
    assert any(row["toast"] for row in seen.tuples_before["appraisal_envelope"])


@pytest.mark.parametrize("table", WATCHED)
def test_no_version_of_a_row_before_the_opening_holds_a_word(seen: Seen, table: str) -> None:
    assert not [row for row in seen.tuples_before[table] if CANARY.encode() in row["data"]]


@pytest.mark.parametrize("table", ["appraisal_envelope", "appraisal_invitation", "appraisal_box"])
def test_after_the_opening_only_reviews_hold_words(seen: Seen, table: str) -> None:
    assert not [row for row in seen.tuples_after[table] if CANARY.encode() in row["data"]]


def test_a_review_was_written_once_by_one_transaction_for_all(seen: Seen) -> None:
    rows = [row for row in seen.tuples_after["appraisal_review"] if not row["toast"]]
    assert len(rows) == BOXES * PEERS
    assert {(row["xmax"], row["next"] == row["place"]) for row in rows} == {(0, True)}
    assert len({row["xmin"] for row in rows}) == 1


def test_no_version_of_a_review_holds_the_key_of_an_invitation_outside_its_words(seen: Seen) -> None:
    keys = set(raw(row["id"] for row in seen.before["appraisal_invitation"]).values())
    keys |= set(raw(row["reviewer_id"] for row in seen.before["appraisal_invitation"]).values())
    for row in seen.tuples_after["appraisal_review"]:
        assert not [key for key in keys if key in row["data"]]
