"""The steps that every move shares: lock the row, build the facts, refuse with all reasons."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from appraisal.enums import Action, CycleState, Party, Track
from appraisal.facts import Facts
from appraisal.models import Appraisal, Invitation
from appraisal.policies import parties_of, parties_to_invitation
from appraisal.selectors.facts import facts_of, facts_of_invitation
from appraisal.workflow import find, obstacles_to, rating_refusals, untimely
from core.errors import ActionRefused, NotAllowed


def lock_appraisal(appraisal_id: uuid.UUID) -> Appraisal:
    """The appraisal, locked until the transaction ends. Raises Appraisal.DoesNotExist."""
    return (
        Appraisal.objects.select_related("agency", "cycle", "employee", "placement")
        .select_for_update(of=("self",))
        .get(pk=appraisal_id)
    )


def lock_invitation(invitation_id: uuid.UUID) -> Invitation:
    """The invitation, locked until the transaction ends. Raises Invitation.DoesNotExist.

    Whoever opens the box locks it too, so that nobody ends it in the same moment.
    """
    return (
        Invitation.objects.select_related(
            "reviewer", "appraisal__agency", "appraisal__cycle", "appraisal__employee", "appraisal__box"
        )
        .select_for_update(of=("self",))
        .get(pk=invitation_id)
    )


def check_move(
    action: Action,
    appraisal: Appraisal,
    *,
    actor: Actor,
    at: dt.datetime,
    comment: str | None = None,
    **missing: Any,
) -> Facts:
    """The facts, if the actor may make the move now.

    Raises NotAllowed when it is not the actor's move at all, ActionRefused with every reason otherwise.
    """
    facts = facts_of(appraisal, at=at, **missing)
    parties = parties_of(actor, appraisal)
    track, _move = find(action)
    if appraisal.cycle.state != CycleState.OPEN and track != Track.RESULT:
        raise ActionRefused(_("This year's appraisal is closed. It can be read, but not changed."))
    reasons = obstacles_to(action, facts, parties, comment=comment)
    if any(reason.code == "not_your_move" for reason in reasons):
        raise NotAllowed([str(reason) for reason in reasons])
    if reasons:
        raise ActionRefused([str(reason) for reason in reasons])
    return facts


def check_invitation(
    action: Action,
    invitation: Invitation,
    *,
    actor: Actor,
    at: dt.datetime,
    comment: str | None = None,
    **missing: Any,
) -> Facts:
    """The facts, if the actor may make the move with this invitation now. Raises as `check_move`.

    No reason tells whether anything was answered.
    """
    facts = facts_of_invitation(invitation, at=at, **missing)
    if invitation.appraisal.cycle.state != CycleState.OPEN:
        raise ActionRefused(_("This year's appraisal is closed. It can be read, but not changed."))
    reasons = obstacles_to(action, facts, parties_to_invitation(actor, invitation), comment=comment)
    if any(reason.code == "not_your_move" for reason in reasons):
        raise NotAllowed([str(reason) for reason in reasons])
    if reasons:
        raise ActionRefused([str(reason) for reason in reasons])
    return facts


def check_time(action: Action, appraisal: Appraisal, *, actor: Actor, at: dt.datetime, party: Party) -> Facts:
    """The facts, if the party may still work towards the move (edit a draft) at this moment.

    Raises NotAllowed when the actor is not that party, ActionRefused when the cycle is closed, the state does not
    allow it any more, or the time is wrong.
    """
    if party not in parties_of(actor, appraisal):
        raise NotAllowed(_("This step is not yours to take."))
    facts = facts_of(appraisal, at=at)
    if appraisal.cycle.state != CycleState.OPEN:
        raise ActionRefused(_("This year's appraisal is closed. It can be read, but not changed."))
    track, move = find(action)
    if facts.state(track) not in move.sources:
        raise ActionRefused(_("This can no longer be changed, because it has been sent."))
    reasons = untimely(action, facts, party)
    if reasons:
        raise ActionRefused([str(reason) for reason in reasons])
    return facts


def check_rating_time(appraisal: Appraisal, *, actor: Actor, at: dt.datetime) -> Facts:
    """The facts, if the actor may write the pages of the rating at this moment.

    Raises NotAllowed when rating is not theirs, ActionRefused when the cycle is closed, the rating has been sent, or
    the time is wrong.
    """
    facts = facts_of(appraisal, at=at)
    reasons = rating_refusals(facts, parties_of(actor, appraisal))
    if any(reason.code == "not_your_move" for reason in reasons):
        raise NotAllowed([str(reason) for reason in reasons])
    if appraisal.cycle.state != CycleState.OPEN:
        raise ActionRefused(_("This year's appraisal is closed. It can be read, but not changed."))
    if reasons:
        raise ActionRefused([str(reason) for reason in reasons])
    return facts
