"""How many reviewers a year asks: set by HR of the city while the year is in preparation."""

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

FIELDS = ("peers_minimum", "peers_maximum", "peers_drawn", "reviewer_maximum")


@transaction.atomic
def set_peer_numbers(
    *,
    actor: Actor,
    cycle_id: uuid.UUID,
    peers_minimum: int,
    peers_maximum: int,
    peers_drawn: int,
    reviewer_maximum: int,
    at: dt.datetime,
) -> Cycle:
    """Set the numbers of a year in preparation.

    Raises NotAllowed for anybody but HR of the city, ActionRefused once the year is open (the rules of a year do not
    change while people work under them) and for numbers that do not fit together.
    """
    if Role.HR_CITY not in actor.roles:
        raise NotAllowed(_("Only HR of the city may set this."))
    cycle = Cycle.objects.select_for_update(of=("self",)).get(pk=cycle_id)
    reasons = []
    if cycle.state != CycleState.DRAFT:
        reasons.append(_("This year is open. These numbers no longer change."))
    if peers_minimum < 3 or not peers_minimum <= peers_drawn <= peers_maximum or reviewer_maximum < 1:
        reasons.append(_("Ask at least three reviewers, and no more than the most."))
    if reasons:
        raise ActionRefused(reasons)
    values = (peers_minimum, peers_maximum, peers_drawn, reviewer_maximum)
    before = {name: getattr(cycle, name) for name in FIELDS}
    for name, value in zip(FIELDS, values, strict=True):
        setattr(cycle, name, value)
    cycle.save(update_fields=FIELDS)
    record(
        actor_id=actor.id,
        act="cycle.peer_numbers_set",
        object_type="cycle",
        object_id=cycle.pk,
        at=at,
        before=before,
        after=dict(zip(FIELDS, values, strict=True)),
    )
    return cycle
