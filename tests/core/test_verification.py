"""Tampering as the owner of the database can: each kind is found, and named by event or seal."""

# ruff: noqa: S608  # attacks are statements built from ids and columns of the tests themselves

import datetime as dt

import pytest
from django.db import connection

from core import seals, verification
from core.audit import AuditDetail, AuditEvent
from core.seals import AuditSeal, seal_events
from tests.core.record import (
    AT,
    MINUTE,
    act,
    as_owner,
    check,
    events_in,
    found,
    removal_of,
    rewrite_chain,
    sealed_record,
)
from tests.factories.people import EmployeeFactory

pytestmark = pytest.mark.django_db


# --- a record that is whole ---------------------------------------------------------------------


def test_an_untouched_record_is_whole() -> None:
    sealed = sealed_record()
    act(at=AT + 9 * MINUTE)
    report = check()
    assert report.is_whole
    assert (report.seals, report.events, report.erased, report.waiting) == (4, 13, 0, 1)
    assert report.latest == sealed[-1]


def test_an_empty_record_is_whole() -> None:
    assert check().is_whole
    assert check().latest is None


def test_a_head_that_was_kept_is_found_at_its_seal() -> None:
    sealed = sealed_record()
    for seal in sealed:
        report = check(head=f" {seal.head_text.upper()}\n")
        assert (report.is_whole, report.asked_seal) == (True, seal)
    assert found(head="ab" * 32) == {("unknown_head", "ab" * 32)}
    assert check(head="ab" * 32).asked_seal is None


def test_an_erased_detail_is_counted_and_its_row_still_proved() -> None:
    sealed_record()
    event = events_in(2)[1]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL kinerja.retention = 'on'")
        cursor.execute("DELETE FROM core_auditdetail WHERE event_id = %s", [event])
    report = check()
    assert (report.is_whole, report.erased, report.events) == (True, 1, 13)

    as_owner(f"UPDATE core_auditevent SET reason = 'lain' WHERE id = {event}")
    assert found() == {("root", 2)}


def test_seals_are_read_in_portions(monkeypatch) -> None:
    monkeypatch.setattr(verification, "EVENTS_AT_ONCE", 4)
    monkeypatch.setattr(verification, "CHUNK", 2)
    sealed_record((3, 5, 1, 1, 1, 4))
    assert check().events == 15
    assert check().is_whole
    as_owner(f"UPDATE core_auditevent SET act = 'x.y' WHERE id = {events_in(5)[0]}")
    assert found() == {("digest", events_in(5)[0]), ("root", 5)}


# --- a changed row ------------------------------------------------------------------------------

ANOTHER = "99999999-2222-4333-8444-555555555555"


@pytest.mark.parametrize(
    "change",
    [
        "act = 'plan.returned'",
        "object_type = 'appraisal'",
        f"object_id = '{ANOTHER}'",
        "at = at + interval '1 microsecond'",
        "reason = ''",
        "digest = sha256(digest)",
    ],
)
def test_a_changed_column_is_found(change: str) -> None:
    sealed_record()
    event = events_in(2)[3]
    as_owner(f"UPDATE core_auditevent SET {change} WHERE id = {event}")
    assert found() == {("digest", event), ("root", 2)}


def test_another_actor_is_found() -> None:
    sealed_record()
    event = events_in(2)[3]
    as_owner(f"UPDATE core_auditevent SET actor_id = '{EmployeeFactory().pk}' WHERE id = {event}")
    assert found() == {("digest", event), ("root", 2)}


def test_another_transaction_is_found() -> None:
    sealed_record()
    as_owner(f"UPDATE core_auditevent SET transaction_id = transaction_id + 1 WHERE id = {events_in(2)[3]}")
    assert found() == {("root", 2)}


def test_every_column_of_an_event_is_tried() -> None:
    tried = {"act", "object_type", "object_id", "at", "reason", "digest", "actor_id", "transaction_id", "id"}
    assert {field.column for field in AuditEvent._meta.concrete_fields} == tried


@pytest.mark.parametrize(
    "change",
    ["before = NULL", 'after = \'{"state": "draft"}\'', "salt = '\\x00000000000000000000000000000000'"],
)
def test_a_changed_detail_is_found(change: str) -> None:
    sealed_record()
    event = events_in(2)[3]
    as_owner(f"UPDATE core_auditdetail SET {change} WHERE event_id = {event}")
    assert found() == {("digest", event)}
    assert {field.column for field in AuditDetail._meta.concrete_fields} == {
        "event_id",
        "before",
        "after",
        "salt",
    }


def test_a_row_changed_together_with_its_digest_is_found() -> None:
    sealed_record()
    event = events_in(2)[3]
    other = act(reason="Diubah")  # a digest that belongs to its content
    as_owner(
        f"UPDATE core_auditdetail SET salt = d.salt FROM core_auditdetail d "
        f"WHERE core_auditdetail.event_id = {event} AND d.event_id = {other.pk}",
        f"UPDATE core_auditevent SET reason = e.reason, digest = e.digest, at = e.at FROM core_auditevent e "
        f"WHERE core_auditevent.id = {event} AND e.id = {other.pk}",
    )
    assert ("root", 2) in found()
    assert not {code for code, _named in found()} & {"digest"}


# --- removed, added, moved ----------------------------------------------------------------------


def test_a_removed_row_is_found() -> None:
    sealed_record()
    event = events_in(2)[1]
    as_owner(
        *removal_of(event),
    )
    assert {("missing", event), ("count", 2), ("root", 2)} <= found()
    assert {named for code, named in found() if code == "missing"} == {event}


def test_a_row_removed_with_its_place_is_found() -> None:
    sealed_record()
    event = events_in(2)[4]  # the last one: the others keep their places
    as_owner(
        *removal_of(event),
        f"DELETE FROM core_sealedevent WHERE event_id = {event}",
    )
    assert found() == {("count", 2), ("root", 2)}


def test_removed_last_rows_are_found() -> None:
    sealed_record()
    last = events_in(4)[-2:]
    as_owner(
        *removal_of(*last),
    )
    assert found() == {*(("missing", event) for event in last), ("count", 4), ("root", 4)}


def test_last_rows_removed_with_their_seals_are_found_by_a_kept_head_alone() -> None:
    sealed = sealed_record()
    gone = events_in(4)
    as_owner(
        *removal_of(*gone),
        f"DELETE FROM core_sealedevent WHERE event_id >= {gone[0]}",
        "DELETE FROM core_auditseal WHERE number = 4",
    )
    assert check().is_whole
    assert found(head=sealed[3].head_text) == {("unknown_head", sealed[3].head_text)}
    assert check(head=sealed[2].head_text).asked_seal == sealed[2]


def test_a_row_removed_while_it_waited_is_found() -> None:
    sealed_record()
    event = act(at=AT + 9 * MINUTE)
    as_owner(
        *removal_of(event.pk),
    )
    assert found() == {("lost", event.pk)}


def test_a_row_inserted_past_the_guards_is_found() -> None:
    sealed_record()
    as_owner(
        "INSERT INTO core_auditevent (act, object_type, object_id, at, reason, transaction_id, digest) "
        "SELECT act, object_type, object_id, at, reason, transaction_id, digest FROM core_auditevent LIMIT 1"
    )
    assert found() == {("stray", AuditEvent.objects.latest("id").pk)}


def test_a_row_inserted_into_a_seal_is_found() -> None:
    sealed_record()
    event = act()
    as_owner(
        f"DELETE FROM core_unsealedevent WHERE event_id = {event.pk}",
        f"INSERT INTO core_sealedevent (event_id, seal_id, position) VALUES ({event.pk}, 2, 5)",
    )
    assert found() == {("count", 2), ("root", 2)}


def test_reordered_events_are_found() -> None:
    sealed_record()
    first, second = events_in(2)[1:3]
    as_owner(
        f"UPDATE core_sealedevent SET position = 99 WHERE event_id = {first}",
        f"UPDATE core_sealedevent SET position = 1 WHERE event_id = {second}",
        f"UPDATE core_sealedevent SET position = 2 WHERE event_id = {first}",
    )
    assert found() == {("place", first), ("root", 2)}


def test_renumbered_events_are_found() -> None:
    sealed_record()
    first, second = events_in(2)[1:3]
    spare = 10**9
    as_owner(
        *(
            f"UPDATE {table} SET {key} = {new} WHERE {key} = {old}"
            for old, new in ((first, spare), (second, first), (spare, second))
            for table, key in (("core_auditevent", "id"), ("core_auditdetail", "event_id"))
        )
    )
    assert found() == {("root", 2)}


def test_events_swapped_between_seals_are_found() -> None:
    sealed_record()
    one, other = events_in(2)[2], events_in(4)[1]
    spare = 10**9
    as_owner(
        *(
            f"UPDATE core_sealedevent SET event_id = {new} WHERE event_id = {old}"
            for old, new in ((one, spare), (other, one), (spare, other))
        )
    )
    assert {("root", 2), ("root", 4)} <= found()


# --- dates --------------------------------------------------------------------------------------


def test_a_back_dated_event_is_found() -> None:
    sealed_record()
    event = act(at=AT - dt.timedelta(days=30))
    seal_events(at=AT + 5 * MINUTE)
    assert found() == {("back_dated", event.pk)}


def test_an_event_changed_to_an_earlier_date_is_found() -> None:
    sealed_record()
    event = events_in(4)[1]
    as_owner(f"UPDATE core_auditevent SET at = at - interval '30 days' WHERE id = {event}")
    assert found() == {("digest", event), ("root", 4), ("back_dated", event)}


def test_an_act_that_arrived_before_a_long_transaction_is_not_called_back_dated() -> None:
    sealed_record()
    act(at=AT - dt.timedelta(hours=1))
    seal_events(at=AT + 5 * MINUTE)
    assert check().is_whole


def test_the_backlog_of_a_day_without_a_clock_is_not_called_back_dated(monkeypatch) -> None:
    monkeypatch.setattr(seals, "BATCH", 3)
    act(at=AT - dt.timedelta(days=1))
    seal_events(at=AT - dt.timedelta(days=1))
    for hour in range(10):
        act(at=AT - dt.timedelta(hours=20 - hour))
    seals._seal_batch(at=AT)  # killed after its first batch
    seal_events(at=AT + MINUTE)
    assert AuditSeal.objects.count() == 5
    assert check().is_whole


def test_what_waits_too_long_is_told() -> None:
    sealed_record()
    event = act(at=AT + 5 * MINUTE)
    assert found(at=AT + 20 * MINUTE) == set()
    assert found(at=AT + 21 * MINUTE) == {("late", event.pk)}
    seal_events(at=AT + 21 * MINUTE)
    assert found(at=AT + 21 * MINUTE) == set()


# --- seals and chain ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ("sealed_at = sealed_at + interval '1 second'", {("head", 2)}),
        ("count = 4", {("head", 2), ("count", 2)}),
        ("root = sha256(root)", {("head", 2), ("root", 2)}),
        ("previous = sha256(previous)", {("head", 2), ("link", 2)}),
        ("head = sha256(head)", {("head", 2), ("link", 3)}),
    ],
)
def test_a_changed_seal_is_found(change: str, problems: set) -> None:
    sealed_record()
    as_owner(f"UPDATE core_auditseal SET {change} WHERE number = 2")
    assert found() == problems


def test_a_removed_seal_is_found() -> None:
    sealed_record()
    as_owner("DELETE FROM core_auditseal WHERE number = 2")
    assert found() == {("gap", 2), ("orphans", 2)}


def test_a_seal_removed_with_its_events_is_found() -> None:
    sealed_record()
    as_owner(
        *removal_of(*events_in(2)),
        "DELETE FROM core_sealedevent WHERE seal_id = 2",
        "DELETE FROM core_auditseal WHERE number = 2",
    )
    assert found() == {("gap", 2)}
    as_owner("UPDATE core_auditseal SET number = number - 1 WHERE number > 2")
    as_owner("UPDATE core_sealedevent SET seal_id = seal_id - 1 WHERE seal_id > 2")
    assert found() == {("link", 2), ("head", 2), ("head", 3)}


def test_a_removed_last_seal_leaves_its_places_behind() -> None:
    sealed_record()
    as_owner("DELETE FROM core_auditseal WHERE number = 4")
    assert {(each.code, each.params["seal"], each.params["found"]) for each in check().problems} == {
        ("orphans", 4, 4)
    }


def test_a_rewritten_chain_is_found_by_a_kept_head_alone() -> None:
    sealed = sealed_record()
    kept = [seal.head_text for seal in sealed]
    event = events_in(2)[0]
    as_owner(
        f"DELETE FROM core_auditdetail WHERE event_id = {event}",
        f"UPDATE core_auditevent SET reason = 'Diubah' WHERE id = {event}",
    )
    rewrite_chain()

    assert check().is_whole
    assert check(head=kept[0]).asked_seal == AuditSeal.objects.get(number=1)
    for head in kept[1:]:
        assert found(head=head) == {("unknown_head", head)}


def test_any_number_of_problems_is_counted_and_a_thousand_are_named(monkeypatch) -> None:
    monkeypatch.setattr(verification, "PROBLEMS_KEPT", 3)
    sealed_record((8,))
    as_owner("UPDATE core_auditevent SET reason = 'lain'")
    report = check()
    assert (report.problem_count, len(report.problems), report.is_whole) == (9, 3, False)
