"""Whose calendar an address is."""

from __future__ import annotations

from accounts.calendars import read_token
from accounts.models import Employee


def find_calendar_owner(token: str) -> Employee | None:
    """The person, while the address is the present one, the calendar is on and they may sign in. One query at most."""
    read = read_token(token)
    if read is None:
        return None
    employee_id, number = read
    return Employee.objects.filter(
        pk=employee_id, calendar_number=number, has_calendar=True, is_active=True
    ).first()
