"""The reviewer's form in the browser's words: values, check, receipt, replacing, bad input; and what is kept nowhere."""

import datetime as dt
import json
import logging
import re
import sys

import pytest
from django.core.signals import got_request_exception
from django.db import connection
from django.urls import reverse
from django.utils import translation
from django.views.debug import ExceptionReporter

from appraisal import key_files
from appraisal.ballot import proof_of, value_order
from appraisal.enums import DeclineReason, InvitationState, Phase
from appraisal.models import BallotKey, Box, Envelope, Invitation, PhaseWindow, Review
from appraisal.services import invitations
from core.audit import AuditEvent
from core.clock import now
from core.logs import JsonFormatter
from core.wording import day, deadline
from tests.appraisal import peers as p
from tests.appraisal.employee_pages import FETCH, browser_of, sign_in_again, words
from tests.appraisal.leading import colleagues
from tests.appraisal.reviewing import (
    CANARY,
    EVENT,
    ask,
    close_peer_review,
    draft,
    everything_in,
    everything_stored,
    fill,
    inside,
    mine,
    receipt_in,
    reviewing_world,
    typed,
    url,
)
from tests.appraisal.year import CODES
from tests.core.outage import database_down

pytestmark = pytest.mark.django_db

LONG = "x" * 100_000
LOCKED = "cannot be locked away safely right now"
RECEIPT = r"(?:[0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{2}"


@pytest.fixture
def world():
    return reviewing_world()


@pytest.fixture
def hadi(world):
    return browser_of(world.city.hadi)


def order(world):
    return value_order(mine(world).pk, CODES)


def send(world, browser, attempt="sekali"):
    return browser.post(url(world, "peer_send"), {"attempt": attempt})


def told(closes_at):
    """A deadline as an English page tells it."""
    with translation.override("en"):
        return deadline(closes_at).replace("\u00a0", " ")


def told_day(at):
    """A day as an English page tells it."""
    with translation.override("en"):
        return day(at)


def logged(caplog):
    """All that was logged, as it stands in the log."""
    return "\n".join(JsonFormatter().format(record) for record in caplog.records) + caplog.text


# --- a page -------------------------------------------------------------------------------------


def test_a_value_shows_five_anchors_highest_first_and_one_answer_apart(world, hadi):
    page = hadi.get(url(world, "peer_value", "BP"))
    text = words(page)
    places = [text.index(f"Perilaku BP pada tingkat {n}") for n in (5, 4, 3, 2, 1)]
    assert places == sorted(places)
    assert text.index("Not enough observed") > places[-1]
    assert page.content.decode().count('class="apart"') == 1
    assert " checked" not in page.content.decode()
    assert "Panduan perilaku BP" in text
    for asked in ("What to keep", "What to start or stop", "situation", "behaviour", "impact"):
        assert asked in text


def test_the_promise_is_open_before_the_first_word_and_folded_afterwards(world, hadi):
    page = hadi.get(url(world, "peer_value", "BP")).content.decode()
    assert re.search(r'<details class="note" open><summary>What is promised', page)
    fill(world, codes=["AK"])
    page = hadi.get(url(world, "peer_value", "BP")).content.decode()
    assert re.search(r'<details class="note"><summary>What is promised', page)


def test_the_promise_names_who_reads_it_and_when_the_link_is_gone(world, hadi):
    last = PhaseWindow.objects.get(cycle=world.cycle, phase=Phase.SUPERVISOR_REVIEW)
    text = words(hadi.get(url(world, "peer_value", "BP")))
    for promised in (
        "Ani Suryani",
        "Budi Hermawan",
        "only where three or more have answered",
        "whoever controls the running server together with its key could open it",
        "A complete answer counts also when you have not sent it.",
        told_day(last.closes_at),
    ):
        assert promised in text


def test_the_date_of_the_promise_holds_for_the_whole_agency_and_no_other(world, hadi):
    late = {}
    for place, days in ((world.city.other_school, 70), (world.city.other_dinas, 170)):
        late[place.code] = now() + dt.timedelta(days=days)
        PhaseWindow.objects.create(
            cycle=world.cycle,
            phase=Phase.SUPERVISOR_REVIEW,
            agency=place,
            opens_at=now(),
            closes_at=late[place.code],
        )
    text = words(hadi.get(url(world, "peer_value", "BP")))
    assert told_day(late["SDN902"]) in text
    assert told_day(late["DINKES"]) not in text


def test_every_page_says_until_when_and_that_a_complete_answer_counts(world, hadi):
    window = PhaseWindow.objects.get(cycle=world.cycle, phase=Phase.PEER_REVIEW)
    for page in (url(world, "peer_value", "BP"), url(world, "peer_check")):
        text = words(hadi.get(page))
        assert told(window.closes_at) in text
        assert "your answer counts, sent or not" in text
    extended = now() + dt.timedelta(days=9)
    Invitation.objects.update(extended_to=extended)
    assert told(extended) in words(hadi.get(url(world, "peer_value", "BP")))


def test_nothing_is_to_be_kept_by_the_browser(world, hadi):
    page = hadi.get(url(world, "peer_value", "BP"))
    form = re.search(r"<form[^>]*data-autosave[^>]*>", page.content.decode()).group()
    assert "data-local-copy" not in form
    assert 'autocomplete="off"' in form
    assert "no-store" in page.headers["Cache-Control"]
    assert "Do not close this page" in page.content.decode()


def test_the_order_is_the_reviewers_own_and_lasting(world, hadi):
    text = words(hadi.get(url(world, "peer_value", order(world)[0])))
    assert "value 1 of 7" in text
    for name in ("intan", "joko"):
        ask(world.ani, world.city.person(name))
    ids = list(Invitation.objects.values_list("pk", flat=True))
    assert len({value_order(pk, CODES) for pk in ids}) > 1
    assert value_order(ids[0], reversed(CODES)) == value_order(ids[0], CODES)


@pytest.mark.parametrize("n", [1, 3])
def test_a_page_costs_eleven_queries_whoever_works_nearby(world, hadi, n, django_assert_num_queries):
    colleagues(world, n)
    fill(world, codes=["BP"], strength=EVENT)
    page = url(world, "peer_value", "BP")
    with django_assert_num_queries(11):
        assert hadi.get(page).status_code == 200


# --- saving -------------------------------------------------------------------------------------


def test_a_plain_submit_saves_and_goes_on_in_ones_own_order(world, hadi):
    first, second, *_rest, last = order(world)
    answer = hadi.post(url(world, "peer_value", first), typed("4", EVENT, next=""))
    assert answer.headers["Location"] == url(world, "peer_value", second)
    assert draft(world, first) == {"level": 4, "strength": EVENT, "wish": ""}
    answer = hadi.post(url(world, "peer_value", last), typed("0", next=""))
    assert answer.headers["Location"] == url(world, "peer_check")
    assert draft(world, last)["level"] == 0
    back = hadi.post(f"{url(world, 'peer_value', first)}?from=check", typed("3", revision=1, next=""))
    assert back.headers["Location"] == url(world, "peer_check")


def test_save_and_come_back_later_asks_for_nothing(world, hadi):
    answer = hadi.post(url(world, "peer_value", "BP"), typed("", "sete", later=""))
    assert answer.headers["Location"] == url(world, "invitation")
    assert draft(world, "BP") == {"level": None, "strength": "sete", "wish": ""}


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (typed(""), "Choose one answer for Nilai BP."),
        (typed("5"), "Tell an event that shows what to keep for Nilai BP"),
        (typed("5", "pendek"), "Tell an event that shows what to keep for Nilai BP"),
        (typed("5", wish=EVENT), "Tell an event that shows what to keep for Nilai BP"),
        (typed("1"), "Tell what to start or stop for Nilai BP"),
        (typed("2", EVENT), "Tell what to start or stop for Nilai BP"),
    ],
)
def test_going_on_asks_for_what_is_missing_after_saving_it(world, hadi, form, sentence):
    answer = hadi.post(url(world, "peer_value", "BP"), {**form, "next": ""})
    assert answer.status_code == 200
    assert sentence in words(answer)
    assert draft(world, "BP")["strength"] == form["strength"]
    assert 'name="revision" value="1"' in answer.content.decode()
    mended = typed("5", EVENT, EVENT, revision=1, next="")
    assert hadi.post(url(world, "peer_value", "BP"), mended).status_code == 302


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"strength": LONG}, "This text has 100,000 characters. Shorten it to 4,000 at most."),
        ({"wish": LONG}, "This text has 100,000 characters. Shorten it to 4,000 at most."),
        ({"level": "6"}, "Select a valid choice."),
        ({"level": "-1"}, "Select a valid choice."),
        ({"level": "empat"}, "Select a valid choice."),
        ({"revision": ""}, "This form is incomplete."),
    ],
)
def test_what_cannot_be_stored_is_said_to_person_and_script(world, hadi, changed, sentence):
    form = {**typed("4", EVENT), **changed}
    answer = hadi.post(url(world, "peer_value", "BP"), form)
    assert answer.status_code == 200
    assert sentence in words(answer)
    assert form["strength"] in answer.content.decode()
    script = hadi.post(url(world, "peer_value", "BP"), form, headers=FETCH)
    assert script.status_code == 422
    assert sentence in str(script.json()["errors"])
    assert inside(world) is None


def test_control_characters_vanish_and_emoji_stay(world, hadi):
    hadi.post(url(world, "peer_value", "BP"), typed("4", f"\x00\x07{EVENT} 🙂\x1b"))
    assert draft(world, "BP")["strength"] == f"{EVENT} 🙂"


def test_the_script_saves_and_names_the_revision(world, hadi):
    page = url(world, "peer_value", "BP")
    first = hadi.post(page, typed("4", "setengah"), headers=FETCH)
    assert (first.status_code, first.json()["revision"], first.json()["notes"]) == (200, 1, [])
    second = hadi.post(page, typed("4", EVENT, revision=1), headers=FETCH)
    assert second.json()["revision"] == 2
    assert draft(world, "BP")["strength"] == EVENT


def test_saving_by_itself_costs_eleven_statements(world, hadi, django_assert_num_queries):
    fill(world, codes=["BP"])
    page = url(world, "peer_value", "BP")
    with django_assert_num_queries(11):  # two of them open and close the transaction
        answer = hadi.post(page, typed("4", EVENT, revision=1), headers=FETCH)
    assert answer.json()["revision"] == 2


def test_two_devices_see_each_others_version(world, hadi):
    page = url(world, "peer_value", "BP")
    hadi.post(page, typed("4", "dari ponsel"), headers=FETCH)
    conflict = hadi.post(page, typed("2", "dari kantor"), headers=FETCH)
    assert conflict.status_code == 409
    assert conflict.json() == {
        "current": {"level": "4", "strength": "dari ponsel", "wish": ""},
        "revision": 1,
        "saved_at_label": None,
    }
    plain = hadi.post(page, typed("2", "dari kantor"))
    assert plain.status_code == 200
    assert "dari ponsel" in words(plain)
    assert "4, Tingkat 4" in words(plain)
    assert ">\ndari kantor</textarea>" in plain.content.decode()
    assert draft(world, "BP")["strength"] == "dari ponsel"
    hadi.post(page, typed("2", "dari kantor", revision=1))
    assert draft(world, "BP") == {"level": 2, "strength": "dari kantor", "wish": ""}


@pytest.mark.parametrize("code", ["XX", "bp"])
def test_a_value_that_nobody_asks_for_is_not_found(world, hadi, code):
    assert hadi.get(url(world, "peer_value", code)).status_code == 404
    assert hadi.get(url(world, "peer_value", code), headers=FETCH).status_code == 404
    assert hadi.post(url(world, "peer_value", code), typed()).status_code == 404
    assert hadi.post(url(world, "peer_value", code), typed(), headers=FETCH).status_code == 422
    assert inside(world) is None


@pytest.mark.parametrize(
    ("name", "status"),
    [("ani", 403), ("budi", 403), ("dewi", 403), ("intan", 404), ("rahmat", 404), ("fajar", 404)],
)
def test_nobody_else_opens_writes_sends_or_replaces(world, name, status):
    fill(world)
    before = bytes(Envelope.objects.get().sealed)
    browser = browser_of(world.city.person(name))
    for page in ("peer_check", "peer_replace", "peer_receipt"):
        assert browser.get(url(world, page)).status_code == status
    assert browser.get(url(world, "peer_value", "BP")).status_code == status
    assert browser.post(url(world, "peer_value", "BP"), typed()).status_code == status
    assert browser.post(url(world, "peer_value", "BP"), typed(), headers=FETCH).status_code == status
    assert browser.post(url(world, "peer_replace")).status_code == status
    assert browser.post(url(world, "peer_receipt"), {"receipt": "x"}).status_code == status
    assert send(world, browser).status_code == status
    assert bytes(Envelope.objects.get().sealed) == before


def test_a_name_that_was_only_proposed_opens_no_form(world):
    proposed = ask(world.ani, world.city.intan, state=InvitationState.PROPOSED)
    intan = browser_of(world.city.intan)
    for route, more in (("peer_value", ["BP"]), ("peer_check", []), ("peer_receipt", [])):
        assert intan.get(reverse(route, args=[proposed.pk, *more])).status_code == 404


# --- remarks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("Saya sebagai bendahara sering menunggu laporannya.", "tells which post you hold"),
        ("Ia membantu Joko menyusun laporan triwulan.", "The text names somebody (Joko)"),
        ("Pak Hermawan juga melihatnya waktu itu.", "The text names somebody (Hermawan)"),
        ("Ini Hadi yang menulis, terima kasih banyak.", "Your own name stands in the text."),
    ],
)
def test_what_gives_somebody_away_is_remarked_in_the_answer_and_nowhere_else(world, hadi, text, remark):
    page = url(world, "peer_value", "BP")
    script = hadi.post(page, typed("4", text), headers=FETCH)
    assert any(remark in note for note in script.json()["notes"])
    assert remark in words(hadi.get(page))
    assert remark in words(hadi.get(url(world, "peer_check")))
    plain = hadi.post(page, typed("4", text, revision=1, next=""))
    assert plain.status_code == 302  # never in the way
    assert remark not in everything_stored()
    assert remark not in everything_in(hadi)


def test_the_name_of_the_person_it_is_about_is_no_remark(world, hadi):
    script = hadi.post(
        url(world, "peer_value", "BP"), typed("4", "Suryani datang lebih awal."), headers=FETCH
    )
    assert script.json()["notes"] == []


def test_the_check_remarks_on_one_level_for_all_and_on_haste(world, hadi):
    fill(world, 3)
    text = words(hadi.get(url(world, "peer_check")))
    assert "You chose the same level for every value." in text
    assert "You needed less than a minute." in text
    assert "Only you see this, and it is kept nowhere." in text
    assert receipt_in(send(world, hadi))


# --- check and send -----------------------------------------------------------------------------


def test_the_check_shows_every_answer_with_a_way_back(world, hadi):
    fill(world, 5, codes=CODES[:6])
    fill(world, 0, codes=CODES[6:])
    page = hadi.get(url(world, "peer_check"))
    text = words(page)
    assert text.count(p.KEEP) == 6
    assert text.count("5, Tingkat 5") == 6
    assert "Not enough observed" in text
    assert f"{url(world, 'peer_value', 'BP')}?from=check" in page.content.decode()
    assert "It counts also if you do not send it, but only sending gives you a receipt." in text
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize("n", [1, 3])
def test_the_check_costs_the_same_for_one_value_and_for_three(world, hadi, n, django_assert_num_queries):
    fill(world, codes=CODES[:n], strength=EVENT)
    page = url(world, "peer_check")
    hadi.get(page)  # the titles of the levels are known from then on
    with django_assert_num_queries(9):
        hadi.get(page)


def test_what_is_missing_leads_to_its_page_and_nothing_is_sent(world, hadi):
    fill(world, codes=CODES[:6])
    code = CODES[6]
    page = hadi.get(url(world, "peer_check"))
    assert "Opens when nothing is missing any more." in words(page)
    assert f'<a href="{url(world, "peer_value", code)}?from=check">' in page.content.decode()
    answer = send(world, hadi)
    assert answer.status_code == 200
    assert f"Choose one answer for Nilai {code}." in words(answer)
    assert receipt_in(answer) == ""
    assert inside(world)["sent"] is None
    assert "Choose one answer" not in everything_in(hadi)


def test_who_has_observed_nothing_is_told_to_decline(world, hadi):
    fill(world, 0)
    text = words(hadi.get(url(world, "peer_check")))
    assert "Decline the invitation instead" in text
    assert "Opens when nothing is missing any more." in text
    assert receipt_in(send(world, hadi)) == ""
    assert inside(world)["sent"] is None


def test_sending_shows_the_receipt_in_its_answer_and_never_again(world, hadi):
    fill(world)
    answer = send(world, hadi)
    assert answer.status_code == 200
    receipt = receipt_in(answer)
    assert receipt
    assert inside(world)["sent"]["receipt"] == receipt
    assert "no-store" in answer.headers["Cache-Control"]
    text = words(answer)
    assert "Write it down or photograph it now: it is shown only this once." in text
    assert "it proves nothing to anybody else. Keep it to yourself all the same" in text
    assert p.KEEP not in text
    for page in ("peer_check", "peer_replace", "peer_receipt", "invitation"):
        shown = hadi.get(url(world, page))
        assert shown.status_code == 200
        assert receipt not in shown.content.decode()


def test_the_second_click_shows_the_same_receipt_and_a_later_one_none(world, hadi):
    fill(world)
    first, second = send(world, hadi), send(world, hadi)
    assert receipt_in(first) == receipt_in(second) != ""
    assert AuditEvent.objects.filter(act="answer.sent").count() == 1
    other = send(world, hadi, attempt="lain")
    assert receipt_in(other) == ""
    assert "Your answer has already been sent and counts." in words(other)


def test_each_check_page_has_a_word_of_its_own_for_the_click(world, hadi):
    fill(world)
    pages = [hadi.get(url(world, "peer_check")).content.decode() for _ in range(2)]
    found = [re.search(r'name="attempt" value="([\w-]{16})"', page).group(1) for page in pages]
    assert found[0] != found[1]


def test_a_sent_answer_is_not_shown_again_and_the_pages_say_sent(world, hadi):
    fill(world, 5, strength=EVENT)
    send(world, hadi)
    page = words(hadi.get(url(world, "peer_check")))
    assert "For your own protection it is not shown again, not even to you." in page
    assert "Write a new answer" in page
    assert CANARY not in page
    assert "5, Tingkat 5" not in page
    assert hadi.get(url(world, "peer_value", "BP")).headers["Location"] == url(world, "peer_check")
    late = hadi.post(url(world, "peer_value", "BP"), typed("3", "kenari-baru dari jendela lama"))
    assert "Your answer has been sent." in words(late)
    assert "kenari-baru dari jendela lama</textarea>" in late.content.decode()
    script = hadi.post(url(world, "peer_value", "BP"), typed("3", "kenari-baru"), headers=FETCH)
    assert script.status_code == 422
    assert inside(world)["draft"] is None


def test_replacing_begins_empty_and_the_sent_one_counts_until_the_new_one_is_sent(world, hadi):
    fill(world, 5, strength=EVENT)
    old = receipt_in(send(world, hadi))
    asked = words(hadi.get(url(world, "peer_replace")))
    assert "The answer that you sent counts until you send the new one." in asked
    assert "a new answer that is complete but not sent does not count" in asked
    answer = hadi.post(url(world, "peer_replace"))
    assert answer.headers["Location"] == url(world, "peer_value", order(world)[0])
    page = hadi.get(answer.headers["Location"])
    assert CANARY not in page.content.decode()
    assert " checked" not in page.content.decode()
    assert "Until you send this new answer, the one that you sent before counts." in words(page)
    assert inside(world)["sent"]["receipt"] == old
    fill(world, 3)
    assert "the one that you sent before counts" in words(hadi.get(url(world, "peer_check")))
    new = receipt_in(send(world, hadi, attempt="baru"))
    assert new not in {"", old}
    assert inside(world)["sent"]["pages"]["BP"]["level"] == 3


def test_there_is_nothing_to_replace_before_sending(world, hadi):
    assert hadi.get(url(world, "peer_replace")).headers["Location"] == url(world, "peer_check")
    answer = hadi.post(url(world, "peer_replace"), follow=True)
    assert "You have not sent an answer yet" in words(answer)
    assert inside(world) is None


# --- at the wrong time --------------------------------------------------------------------------


def end(world, how):
    """While Hadi types, his invitation ends, or was never accepted."""
    if how == "declined":
        invitations.decline_invitation(
            actor=p.reviewer_of(mine(world)),
            invitation_id=mine(world).pk,
            reason=DeclineReason.CONFLICT,
            comment="Kami bersaudara.",
            at=now(),
        )
    elif how == "cancelled":
        cancel(world, mine(world))
    elif how == "over":
        close_peer_review(world)
    else:
        Invitation.objects.update(state=InvitationState.APPROVED, accepted_at=None)


def cancel(world, invitation):
    """HR cancels an accepted invitation."""
    invitations.withdraw_invitation(
        actor=world.actor("dewi"), invitation_id=invitation.pk, reason="Salah orang.", at=now()
    )


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("declined", "This invitation has ended."),
        ("cancelled", "This invitation has ended."),
        ("over", "Time was up on"),
        ("not accepted", "accept the invitation first"),
    ],
)
def test_what_is_typed_when_it_ends_is_given_back_for_copying(world, hadi, how, sentence):
    end(world, how)
    answer = hadi.post(url(world, "peer_value", "BP"), typed("4", EVENT, "kenari-harapan lama"))
    assert answer.status_code == 200
    text = words(answer)
    assert sentence in text
    assert "Nothing was saved" in text
    assert f"{EVENT}</textarea>" in answer.content.decode()
    assert "kenari-harapan lama</textarea>" in answer.content.decode()
    script = hadi.post(url(world, "peer_value", "BP"), typed("4", EVENT), headers=FETCH)
    assert script.status_code == 422
    assert sentence in str(script.json()["errors"])
    assert inside(world) is None
    for page in (url(world, "peer_value", "BP"), url(world, "peer_check"), url(world, "peer_replace")):
        assert hadi.get(page).headers["Location"] == url(world, "invitation")
    assert receipt_in(send(world, hadi)) == ""


def test_a_refusal_does_not_tell_whether_something_had_been_sent(world, hadi):
    fill(world)
    send(world, hadi)
    cancel(world, mine(world))
    sent = hadi.post(url(world, "peer_value", "BP"), typed("4", EVENT))
    other = ask(world.ani, world.city.intan)
    cancel(world, other)
    intan = browser_of(world.city.intan)
    unsent = intan.post(reverse("peer_value", args=[other.pk, "BP"]), typed("4", EVENT))
    main = [re.search(r"<main.*</main>", page.content.decode(), re.DOTALL).group() for page in (sent, unsent)]
    assert main[0].replace(str(mine(world).pk), "") == main[1].replace(str(other.pk), "")


def test_what_arrived_before_closing_is_saved_although_it_is_processed_after(world, hadi, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    close_peer_review(world, ago=dt.timedelta(seconds=5))
    early = {"X-Request-Start": str(int((now() - dt.timedelta(seconds=20)).timestamp() * 1000))}
    answer = hadi.post(url(world, "peer_value", "BP"), typed("4", EVENT), headers=early)
    assert answer.status_code == 302
    assert draft(world, "BP")["strength"] == EVENT


def test_a_text_that_is_too_long_is_given_back_also_when_it_is_too_late(world, hadi):
    close_peer_review(world)
    answer = hadi.post(url(world, "peer_value", "BP"), typed("4", f"{EVENT} {LONG}"))
    assert "What you wrote can no longer be saved here." in words(answer)
    assert f"{EVENT} {LONG}</textarea>" in answer.content.decode()


def test_before_it_opens_nothing_can_be_written(world, hadi):
    opens = now() + dt.timedelta(days=2)
    PhaseWindow.objects.filter(cycle=world.cycle, phase=Phase.PEER_REVIEW).update(opens_at=opens)
    assert hadi.get(url(world, "peer_value", "BP")).headers["Location"] == url(world, "invitation")
    assert "This opens on" in words(hadi.post(url(world, "peer_value", "BP"), typed("4", EVENT)))
    assert inside(world) is None


# --- without the key ----------------------------------------------------------------------------


def test_without_the_key_a_sentence_stands_and_the_text_stays(world, hadi):
    fill(world, codes=["BP"])
    file, _copy = key_files._places(BallotKey.objects.get().pk)
    away = file.rename(file.with_suffix(".away"))
    for page in (url(world, "peer_value", "BP"), url(world, "peer_check")):
        assert "Your envelope cannot be opened right now" in words(hadi.get(page))
    answer = hadi.post(url(world, "peer_value", "BP"), typed("3", EVENT, revision=1))
    assert answer.status_code == 200
    assert LOCKED in words(answer)
    assert f">\n{EVENT}</textarea>" in answer.content.decode()
    assert re.search(r'value="3"\s+checked', answer.content.decode())
    script = hadi.post(url(world, "peer_value", "BP"), typed("3", EVENT, revision=1), headers=FETCH)
    assert script.status_code == 422
    sending = send(world, hadi)
    assert receipt_in(sending) == ""
    assert "Your envelope cannot be opened right now" in words(sending)
    away.rename(file)
    assert draft(world, "BP") == {"level": 4, "strength": "", "wish": ""}
    again = hadi.post(url(world, "peer_value", "BP"), typed("3", EVENT, revision=1))
    assert again.status_code == 302
    assert draft(world, "BP")["strength"] == EVENT


def test_an_altered_envelope_can_be_begun_again_and_the_text_is_given_back(world, hadi):
    fill(world, codes=["BP"])
    Envelope.objects.update(sealed=bytes(Envelope.objects.get().sealed)[:-1] + b"x")
    page = words(hadi.get(url(world, "peer_check")))
    assert "can no longer be read" in page
    assert "Start again" in page
    answer = hadi.post(url(world, "peer_value", "BP"), typed("3", EVENT, revision=1))
    assert "can no longer be read" in words(answer)
    assert "Start again" in words(answer)
    assert f"{EVENT}</textarea>" in answer.content.decode()
    assert hadi.post(url(world, "peer_replace")).status_code == 302
    assert inside(world) is None
    assert hadi.post(url(world, "peer_value", "BP"), typed("3", EVENT)).status_code == 302


# --- the receipt --------------------------------------------------------------------------------


def test_before_the_opening_a_receipt_cannot_be_checked(world, hadi):
    fill(world)
    receipt = receipt_in(send(world, hadi))
    window = PhaseWindow.objects.get(cycle=world.cycle, phase=Phase.PEER_REVIEW)
    page = hadi.get(url(world, "peer_receipt"))
    assert "Receipts can be checked once the answers have been opened" in words(page)
    assert told(window.closes_at) in words(page)
    assert 'name="receipt"' not in page.content.decode()
    for code in (receipt, "salah"):
        answer = words(hadi.post(url(world, "peer_receipt"), {"receipt": code}))
        assert "Not yet" in answer
        assert "Counted, unaltered" not in answer


@pytest.fixture
def counted(world, hadi):
    """Hadi's answer came out of the box; his receipt."""
    fill(world, 5, strength=EVENT)
    receipt = receipt_in(send(world, hadi))
    content = {"pages": inside(world)["sent"]["pages"]}
    Review.objects.create(
        appraisal=world.ani, group="peer", content=content, proof=proof_of(receipt, content)
    )
    Invitation.objects.update(state=InvitationState.CLOSED, ended_at=now(), answered=True)
    Box.objects.update(opened_at=now(), figures={}, digest="0" * 64)
    return receipt


def test_after_the_opening_the_receipt_says_counted_or_not_found_and_no_word(world, hadi, counted):
    page = url(world, "peer_receipt")
    assert 'name="receipt"' in hadi.get(page).content.decode()
    for code in (counted, counted.replace("-", " ").lower(), f"  {counted}  "):
        answer = hadi.post(page, {"receipt": code})
        assert "Counted, unaltered" in words(answer)
        assert CANARY not in answer.content.decode()
        assert "Tingkat" not in words(answer)
        assert "no-store" in answer.headers["Cache-Control"]
    for code in ("0000-0000", "salah", "x" * 90):
        assert "No counted answer has this receipt." in words(hadi.post(page, {"receipt": code}))
    assert "Type the receipt that you wrote down" in words(hadi.post(page, {"receipt": ""}))
    assert "Shorten it to 100" in words(hadi.post(page, {"receipt": "x" * 2000}))


def test_an_altered_answer_is_not_found(world, hadi, counted):
    changed = json.loads(json.dumps(Review.objects.get().content))
    changed["pages"]["BP"]["level"] = 1
    Review.objects.update(content=changed)
    answer = hadi.post(url(world, "peer_receipt"), {"receipt": counted})
    assert "No counted answer has this receipt." in words(answer)


def test_a_receipt_is_checked_at_ones_own_invitation_only(world, counted):
    for name, status in (("ani", 403), ("budi", 403), ("intan", 404)):
        browser = browser_of(world.city.person(name))
        assert browser.post(url(world, "peer_receipt"), {"receipt": counted}).status_code == status


# --- what is kept nowhere -----------------------------------------------------------------------


def test_neither_words_nor_receipt_stand_anywhere_outside_the_envelope(world, hadi, caplog):
    caplog.set_level(logging.DEBUG)
    page = url(world, "peer_value", "BP")
    hadi.get(page)
    hadi.post(page, typed("5", EVENT), headers=FETCH)
    hadi.post(page, typed("4", EVENT), headers=FETCH)  # refused: an older version
    hadi.post(page, typed("5", EVENT, LONG, revision=1), headers=FETCH)  # refused: too long
    hadi.post(page, typed("5", EVENT, "pendek", revision=1, later=""))
    fill(world, 5, codes=[code for code in CODES if code != "BP"], strength=EVENT)
    hadi.get(url(world, "peer_check"))
    receipt = receipt_in(send(world, hadi))
    hadi.post(url(world, "peer_receipt"), {"receipt": receipt})
    hadi.post(page, typed("1", EVENT, EVENT))  # refused: sent
    assert inside(world)["sent"]["receipt"] == receipt
    log = logged(caplog)
    assert "nilai/<slug:code>/" in log
    for secret in (CANARY, receipt, receipt.replace("-", "")):
        assert secret not in everything_stored()
        assert secret not in everything_in(hadi)
        assert secret not in log


def test_an_error_in_the_middle_tells_nothing_of_what_was_typed(world, caplog):
    hadi = browser_of(world.city.hadi, raise_request_exception=False)
    fill(world, 5, strength=EVENT)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'broken on purpose'; END $$"
        )
        cursor.execute("CREATE TRIGGER refuse BEFORE UPDATE ON appraisal_envelope EXECUTE FUNCTION refuse()")
    reports = []

    def report(request, **_more):
        reporter = ExceptionReporter(request, *sys.exc_info())
        reports.append(reporter.get_traceback_html() + reporter.get_traceback_text())

    got_request_exception.connect(report)
    try:
        saving = hadi.post(url(world, "peer_value", "BP"), typed("5", f"{EVENT} Lagi.", revision=1))
        sending = send(world, hadi)
    finally:
        got_request_exception.disconnect(report)
    assert (saving.status_code, sending.status_code, len(reports)) == (500, 500, 2)
    log = logged(caplog)
    for told_of in (log, *reports):
        assert "broken on purpose" in told_of
    for shown in (*reports, log, saving.content.decode(), sending.content.decode()):
        assert CANARY not in shown
        assert not re.search(RECEIPT, shown)


def test_a_session_that_ended_gives_the_form_back_and_the_server_keeps_nothing(world, hadi):
    page = url(world, "peer_value", "BP")
    hadi.session.flush()
    assert hadi.post(page, typed("4", EVENT), headers=FETCH).status_code == 401
    door = hadi.post(page, typed("2", EVENT, "kenari-harapan"))
    assert "no-store" in door.headers["Cache-Control"]
    assert CANARY not in everything_stored()
    back = sign_in_again(door, hadi, "hadi")
    text = back.content.decode()
    assert EVENT in text
    assert "kenari-harapan" in text
    assert re.search(r'value="2"\s+checked', text)
    assert "What you wrote is back in the form, not saved yet." in words(back)
    assert "no-store" in back.headers["Cache-Control"]
    assert inside(world) is None
    for secret in (CANARY, "kenari-harapan"):
        assert secret not in everything_stored()
        assert secret not in everything_in(hadi)


def test_a_session_that_ended_while_the_invitation_did_too_gives_the_text_back(world, hadi):
    hadi.session.flush()
    door = hadi.post(url(world, "peer_value", "BP"), typed("2", EVENT))
    cancel(world, mine(world))
    back = sign_in_again(door, hadi, "hadi")
    assert f"{EVENT}</textarea>" in back.content.decode()
    assert "What you wrote can no longer be saved here." in words(back)


def test_a_session_that_ended_before_sending_sends_nothing_on_its_own(world, hadi, settings):
    settings.LANGUAGE_CODE = "en"
    fill(world)
    check = url(world, "peer_check")
    hadi.session.flush()
    before = {"Referer": f"http://testserver{check}"}
    door = hadi.post(url(world, "peer_send"), {"attempt": "abc"}, headers=before)
    back = sign_in_again(door, hadi, "hadi")
    assert back.headers["Location"].endswith(check)
    assert inside(world)["sent"] is None
    assert "The last step was not carried out." in words(hadi.get(check))


def test_a_get_writes_nothing(world, hadi):
    fill(world)
    before = bytes(Envelope.objects.get().sealed)
    events = AuditEvent.objects.count()
    for page in (url(world, "peer_value", "BP"), url(world, "peer_check"), url(world, "peer_receipt")):
        assert hadi.get(page).status_code == 200
    assert hadi.get(url(world, "peer_send")).status_code == 405
    assert bytes(Envelope.objects.get().sealed) == before
    assert AuditEvent.objects.count() == events


def test_pages_work_while_redis_is_down(world, hadi, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    fill(world)
    assert hadi.get(url(world, "peer_check")).status_code == 200
    assert hadi.post(url(world, "peer_value", "BP"), typed("3", EVENT, revision=1)).status_code == 302
    assert receipt_in(send(world, hadi))


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_gone_gives_the_text_back():
    world = reviewing_world()
    hadi = browser_of(world.city.hadi, raise_request_exception=False)
    page = url(world, "peer_value", "BP")
    hadi.get(reverse("home"))
    with database_down():
        answer = hadi.post(page, typed("4", EVENT))
        script = hadi.post(page, typed("4", EVENT), headers=FETCH)
    assert (answer.status_code, script.status_code) == (503, 503)
    assert EVENT in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert hadi.post(page, typed("4", EVENT)).status_code == 302
