"""Last year, closed: everybody's plan, self-assessment, rating, published result, and what was agreed for this year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from accounts.models import Agency, Employee
from appraisal.demo import phases, places
from appraisal.demo.chronicle import Chronicle
from appraisal.demo.dice import Dice, at_hour
from appraisal.demo.harvest import Harvest
from appraisal.demo.people import People
from appraisal.demo.ratings import rate, receive
from appraisal.demo.setting import begin, in_scope, make_setting
from appraisal.demo.standings import LAST_YEAR, LEFT_OUT, Standing
from appraisal.enums import CycleState, RatingState, ResultState, SelfState
from appraisal.models import Closing, Cycle, PhaseWindow, Publication
from appraisal.selectors.closing import counts_of
from core import audit

THROUGH = Standing(
    self_assessment=SelfState.SENT, rating=RatingState.CONFIRMED, result=ResultState.ACKNOWLEDGED
)


def make_last_year(
    dice: Dice, people: People, agencies: Mapping[str, Agency], year: int, *, at: dt.datetime
) -> dict[str, int]:
    """Make the closed cycle of `year`; returns how many rows of each kind. The personas went through all of it.

    It asked no peers: beside it this year's results show what they add.
    """
    last_day = dt.date(year, 12, 31)
    cycle = Cycle.objects.create(
        id=dice.uuid(),
        year=year,
        state=CycleState.CLOSED,
        opened_at=at_hour(dt.date(year, 1, 2), 8),
        closed_at=at_hour(last_day, 23),
    )
    windows = phases.calendar_windows(year, phases.CLOSED_CALENDAR)
    PhaseWindow.objects.bulk_create(phases.window_rows(dice, cycle, None, windows))
    shown, published = at_hour(dt.date(year, 12, 21), 9), at_hour(dt.date(year, 12, 22), 0)
    setting = make_setting(cycle, people, day=last_day)
    # Everything is over: the setting's day is the first one of the new year.
    setting.day = dt.date(year + 1, 1, 1)
    harvest = Harvest()
    chronicle = Chronicle({person.employee.id: person.employee.name for person in people.persons})
    led = {person.employee.id for person in people.persons if person.persona}
    by_agency: dict[str, list[RatingState]] = {}
    for person, placement in in_scope(people, cycle):
        standing = THROUGH if person.persona else dice.weighted(LAST_YEAR)
        case = begin(dice, setting, person, placement, standing, windows, harvest)
        rate(dice, case, harvest)
        receive(dice, case, published=published)
        by_agency.setdefault(places.agency_of(placement.agency.path), []).append(case.standing.rating)
        if person.persona or case.appraisal.supervisor_id in led:
            chronicle.tell(case)
    counts = harvest.store()
    gita = people.by_login("gita").employee
    Publication.objects.bulk_create(
        [
            Publication(
                id=dice.uuid(),
                cycle=cycle,
                agency=agencies[code],
                prepared_by=gita,
                to_supervisors_at=shown,
                to_employees_at=published,
                published_at=published,
                included=ratings.count(RatingState.CONFIRMED),
                excluded=ratings.count(RatingState.NOT_ASSESSED),
                left_out_reason=LEFT_OUT if RatingState.NOT_ASSESSED in ratings else "",
            )
            for code, ratings in by_agency.items()
        ]
    )
    written = chronicle.write(at=at)
    _close(cycle, gita, at=at_hour(last_day, 23))
    return counts | written


def _close(cycle: Cycle, gita: Employee, *, at: dt.datetime) -> None:
    """The closing record that HR left behind."""
    closing = Closing.objects.create(
        cycle=cycle, closed_by=gita, closed_at=at, counts=counts_of(cycle), left_out=0
    )
    audit.record(
        actor_id=gita.pk,
        act="cycle.closed",
        object_type="cycle",
        object_id=cycle.pk,
        at=at,
        after={"counts": closing.counts, "left_out": 0, "seal_head": ""},
    )
