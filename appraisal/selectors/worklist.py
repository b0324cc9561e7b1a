"""Whose move it is: what one person has to do today, in every role they have, by deadline.

Built from the process table: a duty is a move that `available` gives to one of the person's parties. No query is made
per appraisal; the caller hands in the appraisals, their windows and what was read beside them.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from accounts.actors import Actor
from appraisal.enums import Action, Party, Phase, PlanState, RatingState, ResultState, SelfState
from appraisal.facts import Facts
from appraisal.models import Appraisal, Box
from appraisal.obstacles import realization_refusals, replacement_refusals
from appraisal.policies import parties_of
from appraisal.selectors.facts import assemble_facts
from appraisal.windows import WindowRow
from appraisal.workflow import available, find, is_late


class Kind(enum.StrEnum):
    """What there is to do."""

    WRITE_PLAN = "write_plan"
    MEND_PLAN = "mend_plan"
    CHANGE_PLAN = "change_plan"
    FILL_REALIZATION = "fill_realization"
    BEGIN_SELF = "begin_self"
    CONTINUE_SELF = "continue_self"
    MEND_SELF = "mend_self"
    OPEN_RESULT = "open_result"
    CONFIRM_RESULT = "confirm_result"
    PROPOSE_REVIEWERS = "propose_reviewers"
    REVIEW_COLLEAGUES = "review_colleagues"
    AGREE_PLANS = "agree_plans"
    APPROVE_REVIEWERS = "approve_reviewers"
    REPLACE_REVIEWERS = "replace_reviewers"
    READ_SELF = "read_self"
    RATE = "rate"
    RATE_PASSED_ON = "rate_passed_on"
    TALK_RESULTS = "talk_results"
    OVERDUE = "overdue"
    PUBLISH = "publish"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do. `n` of `total` where several are counted; `appraisal_id` where one page is meant.

    `late` says that its own time is over and a later closing moment holds; `phase` names the phase of a duty of HR. The
    one page of a reviewer is that of an invitation, whose id then stands in `appraisal_id`.
    """

    kind: Kind
    closes_at: dt.datetime | None = None
    late: bool = False
    appraisal_id: uuid.UUID | None = None
    name: str = ""
    year: int = 0
    n: int = 0
    total: int = 0
    phase: Phase | None = None


@dataclass(frozen=True, slots=True)
class OwnWork:
    """One's own appraisal with what the list needs to know beside its facts.

    `done` of `asked` are the pages of the self-assessment, `realized` of `results` the plan items with all figures.
    """

    appraisal: Appraisal
    facts: Facts
    done: int = 0
    asked: int = 0
    realized: int = 0
    results: int = 0


def in_order(duties: Iterable[Duty]) -> tuple[Duty, ...]:
    """By deadline; what has none stands last, each in the order in which it was given."""
    kept = list(duties)
    dated = sorted((duty for duty in kept if duty.closes_at is not None), key=lambda duty: duty.closes_at)  # type: ignore[arg-type,return-value]  # filtered
    return (*dated, *(duty for duty in kept if duty.closes_at is None))


def closing_of(action: Action, facts: Facts, party: Party) -> dt.datetime | None:
    """Until when the party can make the move: the open windows, the deadline of a return, or the time allowed when late."""
    _track, move = find(action)
    if move.within_due:
        return facts.self_due_at
    open_windows = [facts.windows[phase] for phase in move.by[party] if facts.is_open(phase)]
    if open_windows:
        return max(window.closes_at for window in open_windows)
    if move.by[party] and move.late_until is not None and move.late_until in facts.windows:
        return facts.windows[move.late_until].closes_at
    return None


# --- one's own appraisal ------------------------------------------------------------------------


def own_duties(work: OwnWork) -> Iterator[Duty]:
    """What the employee has to do in one appraisal."""
    facts = work.facts
    for action in available(facts, frozenset({Party.EMPLOYEE})):
        kind = _own_kind(action, work)
        if kind is not None:
            yield Duty(
                kind=kind,
                closes_at=closing_of(action, facts, Party.EMPLOYEE),
                late=is_late(action, facts),
                appraisal_id=work.appraisal.pk,
                year=work.appraisal.cycle.year,
                n=work.done,
                total=work.asked,
            )
    if proposing_is_due(box_of(work.appraisal), facts):
        yield Duty(
            kind=Kind.PROPOSE_REVIEWERS,
            closes_at=facts.windows[Phase.NOMINATION].closes_at,
            appraisal_id=work.appraisal.pk,
            year=work.appraisal.cycle.year,
            n=work.appraisal.cycle.peers_minimum,
            total=work.appraisal.cycle.peers_maximum,
        )
    if _realization_is_due(work):
        yield Duty(
            kind=Kind.FILL_REALIZATION,
            closes_at=facts.windows[Phase.EXECUTION].closes_at,
            appraisal_id=work.appraisal.pk,
            year=work.appraisal.cycle.year,
            n=work.realized,
            total=work.results,
        )


def box_of(appraisal: Appraisal) -> Box | None:
    """The box of an appraisal that was read together with it; None when there is none yet."""
    found: Box | None = getattr(appraisal, "box", None)
    return found


def proposing_is_due(box: Box | None, facts: Facts) -> bool:
    """Whether the employee should name reviewers: nomination is open, and the list neither sent nor settled."""
    done = box is not None and (box.proposed_at is not None or box.approved_at is not None)
    return facts.is_open(Phase.NOMINATION) and not done


def approving_is_due(box: Box | None, facts: Facts) -> bool:
    """Whether the supervisor should settle a list: it was sent, nomination is open, and nothing is settled yet."""
    return (
        box is not None
        and box.proposed_at is not None
        and box.approved_at is None
        and facts.is_open(Phase.NOMINATION)
    )


def replacing_is_due(box: Box | None, facts: Facts, *, standing: int, gone: int, fewest: int) -> bool:
    """Whether the supervisor should ask somebody else: the list is settled, somebody has gone, too few are left."""
    settled = box is not None and (box.approved_at is not None or box.drawn_at is not None)
    return settled and gone > 0 and standing < fewest and not replacement_refusals(facts)


def _own_kind(action: Action, work: OwnWork) -> Kind | None:
    if action == Action.SEND_PLAN:
        if work.facts.plan == PlanState.RETURNED:
            return Kind.MEND_PLAN
        return Kind.CHANGE_PLAN if work.facts.has_agreed_plan else Kind.WRITE_PLAN
    if action == Action.SEND_SELF:
        return Kind.CONTINUE_SELF if work.done else Kind.BEGIN_SELF
    return {
        Action.RESEND_SELF: Kind.MEND_SELF,
        Action.RECEIVE: Kind.OPEN_RESULT,
        Action.ACKNOWLEDGE: Kind.CONFIRM_RESULT,
    }.get(action)


def _realization_is_due(work: OwnWork) -> bool:
    """During execution, while figures are missing; later the self-assessment asks for them."""
    facts = work.facts
    return (
        facts.is_open(Phase.EXECUTION)
        and not facts.is_open(Phase.SELF_ASSESSMENT)
        and work.realized < work.results
        and not realization_refusals(facts)
    )


# --- the people one leads -----------------------------------------------------------------------


@dataclass(slots=True)
class _Pile:
    """Appraisals that wait for the same thing."""

    waiting: list[Appraisal] = field(default_factory=list)
    closings: list[dt.datetime] = field(default_factory=list)
    total: int = 0

    def add(self, appraisal: Appraisal, closes_at: dt.datetime | None) -> None:
        self.waiting.append(appraisal)
        if closes_at is not None:
            self.closings.append(closes_at)


def led_duties(
    actor: Actor,
    appraisals: Sequence[Appraisal],
    *,
    rows: Mapping[uuid.UUID, Sequence[WindowRow]],
    extensions: Mapping[uuid.UUID, Mapping[Phase, dt.datetime]],
    at: dt.datetime,
) -> Iterator[Duty]:
    """What the rater, the Plh or the superior has to do, the same thing for several people as one duty."""
    piles: dict[Kind, _Pile] = {}
    for appraisal in appraisals:
        facts = assemble_facts(
            appraisal,
            at=at,
            rows=rows.get(appraisal.cycle_id, ()),
            extensions=extensions.get(appraisal.pk),
        )
        for kind, waits, closes_at in _asked_of(actor, appraisal, facts):
            pile = piles.setdefault(kind, _Pile())
            pile.total += 1
            if waits:
                pile.add(appraisal, closes_at)
    for kind, pile in piles.items():
        if pile.waiting:
            only = pile.waiting[0] if len(pile.waiting) == 1 else None
            yield Duty(
                kind=kind,
                closes_at=min(pile.closings, default=None),
                appraisal_id=only.pk if only else None,
                name=only.employee.name if only else "",
                year=pile.waiting[0].cycle.year,
                n=len(pile.waiting),
                total=pile.total,
            )


def _asked_of(
    actor: Actor, appraisal: Appraisal, facts: Facts
) -> Iterator[tuple[Kind, bool, dt.datetime | None]]:
    """What this appraisal asks of the actor, whether it still waits, and until when."""
    parties = parties_of(actor, appraisal)
    leader = next((party for party in (Party.SUPERVISOR, Party.DELEGATE) if party in parties), None)
    if leader is not None:
        moves = available(facts, frozenset({leader}))
        if Action.AGREE_PLAN in moves:
            yield Kind.AGREE_PLANS, True, closing_of(Action.AGREE_PLAN, facts, leader)
        if Action.RETURN_SELF in moves and _only_to_read(facts):
            yield Kind.READ_SELF, True, closing_of(Action.RETURN_SELF, facts, leader)
        yield from _reviewers_wait(appraisal, facts)
    if Party.SUPERVISOR in parties:
        if facts.is_open(Phase.SUPERVISOR_REVIEW):
            moves = available(facts, frozenset({Party.SUPERVISOR}))
            waits = Action.SAVE_FIRST in moves or Action.SEND_RATING in moves
            yield Kind.RATE, waits, facts.windows[Phase.SUPERVISOR_REVIEW].closes_at
        if facts.result == ResultState.WITH_SUPERVISOR:
            yield Kind.TALK_RESULTS, True, None
    if Party.SUPERIOR in parties and appraisal.passed_on_at is not None:
        action = Action.SAVE_FIRST if facts.rating == RatingState.OPEN else Action.SEND_RATING
        waits = action in available(facts, frozenset({Party.SUPERIOR}))
        yield Kind.RATE_PASSED_ON, waits, closing_of(action, facts, Party.SUPERIOR)


def _reviewers_wait(appraisal: Appraisal, facts: Facts) -> Iterator[tuple[Kind, bool, dt.datetime | None]]:
    """Lists of reviewers that wait for whoever leads; the counts are annotated by the home page."""
    box = box_of(appraisal)
    if approving_is_due(box, facts):
        yield Kind.APPROVE_REVIEWERS, True, facts.windows[Phase.NOMINATION].closes_at
    elif replacing_is_due(
        box,
        facts,
        standing=getattr(appraisal, "peers_standing", 0),
        gone=getattr(appraisal, "peers_gone", 0),
        fewest=appraisal.cycle.peers_minimum,
    ):
        yield Kind.REPLACE_REVIEWERS, True, facts.windows[Phase.PEER_REVIEW].closes_at


def _only_to_read(facts: Facts) -> bool:
    """A sent self-assessment is read before rating opens; afterwards it is part of rating."""
    return (
        facts.self_assessment == SelfState.SENT
        and facts.rating == RatingState.OPEN
        and not facts.is_open(Phase.SUPERVISOR_REVIEW)
    )
