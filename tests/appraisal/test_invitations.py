"""What becomes of an invitation: accepted, declined, withdrawn, extended; the envelope goes unread and nobody learns of it."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import translation

from accounts.models import SupervisorOverride
from appraisal.enums import DeclineReason, InvitationState, Phase
from appraisal.models import Appraisal, BallotKey, Box, Envelope, Extension, Invitation, PhaseWindow
from appraisal.selectors.facts import facts_of
from appraisal.selectors.invitations import earlier_invitations, standing_invitations
from appraisal.services import assignments, extensions
from appraisal.services.invitations import (
    accept_invitation,
    decline_invitation,
    extend_invitation,
    withdraw_from_leaders,
    withdraw_invitation,
)
from core.audit import AuditDetail, AuditEvent
from core.clock import day_end, last_day, now, today
from core.errors import ActionRefused, NotAllowed
from core.heartbeat import Heartbeat
from core.notifications import Notification
from tests.factories.people import SupervisorOverrideFactory, since
from tests.walk import Stage, World, build_world

pytestmark = pytest.mark.django_db
MOMENT = dt.timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def world() -> World:
    """Peer review is open; Hadi has accepted, Intan and Joko are asked."""
    world = build_world(Stage.INVITED, now=now())
    Notification.objects.all().delete()
    return world


def at(world: World) -> dt.datetime:
    return world.calendar.now


def fill_envelope(world: World, name: str, *, sent: bool = True) -> Envelope:
    """Something lies in the envelope; what it is cannot be seen from here."""
    key = BallotKey.objects.filter(cycle=world.cycle, agency=world.city.dinas).first()
    if key is None:
        key = BallotKey.objects.create(
            cycle=world.cycle, agency=world.city.dinas, fingerprint="0" * 64, made_at=at(world)
        )
    return Envelope.objects.create(
        invitation=world.invitation(name), key=key, sealed=b"x" * 2048, complete=True, sent=sent
    )


def everything() -> tuple[object, ...]:
    return (
        list(Invitation.objects.order_by("pk").values_list()),
        list(Box.objects.order_by("pk").values_list()),
        list(Envelope.objects.order_by("pk").values_list("pk", "complete", "sent")),
        Notification.objects.count(),
        AuditEvent.objects.count(),
    )


def refused(call, error=ActionRefused) -> list[str]:
    before = everything()
    with pytest.raises(error) as caught:
        call()
    assert everything() == before
    return [str(reason) for reason in caught.value.reasons]


def accept(world, name, who=None, when=None):
    return accept_invitation(
        actor=world.actor(who or name), invitation_id=world.invitation(name).pk, at=when or at(world)
    )


def decline(world, name, who=None, when=None, comment="Terlalu jarang bertemu."):
    return decline_invitation(
        actor=world.actor(who or name),
        invitation_id=world.invitation(name).pk,
        reason=DeclineReason.TOO_LITTLE,
        comment=comment,
        at=when or at(world),
    )


def withdraw(world, name, who, when=None, reason="Pindah tim sejak Mei."):
    return withdraw_invitation(
        actor=world.actor(who),
        invitation_id=world.invitation(name).pk,
        reason=reason,
        at=when or at(world),
    )


def extend(world, name, until, who="dewi", reason="Sakit selama tiga hari.", when=None):
    return extend_invitation(
        actor=world.actor(who),
        invitation_id=world.invitation(name).pk,
        until=until,
        reason=reason,
        at=when or at(world),
    )


def window(world, phase):
    return facts_of(world.ani, at=at(world)).windows[phase]


# --- accepting and declining --------------------------------------------------------------------


def test_accepting_twice_is_a_sentence(world) -> None:
    assert accept(world, "intan").accepted_at == at(world)
    assert refused(lambda: accept(world, "intan")) == [
        "This has already been done, or is not possible any more."
    ]


def test_only_the_reviewer_answers_an_invitation(world) -> None:
    for who in ("ani", "budi", "hadi", "dewi", "citra", "eko"):
        refused(lambda who=who: accept(world, "intan", who), NotAllowed)
        refused(lambda who=who: decline(world, "intan", who), NotAllowed)


def test_nothing_is_accepted_after_peer_review(world) -> None:
    closes_at = window(world, Phase.PEER_REVIEW).closes_at

    assert refused(lambda: accept(world, "intan", when=closes_at))
    assert accept(world, "intan", when=closes_at - MOMENT)


def test_declining_destroys_what_was_written_and_tells_the_supervisor_why_only_on_the_page(world) -> None:
    fill_envelope(world, "hadi")

    gone = decline(world, "hadi")

    assert (gone.state, gone.decline_reason, gone.ended_at) == ("declined", "too_little", at(world))
    assert not Envelope.objects.exists()
    (told,) = Notification.objects.all()
    assert (told.recipient, told.title) == (
        world.city.budi,
        "Hadi Gunawan declined to give a view of Ani Suryani",
    )
    assert "Terlalu jarang" not in str(told.params)


def test_declining_needs_words(world) -> None:
    fill_envelope(world, "hadi")

    assert refused(lambda: decline(world, "hadi", comment="  ")) == [
        "Write why, so that the other side understands."
    ]


# --- withdrawing --------------------------------------------------------------------------------


def test_the_supervisor_withdraws_until_it_is_accepted(world) -> None:
    withdraw(world, "intan", "budi")
    assert world.invitation("intan").comment == "Pindah tim sejak Mei."
    (told,) = Notification.objects.all()
    assert (told.recipient, told.kind) == (world.city.intan, "invitation.ended")
    assert refused(lambda: withdraw(world, "hadi", "budi")) == [
        "Hadi Gunawan has accepted. Only HR can cancel the invitation now."
    ]


@pytest.mark.parametrize("sent", [None, False, True])
def test_the_supervisors_refusal_is_the_same_whatever_lies_in_the_envelope(world, sent) -> None:
    if sent is not None:
        fill_envelope(world, "hadi", sent=sent)

    assert refused(lambda: withdraw(world, "hadi", "budi")) == [
        "Hadi Gunawan has accepted. Only HR can cancel the invitation now."
    ]


def test_hr_cancels_after_the_answer_and_it_goes_unread(world) -> None:
    fill_envelope(world, "hadi")
    events = AuditEvent.objects.count()

    withdraw(world, "hadi", "dewi")

    assert not Envelope.objects.exists()
    assert world.invitation("hadi").state == "withdrawn"
    told = {one.recipient: one.kind for one in Notification.objects.all()}
    assert told == {world.city.hadi: "invitation.ended", world.city.budi: "invitation.withdrawn"}
    assert AuditEvent.objects.count() == events + 1


@pytest.mark.parametrize("sent", [None, False, True])
def test_nothing_that_is_kept_of_a_cancelled_invitation_tells_of_an_answer(world, sent) -> None:
    if sent is not None:
        fill_envelope(world, "hadi", sent=sent)
    withdraw(world, "hadi", "dewi")

    event = AuditEvent.objects.get(act="invitation.withdrawn")
    kept = AuditDetail.objects.get(event=event)
    assert (event.reason, kept.before, kept.after) == (
        "Pindah tim sejak Mei.",
        None,
        {"appraisal": str(world.ani.pk)},
    )
    (told,) = Notification.objects.filter(kind="invitation.ended")
    assert told.params == {"name": "Ani Suryani"}


def test_nobody_else_withdraws(world) -> None:
    for who in ("ani", "hadi", "intan", "citra", "eko", "kartika"):
        refused(lambda who=who: withdraw(world, "intan", who), NotAllowed)


def test_withdrawing_needs_a_reason_and_happens_once(world) -> None:
    assert refused(lambda: withdraw(world, "intan", "budi", reason=" "))
    withdraw(world, "intan", "budi")
    assert refused(lambda: withdraw(world, "intan", "budi")) == [
        "This has already been done, or is not possible any more."
    ]


def test_nothing_is_changed_once_the_box_is_open(world) -> None:
    Box.objects.filter(pk=world.ani.pk).update(opened_at=at(world), figures={}, digest="0" * 64)
    closed = "The answers about this person have already been counted and closed."

    assert closed in refused(lambda: accept(world, "intan"))
    assert closed in refused(lambda: decline(world, "hadi"))
    assert closed in refused(lambda: withdraw(world, "intan", "budi"))
    assert closed in refused(lambda: withdraw(world, "hadi", "dewi"))
    assert closed in refused(lambda: extend(world, "hadi", later(world)))


# --- more time ----------------------------------------------------------------------------------


def later(world, days=2) -> dt.date:
    return last_day(window(world, Phase.PEER_REVIEW).closes_at) + dt.timedelta(days=days)


def test_hr_gives_one_reviewer_more_time(world) -> None:
    assert extend(world, "hadi", later(world)).extended_to == day_end(later(world))
    assert world.invitation("intan").extended_to is None
    (told,) = Notification.objects.all()
    assert (told.recipient, told.params["until_on"]) == (world.city.hadi, later(world).isoformat())
    # He may still decline in it, although peer review is over for everybody else.
    closed = window(world, Phase.PEER_REVIEW).closes_at + dt.timedelta(hours=1)
    assert refused(lambda: decline(world, "intan", when=closed))
    assert decline(world, "hadi", when=closed)


def test_an_extension_given_after_closing_waits_for_no_window(world) -> None:
    closed = window(world, Phase.PEER_REVIEW).closes_at + dt.timedelta(hours=1)

    assert extend(world, "hadi", later(world), when=closed)


@pytest.mark.parametrize(
    ("days", "reason"),
    [(0, "Choose a day after the present deadline."), (-3, "Choose a day after the present deadline.")],
)
def test_more_time_must_be_later_than_the_present_deadline(world, days, reason) -> None:
    assert refused(lambda: extend(world, "hadi", later(world, days))) == [reason]


def test_more_time_ends_with_supervisor_review(world) -> None:
    review = last_day(window(world, Phase.SUPERVISOR_REVIEW).closes_at)

    (reason,) = refused(lambda: extend(world, "hadi", review + dt.timedelta(days=1)))
    assert reason.startswith("Choose a day up to")
    assert extend(world, "hadi", review)


def test_more_time_needs_hr_a_reason_and_a_standing_invitation(world) -> None:
    for who in ("ani", "budi", "hadi", "eko", "nina"):
        refused(lambda who=who: extend(world, "hadi", later(world), who), NotAllowed)
    assert refused(lambda: extend(world, "hadi", later(world), reason=" ")) == [
        "Write why this person gets more time."
    ]
    decline(world, "hadi")
    assert refused(lambda: extend(world, "hadi", later(world))) == ["This invitation has ended."]


@pytest.mark.parametrize("phase", [Phase.NOMINATION, Phase.PEER_REVIEW])
def test_no_person_gets_more_time_for_peers(world, phase) -> None:
    reasons = refused(
        lambda: extensions.extend_window(
            actor=world.actor("dewi"),
            appraisal_id=world.ani.pk,
            phase=phase,
            until=later(world),
            reason="Sakit.",
            at=at(world),
        )
    )
    assert "More time to give a view is given to one reviewer, on the page of who was asked." in reasons
    assert not Extension.objects.exists()


# --- people who move ----------------------------------------------------------------------------


def override(world, leader) -> SupervisorOverride:
    return SupervisorOverrideFactory(
        placement=world.ani.placement, supervisor=leader, period=since(today(at(world)))
    )


def test_a_reviewer_who_becomes_supervisor_is_withdrawn_by_the_clock_and_told(world) -> None:
    fill_envelope(world, "hadi")
    override(world, world.city.hadi)
    assignments.assign_supervisors(cycle_id=world.cycle.pk, day=today(at(world)))

    for expected in (1, 0):
        assert withdraw_from_leaders(cycle_id=world.cycle.pk, at=at(world)) == expected

    gone = world.invitation("hadi")
    assert (gone.state, gone.comment) == (
        "withdrawn",
        "The reviewer has become supervisor or superior of this person.",
    )
    assert not Envelope.objects.exists()
    (told,) = Notification.objects.all()
    assert (told.recipient, told.kind) == (world.city.hadi, "invitation.ended")
    assert world.invitation("intan").state == "approved"


def test_a_reviewer_who_becomes_superior_is_withdrawn_and_the_supervisor_told(world) -> None:
    Appraisal.objects.filter(pk=world.ani.pk).update(superior=world.city.intan)

    withdraw_from_leaders(cycle_id=world.cycle.pk, at=at(world))

    told = {one.recipient: one.kind for one in Notification.objects.all()}
    assert told == {world.city.intan: "invitation.ended", world.city.budi: "invitation.withdrawn"}


def test_the_first_tick_of_a_day_does_it(world) -> None:
    Heartbeat.objects.all().delete()
    override(world, world.city.hadi)

    assignments.assign_once_a_day(at=at(world))

    assert world.ani.supervisor == world.city.hadi
    assert world.invitation("hadi").state == "withdrawn"


def test_an_open_box_is_left_alone(world) -> None:
    Box.objects.filter(pk=world.ani.pk).update(opened_at=at(world), figures={}, digest="0" * 64)
    Appraisal.objects.filter(pk=world.ani.pk).update(superior=world.city.intan)

    assert withdraw_from_leaders(cycle_id=world.cycle.pk, at=at(world)) == 0


def test_the_invitation_of_somebody_transferred_stands(world) -> None:
    placement = world.city.hadi.placements.get()
    placement.agency = world.city.other_school
    placement.save()
    assignments.assign_supervisors(cycle_id=world.cycle.pk, day=today(at(world)))
    withdraw_from_leaders(cycle_id=world.cycle.pk, at=at(world))

    assert world.invitation("hadi").state == "accepted"


def test_a_window_shortened_meanwhile_refuses_with_the_moment(world) -> None:
    PhaseWindow.objects.filter(cycle=world.cycle, phase=Phase.PEER_REVIEW).update(
        closes_at=at(world) - dt.timedelta(minutes=5)
    )

    (reason,) = refused(lambda: accept(world, "intan"))
    assert reason.startswith("Time was up on")


# --- reading ------------------------------------------------------------------------------------


def test_a_reviewer_reads_their_own_invitations_only(world) -> None:
    assert [one.invitation.reviewer_id for one in standing_invitations(world.actor("hadi"))] == [
        world.city.hadi.pk
    ]
    assert standing_invitations(world.actor("mira")) == ()
    decline(world, "hadi")
    assert standing_invitations(world.actor("hadi")) == ()
    assert [one.invitation.state for one in earlier_invitations(world.actor("hadi")).rows] == ["declined"]


@pytest.mark.parametrize("more", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(world, django_assert_num_queries, more) -> None:
    for name in ("intan", "joko", "mira")[:more]:
        Invitation.objects.create(
            appraisal=world.appraisals[name],
            reviewer=world.city.lukman,
            group="peer",
            origin="draw",
            state=InvitationState.APPROVED,
            proposed_at=at(world),
            approved_at=at(world),
        )
    lukman = world.actor("lukman")

    with django_assert_num_queries(2):
        assert len(standing_invitations(lukman)) == more


# --- at once ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_is_made() -> None:
    world = build_world(Stage.INVITED, now=now())
    world.actor("intan"), world.actor("budi")

    def run(call) -> str:
        try:
            with translation.override("en"):
                return call().state
        except ActionRefused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        states = list(
            pool.map(run, [lambda: accept(world, "intan"), lambda: withdraw(world, "intan", "budi")])
        )

    assert sorted(states) in (["accepted", "refused"], ["refused", "withdrawn"])
    assert world.invitation("intan").state in states
