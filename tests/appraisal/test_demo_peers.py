"""Peers in the invented year: asked by the rules, sealed while it lasts, opened and suppressed where it is over."""

import re
from collections import Counter
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.actors import load_actor
from appraisal import key_files
from appraisal.completeness import missing_in_answer
from appraisal.demo import places, texts
from appraisal.demo.personas import PASSWORD, PERSONAS
from appraisal.eligibility import refusals
from appraisal.enums import (
    ENDED_INVITATIONS,
    STANDING_INVITATIONS,
    InvitationOrigin,
    InvitationState,
    Phase,
    RatingStage,
    RatingState,
    ReviewGroup,
)
from appraisal.hints import hints_for_text
from appraisal.key_files import FileState
from appraisal.models import (
    AgencyPeerFigures,
    Appraisal,
    BallotKey,
    Box,
    Envelope,
    Invitation,
    RatingRecord,
    Review,
)
from appraisal.peer_figures import FEWEST_ANSWERS, figures_of
from appraisal.selectors.assessments import value_pages
from appraisal.selectors.colleagues import ground_of, pair_with
from appraisal.selectors.facts import facts_of
from appraisal.selectors.home import home_page
from appraisal.selectors.peer_answers import answer_in, open_envelope
from appraisal.selectors.peer_figures import peer_page, peers_at_sending
from appraisal.services.clock import tick
from core.audit import AuditEvent
from core.notifications import Notification
from indicators.models import CoreValue
from tests.appraisal.demo_year import AT, changing, cycle, own, person, year

__all__ = ["changing", "cycle", "year"]  # fixtures

# The first test of the module waits for the whole year to be made.
pytestmark = pytest.mark.timeout(400)

OVER = (places.DINKES, places.BKPSDM, places.INSPEKTORAT, places.COBLONG, places.SUKASARI)


def within(code, path="appraisal__agency__path"):
    return {f"{path}__startswith": f"KOTA/{code}/"}


def actor(login):
    employee = person(login)
    return load_actor(employee.pk, employee.name, AT.date())


def invitation(reviewer, reviewed):
    return Invitation.objects.get(
        reviewer__login=reviewer, appraisal__employee__login=reviewed, appraisal__last_day__gte=AT.date()
    )


def inside(one):
    envelope = Envelope.objects.select_related("key").get(pk=one.pk)
    return answer_in(open_envelope(envelope), tuple(page.asked for page in value_pages()))


# --- who is asked -------------------------------------------------------------------------------


def test_each_agency_stands_where_its_windows_say(year):
    states = {
        code: set(Invitation.objects.filter(**within(code)).values_list("state", flat=True))
        for code in places.PHASE_OF
    }
    assert states[places.DISDUKCAPIL] == set()
    assert states[places.DISKOMINFO] == {InvitationState.PROPOSED, InvitationState.APPROVED}
    assert states[places.DISDIK] == {
        InvitationState.APPROVED,
        InvitationState.ACCEPTED,
        InvitationState.DECLINED,
    }
    for code in OVER:
        assert InvitationState.CLOSED in states[code] <= ENDED_INVITATIONS
    assert not Box.objects.filter(appraisal__cycle__year=2025).exists()
    assert set(Invitation.objects.values_list("origin", flat=True)) == {
        InvitationOrigin.EMPLOYEE,
        InvitationOrigin.DRAW,
    }


def test_nobody_is_asked_who_must_not_be(year):
    asked = Invitation.objects.select_related("appraisal__placement", "appraisal__agency", "appraisal__cycle")
    chosen = list(asked.order_by("pk"))[::25]
    assert len(chosen) > 150
    for one in chosen:
        pair = pair_with(ground_of(one.appraisal, at=AT), one.reviewer_id)
        assert refusals(replace(pair, asked=False), ReviewGroup(one.group)) == ()


def test_no_reviewer_judges_themselves_or_somebody_below(year):
    for appraisal, reviewer, employee, supervisor, superior in Invitation.objects.values_list(
        "appraisal", "reviewer", "appraisal__employee", "appraisal__supervisor", "appraisal__superior"
    ):
        assert reviewer not in {employee, supervisor, superior}, appraisal
    subordinates = Invitation.objects.filter(group=ReviewGroup.SUBORDINATE)
    led = set(Appraisal.objects.filter(cycle__year=2026).values_list("supervisor", "employee"))
    pairs = set(subordinates.values_list("appraisal__employee", "reviewer"))
    assert len(pairs) > 100
    assert pairs <= led


def test_everybody_in_disdik_has_enough_reviewers_and_nobody_too_much_to_do(year, cycle):
    appraisals = Appraisal.objects.filter(cycle=cycle, **within(places.DISDIK, "agency__path"))
    standing = Counter(
        Invitation.objects.filter(
            group=ReviewGroup.PEER, appraisal__in=appraisals, state__in=STANDING_INVITATIONS
        ).values_list("appraisal", flat=True)
    )
    few = {one for one in appraisals.values_list("pk", flat=True) if standing[one] < cycle.peers_minimum}
    assert few == {own("joko", cycle).get().pk}
    assert max(standing.values()) <= cycle.peers_maximum
    loads = Counter(Invitation.objects.values_list("reviewer", flat=True))
    assert max(loads.values()) <= cycle.reviewer_maximum + 2


# --- the personas -------------------------------------------------------------------------------


def test_the_reviewers_of_ani_stand_where_the_story_says(year):
    assert invitation("hadi", "ani").state == InvitationState.APPROVED
    assert 0 < len(inside(invitation("intan", "ani")).pages) < 7
    assert inside(invitation("joko", "ani")).sent
    assert invitation("mira", "budi").group == ReviewGroup.SUBORDINATE
    assert invitation("mira", "budi").state == InvitationState.APPROVED
    assert invitation("ani", "mira").state == InvitationState.APPROVED
    half = inside(invitation("ani", "dadan"))
    assert (half.sent, half.complete, len(half.pages)) == (False, False, 3)
    rest = Invitation.objects.filter(reviewer__login="ani").exclude(
        appraisal__employee__login__in=["mira", "dadan"]
    )
    assert all(inside(one).sent for one in rest)


def test_somebody_declined_to_look_at_joko_and_budi_is_told(year, cycle):
    [gone] = Invitation.objects.filter(appraisal=own("joko", cycle).get(), state=InvitationState.DECLINED)
    assert gone.comment in texts.texts("decline", gone.decline_reason)
    assert Notification.objects.filter(
        recipient=person("budi"), kind="invitation.declined", subject_id=gone.pk
    ).exists()


WAITS = {
    "ani": {"review_colleagues", "continue_self"},
    "hadi": {"review_colleagues"},
    "intan": {"review_colleagues"},
    "mira": {"review_colleagues"},
    "budi": {"replace_reviewers", "rate"},
    "rahmat": {"propose_reviewers"},
    "lukman": {"approve_reviewers", "propose_reviewers"},
    "wawan": {"open_result"},
}


@pytest.mark.parametrize("login", sorted(WAITS))
def test_peers_stand_on_the_lists_of_the_personas(year, login):
    kinds = {duty.kind.value for duty in home_page(actor(login), at=AT).duties}
    assert WAITS[login] <= kinds


@pytest.mark.parametrize("login", [persona.login for persona in PERSONAS])
def test_every_persona_opens_home_and_the_list_of_invitations(changing, client, login):
    assert client.login(username=login, password=PASSWORD)
    assert client.get(reverse("home")).status_code == 200
    assert client.get(reverse("invitations")).status_code == 200


@pytest.mark.parametrize("login", ["wawan", "tuti", "nina", "gita", "eko", "fajar"])
def test_whose_peer_review_is_over_sees_what_came_out(changing, cycle, login):
    page = peer_page(actor(login), own(login, cycle).get().pk, at=AT)
    assert page.state == "shown"
    assert page.groups[0].is_shown
    assert page.groups[0].with_words


# --- sealed -------------------------------------------------------------------------------------


def test_envelopes_open_with_the_files_and_say_what_they_hold(year):
    values = [page.asked for page in value_pages()]
    envelopes = list(Envelope.objects.select_related("key", "invitation").order_by("pk"))
    assert len(envelopes) > 900
    kinds = Counter()
    for envelope in envelopes[::7]:
        content = open_envelope(envelope)
        draft, sent = content["draft"], content["sent"]
        complete = sent is not None or not missing_in_answer(values, draft["pages"])
        assert (envelope.complete, envelope.sent) == (complete, sent is not None)
        assert envelope.invitation.state == InvitationState.ACCEPTED
        if sent:
            assert missing_in_answer(values, sent["pages"]) == ()
        kinds[draft is not None, sent is not None, complete] += 1
    assert set(kinds) >= {(False, True, True), (True, False, True), (True, False, False)}


def test_no_envelope_is_left_in_an_opened_box_and_none_without_its_key(year):
    assert not Envelope.objects.exclude(invitation__appraisal__box__opened_at=None).exists()
    assert not Envelope.objects.exclude(key__destroyed_at=None).exists()
    assert {
        "/".join(path.split("/")[:2]) for path in Envelope.objects.values_list("key__agency__path", flat=True)
    } == {f"KOTA/{places.DISDIK}"}


def test_keys_are_gone_where_peer_review_is_over(year):
    keys = {key.agency.code: key for key in BallotKey.objects.select_related("agency")}
    assert set(keys) == set(places.PHASE_OF)
    for code, key in keys.items():
        found = set(key_files.states(key.pk, key.fingerprint))
        assert found == ({FileState.MISSING} if code in OVER else {FileState.GOOD})
        assert (key.destroyed_at is not None) == (code in OVER)
    assert set(AgencyPeerFigures.objects.values_list("agency__code", flat=True)) == set(OVER)
    acts = Counter(AuditEvent.objects.filter(act__startswith="ballot_key").values_list("act", flat=True))
    assert acts == {"ballot_key.made": len(places.PHASE_OF), "ballot_key.destroyed": len(OVER)}


# --- opened -------------------------------------------------------------------------------------


def test_figures_are_those_of_the_reviews_and_never_of_fewer_than_three(year):
    codes = list(CoreValue.objects.order_by("order").values_list("code", flat=True))
    reviews = {}
    for appraisal, group, content in Review.objects.values_list("appraisal", "group", "content"):
        reviews.setdefault((appraisal, group), []).append(content)
    told = dict(AuditEvent.objects.filter(act="box.opened").values_list("object_id", "detail__after__digest"))
    found = Counter()
    for box in Box.objects.exclude(opened_at=None):
        assert told[box.pk] == box.digest
        for group, figures in box.figures.items():
            answers = reviews.pop((box.pk, group), [])
            if figures["shown"]:
                again = figures_of({group: (figures["asked"], answers)}, codes)
                assert again == {group: figures}
                assert figures["answered"] == len(answers) >= FEWEST_ANSWERS
                assert all(not value["shown"] or value["n"] >= 3 for value in figures["values"].values())
                found[group, "value hidden"] += any(
                    not value["shown"] for value in figures["values"].values()
                )
            else:
                assert answers == []
                assert figures["answered"] < FEWEST_ANSWERS
            found[group, figures["shown"]] += 1
    assert reviews == {}
    assert found[ReviewGroup.PEER, True] > 400 > 40 > found[ReviewGroup.PEER, False] > 5
    assert found[ReviewGroup.SUBORDINATE, True] > 20
    assert found[ReviewGroup.PEER, "value hidden"] > 20


def test_what_is_closed_says_only_whether_it_was_answered(year):
    closed = Invitation.objects.filter(state=InvitationState.CLOSED)
    assert set(closed.values_list("answered", flat=True)) == {True, False}
    assert not Invitation.objects.exclude(state=InvitationState.CLOSED).exclude(answered=None).exists()
    answered = Counter(closed.filter(answered=True).values_list("appraisal", "group"))
    for box in Box.objects.exclude(opened_at=None):
        for group, figures in box.figures.items():
            assert answered[box.pk, group] == figures["answered"]


def test_the_words_name_nobody_and_are_not_said_twice_about_one_person(year):
    names = {part for name in texts.names().values() for part in name}
    for code in CoreValue.objects.values_list("code", flat=True):
        for kind in ("peer_strength", "peer_wish"):
            written = texts.texts(kind, code)
            assert len(set(written)) == 8
            for text in written:
                assert len(re.findall(r"\w+", text)) >= 10
                assert [hint.code for hint in hints_for_text(text, names=names)] == []
    said = Counter(
        (appraisal, code, page["strength"])
        for appraisal, content in Review.objects.values_list("appraisal", "content")
        for code, page in content["pages"].items()
        if page["strength"]
    )
    assert max(said.values()) == 1


# --- in the rating ------------------------------------------------------------------------------


def test_ratings_keep_what_peers_said_by_then(year, cycle):
    kept = RatingRecord.objects.filter(appraisal__cycle=cycle).exclude(stage=RatingStage.FIRST)
    states = Counter()
    for row in kept.select_related("appraisal__box"):
        box = getattr(row.appraisal, "box", None)
        peers = row.content["peers"]
        states[peers["state"]] += 1
        opened = box is not None and box.opened_at is not None and box.opened_at <= row.saved_at
        assert peers["groups"] == (box.figures if opened else {})
        assert (peers["state"] == "opened") == (opened and bool(box.figures))
    assert states["opened"] > 40
    assert states["sealed"] > 40
    last = RatingRecord.objects.filter(appraisal__cycle__year=2025)
    assert {row["peers"] for row in last.values_list("content", flat=True)} == {None}


def test_ratings_sent_since_are_as_the_service_would_send_them(year, cycle):
    rows = RatingRecord.objects.filter(appraisal__cycle=cycle, stage=RatingStage.FINAL)
    chosen = [
        row
        for row in rows.select_related("appraisal__agency", "appraisal__cycle").order_by("pk")
        if row.content["peers"]["state"] == "opened"
    ]
    for row in chosen[::5]:
        facts = facts_of(row.appraisal, at=AT)
        assert row.content["peers"] == peers_at_sending(row.appraisal, facts)


def test_supervisors_see_peers_beside_their_first_save(year, cycle):
    saved = Appraisal.objects.filter(
        cycle=cycle, rating_state=RatingState.FIRST_SAVED, **within(places.DINKES, "agency__path")
    )
    assert saved.exists()
    for one in saved.select_related("supervisor")[:5]:
        page = peer_page(actor(one.supervisor.login), one.pk, at=AT)
        assert (page.state, page.rates) == ("shown", True)


# --- later --------------------------------------------------------------------------------------


def standing_of(code):
    return list(
        Invitation.objects.filter(**within(code)).order_by("pk").values_list("pk", "state", "accepted_at")
    )


def test_the_clock_finds_nothing_to_do_among_peers(changing):
    before = {code: standing_of(code) for code in places.PHASE_OF}
    boxes = list(Box.objects.order_by("pk").values_list("pk", "drawn_at", "opened_at", "digest"))
    tick(at=AT)
    assert {code: standing_of(code) for code in places.PHASE_OF} == before
    assert list(Box.objects.order_by("pk").values_list("pk", "drawn_at", "opened_at", "digest")) == boxes


def test_diskominfo_moves_into_peer_review_and_everybody_is_asked(changing, cycle):
    call_command("demo_phase", places.DISKOMINFO, "peer_review", skip_checks=True)
    appraisals = Appraisal.objects.filter(cycle=cycle, **within(places.DISKOMINFO, "agency__path"))
    standing = Invitation.objects.filter(
        group=ReviewGroup.PEER, appraisal__in=appraisals, state__in=STANDING_INVITATIONS
    )
    asked = Counter(standing.values_list("appraisal", flat=True))
    assert not standing.filter(state=InvitationState.PROPOSED).exists()
    assert {
        one for one in appraisals.values_list("pk", flat=True) if asked[one] < cycle.peers_minimum
    } == set()


def test_disdik_moves_on_and_its_boxes_open(changing, cycle):
    call_command("demo_phase", "disdik", "supervisor_review", skip_checks=True)
    here = Box.objects.filter(**within(places.DISDIK))
    assert here.count() > 350
    assert not here.filter(opened_at=None).exists()
    assert not Envelope.objects.exists()
    key = BallotKey.objects.get(agency__code=places.DISDIK)
    assert key.destroyed_at is not None
    assert set(key_files.states(key.pk, key.fingerprint)) == {FileState.MISSING}


@pytest.mark.parametrize("phase", [Phase.NOMINATION, Phase.PEER_REVIEW])
def test_what_has_been_opened_stays_as_it_is_whatever_the_windows_say(changing, client, cycle, phase):
    before = standing_of(places.SUKASARI)
    call_command("demo_phase", places.SUKASARI, phase.value, skip_checks=True)
    assert standing_of(places.SUKASARI) == before
    assert client.login(username="wawan", password=PASSWORD)
    for route in ("home", "invitations"):
        assert client.get(reverse(route)).status_code == 200
    assert client.get(reverse("peer_figures", args=[own("wawan", cycle).get().pk])).status_code == 200


@pytest.mark.parametrize("phase", [Phase.NOMINATION, Phase.PEER_REVIEW])
def test_an_agency_that_was_planning_moves_among_peers(changing, phase):
    call_command("demo_phase", places.DISDUKCAPIL, phase.value, skip_checks=True)
    assert bool(standing_of(places.DISDUKCAPIL)) == (phase == Phase.PEER_REVIEW)
