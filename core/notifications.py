"""Messages are rows, inserted in the act's own transaction; the inbox shows them, the outbox mails them.

A kind is registered once by the app that speaks (`register`); texts are rendered in the reader's language at
reading time from the stored parameters, so a row holds no sentence and no answer.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.canonical import plain


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Filters on the inbox."""

    def of(self, recipient_id: uuid.UUID) -> NotificationQuerySet:
        """The rows of one person."""
        return self.filter(recipient_id=recipient_id, superseded_at=None)

    def unread(self) -> NotificationQuerySet:
        """Not yet opened."""
        return self.filter(read_at=None)


class Notification(models.Model):
    """One message to one person, said once: (kind, recipient, subject, occurrence) is unique."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        verbose_name=_("recipient"),
    )
    subject_id = models.UUIDField(_("about"))
    occurrence = models.CharField(_("occurrence"), max_length=60)
    params = models.JSONField(_("parameters"), default=dict)
    path = models.CharField(_("page"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))
    read_at = models.DateTimeField(_("read"), null=True)
    superseded_at = models.DateTimeField(_("superseded"), null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "kind", "subject_id", "occurrence"], name="notification_said_once"
            )
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at", "id"], name="notification_inbox"),
            models.Index(
                fields=["recipient"],
                name="notification_unread",
                condition=models.Q(read_at=None, superseded_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.recipient_id}"

    @property
    def title(self) -> str:
        """The sentence shown in the inbox, in the reader's language."""
        return kind_of(self.kind).title_for(self.params)

    @property
    def body(self) -> str:
        """The explanation under the title."""
        return kind_of(self.kind).body_for(self.params)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is said in one situation; `title` and `body` are %-format texts with the parameters' names."""

    code: str
    title: str | Promise
    body: str | Promise = ""
    compulsory: bool = True

    def title_for(self, params: Mapping[str, Any]) -> str:
        """The title with the parameters put in."""
        return str(self.title) % _shown(params)

    def body_for(self, params: Mapping[str, Any]) -> str:
        """The body with the parameters put in."""
        return str(self.body) % _shown(params)


def _shown(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as people read them: a stored ISO date becomes a date in the reader's language."""
    shown: dict[str, Any] = {}
    for key, value in params.items():
        if key.endswith("_on") and isinstance(value, str):
            shown[key] = date_format(dt.date.fromisoformat(value), "DATE_FORMAT")
        else:
            shown[key] = value
    return shown


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known. Raises ValueError when the code is taken."""
    if kind.code in _KINDS and _KINDS[kind.code] != kind:
        raise ValueError(f"notification kind {kind.code} is registered twice")
    _KINDS[kind.code] = kind
    return kind


def kind_of(code: str) -> Kind:
    """The registered kind. Raises KeyError for an unknown code."""
    return _KINDS[code]


def kinds() -> tuple[Kind, ...]:
    """All registered kinds, by code."""
    return tuple(_KINDS[code] for code in sorted(_KINDS))


@dataclass(frozen=True, slots=True)
class Message:
    """A notification about to be inserted."""

    kind: Kind
    recipient_id: uuid.UUID
    subject_id: uuid.UUID
    occurrence: str
    path: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


def notify(messages: Iterable[Message], *, at: dt.datetime) -> None:
    """Insert the rows in the running transaction; a message already said is not said again."""
    Notification.objects.bulk_create(
        [
            Notification(
                kind=message.kind.code,
                recipient_id=message.recipient_id,
                subject_id=message.subject_id,
                occurrence=message.occurrence,
                params=plain(message.params),
                path=message.path,
                created_at=at,
            )
            for message in messages
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


def withdraw(*, kinds: Iterable[Kind], subject_ids: Iterable[uuid.UUID], at: dt.datetime) -> int:
    """Take back what was said about these subjects and is no longer true; returns how many rows."""
    return Notification.objects.filter(
        kind__in=[kind.code for kind in kinds], subject_id__in=list(subject_ids), superseded_at=None
    ).update(superseded_at=at)


def mark_read(*, recipient_id: uuid.UUID, notification_ids: Iterable[uuid.UUID], at: dt.datetime) -> int:
    """Mark the person's own rows as read; returns how many were unread."""
    return (
        Notification.objects.of(recipient_id)
        .unread()
        .filter(id__in=list(notification_ids))
        .update(read_at=at)
    )
