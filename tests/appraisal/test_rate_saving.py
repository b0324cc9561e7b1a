"""Saving the pages of a rating: once, with both versions of two tabs, and everything that goes wrong."""

import datetime as dt
import re
import uuid

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from appraisal.enums import Phase, Topic
from appraisal.models import DraftAnswer, PhaseWindow
from core.audit import AuditEvent
from core.clock import now
from tests.appraisal import leading as led
from tests.appraisal.rate_pages import item_key, item_page, page, stored
from tests.personas import PASSWORD
from tests.walk import Stage, build_world

pytestmark = pytest.mark.django_db
FETCH = {"X-Requested-With": "fetch"}
REASON = "Datanya lengkap dua bulan lebih cepat dari rencana."


@pytest.fixture
def world():
    """Ani has sent her self-assessment; supervisor review is open and nothing is rated."""
    built = build_world(Stage.SELF_SENT, now=now())
    led.open_now(built.cycle, Phase.SUPERVISOR_REVIEW)
    return built


@pytest.fixture
def budi(world):
    return led.signed_in(world.city.budi)


# --- saving -------------------------------------------------------------------------------------


def test_a_page_is_kept_and_the_next_one_opens(world, budi):
    key = item_key(world)
    day = world.ani.first_day.isoformat()
    answer = budi.post(
        item_page(world),
        {"rating": "above", "reason": f" {REASON}\r\n", "incident_on": day, "revision": "0", "next": "1"},
    )

    following = led.form_of(world.ani, world.city.budi).items[1].key
    assert (answer.status_code, answer.headers["Location"]) == (302, page(world, "rate_item", following))
    assert stored(world, Topic.ITEM, key).data == {
        "rating": "above",
        "reason": REASON,
        "incident_on": day,
    }
    assert AuditEvent.objects.filter(act__startswith="rating").count() == 0


@pytest.mark.parametrize(
    ("route", "key", "data", "topic", "expected"),
    [
        (
            "rate_value",
            "BP",
            {"level": "4", "reason": "", "incident_on": ""},
            Topic.VALUE,
            {"level": 4, "reason": "", "incident_on": None},
        ),
        (
            "rate_competency",
            "INT",
            {"level": "2", "reason": "Tampak saat rapat."},
            Topic.COMPETENCY,
            {"level": 2, "reason": "Tampak saat rapat."},
        ),
    ],
)
def test_each_kind_of_page_keeps_its_shape(world, budi, route, key, data, topic, expected):
    budi.post(page(world, route, key), {**data, "revision": "0", "later": "1"})
    assert stored(world, topic, key).data == expected


def test_feedback_keeps_up_to_three_lines_of_each_part_and_brings_them_back(world, budi):
    url = page(world, "rate_feedback")
    data = {"strengths_1": "Satu", "strengths_3": "Tiga", "next_steps_1": "Langkah", "revision": "0"}
    answer = budi.post(url, {**data, "later": "1"})

    assert answer.headers["Location"] == page(world)
    assert stored(world, Topic.FEEDBACK, "feedback").data == {
        "strengths": ["Satu", "Tiga"],
        "improvements": [],
        "next_steps": ["Langkah"],
    }
    html = budi.get(url).content.decode()
    assert re.search(r'id="id_strengths_2"[^>]*>\s*Tiga</textarea>', html)
    assert html.count('<details class="note mb-5" open>') == 1


def test_going_on_without_a_choice_keeps_the_words_and_asks_once_more(world, budi):
    url = item_page(world)
    answer = budi.post(url, {"rating": "", "reason": REASON, "revision": "0", "next": "1"})

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Choose one level." in html
    assert REASON in html
    assert stored(world, Topic.ITEM, item_key(world)).data["reason"] == REASON
    revision = re.search(r'name="revision" value="(\d+)"', html).group(1)
    again = budi.post(
        url, {"rating": "meets", "reason": REASON, "incident_on": "", "revision": revision, "next": "1"}
    )
    assert again.status_code == 302


def test_the_script_gets_the_revision_and_the_hour(world, budi):
    url = page(world, "rate_value", "BP")
    first = budi.post(url, {"level": "4", "revision": "0"}, headers=FETCH)
    second = budi.post(url, {"level": "5", "revision": "1"}, headers=FETCH)

    assert first.json()["revision"] == 1
    assert re.fullmatch(r"\d\d:\d\d\u00a0WIB", second.json()["saved_at_label"])
    assert second.json()["revision"] == 2
    assert stored(world, Topic.VALUE, "BP").data["level"] == 5


def test_a_double_click_stores_once(world, budi):
    data = {"level": "4", "reason": "", "incident_on": "", "revision": "0", "next": "1"}
    answers = [budi.post(page(world, "rate_value", "BP"), data) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert stored(world, Topic.VALUE, "BP").revision == 1


def test_two_tabs_are_shown_beside_each_other_and_nothing_is_overwritten_unseen(world, budi):
    url = item_page(world)
    budi.post(url, {"rating": "meets", "reason": "Dari tab pertama.", "revision": "0", "later": "1"})

    answer = budi.post(url, {"rating": "above", "reason": "Dari tab kedua.", "revision": "0", "next": "1"})

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Two versions of your answers" in html
    assert "Dari tab pertama." in html
    assert "Dari tab kedua." in html
    assert stored(world, Topic.ITEM, item_key(world)).data["reason"] == "Dari tab pertama."
    revision = re.search(r'name="revision" value="(\d+)"', html).group(1)
    budi.post(url, {"rating": "above", "reason": "Dari tab kedua.", "revision": revision, "later": "1"})
    assert stored(world, Topic.ITEM, item_key(world)).data["reason"] == "Dari tab kedua."


def test_the_script_of_a_second_tab_gets_both_versions(world, budi):
    url = page(world, "rate_feedback")
    budi.post(url, {"strengths_1": "Dari ponsel.", "revision": "0"}, headers=FETCH)
    answer = budi.post(url, {"strengths_1": "Dari meja kerja.", "revision": "0"}, headers=FETCH)

    said = answer.json()
    assert answer.status_code == 409
    assert (said["current"]["strengths_1"], said["current"]["strengths_2"], said["revision"]) == (
        "Dari ponsel.",
        "",
        1,
    )


# --- bad input ----------------------------------------------------------------------------------


def test_a_text_that_is_too_long_is_refused_in_a_sentence_and_stays_on_the_page(world, budi):
    text = "panjang " * 12_500
    plain = budi.post(item_page(world), {"rating": "above", "reason": text, "revision": "0", "next": "1"})
    script = budi.post(item_page(world), {"reason": text, "revision": "0"}, headers=FETCH)

    assert plain.status_code == 200
    assert "characters. Shorten it to 4,000 at most." in plain.content.decode()
    assert text.strip() in plain.content.decode()
    assert script.status_code == 422
    assert "Shorten it to 4,000 at most." in script.json()["errors"]["reason"][0]
    assert DraftAnswer.objects.filter(author=world.city.budi).count() == 0


def test_control_characters_go_and_emoji_stay(world, budi):
    budi.post(
        item_page(world),
        {"rating": "meets", "reason": "\x00Hujan 🌧️\x07 & <b>\u202e", "revision": "0", "later": "1"},
    )
    assert stored(world, Topic.ITEM, item_key(world)).data["reason"] == "Hujan 🌧️ & <b>"
    html = budi.get(item_page(world)).content.decode()
    assert "Hujan 🌧️ &amp; &lt;b&gt;" in html


@pytest.mark.parametrize(
    ("route", "key", "data"),
    [
        ("rate_value", "BP", {"level": "6"}),
        ("rate_value", "BP", {"level": "0"}),
        ("rate_value", "BP", {"level": "tiga"}),
        ("rate_value", "BP", {"level": "4", "incident_on": "31-02-2026"}),
        ("rate_competency", "INT", {"level": "9"}),
        ("rate_item", None, {"rating": "great"}),
        ("rate_item", None, {"rating": "above", "revision": "-1"}),
        ("rate_item", None, {"rating": "above", "revision": "9" * 40}),
        ("rate_item", None, {"rating": "above", "revision": ""}),
    ],
)
def test_what_no_form_offers_is_refused_and_nothing_is_kept(world, budi, route, key, data):
    url = page(world, route, key or item_key(world))
    plain = budi.post(url, {"revision": "0", **data, "next": "1"})
    script = budi.post(url, {"revision": "0", **data}, headers=FETCH)
    assert (plain.status_code, script.status_code) == (200, 422)
    assert "error-summary" in plain.content.decode()
    assert DraftAnswer.objects.filter(author=world.city.budi).count() == 0


@pytest.mark.parametrize(
    ("route", "key"),
    [("rate_value", "XX"), ("rate_competency", "XX"), ("rate_item", "7d1f4b5e-0c7a-4a39-8d52-4145f0ac3262")],
)
def test_a_page_that_this_rating_does_not_ask_does_not_exist(world, budi, route, key):
    for answer in (budi.get(page(world, route, key)), budi.post(page(world, route, key), {"revision": "0"})):
        assert answer.status_code == 404


def test_other_peoples_ratings_do_not_exist(world):
    stranger = led.signed_in(world.city.lukman)
    for url in (page(world), item_page(world), page(world, "rate_check"), page(world, "rate_overall")):
        assert stranger.get(url).status_code == 404
        assert stranger.post(url, {"revision": "0"}).status_code in {404, 405}
    for route in ("rate", "rate_overall", "rate_feedback", "rate_check", "rate_first", "rate_send"):
        assert stranger.get(reverse(route, args=[uuid.uuid4()])).status_code == 404


def test_the_employee_may_not_open_what_is_written_about_them(world):
    ani = led.signed_in(world.city.ani)
    for url in (page(world), item_page(world), page(world, "rate_check")):
        assert ani.get(url).status_code == 403


def test_when_time_is_up_the_typed_words_stay_on_the_page_and_nothing_is_kept(world, budi):
    PhaseWindow.objects.filter(cycle=world.cycle, phase=Phase.SUPERVISOR_REVIEW).update(
        opens_at=timezone.now() - 2 * led.DAY, closes_at=timezone.now() - led.DAY
    )
    plain = budi.post(item_page(world), {"rating": "above", "reason": REASON, "revision": "0", "next": "1"})
    script = budi.post(item_page(world), {"rating": "above", "revision": "0"}, headers=FETCH)

    assert REASON in plain.content.decode()
    assert "Time was up on " in plain.content.decode() or "not yours" in plain.content.decode()
    assert script.status_code == 422
    assert DraftAnswer.objects.filter(author=world.city.budi).count() == 0


def test_a_save_that_arrived_in_time_counts_although_it_is_handled_later(world, budi, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    arrived = timezone.now() - dt.timedelta(seconds=30)
    PhaseWindow.objects.filter(cycle=world.cycle, phase=Phase.SUPERVISOR_REVIEW).update(
        opens_at=arrived - led.DAY, closes_at=arrived + dt.timedelta(seconds=1)
    )
    answer = budi.post(
        page(world, "rate_value", "BP"),
        {"level": "3", "revision": "0"},
        headers={**FETCH, "X-Request-Start": f"t={arrived.timestamp():.3f}"},
    )
    assert answer.status_code == 200
    assert stored(world, Topic.VALUE, "BP").data["level"] == 3


def test_before_the_window_the_pages_are_read_and_not_written():
    world = build_world(Stage.SELF_SENT, now=now())
    client = led.signed_in(world.city.budi)
    html = client.get(item_page(world)).content.decode()
    assert "<textarea" not in html
    assert "This opens on " in html


def test_a_session_that_ended_brings_the_page_back_filled_and_unsaved(world, budi):
    Session.objects.all().delete()
    cache.clear()
    data = {"rating": "above", "reason": REASON, "incident_on": "", "revision": "0", "next": "1"}
    assert budi.post(item_page(world), data, headers=FETCH).status_code == 401
    asked = budi.post(item_page(world), data)
    carried = re.search(r'name="carried" value="([^"]+)"', asked.content.decode()).group(1)

    back = budi.post(item_page(world), {"carried": carried, "login": "budi", "password": PASSWORD})

    html = back.content.decode()
    assert back.status_code == 200
    assert REASON in html
    assert re.search(r'<input[^>]*value="above"[^>]* checked', html)
    assert DraftAnswer.objects.filter(author=world.city.budi).count() == 0
