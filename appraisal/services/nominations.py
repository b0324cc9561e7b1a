"""Who is asked about whom: the employee proposes, the supervisor settles the list and replaces who has gone."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from appraisal import notices, peer_notices
from appraisal.eligibility import refusals
from appraisal.enums import (
    STANDING_INVITATIONS,
    Action,
    CycleState,
    InvitationOrigin,
    InvitationState,
    Party,
    Phase,
    ReviewGroup,
)
from appraisal.facts import Reason
from appraisal.models import Appraisal, Box, Invitation
from appraisal.obstacles import proposal_refusals, replacement_refusals
from appraisal.policies import parties_of
from appraisal.selectors.colleague_search import enough_colleagues
from appraisal.selectors.colleagues import Ground, ground_of, pair_with
from appraisal.services.moves import lock_appraisal
from appraisal.workflow import obstacles_to
from core.audit import record
from core.errors import ActionRefused, NotAllowed, Sentence, StaleWrite
from core.notifications import notify

LEADERS = frozenset({Party.SUPERVISOR, Party.DELEGATE})


def _locked(appraisal_id: uuid.UUID, at: dt.datetime) -> Ground:
    """The appraisal, locked together with its list and box, and what is known of it. Raises ActionRefused in a closed
    year. Whoever opens the box locks the appraisal first, too.
    """
    appraisal = lock_appraisal(appraisal_id)
    if appraisal.cycle.state != CycleState.OPEN:
        raise ActionRefused(_("This year's appraisal is closed. It can be read, but not changed."))
    return ground_of(appraisal, at=at)


def _refuse(reasons: Collection[Reason | Sentence]) -> None:
    if reasons:
        raise ActionRefused([str(reason) for reason in reasons])


def _as_employee(appraisal: Appraisal, actor: Actor) -> None:
    if Party.EMPLOYEE not in parties_of(actor, appraisal):
        raise NotAllowed(_("This step is not yours to take."))


def _as_leader(appraisal: Appraisal, actor: Actor) -> None:
    if not parties_of(actor, appraisal) & LEADERS:
        raise NotAllowed(_("This step is not yours to take."))


def _obstacles_to_adding(ground: Ground, reviewer_id: uuid.UUID, group: ReviewGroup) -> list[Reason]:
    """Why this person cannot be put on the list: the rules of the pair, and the most reviewers of a person."""
    appraisal = ground.appraisal
    found = list(refusals(pair_with(ground, reviewer_id), group))
    if group == ReviewGroup.SUBORDINATE and not ground.is_head:
        found.append(
            Reason("no_head", _("Only whoever leads at least three people asks those who report to them."))
        )
    standing = Invitation.objects.filter(
        appraisal=appraisal, group=group, state__in=STANDING_INVITATIONS
    ).count()
    if standing >= appraisal.cycle.peers_maximum:
        found.append(
            Reason(
                "full",
                _("There are already %(n)s names, which is the most. Take one off the list first."),
                {"n": str(appraisal.cycle.peers_maximum)},
            )
        )
    return found


# --- the employee -------------------------------------------------------------------------------


@transaction.atomic
def propose_reviewer(
    *, actor: Actor, appraisal_id: uuid.UUID, reviewer_id: uuid.UUID, group: ReviewGroup, at: dt.datetime
) -> Invitation:
    """Put somebody on the employee's own list. Nobody is told before the supervisor has settled it.

    Raises NotAllowed for anybody but the employee, Employee.DoesNotExist, ActionRefused with every reason: outside
    nomination, a settled list, a ninth name, or a person who must not judge this one.
    """
    ground = _locked(appraisal_id, at)
    appraisal, facts = ground.appraisal, ground.facts
    _as_employee(appraisal, actor)
    _refuse(
        proposal_refusals(facts, settled=ground.settled) or _obstacles_to_adding(ground, reviewer_id, group)
    )
    return _add(actor, appraisal, reviewer_id, group, InvitationOrigin.EMPLOYEE, at)


def _add(
    actor: Actor,
    appraisal: Appraisal,
    reviewer_id: uuid.UUID,
    group: ReviewGroup,
    origin: InvitationOrigin,
    at: dt.datetime,
    *,
    invited: bool = False,
) -> Invitation:
    Box.objects.get_or_create(appraisal=appraisal)
    invitation = Invitation.objects.create(
        appraisal=appraisal,
        reviewer_id=reviewer_id,
        group=group,
        origin=origin,
        state=InvitationState.APPROVED if invited else InvitationState.PROPOSED,
        proposed_at=at,
        approved_at=at if invited else None,
    )
    event = record(
        actor_id=actor.id,
        act="invitation.made" if invited else "invitation.proposed",
        object_type="invitation",
        object_id=invitation.pk,
        at=at,
        after={"appraisal": appraisal.pk, "reviewer": reviewer_id, "group": group, "origin": origin},
    )
    if invited:
        notify([peer_notices.to_reviewer(peer_notices.INVITED, invitation, event)], at=at)
    return invitation


@transaction.atomic
def drop_proposal(
    *, actor: Actor, appraisal_id: uuid.UUID, invitation_id: uuid.UUID, at: dt.datetime
) -> None:
    """Take a name off the employee's own list, as if it had never stood there. Dropped twice is dropped once.

    Raises NotAllowed for anybody but the employee, ActionRefused outside nomination and once the list is settled.
    """
    ground = _locked(appraisal_id, at)
    appraisal, facts = ground.appraisal, ground.facts
    _as_employee(appraisal, actor)
    _refuse(proposal_refusals(facts, settled=ground.settled))
    gone = Invitation.objects.filter(
        pk=invitation_id,
        appraisal=appraisal,
        origin=InvitationOrigin.EMPLOYEE,
        state=InvitationState.PROPOSED,
    ).first()
    if gone is None:
        return
    record(
        actor_id=actor.id,
        act="invitation.dropped",
        object_type="invitation",
        object_id=gone.pk,
        at=at,
        before={"appraisal": appraisal.pk, "reviewer": gone.reviewer_id, "group": gone.group},
    )
    gone.delete()


@transaction.atomic
def send_proposals(*, actor: Actor, appraisal_id: uuid.UUID, at: dt.datetime) -> Box:
    """Tell the supervisor that the list is ready. Until it is settled the employee may still change it.

    Raises NotAllowed for anybody but the employee; ActionRefused outside nomination, when it was sent, and with fewer
    peers than the year asks for, unless the own agency has fewer colleagues who could be asked.
    """
    ground = _locked(appraisal_id, at)
    appraisal, facts, box = ground.appraisal, ground.facts, ground.box
    _as_employee(appraisal, actor)
    _refuse(proposal_refusals(facts, settled=ground.settled))
    if box is not None and box.proposed_at is not None:
        raise ActionRefused(_("Your list has already been sent."))
    proposed = Invitation.objects.filter(
        appraisal=appraisal, group=ReviewGroup.PEER, state__in=STANDING_INVITATIONS
    ).count()
    fewest = appraisal.cycle.peers_minimum
    if box is None or proposed == 0 or (proposed < fewest and enough_colleagues(ground, wanted=fewest)):
        raise ActionRefused(
            _("Name at least %(fewest)s colleagues. On the list: %(n)s.") % {"fewest": fewest, "n": proposed}
        )
    box.proposed_at = at
    box.save(update_fields=["proposed_at"])
    event = record(
        actor_id=actor.id,
        act="nomination.sent",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        after={"peers": proposed},
    )
    notify(
        notices.to_supervisor(
            peer_notices.PROPOSED, appraisal, event, route="team_reviewers", name=appraisal.employee.name
        ),
        at=at,
    )
    return box


# --- the supervisor -----------------------------------------------------------------------------


@transaction.atomic
def add_reviewer(
    *, actor: Actor, appraisal_id: uuid.UUID, reviewer_id: uuid.UUID, group: ReviewGroup, at: dt.datetime
) -> Invitation:
    """The supervisor (or Plh) adds somebody: to a list that is not settled yet, else as an invitation of its own.

    After nomination this is how somebody who declined is replaced, until peer review closes. Raises NotAllowed,
    Employee.DoesNotExist, ActionRefused with every reason.
    """
    ground = _locked(appraisal_id, at)
    appraisal, facts = ground.appraisal, ground.facts
    _as_leader(appraisal, actor)
    _refuse(replacement_refusals(facts) or _obstacles_to_adding(ground, reviewer_id, group))
    settled = ground.settled or not facts.is_open(Phase.NOMINATION)
    return _add(actor, appraisal, reviewer_id, group, InvitationOrigin.SUPERVISOR, at, invited=settled)


@transaction.atomic
def approve_reviewers(
    *, actor: Actor, appraisal_id: uuid.UUID, seen: Collection[uuid.UUID], at: dt.datetime
) -> int:
    """Settle the list: everybody on it is invited and told. Returns how many.

    `seen` are the proposals that stood on the page. Raises NotAllowed for anybody but supervisor and Plh, StaleWrite when
    the list has changed since, ActionRefused outside nomination or when nobody stands on it.
    """
    ground = _locked(appraisal_id, at)
    appraisal, facts, box = ground.appraisal, ground.facts, ground.box
    _as_leader(appraisal, actor)
    asked = replace(facts, invitation=InvitationState.PROPOSED)  # what the list consists of
    _refuse(obstacles_to(Action.APPROVE_INVITATION, asked, parties_of(actor, appraisal)))
    proposed = list(
        Invitation.objects.filter(appraisal=appraisal, state=InvitationState.PROPOSED)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    if box is None or not proposed:
        raise ActionRefused(_("There is nobody on the list who waits for your approval."))
    if {one.pk for one in proposed} != set(seen):
        raise StaleWrite(_("The list has changed since you opened it. Look at it again, then approve it."))
    Invitation.objects.filter(pk__in=[one.pk for one in proposed]).update(
        state=InvitationState.APPROVED, approved_at=at
    )
    box.approved_at = at
    box.save(update_fields=["approved_at"])
    event = record(
        actor_id=actor.id,
        act="nomination.approved",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        after={"invitations": [one.pk for one in proposed]},
    )
    for one in proposed:
        one.appraisal = appraisal  # with the name, which the messages say
    notify((peer_notices.to_reviewer(peer_notices.INVITED, one, event) for one in proposed), at=at)
    return len(proposed)
