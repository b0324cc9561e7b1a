"""The plan as those who lead read it: what stands there, agreeing, returning, changing, and everything that goes wrong."""

import datetime as dt
import re
import uuid

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import ActingKind
from appraisal.enums import Phase, PlanState
from appraisal.models import NextStep, Plan, PlanItem
from appraisal.services import plans
from core.audit import AuditEvent
from core.clock import now
from core.notifications import Notification
from tests.appraisal import leading as led
from tests.factories.people import ActingFactory
from tests.personas import PASSWORD
from tests.walk import CANARIES, Stage, build_world

pytestmark = pytest.mark.django_db
COMMENT = "Tambahkan ukuran mutu untuk hasil pertama."


@pytest.fixture
def world():
    """Planning is open; Ani's plan is a draft, Hadi's has been sent."""
    built = build_world(Stage.PLANNING, now=now())
    led.send_plan(built, led.appraisal_of(built, "hadi"))
    return built


def page_of(world, name: str = "hadi") -> str:
    return reverse("team_plan", args=[led.appraisal_of(world, name).pk])


def seen_at(html: str) -> str:
    return re.search(r'name="seen_at" value="([^"]+)"', html).group(1)


def plan_of(world, name: str = "hadi") -> Plan:
    return Plan.objects.filter(appraisal=led.appraisal_of(world, name)).order_by("-version").first()


# --- reading ------------------------------------------------------------------------------------


def test_a_sent_plan_is_read_with_its_measures_and_both_answers(world):
    html = led.signed_in(world.city.budi).get(page_of(world)).content.decode()

    assert "Data kelulusan lengkap dan tepat waktu" in html
    assert "95 persen" in html
    assert "Agree to the plan" in html
    assert "Return it with a comment" in html
    assert "No published result of last year stands here." in html


def test_a_draft_stays_with_its_writer(world):
    html = led.signed_in(world.city.budi).get(page_of(world, "ani")).content.decode()

    assert "The plan is being written" in html
    assert CANARIES["plan"].split(":")[0] not in html
    assert "Agree to the plan" not in html


def test_the_superior_and_the_agency_head_read_and_do_not_answer(world):
    for person in (world.city.citra, world.city.kartika):
        client = led.signed_in(person)
        html = client.get(page_of(world)).content.decode()
        assert "Data kelulusan lengkap" in html
        assert "Agree to the plan" not in html
        assert client.post(page_of(world), {"act": "agree", "seen_at": ""}).status_code == 403
    assert plan_of(world).state == PlanState.SENT


def test_last_years_result_and_next_steps_stand_beside_the_plan():
    past = build_world(Stage.RECEIVED, now=now())
    NextStep.objects.update(text="Memimpin pelatihan operator.")
    cycle = past.cycle
    cycle.year -= 1
    cycle.save(update_fields=["year"])
    mine = past.ani
    fresh = type(cycle).objects.create(year=cycle.year + 1, state="open", opened_at=timezone.now())
    mine.pk = None
    mine.cycle, mine.plan_state, mine.plan_agreed_at = fresh, PlanState.DRAFT, None
    mine.self_state, mine.self_sent_at = "draft", None
    mine.rating_state, mine.rated_by, mine.rating_first_saved_at, mine.rating_sent_at = (
        "open",
        None,
        None,
        None,
    )
    mine.result_state, mine.result_published_at, mine.result_received_at = "hidden", None, None
    mine.objection_due_at = None
    mine._state.adding = True
    mine.id = None
    type(mine).objects.bulk_create([mine])
    html = led.signed_in(past.city.budi).get(reverse("team_plan", args=[mine.pk])).content.decode()

    assert f"Year {cycle.year}" in html
    assert "Memimpin pelatihan operator." in html
    assert "Very good" in html


# --- answering ----------------------------------------------------------------------------------


def test_agreeing_makes_the_version_count_and_tells_the_employee(world):
    client = led.signed_in(world.city.budi)
    html = client.get(page_of(world)).content.decode()

    answer = client.post(page_of(world), {"act": "agree", "seen_at": seen_at(html)}, follow=True)

    assert answer.redirect_chain == [(page_of(world), 302)]
    assert "You agreed to the plan of Hadi Gunawan." in answer.content.decode()
    assert (plan_of(world).state, plan_of(world).agreed_by) == (PlanState.AGREED, world.city.budi)
    assert Notification.objects.filter(recipient=world.city.hadi, kind="plan.agreed").count() == 1


def test_a_second_click_on_agree_changes_nothing_and_says_so(world):
    client = led.signed_in(world.city.budi)
    data = {"act": "agree", "seen_at": seen_at(client.get(page_of(world)).content.decode())}
    client.post(page_of(world), data)
    events = AuditEvent.objects.count()

    answer = client.post(page_of(world), data, follow=True)

    assert answer.status_code == 200
    assert "This has already been done, or is not possible any more." in answer.content.decode()
    assert AuditEvent.objects.count() == events


def test_returning_needs_a_comment_and_keeps_what_was_typed(world):
    client = led.signed_in(world.city.budi)
    seen = seen_at(client.get(page_of(world)).content.decode())

    empty = client.post(page_of(world), {"act": "return", "comment": " \n ", "seen_at": seen})
    assert empty.status_code == 200
    assert "Write why, so that the other side understands." in empty.content.decode()
    assert plan_of(world).state == PlanState.SENT

    done = client.post(page_of(world), {"act": "return", "comment": COMMENT, "seen_at": seen}, follow=True)
    assert "The plan was returned to Hadi Gunawan with your comment." in done.content.decode()
    assert COMMENT in done.content.decode()
    assert (plan_of(world).state, plan_of(world).return_comment) == (PlanState.RETURNED, COMMENT)


def test_a_second_click_on_return_keeps_the_comment_and_the_first_return(world):
    client = led.signed_in(world.city.budi)
    data = {
        "act": "return",
        "comment": COMMENT,
        "seen_at": seen_at(client.get(page_of(world)).content.decode()),
    }
    client.post(page_of(world), data)
    answer = client.post(page_of(world), data)

    assert answer.status_code == 200
    assert COMMENT in answer.content.decode()
    assert AuditEvent.objects.filter(act="plan.returned").count() == 1


def test_a_plan_that_was_sent_anew_is_read_before_it_is_answered(world):
    client = led.signed_in(world.city.budi)
    seen = seen_at(client.get(page_of(world)).content.decode())
    hadi = led.appraisal_of(world, "hadi")
    at = timezone.now()
    plans.withdraw_plan(actor=world.actor("hadi"), appraisal_id=hadi.pk, at=at)
    PlanItem.objects.filter(plan__appraisal=hadi, position=1).update(result="Hasil yang lain sama sekali")
    plans.send_plan(actor=world.actor("hadi"), appraisal_id=hadi.pk, at=at)

    agreed = client.post(page_of(world), {"act": "agree", "seen_at": seen}, follow=True)
    returned = client.post(page_of(world), {"act": "return", "comment": COMMENT, "seen_at": seen})

    assert "The plan was sent again after you opened it." in agreed.content.decode()
    assert "Hasil yang lain sama sekali" in agreed.content.decode()
    assert returned.status_code == 200
    assert COMMENT in returned.content.decode()
    assert plan_of(world).state == PlanState.SENT


def test_an_agreed_plan_is_changed_with_a_reason_and_counts_until_the_new_one_is_agreed(world):
    hadi = led.appraisal_of(world, "hadi")
    plans.agree_plan(actor=world.actor("budi"), appraisal_id=hadi.pk, at=timezone.now())
    client = led.signed_in(world.city.budi)

    refused = client.post(page_of(world), {"act": "change", "comment": ""})
    assert "Write why, so that the other side understands." in refused.content.decode()
    done = client.post(page_of(world), {"act": "change", "comment": "Tugas baru sejak Juli."}, follow=True)

    html = done.content.decode()
    assert "A new version was begun." in html
    assert "Reason: “Tugas baru sejak Juli.”" in html
    assert "Data kelulusan lengkap dan tepat waktu" in html
    assert Plan.objects.filter(appraisal=hadi).count() == 2


def test_a_changed_plan_shows_what_differs_from_the_agreed_one(world):
    hadi = led.appraisal_of(world, "hadi")
    at = timezone.now()
    plans.agree_plan(actor=world.actor("budi"), appraisal_id=hadi.pk, at=at)
    plans.revise_plan(actor=world.actor("hadi"), appraisal_id=hadi.pk, reason="Tugas baru.", at=at)
    changed = plan_of(world)
    changed.items.filter(position=1).update(result="Data kelulusan terverifikasi")
    plans.send_plan(actor=world.actor("hadi"), appraisal_id=hadi.pk, at=at)

    html = led.squeezed(led.signed_in(world.city.budi).get(page_of(world)).content.decode())

    assert "This version changes the agreed one." in html
    assert re.search(r"<del>.*Data kelulusan lengkap dan tepat waktu</del>", html)
    assert re.search(r"<ins>.*Data kelulusan terverifikasi</ins>", html)


def test_a_plh_may_agree_and_may_not_start_a_change(world):
    ActingFactory(employee=world.city.intan, agency=world.city.school, kind=ActingKind.PLH)
    client = led.signed_in(world.city.intan)
    html = client.get(page_of(world)).content.decode()
    client.post(page_of(world), {"act": "agree", "seen_at": seen_at(html)})
    assert (plan_of(world).state, plan_of(world).agreed_by) == (PlanState.AGREED, world.city.intan)

    assert client.post(page_of(world), {"act": "change", "comment": "Ganti."}).status_code == 403
    assert Plan.objects.filter(appraisal=led.appraisal_of(world, "hadi")).count() == 1


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x" * 100_000, "This text has 100,000 characters. Shorten it to 4,000 at most."),
        ("\x00\x07", "Write why, so that the other side understands."),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused_in_a_sentence(world, text, sentence):
    answer = led.signed_in(world.city.budi).post(page_of(world), {"act": "return", "comment": text})
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert plan_of(world).state == PlanState.SENT


def test_emoji_and_line_breaks_arrive_as_they_were_written(world):
    comment = "Ukuran mutu kurang 🌧️\r\nLihat “baris kedua” & <tag>."
    led.signed_in(world.city.budi).post(page_of(world), {"act": "return", "comment": f"\x07{comment}\x00"})
    assert plan_of(world).return_comment == comment.replace("\r\n", "\n")


@pytest.mark.parametrize("data", [{}, {"act": "burn"}, {"act": "agree,return"}])
def test_an_unknown_act_is_no_page(world, data):
    assert led.signed_in(world.city.budi).post(page_of(world), data).status_code == 404


def test_after_supervisor_review_it_is_too_late_and_the_comment_stays(world):
    led.open_now(world.cycle, Phase.CALIBRATION)
    client = led.signed_in(world.city.budi)
    assert "Agree to the plan" not in client.get(page_of(world)).content.decode()

    answer = client.post(page_of(world), {"act": "return", "comment": COMMENT})

    assert "Time was up on " in answer.content.decode()
    assert COMMENT in answer.content.decode()
    assert plan_of(world).state == PlanState.SENT


def test_a_late_plan_is_still_answered_until_supervisor_review_closes(world):
    led.open_now(world.cycle, Phase.EXECUTION)
    client = led.signed_in(world.city.budi)
    html = client.get(page_of(world)).content.decode()
    client.post(page_of(world), {"act": "agree", "seen_at": seen_at(html)})
    assert plan_of(world).state == PlanState.AGREED


def test_a_session_that_ended_brings_the_comment_back_into_its_form(world):
    client = led.signed_in(world.city.budi)
    Session.objects.all().delete()
    cache.clear()
    asked = client.post(page_of(world), {"act": "return", "comment": COMMENT})
    carried = re.search(r'name="carried" value="([^"]+)"', asked.content.decode()).group(1)

    back = client.post(page_of(world), {"carried": carried, "login": "budi", "password": PASSWORD})

    html = led.squeezed(back.content.decode())
    assert back.status_code == 200
    assert COMMENT in html
    assert '<details class="note mt-4" open><summary>Return it with a comment' in html
    assert plan_of(world).state == PlanState.SENT


def test_somebody_elses_and_unknown_addresses_do_not_exist(world):
    url = page_of(world)
    assert led.signed_in(world.city.lukman).get(page_of(world, "ani")).status_code == 404
    assert led.signed_in(world.city.eko).post(url, {"act": "agree"}).status_code == 404
    assert led.signed_in(world.city.budi).get(reverse("team_plan", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize("more", [1, 3])
def test_the_page_asks_the_same_number_of_queries_for_any_number_of_results(world, more):
    hadi = led.appraisal_of(world, "hadi")
    at = timezone.now()
    plans.agree_plan(actor=world.actor("budi"), appraisal_id=hadi.pk, at=at)
    plans.revise_plan(actor=world.actor("hadi"), appraisal_id=hadi.pk, reason="Tugas baru.", at=at)
    for number in range(more):
        led.add_item(world, hadi, f"Hasil tambahan {number}", at)
    plans.send_plan(actor=world.actor("hadi"), appraisal_id=hadi.pk, at=at + dt.timedelta(seconds=1))
    client, url = led.signed_in(world.city.budi), page_of(world)
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    assert len(asked) == 8, "\n".join(query["sql"][:150] for query in asked)
