"""Where an appraisal stands for those who lead, told from its facts alone."""

import datetime as dt

import pytest

from appraisal.enums import Party, Phase, PlanState, RatingState, ResultState, SelfState
from appraisal.facts import Facts
from appraisal.selectors.steps import Standing, Step, standing_of
from appraisal.windows import Window

DAY = dt.timedelta(days=1)
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ORDER = (
    Phase.PLANNING,
    Phase.EXECUTION,
    Phase.SELF_ASSESSMENT,
    Phase.SUPERVISOR_REVIEW,
    Phase.CALIBRATION,
    Phase.PUBLICATION,
)
WINDOWS = {phase: Window(START + n * 10 * DAY, START + (n + 1) * 10 * DAY) for n, phase in enumerate(ORDER)}
S, P, R = SelfState, PlanState, RatingState


def standing(phase: Phase, *parties: Party, **changes: object) -> Standing:
    """With an agreed plan and a sent self-assessment on the fifth day of the phase, unless changed."""
    facts = {
        "plan": P.AGREED,
        "has_agreed_plan": True,
        "self_assessment": S.SENT,
        **changes,
    }
    at = WINDOWS[phase].opens_at + 5 * DAY
    return standing_of(Facts(at=at, windows=WINDOWS, **facts), frozenset(parties or {Party.SUPERVISOR}))


NO_PLAN = {"has_agreed_plan": False, "self_assessment": S.DRAFT}


@pytest.mark.parametrize(
    ("phase", "changes", "step", "late"),
    [
        (Phase.PLANNING, {**NO_PLAN, "plan": P.DRAFT}, Step.PLAN_AWAITED, False),
        (Phase.PLANNING, {**NO_PLAN, "plan": P.RETURNED}, Step.PLAN_RETURNED, False),
        (Phase.PLANNING, {**NO_PLAN, "plan": P.SENT}, Step.PLAN_SENT, False),
        (Phase.EXECUTION, {**NO_PLAN, "plan": P.DRAFT}, Step.PLAN_AWAITED, True),
        (Phase.EXECUTION, {**NO_PLAN, "plan": P.SENT}, Step.PLAN_SENT, True),
        (Phase.EXECUTION, {"plan": P.SENT, "self_assessment": S.DRAFT}, Step.PLAN_SENT, False),
        (Phase.EXECUTION, {"self_assessment": S.DRAFT}, Step.UNDER_WAY, False),
        (Phase.EXECUTION, {"plan": P.DRAFT, "self_assessment": S.DRAFT}, Step.UNDER_WAY, False),
        (Phase.SELF_ASSESSMENT, {"self_assessment": S.DRAFT}, Step.SELF_AWAITED, False),
        (Phase.SELF_ASSESSMENT, {}, Step.SELF_RECEIVED, False),
        (
            Phase.SELF_ASSESSMENT,
            {"self_assessment": S.RETURNED, "self_due_at": START + 99 * DAY},
            Step.SELF_RETURNED,
            False,
        ),
        (
            Phase.SUPERVISOR_REVIEW,
            {"self_assessment": S.RETURNED, "self_due_at": START + 99 * DAY},
            Step.SELF_RETURNED,
            False,
        ),
        (
            Phase.SUPERVISOR_REVIEW,
            {"self_assessment": S.RETURNED, "self_due_at": START},
            Step.TO_RATE,
            False,
        ),
        (Phase.SUPERVISOR_REVIEW, {}, Step.TO_RATE, False),
        (Phase.SUPERVISOR_REVIEW, {"self_assessment": S.NOT_SENT}, Step.TO_RATE, False),
        (Phase.SUPERVISOR_REVIEW, {"self_assessment": S.DRAFT}, Step.TO_RATE, False),
        (Phase.SUPERVISOR_REVIEW, {"rating": R.FIRST_SAVED}, Step.FIRST_SAVED, False),
        (Phase.SUPERVISOR_REVIEW, {"rating": R.SENT}, Step.SENT, False),
        (Phase.CALIBRATION, {}, Step.PASSED_ON, False),
        (Phase.CALIBRATION, {**NO_PLAN, "plan": P.SENT}, Step.NO_PLAN, True),
        (Phase.CALIBRATION, {"rating": R.REVISED}, Step.SENT, False),
        (Phase.PUBLICATION, {"rating": R.NOT_ASSESSED}, Step.NOT_ASSESSED, False),
        (
            Phase.PUBLICATION,
            {"rating": R.CONFIRMED, "result": ResultState.WITH_SUPERVISOR},
            Step.TO_TALK,
            False,
        ),
        *(
            (Phase.PUBLICATION, {"rating": R.CONFIRMED, "result": result}, Step.PUBLISHED, False)
            for result in (ResultState.PUBLISHED, ResultState.RECEIVED, ResultState.ACKNOWLEDGED)
        ),
    ],
)
def test_the_step_follows_from_the_facts(phase, changes, step, late):
    found = standing(phase, **changes)
    assert (found.step, found.late) == (step, late)


def test_a_self_assessment_that_was_not_sent_is_late_until_rating_opens():
    gap = dict(WINDOWS)
    gap[Phase.SUPERVISOR_REVIEW] = Window(START + 32 * DAY, START + 40 * DAY)
    facts = Facts(
        at=START + 31 * DAY, windows=gap, plan=P.AGREED, has_agreed_plan=True, self_assessment=S.NOT_SENT
    )
    found = standing_of(facts, frozenset({Party.SUPERVISOR}))
    assert (found.step, found.late) == (Step.SELF_MISSING, True)


def test_in_calibration_the_superior_rates_until_calibration_closes():
    found = standing(Phase.CALIBRATION, Party.SUPERIOR)
    assert (found.step, found.closes_at) == (Step.TO_RATE, WINDOWS[Phase.CALIBRATION].closes_at)


def test_who_only_watches_sees_the_step_without_any_count():
    found = standing(Phase.SUPERVISOR_REVIEW, Party.SUPERIOR, rating=R.FIRST_SAVED)
    assert (found.step, found.rated, found.asked, found.missing) == (Step.FIRST_SAVED, 0, 0, 0)


def test_a_plan_that_waits_is_due_when_planning_closes_and_a_late_one_when_review_does():
    assert standing(Phase.PLANNING, **NO_PLAN, plan=P.SENT).closes_at == WINDOWS[Phase.PLANNING].closes_at
    late = standing(Phase.EXECUTION, **NO_PLAN, plan=P.SENT)
    assert late.closes_at == WINDOWS[Phase.SUPERVISOR_REVIEW].closes_at
