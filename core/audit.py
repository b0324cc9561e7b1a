"""What happened, on record: an event for every act, and apart from it the erasable detail.

An event is written in the act's own transaction. Its digest is SHA-256 over the canonical bytes of
the event and its detail, and a random salt, so that the detail can be erased later while the event stays provable.
UPDATE, DELETE and TRUNCATE are refused by triggers (migration `0002_audit_guards`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.canonical import canonical, plain


class CurrentTransactionId(models.Func):
    """The id of the running transaction as a number (never reused: 64 bit)."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


class AuditEvent(models.Model):
    """One act: who, what, on which object, when and why. Written by `record` alone."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.RESTRICT,
        null=True,
        related_name="+",
        verbose_name=_("actor"),
    )
    act = models.CharField(_("act"), max_length=60)
    object_type = models.CharField(_("kind of object"), max_length=40)
    object_id = models.UUIDField(_("object"))
    at = models.DateTimeField(_("at"))
    reason = models.TextField(_("reason"), blank=True)
    transaction_id = models.BigIntegerField(_("transaction"), db_default=CurrentTransactionId())
    digest = models.BinaryField(_("digest"), max_length=32)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [models.Index(fields=["object_id", "id"], name="audit_by_object")]

    def __str__(self) -> str:
        return f"{self.act} {self.object_type} {self.object_id}"


class AuditDetail(models.Model):
    """What the act changed. Erased by the retention command alone; the event's digest stays."""

    event = models.OneToOneField(
        AuditEvent, on_delete=models.RESTRICT, primary_key=True, related_name="detail"
    )
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    salt = models.BinaryField(_("salt"), max_length=16)

    class Meta:
        verbose_name = _("audit detail")
        verbose_name_plural = _("audit details")

    def __str__(self) -> str:
        return f"detail of {self.event_id}"


def event_digest(
    *,
    actor_id: uuid.UUID | None,
    act: str,
    object_type: str,
    object_id: uuid.UUID,
    at: dt.datetime,
    reason: str,
    before: Any,
    after: Any,
    salt: bytes,
) -> bytes:
    """SHA-256 over the salt and the canonical bytes of everything the event says."""
    said = canonical(
        {
            "actor": actor_id,
            "act": act,
            "object_type": object_type,
            "object_id": object_id,
            "at": at,
            "reason": reason,
            "before": before,
            "after": after,
        }
    )
    return hashlib.sha256(salt + said.encode()).digest()


def record(
    *,
    actor_id: uuid.UUID | None,
    act: str,
    object_type: str,
    object_id: uuid.UUID,
    at: dt.datetime,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Write the event and its detail in the running transaction. `actor_id` None is the clock.

    `act` is dotted, noun first (`plan.agreed`). Costs two inserts.
    """
    event, detail = _event(actor_id, act, object_type, object_id, at, reason, before, after)
    event.save(force_insert=True)
    detail.event = event
    detail.save(force_insert=True)
    return event


def record_all(
    afters: Mapping[uuid.UUID, Mapping[str, Any]], *, act: str, object_type: str, at: dt.datetime
) -> list[AuditEvent]:
    """Write one event of the clock for each of these objects, with what it changed. Two inserts, whatever the number."""
    pairs = [_event(None, act, object_type, key, at, "", None, after) for key, after in afters.items()]
    events = AuditEvent.objects.bulk_create(event for event, _detail in pairs)
    for event, detail in pairs:
        detail.event = event
    AuditDetail.objects.bulk_create(detail for _event, detail in pairs)
    return events


def _event(
    actor_id: uuid.UUID | None,
    act: str,
    object_type: str,
    object_id: uuid.UUID,
    at: dt.datetime,
    reason: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> tuple[AuditEvent, AuditDetail]:
    """The event and its detail, not yet written."""
    salt = secrets.token_bytes(16)
    digest = event_digest(
        actor_id=actor_id,
        act=act,
        object_type=object_type,
        object_id=object_id,
        at=at,
        reason=reason,
        before=before,
        after=after,
        salt=salt,
    )
    event = AuditEvent(
        actor_id=actor_id,
        act=act,
        object_type=object_type,
        object_id=object_id,
        at=at,
        reason=reason,
        digest=digest,
    )
    detail = AuditDetail(
        before=plain(before) if before is not None else None,
        after=plain(after) if after is not None else None,
        salt=salt,
    )
    return event, detail
