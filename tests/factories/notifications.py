"""Messages in somebody's inbox."""

from __future__ import annotations

import datetime as dt
import uuid

from accounts.models import Employee
from core.notifications import Notification, kinds

AT = dt.datetime(2026, 11, 2, 2, tzinfo=dt.UTC)


def a_message(recipient: Employee, *, path: str = "/kotak-masuk/") -> Notification:
    """An unread message of some registered kind."""
    return Notification.objects.create(
        kind=kinds()[0].code,
        recipient=recipient,
        subject_id=uuid.uuid4(),
        occurrence=uuid.uuid4().hex,
        path=path,
        created_at=AT,
    )
