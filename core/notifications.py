"""Messages are rows, inserted in the act's own transaction; the inbox shows them, the outbox mails them.

A kind is registered once by the app that speaks (`register`); texts are rendered in the reader's language at
reading time from the stored parameters, so a row holds no sentence and no answer. `core.outbox` moves `mail_state`.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.canonical import canonical
from core.constraints import one_of


class MailState(models.TextChoices):
    """What became of a message's mail. The inbox shows the message whatever stands here."""

    WAITING = "waiting", _("Waiting")
    DIGEST = "digest", _("Waiting for the daily mail")
    MAILED = "mailed", _("Mailed")
    NOT_WANTED = "not_wanted", _("Inbox only")
    NO_ADDRESS = "no_address", _("No usable address")
    REFUSED = "refused", _("Refused by the mail server")
    SUPERSEDED = "superseded", _("Replaced by a later message")


_PARAMETER = re.compile(r"%\(\w+\)[sd]")
UNSENT = (MailState.WAITING, MailState.DIGEST)


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
    urgent = models.BooleanField(_("mailed at any hour"), default=False, db_default=False)
    mail_state = models.CharField(
        _("mail"),
        max_length=10,
        choices=MailState,
        default=MailState.WAITING,
        db_default=MailState.WAITING,
    )
    # The order of the outbox: the moment of the message, later after a temporary refusal.
    mail_due_at = models.DateTimeField(_("to be mailed from"), db_default=Now())
    mailed_at = models.DateTimeField(_("mailed"), null=True)
    mail_attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    mail_reply = models.CharField(_("answer of the mail server"), max_length=120, blank=True, db_default="")

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "kind", "subject_id", "occurrence"], name="notification_said_once"
            ),
            one_of("mail_state", MailState, name="notification_mail_known"),
            models.CheckConstraint(
                condition=models.Q(mail_state=MailState.MAILED, mailed_at__isnull=False)
                | (~models.Q(mail_state=MailState.MAILED) & models.Q(mailed_at=None)),
                name="notification_mailed_when",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at", "id"], name="notification_inbox"),
            models.Index(
                fields=["recipient"],
                name="notification_unread",
                condition=models.Q(read_at=None, superseded_at=None),
            ),
            models.Index(
                fields=["urgent", "mail_due_at", "id"],
                name="notification_outbox",
                condition=models.Q(mail_state=MailState.WAITING),
            ),
            models.Index(
                fields=["mail_due_at", "recipient"],
                name="notification_digest",
                condition=models.Q(mail_state=MailState.DIGEST),
            ),
            models.Index(fields=["-created_at", "-id"], name="notification_by_time"),
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

    @property
    def mail_body(self) -> str:
        """The explanation as a mail may carry it."""
        return kind_of(self.kind).mail_body_for(self.params)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is said in one situation; `title` and `body` are %-format texts with the parameters' names.

    `mail` stands in a mail in the place of `body` where that quotes what somebody wrote. `label` and `topic` name the
    kind where people choose how it reaches them. A `compulsory` kind cannot be kept out of the mail; an `urgent` one
    leaves at once, at any hour. One without `choice` goes to holders of a role only, who always get it at once. HR
    sees to whom a `watched` kind was said, never what. `words` turns stored codes into words:
    {"phase": {"planning": _("Planning")}}.
    """

    code: str
    title: str | Promise
    body: str | Promise = ""
    compulsory: bool = True
    urgent: bool = False
    watched: bool = False
    choice: bool = True
    mail: str | Promise = ""
    label: str | Promise = ""
    topic: str | Promise = ""
    words: Mapping[str, Mapping[str, str | Promise]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The kind in a list of kinds: its label, or its title with dots for the parameters."""
        return str(self.label) or _PARAMETER.sub("…", str(self.title))

    def title_for(self, params: Mapping[str, Any]) -> str:
        """The title with the parameters put in."""
        return str(self.title) % self._shown(params)

    def body_for(self, params: Mapping[str, Any]) -> str:
        """The body with the parameters put in."""
        return str(self.body) % self._shown(params)

    def mail_body_for(self, params: Mapping[str, Any]) -> str:
        """What a mail says under the title."""
        return str(self.mail or self.body) % self._shown(params)

    def _shown(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters as people read them: codes as words, and a stored ISO date as one in the reader's language."""
        shown: dict[str, Any] = {}
        for key, value in params.items():
            if key.endswith("_on") and isinstance(value, str):
                shown[key] = date_format(dt.date.fromisoformat(value), "DATE_FORMAT")
            else:
                shown[key] = self.words.get(key, {}).get(value, value)
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


# Bulk acts say very many things at once; this is half the time of model instances.
_INSERT = """
INSERT INTO core_notification (
    id, kind, recipient_id, subject_id, occurrence, params, path, urgent, created_at, mail_due_at
)
SELECT gen_random_uuid(), said.*, %(at)s, %(at)s
FROM unnest(
    %(kind)s::text[], %(recipient)s::uuid[], %(subject)s::uuid[], %(occurrence)s::text[], %(params)s::jsonb[],
    %(path)s::text[], %(urgent)s::boolean[]
) AS said
ON CONFLICT DO NOTHING
"""
_AT_ONCE = 1_000


def notify(messages: Iterable[Message], *, at: dt.datetime) -> None:
    """Insert the rows in the running transaction; a message already said is not said again. A statement per thousand."""
    waiting = iter(messages)
    while some := list(islice(waiting, _AT_ONCE)):
        with connection.cursor() as cursor:
            cursor.execute(
                _INSERT,
                {
                    "kind": [message.kind.code for message in some],
                    "recipient": [str(message.recipient_id) for message in some],
                    "subject": [str(message.subject_id) for message in some],
                    "occurrence": [message.occurrence for message in some],
                    "params": [canonical(message.params) for message in some],
                    "path": [message.path for message in some],
                    "urgent": [message.kind.urgent for message in some],
                    "at": at,
                },
            )


def withdraw(*, kinds: Iterable[Kind], subject_ids: Iterable[uuid.UUID], at: dt.datetime) -> int:
    """Take back what was said about these subjects and is no longer true; returns how many rows."""
    return supersede(
        Notification.objects.filter(kind__in=[kind.code for kind in kinds], subject_id__in=list(subject_ids)),
        at=at,
    )


def supersede(messages: models.QuerySet[Notification], *, at: dt.datetime) -> int:
    """Hide these messages from the inbox and keep unsent ones out of the mail; returns how many rows."""
    return messages.filter(superseded_at=None).update(
        superseded_at=at,
        mail_state=models.Case(
            models.When(mail_state__in=UNSENT, then=models.Value(MailState.SUPERSEDED)),
            default=models.F("mail_state"),
        ),
    )


def mark_read(*, recipient_id: uuid.UUID, notification_ids: Iterable[uuid.UUID], at: dt.datetime) -> int:
    """Mark the person's own rows as read; returns how many were unread."""
    return (
        Notification.objects.of(recipient_id)
        .unread()
        .filter(id__in=list(notification_ids))
        .update(read_at=at)
    )
