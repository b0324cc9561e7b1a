"""A person's calendar: on, off, or at a new address."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import F

from accounts.calendars import token_for
from accounts.models import Employee


@transaction.atomic
def renew_calendar(*, employee_id: uuid.UUID) -> str:
    """Switch the calendar on at a new address and return its token; an earlier address ends. A matter of taste: no event."""
    Employee.objects.filter(pk=employee_id).update(
        has_calendar=True, calendar_number=F("calendar_number") + 1
    )
    number = Employee.objects.values_list("calendar_number", flat=True).get(pk=employee_id)
    return token_for(employee_id, number)


def switch_calendar_off(*, employee_id: uuid.UUID) -> None:
    """End the address for good; a later one is another."""
    Employee.objects.filter(pk=employee_id).update(has_calendar=False)
