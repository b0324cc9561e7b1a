"""Where an appraisal stands for the people who lead: one step each, made of the facts and of the rating's form."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass

from appraisal.enums import (
    RATED,
    SEEN_BY_EMPLOYEE,
    Action,
    Party,
    Phase,
    PlanState,
    RatingState,
    ResultState,
    SelfState,
)
from appraisal.facts import Facts
from appraisal.selectors.rating_forms import rated_count
from appraisal.selectors.ratings import RatingForm
from appraisal.workflow import is_late, rating_refusals


class Step(enum.StrEnum):
    """What comes next in an appraisal, as a supervisor would say it."""

    PLAN_AWAITED = "plan_awaited"
    PLAN_RETURNED = "plan_returned"
    PLAN_SENT = "plan_sent"
    UNDER_WAY = "under_way"
    SELF_AWAITED = "self_awaited"
    SELF_RETURNED = "self_returned"
    SELF_RECEIVED = "self_received"
    SELF_MISSING = "self_missing"
    TO_RATE = "to_rate"
    RATING = "rating"
    TO_SAVE_FIRST = "to_save_first"
    FIRST_SAVED = "first_saved"
    READY = "ready"
    NO_PLAN = "no_plan"
    PASSED_ON = "passed_on"
    SENT = "sent"
    NOT_ASSESSED = "not_assessed"
    TO_TALK = "to_talk"
    PUBLISHED = "published"


FOR_THE_RATER = frozenset(
    {Step.TO_RATE, Step.RATING, Step.TO_SAVE_FIRST, Step.FIRST_SAVED, Step.READY, Step.TO_TALK}
)
FINISHED = frozenset({Step.NO_PLAN, Step.PASSED_ON, Step.SENT, Step.NOT_ASSESSED, Step.PUBLISHED})


@dataclass(frozen=True, slots=True)
class Standing:
    """The step, whether its time is over, and how far the rating is: `rated` of `asked`, `missing` for sending."""

    step: Step
    late: bool = False
    closes_at: dt.datetime | None = None
    rated: int = 0
    asked: int = 0
    missing: int = 0


def standing_of(facts: Facts, parties: frozenset[Party], form: RatingForm | None = None) -> Standing:
    """Where an appraisal stands. `form` is the rater's own; without it the rating is told from its state alone."""
    if facts.result in SEEN_BY_EMPLOYEE:
        return Standing(Step.PUBLISHED)
    if facts.result == ResultState.WITH_SUPERVISOR:
        return Standing(Step.TO_TALK)
    if facts.rating == RatingState.NOT_ASSESSED:
        return Standing(Step.NOT_ASSESSED)
    if facts.rating in RATED:
        return Standing(Step.SENT)
    can_rate = not rating_refusals(facts, parties)
    if facts.has_closed(Phase.SUPERVISOR_REVIEW):
        if not facts.has_agreed_plan:
            return Standing(Step.NO_PLAN, late=True)
        if not can_rate:
            return Standing(Step.PASSED_ON)
    return _plan_standing(facts) or _self_standing(facts, can_rate) or _rating_standing(facts, form)


def _closing(facts: Facts, phase: Phase) -> dt.datetime | None:
    window = facts.windows.get(phase)
    return window.closes_at if window else None


def _plan_standing(facts: Facts) -> Standing | None:
    """A plan that waits for somebody; None when an agreed one stands and no newer version was sent."""
    late = is_late(Action.AGREE_PLAN, facts)
    closes_at = _closing(facts, Phase.SUPERVISOR_REVIEW if late else Phase.PLANNING)
    if facts.plan == PlanState.SENT:
        return Standing(Step.PLAN_SENT, late and not facts.has_agreed_plan, closes_at)
    if facts.has_agreed_plan:
        return None
    step = Step.PLAN_RETURNED if facts.plan == PlanState.RETURNED else Step.PLAN_AWAITED
    return Standing(step, late, closes_at)


def _self_standing(facts: Facts, can_rate: bool) -> Standing | None:
    """What the self-assessment still has to do; None when rating can go on."""
    if facts.self_assessment == SelfState.RETURNED and (
        facts.self_due_at is not None and facts.at < facts.self_due_at
    ):
        return Standing(Step.SELF_RETURNED, closes_at=facts.self_due_at)
    if facts.self_assessment == SelfState.DRAFT and not facts.has_closed(Phase.SELF_ASSESSMENT):
        if facts.is_open(Phase.SELF_ASSESSMENT):
            return Standing(Step.SELF_AWAITED, closes_at=_closing(facts, Phase.SELF_ASSESSMENT))
        return Standing(Step.UNDER_WAY)
    if can_rate or facts.is_open(Phase.SUPERVISOR_REVIEW):
        return None
    if facts.self_assessment in {SelfState.SENT, SelfState.RETURNED}:
        return Standing(Step.SELF_RECEIVED)
    return Standing(Step.SELF_MISSING, late=True)


def _rating_standing(facts: Facts, form: RatingForm | None) -> Standing:
    stands_in = facts.has_closed(Phase.SUPERVISOR_REVIEW)
    closes_at = _closing(facts, Phase.CALIBRATION if stands_in else Phase.SUPERVISOR_REVIEW)
    if form is None:
        step = Step.FIRST_SAVED if facts.rating == RatingState.FIRST_SAVED else Step.TO_RATE
        return Standing(step, closes_at=closes_at)
    rated, asked = rated_count(form)
    if facts.rating == RatingState.FIRST_SAVED:
        missing = len(form.missing) + len(form.missing_for_sending)
        step = Step.FIRST_SAVED if missing else Step.READY
        return Standing(step, closes_at=closes_at, rated=rated, asked=asked, missing=missing)
    if rated == asked:
        step = Step.TO_SAVE_FIRST
    else:
        step = Step.RATING if rated else Step.TO_RATE
    return Standing(step, closes_at=closes_at, rated=rated, asked=asked)
