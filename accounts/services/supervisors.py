"""Who leads whom beyond the heads of units: acting officials, and supervisors that HR decided."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.enums import ActingKind
from accounts.models import Acting, Agency, Employee, Placement, SupervisorOverride
from accounts.services.periods import (
    days,
    obstacles_to_ending,
    refuse,
    require_people_rights,
    without_reason,
)
from core import audit
from core.errors import Sentence


@transaction.atomic
def appoint_acting(
    *,
    actor: Actor,
    at: dt.datetime,
    employee_id: uuid.UUID,
    agency_id: uuid.UUID,
    kind: ActingKind,
    decree: str,
    first_day: dt.date,
    last_day: dt.date | None = None,
) -> Acting:
    """Let somebody stand in for the head of a unit: a Plt with full duty, a Plh for a short absence.

    Raises ActionRefused when somebody else acts there on one of these days, the person is the head of this unit, does
    not serve on the first day, the last day lies before the first, or there is no decree.
    """
    employee = Employee.objects.select_for_update(of=("self",)).get(pk=employee_id)
    agency = Agency.objects.select_for_update(of=("self",)).get(pk=agency_id)
    require_people_rights(actor, agency)
    reasons = []
    if last_day is not None and last_day < first_day:
        refuse([_("The last day cannot be before the first.")])
    period = days(first_day, last_day)
    if agency.closed_on is not None:
        reasons.append(_("The unit is closed."))
    if Acting.objects.filter(agency=agency, period__overlap=period).exists():
        reasons.append(_("Somebody already acts for the head of this unit on these days."))
    if Placement.objects.filter(
        agency=agency, employee=employee, is_head=True, period__overlap=period
    ).exists():
        reasons.append(_("This person is the head of the unit."))
    if not Placement.objects.filter(employee=employee).on(first_day).exists():
        reasons.append(_("This person does not serve on the first day."))
    if not decree.strip():
        reasons.append(_("Give the number of the decree."))
    refuse(reasons)
    acting = Acting.objects.create(
        employee=employee, agency=agency, kind=kind, decree=decree.strip(), period=period
    )
    audit.record(
        actor_id=actor.id,
        act="acting.appointed",
        object_type="acting",
        object_id=acting.id,
        at=at,
        after={
            "employee": employee.id,
            "agency": agency.id,
            "kind": kind,
            "decree": acting.decree,
            "first_day": first_day,
            "last_day": last_day,
        },
    )
    return acting


@transaction.atomic
def end_acting(
    *, actor: Actor, at: dt.datetime, acting_id: uuid.UUID, last_day: dt.date, reason: str
) -> Acting:
    """End the time of an acting official after the last day. Raises ActionRefused as `end_placement` does."""
    acting = Acting.objects.select_for_update(of=("self",)).select_related("agency").get(pk=acting_id)
    require_people_rights(actor, acting.agency)
    refuse(obstacles_to_ending(acting.period, last_day, reason))
    acting.period = days(acting.period.lower, last_day)
    acting.save(update_fields=["period"])
    audit.record(
        actor_id=actor.id,
        act="acting.ended",
        object_type="acting",
        object_id=acting.id,
        at=at,
        reason=reason,
        after={"last_day": last_day},
    )
    return acting


@transaction.atomic
def decide_supervisor(
    *,
    actor: Actor,
    at: dt.datetime,
    placement_id: uuid.UUID,
    supervisor_id: uuid.UUID,
    first_day: dt.date,
    reason: str,
    last_day: dt.date | None = None,
) -> SupervisorOverride:
    """Decide that somebody else than the head of the unit supervises a placement; a running decision ends the day before.

    Raises ActionRefused for oneself, for somebody who does not serve on the first day, when a decision begins on that
    day or later, when the days lie outside the placement, or without a reason. Loops are not refused, since two
    decisions may cross on the way to a third; selectors.supervisors.data_quality reports them.
    """
    placement = (
        Placement.objects.select_for_update(of=("self",)).select_related("agency").get(pk=placement_id)
    )
    supervisor = Employee.objects.get(pk=supervisor_id)
    require_people_rights(actor, placement.agency)
    decided = SupervisorOverride.objects.filter(placement=placement)
    running = decided.filter(period__contains=first_day).order_by("pk").first()
    reasons: list[Sentence] = []
    if last_day is not None and last_day < first_day:
        reasons.append(_("The last day cannot be before the first."))
    if first_day < placement.period.lower or (
        placement.period.upper is not None and first_day >= placement.period.upper
    ):
        reasons.append(_("The first day lies outside this placement."))
    if supervisor.id == placement.employee_id:
        reasons.append(_("Nobody supervises themselves."))
    if not Placement.objects.filter(employee=supervisor).on(first_day).exists():
        reasons.append(_("This person does not serve on the first day."))
    if decided.filter(period__startswith__gte=first_day).exists():
        reasons.append(_("A decision that begins on that day or later already exists."))
    refuse([*reasons, *without_reason(reason)])
    if running is not None:
        running.period = DateRange(running.period.lower, first_day)
        running.save(update_fields=["period"])
    override = SupervisorOverride.objects.create(
        placement=placement,
        supervisor=supervisor,
        period=days(first_day, last_day),
        reason=reason.strip(),
        decided_by_id=actor.id,
    )
    audit.record(
        actor_id=actor.id,
        act="supervisor.decided",
        object_type="placement",
        object_id=placement.id,
        at=at,
        reason=reason,
        before={"supervisor": running.supervisor_id} if running else None,
        after={"supervisor": supervisor.id, "first_day": first_day, "last_day": last_day},
    )
    return override


@transaction.atomic
def end_supervisor_decision(
    *, actor: Actor, at: dt.datetime, override_id: uuid.UUID, last_day: dt.date, reason: str
) -> SupervisorOverride:
    """End a decided supervisor after the last day; the rule of the units holds again. Raises as `end_placement` does."""
    override = (
        SupervisorOverride.objects.select_for_update(of=("self",))
        .select_related("placement__agency")
        .get(pk=override_id)
    )
    require_people_rights(actor, override.placement.agency)
    refuse(obstacles_to_ending(override.period, last_day, reason))
    override.period = days(override.period.lower, last_day)
    override.save(update_fields=["period"])
    audit.record(
        actor_id=actor.id,
        act="supervisor.decision_ended",
        object_type="placement",
        object_id=override.placement_id,
        at=at,
        reason=reason,
        before={"supervisor": override.supervisor_id},
        after={"last_day": last_day},
    )
    return override
