"""The states of the process as badges, the same on every page: an icon and a word, finished work plain."""

from __future__ import annotations

from collections.abc import Mapping

from appraisal.enums import InvitationState, PlanState, RatingState, ResultState, SelfState
from appraisal.facts import State
from core.components import Badge, Tone

_LOOKS: Mapping[State, tuple[str, Tone]] = {
    PlanState.DRAFT: ("draft", ""),
    PlanState.SENT: ("send", "info"),
    PlanState.RETURNED: ("undo", "warn"),
    PlanState.AGREED: ("check", "ok"),
    SelfState.DRAFT: ("draft", ""),
    SelfState.SENT: ("check", "ok"),
    SelfState.RETURNED: ("undo", "warn"),
    SelfState.NOT_SENT: ("stop", "bad"),
    InvitationState.PROPOSED: ("draft", ""),
    InvitationState.APPROVED: ("send", "info"),
    InvitationState.ACCEPTED: ("check", "ok"),
    InvitationState.DECLINED: ("x", "warn"),
    InvitationState.WITHDRAWN: ("undo", ""),
    InvitationState.CLOSED: ("lock", "plain"),
    RatingState.OPEN: ("ring", ""),
    RatingState.FIRST_SAVED: ("half", "info"),
    RatingState.SENT: ("check", "ok"),
    RatingState.REVISED: ("check", "ok"),
    RatingState.CONFIRMED: ("seal", "final"),
    RatingState.NOT_ASSESSED: ("stop", "bad"),
    ResultState.HIDDEN: ("lock", ""),
    ResultState.WITH_SUPERVISOR: ("eye", "info"),
    ResultState.PUBLISHED: ("info", "info"),
    ResultState.RECEIVED: ("eye", "info"),
    ResultState.ACKNOWLEDGED: ("check", "ok"),
}


def state_badge(state: State) -> Badge:
    """The badge of a state of any track."""
    icon, tone = _LOOKS[state]
    return Badge(state.label, icon, tone)
