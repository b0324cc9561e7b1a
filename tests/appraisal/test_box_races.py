"""Saving, sending, declining and opening at the same moment, with connections of their own; 200 reviewers at once."""

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from appraisal import ballot
from appraisal.enums import DeclineReason, InvitationState, ReviewGroup
from appraisal.models import BallotKey, Box, Envelope, Invitation, Review
from appraisal.selectors.peer_answers import ReceiptCheck, check_receipt
from appraisal.services import ballot_keys, boxes, invitations
from core.audit import AuditEvent
from core.errors import ActionRefused, StaleWrite
from core.notifications import Notification
from tests.appraisal import peers as p
from tests.appraisal import year as y
from tests.appraisal.test_races import _kinds, _together

pytestmark = pytest.mark.django_db(transaction=True)

LAST_SECOND = p.CLOSED - dt.timedelta(seconds=1)


def open_boxes(at: dt.datetime = p.SWEPT) -> int:
    return boxes.open_due_boxes(at=at)


def held_while(hold: Callable[[], object], wait_for: Callable[[], object]) -> object:
    """Run `hold` in a transaction of its own, start `wait_for`, see that it waits, then commit; its outcome."""
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(wait_for())
        except Exception as error:  # noqa: BLE001  # the test looks at it
            outcome.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        hold()
        thread.start()
        thread.join(timeout=1.0)
        assert thread.is_alive(), "it did not wait"
    thread.join(timeout=30)
    return outcome[0]


def test_the_opening_waits_for_an_answer_that_is_being_sent_and_counts_it() -> None:
    _year, asked = p.build_box(peers=3)
    for one in asked[:2]:
        p.put(one)
    p.fill(asked[2])
    assert held_while(lambda: p.send(asked[2], at=LAST_SECOND), open_boxes) == 4
    assert Box.objects.get().figures["peer"]["answered"] == 3


def test_the_opening_waits_for_the_page_that_makes_an_answer_complete() -> None:
    _year, asked = p.build_box(peers=3)
    for one in asked[:2]:
        p.put(one)
    p.fill(asked[2], codes=y.CODES[:6])
    assert held_while(lambda: p.save(asked[2], y.CODES[6], at=LAST_SECOND), open_boxes) == 4
    assert Box.objects.get().figures["peer"]["answered"] == 3


def test_a_timely_answer_that_waited_for_another_of_the_same_person_counts() -> None:
    _year, asked = p.build_box(peers=3)
    for one in asked[:2]:
        p.put(one)
    p.fill(asked[2])
    receipt = held_while(
        lambda: p.save(asked[2], "BP", p.page(5), revision=1, at=LAST_SECOND),
        lambda: p.send(asked[2], at=LAST_SECOND),
    )
    open_boxes()
    stored = Invitation.objects.select_related("appraisal__box").get(pk=asked[2].pk)
    assert check_receipt(stored, receipt) == ReceiptCheck.COUNTED
    assert sorted(r.content["pages"]["BP"]["level"] for r in Review.objects.all()) == [4, 4, 5]


@pytest.mark.parametrize("act", ["save", "send"])
def test_whoever_comes_while_the_box_opens_is_refused_and_nothing_is_added(act: str) -> None:
    _year, asked = p.build_box(peers=3)
    for one in asked[:2]:
        p.put(one)
    p.fill(asked[2])
    late = {
        "save": lambda: p.save(asked[2], revision=1, at=LAST_SECOND),
        "send": lambda: p.send(asked[2], at=LAST_SECOND),
    }
    assert isinstance(held_while(open_boxes, late[act]), ActionRefused)
    assert Box.objects.get().figures["peer"]["answered"] == 3  # the complete draft
    assert not Envelope.objects.exists()
    assert not AuditEvent.objects.filter(act="answer.sent").exists()


def test_two_openers_at_once_open_a_box_once() -> None:
    _year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    outcomes = _together(open_boxes, open_boxes)
    assert sorted(outcomes) == [0, 4]
    assert Review.objects.count() == 3
    assert AuditEvent.objects.filter(act="box.opened").count() == 1
    assert Notification.objects.filter(kind="box.opened").count() == 1


def test_declining_and_sending_at_once_leave_one_of_the_two() -> None:
    _year, asked = p.build_box(peers=1)
    [mine] = asked
    p.fill(mine)
    outcomes = _together(
        lambda: p.send(mine),
        lambda: invitations.decline_invitation(
            actor=p.reviewer_of(mine),
            invitation_id=mine.pk,
            reason=DeclineReason.CONFLICT,
            comment="Kami bersaudara.",
            at=p.DURING,
        ),
    )
    # Declining wins in either order: what was sent before is taken back with it.
    assert Invitation.objects.get().state == InvitationState.DECLINED
    assert not Envelope.objects.exists()
    assert isinstance(outcomes[1], Invitation)
    assert isinstance(outcomes[0], str | ActionRefused)


def test_the_first_page_from_two_devices_is_saved_once_and_the_other_told() -> None:
    _year, asked = p.build_box(peers=1)
    outcomes = _together(lambda: p.save(asked[0], "BP", p.page(3)), lambda: p.save(asked[0], "BP", p.page(4)))
    assert _kinds(outcomes) == ["Saved", "StaleWrite"]
    refused = next(outcome for outcome in outcomes if isinstance(outcome, StaleWrite))
    assert refused.current.data == p.inside(asked[0].pk)["draft"]["pages"]["BP"]


def test_two_pages_from_two_devices_are_both_kept() -> None:
    _year, asked = p.build_box(peers=1)
    assert _kinds(_together(lambda: p.save(asked[0], "BP"), lambda: p.save(asked[0], "AK"))) == ["Saved"] * 2
    assert set(p.inside(asked[0].pk)["draft"]["pages"]) == {"BP", "AK"}


def test_an_answer_sent_from_two_devices_has_one_receipt() -> None:
    _year, asked = p.build_box(peers=1)
    p.fill(asked[0])
    outcomes = _together(lambda: p.send(asked[0]), lambda: p.send(asked[0]))
    assert _kinds(outcomes) == ["ActionRefused", "str"]
    receipt = next(outcome for outcome in outcomes if isinstance(outcome, str))
    assert ballot.same_receipt(p.inside(asked[0].pk)["sent"]["receipt"], receipt)
    assert AuditEvent.objects.filter(act="answer.sent").count() == 1


def test_a_key_is_made_once_however_many_need_it_first() -> None:
    _year, asked = p.build_box(peers=4)
    calls = [lambda one=one: p.save(one) for one in asked]
    outcomes = _together(*calls, lambda: ballot_keys.make_keys(at=p.DURING))
    assert _kinds(outcomes)[:4] == ["Saved"] * 4
    assert BallotKey.objects.count() == 1


def test_two_hundred_reviewers_of_one_person_at_once_are_all_counted() -> None:
    _year, _none = p.build_box(peers=0)
    appraisal = _year.appraisal
    asked = [p.invite(appraisal, group=ReviewGroup.SUBORDINATE) for _unused in range(200)]
    for number, one in enumerate(asked):
        p.fill(one, codes=y.CODES[:1]) if number == 0 else None

    def answer(number: int) -> str:
        try:
            pages = y.CODES[1:] if number == 0 else y.CODES
            p.fill(asked[number], 1 + number % 5, codes=pages)
            return p.send(asked[number])
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=20) as pool:
        receipts = list(pool.map(answer, range(200)))
    assert len(set(receipts)) == 200
    assert Envelope.objects.filter(sent=True, complete=True).count() == 200
    assert open_boxes() == 201
    box = Box.objects.get()
    assert (box.figures["subordinate"]["asked"], box.figures["subordinate"]["answered"]) == (200, 200)
    proofs = {bytes(proof): content for proof, content in Review.objects.values_list("proof", "content")}
    assert len(proofs) == 200
    for receipt in receipts:
        assert any(ballot.proof_of(receipt, content) == proof for proof, content in proofs.items())
