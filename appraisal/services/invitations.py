"""What becomes of one invitation: accepted, declined, withdrawn, given more time. An ended one loses its envelope unread.

Nothing here says, in a refusal, a message or the record, whether there was anything in the envelope.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from appraisal import notices, peer_notices
from appraisal.enums import (
    INVITED,
    STANDING_INVITATIONS,
    Action,
    CycleState,
    DeclineReason,
    InvitationState,
    Party,
    Phase,
)
from appraisal.models import Envelope, Invitation
from appraisal.obstacles import box_is_open
from appraisal.policies import parties_to_invitation
from appraisal.selectors.facts import facts_of_invitation
from appraisal.services.moves import check_invitation, lock_invitation
from core.audit import AuditEvent, record, record_all
from core.clock import day_end, last_day
from core.errors import ActionRefused, NotAllowed, Sentence
from core.notifications import notify, withdraw


def _record(
    act: str, invitation: Invitation, *, actor: Actor, at: dt.datetime, reason: str = "", **after: object
) -> AuditEvent:
    return record(
        actor_id=actor.id,
        act=act,
        object_type="invitation",
        object_id=invitation.pk,
        at=at,
        reason=reason,
        after={"appraisal": invitation.appraisal_id, **after},
    )


def _destroy_envelope(invitation: Invitation) -> None:
    """Delete what may lie in the envelope; nobody reads it first."""
    Envelope.objects.filter(invitation=invitation).delete()


# --- the reviewer -------------------------------------------------------------------------------


@transaction.atomic
def accept_invitation(*, actor: Actor, invitation_id: uuid.UUID, at: dt.datetime) -> Invitation:
    """The reviewer will answer. Raises NotAllowed for anybody else, ActionRefused with every reason."""
    invitation = lock_invitation(invitation_id)
    check_invitation(Action.ACCEPT_INVITATION, invitation, actor=actor, at=at)
    invitation.state = InvitationState.ACCEPTED
    invitation.accepted_at = at
    invitation.save(update_fields=["state", "accepted_at"])
    _record("invitation.accepted", invitation, actor=actor, at=at)
    return invitation


@transaction.atomic
def decline_invitation(
    *, actor: Actor, invitation_id: uuid.UUID, reason: DeclineReason, comment: str, at: dt.datetime
) -> Invitation:
    """The reviewer will not answer; the supervisor reads why, and what was written is deleted unread.

    Raises NotAllowed for anybody but the reviewer, ActionRefused with every reason (no words among them).
    """
    invitation = lock_invitation(invitation_id)
    check_invitation(Action.DECLINE_INVITATION, invitation, actor=actor, at=at, comment=comment)
    invitation.state = InvitationState.DECLINED
    invitation.decline_reason = reason
    invitation.comment = comment
    invitation.ended_at = at
    invitation.save(update_fields=["state", "decline_reason", "comment", "ended_at"])
    _destroy_envelope(invitation)
    event = _record(
        "invitation.declined", invitation, actor=actor, at=at, reason=comment, why=str(reason.value)
    )
    notify(peer_notices.to_supervisor_of(peer_notices.DECLINED, invitation, event), at=at)
    return invitation


# --- supervisor and HR --------------------------------------------------------------------------


@transaction.atomic
def withdraw_invitation(
    *, actor: Actor, invitation_id: uuid.UUID, reason: str, at: dt.datetime
) -> Invitation:
    """Take somebody off the list, with a reason; a reviewer who was invited is told, and the envelope deleted unread.

    The supervisor may do so until the reviewer has accepted; afterwards only HR, so that nobody picks the voices. Raises
    NotAllowed for anybody else, ActionRefused with every reason.
    """
    invitation = lock_invitation(invitation_id)
    accepted = invitation.state == InvitationState.ACCEPTED
    parties = parties_to_invitation(actor, invitation)
    if accepted and Party.HR not in parties and parties & {Party.SUPERVISOR, Party.DELEGATE}:
        raise ActionRefused(
            _("%(name)s has accepted. Only HR can cancel the invitation now.")
            % {"name": invitation.reviewer.name}
        )
    action = Action.CANCEL_INVITATION if accepted else Action.WITHDRAW_INVITATION
    check_invitation(action, invitation, actor=actor, at=at, comment=reason)
    was_invited = invitation.state in INVITED
    invitation.state = InvitationState.WITHDRAWN
    invitation.comment = reason
    invitation.ended_at = at
    invitation.save(update_fields=["state", "comment", "ended_at"])
    _destroy_envelope(invitation)
    event = _record("invitation.withdrawn", invitation, actor=actor, at=at, reason=reason)
    if was_invited:
        withdraw(kinds=[peer_notices.INVITED, peer_notices.MORE_TIME], subject_ids=[invitation.pk], at=at)
        messages = [peer_notices.to_reviewer(peer_notices.ENDED, invitation, event)]
        if invitation.appraisal.supervisor_id != actor.id:
            messages += peer_notices.to_supervisor_of(peer_notices.WITHDRAWN, invitation, event)
        notify(messages, at=at)
    return invitation


@transaction.atomic
def extend_invitation(
    *, actor: Actor, invitation_id: uuid.UUID, until: dt.date, reason: str, at: dt.datetime
) -> Invitation:
    """HR gives one reviewer more time, to the end of `until`; the box waits for it.

    Raises NotAllowed for anybody but HR of the unit, ActionRefused with every reason: no words, an invitation that has
    ended, an open box, a day that is not later than the present deadline or lies past supervisor review.
    """
    invitation = lock_invitation(invitation_id)
    if Party.HR not in parties_to_invitation(actor, invitation):
        raise NotAllowed(_("Only HR may give more time."))
    if invitation.reviewer_id == actor.id:
        raise NotAllowed(_("Nobody gives more time to themselves. Ask another HR admin."))
    if invitation.appraisal.cycle.state != CycleState.OPEN:
        raise ActionRefused(_("This year's appraisal is closed. It can be read, but not changed."))
    facts = facts_of_invitation(invitation, at=at)
    window, review = facts.windows.get(Phase.PEER_REVIEW), facts.windows.get(Phase.SUPERVISOR_REVIEW)
    closes_at = day_end(until)
    reasons: list[Sentence] = [str(why) for why in box_is_open(facts)]
    if not reasons and invitation.state not in INVITED:
        reasons.append(_("This invitation has ended."))
    if not reason.strip():
        reasons.append(_("Write why this person gets more time."))
    if window is None or closes_at <= window.closes_at or closes_at <= at:
        reasons.append(_("Choose a day after the present deadline."))
    if review is not None and closes_at > review.closes_at:
        reasons.append(
            _("Choose a day up to %(day)s, when supervisor review closes.")
            % {"day": last_day(review.closes_at)}
        )
    if reasons:
        raise ActionRefused(reasons)
    before = invitation.extended_to
    invitation.extended_to = closes_at
    invitation.save(update_fields=["extended_to"])
    event = _record(
        "invitation.extended",
        invitation,
        actor=actor,
        at=at,
        reason=reason,
        closes_at=closes_at,
        before=before,
    )
    notify(
        [
            peer_notices.to_reviewer(
                peer_notices.MORE_TIME, invitation, event, until_on=notices.iso(until), reason=reason
            )
        ],
        at=at,
    )
    return invitation


# --- the clock ----------------------------------------------------------------------------------


@transaction.atomic
def withdraw_from_leaders(*, cycle_id: uuid.UUID, at: dt.datetime) -> int:
    """Withdraw the invitations of those who have become supervisor or superior of the person; returns how many.

    They rate, so they do not answer as a colleague as well. Envelopes go unread, both sides are told. A bounded number of
    statements; twice is once.
    """
    standing = list(
        Invitation.objects.filter(
            Q(reviewer=F("appraisal__supervisor")) | Q(reviewer=F("appraisal__superior")),
            appraisal__cycle=cycle_id,
            appraisal__box__opened_at=None,
            state__in=STANDING_INVITATIONS,
        )
        .select_related("reviewer", "appraisal__employee")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    if not standing:
        return 0
    keys = [one.pk for one in standing]
    with translation.override(settings.LANGUAGE_CODE):
        why = str(_("The reviewer has become supervisor or superior of this person."))
    Envelope.objects.filter(invitation__in=keys).delete()
    Invitation.objects.filter(pk__in=keys).update(state=InvitationState.WITHDRAWN, comment=why, ended_at=at)
    events = record_all(
        {one.pk: {"appraisal": one.appraisal_id, "reason": "leads"} for one in standing},
        act="invitation.withdrawn_by_clock",
        object_type="invitation",
        at=at,
    )
    invited = [(one, event) for one, event in zip(standing, events, strict=True) if one.state in INVITED]
    withdraw(
        kinds=[peer_notices.INVITED, peer_notices.MORE_TIME],
        subject_ids=[one.pk for one, _event in invited],
        at=at,
    )
    messages = [peer_notices.to_reviewer(peer_notices.ENDED, one, event) for one, event in invited]
    for one, event in invited:
        if one.appraisal.supervisor_id != one.reviewer_id:
            messages += peer_notices.to_supervisor_of(peer_notices.WITHDRAWN, one, event)
    notify(messages, at=at)
    return len(standing)
