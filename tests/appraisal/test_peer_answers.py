"""A reviewer's answer: saved sealed, sent with a receipt, replaced, refused at the wrong time; nothing typed is lost."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from appraisal import key_files
from appraisal.ballot import same_receipt
from appraisal.enums import CycleState, InvitationState
from appraisal.key_files import KeyUnavailable
from appraisal.models import BallotKey, Box, Cycle, Envelope, Invitation
from appraisal.selectors.assessments import value_pages
from appraisal.selectors.peer_answers import EnvelopeBroken, OwnPage, own_answer
from appraisal.services import peer_answers
from core.audit import AuditEvent
from core.errors import ActionRefused, NotAllowed, StaleWrite
from core.notifications import Notification
from tests.appraisal import peers as p
from tests.appraisal import year as y

pytestmark = pytest.mark.django_db


@pytest.fixture
def box() -> tuple[y.Year, list[Invitation]]:
    return p.build_box(peers=1)


@pytest.fixture
def mine(box: tuple[y.Year, list[Invitation]]) -> Invitation:
    return box[1][0]


def own(invitation: Invitation):
    return own_answer(Invitation.objects.get(pk=invitation.pk), [page.asked for page in value_pages()])


def raw(invitation: Invitation) -> tuple[bytes, bool, bool]:
    envelope = Envelope.objects.get(pk=invitation.pk)
    return bytes(envelope.sealed), envelope.complete, envelope.sent


def nothing_happened() -> bool:
    return not Envelope.objects.exists() and not AuditEvent.objects.filter(act="answer.sent").exists()


# --- writing ------------------------------------------------------------------------------------


def test_a_page_is_saved_and_read_again_and_stands_nowhere_in_clear(mine: Invitation) -> None:
    saved = p.save(mine, "BP", p.page(5))
    assert saved.revision == 1
    answer = own(mine)
    assert answer.pages == {"BP": OwnPage(level=5, strength=p.KEEP, wish="", revision=1)}
    assert (answer.sent, answer.complete, answer.writable, answer.begun_at) == (False, False, True, p.DURING)
    assert len(answer.missing) == 6
    sealed, complete, sent = raw(mine)
    assert p.KEEP.encode() not in sealed
    assert (complete, sent) == (False, False)
    assert not AuditEvent.objects.filter(act__startswith="answer").exists()
    assert not Notification.objects.exists()


def test_the_same_fields_again_change_nothing_and_an_older_revision_is_refused_with_the_newer(
    mine: Invitation,
) -> None:
    p.save(mine, "BP", p.page(3))
    before = raw(mine)
    assert p.save(mine, "BP", p.page(3), revision=0).revision == 1
    assert raw(mine) == before
    assert p.save(mine, "BP", p.page(4), revision=1).revision == 2
    before = raw(mine)
    with pytest.raises(StaleWrite) as refused:
        p.save(mine, "BP", p.page(2), revision=1)
    assert refused.value.current.data == p.page(4)
    assert refused.value.current.revision == 2
    assert raw(mine) == before


def test_a_complete_draft_is_marked_as_countable_and_no_longer_when_it_lacks_something(
    mine: Invitation,
) -> None:
    p.fill(mine)
    assert raw(mine)[1:] == (True, False)
    p.save(mine, "BP", {"level": 1, "strength": "", "wish": "pendek"}, revision=1)
    assert raw(mine)[1:] == (False, False)
    assert [reason.code for reason in own(mine).missing] == ["no_wish"]


def test_all_not_observed_is_no_answer(mine: Invitation) -> None:
    p.fill(mine, 0)
    assert [reason.code for reason in own(mine).missing] == ["nothing_observed"]
    p.save(mine, "BP", p.page(3), revision=1)
    assert own(mine).complete


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("XX", {"level": 3}),
        ("BP", {"level": 6}),
        ("BP", {"level": -1}),
        ("BP", {"level": True}),
        ("BP", {"level": "4"}),
        ("BP", {"level": 3, "strength": "a" * 4001}),
        ("BP", {"level": 3, "wish": "a" * 4001}),
    ],
)
def test_what_no_page_sends_is_refused_with_a_sentence(mine: Invitation, code: str, data: dict) -> None:
    with pytest.raises(ActionRefused):
        p.save(mine, code, data)
    assert nothing_happened()


def test_all_texts_together_have_a_limit_that_is_said_and_changes_nothing(mine: Invitation) -> None:
    long = {"level": 3, "strength": "a" * 4000, "wish": ""}
    for code in y.CODES[:3]:
        p.save(mine, code, long)
    before = raw(mine)
    with translation.override("en"), pytest.raises(ActionRefused, match="all values together are too long"):
        p.save(mine, y.CODES[3], {**long, "wish": "a" * 4000})
    assert raw(mine) == before
    assert p.save(mine, y.CODES[3], {**long, "strength": "a" * 2000}).revision == 1


def test_every_envelope_with_one_answer_is_of_one_size_however_long_its_words(
    box: tuple[y.Year, list[Invitation]],
) -> None:
    year, [mine] = box
    sizes = set()
    for words in ("", "a" * 4000):
        one = p.invite(year.appraisal)
        p.save(one, "BP", {"level": 3, "strength": words, "wish": ""})
        sizes.add(len(raw(one)[0]))
    p.answer(mine, 5)
    assert sizes == {len(raw(mine)[0])}


def test_letters_that_no_column_holds_are_left_out(mine: Invitation) -> None:
    p.save(mine, "BP", {"level": 3, "strength": "a\x00b\ud800c", "wish": "🙂"})
    assert own(mine).pages["BP"] == OwnPage(level=3, strength="abc", wish="🙂", revision=1)


def test_nobody_else_writes_sends_or_begins_again(box: tuple[y.Year, list[Invitation]]) -> None:
    year, [mine] = box
    for other in (year.ani, year.budi, year.dewi, year.gita, year.stranger):
        with pytest.raises(NotAllowed):
            peer_answers.save_peer_page(
                actor=other, invitation_id=mine.pk, code="BP", data=p.page(), revision=0, at=p.DURING
            )
        with pytest.raises(NotAllowed):
            peer_answers.send_answer(actor=other, invitation_id=mine.pk, at=p.DURING)
        with pytest.raises(NotAllowed):
            peer_answers.begin_again(actor=other, invitation_id=mine.pk, at=p.DURING)
    assert nothing_happened()
    with pytest.raises(Invitation.DoesNotExist):
        peer_answers.send_answer(actor=year.ani, invitation_id=uuid.uuid4(), at=p.DURING)


@pytest.mark.parametrize("at", [p.DURING - dt.timedelta(days=20), p.CLOSED, p.SWEPT])
def test_before_and_after_peer_review_nothing_is_written_or_sent(mine: Invitation, at: dt.datetime) -> None:
    p.fill(mine)
    before = raw(mine)
    with pytest.raises(ActionRefused):
        p.save(mine, "BP", p.page(3), revision=1, at=at)
    with pytest.raises(ActionRefused):
        p.send(mine, at=at)
    assert raw(mine) == before


def test_the_last_moment_counts_and_more_time_of_ones_own_too(mine: Invitation) -> None:
    p.fill(mine, at=p.CLOSED - dt.timedelta(microseconds=1))
    Invitation.objects.filter(pk=mine.pk).update(extended_to=p.CLOSED + dt.timedelta(days=2))
    assert p.send(mine, at=p.CLOSED + dt.timedelta(days=2) - dt.timedelta(seconds=1))
    with pytest.raises(ActionRefused):
        p.save(mine, at=p.CLOSED + dt.timedelta(days=2))


def test_an_invitation_that_is_not_accepted_takes_no_word(box: tuple[y.Year, list[Invitation]]) -> None:
    year, _mine = box
    waiting = p.invite(year.appraisal, state=InvitationState.APPROVED)
    with translation.override("en"), pytest.raises(ActionRefused, match="accept the invitation first"):
        p.save(waiting)
    with pytest.raises(ActionRefused):
        p.send(waiting)
    assert nothing_happened()


def test_an_opened_box_and_a_closed_year_take_no_word(mine: Invitation) -> None:
    Box.objects.update(opened_at=p.DURING, figures={}, digest="0" * 64)
    with pytest.raises(ActionRefused):
        p.save(mine)
    Box.objects.update(opened_at=None, figures=None, digest="")
    Cycle.objects.update(state=CycleState.CLOSED, closed_at=p.DURING)
    with pytest.raises(ActionRefused):
        p.save(mine)
    with pytest.raises(ActionRefused):
        p.send(mine)
    assert nothing_happened()


# --- sending ------------------------------------------------------------------------------------


def test_sending_gives_a_receipt_once_and_empties_what_can_be_read(mine: Invitation) -> None:
    receipt = p.answer(mine, 5)
    assert raw(mine)[1:] == (True, True)
    answer = own(mine)
    assert (answer.pages, answer.sent, answer.writable, answer.counts) == ({}, True, False, True)
    [event] = AuditEvent.objects.filter(act="answer.sent")
    assert (event.object_id, event.actor_id, event.reason) == (mine.pk, mine.reviewer_id, "")
    assert (event.detail.before, event.detail.after) == (None, None)
    inside = p.inside(mine.pk)
    assert same_receipt(inside["sent"]["receipt"], receipt)
    assert inside["sent"]["pages"] == dict.fromkeys(y.CODES, p.page(5))


def test_an_incomplete_answer_is_refused_with_everything_that_is_missing(mine: Invitation) -> None:
    p.save(mine, "BP", p.page(4))
    p.save(mine, "AK", {"level": 5, "strength": "", "wish": ""})
    before = raw(mine)
    with pytest.raises(ActionRefused) as refused:
        p.send(mine)
    assert len(refused.value.reasons) == 6
    assert raw(mine) == before
    assert not AuditEvent.objects.filter(act="answer.sent").exists()


def test_the_second_click_is_a_message_and_the_same_form_shows_its_receipt_again(mine: Invitation) -> None:
    p.fill(mine)
    receipt = p.send(mine, attempt="formulir-1")
    soon = p.DURING + dt.timedelta(minutes=1)
    before = raw(mine)
    assert p.send(mine, at=soon, attempt="formulir-1") == receipt
    for at, attempt in (
        (soon, ""),
        (soon, "formulir-2"),
        (p.DURING + dt.timedelta(minutes=3), "formulir-1"),
    ):
        with translation.override("en"), pytest.raises(ActionRefused, match="already been sent"):
            p.send(mine, at=at, attempt=attempt)
    assert raw(mine) == before
    assert AuditEvent.objects.filter(act="answer.sent").count() == 1


def test_a_sent_answer_is_replaced_whole_and_counts_until_then(mine: Invitation) -> None:
    first = p.answer(mine, 2)
    with translation.override("en"), pytest.raises(ActionRefused, match="Write a new answer"):
        p.save(mine)
    who = p.reviewer_of(mine)
    peer_answers.begin_again(actor=who, invitation_id=mine.pk, at=p.DURING)
    peer_answers.begin_again(actor=who, invitation_id=mine.pk, at=p.DURING)  # a second click
    assert own(mine).pages == {}
    p.save(mine, "BP", p.page(3))
    answer = own(mine)
    assert (answer.sent, answer.replacing, answer.complete, answer.counts) == (True, True, False, True)
    assert raw(mine)[1:] == (True, True)
    with pytest.raises(ActionRefused):
        p.send(mine)
    assert same_receipt(p.inside(mine.pk)["sent"]["receipt"], first)
    p.fill(mine, 3)
    second = p.send(mine)
    assert not same_receipt(first, second)
    assert p.inside(mine.pk)["sent"]["pages"]["BP"]["level"] == 3
    assert "wish" not in str(own(mine).pages)
    assert AuditEvent.objects.filter(act="answer.sent").count() == 2


def test_there_is_nothing_to_begin_again_before_sending(mine: Invitation) -> None:
    with pytest.raises(ActionRefused):
        peer_answers.begin_again(actor=p.reviewer_of(mine), invitation_id=mine.pk, at=p.DURING)
    p.fill(mine)
    before = raw(mine)
    with pytest.raises(ActionRefused):
        peer_answers.begin_again(actor=p.reviewer_of(mine), invitation_id=mine.pk, at=p.DURING)
    assert raw(mine) == before


# --- keys and broken envelopes ------------------------------------------------------------------


def test_without_its_key_nothing_is_saved_sent_or_shown_and_restoring_heals(mine: Invitation) -> None:
    p.fill(mine)
    key = BallotKey.objects.get()
    path = key_files._places(key.pk)[0]
    hidden = path.rename(path.with_suffix(".elsewhere"))
    before = raw(mine)
    for attempt in (
        lambda: p.save(mine, "BP", p.page(2), revision=1),
        lambda: p.send(mine),
        lambda: own(mine),
    ):
        with translation.override("en"), pytest.raises(KeyUnavailable, match="still stand on this page"):
            attempt()
    path.write_text("00" * 32)
    with pytest.raises(KeyUnavailable):
        p.send(mine)
    assert raw(mine) == before
    hidden.rename(path)
    assert p.send(mine)


def test_an_altered_envelope_is_said_and_can_be_begun_again(mine: Invitation) -> None:
    p.answer(mine)
    Envelope.objects.update(sealed=raw(mine)[0][:-1] + b"x")
    with pytest.raises(EnvelopeBroken):
        own(mine)
    with pytest.raises(EnvelopeBroken):
        p.save(mine)
    peer_answers.begin_again(actor=p.reviewer_of(mine), invitation_id=mine.pk, at=p.DURING)
    assert not Envelope.objects.exists()
    assert p.answer(mine)


def test_an_envelope_of_another_invitation_cannot_be_slipped_in(
    box: tuple[y.Year, list[Invitation]],
) -> None:
    year, [mine] = box
    other = p.invite(year.appraisal)
    p.answer(mine, 5)
    p.answer(other, 1)
    Envelope.objects.filter(pk=other.pk).update(sealed=raw(mine)[0])
    with pytest.raises(EnvelopeBroken):
        own(other)


# --- the cost -----------------------------------------------------------------------------------


def test_an_autosave_costs_few_statements_whatever_else_is_in_the_box(
    box: tuple[y.Year, list[Invitation]],
) -> None:
    year, [mine] = box
    p.save(mine, "BP", p.page(3))
    for others in (0, 3):
        for _unused in range(others):
            p.answer(p.invite(year.appraisal))
        level, revision = (4, 1) if not others else (5, 2)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            p.save(mine, "BP", p.page(level), revision=revision)
        statements = [q for q in queries if "SAVEPOINT" not in q["sql"]]
        assert len(statements) == 5, [q["sql"][:80] for q in statements]
