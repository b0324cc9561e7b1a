"""This year in full swing: each agency in its phase around today, and something waiting for every persona."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Mapping

from accounts.actors import Actor, Grant
from accounts.enums import Role
from accounts.models import Agency, Placement
from appraisal.demo import phases, places
from appraisal.demo.cases import Case
from appraisal.demo.chronicle import Chronicle
from appraisal.demo.dice import Dice, at_hour
from appraisal.demo.harvest import Harvest
from appraisal.demo.peers import hold_peers
from appraisal.demo.people import People, Person
from appraisal.demo.ratings import rate, receive
from appraisal.demo.setting import begin, in_scope, make_setting
from appraisal.demo.standings import FIRST_IN_UNIT, FIXED, LEFT_OUT, MIX_OF, Standing
from appraisal.enums import CycleState, Phase, PlanState, RatingState, ResultState, SelfState
from appraisal.models import Appraisal, Cycle, Extension, PhaseWindow
from appraisal.services.publications import publish_agency, publish_due
from appraisal.windows import Window
from core import audit
from core.clock import day_start, today

ENDED_SEGMENT = Standing(self_assessment=SelfState.SENT, rating=RatingState.SENT)
MORE_TIME = "Dirawat di rumah sakit selama sepekan."
RATING_FIELDS = [
    "rating_state",
    "not_assessed_reason",
    "passed_on_at",
    "rating_first_saved_at",
    "rating_sent_at",
    "rated_by",
]
RESULT_FIELDS = [
    "result_state",
    "result_published_at",
    "result_received_at",
    "result_acknowledged_at",
    "objection_due_at",
    "acknowledgement_comment",
]


def make_this_year(
    dice: Dice, people: People, agencies: Mapping[str, Agency], *, at: dt.datetime
) -> dict[str, int]:
    """Make the open cycle of the year of `at`; returns how many rows of each kind."""
    day = today(at)
    windows = {code: phases.windows_of(phase, day) for code, phase in places.PHASE_OF.items()}
    cycle = _open_cycle(dice, people, agencies, windows, day)
    setting = make_setting(cycle, people, day=day)
    harvest = Harvest()
    cases = []
    queues = {code: list(standings) for code, standings in FIRST_IN_UNIT.items()}
    for person, placement in in_scope(people, cycle):
        agency = places.agency_of(placement.agency.path)
        standing = _standing(dice, person, placement, queues, agency, day)
        if placement.period.lower > day:
            standing = _not_begun(windows[agency], at)
        case = begin(dice, setting, person, placement, _unpublished(standing), windows[agency], harvest)
        cases.append((case, standing))
        if standing.extended:
            harvest.add(_extension(dice, people, case))
    counts = Counter(harvest.store())
    chronicle = Chronicle({person.employee.id: person.employee.name for person in people.persons})
    for case, _standing_of in cases:
        chronicle.tell_beginning(case)
    counts.update(
        hold_peers(
            Dice(f"peers {day}"), [case for case, _standing_of in cases], chronicle, cycle=cycle, at=at
        )
    )
    counts.update(_rate(dice, cases, harvest))
    _publish(people, agencies, cycle, at)
    _open_results(dice, cases, day)
    for case, _standing_of in cases:
        chronicle.tell_end(case)
    return dict(counts + Counter(chronicle.write(at=at)))


def _open_cycle(
    dice: Dice,
    people: People,
    agencies: Mapping[str, Agency],
    windows: Mapping[str, Mapping[Phase, Window]],
    day: dt.date,
) -> Cycle:
    """The cycle, the windows of the city and of each agency, and the events that HR left behind."""
    rows = list(windows.values())
    opened_at = min(
        at_hour(dt.date(day.year, 1, 2), 8),
        *(row[Phase.PLANNING].opens_at - dt.timedelta(days=1) for row in rows),
    )
    cycle = Cycle.objects.create(id=dice.uuid(), year=day.year, state=CycleState.OPEN, opened_at=opened_at)
    city = phases.calendar_windows(day.year, phases.CITY_CALENDAR)
    PhaseWindow.objects.bulk_create(
        [
            *phases.window_rows(dice, cycle, None, city),
            *(
                row
                for code, own in windows.items()
                for row in phases.window_rows(dice, cycle, agencies[code], own)
            ),
        ]
    )
    gita = people.by_login("gita").employee
    for act, after, reason in (
        ("cycle.prepared", {"year": day.year, "copied_from": day.year - 1}, ""),
        ("cycle.windows_set", {"units": sorted(windows)}, "Jadwal bergilir agar beban tidak menumpuk."),
        ("cycle.opened", None, ""),
    ):
        audit.record(
            actor_id=gita.id,
            act=act,
            object_type="cycle",
            object_id=cycle.pk,
            at=opened_at,
            reason=reason,
            after=after,
        )
    return cycle


def _standing(
    dice: Dice,
    person: Person,
    placement: Placement,
    queues: Mapping[str, list[Standing]],
    agency: str,
    day: dt.date,
) -> Standing:
    """Where this person stands: fixed for the personas and those around them, by chance for the rest."""
    upper = placement.period.upper
    by_chance = dice.weighted(MIX_OF[agency])
    if upper is not None and upper <= day:
        return ENDED_SEGMENT
    if person.login in FIXED:
        return FIXED[person.login]
    code = placement.agency.code
    if placement.is_head:
        return FIXED.get(code, by_chance)
    if queues.get(code) and person.persona is None:
        return queues[code].pop(0)
    return by_chance


def _not_begun(windows: Mapping[Phase, Window], at: dt.datetime) -> Standing:
    """Somebody who comes later in the year: nothing is written, and time has done what it does."""
    missed = windows[Phase.SELF_ASSESSMENT].has_closed(at)
    return Standing(
        plan=PlanState.DRAFT,
        plan_filled=0,
        self_assessment=SelfState.NOT_SENT if missed else SelfState.DRAFT,
        passed_on=windows[Phase.SUPERVISOR_REVIEW].has_closed(at),
    )


def _rate(dice: Dice, cases: list[tuple[Case, Standing]], harvest: Harvest) -> dict[str, int]:
    """The ratings, which keep what peers said by then, of appraisals that are stored already."""
    for case, _standing_of in cases:
        rate(dice, case, harvest)
    Appraisal.objects.bulk_create(
        [case.appraisal for case, _standing_of in cases],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=RATING_FIELDS,
        batch_size=1000,
    )
    return harvest.store()


def _unpublished(standing: Standing) -> Standing:
    """The standing just before the publication, which the service itself brings about."""
    if standing.rating == RatingState.CONFIRMED:
        return dataclasses.replace(standing, rating=RatingState.SENT, result=ResultState.HIDDEN)
    if standing.rating == RatingState.NOT_ASSESSED:
        return dataclasses.replace(standing, rating=RatingState.OPEN, not_assessed=None, passed_on=True)
    return standing


def _extension(dice: Dice, people: People, case: Case) -> Extension:
    """A few more days for the self-assessment."""
    window = case.windows[Phase.SELF_ASSESSMENT]
    return Extension(
        id=dice.uuid(),
        appraisal=case.appraisal,
        phase=Phase.SELF_ASSESSMENT,
        closes_at=window.closes_at + dt.timedelta(days=5),
        reason=MORE_TIME,
        granted_by=people.by_login("dewi").employee,
        granted_at=at_hour(case.setting.yesterday, 10),
    )


def _publish(people: People, agencies: Mapping[str, Agency], cycle: Cycle, at: dt.datetime) -> None:
    """One district published a few days ago; in the other supervisors have just seen the results."""
    day = today(at)
    for code, moment in (
        (places.SUKASARI, at_hour(day - dt.timedelta(days=6), 9)),
        (places.COBLONG, at),
    ):
        publish_agency(
            actor=_hr_of(people, agencies[code]),
            cycle_id=cycle.pk,
            agency_id=agencies[code].pk,
            reason=LEFT_OUT,
            at=moment,
        )
        publish_due(at=day_start(day - dt.timedelta(days=5)))


def _hr_of(people: People, agency: Agency) -> Actor:
    grant = next(grant for grant in people.grants if grant.role == Role.HR_AGENCY and grant.agency == agency)
    return Actor(id=grant.employee_id, name=grant.employee.name, grants=(Grant(Role.HR_AGENCY, agency.path),))


def _open_results(dice: Dice, cases: list[tuple[Case, Standing]], day: dt.date) -> None:
    """Some employees have opened their result since, some have confirmed it."""
    published = day_start(day - dt.timedelta(days=5))
    opened = []
    for case, standing in cases:
        if standing.result in {ResultState.RECEIVED, ResultState.ACKNOWLEDGED}:
            case.standing = standing
            receive(dice, case, published=published)
            opened.append(case.appraisal)
    Appraisal.objects.bulk_update(opened, RESULT_FIELDS)
