"""Roles that are given: dated, scoped to a unit and everything below it, always with a reason."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import policies
from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Agency, Employee, RoleGrant
from accounts.services.periods import days, obstacles_to_ending, refuse, without_reason
from accounts.services.sessions import drop_sessions
from core import audit
from core.errors import NotAllowed, Sentence


@transaction.atomic
def grant_role(
    *,
    actor: Actor,
    at: dt.datetime,
    employee_id: uuid.UUID,
    role: Role,
    agency_id: uuid.UUID,
    first_day: dt.date,
    reason: str,
    last_day: dt.date | None = None,
) -> RoleGrant:
    """Give somebody a role in a unit and everything below it; their sessions end.

    Raises NotAllowed when the actor may not give this role there (policies.GIVEN_BY), ActionRefused for oneself,
    somebody who may not sign in, days on which the person already holds it, or without a reason.
    """
    employee = Employee.objects.select_for_update(of=("self",)).get(pk=employee_id)
    agency = Agency.objects.get(pk=agency_id)
    _require_giver(actor, role, agency)
    reasons: list[Sentence] = []
    if employee.id == actor.id:
        reasons.append(_("Nobody gives a role to themselves."))
    if not employee.is_active:
        reasons.append(_("This person may not sign in."))
    if last_day is not None and last_day < first_day:
        refuse([*reasons, _("The last day cannot be before the first."), *without_reason(reason)])
    period = days(first_day, last_day)
    if RoleGrant.objects.filter(employee=employee, role=role, agency=agency, period__overlap=period).exists():
        reasons.append(_("This person already holds the role in this agency on these days."))
    refuse([*reasons, *without_reason(reason)])
    grant = RoleGrant.objects.create(
        employee=employee,
        role=role,
        agency=agency,
        period=period,
        granted_by_id=actor.id,
        reason=reason.strip(),
    )
    audit.record(
        actor_id=actor.id,
        act="role.granted",
        object_type="employee",
        object_id=employee.id,
        at=at,
        reason=reason,
        after={"role": role, "agency": agency.id, "first_day": first_day, "last_day": last_day},
    )
    drop_sessions(employee.id)
    return grant


@transaction.atomic
def end_grant(
    *, actor: Actor, at: dt.datetime, grant_id: uuid.UUID, last_day: dt.date, reason: str
) -> RoleGrant:
    """End a granted role after the last day; the person's sessions end at once.

    Raises NotAllowed when the actor may not give this role there, ActionRefused when the last day lies before the
    first, when the grant has already ended by then, or without a reason.
    """
    grant = RoleGrant.objects.select_for_update(of=("self",)).select_related("agency").get(pk=grant_id)
    _require_giver(actor, Role(grant.role), grant.agency)
    refuse(obstacles_to_ending(grant.period, last_day, reason))
    before = grant.period.upper
    grant.period = days(grant.period.lower, last_day)
    grant.save(update_fields=["period"])
    audit.record(
        actor_id=actor.id,
        act="role.ended",
        object_type="employee",
        object_id=grant.employee_id,
        at=at,
        reason=reason,
        before={"role": grant.role, "agency": grant.agency_id, "until": before},
        after={"last_day": last_day},
    )
    drop_sessions(grant.employee_id)
    return grant


def _require_giver(actor: Actor, role: Role, agency: Agency) -> None:
    if not policies.may_give_role(actor, role, agency.path):
        raise NotAllowed(_("This role is given by somebody else."))
