"""First save, sending one and sending all, revising, returning: each once, with its words, and what refuses them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import ActingKind
from appraisal.enums import Phase, RatingState, SelfState, Topic
from appraisal.models import Appraisal, Extension, NextStep, PhaseWindow, RatingRecord, Result
from appraisal.selectors.due import GRACE
from appraisal.services import ratings, self_assessments
from appraisal.services.clock import tick
from core.audit import AuditEvent
from core.clock import now
from core.notifications import Notification
from tests.appraisal import leading as led
from tests.factories.people import ActingFactory
from tests.walk import CANARIES, Stage, build_world

pytestmark = pytest.mark.django_db
WHY = "Bukti tambahan baru terbaca dalam kalibrasi."


@pytest.fixture
def world():
    """Ani has sent her self-assessment; supervisor review is open and nothing is rated."""
    built = build_world(Stage.SELF_SENT, now=now())
    led.open_now(built.cycle, Phase.SUPERVISOR_REVIEW)
    return built


@pytest.fixture
def budi(world):
    return led.signed_in(world.city.budi)


def page(world, route: str, *more: str) -> str:
    return reverse(route, args=[world.ani.pk, *more])


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def traces() -> tuple[int, int, int, int]:
    return (
        RatingRecord.objects.count(),
        Result.objects.count(),
        AuditEvent.objects.count(),
        Notification.objects.count(),
    )


# --- the first save -----------------------------------------------------------------------------


def test_the_first_save_asks_once_more_keeps_and_reveals(world, budi):
    led.rate_parts(world.ani, world.city.budi, timezone.now())
    assert page(world, "rate_first") in budi.get(page(world, "rate")).content.decode()
    asked = budi.get(page(world, "rate_first"))
    assert "Save the first rating of Ani Suryani?" in text_of(asked)
    assert "All seven values are the same." in text_of(asked)

    done = budi.post(page(world, "rate_first"), follow=True)

    assert done.redirect_chain == [(page(world, "rate"), 302)]
    assert "The levels that Ani Suryani chose now stand beside yours." in text_of(done)
    assert [record.stage for record in RatingRecord.objects.all()] == ["first"]
    assert world.ani.rating_state == RatingState.FIRST_SAVED


def test_a_second_click_on_the_first_save_keeps_one_record(world, budi):
    led.rate_parts(world.ani, world.city.budi, timezone.now())
    budi.post(page(world, "rate_first"))
    before = traces()
    again = budi.post(page(world, "rate_first"), follow=True)
    assert "This has already been done, or is not possible any more." in text_of(again)
    assert traces() == before


def test_the_first_save_of_an_incomplete_rating_is_refused_with_a_link_to_each_page(world, budi):
    before = traces()
    refused = budi.post(page(world, "rate_first"), follow=True)
    assert "Choose one level for Nilai BP." in text_of(refused)
    assert traces() == before
    html = budi.get(page(world, "rate_first")).content.decode()
    assert page(world, "rate_value", "BP") in html
    assert "Yes, save the first rating" not in html


# --- check and send -----------------------------------------------------------------------------


def test_the_check_lists_everything_with_links_and_says_what_is_missing(world, budi):
    led.rate_parts(world.ani, world.city.budi, timezone.now())
    budi.post(page(world, "rate_first"))
    html = budi.get(page(world, "rate_check")).content.decode()

    for place in ("BP", "AK", "KP", "HM", "LY", "AD", "KB"):
        assert page(world, "rate_value", place) in html
    said = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "Choose the overall rating of the results." in said
    assert "Write at least one strength (20 characters)." in said
    assert "Opens when nothing above is missing." in said
    assert f'href="{page(world, "rate_send")}"' not in html
    assert said.count("Not filled in") == 5


def test_a_complete_rating_is_sent_after_one_more_question(world, budi):
    led.make_ready(world.ani, world.city.budi, timezone.now())
    assert page(world, "rate_send") in budi.get(page(world, "rate_check")).content.decode()
    assert "Send the rating of Ani Suryani?" in text_of(budi.get(page(world, "rate_send")))

    done = budi.post(page(world, "rate_send"), follow=True)

    assert "The rating of Ani Suryani was sent." in text_of(done)
    assert (world.ani.rating_state, world.ani.rated_by) == (RatingState.SENT, world.city.budi)
    assert NextStep.objects.get().text == led.NEXT_STEP
    before = traces()
    again = budi.post(page(world, "rate_send"), follow=True)
    assert "This has already been done, or is not possible any more." in text_of(again)
    assert traces() == before


def test_sending_an_incomplete_rating_is_refused_with_every_reason(world, budi):
    led.rate_parts(world.ani, world.city.budi, timezone.now())
    budi.post(page(world, "rate_first"))
    before = traces()
    refused = budi.post(page(world, "rate_send"), follow=True)
    assert refused.redirect_chain == [(page(world, "rate_check"), 302)]
    assert "Write at least one agreed next step (20 characters)." in text_of(refused)
    assert traces() == before
    assert budi.get(page(world, "rate_send")).status_code == 302


def test_a_closed_window_refuses_sending_and_says_when_it_closed(world, budi):
    led.make_ready(world.ani, world.city.budi, timezone.now())
    PhaseWindow.objects.filter(cycle=world.cycle, phase=Phase.SUPERVISOR_REVIEW).update(
        closes_at=timezone.now() - GRACE
    )
    before = traces()
    refused = budi.post(page(world, "rate_send"), follow=True)
    assert "Time was up on " in text_of(refused)
    assert traces() == before


# --- sending all that are ready -----------------------------------------------------------------


@pytest.fixture
def team(world):
    """Ani has everything but her feedback, Joko and Mira are ready, Hadi has an open rating."""
    for built in ("hadi", "joko", "mira"):
        led.open_now(world.cycle, Phase.PLANNING)
        appraisal = led.appraisal_of(world, built)
        led.agree_plan(world, appraisal, at=timezone.now())
        led.open_now(world.cycle, Phase.SELF_ASSESSMENT)
        led.send_self(world, appraisal, at=timezone.now())
    led.open_now(world.cycle, Phase.SUPERVISOR_REVIEW)
    at = timezone.now()
    led.rate_parts(world.ani, world.city.budi, at)
    ratings.save_first_rating(actor=world.actor("budi"), appraisal_id=world.ani.pk, at=at)
    for name in ("joko", "mira"):
        led.make_ready(led.appraisal_of(world, name), world.city.budi, at)
    return {name: led.appraisal_of(world, name) for name in ("ani", "hadi", "joko", "mira")}


def asked(client) -> dict[str, object]:
    html = led.squeezed(client.get(reverse("send_ready")).content.decode())
    return {
        "id": re.findall(r'name="id" value="([^"]+)"', html),
        "asked_at": re.search(r'name="asked_at" value="([^"]+)"', html).group(1),
    }


def test_sending_all_names_who_is_ready_and_why_the_others_are_not(team, budi):
    said = text_of(budi.get(reverse("send_ready")))

    assert "Send the ratings of 2 people?" in said
    assert re.search(r"These are ready Joko Prasetyo Mira Rahayu Yes, send now", said)
    assert "Ani Suryani Choose the overall rating of the results." in said
    assert "Hadi Gunawan 0 of 11 parts are rated." in said


def test_of_who_is_still_writing_the_list_says_only_that(team, world, budi):
    at = timezone.now()
    PhaseWindow.objects.filter(cycle=world.cycle, phase=Phase.SELF_ASSESSMENT).update(closes_at=at + led.DAY)
    self_assessments.withdraw_self_assessment(actor=world.actor("hadi"), appraisal_id=team["hadi"].pk, at=at)

    said = text_of(budi.get(reverse("send_ready")))

    assert "Hadi Gunawan The self-assessment has not been sent yet. You can rate without it after " in said
    assert "Everything is rated" not in said


def test_sending_all_sends_those_and_tells_afterwards_what_was_sent_and_what_not(team, budi):
    data = asked(budi)
    assert sorted(data["id"]) == sorted(str(team[name].pk) for name in ("joko", "mira"))

    done = budi.post(reverse("send_ready"), data, follow=True)

    said = text_of(done)
    assert "2 ratings were sent." in said
    assert re.search(r"Sent Joko Prasetyo .* Mira Rahayu .* Not ready yet Ani Suryani", said)
    states = {name: Appraisal.objects.get(pk=one.pk).rating_state for name, one in team.items()}
    assert states == {"ani": "first_saved", "hadi": "open", "joko": "sent", "mira": "sent"}
    assert "Nothing was sent." not in said


def test_a_second_click_on_sending_all_shows_the_same_and_sends_nothing(team, budi):
    data = asked(budi)
    budi.post(reverse("send_ready"), data)
    before = traces()
    again = budi.post(reverse("send_ready"), data, follow=True)
    assert re.search(r"Sent Joko Prasetyo .* Mira Rahayu", text_of(again))
    assert traces() == before


def test_only_the_names_that_were_shown_are_sent(team, budi):
    data = {**asked(budi), "id": [str(team["mira"].pk)]}
    done = budi.post(reverse("send_ready"), data, follow=True)
    assert Appraisal.objects.get(pk=team["joko"].pk).rating_state == "first_saved"
    assert "One rating was sent." in text_of(done)
    assert "Ready, not sent Joko Prasetyo" in text_of(done)


@pytest.mark.parametrize("ids", [[], ["x"], ["7d1f4b5e-0c7a-4a39-8d52-4145f0ac3262"], ["x" * 100_000]])
def test_strange_names_are_left_out(team, budi, ids):
    before = traces()
    done = budi.post(reverse("send_ready"), {"id": ids, "asked_at": "gestern"}, follow=True)
    assert done.status_code == 200
    assert "Nothing was sent." in text_of(done)
    assert traces() == before


@pytest.mark.parametrize("since", ["gestern", "2026-13-45T00:00:00Z", "", "9999-12-31T23:59:59.999999+00:00"])
def test_a_strange_moment_in_the_address_breaks_nothing(team, budi, since):
    assert budi.get(reverse("send_ready"), {"since": since}).status_code == 200


def test_nobody_sends_what_others_have_made_ready(team, world):
    citra = led.signed_in(world.city.citra)
    before = traces()
    citra.post(reverse("send_ready"), {"id": [str(team["mira"].pk)], "asked_at": ""})
    assert traces() == before


# --- the sent rating ----------------------------------------------------------------------------


def test_first_and_final_rating_stand_beside_each_other_and_others_read_them_from_calibration_on(world, budi):
    at = timezone.now()
    led.make_ready(world.ani, world.city.budi, at)
    changed = {"level": 5, "reason": CANARIES["rating"], "incident_on": world.ani.first_day.isoformat()}
    led.save(world.ani, world.city.budi, Topic.VALUE, "BP", changed, at)
    led.save(world.ani, world.city.budi, Topic.OVERALL, "change", {"reason": WHY}, at)
    ratings.send_rating(actor=world.actor("budi"), appraisal_id=world.ani.pk, at=at)

    others = (led.signed_in(world.city.citra), led.signed_in(world.city.kartika))
    for client in others:
        said = text_of(client.get(page(world, "rate")))
        assert "read it from calibration on" in said
        assert CANARIES["rating"] not in said
    led.open_now(world.cycle, Phase.CALIBRATION)
    for client in (budi, *others):
        said = text_of(client.get(page(world, "rate")))
        assert (
            "Level 5, counts as: Above expectation First rating: Level 3, counts as: Meets expectation"
            in said
        )
        assert said.count("Same as the first rating") == 10
        assert CANARIES["rating"] in said
        assert "First save Budi Hermawan" in said
        assert "Sent Budi Hermawan" in said


def test_a_former_supervisor_reads_what_they_rated_and_the_new_one_does_not():
    world = build_world(Stage.RATED, now=now())
    Appraisal.objects.filter(pk=world.ani.pk).update(supervisor=world.city.lukman)

    assert CANARIES["rating"] in text_of(led.signed_in(world.city.budi).get(page(world, "rate")))
    lukman = led.signed_in(world.city.lukman)
    said = text_of(lukman.get(page(world, "rate")))
    assert "The rating has been sent" in said
    assert CANARIES["rating"] not in said
    assert lukman.get(page(world, "rate_check")).status_code == 403


# --- calibration --------------------------------------------------------------------------------


@pytest.fixture
def rated():
    """Ani's rating is sent and calibration is open."""
    return build_world(Stage.RATED, now=now())


def change_value(world, level: int = 5) -> None:
    led.save(
        world.ani,
        world.city.budi,
        Topic.VALUE,
        "AK",
        {"level": level, "reason": led.WORDS, "incident_on": world.ani.first_day.isoformat()},
        timezone.now(),
    )


def test_calibration_says_what_it_is_for_and_until_when(rated):
    said = text_of(led.signed_in(rated.city.budi).get(page(rated, "rate")))
    assert "This time is for corrections" in said
    assert "Agency predicates and the pattern of distribution come with a later version" in said
    assert "Possible until " in said
    assert "This time is for corrections" not in text_of(
        led.signed_in(rated.city.citra).get(page(rated, "rate"))
    )


def test_a_revision_shows_what_changes_and_needs_a_reason(rated):
    budi = led.signed_in(rated.city.budi)
    assert "Nothing has been changed since the last rating." in text_of(budi.get(page(rated, "rate_revise")))
    change_value(rated)
    html = budi.get(page(rated, "rate_revise")).content.decode()
    assert "<del>Level 4</del> <ins>Level 5</ins>" in led.squeezed(html).replace(
        "</del><ins>", "</del> <ins>"
    )
    before = traces()
    empty = budi.post(page(rated, "rate_revise"), {"comment": " "})
    assert "Write why, so that the other side understands." in text_of(empty)
    assert traces() == before

    done = budi.post(page(rated, "rate_revise"), {"comment": WHY}, follow=True)

    assert "The rating was revised. The earlier one is kept beside it." in text_of(done)
    assert WHY in text_of(done)
    assert rated.ani.rating_state == RatingState.REVISED
    assert [record.stage for record in RatingRecord.objects.order_by("version")] == [
        "first",
        "final",
        "revised",
    ]
    assert Notification.objects.filter(kind="rating.revised", recipient=rated.city.citra).count() == 1
    assert WHY in text_of(led.signed_in(rated.city.citra).get(page(rated, "rate")))


def test_a_second_click_on_revising_keeps_one_revision_and_the_reason(rated):
    budi = led.signed_in(rated.city.budi)
    change_value(rated)
    budi.post(page(rated, "rate_revise"), {"comment": WHY})
    before = traces()
    again = budi.post(page(rated, "rate_revise"), {"comment": WHY})
    assert again.status_code == 200
    assert WHY in again.content.decode()
    assert "Nothing has changed since the last rating" in text_of(again)
    assert traces() == before


def test_nothing_is_revised_outside_calibration(rated):
    change_value(rated)
    led.open_now(rated.cycle, Phase.PUBLICATION)
    budi = led.signed_in(rated.city.budi)
    before = traces()
    refused = budi.post(page(rated, "rate_revise"), {"comment": WHY})
    assert "Time was up on " in text_of(refused)
    assert WHY in refused.content.decode()
    assert traces() == before
    assert page(rated, "rate_value", "AK") not in budi.get(page(rated, "rate")).content.decode()


def test_the_pages_of_a_sent_rating_ask_at_most_ten_queries(rated):
    change_value(rated)
    sent, revise = page(rated, "rate"), page(rated, "rate_revise")
    for person, url in (
        (rated.city.budi, sent),
        (rated.city.citra, sent),
        (rated.city.budi, revise),
    ):
        client = led.signed_in(person)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        assert len(queries) == 10, "\n".join(query["sql"][:140] for query in queries)


# --- the superior who stands in -----------------------------------------------------------------


def test_the_superior_rates_what_was_passed_on_with_the_same_pages(world):
    led.save(
        world.ani,
        world.city.budi,
        Topic.VALUE,
        "BP",
        {"level": 1, "reason": CANARIES["rating"], "incident_on": None},
        timezone.now(),
    )
    led.open_now(world.cycle, Phase.CALIBRATION)
    tick(at=timezone.now())
    assert world.ani.passed_on_at is not None
    citra = led.signed_in(world.city.citra)

    first = citra.get(page(world, "rate_value", "BP")).content.decode()
    assert CANARIES["rating"] not in first
    assert " checked" not in first
    led.rate_parts(world.ani, world.city.citra, timezone.now())
    citra.post(page(world, "rate_first"))
    led.write_words(world.ani, world.city.citra, timezone.now())
    done = citra.post(page(world, "rate_send"), follow=True)

    assert "The rating of Ani Suryani was sent." in text_of(done)
    mine = world.ani
    assert (mine.rated_by, mine.superior) == (world.city.citra, world.city.kartika)
    budi = led.signed_in(world.city.budi)
    assert "The rating has been sent" in text_of(budi.get(page(world, "rate")))
    assert budi.post(page(world, "rate_value", "BP"), {"level": "3", "revision": "0"}).status_code == 403


def test_the_superior_cannot_rate_while_the_supervisor_still_can(world):
    Extension.objects.create(
        appraisal=world.ani,
        phase=Phase.SUPERVISOR_REVIEW,
        closes_at=timezone.now() + 30 * led.DAY,
        reason="Sakit.",
        granted_by=world.city.dewi,
        granted_at=timezone.now(),
    )
    led.open_now(world.cycle, Phase.CALIBRATION)
    citra = led.signed_in(world.city.citra)
    assert citra.get(page(world, "rate_check")).status_code == 403
    assert citra.post(page(world, "rate_value", "BP"), {"level": "3", "revision": "0"}).status_code == 403
    budi = led.signed_in(world.city.budi)
    saved = budi.post(page(world, "rate_value", "BP"), {"level": "3", "revision": "0", "later": "1"})
    assert saved.status_code == 302


# --- returning a self-assessment ----------------------------------------------------------------


def test_returning_shows_the_new_deadline_and_needs_a_comment(world, budi):
    html = budi.get(page(world, "return_self")).content.decode()
    assert "3 days left" in html
    refused = budi.post(page(world, "return_self"), {"comment": ""})
    assert "Write why, so that the other side understands." in text_of(refused)
    assert world.ani.self_state == SelfState.SENT

    done = budi.post(page(world, "return_self"), {"comment": "Lengkapi bukti."}, follow=True)

    assert "The self-assessment was returned to Ani Suryani with your comment." in text_of(done)
    assert (world.ani.self_state, world.ani.self_return_comment) == (SelfState.RETURNED, "Lengkapi bukti.")
    assert "You returned the self-assessment. The employee has until " in text_of(done)


def test_the_new_deadline_never_lies_past_the_own_time_to_rate(world, budi):
    PhaseWindow.objects.filter(cycle=world.cycle, phase=Phase.SUPERVISOR_REVIEW).update(
        closes_at=timezone.now() + led.DAY
    )
    assert "Tomorrow" in text_of(budi.get(page(world, "return_self")))


def test_a_self_assessment_is_returned_once(world, budi):
    data = {"comment": "Lengkapi bukti."}
    budi.post(page(world, "return_self"), data)
    before = traces()
    again = budi.post(page(world, "return_self"), data)
    assert again.status_code == 200
    assert "This has already been done, or is not possible any more." in text_of(again)
    assert "Lengkapi bukti." in again.content.decode()
    assert traces() == before
    led.send_self(world, world.ani, at=timezone.now())
    assert "A self-assessment can be returned only once." in text_of(budi.get(page(world, "return_self")))
    assert page(world, "return_self") not in budi.get(page(world, "rate")).content.decode()


def test_nothing_is_returned_after_the_first_save(world, budi):
    led.rate_parts(world.ani, world.city.budi, timezone.now())
    budi.post(page(world, "rate_first"))
    before = traces()
    refused = budi.post(page(world, "return_self"), {"comment": "Terlambat."})
    assert refused.status_code == 200
    assert "Terlambat." in refused.content.decode()
    assert traces() == before


def test_a_plh_may_return_and_the_superior_may_not(world):
    ActingFactory(employee=world.city.intan, agency=world.city.school, kind=ActingKind.PLH)
    assert led.signed_in(world.city.citra).get(page(world, "return_self")).status_code == 403
    led.signed_in(world.city.intan).post(page(world, "return_self"), {"comment": "Lengkapi bukti."})
    assert world.ani.self_state == SelfState.RETURNED


@pytest.mark.parametrize("route", ["return_self", "rate_revise"])
def test_a_comment_of_a_hundred_thousand_characters_is_refused_and_stays(rated, route):
    text = "kata " * 20_000
    answer = led.signed_in(rated.city.budi).post(page(rated, route), {"comment": text})
    assert answer.status_code == 200
    assert "Shorten it to 4,000 at most." in answer.content.decode()
    assert text.strip() in answer.content.decode()
