"""Peers in the invented year: keys, lists, draws, answers and opened boxes, each at its moment, by the services themselves."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence

from appraisal.demo.answering import Desk
from appraisal.demo.cases import Case
from appraisal.demo.chronicle import Chronicle
from appraisal.demo.dice import Dice
from appraisal.demo.harvest import Harvest
from appraisal.demo.nominating import Colleagues, write_list
from appraisal.enums import Phase
from appraisal.models import Box, Cycle, Invitation, Review
from appraisal.selectors.due import GRACE
from appraisal.services import batches
from appraisal.services.ballot_keys import make_keys
from appraisal.services.boxes import destroy_spent_keys, open_due_boxes
from appraisal.services.draws import INVITE, plan_invitations

# More than a draw or an opening of the whole demo takes on a slow machine.
PATIENCE = 300.0


def hold_peers(
    dice: Dice, cases: Sequence[Case], chronicle: Chronicle, *, cycle: Cycle, at: dt.datetime
) -> dict[str, int]:
    """Let everything happen that happens among peers until `at`; returns how many rows of each kind.

    People's own acts are written as rows and told to the chronicle; what the clock does is done by its services at the
    moment of each closing. Afterwards every case knows its box. Raises OSError when the keys cannot be written.
    """
    opened_at = cycle.opened_at or at
    make_keys(at=opened_at)
    _write_lists(dice, cases, chronicle, opened_at, at)
    desk = Desk(dice, chronicle, at=at)
    for moment, phase, closing in _closings(cases, at):
        # What happened before stands before it on record.
        chronicle.write(at=at, until=moment)
        if phase == Phase.NOMINATION:
            plan_invitations(at=moment)
            batches.run([INVITE], at=moment, seconds=PATIENCE)
            desk.answer(closing)
        else:
            open_due_boxes(at=moment, seconds=PATIENCE)
            destroy_spent_keys(at=moment)
    boxes = {box.pk: box for box in Box.objects.filter(appraisal__cycle=cycle).order_by("pk")}
    for case in cases:
        case.box = boxes.get(case.appraisal.pk)
    return {
        "Box": len(boxes),
        "Invitation": Invitation.objects.filter(appraisal__cycle=cycle).count(),
        "Review": Review.objects.filter(appraisal__cycle=cycle).count(),
    }


def _write_lists(
    dice: Dice, cases: Sequence[Case], chronicle: Chronicle, opened_at: dt.datetime, at: dt.datetime
) -> None:
    """The names that people proposed wherever nomination has begun."""
    harvest = Harvest()
    colleagues = Colleagues(cases)
    for case in cases:
        if case.windows[Phase.NOMINATION].opens_at <= at:
            write_list(dice, case, colleagues, chronicle, harvest, at)
    harvest.store()


def _closings(cases: Sequence[Case], at: dt.datetime) -> Iterator[tuple[dt.datetime, Phase, list[Case]]]:
    """When the clock closed nomination and peer review, in the order of time, and for whom."""
    found: dict[tuple[dt.datetime, Phase], list[Case]] = defaultdict(list)
    for case in cases:
        for phase in (Phase.NOMINATION, Phase.PEER_REVIEW):
            moment = case.windows[phase].closes_at + GRACE
            if moment <= at:
                found[moment, phase].append(case)
    for (moment, phase), closing in sorted(found.items(), key=lambda each: each[0]):
        yield moment, phase, closing
