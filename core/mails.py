"""A mail from messages of one person: text and simple HTML, in the person's language, with links that lead back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core.notifications import Notification

LONGEST_DIGEST = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One message in a mail."""

    title: str
    body: str
    url: str


def host() -> str:
    """The name of the site, which makes the identifiers of its mails its own."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def link(path: str) -> str:
    """The whole address of a page of ours."""
    return f"{settings.SITE_URL}{path}"


def mail_of(message: Notification) -> EmailMultiAlternatives:
    """The mail of one message. Its Message-ID is that of the message, so that a mail sent twice is seen to be one."""
    with translation.override(_language(message.recipient)):
        entry = _entry(message)
        return _mail(
            message.recipient, entry.title, message_id=str(message.pk), entries=(entry,), more=0, digest=False
        )


def digest_of(messages: Sequence[Notification]) -> EmailMultiAlternatives:
    """The daily mail of one person: what is new, the oldest first. Named after its first message."""
    first = messages[0]
    with translation.override(_language(first.recipient)):
        entries = tuple(_entry(message) for message in messages[:LONGEST_DIGEST])
        subject = (
            _("One new message") if len(messages) == 1 else _("%(n)s new messages") % {"n": len(messages)}
        )
        return _mail(
            first.recipient,
            subject,
            message_id=f"digest-{first.pk}",
            entries=entries,
            more=len(messages) - len(entries),
            digest=True,
        )


def _language(recipient: Any) -> str:
    return recipient.language or settings.LANGUAGE_CODE


def _entry(message: Notification) -> Entry:
    return Entry(
        title=" ".join(message.title.split()),
        body=message.mail_body,
        url=link(message.path or reverse("inbox")),
    )


def _mail(
    recipient: Any, subject: str, *, message_id: str, entries: tuple[Entry, ...], more: int, digest: bool
) -> EmailMultiAlternatives:
    preferences_url = link(reverse("mail_preferences"))
    context = {
        "language": translation.get_language(),
        "subject": subject,
        "name": recipient.name,
        "entries": entries,
        "more": more,
        "digest": digest,
        "inbox_url": link(reverse("inbox")),
        "preferences_url": preferences_url,
        "demo": settings.DEMO,
    }
    mail = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string("emails/messages.txt", context),
        to=[recipient.email],
        headers={
            "Message-ID": f"<{message_id}@{host()}>",
            "List-Id": f"Penilaian Kinerja <pesan.{host()}>",
            "List-Unsubscribe": f"<{preferences_url}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": translation.get_language() or settings.LANGUAGE_CODE,
        },
    )
    mail.attach_alternative(render_to_string("emails/messages.html", context), "text/html")
    return mail
