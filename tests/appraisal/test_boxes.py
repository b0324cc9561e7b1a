"""Boxes: closed with the invitations, opened once, small groups destroyed unread, keys destroyed at the end."""

import datetime as dt
import logging
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal import ballot, key_files
from appraisal.enums import InvitationState, Phase, ReviewGroup
from appraisal.key_files import FileState
from appraisal.models import AgencyPeerFigures, BallotKey, Box, Envelope, Invitation, PhaseWindow, Review
from appraisal.selectors.peer_answers import ReceiptCheck, check_receipt
from appraisal.services import ballot_keys, boxes, cycles
from appraisal.services.clock import tick
from core.audit import AuditEvent
from core.errors import ActionRefused
from core.notifications import Notification
from tests.appraisal import peers as p
from tests.appraisal import year as y
from tests.factories.people import AgencyFactory, EmployeeFactory, PlacementFactory

pytestmark = pytest.mark.django_db


def open_boxes(at: dt.datetime = p.SWEPT) -> int:
    return boxes.open_due_boxes(at=at)


def states() -> list[tuple[str, bool | None]]:
    return list(Invitation.objects.order_by("pk").values_list("state", "answered"))


def checked(invitation: Invitation, receipt: str) -> ReceiptCheck:
    stored = Invitation.objects.select_related("appraisal__box").get(pk=invitation.pk)
    return check_receipt(stored, receipt)


# --- opening ------------------------------------------------------------------------------------


def test_three_answers_become_reviews_without_author_and_the_envelopes_are_gone() -> None:
    _year, asked = p.build_box(peers=4)
    receipts = [p.answer(one, level) for one, level in zip(asked, (2, 3, 5), strict=False)]
    assert open_boxes() == 4 + 1
    box = Box.objects.get()
    assert box.opened_at == p.SWEPT
    figures = box.figures["peer"]
    assert (figures["asked"], figures["answered"], figures["shown"]) == (4, 3, True)
    assert figures["values"]["BP"] == {"shown": True, "n": 3, "mean": "3.5", "low": None, "high": None}
    assert set(box.figures) == {"peer"}
    reviews = list(Review.objects.all())
    assert sorted(review.content["pages"]["BP"]["level"] for review in reviews) == [2, 3, 5]
    assert not Envelope.objects.exists()
    by_pk = {one.pk: one for one in Invitation.objects.all()}
    assert [by_pk[one.pk].answered for one in asked] == [True, True, True, False]
    assert {one.state for one in by_pk.values()} == {InvitationState.CLOSED}
    assert [checked(one, receipt) for one, receipt in zip(asked, receipts, strict=False)] == [
        ReceiptCheck.COUNTED
    ] * 3
    assert checked(asked[0], receipts[0].lower().replace("-", " ")) == ReceiptCheck.COUNTED


def test_the_opening_is_one_event_without_names_and_told_to_both_sides() -> None:
    year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    open_boxes()
    [event] = AuditEvent.objects.filter(act="box.opened")
    box = Box.objects.get()
    assert (event.actor_id, event.object_id) == (None, year.appraisal_id)
    assert event.detail.after == {
        "groups": {"peer": {"asked": 3, "answered": 3, "unreadable": 0}},
        "digest": box.digest,
    }
    told = Notification.objects.filter(kind__startswith="box.").order_by("kind")
    assert [(row.kind, row.recipient_id, row.params) for row in told] == [
        ("box.opened", year.ani.id, {}),
        ("box.opened_of_team", year.budi.id, {}),
    ]


def test_opening_again_finds_nothing_to_do() -> None:
    _year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    open_boxes()
    before = (Box.objects.values().get(), list(Review.objects.order_by("pk").values()), states())
    assert open_boxes(p.SWEPT + dt.timedelta(days=1)) == 0
    assert (Box.objects.values().get(), list(Review.objects.order_by("pk").values()), states()) == before
    assert AuditEvent.objects.filter(act="box.opened").count() == 1


def test_two_answers_are_destroyed_unread() -> None:
    _year, asked = p.build_box(peers=3)
    receipts = [p.put(one) for one in asked[:2]]
    # Unread: not even bytes that nobody could read stop it.
    Envelope.objects.update(sealed=b"kaleng")
    open_boxes()
    assert Box.objects.get().figures == {"peer": {"asked": 3, "answered": 2, "shown": False}}
    assert not Review.objects.exists()
    assert not Envelope.objects.exists()
    assert AuditEvent.objects.get(act="box.opened").detail.after["groups"]["peer"]["unreadable"] == 0
    assert checked(asked[0], receipts[0]) == ReceiptCheck.NOT_FOUND


def test_groups_are_opened_counted_and_destroyed_apart() -> None:
    _year, asked = p.build_box(peers=2, subordinates=3)
    for one in asked:
        p.put(one, 2 if one.group == ReviewGroup.PEER else 4)
    open_boxes()
    figures = Box.objects.get().figures
    assert figures["peer"] == {"asked": 2, "answered": 2, "shown": False}
    assert figures["subordinate"]["overall"] == "4.0"
    assert set(Review.objects.values_list("group", flat=True)) == {ReviewGroup.SUBORDINATE}


def test_a_complete_draft_counts_without_being_sent_and_an_incomplete_one_does_not() -> None:
    _year, asked = p.build_box(peers=4)
    for one in asked[:3]:
        p.fill(one, 3)
    p.fill(asked[3], 1, codes=y.CODES[:6])
    open_boxes()
    assert Box.objects.get().figures["peer"]["answered"] == 3
    assert {len(bytes(proof)) for proof in Review.objects.values_list("proof", flat=True)} == {32}


def test_a_replacement_that_was_not_sent_leaves_the_sent_answer_counting() -> None:
    _year, asked = p.build_box(peers=3)
    receipts = [p.put(one, 4) for one in asked]
    boxes_of = p.peer_answers.begin_again
    boxes_of(actor=p.reviewer_of(asked[0]), invitation_id=asked[0].pk, at=p.DURING)
    p.fill(asked[0], 1)
    open_boxes()
    assert Box.objects.get().figures["peer"]["values"]["BP"]["mean"] == "4.0"
    assert checked(asked[0], receipts[0]) == ReceiptCheck.COUNTED


def test_words_about_what_was_not_observed_are_left_out() -> None:
    _year, asked = p.build_box(peers=3)
    for one in asked:
        p.fill(one)
        p.save(one, "AK", {"level": 0, "strength": "sisa tulisan", "wish": "sisa"}, revision=1)
        if one != asked[0]:
            p.send(one)
    open_boxes()
    pages = [review.content["pages"]["AK"] for review in Review.objects.all()]
    assert pages == [{"level": 0, "strength": "", "wish": ""}] * 3


def test_an_altered_review_is_no_longer_found_by_its_receipt() -> None:
    _year, asked = p.build_box(peers=3)
    [receipt, *_others] = [p.put(one, 4) for one in asked]
    assert checked(asked[0], receipt) == ReceiptCheck.NOT_YET
    open_boxes()
    for review in Review.objects.all():
        review.content["pages"]["BP"]["level"] = 1
        review.save(update_fields=["content"])
    assert checked(asked[0], receipt) == ReceiptCheck.NOT_FOUND
    assert checked(asked[0], "") == ReceiptCheck.NOT_FOUND


# --- when ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "at", [p.DURING, p.CLOSED, p.CLOSED + dt.timedelta(minutes=2) - dt.timedelta(microseconds=1)]
)
def test_nothing_opens_before_the_grace_is_over(at: dt.datetime) -> None:
    _year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    assert open_boxes(at) == 0
    assert {state for state, _answered in states()} == {InvitationState.ACCEPTED}
    assert not Review.objects.exists()


def test_more_time_of_one_invitation_holds_the_box_and_lets_the_others_close() -> None:
    _year, asked = p.build_box(peers=4)
    for one in asked[:3]:
        p.put(one)
    longer = p.CLOSED + dt.timedelta(days=2)
    Invitation.objects.filter(pk=asked[3].pk).update(extended_to=longer)
    assert open_boxes() == 3
    assert Box.objects.get().opened_at is None
    assert Envelope.objects.count() == 3
    p.answer(asked[3], at=longer - dt.timedelta(seconds=1))
    assert open_boxes(longer + dt.timedelta(minutes=1)) == 0
    assert open_boxes(longer + dt.timedelta(minutes=2)) == 2
    assert Box.objects.get().figures["peer"]["answered"] == 4


def test_a_window_of_the_unit_that_closes_later_holds_its_boxes() -> None:
    year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    row = PhaseWindow.objects.get(phase=Phase.PEER_REVIEW)
    PhaseWindow.objects.create(
        cycle=year.cycle,
        phase=Phase.PEER_REVIEW,
        agency=year.school,
        opens_at=row.opens_at,
        closes_at=p.CLOSED + dt.timedelta(days=3),
    )
    assert open_boxes() == 0
    assert open_boxes(p.SWEPT + dt.timedelta(days=3)) == 4


def test_who_declined_or_was_withdrawn_neither_counts_nor_was_asked() -> None:
    _year, asked = p.build_box(peers=5)
    for one in asked[:3]:
        p.put(one)
    Invitation.objects.filter(pk=asked[3].pk).update(
        state=InvitationState.DECLINED, decline_reason="no_time", comment="Cuti.", ended_at=p.DURING
    )
    Invitation.objects.filter(pk=asked[4].pk).update(
        state=InvitationState.WITHDRAWN, comment="Pindah.", ended_at=p.DURING
    )
    open_boxes()
    assert Box.objects.get().figures["peer"]["asked"] == 3
    ended = Invitation.objects.filter(pk__in=[asked[3].pk, asked[4].pk])
    assert set(ended.values_list("answered", "ended_at")) == {(None, p.DURING)}


def test_names_that_were_only_proposed_close_without_having_been_asked() -> None:
    year, asked = p.build_box(peers=3)
    p.invite(year.appraisal, state=InvitationState.PROPOSED)
    p.invite(year.appraisal, state=InvitationState.APPROVED)
    for one in asked:
        p.put(one)
    open_boxes()
    assert Box.objects.get().figures["peer"]["asked"] == 4
    assert sorted(str(answered) for _state, answered in states()) == ["False", "None", "True", "True", "True"]


def test_a_box_for_which_nobody_was_asked_is_opened_empty_and_nobody_is_told() -> None:
    year, _asked = p.build_box(peers=0)
    Box.objects.create(appraisal=year.appraisal)
    open_boxes()
    assert Box.objects.get().figures == {}
    assert not Notification.objects.filter(kind__startswith="box.").exists()


def test_a_reviewer_who_left_or_lost_the_account_still_counts() -> None:
    _year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    asked[0].reviewer.is_active = False
    asked[0].reviewer.save(update_fields=["is_active"])
    open_boxes()
    assert Box.objects.get().figures["peer"]["answered"] == 3


# --- keys and broken envelopes ------------------------------------------------------------------


def hide_key() -> tuple:
    key = BallotKey.objects.get()
    path = key_files._places(key.pk)[0]
    return key, path, path.rename(path.with_suffix(".away"))


def test_without_its_key_a_box_waits_and_is_never_opened_as_empty(caplog) -> None:
    year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    _key, path, away = hide_key()
    assert open_boxes() == 3  # the invitations close
    assert open_boxes() == 0
    assert Box.objects.get().opened_at is None
    assert Envelope.objects.count() == 3
    with caplog.at_level(logging.CRITICAL):
        assert ballot_keys.warn_of_keys(at=p.SWEPT) == 1
        assert ballot_keys.warn_of_keys(at=p.SWEPT) == 1
    told = Notification.objects.filter(kind="ballot_key.not_found")
    assert set(told.values_list("recipient", flat=True)) == {year.dewi.id, year.gita.id}
    assert told.count() == 2
    assert boxes.destroy_spent_keys(at=p.SWEPT) == 0
    away.rename(path)
    assert open_boxes() == 1
    assert Box.objects.get().figures["peer"]["answered"] == 3


def test_a_lost_key_stops_no_other_agency_and_no_small_group() -> None:
    year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    _key, path, away = hide_key()
    elsewhere = AgencyFactory(code="DINKES", name="Dinas Kesehatan", parent=year.dinas.parent)
    PlacementFactory(employee=EmployeeFactory(login="oki"), agency=elsewhere)
    cycles.open_cycle(actor=year.gita, cycle_id=year.cycle.pk, at=p.DURING)
    oki = year.cycle.appraisals.get(employee__login="oki")
    for _unused in range(3):
        p.put(p.invite(oki))
    open_boxes()
    assert Box.objects.get(pk=oki.pk).figures["peer"]["answered"] == 3
    assert Box.objects.get(pk=year.appraisal_id).opened_at is None
    away.rename(path)


def test_an_altered_envelope_is_set_apart_and_the_others_count(caplog) -> None:
    _year, asked = p.build_box(peers=4)
    for one in asked:
        p.put(one)
    Envelope.objects.filter(pk=asked[0].pk).update(sealed=b"x" * 3000)
    with caplog.at_level(logging.CRITICAL):
        open_boxes()
    assert Box.objects.get().figures["peer"]["answered"] == 3
    groups = AuditEvent.objects.get(act="box.opened").detail.after["groups"]
    assert groups == {"peer": {"asked": 4, "answered": 3, "unreadable": 1}}


def test_when_altered_envelopes_leave_fewer_than_three_nothing_is_kept(caplog) -> None:
    _year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    Envelope.objects.filter(pk=asked[0].pk).update(sealed=b"x" * 3000)
    with caplog.at_level(logging.CRITICAL):
        open_boxes()
    assert Box.objects.get().figures["peer"] == {"asked": 3, "answered": 2, "shown": False}
    assert not Review.objects.exists()


def test_what_the_database_refuses_is_not_quoted_in_the_log(caplog) -> None:
    _year, asked = p.build_box(peers=3)
    receipts = [p.put(one) for one in asked]
    # Only who has the key can do this: a letter that no column holds.
    content = p.inside(asked[0].pk)
    content["sent"]["pages"]["BP"]["strength"] = "kenari-rahasia\x00"
    envelope = Envelope.objects.select_related("key").get(pk=asked[0].pk)
    secret = key_files.read(envelope.key_id, envelope.key.fingerprint)
    Envelope.objects.filter(pk=asked[0].pk).update(sealed=ballot.seal(secret, asked[0].pk, content))
    with caplog.at_level(logging.ERROR):
        open_boxes()
    assert "the database took no review" in caplog.text
    assert "kenari" not in caplog.text
    assert not any(receipt in caplog.text for receipt in receipts)
    assert Box.objects.get().opened_at is None
    assert Envelope.objects.count() == 3


def test_a_unit_that_moved_to_another_agency_opens_with_the_key_it_was_sealed_under() -> None:
    year, asked = p.build_box(peers=3)
    for one in asked[:2]:
        p.put(one)
    other = AgencyFactory(code="LAIN", name="Dinas lain", parent=year.dinas.parent)
    year.school.refresh_from_db()
    year.school.parent, year.school.path = other, f"{other.path}{year.school.code}/"
    year.school.save(update_fields=["parent", "path"])
    p.put(Invitation.objects.get(pk=asked[2].pk))
    assert BallotKey.objects.count() == 2
    open_boxes()
    assert Box.objects.get().figures["peer"]["answered"] == 3
    assert boxes.destroy_spent_keys(at=p.SWEPT) == 2


def test_when_the_last_box_is_open_key_and_copy_are_destroyed_once_and_on_record() -> None:
    _year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    key = BallotKey.objects.get()
    places = key_files._places(key.pk)
    assert all(path.exists() for path in places)
    assert boxes.destroy_spent_keys(at=p.SWEPT) == 0
    open_boxes()
    assert boxes.destroy_spent_keys(at=p.SWEPT) == 1
    assert boxes.destroy_spent_keys(at=p.SWEPT) == 0
    assert not any(path.exists() for path in places)
    key.refresh_from_db()
    assert key.destroyed_at == p.SWEPT
    assert AuditEvent.objects.filter(act="ballot_key.destroyed").count() == 1
    assert not AgencyPeerFigures.objects.exists()  # one person is no agency


def test_a_destroying_that_was_killed_after_the_files_is_finished() -> None:
    _year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    open_boxes()
    key = BallotKey.objects.get()
    key_files.destroy(key.pk, key.fingerprint)
    assert boxes.destroy_spent_keys(at=p.SWEPT) == 1


def test_a_key_stays_while_peer_review_runs_anywhere_in_the_agency() -> None:
    year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    row = PhaseWindow.objects.get(phase=Phase.PEER_REVIEW)
    PhaseWindow.objects.create(
        cycle=year.cycle, phase=Phase.PEER_REVIEW, agency=AgencyFactory(code="SD902", parent=year.dinas),
        opens_at=row.opens_at, closes_at=p.CLOSED + dt.timedelta(days=3),
    )  # fmt: skip
    open_boxes()
    assert boxes.destroy_spent_keys(at=p.SWEPT) == 0
    assert boxes.destroy_spent_keys(at=p.SWEPT + dt.timedelta(days=3)) == 1


def test_ten_people_make_the_figures_of_an_agency() -> None:
    year, _asked = p.build_box(peers=0)
    for number in range(10):
        PlacementFactory(employee=EmployeeFactory(login=f"guru{number}"), agency=year.school)
    cycles.open_cycle(actor=year.gita, cycle_id=year.cycle.pk, at=p.DURING)
    for appraisal in year.cycle.appraisals.filter(employee__login__startswith="guru").select_related(
        "agency"
    ):
        for level in (3, 4, 4):
            p.put(p.invite(appraisal), level)
    open_boxes()
    assert boxes.destroy_spent_keys(at=p.SWEPT) == 1
    figures = AgencyPeerFigures.objects.get()
    assert figures.agency == year.dinas
    assert figures.figures["peer"]["appraisals"] == 10
    assert Decimal(figures.figures["peer"]["values"]["BP"]["mean"]) == Decimal("3.50")


# --- the tick and the cost ----------------------------------------------------------------------


def test_the_tick_makes_keys_opens_boxes_and_destroys_keys() -> None:
    year, asked = p.build_box(peers=3)
    tick(at=p.DURING)
    key = BallotKey.objects.get()
    assert key_files.states(key.pk, key.fingerprint) == (FileState.GOOD, FileState.GOOD)
    for one in asked:
        p.put(one)
    tick(at=p.SWEPT)
    assert Box.objects.get(pk=year.appraisal_id).figures["peer"]["answered"] >= 3
    # Those for whom the clock drew reviewers are opened too, empty as they are.
    assert set(Box.objects.values_list("opened_at", flat=True)) == {p.SWEPT}
    key.refresh_from_db()
    assert key.destroyed_at == p.SWEPT
    tick(at=p.SWEPT + dt.timedelta(minutes=1))
    assert BallotKey.objects.count() == 1


def test_a_range_costs_the_same_statements_whatever_it_holds() -> None:
    year, _asked = p.build_box(peers=0)
    counts = []
    for size in (1, 3):
        for number in range(size):
            PlacementFactory(employee=EmployeeFactory(login=f"guru{size}{number}"), agency=year.school)
        cycles.open_cycle(actor=year.gita, cycle_id=year.cycle.pk, at=p.DURING)
        new = year.cycle.appraisals.filter(employee__login__startswith=f"guru{size}").select_related("agency")
        for appraisal in new:
            for _unused in range(3):
                p.put(p.invite(appraisal))
        boxes.plan_boxes(at=p.SWEPT)
        with CaptureQueriesContext(connection) as queries:
            boxes.batches.run([boxes.OPEN_BOXES], at=p.SWEPT, seconds=30)
        counts.append(len([q for q in queries if "SAVEPOINT" not in q["sql"]]))
    assert counts[0] == counts[1]
    assert Box.objects.filter(opened_at=None).count() == 0


# --- a key that is lost for good ----------------------------------------------------------------


def test_a_lost_key_is_given_up_only_with_a_reason_and_only_when_no_copy_is_left() -> None:
    _year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    key = BallotKey.objects.get()
    with pytest.raises(ActionRefused):
        ballot_keys.replace_lost_key(key_id=key.pk, reason="Disk rusak.", at=p.DURING)
    for path in key_files._places(key.pk):
        path.unlink()
    with pytest.raises(ActionRefused):
        ballot_keys.replace_lost_key(key_id=key.pk, reason=" ", at=p.DURING)
    assert Envelope.objects.count() == 3
    assert ballot_keys.replace_lost_key(key_id=key.pk, reason="Disk rusak.", at=p.DURING) == 3
    [event] = AuditEvent.objects.filter(act="ballot_key.replaced")
    assert event.reason == "Disk rusak."
    assert event.detail.after["envelopes_lost"] == 3
    for one in asked:
        p.put(one)
    open_boxes()
    assert Box.objects.get().figures["peer"]["answered"] == 3
