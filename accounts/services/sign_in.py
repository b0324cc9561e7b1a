"""What is kept of failures at the door."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from accounts import notices
from accounts.throttle import Pause
from core import audit
from core.notifications import notify


@transaction.atomic
def note_pause(
    *, employee_id: uuid.UUID, pause: Pause, known_browser: bool, at: dt.datetime, path: str = ""
) -> None:
    """Record that sign-in paused, and tell the owner of the account in the inbox, once per pause."""
    audit.record(
        actor_id=None,
        act="account.browser_paused" if known_browser else "account.sign_in_paused",
        object_type="employee",
        object_id=employee_id,
        at=at,
    )
    notify(
        [
            notices.sign_in_paused(
                employee_id=employee_id,
                since=pause.since,
                known_browser=known_browser,
                failures=pause.bucket.failures,
                minutes=pause.bucket.seconds // 60,
                path=path,
            )
        ],
        at=at,
    )
