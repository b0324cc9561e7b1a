"""One appraisal of the invented year while it is made, and what all appraisals of a cycle share."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from accounts.models import Placement
from appraisal.demo.dice import Dice, at_hour
from appraisal.demo.people import Person
from appraisal.demo.standings import Standing
from appraisal.enums import Phase
from appraisal.models import (
    Appraisal,
    Box,
    Cycle,
    Evidence,
    Measure,
    Plan,
    PlanItem,
    RatingRecord,
    SelfSubmission,
)
from appraisal.windows import Window
from core.clock import CITY_TIME, last_day


@dataclass(slots=True)
class Setting:
    """What all appraisals of one cycle share. `day` is today, or the end of a closed year."""

    cycle: Cycle
    day: dt.date
    indicators: Mapping[str, list[tuple[str, uuid.UUID]]]
    leads: Mapping[uuid.UUID, uuid.UUID | None]
    chiefs: Mapping[uuid.UUID, uuid.UUID | None]
    values: tuple[tuple[str, str], ...]
    competencies: Mapping[str, tuple[tuple[str, str], ...]]
    required: Mapping[str, int]
    numbers: set[str] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        """Whether the cycle is still open; of a closed one no drafts are kept."""
        return self.cycle.closed_at is None

    @property
    def yesterday(self) -> dt.date:
        """The latest day on which something has happened."""
        return self.day - dt.timedelta(days=1)


@dataclass(slots=True)
class Result:
    """A plan item with its measures, its evidence and what was reached."""

    item: PlanItem
    measures: list[Measure]
    values: dict[uuid.UUID, Decimal] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(slots=True)
class Case:
    """An appraisal under construction. `box` is there as soon as somebody was asked about this person."""

    setting: Setting
    person: Person
    placement: Placement
    standing: Standing
    windows: Mapping[Phase, Window]
    appraisal: Appraisal
    plans: list[Plan] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    submissions: list[SelfSubmission] = field(default_factory=list)
    ratings: list[RatingRecord] = field(default_factory=list)
    box: Box | None = None

    @property
    def quality(self) -> str:
        """What this person's work is like."""
        return self.person.quality

    @property
    def supervisor_id(self) -> uuid.UUID:
        """Who supervises; only those who have somebody are agreed with and rated."""
        found = self.appraisal.supervisor_id
        if found is None:
            raise ValueError(f"nobody supervises {self.person.login}")
        return found

    @property
    def family(self) -> str:
        """The position family."""
        return str(self.placement.position.family_id)

    @property
    def ordered(self) -> list[Result]:
        """The results of the counting plan as pages show them: main ones first."""
        return sorted(self.results, key=lambda result: (result.item.kind != "main", result.item.position))

    @property
    def lived(self) -> tuple[dt.date, dt.date] | None:
        """The days of the segment that lie behind us; None when it has not begun."""
        first, last = self.appraisal.first_day, min(self.appraisal.last_day, self.setting.yesterday)
        return (first, max(first, last)) if first <= self.setting.day else None

    def peers_at(self, moment: dt.datetime) -> dict[str, Any] | None:
        """What a rating that is sent at this moment keeps of peers, as selectors.peer_figures says it."""
        if Phase.PEER_REVIEW not in self.windows:
            return None
        if self.box is None or self.box.opened_at is None or self.box.opened_at > moment:
            return {"state": "not_asked" if self.box is None else "sealed", "groups": {}}
        return {"state": "opened" if self.box.figures else "not_asked", "groups": self.box.figures or {}}

    def within(self, dice: Dice, phase: Phase, *, share: int = 100) -> dt.datetime:
        """A past moment in a phase, in the first `share` percent of it."""
        window = self.windows[phase]
        first = window.opens_at.astimezone(CITY_TIME).date()
        last = min(last_day(window.closes_at), self.setting.yesterday)
        return dice.moment(first, first + (last - first) * share // 100)

    def after(self, dice: Dice, moment: dt.datetime, days: int) -> dt.datetime:
        """A moment up to so many days later, but not later than yesterday evening."""
        latest = at_hour(self.setting.yesterday, 17, 30)
        later = moment + dt.timedelta(days=dice.number(0, days), minutes=dice.number(20, 300))
        return later if later <= latest else max(latest, moment + dt.timedelta(minutes=7))


def new_case(
    dice: Dice,
    setting: Setting,
    person: Person,
    placement: Placement,
    standing: Standing,
    windows: Mapping[Phase, Window],
) -> Case:
    """The appraisal of one placement with its supervisor and superior; every track is still at its beginning."""
    year = setting.cycle.year
    upper = placement.period.upper
    supervisor_id = setting.leads.get(placement.id)
    appraisal = Appraisal(
        id=dice.uuid(),
        cycle=setting.cycle,
        placement=placement,
        employee=person.employee,
        agency=placement.agency,
        supervisor_id=supervisor_id,
        superior_id=setting.chiefs.get(supervisor_id) if supervisor_id else None,
        first_day=max(placement.period.lower, dt.date(year, 1, 1)),
        last_day=min(upper - dt.timedelta(days=1), dt.date(year, 12, 31)) if upper else dt.date(year, 12, 31),
    )
    return Case(setting, person, placement, standing, windows, appraisal)
