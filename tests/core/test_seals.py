"""Sealing: what is finished is sealed once, in order; what is not yet finished is sealed later; nobody changes a seal."""

# ruff: noqa: S608  # attacks are statements built from ids and columns of the tests themselves

import hashlib
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from core import seals
from core.audit import AuditEvent
from core.canonical import canonical
from core.merkle import root_of
from core.seals import (
    AuditSeal,
    SealedEvent,
    UnsealedEvent,
    latest_seal,
    leaf_of,
    seal_events,
    seal_over,
)
from tests.core.record import AT, MINUTE, OBJECT, act, as_owner, check, events_in, sealed_record

pytestmark = pytest.mark.django_db
two_connections = pytest.mark.django_db(transaction=True)


def waiting() -> list[int]:
    return list(UnsealedEvent.objects.order_by("event_id").values_list("event_id", flat=True))


# --- what a seal is -----------------------------------------------------------------------------


def test_a_seal_holds_every_finished_event_in_order_under_one_root() -> None:
    events = [act() for _n in range(3)]
    assert waiting() == [event.pk for event in events]

    assert seal_events(at=AT) == 3

    (seal,) = AuditSeal.objects.all()
    assert waiting() == []
    assert events_in(1) == [event.pk for event in events]
    stored = [AuditEvent.objects.get(pk=event.pk) for event in events]
    assert bytes(seal.root) == root_of(leaf_of(event) for event in stored)
    assert (seal.number, seal.count, seal.sealed_at, bytes(seal.previous)) == (1, 3, AT, bytes(32))


def test_the_leaf_covers_the_whole_row() -> None:
    event = AuditEvent.objects.get(pk=act().pk)
    said = (
        f'{{"act":"plan.agreed","actor":null,"at":"2026-11-24T08:30:00+00:00","digest":"{bytes(event.digest).hex()}",'
        f'"id":{event.pk},"object_id":"{OBJECT}","object_type":"plan","reason":"Disepakati setelah dialog",'
        f'"transaction":{event.transaction_id}}}'
    )
    assert leaf_of(event) == hashlib.sha256(b"\x00" + said.encode()).digest()


def test_heads_are_chained_and_cover_number_root_count_and_moment() -> None:
    first, second = sealed_record((2, 1))
    assert bytes(second.previous) == bytes(first.head)
    said = canonical(
        {
            "count": 1,
            "number": 2,
            "previous": bytes(first.head).hex(),
            "root": bytes(second.root).hex(),
            "sealed_at": second.sealed_at,
        }
    )
    assert bytes(second.head) == hashlib.sha256(b"\x02" + said.encode()).digest()
    assert latest_seal() == second


def test_without_an_event_there_is_no_seal() -> None:
    assert seal_events(at=AT) == 0
    assert latest_seal() is None
    sealed_record((1,))
    assert seal_events(at=AT) == 0
    assert [seal.number for seal in AuditSeal.objects.all()] == [1]


def test_a_long_backlog_is_sealed_in_batches(monkeypatch) -> None:
    monkeypatch.setattr(seals, "BATCH", 4)
    events = [act().pk for _n in range(9)]
    assert seal_events(at=AT) == 9
    assert [seal.count for seal in AuditSeal.objects.order_by("number")] == [4, 4, 1]
    assert events_in(1) + events_in(2) + events_in(3) == events
    assert check().is_whole


def test_a_rolled_back_act_leaves_nothing_to_seal() -> None:
    with transaction.atomic():
        act()
        transaction.set_rollback(True)
    kept = act()
    assert seal_events(at=AT) == 1
    assert events_in(1) == [kept.pk]


def test_the_seal_over_an_object_is_that_of_its_newest_act() -> None:
    first, _second, third, _fourth = sealed_record()
    (moved,) = events_in(third.number)
    other = type(OBJECT)(int=7)
    assert seal_over([other]) is None
    as_owner(f"UPDATE core_auditevent SET object_id = '{other}' WHERE id IN ({moved}, {events_in(1)[0]})")
    assert seal_over([other]) == third
    act(object_id=other)
    assert seal_over([other]) == third  # the newest act waits
    assert first.number == 1


# --- what is not finished -----------------------------------------------------------------------


class OtherConnection:
    """An act in a transaction of its own that stays open until it is told to end."""

    def __init__(self) -> None:
        self.written, self.end = threading.Event(), threading.Event()
        self.event_id = 0
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            with transaction.atomic():
                self.event_id = act().pk
                self.written.set()
                self.end.wait(timeout=20)
        finally:
            connection.close()

    def __enter__(self) -> "OtherConnection":
        self.thread.start()
        assert self.written.wait(timeout=20)
        return self

    def commit(self) -> None:
        self.end.set()
        self.thread.join(timeout=20)

    def __exit__(self, *_error: object) -> None:
        self.commit()


@two_connections
def test_an_act_not_committed_at_sealing_time_is_sealed_later() -> None:
    before = act()
    with OtherConnection() as slow:
        after = act()  # a later number, finished earlier
        assert slow.event_id < after.pk

        assert seal_events(at=AT) == 2
        assert events_in(1) == [before.pk, after.pk]
        assert waiting() == []

        slow.commit()
    assert waiting() == [slow.event_id]
    assert seal_events(at=AT + MINUTE) == 1
    assert events_in(2) == [slow.event_id]
    assert check().is_whole


def test_rows_restored_from_another_cluster_are_sealed_whatever_their_transactions_were() -> None:
    restored = act()
    as_owner("UPDATE core_auditevent SET transaction_id = transaction_id + 1000000000")
    here = act()
    assert seal_events(at=AT) == 2
    assert events_in(1) == [restored.pk, here.pk]
    assert check().is_whole


@two_connections
def test_two_ticks_at_once_seal_every_event_once(monkeypatch) -> None:
    monkeypatch.setattr(seals, "BATCH", 3)
    events = [act().pk for _n in range(20)]
    barrier = threading.Barrier(3)
    counts: list[int] = []

    def tick() -> None:
        try:
            barrier.wait(timeout=10)
            counts.append(seal_events(at=AT))
        finally:
            connection.close()

    threads = [threading.Thread(target=tick) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sum(counts) == 20
    assert len(counts) == 3
    assert list(SealedEvent.objects.order_by("seal", "position").values_list("event_id", flat=True)) == events
    assert check().is_whole


def test_a_sealing_that_is_killed_leaves_the_events_waiting(monkeypatch) -> None:
    events = [act().pk for _n in range(3)]

    def killed(number: int) -> list[bytes]:
        raise KeyboardInterrupt(number)

    monkeypatch.setattr(seals, "leaves_of", killed)
    with pytest.raises(KeyboardInterrupt):
        seal_events(at=AT)
    assert (waiting(), SealedEvent.objects.count(), latest_seal()) == (events, 0, None)
    monkeypatch.undo()
    assert seal_events(at=AT) == 3
    assert check().is_whole


# --- nobody changes a row -----------------------------------------------------------------------


def rows() -> tuple[list, ...]:
    return tuple(
        list(model.objects.order_by("pk").values_list()) for model in (AuditSeal, SealedEvent, UnsealedEvent)
    )


@pytest.mark.parametrize(
    "statement",
    [
        f"{verb} {table}{rest}"
        for table, column in (
            ("core_auditseal", "count"),
            ("core_sealedevent", "position"),
            ("core_unsealedevent", "event_id"),
        )
        for verb, rest in (
            ("UPDATE", f" SET {column} = {column}"),
            ("DELETE FROM", ""),
            ("TRUNCATE", " CASCADE"),
        )
    ],
)
def test_seals_places_and_queue_are_never_changed(statement: str) -> None:
    sealed_record((2, 1))
    act()
    before = rows()
    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match="audit"),
        transaction.atomic(),
    ):
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {statement}")
    assert rows() == before


def test_a_seal_is_never_empty_and_numbers_begin_with_one() -> None:
    values = {"sealed_at": AT, "root": bytes(32), "previous": bytes(32), "head": bytes(32)}
    for wrong in ({"number": 0, "count": 1}, {"number": 1, "count": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AuditSeal.objects.create(**values, **wrong)
    assert not AuditSeal.objects.exists()


def test_finding_what_waits_reads_the_queue_alone() -> None:
    sealed_record((5, 5))
    act()
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + seals._MOVE % {"batch": 10, "seal": 3})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "core_unsealedevent" in plan
    assert "core_auditevent" not in plan
