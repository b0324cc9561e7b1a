"""The record: digests that recompute, canonical bytes without floats, rows that nobody changes."""

import datetime as dt
import hashlib
import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from core.access_log import AccessLogEntry, note_access
from core.audit import AuditDetail, AuditEvent, event_digest, record
from core.canonical import canonical, fingerprint, plain
from tests.factories.people import EmployeeFactory

AT = dt.datetime(2026, 11, 24, 8, 30, 15, 123456, tzinfo=dt.UTC)
OBJECT = uuid.UUID("11111111-2222-4333-8444-555555555555")


def write(**changes: object) -> AuditEvent:
    """One event of the clock."""
    values = {
        "actor_id": None,
        "act": "plan.agreed",
        "object_type": "plan",
        "object_id": OBJECT,
        "at": AT,
        "reason": "Disepakati setelah dialog",
        "before": {"state": "sent"},
        "after": {
            "state": "agreed",
            "target": Decimal("98.40"),
            "day": dt.date(2026, 1, 31),
            "keys": ("b", "a"),
        },
    }
    return record(**{**values, **changes})


def stored_digest(event: AuditEvent) -> bytes:
    """The digest computed from what the database holds."""
    event = AuditEvent.objects.get(pk=event.pk)
    detail = AuditDetail.objects.get(event=event)
    return event_digest(
        actor_id=event.actor_id,
        act=event.act,
        object_type=event.object_type,
        object_id=event.object_id,
        at=event.at,
        reason=event.reason,
        before=detail.before,
        after=detail.after,
        salt=bytes(detail.salt),
    )


# --- digests ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_digest_recomputes_from_the_stored_rows() -> None:
    actor = EmployeeFactory()
    for event in (write(), write(actor_id=actor.pk), write(before=None, after=None, reason="")):
        kept = AuditEvent.objects.get(pk=event.pk)
        assert bytes(kept.digest) == stored_digest(event)
        assert len(bytes(kept.digest)) == 32


@pytest.mark.django_db
def test_the_digest_is_sha_256_of_salt_and_canonical_bytes() -> None:
    event = write(before=None, after={"n": 1}, reason="")
    salt = bytes(event.detail.salt)

    said = (
        '{"act":"plan.agreed","actor":null,"after":{"n":1},"at":"2026-11-24T08:30:15.123456+00:00",'
        '"before":null,"object_id":"11111111-2222-4333-8444-555555555555","object_type":"plan","reason":""}'
    )
    assert event.digest == hashlib.sha256(salt + said.encode()).digest()


@pytest.mark.django_db
def test_equal_acts_have_different_salts() -> None:
    first, second = write(), write()
    assert bytes(first.detail.salt) != bytes(second.detail.salt)
    assert first.digest != second.digest


@pytest.mark.parametrize(
    "change",
    [
        {"actor_id": OBJECT},
        {"act": "plan.returned"},
        {"object_type": "appraisal"},
        {"object_id": uuid.UUID(int=1)},
        {"at": AT + dt.timedelta(microseconds=1)},
        {"reason": "Disepakati setelah dialog."},
        {"before": {"state": "draft"}},
        {"after": None},
        {"salt": b"1" * 16},
    ],
)
def test_every_part_of_an_event_is_in_its_digest(change: dict) -> None:
    values = {
        "actor_id": None,
        "act": "plan.agreed",
        "object_type": "plan",
        "object_id": OBJECT,
        "at": AT,
        "reason": "Disepakati setelah dialog",
        "before": {"state": "sent"},
        "after": {"state": "agreed"},
        "salt": b"0" * 16,
    }
    assert event_digest(**{**values, **change}) != event_digest(**values)


@pytest.mark.django_db
def test_the_detail_is_stored_without_loss() -> None:
    detail = AuditDetail.objects.get(event=write())

    assert detail.before == {"state": "sent"}
    assert detail.after == {"state": "agreed", "target": "98.40", "day": "2026-01-31", "keys": ["b", "a"]}


@pytest.mark.django_db
def test_acts_of_one_transaction_share_its_id() -> None:
    first, second = write(), write()
    first.refresh_from_db()
    second.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        assert first.transaction_id == second.transaction_id == cursor.fetchone()[0]


# --- canonical bytes ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        ("Wawan “é” \n", '"Wawan “é” \\n"'),
        (Decimal("98.40"), '"98.40"'),
        (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (dt.date(2026, 1, 31), '"2026-01-31"'),
        (
            dt.datetime(2026, 1, 31, 7, tzinfo=dt.timezone(dt.timedelta(hours=7))),
            '"2026-01-31T00:00:00+00:00"',
        ),
        ({"b": 1, "a": [2, (3,)]}, '{"a":[2,[3]],"b":1}'),
        ({1: "one"}, '{"1":"one"}'),
        (frozenset({"b", "a"}), '["a","b"]'),
        ([], "[]"),
    ],
)
def test_a_value_has_one_canonical_text(value: object, text: str) -> None:
    assert canonical(value) == text
    assert canonical(plain(value)) == text


@pytest.mark.parametrize("value", [1.0, float("nan"), [0.1], {"a": {"b": (1, 2.5)}}, object(), b"bytes", 1j])
def test_floats_and_unknown_things_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="has no canonical form"):
        canonical(value)


def test_the_fingerprint_is_sha_256_in_hexadecimal() -> None:
    assert fingerprint("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.django_db
def test_a_refused_detail_writes_no_event() -> None:
    with pytest.raises(TypeError):
        write(after={"score": 98.4})
    assert not AuditEvent.objects.exists()
    assert not AuditDetail.objects.exists()


# --- nobody changes a row -----------------------------------------------------------------------


def refused(statement: str, *parameters: object) -> None:
    """The statement is refused by a guard, and nothing changed."""
    before = snapshot()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="audit"), transaction.atomic():
            cursor.execute(statement, parameters)
    assert snapshot() == before


def snapshot() -> tuple:
    return (
        list(AuditEvent.objects.order_by("pk").values_list()),
        list(AuditDetail.objects.order_by("pk").values_list()),
        list(AccessLogEntry.objects.order_by("pk").values_list()),
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_auditevent SET reason = 'diubah'",
        "UPDATE core_auditevent SET reason = reason",
        "DELETE FROM core_auditevent",
        "TRUNCATE core_auditevent CASCADE",
        "UPDATE core_auditdetail SET after = NULL",
        "DELETE FROM core_auditdetail",
        "TRUNCATE core_auditdetail",
    ],
)
def test_rows_of_the_record_are_never_changed(statement: str) -> None:
    write()
    refused(statement)


@pytest.mark.django_db
def test_the_retention_command_alone_may_erase_details() -> None:
    event = write()
    kept = write()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL kinerja.retention = 'on'")
        cursor.execute("DELETE FROM core_auditdetail WHERE event_id = %s", [event.pk])

    assert list(AuditDetail.objects.values_list("event_id", flat=True)) == [kept.pk]
    assert AuditEvent.objects.count() == 2
    refused("UPDATE core_auditdetail SET after = NULL")
    refused("DELETE FROM core_auditevent")
    refused("TRUNCATE core_auditdetail")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL kinerja.retention = 'off'")
    refused("DELETE FROM core_auditdetail")


@pytest.mark.django_db(transaction=True)
def test_the_permission_to_erase_ends_with_its_transaction() -> None:
    write()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL kinerja.retention = 'on'")
    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match="retention command alone"),
        transaction.atomic(),
    ):
        cursor.execute("DELETE FROM core_auditdetail")
    assert AuditDetail.objects.count() == 1


@pytest.mark.django_db
def test_a_person_in_the_record_cannot_be_deleted() -> None:
    actor = EmployeeFactory()
    write(actor_id=actor.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("DELETE FROM accounts_employee WHERE id = %s", [actor.pk])
    assert AuditEvent.objects.get().actor_id == actor.pk


# --- who looked ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_look_is_noted_once_an_hour_and_never_rewritten() -> None:
    actor, other = EmployeeFactory(), EmployeeFactory()

    def look(who, at: dt.datetime, purpose: str = "result") -> None:
        note_access(actor_id=who.pk, object_type="appraisal", object_id=OBJECT, purpose=purpose, at=at)

    look(actor, AT)
    look(actor, AT.replace(minute=59))
    look(actor, AT, purpose="history")
    look(actor, AT + dt.timedelta(hours=1))
    look(other, AT)

    hour = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
    assert sorted(AccessLogEntry.objects.values_list("actor_id", "hour", "purpose")) == sorted(
        [
            (actor.pk, hour, "result"),
            (actor.pk, hour, "history"),
            (actor.pk, hour + dt.timedelta(hours=1), "result"),
            (other.pk, hour, "result"),
        ]
    )
    refused("UPDATE core_accesslogentry SET purpose = 'lain'")
