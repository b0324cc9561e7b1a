"""The world of the tests comes to each stage by the real services, with the right phase open now."""

import datetime as dt

import pytest

from appraisal.enums import CycleState, PlanState, RatingState, ResultState, SelfState
from appraisal.models import Appraisal
from appraisal.selectors.facts import facts_of
from core.clock import now
from tests.personas import PERSONAS
from tests.walk import PHASE_OF, Stage, build_world

pytestmark = pytest.mark.django_db

STATES = {
    Stage.PLANNING: (PlanState.DRAFT, SelfState.DRAFT, RatingState.OPEN, ResultState.HIDDEN),
    Stage.EXECUTION: (PlanState.AGREED, SelfState.DRAFT, RatingState.OPEN, ResultState.HIDDEN),
    Stage.SELF_DRAFT: (PlanState.AGREED, SelfState.DRAFT, RatingState.OPEN, ResultState.HIDDEN),
    Stage.SELF_SENT: (PlanState.AGREED, SelfState.SENT, RatingState.OPEN, ResultState.HIDDEN),
    Stage.NOMINATED: (PlanState.AGREED, SelfState.SENT, RatingState.OPEN, ResultState.HIDDEN),
    Stage.INVITED: (PlanState.AGREED, SelfState.SENT, RatingState.OPEN, ResultState.HIDDEN),
    Stage.FIRST_SAVED: (PlanState.AGREED, SelfState.SENT, RatingState.FIRST_SAVED, ResultState.HIDDEN),
    Stage.RATED: (PlanState.AGREED, SelfState.SENT, RatingState.SENT, ResultState.HIDDEN),
    Stage.WITH_SUPERVISOR: (
        PlanState.AGREED,
        SelfState.SENT,
        RatingState.CONFIRMED,
        ResultState.WITH_SUPERVISOR,
    ),
    Stage.PUBLISHED: (PlanState.AGREED, SelfState.SENT, RatingState.CONFIRMED, ResultState.PUBLISHED),
    Stage.RECEIVED: (PlanState.AGREED, SelfState.SENT, RatingState.CONFIRMED, ResultState.RECEIVED),
}


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage != Stage.PREPARED])
def test_ani_stands_where_the_stage_says(stage: Stage) -> None:
    moment = now()
    world = build_world(stage, now=moment)

    ani = world.ani
    assert (ani.plan_state, ani.self_state, ani.rating_state, ani.result_state) == STATES[stage]
    assert (ani.supervisor, ani.superior) == (world.city.budi, world.city.citra)
    windows = facts_of(ani, at=moment).windows
    assert [phase for phase, window in windows.items() if window.is_open(moment)] == [PHASE_OF[stage]]


@pytest.mark.parametrize(
    ("stage", "states"),
    [
        (Stage.SELF_SENT, []),
        (Stage.NOMINATED, ["proposed", "proposed", "proposed"]),
        (Stage.INVITED, ["accepted", "approved", "approved"]),
        (Stage.RATED, ["accepted", "approved", "approved"]),
    ],
)
def test_anis_colleagues_are_proposed_and_then_invited(stage: Stage, states: list[str]) -> None:
    world = build_world(stage, now=now())

    assert sorted(world.ani.invitations.values_list("state", flat=True)) == states


@pytest.mark.parametrize("month", [1, 2, 6, 12])
def test_the_world_can_be_built_on_any_day(month: int) -> None:
    world = build_world(Stage.RECEIVED, now=dt.datetime(2027, month, 15, 3, tzinfo=dt.UTC))

    assert world.ani.result_state == ResultState.RECEIVED


def test_a_prepared_cycle_has_no_appraisal_yet() -> None:
    world = build_world(Stage.PREPARED, now=now())

    assert world.cycle.state == CycleState.DRAFT
    assert not Appraisal.objects.exists()


def test_everybody_but_the_mayor_is_appraised_by_the_head_above() -> None:
    world = build_world(Stage.PLANNING, now=now())

    supervisors = {
        name: each.supervisor.login if each.supervisor else None for name, each in world.appraisals.items()
    }
    assert supervisors == {
        "ani": "budi",
        "hadi": "budi",
        "intan": "budi",
        "joko": "budi",
        "mira": "budi",
        "lukman": "budi",
        "budi": "citra",
        "citra": "kartika",
        "dewi": "kartika",
        "nina": "kartika",
        "gita": "kartika",
        "fajar": "kartika",
        "rahmat": "kartika",
        "kartika": "surya",
        "eko": "surya",
    }
    assert set(supervisors) == set(PERSONAS) - {"surya"}


def test_personas_hold_their_roles() -> None:
    world = build_world(Stage.PREPARED, now=now())

    roles = {name: sorted(world.actor(name).roles) for name in PERSONAS if world.actor(name).roles}
    assert roles == {
        "kartika": ["agency_head"],
        "dewi": ["hr_agency"],
        "eko": ["hr_agency"],
        "nina": ["performance_manager"],
        "gita": ["hr_city"],
        "fajar": ["auditor"],
        "rahmat": ["admin"],
    }


def test_a_test_may_ask_for_the_city_alone(city) -> None:
    assert (city.ani.name, city.surya.login) == ("Ani Suryani", "surya")
    assert city.person("budi") == city.budi
    with pytest.raises(KeyError):
        city.person("root")


def test_a_test_may_ask_for_a_stage(world_in) -> None:
    assert world_in(Stage.PLANNING).ani.plan_state == PlanState.DRAFT
