"""A new password."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts import notices
from accounts.models import Employee
from core import audit
from core.notifications import notify


@transaction.atomic
def change_password(*, employee: Employee, password: str, at: dt.datetime, path: str = "") -> None:
    """Store the hash of a password that was validated before, and tell the person.

    Ends all sessions of the person; a view that wants to keep its own calls
    django.contrib.auth.update_session_auth_hash afterwards. `path` is the page the notice leads to.
    """
    Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    employee.set_password(password)
    employee.save(update_fields=["password"])
    event = audit.record(
        actor_id=employee.pk,
        act="account.password_changed",
        object_type="employee",
        object_id=employee.pk,
        at=at,
    )
    notify([notices.password_changed(employee_id=employee.pk, event=event, path=path)], at=at)
