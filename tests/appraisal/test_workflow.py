"""The process table against a hand-written list of the legal paths: states, parties, time, obstacles, deadlines."""

import dataclasses
import datetime as dt
from itertools import product

import pytest
from django.utils import translation

from appraisal.enums import (
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
from appraisal.facts import Facts, Reason
from appraisal.obstacles import (
    objection_deadline,
    realization_refusals,
    replacement_refusals,
    return_deadline,
)
from appraisal.windows import Window
from appraisal.workflow import (
    ON_CLOSE,
    TRANSITIONS,
    available,
    find,
    is_late,
    obstacles_to,
    rating_refusals,
    untimely,
)
from core.clock import day_end, day_start, today

A = Action
P = Party

STATES = {
    Track.PLAN: PlanState,
    Track.SELF_ASSESSMENT: SelfState,
    Track.INVITATION: InvitationState,
    Track.RATING: RatingState,
    Track.RESULT: ResultState,
}
FIELDS = {
    Track.PLAN: "plan",
    Track.SELF_ASSESSMENT: "self_assessment",
    Track.INVITATION: "invitation",
    Track.RATING: "rating",
    Track.RESULT: "result",
}

# The legal paths, written by hand: from, who, what, to. A move that is not here must not be possible.
LEGAL: dict[Track, tuple[tuple[str, Party, Action, str], ...]] = {
    Track.PLAN: (
        ("draft", P.EMPLOYEE, A.SEND_PLAN, "sent"),
        ("returned", P.EMPLOYEE, A.SEND_PLAN, "sent"),
        ("sent", P.EMPLOYEE, A.WITHDRAW_PLAN, "draft"),
        ("sent", P.SUPERVISOR, A.RETURN_PLAN, "returned"),
        ("sent", P.DELEGATE, A.RETURN_PLAN, "returned"),
        ("sent", P.SUPERVISOR, A.AGREE_PLAN, "agreed"),
        ("sent", P.DELEGATE, A.AGREE_PLAN, "agreed"),
        ("agreed", P.EMPLOYEE, A.REVISE_PLAN, "draft"),
        ("agreed", P.SUPERVISOR, A.REVISE_PLAN, "draft"),
    ),
    Track.SELF_ASSESSMENT: (
        ("draft", P.EMPLOYEE, A.SEND_SELF, "sent"),
        ("returned", P.EMPLOYEE, A.RESEND_SELF, "sent"),
        ("sent", P.EMPLOYEE, A.WITHDRAW_SELF, "draft"),
        ("sent", P.SUPERVISOR, A.RETURN_SELF, "returned"),
        ("sent", P.DELEGATE, A.RETURN_SELF, "returned"),
        ("draft", P.CLOCK, A.CLOSE_SELF_COMPLETE, "sent"),
        ("draft", P.CLOCK, A.CLOSE_SELF_INCOMPLETE, "not_sent"),
        ("returned", P.CLOCK, A.KEEP_EARLIER_SELF, "sent"),
        ("not_sent", P.HR, A.REOPEN_SELF, "draft"),
    ),
    Track.INVITATION: (
        ("proposed", P.SUPERVISOR, A.APPROVE_INVITATION, "approved"),
        ("proposed", P.DELEGATE, A.APPROVE_INVITATION, "approved"),
        ("proposed", P.CLOCK, A.APPROVE_INVITATION, "approved"),
        ("proposed", P.SUPERVISOR, A.WITHDRAW_INVITATION, "withdrawn"),
        ("proposed", P.DELEGATE, A.WITHDRAW_INVITATION, "withdrawn"),
        ("proposed", P.HR, A.WITHDRAW_INVITATION, "withdrawn"),
        ("proposed", P.CLOCK, A.WITHDRAW_INVITATION, "withdrawn"),
        ("approved", P.SUPERVISOR, A.WITHDRAW_INVITATION, "withdrawn"),
        ("approved", P.DELEGATE, A.WITHDRAW_INVITATION, "withdrawn"),
        ("approved", P.HR, A.WITHDRAW_INVITATION, "withdrawn"),
        ("approved", P.CLOCK, A.WITHDRAW_INVITATION, "withdrawn"),
        ("accepted", P.HR, A.CANCEL_INVITATION, "withdrawn"),
        ("accepted", P.CLOCK, A.CANCEL_INVITATION, "withdrawn"),
        ("approved", P.PEER, A.ACCEPT_INVITATION, "accepted"),
        ("approved", P.PEER, A.DECLINE_INVITATION, "declined"),
        ("accepted", P.PEER, A.DECLINE_INVITATION, "declined"),
        ("accepted", P.PEER, A.SEND_ANSWER, "accepted"),
        ("proposed", P.CLOCK, A.CLOSE_INVITATION, "closed"),
        ("approved", P.CLOCK, A.CLOSE_INVITATION, "closed"),
        ("accepted", P.CLOCK, A.CLOSE_INVITATION, "closed"),
    ),
    Track.RATING: (
        ("open", P.SUPERVISOR, A.SAVE_FIRST, "first_saved"),
        ("open", P.SUPERIOR, A.SAVE_FIRST, "first_saved"),
        ("first_saved", P.SUPERVISOR, A.SEND_RATING, "sent"),
        ("first_saved", P.SUPERIOR, A.SEND_RATING, "sent"),
        ("sent", P.SUPERVISOR, A.REVISE_RATING, "revised"),
        ("revised", P.SUPERVISOR, A.REVISE_RATING, "revised"),
        ("open", P.CLOCK, A.PASS_ON, "open"),
        ("first_saved", P.CLOCK, A.PASS_ON, "open"),
        ("sent", P.HR, A.CONFIRM_RATING, "confirmed"),
        ("revised", P.HR, A.CONFIRM_RATING, "confirmed"),
        ("confirmed", P.HR, A.UNCONFIRM_RATING, "sent"),
        ("open", P.HR, A.CLOSE_UNRATED, "not_assessed"),
        ("first_saved", P.HR, A.CLOSE_UNRATED, "not_assessed"),
        ("not_assessed", P.HR, A.REOPEN_UNRATED, "open"),
        ("not_assessed", P.HR, A.REOPEN_SAVED, "first_saved"),
    ),
    Track.RESULT: (
        ("hidden", P.HR, A.SHOW_SUPERVISOR, "with_supervisor"),
        ("with_supervisor", P.HR, A.PUBLISH, "published"),
        ("with_supervisor", P.CLOCK, A.PUBLISH, "published"),
        ("with_supervisor", P.HR, A.RECALL, "hidden"),
        ("published", P.HR, A.RECALL, "hidden"),
        ("published", P.EMPLOYEE, A.RECEIVE, "received"),
        ("received", P.EMPLOYEE, A.ACKNOWLEDGE, "acknowledged"),
    ),
}

# When: the windows of each party, and the phase until whose end the move stays open, marked late.
WINDOWS: dict[tuple[Action, Party], tuple[Phase, ...]] = {
    (A.SEND_PLAN, P.EMPLOYEE): (Phase.PLANNING,),
    (A.WITHDRAW_PLAN, P.EMPLOYEE): (Phase.PLANNING,),
    (A.RETURN_PLAN, P.SUPERVISOR): (Phase.PLANNING,),
    (A.RETURN_PLAN, P.DELEGATE): (Phase.PLANNING,),
    (A.AGREE_PLAN, P.SUPERVISOR): (Phase.PLANNING,),
    (A.AGREE_PLAN, P.DELEGATE): (Phase.PLANNING,),
    (A.REVISE_PLAN, P.EMPLOYEE): (Phase.PLANNING, Phase.EXECUTION),
    (A.REVISE_PLAN, P.SUPERVISOR): (Phase.PLANNING, Phase.EXECUTION),
    (A.SEND_SELF, P.EMPLOYEE): (Phase.SELF_ASSESSMENT,),
    (A.WITHDRAW_SELF, P.EMPLOYEE): (Phase.SELF_ASSESSMENT,),
    (A.RETURN_SELF, P.SUPERVISOR): (Phase.SELF_ASSESSMENT, Phase.SUPERVISOR_REVIEW),
    (A.RETURN_SELF, P.DELEGATE): (Phase.SELF_ASSESSMENT, Phase.SUPERVISOR_REVIEW),
    (A.APPROVE_INVITATION, P.SUPERVISOR): (Phase.NOMINATION,),
    (A.APPROVE_INVITATION, P.DELEGATE): (Phase.NOMINATION,),
    (A.WITHDRAW_INVITATION, P.SUPERVISOR): (Phase.NOMINATION, Phase.PEER_REVIEW),
    (A.WITHDRAW_INVITATION, P.DELEGATE): (Phase.NOMINATION, Phase.PEER_REVIEW),
    (A.WITHDRAW_INVITATION, P.HR): (Phase.NOMINATION, Phase.PEER_REVIEW),
    (A.CANCEL_INVITATION, P.HR): (Phase.NOMINATION, Phase.PEER_REVIEW),
    (A.ACCEPT_INVITATION, P.PEER): (Phase.NOMINATION, Phase.PEER_REVIEW),
    (A.DECLINE_INVITATION, P.PEER): (Phase.NOMINATION, Phase.PEER_REVIEW),
    (A.SEND_ANSWER, P.PEER): (Phase.PEER_REVIEW,),
    (A.SAVE_FIRST, P.SUPERVISOR): (Phase.SUPERVISOR_REVIEW,),
    (A.SAVE_FIRST, P.SUPERIOR): (Phase.CALIBRATION,),
    (A.SEND_RATING, P.SUPERVISOR): (Phase.SUPERVISOR_REVIEW,),
    (A.SEND_RATING, P.SUPERIOR): (Phase.CALIBRATION,),
    (A.REVISE_RATING, P.SUPERVISOR): (Phase.CALIBRATION,),
    (A.CONFIRM_RATING, P.HR): (Phase.PUBLICATION,),
    (A.CLOSE_UNRATED, P.HR): (Phase.PUBLICATION,),
    (A.SHOW_SUPERVISOR, P.HR): (Phase.PUBLICATION,),
    (A.PUBLISH, P.HR): (Phase.PUBLICATION,),
}
STAYS_OPEN_LATE = {A.SEND_PLAN, A.WITHDRAW_PLAN, A.RETURN_PLAN, A.AGREE_PLAN}
NEEDS_COMMENT = {
    A.RETURN_PLAN,
    A.REVISE_PLAN,
    A.RETURN_SELF,
    A.REOPEN_SELF,
    A.WITHDRAW_INVITATION,
    A.CANCEL_INVITATION,
    A.DECLINE_INVITATION,
    A.REVISE_RATING,
    A.UNCONFIRM_RATING,
    A.CLOSE_UNRATED,
    A.REOPEN_UNRATED,
    A.REOPEN_SAVED,
    A.RECALL,
}

PATHS = [(track, *path) for track, paths in LEGAL.items() for path in paths]

# A year in which no two windows overlap.
YEAR = {
    Phase.PLANNING: (dt.date(2026, 1, 5), dt.date(2026, 1, 31)),
    Phase.EXECUTION: (dt.date(2026, 2, 1), dt.date(2026, 11, 30)),
    Phase.SELF_ASSESSMENT: (dt.date(2026, 12, 1), dt.date(2026, 12, 10)),
    Phase.NOMINATION: (dt.date(2026, 12, 11), dt.date(2026, 12, 12)),
    Phase.PEER_REVIEW: (dt.date(2026, 12, 13), dt.date(2026, 12, 14)),
    Phase.SUPERVISOR_REVIEW: (dt.date(2026, 12, 15), dt.date(2026, 12, 20)),
    Phase.CALIBRATION: (dt.date(2026, 12, 21), dt.date(2026, 12, 24)),
    Phase.PUBLICATION: (dt.date(2026, 12, 28), dt.date(2026, 12, 31)),
}
APART = {phase: Window(day_start(first), day_end(last)) for phase, (first, last) in YEAR.items()}

# All windows at once, so that only state and party decide.
NOON = dt.datetime(2026, 6, 1, 5, tzinfo=dt.UTC)
TOGETHER = {phase: Window(NOON - dt.timedelta(days=1), NOON + dt.timedelta(days=1)) for phase in Phase}
MOMENT = dt.timedelta(microseconds=1)
# The superior's turn comes when supervisor review is over, also where calibration opens earlier.
SUPERIORS_TURN = {**TOGETHER, Phase.SUPERVISOR_REVIEW: Window(NOON - dt.timedelta(days=1), NOON)}


def facts_for(track: Track, state: str, *, at: dt.datetime = NOON, windows=None, **changes) -> Facts:
    """Facts in which only the track's own state can stand in the way of a move."""
    base = {
        Track.PLAN: {},
        Track.SELF_ASSESSMENT: {"plan": PlanState.AGREED, "has_agreed_plan": True},
        Track.INVITATION: {},
        Track.RATING: {
            "plan": PlanState.AGREED,
            "has_agreed_plan": True,
            "self_assessment": SelfState.SENT,
        },
        Track.RESULT: {
            "plan": PlanState.AGREED,
            "has_agreed_plan": True,
            "self_assessment": SelfState.SENT,
            "rating": RatingState.CONFIRMED,
        },
    }[track]
    values = {
        "at": at,
        "windows": TOGETHER if windows is None else windows,
        "self_due_at": at + dt.timedelta(days=2),
        **base,
        FIELDS[track]: STATES[track](state),
    }
    return Facts(**{**values, **changes})


def codes(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.code for reason in reasons]


# --- who, from where, to where ------------------------------------------------------------------


def test_the_table_holds_exactly_the_legal_paths() -> None:
    in_table = {
        (track, str(source), party, action, str(move.target))
        for (track, action), move in TRANSITIONS.items()
        for source in move.sources
        for party in move.by
    }
    assert in_table == set(PATHS)


def test_every_action_has_one_row() -> None:
    assert sorted(action for _track, action in TRANSITIONS) == sorted(Action)
    assert all(find(action)[0] == track for track, action in TRANSITIONS)


@pytest.mark.parametrize(
    ("track", "state", "party"),
    [(track, str(state), party) for track in Track for state, party in product(STATES[track], Party)],
)
def test_each_party_has_exactly_its_moves_in_each_state(track: Track, state: str, party: Party) -> None:
    expected = {action for source, who, action, _to in LEGAL[track] if source == state and who == party}
    facts = facts_for(track, state, windows=SUPERIORS_TURN if party == P.SUPERIOR else TOGETHER)

    moves = {action for action in available(facts, frozenset({party})) if find(action)[0] == track}

    assert moves == expected
    for action in Action:
        if find(action)[0] != track:
            continue
        reasons = codes(obstacles_to(action, facts, frozenset({party}), comment="because"))
        mine = any(who == party and what == action for _from, who, what, _to in LEGAL[track])
        if action in expected:
            assert reasons == []
        elif not mine:
            assert reasons == ["not_your_move"]
        else:
            assert reasons == ["wrong_state"]


def test_nobody_can_do_nothing() -> None:
    facts = facts_for(Track.PLAN, "draft")
    assert available(facts, frozenset()) == ()
    assert codes(obstacles_to(A.SEND_PLAN, facts, frozenset())) == ["not_your_move"]


def test_moves_are_listed_in_the_order_of_the_table() -> None:
    facts = facts_for(Track.PLAN, "sent")
    assert available(facts, frozenset({P.SUPERVISOR})) == (A.RETURN_PLAN, A.AGREE_PLAN, A.SAVE_FIRST)


def test_a_person_of_two_parties_may_use_either() -> None:
    facts = facts_for(Track.RATING, "open", at=APART[Phase.CALIBRATION].opens_at, windows=APART)
    assert obstacles_to(A.SAVE_FIRST, facts, frozenset({P.SUPERVISOR})) != ()
    assert obstacles_to(A.SAVE_FIRST, facts, frozenset({P.SUPERVISOR, P.SUPERIOR})) == ()


@pytest.mark.parametrize("action", [A.SAVE_FIRST, A.SEND_RATING])
def test_the_superior_waits_until_supervisor_review_is_over_also_where_calibration_has_opened(
    action: Action,
) -> None:
    _track, source = source_of(action)
    facts = facts_for(Track.RATING, source)
    assert action in available(facts, frozenset({P.SUPERVISOR}))
    assert action not in available(facts, frozenset({P.SUPERIOR}))

    (reason,) = untimely(action, facts, P.SUPERIOR)
    assert (reason.code, reason.moment) == ("too_early", TOGETHER[Phase.SUPERVISOR_REVIEW].closes_at)
    extended = {
        **APART,
        Phase.SUPERVISOR_REVIEW: Window(
            APART[Phase.SUPERVISOR_REVIEW].opens_at, day_end(dt.date(2026, 12, 22)), extended=True
        ),
    }
    opens_at = APART[Phase.CALIBRATION].opens_at
    assert reasons_at(action, P.SUPERIOR, opens_at) == []
    assert reasons_at(action, P.SUPERIOR, opens_at, extended) == ["too_early"]
    assert reasons_at(action, P.SUPERIOR, day_end(dt.date(2026, 12, 22)), extended) == []


# --- invitations between their two windows -----------------------------------------------------


@pytest.mark.parametrize(
    ("party", "action", "state"),
    [
        (P.PEER, A.ACCEPT_INVITATION, "approved"),
        (P.PEER, A.DECLINE_INVITATION, "accepted"),
        (P.SUPERVISOR, A.WITHDRAW_INVITATION, "approved"),
        (P.HR, A.CANCEL_INVITATION, "accepted"),
    ],
)
def test_what_concerns_an_invitation_goes_on_between_nomination_and_peer_review(party, action, state) -> None:
    gap = {
        **APART,
        Phase.PEER_REVIEW: Window(day_start(dt.date(2026, 12, 14)), day_end(dt.date(2026, 12, 14))),
    }
    nominated, reviewed = gap[Phase.NOMINATION], gap[Phase.PEER_REVIEW]

    def reasons(at: dt.datetime) -> list[str]:
        facts = facts_for(Track.INVITATION, state, at=at, windows=gap)
        return codes(obstacles_to(action, facts, frozenset({party}), comment="because"))

    assert reasons(nominated.opens_at - MOMENT) == ["too_early"]
    assert reasons(nominated.opens_at) == []
    assert reasons(nominated.closes_at) == []
    assert reasons(reviewed.closes_at - MOMENT) == []
    assert reasons(reviewed.closes_at) == ["too_late"]


def test_a_supervisor_invites_from_the_opening_of_nomination_to_the_end_of_peer_review() -> None:
    def reasons(at: dt.datetime, **changes) -> list[str]:
        return codes(replacement_refusals(Facts(at=at, windows=APART, **changes)))

    assert reasons(APART[Phase.NOMINATION].opens_at - MOMENT) == ["too_early"]
    assert reasons(APART[Phase.NOMINATION].opens_at) == []
    assert reasons(APART[Phase.NOMINATION].closes_at) == []
    assert reasons(APART[Phase.PEER_REVIEW].closes_at - MOMENT) == []
    assert reasons(APART[Phase.PEER_REVIEW].closes_at) == ["too_late"]
    assert reasons(APART[Phase.NOMINATION].opens_at, box_opened=True) == ["box_is_open"]
    assert codes(replacement_refusals(Facts(at=NOON, windows={}))) == ["no_window"]


# --- the rating as a form -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "phase", "party", "expected"),
    [
        ("open", Phase.SUPERVISOR_REVIEW, P.SUPERVISOR, []),
        ("first_saved", Phase.SUPERVISOR_REVIEW, P.SUPERVISOR, []),
        ("open", Phase.CALIBRATION, P.SUPERVISOR, ["too_late"]),
        ("open", Phase.CALIBRATION, P.SUPERIOR, []),
        ("open", Phase.SUPERVISOR_REVIEW, P.SUPERIOR, ["too_early"]),
        ("open", Phase.SUPERVISOR_REVIEW, P.DELEGATE, ["not_your_move"]),
        ("sent", Phase.SUPERVISOR_REVIEW, P.SUPERVISOR, ["too_early"]),
        ("sent", Phase.CALIBRATION, P.SUPERVISOR, []),
        ("revised", Phase.CALIBRATION, P.SUPERVISOR, []),
        ("sent", Phase.CALIBRATION, P.SUPERIOR, ["not_your_move"]),
        ("confirmed", Phase.CALIBRATION, P.SUPERVISOR, ["wrong_state"]),
        ("not_assessed", Phase.CALIBRATION, P.SUPERVISOR, ["wrong_state"]),
    ],
)
def test_the_pages_of_a_rating_are_written_by_whom_the_table_lets_move(state, phase, party, expected) -> None:
    facts = facts_for(Track.RATING, state, at=APART[phase].opens_at, windows=APART)
    assert codes(rating_refusals(facts, frozenset({party}))) == expected
    assert codes(rating_refusals(facts, frozenset())) == ["not_your_move"]


@pytest.mark.parametrize("action", list(Action))
def test_a_comment_is_asked_for_where_the_list_says_so(action: Action) -> None:
    track, move = find(action)
    facts = facts_for(track, str(next(iter(move.sources))))
    parties = frozenset(move.by)

    assert move.needs_comment == (action in NEEDS_COMMENT)
    for empty in ("", "  \n\t "):
        reasons = obstacles_to(action, facts, parties, comment=empty)
        assert codes(reasons) == (["no_comment"] if action in NEEDS_COMMENT else [])
        assert [reason.key for reason in reasons] == ["comment"] * len(reasons)
    assert obstacles_to(action, facts, parties, comment="because") == ()
    assert obstacles_to(action, facts, parties) == ()  # the page that draws the button does not know it yet


# --- time ---------------------------------------------------------------------------------------


def test_every_party_with_a_window_is_in_the_list_of_windows() -> None:
    in_table = {
        (action, party): set(phases)
        for (_track, action), move in TRANSITIONS.items()
        for party, phases in move.by.items()
        if phases
    }
    assert in_table == {key: set(phases) for key, phases in WINDOWS.items()}
    late = {action for (_track, action), move in TRANSITIONS.items() if move.late_until}
    assert late == STAYS_OPEN_LATE
    assert all(find(action)[1].late_until == Phase.SUPERVISOR_REVIEW for action in late)


def source_of(action: Action) -> tuple[Track, str]:
    return next((track, source) for track, source, _party, what, _to in PATHS if what == action)


def reasons_at(action: Action, party: Party, at: dt.datetime, windows=None) -> list[str]:
    track, source = source_of(action)
    facts = facts_for(track, source, at=at, windows=APART if windows is None else windows)
    reasons = untimely(action, facts, party)
    assert (action in available(facts, frozenset({party}))) == (not reasons)
    return codes(reasons)


@pytest.mark.parametrize(("action", "party"), sorted(WINDOWS))
def test_a_window_holds_from_its_first_to_its_last_instant(action: Action, party: Party) -> None:
    for phase in WINDOWS[action, party]:
        assert reasons_at(action, party, APART[phase].opens_at) == []
        assert reasons_at(action, party, APART[phase].closes_at - MOMENT) == []


@pytest.mark.parametrize(("action", "party"), sorted(WINDOWS))
def test_before_the_first_window_it_is_too_early(action: Action, party: Party) -> None:
    opens_at = min(APART[phase].opens_at for phase in WINDOWS[action, party])
    track, source = source_of(action)

    assert reasons_at(action, party, opens_at - MOMENT) == ["too_early"]
    (reason,) = untimely(action, facts_for(track, source, at=opens_at - MOMENT, windows=APART), party)
    assert reason.moment == opens_at


@pytest.mark.parametrize(("action", "party"), sorted(WINDOWS))
def test_at_closing_it_is_too_late_or_late_until_supervisor_review_closes(
    action: Action, party: Party
) -> None:
    closes_at = max(APART[phase].closes_at for phase in WINDOWS[action, party])
    track, source = source_of(action)
    if action in STAYS_OPEN_LATE:
        assert reasons_at(action, party, closes_at) == []
        closes_at = APART[Phase.SUPERVISOR_REVIEW].closes_at
        assert reasons_at(action, party, closes_at - MOMENT) == []

    assert reasons_at(action, party, closes_at) == ["too_late"]
    (reason,) = untimely(action, facts_for(track, source, at=closes_at, windows=APART), party)
    assert reason.moment == closes_at


def test_between_two_windows_the_next_one_is_named() -> None:
    gap = dict(APART)
    gap[Phase.EXECUTION] = Window(
        APART[Phase.EXECUTION].opens_at + dt.timedelta(days=7), APART[Phase.EXECUTION].closes_at
    )
    facts = facts_for(Track.PLAN, "agreed", at=APART[Phase.PLANNING].closes_at, windows=gap)

    (reason,) = untimely(A.REVISE_PLAN, facts, P.EMPLOYEE)

    assert (reason.code, reason.moment) == ("too_early", gap[Phase.EXECUTION].opens_at)


def test_a_phase_that_the_cycle_does_not_have_gives_no_time() -> None:
    windows = {phase: window for phase, window in APART.items() if phase != Phase.CALIBRATION}
    facts = facts_for(Track.RATING, "sent", at=APART[Phase.CALIBRATION].opens_at, windows=windows)

    assert codes(untimely(A.REVISE_RATING, facts, P.SUPERVISOR)) == ["no_window"]


def test_an_extension_moves_the_end_of_one_person() -> None:
    closes_at = APART[Phase.SELF_ASSESSMENT].closes_at
    extended = {
        **APART,
        Phase.SELF_ASSESSMENT: dataclasses.replace(
            APART[Phase.SELF_ASSESSMENT], closes_at=closes_at + dt.timedelta(days=2), extended=True
        ),
    }
    assert reasons_at(A.SEND_SELF, P.EMPLOYEE, closes_at) == ["too_late"]
    assert reasons_at(A.SEND_SELF, P.EMPLOYEE, closes_at, extended) == []
    assert reasons_at(A.SEND_SELF, P.EMPLOYEE, closes_at + dt.timedelta(days=2) - MOMENT, extended) == []
    assert reasons_at(A.SEND_SELF, P.EMPLOYEE, closes_at + dt.timedelta(days=2), extended) == ["too_late"]


@pytest.mark.parametrize(
    ("action", "party"),
    [
        (action, party)
        for (_track, action), move in TRANSITIONS.items()
        for party, phases in move.by.items()
        if not phases and action != A.RESEND_SELF  # its time is a stored deadline
    ],
)
def test_moves_without_a_window_are_never_untimely(action: Action, party: Party) -> None:
    for at in (dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2030, 1, 1, tzinfo=dt.UTC)):
        assert reasons_at(action, party, at) == []


@pytest.mark.parametrize(
    ("due_in", "expected"),
    [(MOMENT, []), (dt.timedelta(0), ["too_late"]), (-MOMENT, ["too_late"]), (None, ["too_late"])],
)
def test_a_returned_self_assessment_may_be_sent_again_until_its_own_deadline(due_in, expected) -> None:
    at = APART[Phase.SUPERVISOR_REVIEW].opens_at
    due = None if due_in is None else at + due_in
    facts = facts_for(Track.SELF_ASSESSMENT, "returned", at=at, windows=APART, self_due_at=due)

    assert codes(untimely(A.RESEND_SELF, facts, P.EMPLOYEE)) == expected
    assert codes(obstacles_to(A.RESEND_SELF, facts, frozenset({P.EMPLOYEE}))) == expected


def test_wrong_state_wrong_time_and_every_obstacle_are_told_at_once() -> None:
    facts = facts_for(
        Track.SELF_ASSESSMENT,
        "sent",
        at=APART[Phase.SELF_ASSESSMENT].closes_at,
        windows=APART,
        rating=RatingState.FIRST_SAVED,
        missing_in_self=(Reason("no_words", "Tell an event."), Reason("no_level", "Choose a level.")),
    )
    assert codes(obstacles_to(A.SEND_SELF, facts, frozenset({P.EMPLOYEE}))) == [
        "wrong_state",
        "too_late",
        "no_words",
        "no_level",
    ]
    assert codes(obstacles_to(A.WITHDRAW_SELF, facts, frozenset({P.EMPLOYEE}))) == [
        "too_late",
        "rating_begun",
    ]


@pytest.mark.parametrize("action", list(Action))
def test_only_a_plan_can_be_late_and_only_after_planning(action: Action) -> None:
    track, source = source_of(action)
    closes_at = APART[Phase.PLANNING].closes_at

    def late_at(at: dt.datetime) -> bool:
        return is_late(action, facts_for(track, source, at=at, windows=APART))

    assert not late_at(closes_at - MOMENT)
    assert late_at(closes_at) == (action in STAYS_OPEN_LATE)
    assert late_at(APART[Phase.PUBLICATION].closes_at) == (action in STAYS_OPEN_LATE)


# --- obstacles ----------------------------------------------------------------------------------

MISSING = (Reason("missing", "Something is missing."),)
BEFORE_CLOSING = APART[Phase.SELF_ASSESSMENT].closes_at - MOMENT
AFTER_CLOSING = APART[Phase.SELF_ASSESSMENT].closes_at

# action, state, facts that stand in the way, the code; and facts that do not.
OBSTACLES = [
    (A.SEND_PLAN, "draft", {"missing_in_plan": MISSING}, "missing", {}),
    (A.AGREE_PLAN, "sent", {"missing_in_plan": MISSING}, "missing", {}),
    *(
        (A.REVISE_PLAN, "agreed", {"rating": state}, "rating_begun", {"rating": RatingState.OPEN})
        for state in RatingState
        if state != RatingState.OPEN
    ),
    (A.SEND_SELF, "draft", {"missing_in_self": MISSING}, "missing", {}),
    (A.RESEND_SELF, "returned", {"missing_in_self": MISSING}, "missing", {}),
    (A.CLOSE_SELF_COMPLETE, "draft", {"missing_in_self": MISSING}, "missing", {}),
    (
        A.WITHDRAW_SELF,
        "sent",
        {"rating": RatingState.FIRST_SAVED},
        "rating_begun",
        {"rating": RatingState.OPEN},
    ),
    (
        A.RETURN_SELF,
        "sent",
        {"rating": RatingState.FIRST_SAVED},
        "rating_begun",
        {"rating": RatingState.OPEN},
    ),
    (
        A.REOPEN_SELF,
        "not_sent",
        {"rating": RatingState.FIRST_SAVED},
        "rating_begun",
        {"rating": RatingState.OPEN},
    ),
    *(
        (action, state, {"agency_opened": True}, "somebody_has_opened", {"agency_opened": False})
        for action, state in (
            (A.UNCONFIRM_RATING, "confirmed"),
            (A.REOPEN_UNRATED, "not_assessed"),
            (A.REOPEN_SAVED, "not_assessed"),
        )
    ),
    (A.RETURN_SELF, "sent", {"self_returned_at": NOON}, "already_returned", {"self_returned_at": None}),
    *(
        (action, state, {"has_agreed_plan": False}, "no_agreed_plan", {"has_agreed_plan": True})
        for action, state in ((A.SAVE_FIRST, "open"), (A.SEND_RATING, "first_saved"))
    ),
    *(
        (action, state, {"missing_in_rating": MISSING}, "missing", {})
        for action, state in (
            (A.SAVE_FIRST, "open"),
            (A.SEND_RATING, "first_saved"),
            (A.REVISE_RATING, "sent"),
        )
    ),
    *(
        (action, state, {"missing_in_feedback": MISSING}, "missing", {})
        for action, state in ((A.SEND_RATING, "first_saved"), (A.REVISE_RATING, "revised"))
    ),
    *(
        (action, state, {"rating": rating}, "not_rated", {"rating": RatingState.SENT})
        for action, state in ((A.SHOW_SUPERVISOR, "hidden"), (A.PUBLISH, "with_supervisor"))
        for rating in (RatingState.OPEN, RatingState.FIRST_SAVED, RatingState.NOT_ASSESSED)
    ),
    *(
        (A.RECALL, state, {"agency_opened": True}, "somebody_has_opened", {"agency_opened": False})
        for state in ("with_supervisor", "published")
    ),
]


@pytest.mark.parametrize(("action", "state", "blocking", "code", "free"), OBSTACLES)
def test_an_obstacle_stands_in_the_way_and_goes_away(action, state, blocking, code, free) -> None:
    track, move = find(action)
    parties = frozenset(move.by)

    assert codes(obstacles_to(action, facts_for(track, state, **blocking), parties)) == [code]
    assert obstacles_to(action, facts_for(track, state, **free), parties) == ()


def test_saving_a_first_rating_does_not_ask_for_feedback() -> None:
    facts = facts_for(Track.RATING, "open", missing_in_feedback=MISSING)
    assert obstacles_to(A.SAVE_FIRST, facts, frozenset({P.SUPERVISOR})) == ()


def test_an_obstacle_of_one_move_does_not_hide_the_button() -> None:
    facts = facts_for(Track.PLAN, "draft", missing_in_plan=MISSING)
    assert A.SEND_PLAN in available(facts, frozenset({P.EMPLOYEE}))


DUE = NOON + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("self_state", "at", "due", "expected", "moment"),
    [
        (SelfState.SENT, BEFORE_CLOSING, None, [], None),
        (SelfState.NOT_SENT, BEFORE_CLOSING, None, [], None),
        (SelfState.DRAFT, BEFORE_CLOSING, None, ["self_expected"], AFTER_CLOSING),
        (SelfState.DRAFT, AFTER_CLOSING, None, [], None),
        (SelfState.RETURNED, DUE - MOMENT, DUE, ["self_returned"], DUE),
        (SelfState.RETURNED, DUE, DUE, [], None),
        (SelfState.RETURNED, BEFORE_CLOSING, None, [], None),
    ],
)
@pytest.mark.parametrize(("action", "state"), [(A.SAVE_FIRST, "open"), (A.SEND_RATING, "first_saved")])
def test_the_employee_speaks_before_the_supervisor_rates(
    action, state, self_state, at, due, expected, moment
) -> None:
    windows = {**TOGETHER, Phase.SELF_ASSESSMENT: APART[Phase.SELF_ASSESSMENT]}
    windows[Phase.SUPERVISOR_REVIEW] = Window(NOON, NOON + dt.timedelta(days=300))
    facts = facts_for(
        Track.RATING, state, at=at, windows=windows, self_assessment=self_state, self_due_at=due
    )

    reasons = obstacles_to(action, facts, frozenset({P.SUPERVISOR}))

    assert codes(reasons) == expected
    assert [reason.moment for reason in reasons] == ([moment] if moment else [])


CLOSES = APART[Phase.SELF_ASSESSMENT].closes_at


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"at": APART[Phase.EXECUTION].opens_at}, []),
        ({"at": CLOSES - MOMENT}, []),
        ({"at": CLOSES}, ["too_late"]),
        ({"at": CLOSES - MOMENT, "has_agreed_plan": False}, ["no_agreed_plan"]),
        ({"at": CLOSES - MOMENT, "self_assessment": SelfState.SENT}, ["self_sent"]),
        ({"at": CLOSES - MOMENT, "self_assessment": SelfState.NOT_SENT}, ["too_late"]),
        ({"at": DUE - MOMENT, "self_assessment": SelfState.RETURNED, "self_due_at": DUE}, []),
        ({"at": DUE, "self_assessment": SelfState.RETURNED, "self_due_at": DUE}, ["too_late"]),
        ({"at": CLOSES - MOMENT, "self_assessment": SelfState.RETURNED, "self_due_at": None}, ["too_late"]),
        ({"at": CLOSES - MOMENT, "windows": {}}, ["too_late"]),
    ],
)
def test_realisation_is_open_from_the_agreed_plan_until_self_assessment_closes(changes, expected) -> None:
    facts = Facts(**{"windows": APART, "has_agreed_plan": True, **changes})

    assert codes(realization_refusals(facts)) == expected


# --- deadlines ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        # three days after the return …
        (dt.datetime(2026, 12, 12, 3, tzinfo=dt.UTC), dt.datetime(2026, 12, 15, 3, tzinfo=dt.UTC)),
        # … never before self-assessment closes for everybody …
        (dt.datetime(2026, 12, 2, 3, tzinfo=dt.UTC), APART[Phase.SELF_ASSESSMENT].closes_at),
        # … and never past the supervisor's window.
        (dt.datetime(2026, 12, 19, 3, tzinfo=dt.UTC), APART[Phase.SUPERVISOR_REVIEW].closes_at),
    ],
)
def test_a_returned_self_assessment_is_due_in_three_days(at: dt.datetime, expected: dt.datetime) -> None:
    facts = facts_for(Track.SELF_ASSESSMENT, "sent", at=at, windows=APART)

    assert return_deadline(facts) == expected
    assert find(A.RETURN_SELF)[1].deadline is return_deadline


def test_the_return_deadline_needs_no_windows() -> None:
    assert return_deadline(Facts(at=NOON, windows={})) == NOON + dt.timedelta(days=3)


def test_an_objection_is_possible_for_fourteen_days_after_receipt() -> None:
    facts = facts_for(Track.RESULT, "published")

    assert objection_deadline(facts) == day_end(today(NOON) + dt.timedelta(days=14))
    assert find(A.RECEIVE)[1].deadline is objection_deadline
    assert {action for (_t, action), move in TRANSITIONS.items() if move.deadline} == {
        A.RETURN_SELF,
        A.RECEIVE,
    }


# --- what closing does --------------------------------------------------------------------------


def test_the_clock_has_its_moves_at_closing() -> None:
    assert {phase: rule.moves for phase, rule in ON_CLOSE.items() if rule.moves} == {
        Phase.SELF_ASSESSMENT: (
            (Track.SELF_ASSESSMENT, A.CLOSE_SELF_COMPLETE),
            (Track.SELF_ASSESSMENT, A.CLOSE_SELF_INCOMPLETE),
        ),
        Phase.NOMINATION: ((Track.INVITATION, A.APPROVE_INVITATION),),
        Phase.PEER_REVIEW: ((Track.INVITATION, A.CLOSE_INVITATION),),
        Phase.SUPERVISOR_REVIEW: (
            (Track.SELF_ASSESSMENT, A.KEEP_EARLIER_SELF),
            (Track.RATING, A.PASS_ON),
        ),
    }
    for rule in ON_CLOSE.values():
        assert all(P.CLOCK in TRANSITIONS[move].by for move in rule.moves)
        assert str(rule.says)


def test_every_phase_in_use_says_what_closing_does() -> None:
    assert set(ON_CLOSE) == set(YEAR)


# --- words --------------------------------------------------------------------------------------


def test_a_closing_at_midnight_is_told_as_the_evening_before() -> None:
    facts = facts_for(Track.SELF_ASSESSMENT, "draft", at=AFTER_CLOSING, windows=APART)
    (reason,) = untimely(A.SEND_SELF, facts, P.EMPLOYEE)
    with translation.override("en"):
        assert str(reason) == "Time was up on Thursday, 10 December 2026, 23:59\u00a0WIB."


def test_an_opening_at_midnight_is_told_as_that_morning() -> None:
    opens_at = APART[Phase.SELF_ASSESSMENT].opens_at
    facts = facts_for(Track.SELF_ASSESSMENT, "draft", at=opens_at - MOMENT, windows=APART)
    (reason,) = untimely(A.SEND_SELF, facts, P.EMPLOYEE)
    with translation.override("en"):
        assert str(reason) == "This opens on Tuesday, 1 December 2026, 00:00\u00a0WIB."


def test_a_sentence_fills_in_its_values() -> None:
    assert str(Reason("x", "Rate “%(name)s”.", values={"name": "100% hadir"})) == "Rate “100% hadir”."
