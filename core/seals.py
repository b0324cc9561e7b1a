"""Seals over the record: each closes a batch of events under one root and is chained to the seal before it.

A trigger puts every event that is written into a queue (`UnsealedEvent`); sealing moves it to its place in a seal
(`SealedEvent`) and writes the seal. Whoever keeps the head of one seal elsewhere can tell later whether anything
up to it was changed, removed, added or moved. Rows of seals and places are refused to change by triggers
(migration `0002_audit_guards`). Why a queue: docs/adr/0008-seals-by-a-queue.md.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.audit import AuditEvent
from core.canonical import canonical
from core.locks import hold
from core.merkle import leaf_hash, root_of

SEAL = b"\x02"
# What came before the first seal.
NO_HEAD = bytes(32)
# Events in one seal and one transaction: bounds memory, and the work of a proof, which hashes a whole seal again.
BATCH = 10_000


class AuditSeal(models.Model):
    """One seal. Numbers begin with 1 and have no gap; `head` covers everything else and the head before."""

    number = models.BigIntegerField(_("number"), primary_key=True)
    sealed_at = models.DateTimeField(_("sealed"))
    count = models.PositiveIntegerField(_("events"))
    root = models.BinaryField(_("root"), max_length=32)
    previous = models.BinaryField(_("head before"), max_length=32)
    head = models.BinaryField(_("head"), max_length=32)

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="audit_seal_number_from_one"),
            models.CheckConstraint(condition=Q(count__gte=1), name="audit_seal_not_empty"),
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"

    @property
    def head_text(self) -> str:
        """The head as people copy it: 64 hexadecimal digits."""
        return bytes(self.head).hex()


class UnsealedEvent(models.Model):
    """An event that waits for its seal. Written by the trigger of the event, deleted by the sealing alone."""

    event_id = models.BigIntegerField(_("event"), primary_key=True)

    class Meta:
        verbose_name = _("unsealed event")
        verbose_name_plural = _("unsealed events")

    def __str__(self) -> str:
        return f"event {self.event_id} waits"


class SealedEvent(models.Model):
    """The place of an event: which seal, and which leaf of its tree, counted from 0.

    Without foreign keys in the database: the statement that writes the rows takes the ids from the queue, events
    and seals cannot be deleted, and a check per row would cost as much as the row.
    """

    event = models.OneToOneField(
        AuditEvent, on_delete=models.RESTRICT, primary_key=True, related_name="place", db_constraint=False
    )
    seal = models.ForeignKey(
        AuditSeal, on_delete=models.RESTRICT, related_name="places", db_constraint=False, db_index=False
    )
    position = models.PositiveIntegerField(_("place in the seal"))

    class Meta:
        verbose_name = _("sealed event")
        verbose_name_plural = _("sealed events")
        constraints = [
            models.UniqueConstraint(fields=["seal", "position"], name="sealed_event_place_taken_once")
        ]

    def __str__(self) -> str:
        return f"event {self.event_id} at {self.position} of seal {self.seal_id}"


# --- what is hashed -----------------------------------------------------------------------------


def leaf_content(event: AuditEvent) -> dict[str, object]:
    """What the leaf of an event says: its row as stored, so that it stays provable when the detail is erased."""
    return {
        "id": event.pk,
        "transaction": event.transaction_id,
        "actor": event.actor_id,
        "act": event.act,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "at": event.at,
        "reason": event.reason,
        "digest": bytes(event.digest).hex(),
    }


def leaf_of(event: AuditEvent) -> bytes:
    """The leaf of an event."""
    return leaf_hash(canonical(leaf_content(event)).encode())


def head_of(*, number: int, root: bytes, count: int, sealed_at: dt.datetime, previous: bytes) -> bytes:
    """The head of a seal: SHA-256 under a first byte that no leaf and no node has."""
    content = {
        "number": number,
        "root": root.hex(),
        "count": count,
        "sealed_at": sealed_at,
        "previous": previous.hex(),
    }
    return hashlib.sha256(SEAL + canonical(content).encode()).digest()


# --- sealing ------------------------------------------------------------------------------------

# What the statement sees is committed; what is not yet committed stays invisible and waits for the next seal.
_MOVE = """
    WITH due AS (
        SELECT event_id FROM core_unsealedevent ORDER BY event_id LIMIT %(batch)s
    ), moved AS (
        DELETE FROM core_unsealedevent WHERE event_id IN (SELECT event_id FROM due) RETURNING event_id
    )
    INSERT INTO core_sealedevent (event_id, seal_id, position)
    SELECT event_id, %(seal)s, row_number() OVER (ORDER BY event_id) - 1 FROM moved
"""


def latest_seal() -> AuditSeal | None:
    """The seal whose head stands for the whole record. One query."""
    return AuditSeal.objects.order_by("-number").first()


def seal_events(*, at: dt.datetime) -> int:
    """Seal every committed event that waits, in batches of a transaction each; returns how many.

    Two callers at once wait for each other, so that no event is sealed twice. Without an event there is no seal.
    """
    sealed = count = _seal_batch(at=at)
    while count == BATCH:
        count = _seal_batch(at=at)
        sealed += count
    return sealed


@transaction.atomic
def _seal_batch(*, at: dt.datetime) -> int:
    hold("audit.seal")
    last = latest_seal()
    number, previous = (last.number + 1, bytes(last.head)) if last else (1, NO_HEAD)
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, {"batch": BATCH, "seal": number})
        count: int = cursor.rowcount
    if count:
        root = root_of(leaves_of(number))
        AuditSeal.objects.create(
            number=number,
            sealed_at=at,
            count=count,
            root=root,
            previous=previous,
            head=head_of(number=number, root=root, count=count, sealed_at=at, previous=previous),
        )
    return count


def leaves_of(number: int) -> Iterable[bytes]:
    """The leaves of a seal in their order. One query."""
    return (
        leaf_of(event) for event in AuditEvent.objects.filter(place__seal=number).order_by("place__position")
    )


# --- where an object stands ---------------------------------------------------------------------


def seal_over(object_ids: Iterable[uuid.UUID]) -> AuditSeal | None:
    """The newest seal that holds an act on one of these objects; None while none is sealed. One query."""
    place = (
        SealedEvent.objects.filter(event__object_id__in=list(object_ids))
        .select_related("seal")
        .order_by("-event_id")
        .first()
    )
    return place.seal if place else None
