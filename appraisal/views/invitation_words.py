"""Invitations in words: how far one is for its reviewer, and for those who asked."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from appraisal.enums import INVITED, DeclineReason, InvitationState, Phase
from appraisal.selectors.colleague_search import Hit
from appraisal.selectors.colleagues import Known, Load
from appraisal.selectors.invitations import Asked
from appraisal.selectors.nominations import Entry, TeamRow
from appraisal.views.badges import state_badge
from core.components import DONE, IN_PROGRESS, NOT_STARTED, Badge
from core.wording import day, deadline, moment, number


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One line of a reviewer's list. Without `action` there is nothing to do."""

    name: str
    position: str
    badge: Badge
    note: str
    url: str
    action: str = ""


def asked_row(asked: Asked, at: dt.datetime) -> AskedRow:
    """One invitation as its reviewer sees it."""
    invitation = asked.invitation
    appraisal = invitation.appraisal
    waits = asked.waits(at)
    return AskedRow(
        name=appraisal.employee.name,
        position=f"{appraisal.placement.position.title}, {appraisal.agency.name}",
        badge=_badge(asked),
        note=_note(asked, at),
        url=reverse("invitation", args=[invitation.pk]),
        action=_action(asked) if waits else "",
    )


def _badge(asked: Asked) -> Badge:
    state = InvitationState(asked.invitation.state)
    if asked.stands and state == InvitationState.ACCEPTED:
        if asked.sent:
            return Badge(_("Sent"), DONE.icon, DONE.tone)
        if asked.begun:
            return IN_PROGRESS
    return state_badge(state)


def _note(asked: Asked, at: dt.datetime) -> str:
    invitation = asked.invitation
    if not asked.stands or asked.window is None:
        ended_at = invitation.ended_at
        return _("Ended on %(day)s") % {"day": day(ended_at)} if ended_at else ""
    if at < asked.window.opens_at:
        return _("Writing opens on %(moment)s") % {"moment": moment(asked.window.opens_at)}
    return _("Until %(moment)s") % {"moment": deadline(asked.window.closes_at)}


def _action(asked: Asked) -> str:
    if asked.invitation.state == InvitationState.APPROVED:
        return _("Read and answer")
    return _("Go on") if asked.begun else _("Begin")


# --- those who asked ----------------------------------------------------------------------------


def load_words(load: Load) -> str:
    """How much somebody is asked: "asked 7 times, accepted 5"."""
    if not load.asked:
        return _("Not asked yet this year")
    if load.asked == 1:
        return _("Asked once, accepted") if load.accepted else _("Asked once")
    return _("Asked %(asked)s times, accepted %(accepted)s") % {
        "asked": number(load.asked),
        "accepted": number(load.accepted),
    }


def place_words(known: Known) -> str:
    """Where somebody serves now."""
    return f"{known.position}, {known.unit}" if known.unit else _("No position at present")


@dataclass(frozen=True, slots=True)
class HitRow:
    """One person found, with why they cannot be put on the list, or nothing."""

    id: uuid.UUID
    name: str
    position: str
    load: str
    reasons: tuple[str, ...]


def hit_row(hit: Hit, load: Load) -> HitRow:
    """A person found, in words: name, position and unit, and how much they are asked."""
    return HitRow(
        id=hit.known.id,
        name=hit.known.name,
        position=place_words(hit.known),
        load=load_words(load),
        reasons=tuple(str(reason) for reason in hit.reasons),
    )


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One reviewer on the list of a supervisor or of HR."""

    id: uuid.UUID
    name: str
    position: str
    badge: Badge
    load: str
    notes: tuple[str, ...]
    removable: bool
    extendable: bool
    accepted: bool


def entry_row(entry: Entry, *, may_remove: bool, hr: bool = False) -> EntryRow:
    """A reviewer in words. Only HR ends what was accepted; nothing tells of an answer."""
    invitation = entry.invitation
    accepted = invitation.state == InvitationState.ACCEPTED
    return EntryRow(
        id=invitation.pk,
        name=invitation.reviewer.name,
        position=place_words(entry.known),
        badge=state_badge(InvitationState(invitation.state)),
        load=load_words(entry.load),
        notes=tuple(_entry_notes(entry, hr=hr)),
        removable=may_remove and entry.standing and (hr or not accepted),
        extendable=may_remove and hr and invitation.state in INVITED,
        accepted=accepted,
    )


def _entry_notes(entry: Entry, *, hr: bool) -> Iterator[str]:
    invitation = entry.invitation
    yield str(invitation.get_origin_display())
    if entry.known.mutual and entry.standing:
        yield _("Both would look at each other")
    if invitation.extended_to is not None:
        yield _("More time until %(moment)s") % {"moment": deadline(invitation.extended_to)}
    if invitation.state == InvitationState.DECLINED and not hr:
        yield str(DeclineReason(invitation.decline_reason).label)
    if invitation.comment and not (hr and invitation.state == InvitationState.DECLINED):
        yield f"“{invitation.comment}”"
    for label, at in (
        (_("Asked on %(day)s"), invitation.approved_at),
        (_("Accepted on %(day)s"), invitation.accepted_at),
        (_("Ended on %(day)s"), invitation.ended_at),
    ):
        if hr and at is not None:
            yield label % {"day": day(at)}


@dataclass(frozen=True, slots=True)
class TeamListRow:
    """One person on the list of a team."""

    name: str
    position: str
    url: str
    badge: Badge
    note: str
    action: str


def team_row(row: TeamRow) -> TeamListRow:
    """Where the list of one person stands, in words."""
    appraisal = row.appraisal
    return TeamListRow(
        name=appraisal.employee.name,
        position=appraisal.placement.position.title,
        url=reverse("team_reviewers", args=[appraisal.pk]),
        badge=_team_badge(row),
        note=_team_note(row),
        action=_("Approve")
        if row.to_approve
        else _("Ask somebody else")
        if row.to_replace
        else _("See the list"),
    )


def _team_badge(row: TeamRow) -> Badge:
    if row.to_approve:
        return Badge(_("Waits for your approval"), "flag", "here")
    if row.to_replace:
        return Badge(_("Too few reviewers"), "warn", "warn")
    if row.invited:
        return Badge(_("Settled"), DONE.icon, DONE.tone)
    if row.proposed:
        return IN_PROGRESS
    return NOT_STARTED


def _team_note(row: TeamRow) -> str:
    if row.invited:
        return _("Asked: %(invited)s, accepted: %(accepted)s, declined or withdrawn: %(gone)s") % {
            "invited": number(row.invited),
            "accepted": number(row.accepted),
            "gone": number(row.declined),
        }
    if row.proposed:
        return _("Names on the list: %(n)s") % {"n": number(row.proposed)}
    if row.facts.has_closed(Phase.NOMINATION):
        return _("Nobody could be asked")
    return _("Nobody proposed yet")
