"""What stands in the way of a move and until when it can be made, pure: facts in, reasons or moments out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from appraisal.enums import INVITED, RATED, Phase, RatingState, SelfState
from appraisal.facts import Facts, Reason
from core.clock import day_end, today

RETURN_DAYS = 3
OBJECTION_DAYS = 14

Obstacle = Callable[[Facts], tuple[Reason, ...]]


def plan_incomplete(facts: Facts) -> tuple[Reason, ...]:
    """What the plan still lacks."""
    return facts.missing_in_plan


def self_incomplete(facts: Facts) -> tuple[Reason, ...]:
    """What the self-assessment still lacks."""
    return facts.missing_in_self


def rating_begun(facts: Facts) -> tuple[Reason, ...]:
    """The supervisor has already rated, so the ground may not move."""
    if facts.rating == RatingState.OPEN:
        return ()
    return (Reason("rating_begun", _("Your supervisor has already started to rate. Ask them to return it.")),)


def already_returned(facts: Facts) -> tuple[Reason, ...]:
    """A self-assessment is returned once at most."""
    if facts.self_returned_at is None:
        return ()
    return (Reason("already_returned", _("A self-assessment can be returned only once.")),)


def box_is_open(facts: Facts) -> tuple[Reason, ...]:
    """The box of an appraisal opens once; after that nothing is added to it or taken out."""
    if not facts.box_opened:
        return ()
    return (Reason("box_is_open", _("The answers about this person have already been counted and closed.")),)


def answer_incomplete(facts: Facts) -> tuple[Reason, ...]:
    """Which pages of a reviewer's answer lack a level or words."""
    return facts.missing_in_answer


def no_agreed_plan(facts: Facts) -> tuple[Reason, ...]:
    """Without one agreed plan nothing can be rated."""
    if facts.has_agreed_plan:
        return ()
    return (Reason("no_agreed_plan", _("There is no agreed plan yet. Agree on the plan first.")),)


def self_still_expected(facts: Facts) -> tuple[Reason, ...]:
    """The employee speaks first: while the self-assessment may still come, the supervisor waits."""
    if facts.self_assessment in {SelfState.SENT, SelfState.NOT_SENT}:
        return ()
    if facts.self_assessment == SelfState.RETURNED:
        if facts.self_due_at is None or facts.at >= facts.self_due_at:
            return ()
        return (
            Reason(
                "self_returned",
                _("You returned the self-assessment. The employee has until %(moment)s to send it again."),
                moment=facts.self_due_at,
            ),
        )
    if facts.has_closed(Phase.SELF_ASSESSMENT):
        return ()
    window = facts.windows.get(Phase.SELF_ASSESSMENT)
    return (
        Reason(
            "self_expected",
            _("The self-assessment has not been sent yet. You can rate without it after %(moment)s."),
            moment=window.closes_at if window else facts.at,
        ),
    )


def rating_incomplete(facts: Facts) -> tuple[Reason, ...]:
    """Which items, values and competencies are not rated yet."""
    return facts.missing_in_rating


def feedback_incomplete(facts: Facts) -> tuple[Reason, ...]:
    """Which reasons, pieces of evidence and words of feedback are missing."""
    return facts.missing_in_feedback


def not_rated(facts: Facts) -> tuple[Reason, ...]:
    """Only a rated appraisal has a result."""
    if facts.rating in RATED:
        return ()
    return (Reason("not_rated", _("This appraisal has no sent rating.")),)


def somebody_has_opened(facts: Facts) -> tuple[Reason, ...]:
    """A publication can be recalled until the first employee of the agency has opened a result."""
    if not facts.agency_opened:
        return ()
    return (
        Reason(
            "somebody_has_opened",
            _("An employee has already opened a result, so it can no longer be recalled."),
        ),
    )


# --- deadlines ----------------------------------------------------------------------------------


def return_deadline(facts: Facts) -> dt.datetime:
    """Three days after the return, or the end of self-assessment if that is later; never past the supervisor's window."""
    due = facts.at + dt.timedelta(days=RETURN_DAYS)
    own = facts.windows.get(Phase.SELF_ASSESSMENT)
    if own is not None:
        due = max(due, own.closes_at)
    window = facts.windows.get(Phase.SUPERVISOR_REVIEW)
    return min(due, window.closes_at) if window else due


def objection_deadline(facts: Facts) -> dt.datetime:
    """Until when an objection is possible when the result is received now."""
    return objection_end(facts.at)


def objection_end(received_at: dt.datetime) -> dt.datetime:
    """The end of the fourteenth calendar day after the day of receipt (PP 30/2019 Pasal 59)."""
    return day_end(today(received_at) + dt.timedelta(days=OBJECTION_DAYS))


# --- work that is no move -----------------------------------------------------------------------


def nomination_refusals(facts: Facts) -> tuple[Reason, ...]:
    """Why reviewers cannot be proposed or added now: nomination is not open, or the box is.

    Until peer review closes a supervisor may still replace somebody who declined; see `replacement_refusals`.
    """
    return _outside(facts, Phase.NOMINATION) or box_is_open(facts)


def proposal_refusals(facts: Facts, *, settled: bool) -> tuple[Reason, ...]:
    """Why the employee cannot change their own list now: not the time for it, or the supervisor has settled it."""
    late = nomination_refusals(facts)
    if late or not settled:
        return late
    return (Reason("settled", _("Your supervisor has settled the list.")),)


def replacement_refusals(facts: Facts) -> tuple[Reason, ...]:
    """Why the supervisor cannot invite anybody now: nomination lies ahead, peer review is over, or the box is open."""
    if facts.has_closed(Phase.PEER_REVIEW):
        return _outside(facts, Phase.PEER_REVIEW)
    if facts.has_closed(Phase.NOMINATION):
        return box_is_open(facts)
    return nomination_refusals(facts)


def answer_refusals(facts: Facts) -> tuple[Reason, ...]:
    """Why a reviewer cannot write now: the invitation does not stand, peer review is not open, or the box is."""
    if facts.invitation not in INVITED:
        return (Reason("not_invited", _("This invitation has ended. There is nothing more for you to do.")),)
    return _outside(facts, Phase.PEER_REVIEW) or box_is_open(facts)


def _outside(facts: Facts, phase: Phase) -> tuple[Reason, ...]:
    window = facts.windows.get(phase)
    if window is None:
        return (Reason("no_window", _("This cycle has no time for this step.")),)
    if facts.at < window.opens_at:
        return (Reason("too_early", _("This opens on %(moment)s."), moment=window.opens_at),)
    if window.has_closed(facts.at):
        return (Reason("too_late", _("Time was up on %(moment)s."), moment=window.closes_at),)
    return ()


def realization_refusals(facts: Facts) -> tuple[Reason, ...]:
    """Why realisation and evidence cannot be written now.

    They are open from the first agreed plan until self-assessment closes (or the deadline of a returned one), except
    while a sent self-assessment stands: it is taken back first, so that what was sent is what was true.
    """
    if not facts.has_agreed_plan:
        return (Reason("no_agreed_plan", _("Realisation opens as soon as your plan is agreed.")),)
    if facts.self_assessment == SelfState.SENT:
        return (
            Reason(
                "self_sent",
                _("Your self-assessment has been sent. Take it back if you want to change something."),
            ),
        )
    if facts.self_assessment == SelfState.RETURNED:
        if facts.self_due_at is not None and facts.at < facts.self_due_at:
            return ()
        return (Reason("too_late", _("Time was up on %(moment)s."), moment=facts.self_due_at or facts.at),)
    window = facts.windows.get(Phase.SELF_ASSESSMENT)
    if facts.self_assessment == SelfState.NOT_SENT or window is None or window.has_closed(facts.at):
        return (
            Reason(
                "too_late", _("Time was up on %(moment)s."), moment=window.closes_at if window else facts.at
            ),
        )
    return ()
