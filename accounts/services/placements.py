"""Who serves where: placements, which are the segments that are appraised."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Agency, Employee, Placement, Position
from accounts.services.periods import (
    ONE_DAY,
    days,
    obstacles_to_ending,
    refuse,
    require_people_rights,
)
from core import audit


@transaction.atomic
def place_employee(
    *,
    actor: Actor,
    at: dt.datetime,
    employee_id: uuid.UUID,
    agency_id: uuid.UUID,
    position_id: uuid.UUID,
    first_day: dt.date,
    is_head: bool = False,
    reason: str = "",
) -> Placement:
    """Let somebody serve in a position at a unit from a day on; a running placement ends the day before.

    A move from one agency to another needs HR of both, which HR of the city always is. Raises ActionRefused when the
    unit is closed, already has a head on these days, or the person has a placement that begins on that day or later.
    """
    employee = Employee.objects.select_for_update(of=("self",)).get(pk=employee_id)
    agency = Agency.objects.select_for_update(of=("self",)).get(pk=agency_id)
    position = Position.objects.get(pk=position_id)
    require_people_rights(actor, agency)
    running = (
        Placement.objects.filter(employee=employee)
        .on(first_day)
        .select_related("agency")
        .order_by("pk")
        .first()
    )
    if running is not None:
        require_people_rights(actor, running.agency)
    reasons = []
    if agency.closed_on is not None:
        reasons.append(_("The unit is closed."))
    if Placement.objects.filter(employee=employee, period__startswith__gte=first_day).exists():
        reasons.append(_("This person already has a placement that begins on that day or later."))
    if is_head and _headed_by_another(agency, employee, first_day):
        reasons.append(_("The unit already has a head on these days. End that placement first."))
    refuse(reasons)
    if running is not None:
        running.period = DateRange(running.period.lower, first_day)
        running.save(update_fields=["period"])
    placement = Placement.objects.create(
        employee=employee, agency=agency, position=position, is_head=is_head, period=days(first_day)
    )
    audit.record(
        actor_id=actor.id,
        act="placement.started",
        object_type="placement",
        object_id=placement.id,
        at=at,
        reason=reason,
        before={"placement": running.id} if running else None,
        after={
            "employee": employee.id,
            "agency": agency.id,
            "position": position.id,
            "is_head": is_head,
            "first_day": first_day,
        },
    )
    return placement


@transaction.atomic
def end_placement(
    *, actor: Actor, at: dt.datetime, placement_id: uuid.UUID, last_day: dt.date, reason: str
) -> Placement:
    """End a placement after its last day, with a reason such as retirement.

    Raises ActionRefused when the last day lies before the first one, when the placement has already ended by then,
    or without a reason.
    """
    placement = (
        Placement.objects.select_for_update(of=("self",)).select_related("agency").get(pk=placement_id)
    )
    require_people_rights(actor, placement.agency)
    refuse(obstacles_to_ending(placement.period, last_day, reason))
    before = placement.period.upper
    placement.period = days(placement.period.lower, last_day)
    placement.save(update_fields=["period"])
    audit.record(
        actor_id=actor.id,
        act="placement.ended",
        object_type="placement",
        object_id=placement.id,
        at=at,
        reason=reason,
        before={"last_day": before - ONE_DAY if before else None},
        after={"last_day": last_day},
    )
    return placement


def _headed_by_another(agency: Agency, employee: Employee, first_day: dt.date) -> bool:
    heads = Placement.objects.filter(agency=agency, is_head=True, period__overlap=days(first_day))
    return heads.exclude(employee=employee).exists()
