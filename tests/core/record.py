"""A sealed record to attack: events in seals, and what only the owner of the database can do to them."""

# ruff: noqa: S608  # attacks are statements built from ids and hashes of the tests themselves

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import connection, transaction

from core.audit import AuditEvent, record
from core.merkle import root_of
from core.seals import AuditSeal, SealedEvent, head_of, leaves_of, seal_events
from core.verification import Report, check_record

AT = dt.datetime(2026, 11, 24, 8, 30, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
OBJECT = uuid.UUID("11111111-2222-4333-8444-555555555555")


def act(**changes: object) -> AuditEvent:
    """One event of the clock, in a transaction of its own."""
    values = {
        "actor_id": None,
        "act": "plan.agreed",
        "object_type": "plan",
        "object_id": OBJECT,
        "at": AT,
        "reason": "Disepakati setelah dialog",
        "before": {"state": "sent"},
        "after": {"state": "agreed"},
    }
    with transaction.atomic():
        return record(**{**values, **changes})


def sealed_record(sizes: Sequence[int] = (3, 5, 1, 4)) -> list[AuditSeal]:
    """Events in seals of these sizes, a minute after each other."""
    for minute, size in enumerate(sizes):
        at = AT + minute * MINUTE
        for _n in range(size):
            act(at=at)
        assert seal_events(at=at + MINUTE) == size
    return list(AuditSeal.objects.order_by("number"))


def events_in(number: int) -> list[int]:
    """The ids of the events in a seal, in their order."""
    return list(
        SealedEvent.objects.filter(seal=number).order_by("position").values_list("event_id", flat=True)
    )


def as_owner(*statements: str) -> None:
    """What the owner of the database can do: run statements past all guards."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def removal_of(*event_ids: int) -> tuple[str, str]:
    """The statements that remove events with their details."""
    ids = ",".join(str(event) for event in event_ids)
    return (
        f"DELETE FROM core_auditdetail WHERE event_id IN ({ids})",
        f"DELETE FROM core_auditevent WHERE id IN ({ids})",
    )


def rewrite_chain() -> None:
    """Compute every root, link and head anew, so that the record is consistent in itself."""
    previous = bytes(32)
    for seal in AuditSeal.objects.order_by("number"):
        count, root = SealedEvent.objects.filter(seal=seal).count(), root_of(leaves_of(seal.number))
        head = head_of(
            number=seal.number, root=root, count=count, sealed_at=seal.sealed_at, previous=previous
        )
        as_owner(
            f"UPDATE core_auditseal SET count = {count}, root = '\\x{root.hex()}', "
            f"previous = '\\x{previous.hex()}', head = '\\x{head.hex()}' WHERE number = {seal.number}"
        )
        previous = head


def found(*, head: str = "", at: dt.datetime = AT + 10 * MINUTE) -> set[tuple[str, int | str]]:
    """Each problem as its code and the event, or else the seal, that it names."""
    return {(each.code, _named(each.params)) for each in check(head=head, at=at).problems}


def _named(params: dict[str, int | str]) -> int | str:
    return params.get("event", params.get("seal", params.get("head", "")))


def check(*, head: str = "", at: dt.datetime = AT + 10 * MINUTE) -> Report:
    """The report of a check a few minutes after the last act."""
    return check_record(at=at, head=head)
