"""The rules of reminders, which HR sets for each year."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.enums import Role
from appraisal.enums import CycleState
from appraisal.models import Cycle
from core.audit import record
from core.errors import ActionRefused, NotAllowed


@transaction.atomic
def set_reminder_rules(
    *, actor: Actor, cycle_id: uuid.UUID, escalation_days: int, bulk_reminders_per_day: int, at: dt.datetime
) -> None:
    """Set after how many days a superior is told, and how many bulk reminders a day each unit and phase may have.

    Raises NotAllowed for anybody but the HR admin of the city, ActionRefused in a closed year or for less than a day.
    """
    if Role.HR_CITY not in actor.roles:
        raise NotAllowed(_("Only the HR admin of the city may do this."))
    cycle = Cycle.objects.select_for_update(of=("self",)).get(pk=cycle_id)
    if cycle.state == CycleState.CLOSED:
        raise ActionRefused(_("This year's appraisal is closed. It can be read, but not changed."))
    if escalation_days < 1 or bulk_reminders_per_day < 0:
        raise ActionRefused(_("Give supervisors at least one day."))
    before = {
        "escalation_days": cycle.escalation_days,
        "bulk_reminders_per_day": cycle.bulk_reminders_per_day,
    }
    after = {"escalation_days": escalation_days, "bulk_reminders_per_day": bulk_reminders_per_day}
    if before == after:
        return
    cycle.escalation_days = escalation_days
    cycle.bulk_reminders_per_day = bulk_reminders_per_day
    cycle.save(update_fields=list(after))
    record(
        actor_id=actor.id,
        act="cycle.reminders_set",
        object_type="cycle",
        object_id=cycle.pk,
        at=at,
        before=before,
        after=after,
    )
