"""What the appraisals of one cycle share, and one appraisal from plan to result."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping

from accounts.enums import APPRAISED_TYPES
from accounts.models import Placement
from accounts.selectors.supervisors import supervisors_at, supervisors_of
from appraisal.demo.cases import Case, Setting, new_case
from appraisal.demo.dice import Dice
from appraisal.demo.harvest import Harvest
from appraisal.demo.people import People, Person
from appraisal.demo.plans import write_plan
from appraisal.demo.self_assessments import assess_self
from appraisal.demo.standings import Standing
from appraisal.demo.work import realized_share, work
from appraisal.enums import Phase, RatingState, SelfState
from appraisal.models import Cycle
from appraisal.windows import Window
from indicators.enums import CompetencyKind
from indicators.models import Competency, CompetencyRequirement, CoreValue, Indicator


def make_setting(cycle: Cycle, people: People, *, day: dt.date) -> Setting:
    """The setting of a cycle with everybody's supervisor as of `day`."""
    ids = [row.id for person in people.persons for row in person.placements]
    indicators: dict[str, list[tuple[str, uuid.UUID]]] = {}
    for indicator in Indicator.objects.select_related("agency").order_by("agency__path", "pk"):
        indicators.setdefault(indicator.name, []).append((indicator.agency.path, indicator.pk))
    competencies: dict[str, list[tuple[str, str]]] = {"": []}
    for row in Competency.objects.order_by("order", "code"):
        family = str(row.family_id) if row.kind == CompetencyKind.TECHNICAL else ""
        competencies.setdefault(family, []).append((row.code, row.name))
    return Setting(
        cycle=cycle,
        day=day,
        indicators=indicators,
        leads={row.placement_id: row.supervisor_id for row in supervisors_of(ids, day)},
        chiefs={row.employee_id: row.supervisor_id for row in supervisors_at(day)},
        values=tuple(CoreValue.objects.order_by("order").values_list("code", "name")),
        competencies={family: tuple(rows) for family, rows in competencies.items()},
        required=dict(CompetencyRequirement.objects.values_list("position_level", "level")),
    )


def in_scope(people: People, cycle: Cycle) -> Iterator[tuple[Person, Placement]]:
    """Every placement that the cycle appraises: as services.cycles does, at least `minimum_days` of the year."""
    first, last = dt.date(cycle.year, 1, 1), dt.date(cycle.year, 12, 31)
    for person in people.persons:
        if person.employee.employment_type not in APPRAISED_TYPES:
            continue
        for row in person.placements:
            upper = row.period.upper
            begins = max(row.period.lower, first)
            ends = min(upper - dt.timedelta(days=1), last) if upper else last
            if (ends - begins).days + 1 >= cycle.minimum_days:
                yield person, row


def begin(
    dice: Dice,
    setting: Setting,
    person: Person,
    placement: Placement,
    standing: Standing,
    windows: Mapping[Phase, Window],
    harvest: Harvest,
) -> Case:
    """One appraisal from plan to self-assessment, as far as the standing says.

    What the process does not allow is turned into what it does. `appraisal.demo.ratings.rate` ends it.
    """
    case = new_case(dice, setting, person, placement, standing, windows)
    if case.standing.passed_on and case.appraisal.superior_id is None:
        # Nobody stands above the Mayor, so a rating that is his does not pass on.
        case.standing = Standing(self_assessment=SelfState.SENT, rating=RatingState.SENT)
    write_plan(dice, case, harvest)
    work(dice, case, harvest, realized=realized_share(case.standing))
    assess_self(dice, case, harvest)
    harvest.add(case.appraisal)
    return case
