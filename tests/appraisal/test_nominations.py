"""Reviewers are proposed, settled, replaced; whoever must not judge is refused, and a refusal changes nothing."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import translation

from accounts.models import Employee
from appraisal.enums import DeclineReason, InvitationOrigin, InvitationState, Phase, ReviewGroup
from appraisal.models import Box, Invitation
from appraisal.selectors.colleague_search import search
from appraisal.selectors.colleagues import Load, ground_of, known_people, loads_of
from appraisal.selectors.facts import facts_of
from appraisal.selectors.nominations import (
    Wanted,
    known_to,
    nomination_on,
    own_invitations,
    team_nominations,
)
from appraisal.services import nominations
from appraisal.services.invitations import accept_invitation, decline_invitation
from core.audit import AuditEvent
from core.clock import now, today
from core.errors import ActionRefused, NotAllowed, StaleWrite
from core.notifications import Notification
from tests.appraisal.leading import colleagues
from tests.factories.people import EmployeeFactory, LeaveFactory, PlacementFactory, until
from tests.walk import Stage, World, build_world, propose_reviewers

pytestmark = pytest.mark.django_db
PEER = ReviewGroup.PEER


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def world() -> World:
    """Nomination is open and nobody is proposed yet."""
    world = build_world(Stage.NOMINATED, now=now())
    Invitation.objects.all().delete()
    Box.objects.all().delete()
    Notification.objects.all().delete()
    return world


def at(world: World) -> dt.datetime:
    return world.calendar.now


def propose(world: World, person: Employee, *, who: str = "ani", group=PEER, when=None):
    return nominations.propose_reviewer(
        actor=world.actor(who),
        appraisal_id=world.ani.pk,
        reviewer_id=person.pk,
        group=group,
        at=when or at(world),
    )


def add(world: World, person: Employee, *, who: str = "budi", group=PEER, when=None):
    return nominations.add_reviewer(
        actor=world.actor(who),
        appraisal_id=world.ani.pk,
        reviewer_id=person.pk,
        group=group,
        at=when or at(world),
    )


def approve(world: World, *, who: str = "budi", when=None) -> int:
    waiting = world.ani.invitations.filter(state=InvitationState.PROPOSED)
    return nominations.approve_reviewers(
        actor=world.actor(who),
        appraisal_id=world.ani.pk,
        seen=[one.pk for one in waiting],
        at=when or at(world),
    )


def everything() -> tuple[object, ...]:
    return (
        list(Invitation.objects.order_by("pk").values_list()),
        list(Box.objects.order_by("pk").values_list()),
        Notification.objects.count(),
        AuditEvent.objects.count(),
    )


def refused(call, error=ActionRefused) -> list[str]:
    """The reasons; nothing has changed and nobody was told."""
    before = everything()
    with pytest.raises(error) as caught:
        call()
    assert everything() == before
    return [str(reason) for reason in caught.value.reasons]


# --- proposing ----------------------------------------------------------------------------------


def test_a_proposal_tells_nobody_and_is_on_record(world) -> None:
    made = propose(world, world.city.hadi)

    assert (made.state, made.origin, made.approved_at) == ("proposed", "employee", None)
    assert not Notification.objects.exists()
    assert AuditEvent.objects.filter(act="invitation.proposed", object_id=made.pk).count() == 1
    assert not Invitation.objects.of_reviewer(world.actor("hadi")).exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ani", "Nobody reviews themselves."),
        ("budi", "Budi Hermawan is a supervisor or stands above one."),
        ("citra", "Citra Lestari is a supervisor or stands above one."),
        ("kartika", "Kartika Dewanti is a supervisor or stands above one."),
        ("surya", "Surya Wijaya has no position or no account at present."),
    ],
)
def test_whoever_must_not_judge_is_refused(world, name, reason) -> None:
    assert reason in refused(lambda: propose(world, world.city.person(name)))


def test_somebody_of_another_agency_may_be_named(world) -> None:
    assert propose(world, world.city.eko).reviewer == world.city.eko


def test_somebody_on_long_leave_is_refused(world) -> None:
    LeaveFactory(employee=world.city.hadi)

    assert refused(lambda: propose(world, world.city.hadi)) == [
        "Hadi Gunawan is on leave for most of the time to answer."
    ]


def test_whoever_retired_or_was_deactivated_is_refused(world) -> None:
    Employee.objects.filter(pk=world.city.hadi.pk).update(is_active=False)
    world.city.intan.placements.update(period=until(today(at(world)) - dt.timedelta(days=1)))

    for person in (world.city.hadi, world.city.intan):
        assert refused(lambda person=person: propose(world, person)) == [
            f"{person.name} has no position or no account at present."
        ]


def test_the_same_person_twice_is_refused(world) -> None:
    propose(world, world.city.hadi)

    assert refused(lambda: propose(world, world.city.hadi)) == ["Hadi Gunawan has been named already."]


def test_an_unknown_person_is_not_found(world) -> None:
    with pytest.raises(Employee.DoesNotExist):
        nominations.propose_reviewer(
            actor=world.actor("ani"),
            appraisal_id=world.ani.pk,
            reviewer_id=uuid.UUID(int=0),
            group=PEER,
            at=at(world),
        )


def test_the_ninth_name_is_refused_and_a_free_place_can_be_filled(world) -> None:
    people = [one.employee for one in colleagues(world, 9)]
    for person in people[:8]:
        propose(world, person)

    assert refused(lambda: propose(world, people[8])) == [
        "There are already 8 names, which is the most. Take one off the list first."
    ]
    nominations.drop_proposal(
        actor=world.actor("ani"),
        appraisal_id=world.ani.pk,
        invitation_id=Invitation.objects.get(reviewer=people[0]).pk,
        at=at(world),
    )
    assert propose(world, people[8]).reviewer == people[8]


def test_only_the_employee_proposes_and_only_the_leader_adds(world) -> None:
    for who in ("budi", "hadi", "dewi", "citra"):
        refused(lambda who=who: propose(world, world.city.intan, who=who), NotAllowed)
    for who in ("ani", "hadi", "dewi", "citra", "kartika"):
        refused(lambda who=who: add(world, world.city.intan, who=who), NotAllowed)
    propose_reviewers(world)
    for who in ("ani", "dewi", "citra"):
        refused(lambda who=who: approve(world, who=who), NotAllowed)


def test_outside_nomination_nothing_is_proposed(world) -> None:
    window = facts_of(world.ani, at=at(world)).windows[Phase.NOMINATION]
    moment = dt.timedelta(microseconds=1)

    assert refused(lambda: propose(world, world.city.hadi, when=window.opens_at - moment))
    assert refused(lambda: propose(world, world.city.hadi, when=window.closes_at))
    assert propose(world, world.city.hadi, when=window.closes_at - moment)


def test_a_dropped_name_can_be_proposed_again_and_dropping_twice_is_dropping_once(world) -> None:
    made = propose(world, world.city.hadi)
    for _time in range(2):
        nominations.drop_proposal(
            actor=world.actor("ani"), appraisal_id=world.ani.pk, invitation_id=made.pk, at=at(world)
        )

    assert not Invitation.objects.exists()
    assert AuditEvent.objects.filter(act="invitation.dropped").count() == 1
    assert propose(world, world.city.hadi)


def test_nobody_drops_a_name_of_somebody_else(world) -> None:
    added = add(world, world.city.hadi)
    nominations.drop_proposal(
        actor=world.actor("ani"), appraisal_id=world.ani.pk, invitation_id=added.pk, at=at(world)
    )

    assert Invitation.objects.filter(pk=added.pk).exists()


def test_the_list_is_sent_with_three_names_once(world) -> None:
    def send():
        return nominations.send_proposals(actor=world.actor("ani"), appraisal_id=world.ani.pk, at=at(world))

    propose(world, world.city.hadi)
    propose(world, world.city.intan)
    assert refused(send) == ["Name at least 3 colleagues. On the list: 2."]
    propose(world, world.city.joko)
    assert send().proposed_at == at(world)
    assert refused(send) == ["Your list has already been sent."]
    (told,) = Notification.objects.all()
    assert (told.recipient, told.title) == (
        world.city.budi,
        f"Ani Suryani proposed reviewers for {world.cycle.year}",
    )
    propose(world, world.city.eko)  # until it is settled


def test_a_small_agency_may_send_what_it_has(world) -> None:
    """Eko is alone in his agency: whoever he names elsewhere may be fewer than three."""
    eko = world.appraisals["eko"]
    nominations.propose_reviewer(
        actor=world.actor("eko"),
        appraisal_id=eko.pk,
        reviewer_id=world.city.hadi.pk,
        group=PEER,
        at=at(world),
    )

    assert nominations.send_proposals(actor=world.actor("eko"), appraisal_id=eko.pk, at=at(world))


# --- settling -----------------------------------------------------------------------------------


def test_approving_invites_everybody_and_tells_them_once(world) -> None:
    propose(world, world.city.hadi)
    propose(world, world.city.intan)
    add(world, world.city.joko)

    assert approve(world) == 3
    assert set(world.ani.invitations.values_list("state", "approved_at")) == {("approved", at(world))}
    assert Box.objects.get().approved_at == at(world)
    told = Notification.objects.filter(kind="invitation.made")
    assert {one.recipient for one in told} == {world.city.hadi, world.city.intan, world.city.joko}
    assert refused(lambda: approve(world)) == ["There is nobody on the list who waits for your approval."]
    assert refused(lambda: propose(world, world.city.eko)) == ["Your supervisor has settled the list."]


def test_a_list_that_changed_meanwhile_is_not_approved_unseen(world) -> None:
    seen = propose(world, world.city.hadi)
    propose(world, world.city.intan)

    reasons = refused(
        lambda: nominations.approve_reviewers(
            actor=world.actor("budi"), appraisal_id=world.ani.pk, seen=[seen.pk], at=at(world)
        ),
        StaleWrite,
    )
    assert reasons == ["The list has changed since you opened it. Look at it again, then approve it."]


def test_after_settling_whoever_is_added_is_asked_at_once(world) -> None:
    propose(world, world.city.hadi)
    approve(world)
    Notification.objects.all().delete()

    added = add(world, world.city.intan)

    assert (added.state, added.origin) == ("approved", InvitationOrigin.SUPERVISOR)
    (told,) = Notification.objects.all()
    assert (told.recipient, told.kind) == (world.city.intan, "invitation.made")


def test_a_replacement_is_possible_until_peer_review_closes(world) -> None:
    propose(world, world.city.hadi)
    approve(world)
    decline_invitation(
        actor=world.actor("hadi"),
        invitation_id=world.invitation("hadi").pk,
        reason=DeclineReason.CONFLICT,
        comment="Kami bersaudara.",
        at=at(world),
    )
    closes_at = facts_of(world.ani, at=at(world)).windows[Phase.PEER_REVIEW].closes_at

    assert refused(lambda: add(world, world.city.hadi)) == ["Hadi Gunawan has been named already."]
    assert add(world, world.city.intan, when=closes_at - dt.timedelta(seconds=1)).state == "approved"
    assert refused(lambda: add(world, world.city.joko, when=closes_at))


# --- heads --------------------------------------------------------------------------------------


def test_a_head_asks_those_who_report_to_them_and_not_as_peers(world) -> None:
    budi = world.appraisals["budi"]

    def as_budi(person, group):
        return nominations.propose_reviewer(
            actor=world.actor("budi"), appraisal_id=budi.pk, reviewer_id=person.pk, group=group, at=at(world)
        )

    assert as_budi(world.city.ani, ReviewGroup.SUBORDINATE).group == "subordinate"
    assert refused(lambda: as_budi(world.city.hadi, PEER)) == ["Hadi Gunawan works under this person."]
    assert refused(lambda: as_budi(world.city.eko, ReviewGroup.SUBORDINATE)) == [
        "Eko Saputra does not report to this person."
    ]
    refusal = refused(lambda: propose(world, world.city.hadi, group=ReviewGroup.SUBORDINATE))
    assert "Only whoever leads at least three people asks those who report to them." in refusal


# --- looking for somebody -----------------------------------------------------------------------


def found(world: World, typed: str, appraisal=None, group=PEER):
    """The search, with the people found in `hits`."""
    ground = ground_of(appraisal or world.ani, at=at(world))
    result = search(ground, typed, group)
    return result, result.hits(known_people(ground, result.ids), group)


def names(result) -> list[str]:
    return [hit.known.name for hit in result[1]]


def test_without_a_name_the_own_unit_is_shown(world) -> None:
    assert names(found(world, "")) == [
        "Budi Hermawan",
        "Hadi Gunawan",
        "Intan Permata",
        "Joko Prasetyo",
        "Lukman Hakim",
        "Mira Rahayu",
    ]
    (budi,) = [hit for hit in found(world, "")[1] if hit.known.id == world.city.budi.pk]
    assert [reason.code for reason in budi.reasons] == ["above"]


def test_the_nearest_come_first_and_the_city_needs_three_letters(world) -> None:
    EmployeeFactory(name="Saputri Intan Jauh")  # no position: never found
    for name, unit in (("Zulfa Permatasari", world.city.other_dinas), ("Aa Permata", world.city.dinas)):
        PlacementFactory(employee=EmployeeFactory(name=name), agency=unit)

    assert names(found(world, "permata")) == ["Intan Permata", "Aa Permata", "Zulfa Permatasari"]
    assert names(found(world, "in per")) == [
        "Intan Permata",
    ]
    short = found(world, "pe")
    assert (names(short), short[0].short) == (["Intan Permata"], True)
    assert names(found(world, "SAPUTRA eko")) == ["Eko Saputra"]
    assert names(found(world, "tidakada")) == []


def test_at_most_twenty_are_shown(world) -> None:
    colleagues(world, 25)

    result = found(world, "rekan")

    assert (len(names(result)), result[0].more) == (20, True)


def test_signs_of_a_pattern_are_only_letters(world) -> None:
    assert names(found(world, "%%%")) == []
    assert names(found(world, "___")) == []


def test_subordinates_are_looked_for_among_those_who_report(world) -> None:
    result = found(world, "", world.appraisals["budi"], ReviewGroup.SUBORDINATE)

    assert "Ani Suryani" in names(result)
    assert "Citra Lestari" not in names(result)


@pytest.mark.parametrize("more", [1, 30])
def test_a_search_costs_the_same_for_few_and_many(world, django_assert_num_queries, more) -> None:
    colleagues(world, more)
    mine = world.ani
    with django_assert_num_queries(2):
        ground = ground_of(mine, at=at(world))

    for typed in ("", "re", "rekan"):
        with django_assert_num_queries(4):
            nomination_on(ground, own_invitations(), wanted=Wanted(typed, PEER))


def test_loads_are_counted_by_year(world) -> None:
    propose(world, world.city.hadi)
    propose(world, world.city.intan)
    assert loads_of(world.cycle.pk, [world.city.hadi.pk]) == {world.city.hadi.pk: Load(0, 0)}
    approve(world)
    accept_invitation(actor=world.actor("hadi"), invitation_id=world.invitation("hadi").pk, at=at(world))

    assert loads_of(world.cycle.pk, [world.city.hadi.pk, world.city.intan.pk]) == {
        world.city.hadi.pk: Load(1, 1),
        world.city.intan.pk: Load(1, 0),
    }


# --- what each side reads -----------------------------------------------------------------------


def test_the_employee_sees_only_names_of_their_own(world) -> None:
    propose(world, world.city.hadi)
    add(world, world.city.intan)

    ground = ground_of(world.ani, at=at(world))
    own = nomination_on(ground, own_invitations())
    led = nomination_on(ground, known_to(world.actor("budi")))

    assert [one.invitation.reviewer.name for one in own.entries] == ["Hadi Gunawan"]
    assert [one.invitation.reviewer.name for one in led.entries] == ["Hadi Gunawan", "Intan Permata"]
    assert nomination_on(ground, known_to(world.actor("eko"))).entries == ()


def test_pairs_who_would_look_at_each_other_are_marked(world) -> None:
    propose(world, world.city.hadi)
    propose(world, world.city.intan)
    nominations.propose_reviewer(
        actor=world.actor("hadi"),
        appraisal_id=world.appraisals["hadi"].pk,
        reviewer_id=world.city.ani.pk,
        group=PEER,
        at=at(world),
    )

    led = nomination_on(ground_of(world.ani, at=at(world)), known_to(world.actor("budi")))

    assert [one.known.mutual for one in led.entries] == [True, False]


def test_the_team_shows_first_what_waits(world) -> None:
    propose_reviewers(world)

    rows = team_nominations(world.actor("budi"), at=at(world))

    assert rows[0].appraisal == world.ani
    assert (rows[0].to_approve, rows[0].proposed) == (True, 3)
    assert not any(row.to_approve for row in rows[1:])


@pytest.mark.parametrize("more", [1, 6])
def test_the_lists_cost_the_same_for_few_and_many(world, django_assert_num_queries, more) -> None:
    for one in colleagues(world, more):
        propose(world, one.employee)
    budi = world.actor("budi")
    ground = ground_of(world.ani, at=at(world))

    with django_assert_num_queries(3):
        nomination_on(ground, known_to(budi))
    with django_assert_num_queries(2):
        team_nominations(budi, at=at(world))
