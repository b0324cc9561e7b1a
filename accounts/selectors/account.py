"""What a person sees about their own account."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from accounts.models import Employee, PersonnelNumber, RoleGrant
from accounts.nip import grouped


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role, where it holds, and its last day (None: without an end)."""

    role: str
    agency: str
    last_day: dt.date | None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The facts of the account page; `number` is grouped as on documents, "" for people without one."""

    name: str
    login: str
    number: str
    has_password: bool
    roles: tuple[HeldRole, ...]


def account_page(employee: Employee, day: dt.date) -> AccountPage:
    """The person's own facts on `day`. Costs two queries."""
    number = (
        PersonnelNumber.objects.filter(employee=employee, period__contains=day)
        .values_list("digits", flat=True)
        .first()
    )
    grants = (
        RoleGrant.objects.filter(employee=employee)
        .valid_on(day)
        .select_related("agency")
        .order_by("role", "agency__path", "pk")
    )
    return AccountPage(
        name=employee.name,
        login=employee.login,
        number=grouped(number) if number else "",
        has_password=employee.has_usable_password(),
        roles=tuple(
            HeldRole(
                role=grant.get_role_display(),
                agency=grant.agency.name,
                last_day=grant.period.upper - dt.timedelta(days=1) if grant.period.upper else None,
            )
            for grant in grants
        ),
    )
