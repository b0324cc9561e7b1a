"""The outbox: messages leave as mail, in their order, and none is lost whatever dies.

`drain` is called by beat every ten seconds. Each message has a transaction of its own: it is locked (other drainers
pass it by), sent, marked and committed, so a killed process repeats at most the one mail it was sending, under the
same Message-ID. A mail server that is down stops the run and costs nobody an attempt; one message that cannot be
sent never holds up the next.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import OuterRef, QuerySet, Subquery

from core.heartbeat import beat
from core.mail_hours import is_mail_hour, next_digest
from core.mail_preferences import Delivery, MailPreference, delivery_of
from core.mails import digest_of, mail_of
from core.notifications import MailState, Notification, kind_of
from core.post import Line, Refused, ServerDown, TryLater, has_usable_address

log = logging.getLogger(__name__)

BATCH = 100
PATIENCE_SECONDS = 8.0
# A minute, doubled each time, at most six hours: about a day and a half in all.
FIRST_PAUSE = dt.timedelta(minutes=1)
LONGEST_PAUSE = dt.timedelta(hours=6)
MOST_ATTEMPTS = 14
# So many refusals in a row are the server's fault and not that of the addresses.
REFUSED_IN_A_ROW = 10


def drain(*, at: dt.datetime, seconds: float = PATIENCE_SECONDS) -> Counter[str]:
    """Mail what is due at `at` for at most so many seconds; returns how many messages came to which state.

    Urgent messages go first and at any hour, the others and the daily mails between settings.MAIL_HOURS.
    """
    run = _Run(at=at, ends=time.monotonic() + seconds)
    try:
        run.go_through(_due(at, urgent=True), run.deliver)
        if is_mail_hour(at, settings.MAIL_HOURS):
            run.go_through(_due(at, urgent=False), run.deliver)
            run.go_through(_people_with_digest(at), run.deliver_digest)
    except ServerDown as problem:
        log.warning("the mail server does not take mail: %s", problem)
    else:
        beat("outbox", at=at)
    return run.counts


def try_again() -> int:
    """Let everything the server refused be sent once more, after the server was put right; returns how many."""
    return Notification.objects.filter(mail_state=MailState.REFUSED, superseded_at=None).update(
        mail_state=MailState.WAITING, mail_attempts=0, mail_reply=""
    )


def _due(at: dt.datetime, *, urgent: bool) -> QuerySet[Notification, uuid.UUID]:
    """The waiting messages in their order; the partial index notification_outbox answers it."""
    return (
        Notification.objects.filter(mail_state=MailState.WAITING, urgent=urgent, mail_due_at__lte=at)
        .order_by("mail_due_at", "id")
        .values_list("pk", flat=True)
    )


def _people_with_digest(at: dt.datetime) -> QuerySet[Notification, uuid.UUID]:
    """Whose daily mail is due."""
    return (
        Notification.objects.filter(mail_state=MailState.DIGEST, mail_due_at__lte=at)
        .order_by("recipient")
        .values_list("recipient", flat=True)
        .distinct()
    )


class _Run:
    """One run of the drainer: its moment, when it ends, and what it has done."""

    def __init__(self, *, at: dt.datetime, ends: float) -> None:
        self.at = at
        self.ends = ends
        self.counts: Counter[str] = Counter()
        self.refused_in_a_row = 0

    def go_through(
        self, due: QuerySet[Notification, uuid.UUID], deliver: Callable[[Line, uuid.UUID], bool]
    ) -> None:
        """Deliver batch after batch, one connection to the server each, until nothing is due or time is up."""
        while time.monotonic() < self.ends:
            ids = list(due[:BATCH])
            with Line() as line:
                moved = [deliver(line, one) for one in ids if time.monotonic() < self.ends]
            if len(ids) < BATCH or not any(moved):  # nothing more is due, or another drainer has it
                return

    @transaction.atomic
    def deliver(self, line: Line, message_id: uuid.UUID) -> bool:
        """Move one message; False when somebody else has it. Raises ServerDown, and then nothing has changed."""
        message = (
            Notification.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient")
            .annotate(chosen=_choice())
            .filter(pk=message_id, mail_state=MailState.WAITING)
            .first()
        )
        if message is None:
            return False
        with self._alone([message]):
            self._settle(line, message, message.chosen)  # type: ignore[attr-defined]  # annotated
        return True

    def _settle(self, line: Line, message: Notification, chosen: str | None) -> None:
        """What becomes of one message."""
        delivery = delivery_of(kind_of(message.kind), chosen)
        if message.superseded_at is not None:
            self._move([message], MailState.SUPERSEDED)
        elif delivery == Delivery.INBOX:
            self._move([message], MailState.NOT_WANTED)
        elif not has_usable_address(message.recipient.email):
            self._move([message], MailState.NO_ADDRESS)
        elif delivery == Delivery.DAILY:
            self._move([message], MailState.DIGEST, mail_due_at=next_digest(message.mail_due_at))
        else:
            self._send(line, [message])

    @transaction.atomic
    def deliver_digest(self, line: Line, recipient_id: uuid.UUID) -> bool:
        """Send one person the daily mail of what they have not read; False when somebody else does."""
        messages = list(
            Notification.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient")
            .filter(recipient=recipient_id, mail_state=MailState.DIGEST, mail_due_at__lte=self.at)
            .order_by("created_at", "id")
        )
        if not messages:
            return False
        self._move([one for one in messages if one.superseded_at], MailState.SUPERSEDED)
        current = [one for one in messages if not one.superseded_at]
        self._move([one for one in current if one.read_at], MailState.NOT_WANTED)
        if unread := [one for one in current if not one.read_at]:
            if has_usable_address(unread[0].recipient.email):
                with self._alone(unread):
                    self._send(line, unread)
            else:
                self._move(unread, MailState.NO_ADDRESS)
        return True

    @contextmanager
    def _alone(self, messages: Sequence[Notification]) -> Iterator[None]:
        """Whatever is wrong with one message (a kind that is no more, a text that fails), the others must leave."""
        try:
            yield
        except (ServerDown, DatabaseError):
            raise
        except Exception:  # it is logged, and ends after some attempts
            log.exception("a mail could not be written")
            self._put_off(messages, "")

    def _send(self, line: Line, messages: Sequence[Notification]) -> None:
        """One mail with these messages of one person."""
        is_digest = messages[0].mail_state == MailState.DIGEST
        try:
            line.send(digest_of(messages) if is_digest else mail_of(messages[0]))
        except Refused as answer:
            self.refused_in_a_row += 1
            if self.refused_in_a_row >= REFUSED_IN_A_ROW:
                raise ServerDown(
                    f"{self.refused_in_a_row} refusals in a row, the last one {answer}"
                ) from answer
            self._move(messages, MailState.REFUSED, mail_reply=str(answer)[:120])
        except TryLater as answer:
            self._put_off(messages, str(answer))
        else:
            self.refused_in_a_row = 0
            self._move(messages, MailState.MAILED, mailed_at=self.at)

    def _put_off(self, messages: Sequence[Notification], reply: str) -> None:
        """Try again later, longer each time; in the end it counts as refused."""
        attempts = messages[0].mail_attempts + 1
        if attempts >= MOST_ATTEMPTS:
            self._move(messages, MailState.REFUSED, mail_reply=reply[:120], mail_attempts=attempts)
            return
        pause = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
        _rows(messages).update(mail_attempts=attempts, mail_due_at=self.at + pause, mail_reply=reply[:120])
        self.counts["put_off"] += len(messages)

    def _move(self, messages: Sequence[Notification], state: MailState, **values: object) -> None:
        if messages:
            _rows(messages).update(mail_state=state, **values)
            self.counts[state] += len(messages)


def _choice() -> Subquery:
    """What the recipient chose for the kind."""
    return Subquery(
        MailPreference.objects.filter(recipient=OuterRef("recipient"), kind=OuterRef("kind")).values(
            "delivery"
        )[:1]
    )


def _rows(messages: Sequence[Notification]) -> QuerySet[Notification]:
    return Notification.objects.filter(pk__in=[message.pk for message in messages])
