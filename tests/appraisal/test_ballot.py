"""The envelope, pure: what opens it and what does not, and receipts as people type them."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal import ballot
from appraisal.ballot import Unreadable

INVITATION = uuid.UUID(int=7)
CONTENT = {"v": 1, "draft": {"pages": {"BP": {"level": 5, "strength": "Sabar – dan teliti", "wish": ""}}}}


def test_what_was_sealed_comes_out_the_same() -> None:
    key = ballot.new_key()
    assert ballot.unseal(key, INVITATION, ballot.seal(key, INVITATION, CONTENT)) == CONTENT


def test_sealing_twice_gives_different_bytes_and_no_word_in_clear() -> None:
    key = ballot.new_key()
    one, other = ballot.seal(key, INVITATION, CONTENT), ballot.seal(key, INVITATION, CONTENT)
    assert one != other
    assert b"teliti" not in one


def test_another_key_another_invitation_or_one_altered_bit_open_nothing() -> None:
    key = ballot.new_key()
    sealed = ballot.seal(key, INVITATION, CONTENT)
    with pytest.raises(Unreadable):
        ballot.unseal(ballot.new_key(), INVITATION, sealed)
    with pytest.raises(Unreadable):
        ballot.unseal(key, uuid.UUID(int=8), sealed)
    for place in (0, 5, 20, len(sealed) - 1):
        altered = bytearray(sealed)
        altered[place] ^= 1
        with pytest.raises(Unreadable):
            ballot.unseal(key, INVITATION, bytes(altered))
    for cut in (b"", sealed[:10], sealed[:-1]):
        with pytest.raises(Unreadable):
            ballot.unseal(key, INVITATION, cut)


@pytest.mark.parametrize("letters", [0, 1, 2100, ballot.FULL])
@pytest.mark.parametrize(("draft", "sent", "answers"), [(True, False, 1), (False, True, 1), (True, True, 2)])
def test_the_size_tells_how_many_answers_lie_inside_and_nothing_of_their_words(
    letters: int, draft: bool, sent: bool, answers: int
) -> None:
    content = {"draft": "a" * letters if draft else None, "sent": "a" * letters if sent else None}
    key = ballot.new_key()
    sealed = ballot.seal(key, INVITATION, content)
    assert ballot.unseal(key, INVITATION, sealed) == content
    assert len(sealed) == 1 + 12 + 16 + answers * ballot.ANSWER


def test_what_does_not_fit_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="room"):
        ballot.seal(ballot.new_key(), INVITATION, {"draft": "a" * ballot.ANSWER})
    assert ballot.fits({"AK": "a" * (ballot.FULL - 9)})
    assert not ballot.fits({"AK": "a" * (ballot.FULL - 8)})
    assert not ballot.fits({"AK": "\u0641" * (ballot.FULL // 2)})


def test_receipts_are_long_and_each_is_new() -> None:
    receipts = {ballot.new_receipt() for _unused in range(1000)}
    assert len(receipts) == 1000
    assert {len(ballot.normal(receipt)) for receipt in receipts} == {ballot.RECEIPT_LENGTH}
    assert {len(receipt.split("-")) for receipt in receipts} == {7}


def test_a_receipt_is_recognised_however_it_is_typed() -> None:
    receipt = ballot.shown("01ABCDEFGHJKMNPQRSTVWXYZ01")
    assert ballot.same_receipt(receipt, "oiab cdef ghjk mnpq rstv wxyz ol")
    assert ballot.same_receipt(receipt, f"  {receipt.lower().replace('-', '')}.")
    assert not ballot.same_receipt(receipt, receipt.replace("2", "3") + "2")
    assert not ballot.same_receipt(receipt, "")


@given(st.text())
def test_nothing_that_can_be_typed_as_a_receipt_fails(typed: str) -> None:
    assert set(ballot.normal(typed)) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert len(ballot.proof_of(typed, CONTENT)) == 32


def test_a_proof_needs_the_receipt_and_the_same_words() -> None:
    receipt = ballot.new_receipt()
    proof = ballot.proof_of(receipt, CONTENT)
    assert ballot.proof_of(receipt.lower(), dict(CONTENT)) == proof
    assert ballot.proof_of(ballot.new_receipt(), CONTENT) != proof
    assert ballot.proof_of(receipt, {**CONTENT, "v": 2}) != proof
    assert len(ballot.proof_of_nobody()) == len(proof)


def test_each_reviewer_has_an_order_of_their_own_that_stays() -> None:
    codes = ("BP", "AK", "KP", "HM", "LY", "AD", "KB")
    orders = {ballot.value_order(uuid.UUID(int=n), codes) for n in range(200)}
    assert len(orders) > 150
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(codes))}
    assert ballot.value_order(INVITATION, codes) == ballot.value_order(INVITATION, reversed(codes))
    first = [order[0] for order in orders]
    assert all(first.count(code) > 5 for code in codes)
