"""The pages of a rating: what stands there and what must not, saving, two tabs, and everything that goes wrong."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from appraisal.enums import JournalKind, Phase, Topic
from appraisal.models import DraftAnswer, Evidence, JournalEntry, PhaseWindow, RatingRecord
from appraisal.services import execution, plans, ratings, self_assessments
from core.audit import AuditEvent
from core.clock import now
from tests.appraisal import leading as led
from tests.appraisal.rate_pages import item_key, item_page, page, text_of
from tests.walk import CANARIES, Stage, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Ani has sent her self-assessment; supervisor review is open and nothing is rated."""
    built = build_world(Stage.SELF_SENT, now=now())
    led.open_now(built.cycle, Phase.SUPERVISOR_REVIEW)
    return built


@pytest.fixture
def budi(world):
    return led.signed_in(world.city.budi)


# --- the list of parts --------------------------------------------------------------------------


def test_the_list_names_every_part_and_where_to_go_on(world, budi):
    html = budi.get(page(world)).content.decode()

    assert "0 of 11 parts are rated." in text_of(html)
    assert re.search(rf'href="{item_page(world)}"\s*>\s*Go on with\s+kenari-rencana', html)
    assert html.count("Not started") == 12
    assert "Opens when every result, value and competency is rated." in html
    assert html.count("Cannot be started yet") == 2


def test_the_list_tells_what_was_chosen_and_what_sending_still_asks(world, budi):
    at = timezone.now()
    led.save(
        world.ani, world.city.budi, Topic.VALUE, "BP", {"level": 5, "reason": "", "incident_on": None}, at
    )
    said = text_of(budi.get(page(world)).content.decode())

    assert "Level 5, counts as: Above expectation. Write the reason and a real event for “Nilai BP”." in said
    assert "In progress" in said


def test_the_first_save_waits_for_the_employee_while_the_self_assessment_may_still_come():
    world = build_world(Stage.SELF_DRAFT, now=now())
    PhaseWindow.objects.filter(cycle=world.cycle, phase=Phase.SUPERVISOR_REVIEW).update(
        opens_at=timezone.now() - led.DAY
    )
    led.rate_parts(world.ani, world.city.budi, timezone.now())
    html = led.signed_in(world.city.budi).get(page(world)).content.decode()

    assert "The self-assessment has not been sent yet. You can rate without it after " in html
    assert "Everything is rated; it waits for what is said above." in html
    assert reverse("rate_first", args=[world.ani.pk]) not in html


# --- what stands beside a rating ----------------------------------------------------------------


def test_an_item_stands_beside_its_target_realisation_evidence_words_and_notes(world, budi):
    at = timezone.now()
    key = uuid.UUID(item_key(world))
    Evidence.objects.create(
        appraisal=world.ani,
        item_key=key,
        title="Rekap kelulusan",
        url="https://contoh.go.id/rekap?a=1&b=2",
        dated_on=world.ani.first_day,
        added_at=at,
        added_by=world.city.ani,
    )
    for author, shared, text in (
        (world.city.budi, False, "catatan sendiri Budi"),
        (world.city.ani, True, "catatan bersama Ani"),
        (world.city.ani, False, "catatan pribadi Ani"),
    ):
        JournalEntry.objects.create(
            appraisal=world.ani,
            author=author,
            kind=JournalKind.ACHIEVEMENT,
            text=text,
            happened_on=world.ani.first_day,
            item_key=key,
            shared=shared,
            written_at=at,
        )

    html = budi.get(item_page(world)).content.decode()

    assert "95 persen" in html
    assert "98.4 persen" in html
    assert "103.58\u00a0%" in html
    assert CANARIES["evidence"] in html
    assert CANARIES["self"] in html
    assert re.search(
        r'<a\s+href="https://contoh.go.id/rekap\?a=1&amp;b=2"\s+rel="noopener noreferrer nofollow"\s+target="_blank"',
        html,
    )
    assert "catatan sendiri Budi" in html
    assert "catatan bersama Ani" in html
    assert "catatan pribadi Ani" not in html


def test_nothing_is_preset_and_no_total_is_shown(world, budi):
    for url in (item_page(world), page(world, "rate_value", "BP"), page(world, "rate_competency", "INT")):
        html = budi.get(url).content.decode()
        assert " checked" not in html
        assert "Very good" not in html
        assert "The rule suggests" not in html


def test_a_value_shows_its_anchors_and_what_each_level_counts_as_in_this_cycle(world, budi):
    world.cycle.level_ratings = ["below", "meets", "meets", "meets", "above"]
    world.cycle.save(update_fields=["level_ratings"])

    html = budi.get(page(world, "rate_value", "BP")).content.decode()

    assert "Panduan perilaku BP" in html
    options = re.findall(r'<input[^>]*value="(\d)"[^>]*><label[^>]*>(.*?)</label>', led.squeezed(html))
    assert [number for number, _text in options] == ["5", "4", "3", "2", "1"]
    assert [
        "Counts as " + text.split("Counts as ")[1].split(" this year")[0] for _number, text in options
    ] == [
        "Counts as above expectation",
        "Counts as meeting expectation",
        "Counts as meeting expectation",
        "Counts as meeting expectation",
        "Counts as below expectation",
    ]


def test_a_competency_marks_the_level_that_the_position_requires(world, budi):
    said = text_of(budi.get(page(world, "rate_competency", "INT")).content.decode())
    assert "The position requires level 2." in said
    assert said.count("required by the position") == 1


def test_the_levels_that_the_employee_chose_open_with_the_own_first_save_and_not_before(world, budi):
    url = page(world, "rate_value", "BP")
    before = budi.get(url).content.decode()
    assert CANARIES["self"] in before
    assert "What the employee chose" not in before
    assert "open after you have saved your first rating" in before
    at = timezone.now()
    led.rate_parts(world.ani, world.city.budi, at)
    assert "What the employee chose" not in budi.get(url).content.decode()

    ratings.save_first_rating(actor=world.actor("budi"), appraisal_id=world.ani.pk, at=at)

    for address in (url, page(world, "rate_competency", "INT")):
        assert "Level 4: " in text_of(budi.get(address).content.decode())
    for reader in (world.city.citra, world.city.kartika):
        assert "What the employee chose" not in led.signed_in(reader).get(url).content.decode()


def test_somebody_who_only_reads_sees_what_was_shown_and_no_draft(world):
    led.save(
        world.ani,
        world.city.budi,
        Topic.ITEM,
        item_key(world),
        {"rating": "above", "reason": CANARIES["rating"], "incident_on": None},
        timezone.now(),
    )
    for person in (world.city.citra, world.city.kartika):
        client = led.signed_in(person)
        html = client.get(item_page(world)).content.decode()
        assert CANARIES["evidence"] in html
        assert CANARIES["rating"] not in html
        assert "<textarea" not in html
        assert client.post(item_page(world), {"rating": "below", "revision": "0"}).status_code == 403
        assert "parts are rated" not in client.get(page(world)).content.decode()


def test_what_was_mended_after_a_return_is_named_and_stands_beside_its_earlier_words(budi, world):
    self_assessments.return_self_assessment(
        actor=world.actor("budi"), appraisal_id=world.ani.pk, comment="Lengkapi.", at=timezone.now()
    )
    led.send_self(world, world.ani, text="Sudah saya lengkapi dengan tiga contoh.", at=timezone.now())

    html = budi.get(page(world)).content.decode()
    assert "Changed since you returned it" in html
    value = budi.get(page(world, "rate_value", "BP")).content.decode()
    assert "Sudah saya lengkapi dengan tiga contoh." in value
    assert "Before it was returned" in value
    assert CANARIES["self"] in value


def test_without_a_self_assessment_the_page_says_so():
    world = build_world(Stage.SELF_DRAFT, now=now())
    type(world.ani).objects.filter(pk=world.ani.pk).update(self_state="not_sent")
    led.open_now(world.cycle, Phase.SUPERVISOR_REVIEW)
    html = led.signed_in(world.city.budi).get(page(world, "rate_value", "BP")).content.decode()
    assert "No self-assessment was sent." in html
    assert CANARIES["self"] not in html


# --- overall ------------------------------------------------------------------------------------


def test_the_overall_page_opens_after_the_first_save_and_tells_the_rule_in_counts(world, budi):
    url = page(world, "rate_overall")
    at = timezone.now()
    assert budi.get(url).status_code == 302
    led.rate_parts(world.ani, world.city.budi, at)
    assert budi.get(url).status_code == 302
    ratings.save_first_rating(actor=world.actor("budi"), appraisal_id=world.ani.pk, at=at)

    html = budi.get(url).content.decode()

    assert (
        "Of 1 counted results, 0 are above expectation and 0 below. The rule suggests: Meets expectation."
        in html
    )
    assert "Of 7 values, 0 are above expectation and 0 below. The rule suggests: Meets expectation." in html
    assert " checked" not in html
    assert 'aria-current="true"' not in html
    assert "The cell is marked as soon as both ratings are saved." in html
    assert "All seven values are the same. That may well be. Check again?" in html


def test_the_saved_choice_is_marked_where_both_ratings_meet(world, budi):
    at = timezone.now()
    led.make_ready(world.ani, world.city.budi, at)
    led.save(
        world.ani,
        world.city.budi,
        Topic.OVERALL,
        "overall",
        {"results": "above", "results_reason": "", "behavior": "meets", "behavior_reason": ""},
        at,
    )
    html = led.squeezed(budi.get(page(world, "rate_overall")).content.decode())
    assert '<td class="on" aria-current="true">Good <small>Your present choice</small>' in html
    said = text_of(budi.get(page(world, "rate_check")).content.decode())
    assert "Say why the rating of the results differs from the suggestion." in said


def test_feedback_can_be_written_before_everything_is_rated(world, budi):
    html = budi.get(page(world, "rate_feedback")).content.decode()
    assert "Sebutkan satu situasi ketika pegawai ini bekerja sangat baik." in html
    assert CANARIES["journal"] in html
    assert CANARIES["private_note"] not in html


# --- queries ------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [1, 3])
def test_every_page_asks_at_most_ten_queries_whatever_the_plan_holds(more):
    world = build_world(Stage.EXECUTION, now=now())
    at = timezone.now()
    plans.revise_plan(actor=world.actor("ani"), appraisal_id=world.ani.pk, reason="Tugas baru.", at=at)
    led.open_now(world.cycle, Phase.PLANNING)
    for number in range(more):
        led.add_item(world, world.ani, f"Hasil {number}", timezone.now())
    plans.send_plan(actor=world.actor("ani"), appraisal_id=world.ani.pk, at=timezone.now())
    plans.agree_plan(actor=world.actor("budi"), appraisal_id=world.ani.pk, at=timezone.now())
    key = item_key(world)
    for number in range(more):
        execution.add_evidence(
            actor=world.actor("ani"),
            appraisal_id=world.ani.pk,
            item_key=uuid.UUID(key),
            data=execution.EvidenceData(
                title=f"Bukti {number}", text="Isi.", url="", dated_on=world.ani.first_day
            ),
            at=timezone.now(),
        )
    led.open_now(world.cycle, Phase.SELF_ASSESSMENT)
    led.send_self(world, world.ani, at=timezone.now())
    led.open_now(world.cycle, Phase.SUPERVISOR_REVIEW)
    led.make_ready(world.ani, world.city.budi, timezone.now())
    client = led.signed_in(world.city.budi)
    expected = {
        page(world): 9,
        page(world, "rate_item", key): 10,
        page(world, "rate_value", "BP"): 10,
        page(world, "rate_competency", "INT"): 10,
        page(world, "rate_overall"): 9,
        page(world, "rate_feedback"): 10,
        page(world, "rate_check"): 9,
        page(world, "rate_first"): 9,
        page(world, "rate_send"): 9,
        page(world, "return_self"): 9,
    }
    client.get(page(world))
    found = {}
    for url in expected:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        found[url] = len(asked)
    assert found == expected


def test_a_get_writes_nothing(world, budi):
    before = (DraftAnswer.objects.count(), RatingRecord.objects.count(), AuditEvent.objects.count())
    for url in (page(world), item_page(world), page(world, "rate_feedback"), page(world, "rate_first")):
        budi.get(url)
    assert (DraftAnswer.objects.count(), RatingRecord.objects.count(), AuditEvent.objects.count()) == before
