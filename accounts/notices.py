"""What is said to people about their account."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils.translation import gettext_lazy as _

from core.audit import AuditEvent
from core.notifications import Kind, Message, register

SIGN_IN_PAUSED = register(
    Kind(
        "account.sign_in_paused",
        _("Somebody tried to sign in to your account"),
        _(
            "After %(failures)s wrong passwords, sign-in on new browsers paused for %(minutes)s minutes. Browsers you "
            "have signed in with before were not affected. If it was not you, choose a new password."
        ),
        urgent=True,
    )
)
BROWSER_PAUSED = register(
    Kind(
        "account.browser_paused",
        _("Sign-in paused on one of your browsers"),
        _(
            "After %(failures)s wrong passwords, sign-in paused for %(minutes)s minutes on a browser you have signed "
            "in with before. If it was not you, choose a new password."
        ),
        urgent=True,
    )
)
PASSWORD_CHANGED = register(
    Kind(
        "account.password_changed",
        _("Your password was changed"),
        _(
            "All your other sessions have ended. If it was not you, tell the performance manager of your agency at once."
        ),
        urgent=True,
    )
)


def sign_in_paused(
    *,
    employee_id: uuid.UUID,
    since: dt.datetime,
    known_browser: bool,
    failures: int,
    minutes: int,
    path: str,
) -> Message:
    """To the owner of the account, once per pause: `since` is when it began."""
    return Message(
        kind=BROWSER_PAUSED if known_browser else SIGN_IN_PAUSED,
        recipient_id=employee_id,
        subject_id=employee_id,
        occurrence=since.astimezone(dt.UTC).isoformat(timespec="seconds"),
        path=path,
        params={"failures": failures, "minutes": minutes},
    )


def password_changed(*, employee_id: uuid.UUID, event: AuditEvent, path: str) -> Message:
    """To the person whose password it is."""
    return Message(
        kind=PASSWORD_CHANGED,
        recipient_id=employee_id,
        subject_id=employee_id,
        occurrence=str(event.pk),
        path=path,
    )
