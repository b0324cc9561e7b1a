"""The process as data, pure: every legal move, and what time does to work that is not finished.

The services that move, the buttons, the worklist, the tests and docs/workflow.md read this table.
Phases are windows, never states: whether an act is in time is decided by the moment it arrived.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appraisal.enums import (
    PEER_PHASES,
    Action,
    InvitationState,
    Party,
    Phase,
    PlanState,
    RatingState,
    ResultState,
    SelfState,
    Track,
)
from appraisal.facts import Facts, Reason, State
from appraisal.obstacles import (
    Obstacle,
    already_returned,
    answer_incomplete,
    box_is_open,
    feedback_incomplete,
    no_agreed_plan,
    not_rated,
    objection_deadline,
    plan_incomplete,
    rating_begun,
    rating_incomplete,
    return_deadline,
    self_incomplete,
    self_still_expected,
    somebody_has_opened,
)

ANY_TIME: frozenset[Phase] = frozenset()


@dataclass(frozen=True, slots=True)
class Transition:
    """One legal move.

    `by` says whose move it is and in which windows; ANY_TIME asks for no window. `through` keeps the move open between its
    windows, too, from the first opening to the last closing. `late_until` keeps the move open
    after its windows, marked late, until that phase closes. `within_due` replaces the window by the stored deadline of the
    returned self-assessment. `after` names a phase that must be over before a party's turn comes, also where windows
    overlap. `deadline` is the one that the move sets.
    """

    sources: frozenset[State]
    target: State
    by: Mapping[Party, frozenset[Phase]]
    through: bool = False
    late_until: Phase | None = None
    within_due: bool = False
    after: Mapping[Party, Phase] = field(default_factory=dict)
    needs_comment: bool = False
    obstacles: tuple[Obstacle, ...] = ()
    deadline: Callable[[Facts], dt.datetime] | None = None


def _phases(*phases: Phase) -> frozenset[Phase]:
    return frozenset(phases)


TRANSITIONS: Mapping[tuple[Track, Action], Transition] = {
    (Track.PLAN, Action.SEND_PLAN): Transition(
        sources=frozenset({PlanState.DRAFT, PlanState.RETURNED}),
        target=PlanState.SENT,
        by={Party.EMPLOYEE: _phases(Phase.PLANNING)},
        late_until=Phase.SUPERVISOR_REVIEW,
        obstacles=(plan_incomplete,),
    ),
    (Track.PLAN, Action.WITHDRAW_PLAN): Transition(
        sources=frozenset({PlanState.SENT}),
        target=PlanState.DRAFT,
        by={Party.EMPLOYEE: _phases(Phase.PLANNING)},
        late_until=Phase.SUPERVISOR_REVIEW,
    ),
    (Track.PLAN, Action.RETURN_PLAN): Transition(
        sources=frozenset({PlanState.SENT}),
        target=PlanState.RETURNED,
        by={Party.SUPERVISOR: _phases(Phase.PLANNING), Party.DELEGATE: _phases(Phase.PLANNING)},
        late_until=Phase.SUPERVISOR_REVIEW,
        needs_comment=True,
    ),
    (Track.PLAN, Action.AGREE_PLAN): Transition(
        sources=frozenset({PlanState.SENT}),
        target=PlanState.AGREED,
        by={Party.SUPERVISOR: _phases(Phase.PLANNING), Party.DELEGATE: _phases(Phase.PLANNING)},
        late_until=Phase.SUPERVISOR_REVIEW,
        obstacles=(plan_incomplete,),
    ),
    (Track.PLAN, Action.REVISE_PLAN): Transition(
        sources=frozenset({PlanState.AGREED}),
        target=PlanState.DRAFT,
        by={
            Party.EMPLOYEE: _phases(Phase.PLANNING, Phase.EXECUTION),
            Party.SUPERVISOR: _phases(Phase.PLANNING, Phase.EXECUTION),
        },
        needs_comment=True,
        obstacles=(rating_begun,),
    ),
    (Track.SELF_ASSESSMENT, Action.SEND_SELF): Transition(
        sources=frozenset({SelfState.DRAFT}),
        target=SelfState.SENT,
        by={Party.EMPLOYEE: _phases(Phase.SELF_ASSESSMENT)},
        obstacles=(self_incomplete,),
    ),
    (Track.SELF_ASSESSMENT, Action.RESEND_SELF): Transition(
        sources=frozenset({SelfState.RETURNED}),
        target=SelfState.SENT,
        by={Party.EMPLOYEE: ANY_TIME},
        within_due=True,
        obstacles=(self_incomplete,),
    ),
    (Track.SELF_ASSESSMENT, Action.WITHDRAW_SELF): Transition(
        sources=frozenset({SelfState.SENT}),
        target=SelfState.DRAFT,
        by={Party.EMPLOYEE: _phases(Phase.SELF_ASSESSMENT)},
        obstacles=(rating_begun,),
    ),
    (Track.SELF_ASSESSMENT, Action.RETURN_SELF): Transition(
        sources=frozenset({SelfState.SENT}),
        target=SelfState.RETURNED,
        by={
            Party.SUPERVISOR: _phases(Phase.SELF_ASSESSMENT, Phase.SUPERVISOR_REVIEW),
            Party.DELEGATE: _phases(Phase.SELF_ASSESSMENT, Phase.SUPERVISOR_REVIEW),
        },
        needs_comment=True,
        obstacles=(already_returned, rating_begun),
        deadline=return_deadline,
    ),
    (Track.SELF_ASSESSMENT, Action.CLOSE_SELF_COMPLETE): Transition(
        sources=frozenset({SelfState.DRAFT}),
        target=SelfState.SENT,
        by={Party.CLOCK: ANY_TIME},
        obstacles=(self_incomplete,),
    ),
    (Track.SELF_ASSESSMENT, Action.CLOSE_SELF_INCOMPLETE): Transition(
        sources=frozenset({SelfState.DRAFT}),
        target=SelfState.NOT_SENT,
        by={Party.CLOCK: ANY_TIME},
    ),
    (Track.SELF_ASSESSMENT, Action.KEEP_EARLIER_SELF): Transition(
        sources=frozenset({SelfState.RETURNED}),
        target=SelfState.SENT,
        by={Party.CLOCK: ANY_TIME},
    ),
    (Track.SELF_ASSESSMENT, Action.REOPEN_SELF): Transition(
        sources=frozenset({SelfState.NOT_SENT}),
        target=SelfState.DRAFT,
        by={Party.HR: ANY_TIME},
        needs_comment=True,
        obstacles=(rating_begun,),
    ),
    (Track.INVITATION, Action.APPROVE_INVITATION): Transition(
        sources=frozenset({InvitationState.PROPOSED}),
        target=InvitationState.APPROVED,
        by={
            Party.SUPERVISOR: _phases(Phase.NOMINATION),
            Party.DELEGATE: _phases(Phase.NOMINATION),
            Party.CLOCK: ANY_TIME,
        },
        obstacles=(box_is_open,),
    ),
    (Track.INVITATION, Action.WITHDRAW_INVITATION): Transition(
        sources=frozenset({InvitationState.PROPOSED, InvitationState.APPROVED}),
        target=InvitationState.WITHDRAWN,
        by={
            Party.SUPERVISOR: _phases(*PEER_PHASES),
            Party.DELEGATE: _phases(*PEER_PHASES),
            Party.HR: _phases(*PEER_PHASES),
            Party.CLOCK: ANY_TIME,
        },
        through=True,
        needs_comment=True,
        obstacles=(box_is_open,),
    ),
    # Whoever accepted may have answered; only HR takes that away, so that no supervisor picks the voices. The clock does
    # where a reviewer has become the person's supervisor or superior.
    (Track.INVITATION, Action.CANCEL_INVITATION): Transition(
        sources=frozenset({InvitationState.ACCEPTED}),
        target=InvitationState.WITHDRAWN,
        by={Party.HR: _phases(*PEER_PHASES), Party.CLOCK: ANY_TIME},
        through=True,
        needs_comment=True,
        obstacles=(box_is_open,),
    ),
    (Track.INVITATION, Action.ACCEPT_INVITATION): Transition(
        sources=frozenset({InvitationState.APPROVED}),
        target=InvitationState.ACCEPTED,
        by={Party.PEER: _phases(*PEER_PHASES)},
        through=True,
        obstacles=(box_is_open,),
    ),
    (Track.INVITATION, Action.DECLINE_INVITATION): Transition(
        sources=frozenset({InvitationState.APPROVED, InvitationState.ACCEPTED}),
        target=InvitationState.DECLINED,
        by={Party.PEER: _phases(*PEER_PHASES)},
        through=True,
        needs_comment=True,
        obstacles=(box_is_open,),
    ),
    (Track.INVITATION, Action.SEND_ANSWER): Transition(
        sources=frozenset({InvitationState.ACCEPTED}),
        target=InvitationState.ACCEPTED,
        by={Party.PEER: _phases(Phase.PEER_REVIEW)},
        obstacles=(box_is_open, answer_incomplete),
    ),
    (Track.INVITATION, Action.CLOSE_INVITATION): Transition(
        sources=frozenset({InvitationState.PROPOSED, InvitationState.APPROVED, InvitationState.ACCEPTED}),
        target=InvitationState.CLOSED,
        by={Party.CLOCK: ANY_TIME},
    ),
    (Track.RATING, Action.SAVE_FIRST): Transition(
        sources=frozenset({RatingState.OPEN}),
        target=RatingState.FIRST_SAVED,
        by={
            Party.SUPERVISOR: _phases(Phase.SUPERVISOR_REVIEW),
            Party.SUPERIOR: _phases(Phase.CALIBRATION),
        },
        after={Party.SUPERIOR: Phase.SUPERVISOR_REVIEW},
        obstacles=(no_agreed_plan, self_still_expected, rating_incomplete),
    ),
    (Track.RATING, Action.SEND_RATING): Transition(
        sources=frozenset({RatingState.FIRST_SAVED}),
        target=RatingState.SENT,
        by={
            Party.SUPERVISOR: _phases(Phase.SUPERVISOR_REVIEW),
            Party.SUPERIOR: _phases(Phase.CALIBRATION),
        },
        after={Party.SUPERIOR: Phase.SUPERVISOR_REVIEW},
        obstacles=(no_agreed_plan, self_still_expected, rating_incomplete, feedback_incomplete),
    ),
    (Track.RATING, Action.REVISE_RATING): Transition(
        sources=frozenset({RatingState.SENT, RatingState.REVISED}),
        target=RatingState.REVISED,
        by={Party.SUPERVISOR: _phases(Phase.CALIBRATION)},
        needs_comment=True,
        obstacles=(rating_incomplete, feedback_incomplete),
    ),
    (Track.RATING, Action.PASS_ON): Transition(
        sources=frozenset({RatingState.OPEN, RatingState.FIRST_SAVED}),
        target=RatingState.OPEN,
        by={Party.CLOCK: ANY_TIME},
    ),
    (Track.RATING, Action.CONFIRM_RATING): Transition(
        sources=frozenset({RatingState.SENT, RatingState.REVISED}),
        target=RatingState.CONFIRMED,
        by={Party.HR: _phases(Phase.PUBLICATION)},
    ),
    (Track.RATING, Action.UNCONFIRM_RATING): Transition(
        sources=frozenset({RatingState.CONFIRMED}),
        target=RatingState.SENT,
        by={Party.HR: ANY_TIME},
        needs_comment=True,
        obstacles=(somebody_has_opened,),
    ),
    (Track.RATING, Action.CLOSE_UNRATED): Transition(
        sources=frozenset({RatingState.OPEN, RatingState.FIRST_SAVED}),
        target=RatingState.NOT_ASSESSED,
        by={Party.HR: _phases(Phase.PUBLICATION)},
        needs_comment=True,
    ),
    # A recall takes those back who were left out: to where their rating stood.
    (Track.RATING, Action.REOPEN_UNRATED): Transition(
        sources=frozenset({RatingState.NOT_ASSESSED}),
        target=RatingState.OPEN,
        by={Party.HR: ANY_TIME},
        needs_comment=True,
        obstacles=(somebody_has_opened,),
    ),
    (Track.RATING, Action.REOPEN_SAVED): Transition(
        sources=frozenset({RatingState.NOT_ASSESSED}),
        target=RatingState.FIRST_SAVED,
        by={Party.HR: ANY_TIME},
        needs_comment=True,
        obstacles=(somebody_has_opened,),
    ),
    (Track.RESULT, Action.SHOW_SUPERVISOR): Transition(
        sources=frozenset({ResultState.HIDDEN}),
        target=ResultState.WITH_SUPERVISOR,
        by={Party.HR: _phases(Phase.PUBLICATION)},
        obstacles=(not_rated,),
    ),
    (Track.RESULT, Action.PUBLISH): Transition(
        sources=frozenset({ResultState.WITH_SUPERVISOR}),
        target=ResultState.PUBLISHED,
        by={Party.HR: _phases(Phase.PUBLICATION), Party.CLOCK: ANY_TIME},
        obstacles=(not_rated,),
    ),
    (Track.RESULT, Action.RECALL): Transition(
        sources=frozenset({ResultState.WITH_SUPERVISOR, ResultState.PUBLISHED}),
        target=ResultState.HIDDEN,
        by={Party.HR: ANY_TIME},
        needs_comment=True,
        obstacles=(somebody_has_opened,),
    ),
    (Track.RESULT, Action.RECEIVE): Transition(
        sources=frozenset({ResultState.PUBLISHED}),
        target=ResultState.RECEIVED,
        by={Party.EMPLOYEE: ANY_TIME},
        deadline=objection_deadline,
    ),
    (Track.RESULT, Action.ACKNOWLEDGE): Transition(
        sources=frozenset({ResultState.RECEIVED}),
        target=ResultState.ACKNOWLEDGED,
        by={Party.EMPLOYEE: ANY_TIME},
    ),
}


@dataclass(frozen=True, slots=True)
class ClosingRule:
    """What time does to unfinished work when a phase closes: the moves of the clock, and a sentence for the docs."""

    moves: tuple[tuple[Track, Action], ...]
    says: str | Promise


ON_CLOSE: Mapping[Phase, ClosingRule] = {
    Phase.PLANNING: ClosingRule(
        moves=(),
        says=_(
            "A plan that is not sent or not agreed stays open to employee, supervisor and HR until supervisor review "
            "closes. It is marked late and blocks nothing else."
        ),
    ),
    Phase.EXECUTION: ClosingRule(
        moves=(), says=_("Nothing: realisation stays open until self-assessment closes.")
    ),
    Phase.SELF_ASSESSMENT: ClosingRule(
        moves=(
            (Track.SELF_ASSESSMENT, Action.CLOSE_SELF_COMPLETE),
            (Track.SELF_ASSESSMENT, Action.CLOSE_SELF_INCOMPLETE),
        ),
        says=_(
            "A complete draft is sent by the clock and marked so. An incomplete one becomes “not sent”; the supervisor "
            "goes on without it."
        ),
    ),
    Phase.NOMINATION: ClosingRule(
        moves=((Track.INVITATION, Action.APPROVE_INVITATION),),
        says=_(
            "Reviewers who were proposed and not yet answered by the supervisor are invited. Whoever has fewer than the "
            "least number gets a fair draw: seeded, balanced, without pairs who review each other where possible."
        ),
    ),
    Phase.PEER_REVIEW: ClosingRule(
        moves=((Track.INVITATION, Action.CLOSE_INVITATION),),
        says=_(
            "A complete answer is counted, sent or not; an incomplete one is destroyed unread. When the last invitation of "
            "an appraisal has closed, its box opens once: a group with three or more answers is counted, a smaller one is "
            "destroyed unread."
        ),
    ),
    Phase.SUPERVISOR_REVIEW: ClosingRule(
        moves=(
            (Track.SELF_ASSESSMENT, Action.KEEP_EARLIER_SELF),
            (Track.RATING, Action.PASS_ON),
        ),
        says=_(
            "An appraisal without a sent rating passes to the supervisor's own supervisor, who rates in the "
            "calibration window. HR sees the list."
        ),
    ),
    Phase.CALIBRATION: ClosingRule(moves=(), says=_("Nothing more can be revised.")),
    Phase.PUBLICATION: ClosingRule(
        moves=(),
        says=_(
            "What is still unrated at publication is skipped with a count and closed as not assessed, with a reason."
        ),
    ),
}


# --- asking the table ---------------------------------------------------------------------------


def is_late(action: Action, facts: Facts) -> bool:
    """Whether the move is made after its own windows but still within `late_until`."""
    _track, move = find(action)
    if move.late_until is None:
        return False
    phases = frozenset().union(*move.by.values())
    return all(facts.has_closed(phase) for phase in phases if phase in facts.windows)


def find(action: Action) -> tuple[Track, Transition]:
    """The track and the row of an action."""
    for (track, candidate), move in TRANSITIONS.items():
        if candidate == action:
            return track, move
    raise KeyError(action)


def untimely(action: Action, facts: Facts, party: Party) -> tuple[Reason, ...]:
    """Why the moment is wrong for this party, or nothing."""
    _track, move = find(action)
    if move.within_due:
        if facts.self_due_at is not None and facts.at < facts.self_due_at:
            return ()
        return (Reason("too_late", _("Time was up on %(moment)s."), moment=facts.self_due_at or facts.at),)
    phases = move.by[party]
    before = facts.windows.get(move.after[party]) if party in move.after else None
    if before is not None and not before.has_closed(facts.at):
        own = [facts.windows[phase].opens_at for phase in phases if phase in facts.windows]
        return (
            Reason("too_early", _("This opens on %(moment)s."), moment=max([before.closes_at, *own[:1]])),
        )
    if not phases or any(facts.is_open(phase) for phase in phases):
        return ()
    known = [facts.windows[phase] for phase in phases if phase in facts.windows]
    if not known:
        return (Reason("no_window", _("This cycle has no time for this step.")),)
    opens_at = min(window.opens_at for window in known)
    if move.through and opens_at <= facts.at < max(window.closes_at for window in known):
        return ()
    if move.late_until is not None and facts.at >= opens_at:
        last = facts.windows.get(move.late_until)
        if last is None or not last.has_closed(facts.at):
            return ()
        return (Reason("too_late", _("Time was up on %(moment)s."), moment=last.closes_at),)
    upcoming = [window.opens_at for window in known if window.opens_at > facts.at]
    if upcoming:
        return (Reason("too_early", _("This opens on %(moment)s."), moment=min(upcoming)),)
    closes_at = max(window.closes_at for window in known)
    return (Reason("too_late", _("Time was up on %(moment)s."), moment=closes_at),)


def available(facts: Facts, parties: frozenset[Party]) -> tuple[Action, ...]:
    """The moves that one of the parties can make now, as far as state and time go, in the order of the table."""
    return tuple(
        action
        for (track, action), move in TRANSITIONS.items()
        if facts.state(track) in move.sources
        and any(party in parties and not untimely(action, facts, party) for party in move.by)
    )


def obstacles_to(
    action: Action, facts: Facts, parties: frozenset[Party], *, comment: str | None = None
) -> tuple[Reason, ...]:
    """Every reason why none of the parties can make this move now; empty when it can be made.

    `comment` is checked only when it is given (a page that draws the button leaves it out).
    """
    track, move = find(action)
    able = [party for party in move.by if party in parties]
    if not able:
        return (Reason("not_your_move", _("This step is not yours to take.")),)
    reasons: list[Reason] = []
    if facts.state(track) not in move.sources:
        reasons.append(Reason("wrong_state", _("This has already been done, or is not possible any more.")))
    late = [untimely(action, facts, party) for party in able]
    if all(late):
        reasons.extend(late[0])
    for obstacle in move.obstacles:
        reasons.extend(obstacle(facts))
    if comment is not None and move.needs_comment and not comment.strip():
        reasons.append(
            Reason("no_comment", _("Write why, so that the other side understands."), key="comment")
        )
    return tuple(reasons)


# --- the rating as a form -----------------------------------------------------------------------


def rating_action(rating: RatingState) -> Action:
    """Which move the draft of a rating works towards."""
    return {
        RatingState.OPEN: Action.SAVE_FIRST,
        RatingState.FIRST_SAVED: Action.SEND_RATING,
    }.get(rating, Action.REVISE_RATING)


def rating_refusals(facts: Facts, parties: frozenset[Party]) -> tuple[Reason, ...]:
    """Why none of the parties can write the pages of the rating now; empty when one of them can."""
    track, move = find(rating_action(facts.rating))
    able = [party for party in move.by if party in parties]
    if not able:
        return (Reason("not_your_move", _("This step is not yours to take.")),)
    if facts.state(track) not in move.sources:
        return (Reason("wrong_state", _("This can no longer be changed, because it has been sent.")),)
    late = [untimely(rating_action(facts.rating), facts, party) for party in able]
    return late[0] if all(late) else ()
