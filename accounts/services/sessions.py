"""Ending what somebody left open: used when a role changes hands, a person leaves, or an account is in doubt."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F

from accounts.models import Employee
from core import audit


def drop_sessions(employee_id: uuid.UUID) -> None:
    """End every session of the person, in all browsers, from their next request on.

    For services that record an act of their own (a role changed hands). Costs one update: the generation number is
    part of what each session must match (Employee.get_session_auth_hash), so no session is looked up.
    """
    Employee.objects.filter(pk=employee_id).update(session_epoch=F("session_epoch") + 1)


@transaction.atomic
def end_sessions(
    *, employee_id: uuid.UUID, actor_id: uuid.UUID | None, at: dt.datetime, reason: str = ""
) -> None:
    """End every session of the person, as an act on record. `actor_id` None is the clock."""
    drop_sessions(employee_id)
    audit.record(
        actor_id=actor_id,
        act="account.sessions_ended",
        object_type="employee",
        object_id=employee_id,
        at=at,
        reason=reason,
    )
