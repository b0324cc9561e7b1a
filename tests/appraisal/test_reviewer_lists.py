"""The pages on which reviewers are named, settled, asked and watched: buttons, sentences, stale pages, and what is not told."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.urls import reverse

from appraisal.enums import InvitationState, Phase
from appraisal.models import BallotKey, Box, Envelope, Invitation
from core.clock import last_day, now
from tests.appraisal.leading import colleagues, open_now, signed_in, squeezed
from tests.walk import Stage, World, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def nominated() -> World:
    """Ani has proposed three and sent the list; nomination is open."""
    return build_world(Stage.NOMINATED, now=now())


@pytest.fixture
def invited() -> World:
    """Hadi has accepted, Intan and Joko are asked; peer review is open."""
    return build_world(Stage.INVITED, now=now())


def page(client, route: str, *args, query: str = "") -> str:
    answer = client.get(reverse(route, args=args) + query)
    assert answer.status_code == 200
    return squeezed(answer.content.decode())


def post(client, route: str, *args, **data) -> str:
    answer = client.post(reverse(route, args=args), data, follow=True)
    assert answer.status_code == 200
    return squeezed(answer.content.decode())


def seen(world: World) -> list[str]:
    return [str(one.pk) for one in world.ani.invitations.filter(state=InvitationState.PROPOSED)]


def put_into_envelope(world: World, name: str, *, sent: bool) -> None:
    key, _made = BallotKey.objects.get_or_create(
        cycle=world.cycle,
        agency=world.city.dinas,
        defaults={"fingerprint": "0" * 64, "made_at": world.calendar.now},
    )
    Envelope.objects.create(
        invitation=world.invitation(name), key=key, sealed=b"x" * 2048, complete=True, sent=sent
    )


# --- the employee -------------------------------------------------------------------------------


def test_the_employee_finds_a_colleague_and_puts_them_on_the_list(nominated) -> None:
    ani = signed_in(nominated.city.ani)
    html = page(ani, "reviewers", nominated.ani.pk, query="?q=mira")

    assert "Mira Rahayu" in html
    assert "Put on the list" in html
    html = post(
        ani,
        "reviewer_propose",
        nominated.ani.pk,
        person=str(nominated.city.mira.pk),
        q="mira",
        **{"as": "peer"},
    )
    assert "Mira Rahayu stands on your list." in html
    assert 'value="mira"' in html
    assert Invitation.objects.filter(reviewer=nominated.city.mira).count() == 1


def test_a_second_click_is_a_sentence(nominated) -> None:
    ani = signed_in(nominated.city.ani)
    for expected in ("Mira Rahayu stands on your list.", "Mira Rahayu has been named already."):
        html = post(ani, "reviewer_propose", nominated.ani.pk, person=str(nominated.city.mira.pk))
        assert expected in html
    assert Invitation.objects.filter(reviewer=nominated.city.mira).count() == 1


def test_no_personnel_number_is_shown(nominated) -> None:
    digits = [number.digits for number in nominated.city.mira.numbers.all()]
    html = page(signed_in(nominated.city.ani), "reviewers", nominated.ani.pk, query="?q=mira")

    assert digits
    assert not any(one in html for one in digits)


def test_a_name_that_nobody_has_finds_nobody(nominated) -> None:
    shown = page(signed_in(nominated.city.ani), "reviewers", nominated.ani.pk, query="?q=Zzyx")

    assert "Nobody was found" in shown
    assert "People found, the nearest first" not in shown


def test_a_supervisor_is_found_without_a_button(nominated) -> None:
    html = page(signed_in(nominated.city.ani), "reviewers", nominated.ani.pk, query="?q=budi")

    assert "Budi Hermawan is a supervisor or stands above one." in html
    assert "Put on the list" not in html


@pytest.mark.parametrize("person", ["", "x", str(uuid.UUID(int=0))])
def test_a_person_that_does_not_exist_is_not_found(nominated, person) -> None:
    ani = signed_in(nominated.city.ani)

    assert (
        ani.post(reverse("reviewer_propose", args=[nominated.ani.pk]), {"person": person}).status_code == 404
    )
    assert ani.get(reverse("reviewers", args=[uuid.UUID(int=0)])).status_code == 404


def test_once_settled_the_employee_reads_that_and_nothing_of_what_became_of_it(invited) -> None:
    html = page(signed_in(invited.city.ani), "reviewers", invited.ani.pk)

    assert "Your supervisor has settled the list" in html
    assert "Hadi Gunawan" in html
    for word in ("Accepted", "Declined", "Take off", "Send to my supervisor"):
        assert word not in html


def test_the_send_button_says_how_many_are_missing(nominated) -> None:
    Box.objects.update(proposed_at=None)
    nominated.ani.invitations.exclude(reviewer=nominated.city.hadi).delete()
    ani = signed_in(nominated.city.ani)

    assert "On the list: 1. At least 3 are needed." in page(ani, "reviewers", nominated.ani.pk)
    assert "Name at least 3 colleagues. On the list: 1." in post(ani, "reviewers_send", nominated.ani.pk)


def test_an_agency_of_one_reads_a_sentence(nominated) -> None:
    eko = nominated.appraisals["eko"]

    html = page(signed_in(nominated.city.eko), "reviewers", eko.pk)
    assert "In your agency there are fewer than 3 colleagues who could be asked." in html


# --- the supervisor -----------------------------------------------------------------------------


def test_the_supervisor_sees_the_load_and_settles_the_list(nominated) -> None:
    budi = signed_in(nominated.city.budi)
    assert "Not asked yet this year" in page(budi, "team_reviewers", nominated.ani.pk)

    html = post(budi, "team_reviewers", nominated.ani.pk, seen=seen(nominated))

    assert "The list of Ani Suryani is settled. Everybody on it has been asked." in html
    assert "Asked once" in html
    assert set(nominated.ani.invitations.values_list("state", flat=True)) == {"approved"}


def test_a_page_that_is_older_than_the_list_approves_nothing(nominated) -> None:
    old = seen(nominated)
    post(
        signed_in(nominated.city.ani),
        "reviewer_propose",
        nominated.ani.pk,
        person=str(nominated.city.mira.pk),
    )

    html = post(signed_in(nominated.city.budi), "team_reviewers", nominated.ani.pk, seen=old)

    assert "The list has changed since you opened it." in html
    assert set(nominated.ani.invitations.values_list("state", flat=True)) == {"proposed"}


def test_what_no_page_of_ours_posted_is_not_found(nominated) -> None:
    budi = signed_in(nominated.city.budi)
    url = reverse("team_reviewers", args=[nominated.ani.pk])

    assert budi.post(url, {"seen": "nonsense"}).status_code == 404


def test_taking_somebody_off_needs_a_reason_and_keeps_what_was_typed(invited) -> None:
    budi = signed_in(invited.city.budi)
    intan, hadi = invited.invitation("intan").pk, invited.invitation("hadi").pk
    html = post(budi, "team_reviewer_remove", invited.ani.pk, intan, reason=" ")
    assert "Fill in: Reason." in html
    assert invited.invitation("intan").state == "approved"

    html = post(budi, "team_reviewer_remove", invited.ani.pk, hadi, reason="Saya memilih yang lain.")
    assert "Hadi Gunawan has accepted. Only HR can cancel the invitation now." in html
    assert "Saya memilih yang lain." in html

    assert "Intan Permata is no longer asked." in post(
        budi, "team_reviewer_remove", invited.ani.pk, intan, reason="Pindah tim."
    )


def test_somebody_is_asked_in_the_place_of_one_who_declined(invited) -> None:
    hadi, budi = signed_in(invited.city.hadi), signed_in(invited.city.budi)
    post(
        hadi,
        "invitation_decline",
        invited.invitation("hadi").pk,
        reason="conflict",
        comment="kenari-alasan-menolak: kami bersaudara.",
    )

    html = page(budi, "team_reviewers", invited.ani.pk)
    assert "kenari-alasan-menolak" in html
    assert "I have a conflict of interest" in html
    assert "Mira Rahayu has been asked." in post(
        budi, "team_reviewer_add", invited.ani.pk, person=str(invited.city.mira.pk)
    )
    for person, route in ((invited.city.ani, "reviewers"), (invited.city.gita, "reviewers_asked")):
        assert "kenari-alasan-menolak" not in page(signed_in(person), route, invited.ani.pk)


def test_the_superior_reads_the_list_and_changes_nothing(nominated) -> None:
    html = page(signed_in(nominated.city.citra), "team_reviewers", nominated.ani.pk)

    assert "Hadi Gunawan" in html
    for word in ("Settle the list and ask them", "Take off", "Put on the list"):
        assert word not in html


def test_the_team_list_begins_with_what_waits(nominated) -> None:
    html = page(signed_in(nominated.city.budi), "team_nominated")

    assert "One list waits for your approval." in html
    assert html.index("Ani Suryani") < html.index("Hadi Gunawan")


# --- HR -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [None, False, True])
def test_who_was_asked_looks_the_same_whether_anything_was_answered(invited, sent) -> None:
    dewi, budi = signed_in(invited.city.dewi), signed_in(invited.city.budi)
    before = [
        without_token(page(dewi, "reviewers_asked", invited.ani.pk)),
        without_token(page(budi, "team_reviewers", invited.ani.pk)),
    ]
    if sent is not None:
        put_into_envelope(invited, "hadi", sent=sent)

    assert without_token(page(dewi, "reviewers_asked", invited.ani.pk)) == before[0]
    assert without_token(page(budi, "team_reviewers", invited.ani.pk)) == before[1]


def without_token(html: str) -> str:
    """The page without what differs from one request to the next."""
    html = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", html)
    return re.sub(r"hx-headers='[^']*'|&amp;id=\w+", "", html)


def test_hr_gives_one_reviewer_more_time(invited) -> None:
    dewi = signed_in(invited.city.dewi)
    closes_at = invited.calendar.rows(invited.cycle)[list(Phase).index(Phase.PEER_REVIEW)].closes_at
    key = (invited.ani.pk, invited.invitation("hadi").pk)

    html = post(dewi, "reviewer_extend", *key, until=last_day(closes_at).isoformat(), reason="Sakit.")
    assert "Choose a day after the present deadline." in html
    assert "Sakit." in html
    until = (last_day(closes_at) + dt.timedelta(days=2)).isoformat()
    assert "Hadi Gunawan has more time and has been told." in post(
        dewi, "reviewer_extend", *key, until=until, reason="Sakit."
    )
    assert "More time until" in page(dewi, "reviewers_asked", invited.ani.pk)


def test_hr_cancels_what_was_accepted(invited) -> None:
    html = post(
        signed_in(invited.city.dewi),
        "reviewer_cancel",
        invited.ani.pk,
        invited.invitation("hadi").pk,
        reason="Benturan kepentingan.",
    )

    assert "Hadi Gunawan is no longer asked." in html
    assert invited.invitation("hadi").state == "withdrawn"


def test_an_invitation_of_somebody_else_is_not_found_under_an_appraisal(invited) -> None:
    other = invited.appraisals["mira"].pk
    dewi = signed_in(invited.city.dewi)

    assert (
        dewi.get(reverse("reviewer_cancel", args=[other, invited.invitation("hadi").pk])).status_code == 404
    )


def test_an_open_box_offers_nothing(invited) -> None:
    Box.objects.update(opened_at=now(), figures={}, digest="0" * 64)

    html = page(signed_in(invited.city.dewi), "reviewers_asked", invited.ani.pk)
    assert "The box was opened on" in html
    assert "More time" not in html
    assert reverse("reviewer_cancel", args=[invited.ani.pk, invited.invitation("hadi").pk]) not in html


def test_reviewers_who_are_due_are_listed_without_whom_they_are_asked_about(invited) -> None:
    nina = signed_in(invited.city.nina)
    html = page(nina, "reviewers_due")
    assert all(name in html for name in ("Hadi Gunawan", "Intan Permata", "Joko Prasetyo"))
    assert "Ani Suryani" not in html

    put_into_envelope(invited, "hadi", sent=True)
    put_into_envelope(invited, "intan", sent=False)
    html = page(nina, "reviewers_due")
    assert "Hadi Gunawan" not in html
    assert "Intan Permata" in html
    assert "Joko Prasetyo" not in page(nina, "reviewers_due", query="?q=intan")


def test_nobody_is_due_before_peer_review_opens(invited) -> None:
    open_now(invited.cycle, Phase.NOMINATION)

    assert "Nobody is due here" in page(signed_in(invited.city.nina), "reviewers_due")


def test_the_extension_form_offers_no_peer_phase(invited) -> None:
    html = page(signed_in(invited.city.dewi), "extend", invited.ani.pk)

    assert 'value="nomination"' not in html
    assert 'value="peer_review"' not in html


def test_progress_counts_settled_lists(invited) -> None:
    html = page(signed_in(invited.city.dewi), "progress", query="?track=invitation")

    assert "Reviewers" in html


def test_the_overview_leads_each_reader_to_their_list(invited) -> None:
    for person, route in (("ani", "reviewers"), ("budi", "team_reviewers"), ("dewi", "reviewers_asked")):
        html = page(signed_in(invited.city.person(person)), "overview", invited.ani.pk)
        assert reverse(route, args=[invited.ani.pk]) in html


# --- the reviewer -------------------------------------------------------------------------------


def test_the_promise_stands_before_the_first_word(invited) -> None:
    html = page(signed_in(invited.city.intan), "invitation", invited.invitation("intan").pk)

    assert "What is promised to you" in html
    assert html.index("What is promised to you") < html.index("Decline with a reason")
    assert "Check and send" not in html


def test_accepting_opens_the_pages_and_a_second_click_is_a_sentence(invited) -> None:
    intan = signed_in(invited.city.intan)
    key = invited.invitation("intan").pk

    assert "You have accepted. Thank you." in post(intan, "invitation", key)
    assert "This has already been done, or is not possible any more." in post(intan, "invitation", key)
    assert invited.invitation("intan").state == "accepted"


def test_declining_keeps_what_was_typed_until_a_reason_is_chosen(invited) -> None:
    intan = signed_in(invited.city.intan)
    key = invited.invitation("intan").pk

    html = post(intan, "invitation_decline", key, comment="Kami jarang bertemu.")
    assert "Choose one reason." in html
    assert "Kami jarang bertemu." in html
    html = post(intan, "invitation_decline", key, reason="too_little", comment="Kami jarang bertemu.")
    assert "You have declined." in html
    assert "There is nothing for you to do here" in page(intan, "invitation", key)
    assert "Not possible now" in page(intan, "invitation_decline", key)


def test_the_menu_has_an_entry_for_whoever_was_asked(invited) -> None:
    link = f'href="{reverse("invitations")}"'

    assert link in page(signed_in(invited.city.intan), "home")
    assert link not in page(signed_in(invited.city.mira), "home")


def test_home_says_what_waits(nominated) -> None:
    assert "Settle the reviewers of Ani Suryani" in page(signed_in(nominated.city.budi), "home")
    assert "Name colleagues who know your work" in page(signed_in(nominated.city.hadi), "home")
    assert "Name colleagues who know your work" not in page(signed_in(nominated.city.ani), "home")
    assert "is waiting for your view" not in page(signed_in(nominated.city.intan), "home")


def test_home_says_who_waits_for_a_view(invited) -> None:
    assert "Ani Suryani is waiting for your view" in page(signed_in(invited.city.intan), "home")
    put_into_envelope(invited, "hadi", sent=True)
    assert "is waiting for your view" not in page(signed_in(invited.city.hadi), "home")
    for name in ("hadi", "intan"):
        post(
            signed_in(invited.city.person(name)),
            "invitation_decline",
            invited.invitation(name).pk,
            reason="no_time",
            comment="Tidak sempat.",
        )
    assert "Ask somebody else about Ani Suryani" in page(signed_in(invited.city.budi), "home")


# --- how much a page asks of the database -------------------------------------------------------


@pytest.mark.parametrize("more", [1, 3])
def test_lists_cost_the_same_for_one_and_three(nominated, django_assert_num_queries, more) -> None:
    for one in colleagues(nominated, more):
        Invitation.objects.create(
            appraisal=nominated.ani,
            reviewer=one.employee,
            group="peer",
            origin="employee",
            proposed_at=nominated.calendar.now,
        )
    for name, route, cost in (
        ("ani", "reviewers", 10),
        ("budi", "team_reviewers", 10),
        ("dewi", "reviewers_asked", 9),
    ):
        client = signed_in(nominated.city.person(name))
        address = reverse(route, args=[nominated.ani.pk])
        client.get(address)  # from now on the session knows them
        with django_assert_num_queries(cost):
            client.get(address)


@pytest.mark.parametrize("more", [1, 3])
def test_lists_of_many_cost_the_same_for_one_and_three(invited, django_assert_num_queries, more) -> None:
    for one in colleagues(invited, more):
        for reviewer in (invited.city.mira, one.employee):
            Invitation.objects.create(
                appraisal=invited.ani if reviewer == one.employee else one,
                reviewer=reviewer,
                group="peer",
                origin="draw",
                state=InvitationState.APPROVED,
                proposed_at=invited.calendar.now,
                approved_at=invited.calendar.now,
            )
        Box.objects.create(appraisal=one)
    for name, route, cost in (
        ("budi", "team_nominated", 5),
        ("mira", "invitations", 6),
        ("nina", "reviewers_due", 10),
    ):
        client = signed_in(invited.city.person(name))
        client.get(reverse(route))
        with django_assert_num_queries(cost):
            client.get(reverse(route))
