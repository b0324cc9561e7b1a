"""The self-assessment in the browser's words: task list, pages that save themselves, check, receipt; and bad input."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from appraisal.enums import Phase, SelfState, Topic
from appraisal.forms.execution import figure_name
from appraisal.models import Appraisal, DraftAnswer, Realization, SelfSubmission
from appraisal.selectors.assessments import value_pages
from appraisal.selectors.self_pages import in_own_order
from appraisal.services import clock, self_assessments
from core.audit import AuditEvent
from core.clock import now
from core.notifications import Notification
from tests.appraisal.employee_pages import FETCH, browser_of, items, sign_in_again, url, words
from tests.core.outage import database_down
from tests.walk import CANARIES, Stage, build_world

pytestmark = pytest.mark.django_db

LONG = "x" * 100_000
EVENT = "Pada bulan Mei saya mendatangi tiga sekolah 🙂 dan menyusun panduan."


@pytest.fixture
def world():
    return build_world(Stage.SELF_DRAFT, now=now())


@pytest.fixture
def ani(world):
    return browser_of(world.city.ani)


def empty(world):
    """Nothing has been written yet."""
    DraftAnswer.objects.filter(appraisal=world.ani).delete()
    Realization.objects.all().delete()


def stored(world, key, topic=Topic.VALUE):
    return DraftAnswer.objects.filter(appraisal=world.ani, topic=topic, key=key).first()


def level(text=EVENT, *, chosen="4", revision=0, **more):
    return {"level": chosen, "text": text, "revision": str(revision), **more}


def close(world, *phases, ago=dt.timedelta(hours=1)):
    """These phases are over."""
    for window in world.cycle.windows.filter(phase__in=phases):
        window.closes_at = now() - ago
        window.opens_at = window.closes_at - dt.timedelta(days=10)
        window.save()


# --- the task list ------------------------------------------------------------------------------


def test_the_list_says_how_far_one_is_and_where_to_go_on(world, ani):
    stored(world, "BP").delete()
    page = ani.get(url(world, "self_assessment"))
    assert "10 of 11 pages done" in words(page)
    assert "Go on with Nilai BP" in words(page)
    assert "About 2 minutes are left to write." in words(page)
    assert "Opens when all pages above are done. 1 to go." in words(page)
    assert url(world, "self_value", "BP") in page.content.decode()


def test_a_page_that_was_begun_says_what_it_lacks(world, ani):
    draft = stored(world, "BP")
    draft.data = {"level": 5, "text": "pendek"}
    draft.save()
    page = words(ani.get(url(world, "self_assessment")))
    assert "In progress" in page
    assert "Tell an event that shows your level for Nilai BP." in page


def test_when_everything_is_done_it_leads_to_the_check(world, ani):
    page = words(ani.get(url(world, "self_assessment")))
    assert "11 of 11 pages done" in page
    assert "See all answers on one page, then send them." in page


def test_before_its_time_it_can_be_read_but_not_written():
    world = build_world(Stage.EXECUTION, now=now())
    ani = browser_of(world.city.ani)
    page = ani.get(url(world, "self_assessment"))
    assert "Not open yet" in words(page)
    assert "Cannot be started yet" in words(page)
    assert url(world, "self_value", "BP") not in page.content.decode()
    assert ani.get(url(world, "self_value", "BP")).headers["Location"] == url(world, "self_assessment")
    refused = ani.post(url(world, "self_value", "BP"), level())
    assert "This opens on" in words(refused)
    assert EVENT in refused.content.decode()
    assert not DraftAnswer.objects.exists()


def test_the_values_come_in_an_order_of_ones_own(world):
    values = value_pages()
    orders = {
        tuple(value.code for value in in_own_order(values, appraisal.pk))
        for appraisal in world.appraisals.values()
    }
    assert len(orders) > 3
    assert in_own_order(values, world.ani.pk) == in_own_order(tuple(reversed(values)), world.ani.pk)


@pytest.mark.parametrize("n", [1, 3])
def test_the_list_costs_the_same_for_one_page_written_and_for_three(world, ani, n, django_assert_num_queries):
    keep = list(world.ani.drafts.filter(topic=Topic.VALUE).values_list("pk", flat=True)[:n])
    world.ani.drafts.exclude(pk__in=keep).delete()
    page = url(world, "self_assessment")
    with django_assert_num_queries(10):
        assert f"{n} of 11 pages done" in words(ani.get(page))


# --- a page with levels -------------------------------------------------------------------------


def test_a_value_shows_statements_anchors_and_no_choice_made_beforehand(world, ani):
    empty(world)
    page = ani.get(url(world, "self_value", "BP"))
    assert "Panduan perilaku BP" in words(page)
    text = words(page)
    assert [text.index(f"Perilaku BP pada tingkat {n}") for n in (5, 4, 3, 2, 1)] == sorted(
        text.index(f"Perilaku BP pada tingkat {n}") for n in (5, 4, 3, 2, 1)
    )
    assert " checked" not in page.content.decode()
    assert "Not enough observed" not in text


def test_a_competency_shows_the_level_that_the_position_asks_for(world, ani):
    page = words(ani.get(url(world, "self_competency", "INT")))
    assert "Your position asks for level" in page
    assert "Integritas" in page


@pytest.mark.parametrize(("route", "code", "n"), [("self_value", "BP", 9), ("self_competency", "INT", 8)])
def test_a_page_costs_at_most_nine_queries(world, ani, route, code, n, django_assert_num_queries):
    page = url(world, route, code)
    with django_assert_num_queries(n):
        assert ani.get(page).status_code == 200


def test_a_plain_submit_saves_and_goes_on_to_the_next_page(world, ani):
    empty(world)
    order = [value.code for value in in_own_order(value_pages(), world.ani.pk)]
    answer = ani.post(url(world, "self_value", order[0]), level(next=""))
    assert answer.headers["Location"] == url(world, "self_value", order[1])
    assert stored(world, order[0]).data == {"level": 4, "text": EVENT}
    last = ani.post(url(world, "self_value", order[-1]), level(next=""))
    assert last.headers["Location"] == url(world, "self_competency", "INT")
    final = ani.post(url(world, "self_competency", "TEK"), level(next=""))
    assert final.headers["Location"] == url(world, "self_check")


def test_save_and_come_back_later_asks_for_nothing(world, ani):
    empty(world)
    answer = ani.post(
        url(world, "self_value", "BP"), {"text": "sete", "revision": "0", "later": ""}, follow=True
    )
    assert answer.redirect_chain == [(url(world, "self_assessment"), 302)]
    assert "Saved. Go on whenever you like." in words(answer)
    assert stored(world, "BP").data == {"level": None, "text": "sete"}


@pytest.mark.parametrize(
    ("typed", "sentence", "kept"),
    [
        ({"text": EVENT}, "Choose one level for Nilai BP.", {"level": None, "text": EVENT}),
        (
            {"level": "5", "text": "pendek"},
            "Tell an event that shows your level for Nilai BP.",
            {"level": 5, "text": "pendek"},
        ),
        (
            {"level": "1", "text": ""},
            "Tell an event that shows your level for Nilai BP.",
            {"level": 1, "text": ""},
        ),
    ],
)
def test_going_on_asks_for_what_is_missing_after_saving_it(world, ani, typed, sentence, kept):
    empty(world)
    answer = ani.post(url(world, "self_value", "BP"), {**typed, "revision": "0", "next": ""})
    assert answer.status_code == 200
    assert sentence in words(answer)
    assert stored(world, "BP").data == kept
    assert 'name="revision" value="1"' in answer.content.decode()
    mended = ani.post(url(world, "self_value", "BP"), level(chosen="5", revision=1, next=""))
    assert mended.status_code == 302


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": LONG}, "This text has 100,000 characters. Shorten it to 4,000 at most."),
        ({"level": "6"}, "Select a valid choice."),
        ({"level": "empat"}, "Select a valid choice."),
        ({"revision": ""}, "This form is incomplete."),
        ({"revision": "-1"}, "This form is incomplete."),
    ],
)
def test_what_cannot_be_stored_is_said_to_person_and_script(world, ani, typed, sentence):
    empty(world)
    form = {**level(), **typed}
    answer = ani.post(url(world, "self_value", "BP"), form)
    assert answer.status_code == 200
    assert sentence in words(answer)
    assert form["text"] in answer.content.decode()
    script = ani.post(url(world, "self_value", "BP"), form, headers=FETCH)
    assert script.status_code == 422
    assert sentence in str(script.json()["errors"])
    assert stored(world, "BP") is None


def test_control_characters_vanish_and_emoji_stay(world, ani):
    empty(world)
    ani.post(url(world, "self_value", "BP"), level(f"\x00\x07{EVENT}\x1b"))
    assert stored(world, "BP").data["text"] == EVENT


def test_the_script_saves_and_names_the_revision(world, ani):
    empty(world)
    page = url(world, "self_value", "BP")
    first = ani.post(page, level("setengah"), headers=FETCH)
    assert (first.status_code, first.json()["revision"]) == (200, 1)
    second = ani.post(page, level("setengah kalimat", revision=1), headers=FETCH)
    assert (second.status_code, second.json()["revision"]) == (200, 2)
    assert stored(world, "BP").data["text"] == "setengah kalimat"
    assert not AuditEvent.objects.filter(act__startswith="self_assessment").exists()


@pytest.mark.parametrize(("route", "code"), [("self_value", "BP"), ("self_competency", "INT")])
def test_saving_by_itself_costs_ten_statements(world, ani, route, code, django_assert_num_queries):
    page = url(world, route, code)
    with django_assert_num_queries(10):  # two of them open and close the transaction
        answer = ani.post(page, level(revision=1), headers=FETCH)
    assert answer.json()["revision"] == 2


def test_two_tabs_see_each_others_version(world, ani):
    empty(world)
    page = url(world, "self_value", "BP")
    ani.post(page, level("dari tab pertama"), headers=FETCH)
    conflict = ani.post(page, level("dari tab kedua", chosen="2"), headers=FETCH)
    assert conflict.status_code == 409
    assert conflict.json()["current"] == {"level": "4", "text": "dari tab pertama"}
    assert conflict.json()["revision"] == 1
    plain = ani.post(page, level("dari tab kedua", chosen="2"))
    assert plain.status_code == 200
    assert "dari tab pertama" in words(plain)
    assert "4, Tingkat 4" in words(plain)
    assert ">\ndari tab kedua</textarea>" in plain.content.decode()
    assert stored(world, "BP").data["text"] == "dari tab pertama"
    ani.post(page, level("dari tab kedua", chosen="3", revision=1))
    assert stored(world, "BP").data == {"level": 3, "text": "dari tab kedua"}


def test_the_same_answer_twice_is_saved_once(world, ani):
    empty(world)
    for _click in range(2):
        assert ani.post(url(world, "self_value", "BP"), level()).status_code == 302
    assert stored(world, "BP").revision == 1


@pytest.mark.parametrize(("route", "code"), [("self_value", "XX"), ("self_competency", "XX")])
def test_a_page_that_nobody_asks_for_is_not_found(world, ani, route, code):
    assert ani.get(url(world, route, code)).status_code == 404
    assert ani.post(url(world, route, code), level()).status_code == 404
    assert stored(world, "XX") is None


def test_nobody_else_writes(world):
    for name, status in (("budi", 403), ("hadi", 404), ("dewi", 404)):
        browser = browser_of(world.city.person(name))
        assert browser.post(url(world, "self_value", "BP"), level("bukan milik saya")).status_code == status
        assert browser.get(url(world, "self_check")).status_code == status
    assert stored(world, "BP").data["text"] == CANARIES["self"]


# --- a planned result ---------------------------------------------------------------------------


def result(world, figure="98,4", process=EVENT, impact=EVENT, revision=0, **more):
    item = items(world)[0]
    return url(world, "self_item", item.key), {
        figure_name(item.measures.get().key): figure,
        "process": process,
        "impact": impact,
        "revision": str(revision),
        **more,
    }


def test_a_result_is_told_with_figures_process_and_impact(world, ani):
    empty(world)
    page, typed = result(world, next="")
    answer = ani.post(page, typed)
    assert answer.headers["Location"] == url(world, "self_item", items(world)[1].key)
    assert Realization.objects.get().value == Decimal("98.4")
    kept = stored(world, str(items(world)[0].key), Topic.ITEM)
    assert (kept.data["process"], kept.data["impact"]) == (EVENT, EVENT)


def test_going_on_from_a_result_names_every_missing_part_at_its_field(world, ani):
    empty(world)
    page, typed = result(world, figure="", process="pendek", impact="", next="")
    answer = ani.post(page, typed)
    text = words(answer)
    name = items(world)[0].result
    for sentence in (
        f"Fill in the realisation of “{name}”.",
        f"Tell how you worked on “{name}”.",
        f"Tell what “{name}” brought about.",
    ):
        assert sentence in text
    assert stored(world, str(items(world)[0].key), Topic.ITEM).data["process"] == "pendek"


def test_a_figure_that_cannot_be_read_does_not_hold_back_the_words(world, ani):
    empty(world)
    page, typed = result(world, figure="9o")
    script = ani.post(page, typed, headers=FETCH)
    assert script.status_code == 200
    kept = stored(world, str(items(world)[0].key), Topic.ITEM)
    assert (kept.data["process"], next(iter(kept.data["typed"].values()))) == (EVENT, "9o")
    assert 'value="9o"' in ani.get(page).content.decode()
    assert not Realization.objects.exists()
    shown = ani.post(page, {**typed, "revision": "1", "next": ""})
    assert "Write a number" in words(shown)


def test_a_results_page_costs_nine_queries(world, ani, django_assert_num_queries):
    page, _typed = result(world)
    with django_assert_num_queries(9):
        assert CANARIES["evidence"] in words(ani.get(page))


def test_a_result_of_another_plan_is_not_found(world, ani):
    nowhere = "00000000-0000-4000-8000-000000000000"
    assert ani.get(url(world, "self_item", nowhere)).status_code == 404
    assert ani.post(url(world, "self_item", nowhere), {"revision": "0"}).status_code == 404


# --- check and send -----------------------------------------------------------------------------


def test_the_check_shows_every_answer_with_a_way_back(world, ani):
    page = ani.get(url(world, "self_check"))
    text = words(page)
    assert text.count(CANARIES["self"]) == 13
    assert "98.4 persen, 103.58 % of the target (95 persen)" in text
    assert "4, Tingkat 4" in text
    assert f"{url(world, 'self_value', 'BP')}?from=check" in page.content.decode()
    back = ani.post(f"{url(world, 'self_value', 'BP')}?from=check", level(revision=1, next=""))
    assert back.headers["Location"] == url(world, "self_check")


def test_the_check_costs_ten_queries_once_the_levels_are_known(world, ani, django_assert_num_queries):
    page = url(world, "self_check")
    ani.get(page)
    with django_assert_num_queries(10):
        ani.get(page)


def test_what_is_missing_leads_to_its_page_and_nothing_is_sent(world, ani):
    stored(world, "BP").delete()
    page = ani.get(url(world, "self_check"))
    assert "Opens when nothing is missing any more." in words(page)
    assert f'<a href="{url(world, "self_value", "BP")}?from=check">' in page.content.decode()
    answer = ani.post(url(world, "self_check"), {"declared": "on"})
    assert "Choose one level for Nilai BP." in words(answer)
    assert world.ani.self_state == SelfState.DRAFT
    assert not SelfSubmission.objects.exists()


def test_without_the_declaration_nothing_is_sent(world, ani):
    answer = ani.post(url(world, "self_check"), {})
    assert answer.status_code == 200
    assert "Tick the declaration that what you wrote is true." in words(answer)
    assert world.ani.self_state == SelfState.DRAFT


def test_sending_gives_one_receipt_however_often_it_is_clicked(world, ani):
    first = ani.post(url(world, "self_check"), {"declared": "on"}, follow=True)
    submission = SelfSubmission.objects.get()
    receipt = url(world, "self_receipt", submission.number)
    assert first.redirect_chain == [(receipt, 302)]
    text = words(first)
    for known in (submission.number, submission.digest, world.city.ani.name, world.city.budi.name):
        assert known in text
    assert "Your supervisor reads it and rates between" in text
    second = ani.post(url(world, "self_check"), {"declared": "on"})
    assert second.headers["Location"] == receipt
    assert SelfSubmission.objects.count() == 1
    assert AuditEvent.objects.filter(act="self_assessment.sent").count() == 1
    assert Notification.objects.filter(kind="self.sent").count() == 1
    assert ani.get(url(world, "self_check")).headers["Location"] == url(world, "self_assessment")


def test_a_receipt_is_its_owners_alone(world, ani):
    ani.post(url(world, "self_check"), {"declared": "on"})
    page = url(world, "self_receipt", SelfSubmission.objects.get().number)
    assert browser_of(world.city.budi).get(page).status_code == 403
    assert browser_of(world.city.hadi).get(page).status_code == 404
    assert ani.get(url(world, "self_receipt", "PD-2026-XXXX-11")).status_code == 404


def test_what_was_sent_is_read_and_taken_back(world, ani):
    ani.post(url(world, "self_check"), {"declared": "on"})
    number = SelfSubmission.objects.get().number
    page = words(ani.get(url(world, "self_assessment")))
    assert CANARIES["self"] in page
    assert "4, Tingkat 4" in page
    assert "Take the self-assessment back" in page
    typed = level("sesudah dikirim", revision=1)
    refused = ani.post(url(world, "self_value", "BP"), typed)
    assert "This can no longer be changed, because it has been sent." in words(refused)
    assert "sesudah dikirim" in refused.content.decode()
    answer = ani.post(url(world, "self_withdraw"), follow=True)
    assert "Your self-assessment is yours again." in words(answer)
    again = ani.post(url(world, "self_withdraw"), follow=True)
    assert "This has already been done, or is not possible any more." in words(again)
    assert "It does not count any more." in words(ani.get(url(world, "self_receipt", number)))
    ani.post(url(world, "self_check"), {"declared": "on"})
    assert SelfSubmission.objects.count() == 2


def test_whoever_rates_sees_the_words_first_and_the_levels_after_their_own(world, ani):
    ani.post(url(world, "self_check"), {"declared": "on"})
    for name in ("budi", "citra"):
        page = words(browser_of(world.city.person(name)).get(url(world, "self_assessment")))
        assert CANARIES["self"] in page
        assert "4, Tingkat 4" not in page
        assert "are shown after you have saved your own ratings" in page
    for name in ("kartika", "fajar"):
        assert "4, Tingkat 4" in words(browser_of(world.city.person(name)).get(url(world, "self_assessment")))


def test_after_the_first_save_the_rater_sees_the_levels():
    world = build_world(Stage.FIRST_SAVED, now=now())
    assert "4, Tingkat 4" in words(browser_of(world.city.budi).get(url(world, "self_assessment")))


# --- returned, closed, carried ------------------------------------------------------------------


def returned():
    world = build_world(Stage.SELF_SENT, now=now())
    self_assessments.return_self_assessment(
        actor=world.actor("budi"), appraisal_id=world.ani.pk, comment="Ceritakan dampaknya.", at=now()
    )
    return world, browser_of(world.city.ani)


def test_a_returned_one_shows_the_comment_and_is_sent_again():
    world, ani = returned()
    page = words(ani.get(url(world, "self_assessment")))
    assert "Ceritakan dampaknya." in page
    assert "After that the earlier version counts." in page
    ani.post(url(world, "self_value", "BP"), level(revision=1))
    answer = ani.post(url(world, "self_check"), {"declared": "on"})
    assert answer.status_code == 302
    assert SelfSubmission.objects.count() == 2
    assert world.ani.self_state == SelfState.SENT


def test_a_returned_one_that_is_late_says_that_the_earlier_counts():
    world, ani = returned()
    Appraisal.objects.filter(pk=world.ani.pk).update(self_due_at=now() - dt.timedelta(seconds=1))
    assert "The earlier version counts" in words(ani.get(url(world, "self_assessment")))
    refused = ani.post(url(world, "self_value", "BP"), level("terlambat", revision=1))
    assert "Time was up on" in words(refused)
    assert "terlambat" in refused.content.decode()


def test_after_closing_nothing_is_written_and_the_end_is_said(world, ani):
    stored(world, "BP").delete()
    close(world, Phase.SELF_ASSESSMENT)
    assert "The time is over" in words(ani.get(url(world, "self_assessment")))
    refused = ani.post(url(world, "self_value", "BP"), level("terlambat"))
    assert "Time was up on" in words(refused)
    assert "terlambat" in refused.content.decode()
    script = ani.post(url(world, "self_value", "BP"), level("terlambat"), headers=FETCH)
    assert script.status_code == 422
    sent = ani.post(url(world, "self_check"), {"declared": "on"})
    assert "Time was up on" in words(sent)
    assert stored(world, "BP") is None
    clock.tick(at=now())
    assert world.ani.self_state == SelfState.NOT_SENT
    page = words(ani.get(url(world, "self_assessment")))
    assert "Your supervisor rates without it." in page


def test_what_arrived_before_closing_counts_although_it_is_processed_after(world, ani, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    close(world, Phase.SELF_ASSESSMENT, ago=dt.timedelta(seconds=5))
    early = str(int((now() - dt.timedelta(seconds=20)).timestamp() * 1000))
    answer = ani.post(url(world, "self_check"), {"declared": "on"}, headers={"X-Request-Start": early})
    assert answer.status_code == 302
    assert world.ani.self_state == SelfState.SENT


def test_a_session_that_ended_keeps_words_level_and_version(world, ani):
    page = url(world, "self_value", "BP")
    ani.session.flush()
    script = ani.post(page, level(revision=1), headers=FETCH)
    assert script.status_code == 401
    back = sign_in_again(ani.post(page, level(chosen="2", revision=1)), ani, "ani")
    text = back.content.decode()
    assert EVENT in text
    assert re.search(r'value="2"\s+checked', text)
    assert 'name="revision" value="1"' in text
    assert "What you wrote is back in the form, not saved yet." in words(back)
    assert stored(world, "BP").data["text"] == CANARIES["self"]


def test_a_get_writes_nothing(world, ani):
    before = list(DraftAnswer.objects.order_by("pk").values())
    key = items(world)[0].key
    for page in (
        url(world, "self_assessment"),
        url(world, "self_check"),
        url(world, "self_value", "BP"),
        url(world, "self_competency", "INT"),
        url(world, "self_item", key),
    ):
        assert ani.get(page).status_code == 200
    assert list(DraftAnswer.objects.order_by("pk").values()) == before


def test_pages_work_while_redis_is_down(world, ani, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    assert ani.get(url(world, "self_check")).status_code == 200
    assert ani.post(url(world, "self_value", "BP"), level(revision=1)).status_code == 302
    assert ani.post(url(world, "self_check"), {"declared": "on"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_gone_gives_the_text_back():
    world = build_world(Stage.SELF_DRAFT, now=now())
    ani = browser_of(world.city.ani, raise_request_exception=False)
    page = url(world, "self_value", "BP")
    ani.get(reverse("home"))
    with database_down():
        answer = ani.post(page, level(revision=1))
        script = ani.post(page, level(revision=1), headers=FETCH)
    assert (answer.status_code, script.status_code) == (503, 503)
    assert answer.headers["Retry-After"]
    assert EVENT in answer.content.decode()
    assert ani.post(page, level(revision=1)).status_code == 302
