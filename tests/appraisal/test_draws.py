"""The closing of nomination: who waits is invited, who has too few gets a draw, and a second run finds nothing to do."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.utils import translation

from accounts.models import Employee
from appraisal.enums import PEER_PHASES, BatchState, DeclineReason, Phase
from appraisal.models import Appraisal, Batch, Box, Invitation, PhaseWindow
from appraisal.selectors.draws import paths_above, units_to_invite
from appraisal.selectors.due import GRACE
from appraisal.selectors.facts import facts_of
from appraisal.services import batches, draws
from appraisal.services.clock import tick
from appraisal.services.invitations import decline_invitation
from appraisal.services.nominations import approve_reviewers
from core.audit import AuditDetail, AuditEvent
from core.clock import now
from core.notifications import Notification
from tests.appraisal.leading import colleagues
from tests.factories.people import AgencyFactory, EmployeeFactory, LeaveFactory, PlacementFactory
from tests.walk import Stage, World, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def world() -> World:
    """Ani has proposed three, Budi has not settled them, and six more people work at the school."""
    world = build_world(Stage.NOMINATED, now=now())
    colleagues(world, 6)
    Notification.objects.all().delete()
    return world


def closing(world: World) -> dt.datetime:
    """The first moment at which the clock closes nomination."""
    return facts_of(world.ani, at=world.calendar.now).windows[Phase.NOMINATION].closes_at + GRACE


def somebody_at(world: World, n: int, *, is_head: bool) -> Appraisal:
    """The only person of a new school below Citra's division, led by her, or by somebody who leads nobody else."""
    school = AgencyFactory(code=f"SDX{n}", name=f"SD {n}", parent=world.city.division)
    placement = PlacementFactory(
        employee=EmployeeFactory(login=f"kepala{n}", name=f"Kepala {n}"),
        agency=school,
        is_head=is_head,
        position=world.ani.placement.position,
    )
    return Appraisal.objects.create(
        cycle=world.cycle,
        placement=placement,
        employee=placement.employee,
        agency=school,
        supervisor=world.city.citra if is_head else world.city.lukman,
        superior=world.city.kartika,
        first_day=world.ani.first_day,
        last_day=world.ani.last_day,
    )


def close(world: World, at: dt.datetime | None = None) -> int:
    moment = at or closing(world)
    draws.plan_invitations(at=moment)
    return batches.run([draws.INVITE], at=moment, seconds=60, cycle=world.cycle)


def reviewers_of(appraisal: Appraisal, group: str = "peer") -> set[Employee]:
    return {one.reviewer for one in appraisal.invitations.filter(group=group).select_related("reviewer")}


def state() -> list[tuple[object, ...]]:
    return [
        *Invitation.objects.order_by("pk").values_list(),
        *Box.objects.order_by("pk").values_list(),
        *Appraisal.objects.order_by("pk").values_list("pk", "nomination_closed_at"),
        *Notification.objects.order_by("pk").values_list("pk"),
    ]


def test_nothing_happens_before_the_grace_is_over(world) -> None:
    before = state()

    assert close(world, closing(world) - dt.timedelta(microseconds=1)) == 0
    assert state() == before


def test_who_was_proposed_is_invited_and_told_once(world) -> None:
    close(world)

    assert set(world.ani.invitations.values_list("state", "origin")) == {("approved", "employee")}
    assert world.ani.invitations.count() == 3  # enough, so nothing is drawn
    box = Box.objects.get(pk=world.ani.pk)
    assert (box.approved_at, box.drawn_at) == (closing(world), None)
    hadi = Notification.objects.get(recipient=world.city.hadi, kind="invitation.drawn")
    assert int(hadi.params["n"]) == world.city.hadi.invitations.count()


def test_whoever_proposed_nobody_gets_five_from_around_them(world) -> None:
    close(world)

    mira = world.appraisals["mira"]
    drawn = reviewers_of(mira)
    assert len(drawn) == 5
    assert not drawn & {world.city.mira, world.city.budi, world.city.citra, world.city.kartika}
    assert set(mira.invitations.values_list("state", "origin", "approved_at")) == {
        ("approved", "draw", closing(world))
    }
    assert Box.objects.get(pk=mira.pk).drawn_at == closing(world)


def test_the_draw_is_balanced_and_nobody_gets_more_than_eight(world) -> None:
    close(world)

    teachers = Appraisal.objects.filter(agency=world.city.school).exclude(employee=world.city.budi)
    load = Counter(
        Invitation.objects.filter(appraisal__in=teachers, group="peer").values_list("reviewer", flat=True)
    )
    assert len(load) == 12
    # Ani chose hers, and five also speak about Budi: so much may the others differ.
    assert max(load.values()) - min(load.values()) <= 2
    assert max(Counter(Invitation.objects.values_list("reviewer", flat=True)).values()) <= 8


def test_somebody_away_is_not_drawn_nor_is_a_closed_account(world) -> None:
    LeaveFactory(employee=world.city.joko)
    Employee.objects.filter(pk=world.city.intan.pk).update(is_active=False)
    close(world)

    drawn = set(Invitation.objects.filter(origin="draw").values_list("reviewer", flat=True))
    assert not drawn & {world.city.joko.pk, world.city.intan.pk}
    assert len(reviewers_of(world.appraisals["joko"])) == 5  # who is away is looked at all the same


def test_a_head_is_looked_at_by_other_heads_and_by_those_who_report(world) -> None:
    heads = [somebody_at(world, n, is_head=True).employee for n in range(4)]
    close(world)

    budi = world.appraisals["budi"]
    assert reviewers_of(budi) <= set(heads)
    assert len(reviewers_of(budi)) == 4
    subordinates = reviewers_of(budi, "subordinate")
    assert len(subordinates) == 5
    assert {one.appraisals.get().supervisor for one in subordinates} == {world.city.budi}


def test_a_second_run_finds_nothing_to_do(world) -> None:
    assert close(world) == Appraisal.objects.count()
    before = state()

    assert close(world) == 0
    assert close(world, closing(world) + dt.timedelta(days=1)) == 0
    assert state() == before


def test_a_run_killed_between_ranges_goes_on(world) -> None:
    at = closing(world)
    small = batches.Act(draws.INVITE.code, 1, draws.INVITE.pending, draws.INVITE.work)
    batches.plan(small, cycle=world.cycle, at=at)
    assert Batch.objects.filter(act="invite").count() > 2
    batches.run([small], at=at, seconds=0)  # nothing was begun
    assert not Invitation.objects.filter(origin="draw").exists()
    while batches.run([small], at=at, seconds=0.001):
        pass

    batches.run([small], at=at, seconds=60)
    assert not Batch.objects.filter(act="invite").exclude(state=BatchState.DONE).exists()
    assert not Appraisal.objects.filter(nomination_closed_at=None).exists()
    assert max(Counter(Invitation.objects.values_list("reviewer", flat=True)).values()) <= 8


def test_the_same_rows_are_drawn_the_same(world) -> None:
    before = set(Invitation.objects.values_list("pk", flat=True))
    close(world)
    first = set(Invitation.objects.exclude(pk__in=before).values_list("appraisal", "reviewer", "group"))
    Invitation.objects.exclude(pk__in=before).delete()
    Invitation.objects.update(state="proposed", approved_at=None)
    Appraisal.objects.update(nomination_closed_at=None)
    close(world)
    again = set(Invitation.objects.exclude(pk__in=before).values_list("appraisal", "reviewer", "group"))

    assert again == first


def test_the_record_holds_seed_and_names(world) -> None:
    close(world)

    mira = world.appraisals["mira"]
    event = AuditEvent.objects.get(act="invitations.drawn", object_id=mira.pk)
    kept = AuditDetail.objects.get(event=event).after
    assert kept["seed"] == str(world.cycle.pk)
    assert set(kept["drawn"]["peer"]) == {str(one.pk) for one in reviewers_of(mira)}


def test_who_declined_is_not_drawn_again(world) -> None:
    at = world.calendar.now
    approve_reviewers(
        actor=world.actor("budi"),
        appraisal_id=world.ani.pk,
        seen=[one.pk for one in world.ani.invitations.all()],
        at=at,
    )
    for name in ("hadi", "intan"):
        decline_invitation(
            actor=world.actor(name),
            invitation_id=world.invitation(name).pk,
            reason=DeclineReason.CONFLICT,
            comment="Kami bersaudara.",
            at=at,
        )
    close(world)

    standing = world.ani.invitations.filter(state="approved")
    assert standing.count() == 5
    assert not standing.filter(reviewer__in=[world.city.hadi, world.city.intan]).exists()


def test_an_agency_of_one_gets_no_box_and_the_supervisor_a_sentence(world) -> None:
    close(world)

    eko = world.appraisals["eko"]
    assert not eko.invitations.exists()
    assert not Box.objects.filter(pk=eko.pk).exists()
    told = Notification.objects.get(kind="nomination.too_few", subject_id=eko.pk)
    assert (told.recipient, told.title) == (world.city.surya, "There are too few reviewers for Eko Saputra")


def test_a_small_unit_is_filled_from_the_unit_above_to_the_least_number(world) -> None:
    alone = somebody_at(world, 9, is_head=False)
    close(world)

    assert alone.invitations.filter(group="peer").count() == 3


def test_a_unit_with_more_time_is_closed_later_and_once(world) -> None:
    at = closing(world)
    PhaseWindow.objects.create(
        cycle=world.cycle,
        phase=Phase.NOMINATION,
        agency=world.city.school,
        opens_at=at - dt.timedelta(days=9),
        closes_at=at + dt.timedelta(days=2),
    )
    close(world, at)
    assert not reviewers_of(world.appraisals["mira"])
    assert reviewers_of(world.appraisals["dewi"])

    close(world, at + dt.timedelta(days=2) + GRACE)
    assert len(reviewers_of(world.appraisals["mira"])) == 5


def test_nothing_is_drawn_once_peer_review_is_over(world) -> None:
    over = facts_of(world.ani, at=world.calendar.now).windows[Phase.PEER_REVIEW].closes_at

    assert not units_to_invite(world.cycle, over).exists()
    assert units_to_invite(world.cycle, over - dt.timedelta(seconds=1)).exists()


def test_a_colleague_whose_own_peer_review_is_over_can_be_drawn(world) -> None:
    heads = [somebody_at(world, n, is_head=True) for n in range(4)]
    at = closing(world)
    PhaseWindow.objects.create(
        cycle=world.cycle,
        phase=Phase.PEER_REVIEW,
        agency=heads[0].agency,
        opens_at=at - dt.timedelta(days=9),
        closes_at=at - dt.timedelta(days=2),
    )
    close(world, at)

    assert heads[0].employee in reviewers_of(world.appraisals["budi"])
    assert not Batch.objects.exclude(state=BatchState.DONE).exists()


def test_an_opened_box_asks_nobody_more(world) -> None:
    mira = world.appraisals["mira"]
    Box.objects.create(appraisal=mira, opened_at=world.calendar.now, figures={}, digest="0" * 64)
    close(world)

    assert not reviewers_of(mira)
    assert reviewers_of(world.appraisals["dewi"])


def test_the_tick_does_it(world) -> None:
    tick(at=closing(world))

    assert len(reviewers_of(world.appraisals["mira"])) == 5


def test_without_peers_in_the_year_nothing_is_pending(world) -> None:
    at = closing(world)
    PhaseWindow.objects.filter(phase__in=PEER_PHASES).delete()

    assert not units_to_invite(world.cycle, at).exists()


def test_the_wider_circles_are_the_unit_above_and_the_agency() -> None:
    assert paths_above("KOTA/DISDIK/SD/SDN901/") == ("KOTA/DISDIK/SD/", "KOTA/DISDIK/")
    assert paths_above("KOTA/DISDIK/SD/") == ("KOTA/DISDIK/",)
    assert paths_above("KOTA/DISDIK/") == ()


@pytest.mark.parametrize("schools", [1, 3])
def test_a_range_costs_the_same_for_few_and_many(world, django_assert_num_queries, schools) -> None:
    for n in range(schools):
        somebody_at(world, n, is_head=True)
    at = closing(world)
    draws.plan_invitations(at=at)
    batches.run([draws.INVITE], at=at, seconds=0, cycle=world.cycle)

    with django_assert_num_queries(35):
        batches.run([draws.INVITE], at=at, seconds=60, cycle=world.cycle)
