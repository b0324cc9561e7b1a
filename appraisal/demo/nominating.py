"""Whom people of the invented year proposed as reviewers, and what their supervisors did with the lists."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from appraisal import peer_notices
from appraisal.demo import places
from appraisal.demo.cases import Case
from appraisal.demo.chronicle import Chronicle, Told
from appraisal.demo.dice import Dice
from appraisal.demo.harvest import Harvest
from appraisal.eligibility import LED_BY_A_HEAD
from appraisal.enums import InvitationOrigin, InvitationState, Phase, ReviewGroup
from appraisal.models import Box, Invitation


class Step(IntEnum):
    """How far a list of reviewers has come."""

    NOBODY = 0
    WRITTEN = 1
    SENT = 2
    APPROVED = 3


@dataclass(frozen=True, slots=True)
class List:
    """A list that is no chance: `names` stand on it in any case, then colleagues until there are `number`."""

    step: Step
    names: tuple[str, ...] = ()
    number: int = 4


OPEN: tuple[tuple[int, Step], ...] = (
    (34, Step.NOBODY),
    (16, Step.WRITTEN),
    (24, Step.SENT),
    (26, Step.APPROVED),
)
CLOSED: tuple[tuple[int, Step], ...] = (
    (38, Step.NOBODY),
    (3, Step.WRITTEN),
    (7, Step.SENT),
    (52, Step.APPROVED),
)
NUMBERS: tuple[tuple[int, int], ...] = ((10, 3), (32, 4), (40, 5), (18, 6))

# The personas of Ani's school and of Diskominfo. Nobody replaces the third of Joko's reviewers yet (see answering.py).
LISTS: Mapping[str, List] = {
    "ani": List(Step.APPROVED, ("hadi", "intan", "joko"), 5),
    "mira": List(Step.APPROVED, ("ani",)),
    "dadan": List(Step.APPROVED, ("ani",)),
    "joko": List(Step.APPROVED, number=3),
    "budi": List(Step.APPROVED, ("mira",), 5),
    "rahmat": List(Step.NOBODY),
    "lukman": List(Step.WRITTEN, number=3),
}
# The first lists of a team, so that whoever leads it finds some of each kind.
FIRST_OF: Mapping[str, tuple[Step, ...]] = {
    "lukman": (Step.SENT, Step.SENT, Step.APPROVED, Step.WRITTEN, Step.NOBODY),
}
# In Ani's agency the envelopes are being written, so nobody there should have too few.
FEWEST_IN: Mapping[str, int] = {places.DISDIK: 4}


class Colleagues:
    """Who works with whom: teams under the same supervisor, the lines upwards, and who has been named how often."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self.by_login: dict[str, Case] = {}
        self.teams: dict[uuid.UUID | None, list[Case]] = defaultdict(list)
        self.loads: Counter[uuid.UUID] = Counter()
        self.pairs: set[tuple[uuid.UUID, uuid.UUID]] = set()
        self.waiting = {login: list(steps) for login, steps in FIRST_OF.items()}
        self._bosses: dict[uuid.UUID, tuple[uuid.UUID | None, uuid.UUID | None]] = {}
        for case in cases:
            row = case.appraisal
            if case.setting.day in case.placement.period and case.person.employee.is_active:
                self.by_login[case.person.login] = case
                self.teams[row.supervisor_id].append(case)
                self._bosses[row.employee_id] = (row.supervisor_id, row.superior_id)

    def above(self, person: uuid.UUID) -> set[uuid.UUID]:
        """Everybody in the line upwards."""
        found: set[uuid.UUID] = set()
        waiting = [person]
        while waiting:
            for boss in self._bosses.get(waiting.pop(), ()):
                if boss is not None and boss not in found:
                    found.add(boss)
                    waiting.append(boss)
        return found

    def peers_of(self, case: Case) -> list[Case]:
        """The others of the team who stand neither above nor below."""
        me = case.appraisal.employee_id
        if case.appraisal.supervisor_id is None:
            return []
        above = self.above(me)
        return [
            other
            for other in self.teams[case.appraisal.supervisor_id]
            if other.appraisal.employee_id not in {me, *above}
            and me not in self.above(other.appraisal.employee_id)
            and not (
                case.placement.is_head and other.placement.agency.path.startswith(case.placement.agency.path)
            )
        ]

    def reports_of(self, case: Case) -> list[Case]:
        """Those who report to the person; nobody where these are too few to be asked."""
        reports = self.teams[case.appraisal.employee_id]
        return reports if len(reports) >= LED_BY_A_HEAD else []

    def choose(
        self, dice: Dice, case: Case, among: list[Case], names: Iterable[str], number: int
    ) -> list[Case]:
        """The named ones among these, then others, first those named least and not by each other."""
        me = case.appraisal.employee_id
        fixed = [other for other in among if other.person.login in set(names)]
        free = [other for other in dice.some(among, len(among)) if other not in fixed]
        free.sort(
            key=lambda other: (
                (me, other.appraisal.employee_id) in self.pairs,
                self.loads[other.appraisal.employee_id],
            )
        )
        chosen = [*fixed, *free][: max(number, len(fixed))]
        for other in chosen:
            self.loads[other.appraisal.employee_id] += 1
            self.pairs.add((other.appraisal.employee_id, me))
        return chosen

    def step_of(self, dice: Dice, case: Case, *, is_open: bool) -> Step:
        """How far the list of somebody without a fixed one has come."""
        by_chance = dice.weighted(OPEN if is_open else CLOSED)
        for login, steps in self.waiting.items():
            leader = self.by_login.get(login)
            if steps and leader and case.appraisal.supervisor_id == leader.appraisal.employee_id:
                return steps.pop(0)
        return by_chance


def write_list(
    dice: Dice, case: Case, colleagues: Colleagues, chronicle: Chronicle, harvest: Harvest, at: dt.datetime
) -> None:
    """The list of one person as far as it has come, in both groups."""
    is_open = case.windows[Phase.NOMINATION].is_open(at)
    serves = colleagues.by_login.get(case.person.login) is case
    fixed = LISTS.get(case.person.login)
    step = fixed.step if fixed else colleagues.step_of(dice, case, is_open=is_open)
    fewest = FEWEST_IN.get(places.agency_of(case.placement.agency.path), 3)
    number = fixed.number if fixed else max(fewest, dice.weighted(NUMBERS))
    if step == Step.NOBODY or not serves:
        return
    names = fixed.names if fixed else ()
    chosen = [
        (group, other)
        for group, among in (
            (ReviewGroup.PEER, colleagues.peers_of(case)),
            (ReviewGroup.SUBORDINATE, colleagues.reports_of(case)),
        )
        for other in colleagues.choose(dice, case, among, names, number)
    ]
    peers = sum(group == ReviewGroup.PEER for group, _other in chosen)
    if peers < case.setting.cycle.peers_minimum:
        step = Step.WRITTEN
    if chosen:
        _store(dice, case, chosen, step, chronicle, harvest, peers)


def _store(
    dice: Dice,
    case: Case,
    chosen: list[tuple[ReviewGroup, Case]],
    step: Step,
    chronicle: Chronicle,
    harvest: Harvest,
    peers: int,
) -> None:
    proposed = case.within(dice, Phase.NOMINATION, share=60)
    sent = proposed + dt.timedelta(minutes=20) if step >= Step.SENT else None
    approved = case.after(dice, sent, 3) if sent and step == Step.APPROVED else None
    box = Box(appraisal=case.appraisal, proposed_at=sent, approved_at=approved)
    employee, supervisor = case.person.employee, case.supervisor_id
    invitations = []
    for minutes, (group, other) in enumerate(chosen):
        moment = proposed + dt.timedelta(minutes=minutes)
        invitation = Invitation(
            id=dice.uuid(),
            appraisal=case.appraisal,
            reviewer=other.person.employee,
            group=group,
            origin=InvitationOrigin.EMPLOYEE,
            state=InvitationState.APPROVED if approved else InvitationState.PROPOSED,
            proposed_at=moment,
            approved_at=approved,
        )
        invitations.append(invitation)
        said = {
            "appraisal": case.appraisal.pk,
            "reviewer": invitation.reviewer_id,
            "group": group,
            "origin": InvitationOrigin.EMPLOYEE,
        }
        chronicle.take(
            Told("invitation.proposed", moment, employee.id, case, after=said, invitation=invitation)
        )
    harvest.add(box, *invitations)
    if sent:
        notice = (peer_notices.PROPOSED, supervisor, "team_reviewers", {"name": employee.name})
        chronicle.take(Told("nomination.sent", sent, employee.id, case, after={"peers": peers}, to=notice))
    if approved:
        after = {"invitations": [one.pk for one in invitations]}
        chronicle.take(
            Told("nomination.approved", approved, supervisor, case, after=after, invited=invitations)
        )
