"""A person's messages: read them in pages, open one, mark them read."""

from __future__ import annotations

import datetime as dt
import uuid

from core.notifications import MailState, Notification
from core.paging import Page, page_of

PAGE_SIZE = 30


def inbox_page(
    *, recipient_id: uuid.UUID, after: str = "", unread_only: bool = False, size: int = PAGE_SIZE
) -> Page[Notification]:
    """The person's messages, newest first. Costs one query."""
    rows = Notification.objects.of(recipient_id)
    return page_of(
        rows.unread() if unread_only else rows, order=("-created_at", "-id"), after=after, size=size
    )


def unread_count(recipient_id: uuid.UUID) -> int:
    """How many messages the person has not opened. Costs one query over the partial index."""
    return Notification.objects.of(recipient_id).unread().count()


def open_message(*, recipient_id: uuid.UUID, notification_id: uuid.UUID, at: dt.datetime) -> Notification:
    """Mark the person's own message as read and return it. Raises DoesNotExist for somebody else's."""
    message = Notification.objects.of(recipient_id).get(id=notification_id)
    Notification.objects.of(recipient_id).unread().filter(id=notification_id).update(read_at=at)
    return message


def mark_all_read(*, recipient_id: uuid.UUID, at: dt.datetime) -> int:
    """Mark everything the person has received as read; returns how many were unread."""
    return Notification.objects.of(recipient_id).unread().filter(created_at__lte=at).update(read_at=at)


def refused_on(recipient_id: uuid.UUID, *, at: dt.datetime) -> dt.datetime | None:
    """When the mail server refused the person's latest mail, None when that one arrived. Costs one query."""
    latest = (
        Notification.objects.filter(
            recipient_id=recipient_id,
            mail_state__in=[MailState.MAILED, MailState.REFUSED],
            created_at__lte=at,
        )
        .order_by("-created_at", "-id")
        .first()
    )
    return latest.created_at if latest and latest.mail_state == MailState.REFUSED else None
