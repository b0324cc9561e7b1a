"""Who may see what of Ani's appraisal in each stage, against tables written by hand."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.actors import NOBODY
from accounts.enums import ActingKind, Role
from appraisal import policies
from appraisal.enums import Party
from appraisal.models import Appraisal
from core.clock import now, today
from tests.factories.people import ActingFactory, RoleGrantFactory, since
from tests.factories.process import AppraisalFactory
from tests.personas import PERSONAS
from tests.walk import Stage, World, build_world

pytestmark = pytest.mark.django_db

STANDS = "ani budi citra kartika dewi gita nina fajar"
READS = "ani budi citra kartika fajar"
ALL_STAGES = [stage for stage in Stage if stage != Stage.PREPARED]

# From which stage on, who. The latest entry at or before a stage holds.
TABLE = {
    policies.visible_to: {Stage.PLANNING: STANDS},
    policies.content_visible_to: {Stage.PLANNING: READS},
    policies.self_assessment_visible_to: {Stage.PLANNING: "ani", Stage.SELF_SENT: READS},
    policies.rating_visible_to: {
        Stage.PLANNING: "",  # a rating that is begun is a draft: its writer has the rating pages
        Stage.RATED: "budi citra kartika fajar",
    },
    policies.result_visible_to: {
        Stage.PLANNING: "fajar",
        Stage.WITH_SUPERVISOR: "budi citra kartika fajar",
        Stage.PUBLISHED: "ani budi citra kartika dewi gita fajar",
    },
    policies.outcome_visible_to: {
        Stage.PLANNING: "fajar",
        Stage.WITH_SUPERVISOR: "budi citra kartika fajar",
        Stage.PUBLISHED: "ani budi citra kartika dewi gita fajar",
    },
    policies.record_visible_to: {Stage.PLANNING: "fajar"},
}
EVERY_POLICY = list(TABLE)


def who_sees(world: World, policy) -> set[str]:
    """The personas for whom the policy lets Ani's appraisal through."""
    return {
        name
        for name in PERSONAS
        if Appraisal.objects.filter(policy(world.actor(name)), pk=world.ani.pk).exists()
    }


@pytest.mark.parametrize("stage", ALL_STAGES, ids=lambda stage: stage.name.lower())
def test_each_policy_lets_through_whom_the_table_names(stage: Stage) -> None:
    world = build_world(stage, now=now())
    expected = {
        policy.__name__: set(readers[max(since for since in readers if since <= stage)].split())
        for policy, readers in TABLE.items()
    }

    assert {policy.__name__: who_sees(world, policy) for policy in EVERY_POLICY} == expected


def test_somebody_without_a_session_sees_nothing_not_even_what_belongs_to_nobody() -> None:
    world = build_world(Stage.RECEIVED, now=now())
    AppraisalFactory(cycle=world.cycle, supervisor=None, superior=None)

    for policy in EVERY_POLICY:
        assert not Appraisal.objects.filter(policy(NOBODY)).exists()
    assert policies.parties_of(NOBODY, world.ani) == frozenset()


def test_no_role_reaches_ones_own_appraisal() -> None:
    world = build_world(Stage.PLANNING, now=now())
    own = world.appraisals["dewi"]

    assert policies.parties_of(world.actor("dewi"), own) == frozenset({Party.EMPLOYEE})
    assert not Appraisal.objects.filter(policies.outcome_visible_to(world.actor("dewi")), pk=own.pk).exists()
    assert not Appraisal.objects.filter(
        policies.record_visible_to(world.actor("fajar")), pk=world.appraisals["fajar"].pk
    ).exists()


def test_parties_are_read_from_the_appraisal() -> None:
    world = build_world(Stage.PLANNING, now=now())

    parties = {name: policies.parties_of(world.actor(name), world.ani) for name in PERSONAS}
    assert {name: set(found) for name, found in parties.items() if found} == {
        "ani": {Party.EMPLOYEE},
        "budi": {Party.SUPERVISOR},
        "citra": {Party.SUPERIOR},
        "dewi": {Party.HR},
        "gita": {Party.HR},
    }


def test_whoever_rated_stays_the_supervisor_of_what_they_rated() -> None:
    world = build_world(Stage.RATED, now=now())
    Appraisal.objects.filter(pk=world.ani.pk).update(supervisor=world.city.hadi)

    assert policies.parties_of(world.actor("budi"), world.ani) == frozenset({Party.SUPERVISOR})
    assert policies.parties_of(world.actor("hadi"), world.ani) == frozenset()
    assert "budi" in who_sees(world, policies.content_visible_to)


def test_a_day_to_day_head_stands_in_and_does_not_rate() -> None:
    world = build_world(Stage.SELF_SENT, now=now())
    ActingFactory(employee=world.city.mira, agency=world.city.school, kind=ActingKind.PLH)
    mira = world.actor("mira")
    assert mira.stands_in_for == (world.city.budi.pk,)

    assert policies.parties_of(mira, world.ani) == frozenset({Party.DELEGATE})
    assert {"budi", "mira"} <= who_sees(world, policies.content_visible_to)
    assert "mira" not in who_sees(world, policies.rating_visible_to)


def test_a_role_counts_only_on_its_days_and_in_its_subtree() -> None:
    world = build_world(Stage.PLANNING, now=now())
    day = today(now())
    RoleGrantFactory(
        employee=world.city.joko,
        role=Role.HR_AGENCY,
        agency=world.city.dinas,
        period=DateRange(day - dt.timedelta(days=10), day),
    )
    RoleGrantFactory(
        employee=world.city.intan, role=Role.HR_AGENCY, agency=world.city.other_school, period=since()
    )

    seen = who_sees(world, policies.visible_to)
    assert not seen & {"joko", "intan"}
    assert Party.HR in policies.parties_of(
        world.city.actor("joko", day=day - dt.timedelta(days=1)), world.ani
    )
