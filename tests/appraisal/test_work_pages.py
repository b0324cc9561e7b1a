"""The year's work in the browser's words: realisation, evidence, journal, overview and one's data; and bad input."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.models import RoleGrant
from appraisal.enums import JournalKind
from appraisal.forms.execution import figure_name
from appraisal.models import Appraisal, DraftAnswer, Evidence, JournalEntry, Realization
from appraisal.services import execution, self_assessments
from appraisal.views.home import _greeting
from core.clock import now, today
from tests.appraisal.employee_pages import FETCH, browser_of, items, sign_in_again, url, words
from tests.factories.people import PlacementFactory
from tests.walk import CANARIES, Stage, build_world

pytestmark = pytest.mark.django_db

LONG = "x" * 100_000


@pytest.fixture
def world():
    return build_world(Stage.EXECUTION, now=now())


@pytest.fixture
def ani(world):
    return browser_of(world.city.ani)


def figure(world, text, *, revision=0, **more):
    """The form of the first result, and its address."""
    item = items(world)[0]
    name = figure_name(item.measures.get().key)
    return url(world, "realization_item", item.key), {name: text, "revision": str(revision), **more}


# --- realisation --------------------------------------------------------------------------------


def test_a_figure_is_saved_and_told_as_a_share_of_its_target(world, ani):
    page, typed = figure(world, "98,4")
    answer = ani.post(page, typed, follow=True)
    assert answer.redirect_chain == [(url(world, "realization"), 302)]
    assert Realization.objects.get().value == Decimal("98.4")
    text = words(answer)
    assert "98.4 persen" in text
    assert "103.58 % of the target" in text
    assert "Target reached" in text
    assert f"as of {today(now()):%A, }" in text
    assert "1 of 2 measures have a figure." in text


@pytest.mark.parametrize(
    ("typed", "value", "sentence"),
    [
        ("-5", Decimal(-5), "An achievement is never below 0 percent."),
        ("0", Decimal(0), "Far from the target"),
        ("200", Decimal(200), "The achievement counts up to 120 percent."),
        ("1.234,5", Decimal("1234.5"), "Target reached"),
    ],
)
def test_negative_zero_and_large_figures_are_figures(world, ani, typed, value, sentence):
    page, form = figure(world, typed)
    assert sentence in words(ani.post(page, form, follow=True))
    assert Realization.objects.get().value == value


def test_an_empty_field_is_not_measured_and_never_zero(world, ani):
    page, typed = figure(world, "98,4")
    ani.post(page, typed)
    page, typed = figure(world, "", revision=1)
    text = words(ani.post(page, typed, follow=True))
    assert not Realization.objects.exists()
    assert "not measured yet" in text
    assert " 0 persen" not in text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("sembilan", "Write a number"),
        ("1,2,3", "Write a number"),
        ("9" * 100_000, "Write at most"),
        ("🙂", "Write a number"),
    ],
)
def test_a_figure_that_cannot_be_read_is_kept_as_text_and_counts_as_not_measured(world, ani, typed, sentence):
    page, form = figure(world, typed)
    answer = ani.post(page, form)
    assert answer.status_code == 200
    assert sentence in words(answer)
    assert not Realization.objects.exists()
    kept = DraftAnswer.objects.get()
    assert next(iter(kept.data["typed"].values())) == typed[:40]
    assert typed[:40] in ani.get(page).content.decode()
    mended = {**form, next(iter(form)): "98", "revision": str(kept.revision)}
    assert ani.post(page, mended).status_code == 302
    assert Realization.objects.get().value == 98


def test_a_script_saves_and_is_told_the_revision(world, ani):
    page, typed = figure(world, "98,4")
    answer = ani.post(page, typed, headers=FETCH)
    assert answer.status_code == 200
    assert answer.json()["revision"] == 1
    assert answer.json()["saved_at_label"].endswith("WIB")
    again = ani.post(page, {**typed, "revision": "0"}, headers=FETCH)
    assert again.json()["revision"] == 1


def test_two_tabs_never_overwrite_each_other_unseen(world, ani):
    page, typed = figure(world, "98,4")
    ani.post(page, typed, headers=FETCH)
    _page, other = figure(world, "90")
    conflict = ani.post(page, other, headers=FETCH)
    assert conflict.status_code == 409
    assert conflict.json()["revision"] == 1
    assert next(iter(conflict.json()["current"].values())) == "98,4"
    plain = ani.post(page, other)
    assert plain.status_code == 200
    assert "Below is what you wrote here." in words(plain)
    assert "98,4" in words(plain)
    assert 'value="90"' in plain.content.decode()
    assert Realization.objects.get().value == Decimal("98.4")
    assert 'name="revision" value="1"' in plain.content.decode()
    assert ani.post(page, {**other, "revision": "1"}).status_code == 302
    assert Realization.objects.get().value == 90


def test_figures_wait_while_a_self_assessment_stands():
    world = build_world(Stage.SELF_SENT, now=now())
    ani = browser_of(world.city.ani)
    page, typed = figure(world, "77", revision=1)
    assert "Your self-assessment has been sent." in words(ani.get(url(world, "realization")))
    refused = ani.post(page, typed)
    assert "Your self-assessment has been sent." in words(refused)
    assert 'value="77"' in refused.content.decode()
    script = ani.post(page, typed, headers=FETCH)
    assert script.status_code == 422
    assert "Your self-assessment has been sent." in script.json()["errors"][""][0]
    assert {row.value for row in Realization.objects.all()} == {Decimal("98.4")}


@pytest.mark.parametrize("n", [1, 3])
def test_the_list_costs_the_same_for_one_proof_and_for_three(world, ani, n, django_assert_num_queries):
    for number in range(n - 1):
        add_proof(world, title=f"Bukti {number}")
    page = url(world, "realization")
    with django_assert_num_queries(8):
        assert words(ani.get(page)).count("Dasbor menunjukkan 98,4 persen.") == n


def test_one_results_page_costs_nine_queries(world, ani, django_assert_num_queries):
    page, _typed = figure(world, "")
    with django_assert_num_queries(9):
        ani.get(page)


def test_without_an_agreed_plan_nothing_is_measured():
    world = build_world(Stage.PLANNING, now=now())
    assert "Nothing to measure yet" in words(browser_of(world.city.ani).get(url(world, "realization")))


# --- evidence -----------------------------------------------------------------------------------


def add_proof(world, title="Bukti"):
    return execution.add_evidence(
        actor=world.actor("ani"),
        appraisal_id=world.ani.pk,
        item_key=items(world)[0].key,
        data=execution.EvidenceData(
            title=title, url="", text="Dasbor menunjukkan 98,4 persen.", dated_on=today(now())
        ),
        at=now(),
    )


def proof(**changed):
    return {
        "title": "Daftar hadir kelompok membaca",
        "url": "https://contoh.bandung.go.id/hadir",
        "text": "",
        "dated_on": today(now()).isoformat(),
        **changed,
    }


def test_evidence_is_added_once_however_often_it_is_sent(world, ani):
    page = url(world, "evidence_new", items(world)[0].key)
    for _click in range(2):
        assert ani.post(page, proof()).status_code == 302
    assert Evidence.objects.filter(title="Daftar hadir kelompok membaca").count() == 1
    assert "Daftar hadir kelompok membaca" in words(
        browser_of(world.city.budi).get(url(world, "realization"))
    )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": ""}, "Fill in: What is the evidence?"),
        ({"title": LONG}, "Shorten it to 160 at most."),
        ({"url": "", "text": ""}, "Describe the evidence or give a link."),
        ({"url": "javascript:alert(1)"}, "Write a whole address that begins with https://."),
        ({"url": "ftp://contoh.id/berkas"}, "Write a whole address that begins with https://."),
        ({"url": "https://" + "x" * 100_000}, "500"),
        ({"text": LONG}, "Shorten it to 2,000 at most."),
        ({"dated_on": "kemarin"}, "Write a date, for example 24-12-2026."),
        ({"dated_on": "2999-01-01"}, "The day cannot lie in the future."),
    ],
)
def test_evidence_that_says_nothing_is_refused_and_kept_in_the_form(world, ani, changed, sentence):
    typed = proof(**changed)
    answer = ani.post(url(world, "evidence_new", items(world)[0].key), typed)
    assert answer.status_code == 200
    assert sentence in words(answer)
    if "title" not in changed:
        assert typed["title"] in answer.content.decode()
    assert Evidence.objects.count() == 1


def test_evidence_is_removed_once_and_comes_back_to_where_it_was_asked(world, ani):
    kept = Evidence.objects.get()
    page = url(world, "evidence_remove", kept.pk)
    answer = ani.post(f"{page}?from=self")
    assert answer.headers["Location"] == url(world, "self_item", items(world)[0].key)
    assert not Evidence.objects.exists()
    assert ani.post(page).headers["Location"] == url(world, "realization")


def test_links_are_shown_as_text_and_open_apart(world, ani):
    ani.post(url(world, "evidence_new", items(world)[0].key), proof(title="<script>alert(1)</script>"))
    page = ani.get(url(world, "realization")).content.decode()
    assert "<script>alert(1)</script>" not in page
    assert 'rel="noopener noreferrer nofollow"' in page


# --- journal ------------------------------------------------------------------------------------


def note(**changed):
    return {
        "kind": "achievement",
        "text": "Dua siswa membaca kalimat pendek 🙂",
        "happened_on": today(now()).isoformat(),
        "item": "",
        **changed,
    }


def test_a_note_is_written_with_its_day_and_its_result(world, ani):
    key = str(items(world)[0].key)
    answer = ani.post(url(world, "journal"), note(item=key), follow=True)
    assert "It stands in the journal now." in words(answer)
    entry = JournalEntry.objects.order_by("-written_at").first()
    assert (entry.text, str(entry.item_key), entry.shared) == (
        "Dua siswa membaca kalimat pendek 🙂",
        key,
        True,
    )
    assert f"For: {items(world)[0].result}" in words(answer)


def test_the_same_note_twice_is_one_note(world, ani):
    for _click in range(2):
        assert ani.post(url(world, "journal"), note()).status_code == 302
    assert JournalEntry.objects.filter(text__startswith="Dua siswa").count() == 1


def test_a_private_note_is_read_by_its_writer_alone(world, ani):
    ani.post(url(world, "journal"), note(private="on"))
    assert "Dua siswa" in words(ani.get(url(world, "journal")))
    for name in ("budi", "citra", "kartika", "fajar"):
        page = words(browser_of(world.city.person(name)).get(url(world, "journal")))
        assert "Dua siswa" not in page
        assert CANARIES["journal"] in page


def test_the_supervisor_writes_feedback_that_is_always_shared(world, ani):
    budi = browser_of(world.city.budi)
    page = words(budi.get(url(world, "journal")))
    assert "Only for me" not in page
    assert "Sebutkan satu situasi ketika pegawai ini bekerja sangat baik." in page
    budi.post(
        url(world, "journal"), note(kind="feedback_positive", text="Telaten mendampingi rekan.", private="on")
    )
    entry = JournalEntry.objects.get(kind=JournalKind.FEEDBACK_POSITIVE)
    assert entry.shared is True
    assert "Telaten mendampingi rekan." in words(ani.get(url(world, "journal")))
    assert "Remove this note" not in words(budi.get(url(world, "journal")))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"text": ""}, "Fill in: What happened?"),
        ({"text": "\x00\x07 \n"}, "Fill in: What happened?"),
        ({"text": LONG}, "This text has 100,000 characters. Shorten it to 2,000 at most."),
        ({"kind": "feedback_positive"}, "Select a valid choice."),
        ({"happened_on": "2999-01-01"}, "Choose a day of this year's service that is not in the future."),
        ({"happened_on": "1999-01-01"}, "Choose a day of this year's service that is not in the future."),
        ({"happened_on": ""}, "Fill in: On which day?"),
        ({"item": "00000000-0000-4000-8000-000000000000"}, "Select a valid choice."),
    ],
)
def test_a_note_that_cannot_be_stored_stays_in_the_form(world, ani, changed, sentence):
    before = JournalEntry.objects.count()
    answer = ani.post(url(world, "journal"), note(**changed))
    assert answer.status_code == 200
    assert sentence in words(answer)
    if "text" not in changed:
        assert "Dua siswa membaca kalimat pendek 🙂" in answer.content.decode()
    assert JournalEntry.objects.count() == before


def test_others_read_and_do_not_write(world):
    citra = browser_of(world.city.citra)
    assert "Write a note" not in words(citra.get(url(world, "journal")))
    before = JournalEntry.objects.count()
    assert citra.post(url(world, "journal"), note()).status_code == 200
    assert JournalEntry.objects.count() == before


def test_one_removes_only_ones_own_notes(world, ani):
    entry = JournalEntry.objects.get(shared=True)
    assert browser_of(world.city.budi).post(url(world, "journal_remove", entry.pk)).status_code == 403
    assert JournalEntry.objects.filter(pk=entry.pk).exists()
    for _click in range(2):
        assert ani.post(url(world, "journal_remove", entry.pk)).status_code == 302
    assert not JournalEntry.objects.filter(pk=entry.pk).exists()


@pytest.mark.parametrize("n", [1, 3])
def test_the_journal_costs_the_same_for_one_note_and_for_three(world, ani, n, django_assert_num_queries):
    JournalEntry.objects.all().delete()
    for number in range(n):
        ani.post(url(world, "journal"), note(text=f"Catatan {number}"))
    page = url(world, "journal")
    ani.get(page)
    with django_assert_num_queries(6):
        assert words(ani.get(page)).count("Catatan ") == n


def test_a_long_journal_comes_in_pages(world, ani):
    for number in range(25):
        ani.post(url(world, "journal"), note(text=f"Catatan {number:02}"))
    first = ani.get(url(world, "journal"))
    assert "Next page" in words(first)
    assert ani.get(url(world, "journal") + "?after=rusak").status_code == 200


def test_a_session_that_ended_keeps_the_note(world, ani):
    ani.session.flush()
    back = sign_in_again(ani.post(url(world, "journal"), note()), ani, "ani")
    assert "Dua siswa membaca kalimat pendek 🙂" in back.content.decode()
    assert not JournalEntry.objects.filter(text__startswith="Dua siswa").exists()


# --- overview and one's data --------------------------------------------------------------------


def test_the_overview_says_what_can_be_done_and_why_not(world, ani):
    page = words(ani.get(url(world, "overview")))
    assert "Change the agreed plan" in page
    assert "Send the self-assessment: This opens on" in page
    assert "Realisation and evidence" in page


def test_the_overview_shows_hr_where_it_stands_and_no_content(world):
    answer = browser_of(world.city.dewi).get(url(world, "overview"))
    page = words(answer)
    assert world.city.ani.name in page
    assert "Agreed" in page
    for route in ("plan", "realization", "journal", "self_assessment"):
        assert url(world, route) not in answer.content.decode()


def test_the_supervisor_finds_their_moves():
    world = build_world(Stage.SELF_SENT, now=now())
    page = words(browser_of(world.city.budi).get(url(world, "overview")))
    assert "Return the self-assessment" in page
    assert "Save the first rating: This opens on" in page


def test_the_overview_costs_eight_queries(world, ani, django_assert_num_queries):
    page = url(world, "overview")
    with django_assert_num_queries(8):
        ani.get(page)


def test_two_segments_of_a_year_lead_to_each_other(world, ani):
    mine = world.ani
    own_page = url(world, "overview")
    elsewhere = PlacementFactory(
        employee=world.city.ani,
        agency=world.city.other_school,
        position=mine.placement.position,
        period=(dt.date(2001, 1, 1), dt.date(2001, 7, 1)),
    )
    other = Appraisal.objects.create(
        cycle=world.cycle,
        placement=elsewhere,
        employee=world.city.ani,
        agency=world.city.other_school,
        first_day=dt.date(world.cycle.year, 1, 1),
        last_day=dt.date(world.cycle.year, 6, 30),
    )
    here = ani.get(own_page).content.decode()
    there = ani.get(reverse("overview", args=[other.pk])).content.decode()
    assert reverse("overview", args=[other.pk]) in here
    assert own_page in there
    home = words(ani.get(reverse("home")))
    assert world.city.other_school.name in home
    assert world.city.school.name in home


def test_ones_data_name_who_mends_them(world, ani):
    page = words(ani.get(url(world, "own_data")))
    for known in (
        world.city.budi.name,
        world.city.citra.name,
        world.city.school.name,
        world.city.dinas.name,
        world.city.nina.name,
    ):
        assert known in page
    assert "Your appraisal goes on meanwhile" in page
    RoleGrant.objects.filter(employee=world.city.nina).delete()
    assert "No performance manager is recorded" in words(ani.get(url(world, "own_data")))


# --- home ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["ani", "budi", "surya", "fajar", "rahmat", "dewi", "gita", "nina", "lukman"]
)
@pytest.mark.parametrize("stage", [Stage.PREPARED, Stage.PLANNING, Stage.SELF_SENT, Stage.PUBLISHED])
def test_everybody_has_a_sensible_home(stage, name):
    world = build_world(stage, now=now())
    page = words(browser_of(world.city.person(name)).get(reverse("home")))
    assert world.city.person(name).name in page
    assert "What you need to do" in page


def test_home_says_when_the_next_thing_happens(world, ani):
    Realization.objects.all().delete()
    for item in items(world):
        self_assessments.save_item(
            actor=world.actor("ani"),
            appraisal_id=world.ani.pk,
            item_key=item.key,
            realizations={item.measures.get().key: Decimal(1)},
            typed={},
            revision=0,
            at=now(),
        )
    page = words(ani.get(reverse("home")))
    assert "Nothing is waiting for you." in page
    assert "Next: Self-assessment opens on" in page


@pytest.mark.parametrize(
    ("hour", "greeting"),
    [
        (0, "Good evening"),
        (6, "Good morning"),
        (12, "Good day"),
        (16, "Good afternoon"),
        (20, "Good evening"),
    ],
)
def test_the_greeting_follows_the_hour_in_bandung(hour, greeting):
    at = dt.datetime(2026, 5, 4, hour, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    with override("en"):
        assert _greeting(at).startswith(greeting)


@pytest.mark.parametrize("leads", [1, 3])
def test_home_costs_the_same_for_one_person_led_and_for_three(leads, django_assert_num_queries):
    world = build_world(Stage.SELF_SENT, now=now())
    led = Appraisal.objects.filter(supervisor=world.city.budi).exclude(employee=world.city.ani)
    led.filter(pk__in=list(led.values_list("pk", flat=True))[leads - 1 :]).update(supervisor=None)
    budi = browser_of(world.city.budi)
    budi.get(reverse("home"))
    with django_assert_num_queries(10):
        assert "Read the self-assessment of Ani Suryani" in words(budi.get(reverse("home")))


def test_pages_and_acts_work_while_redis_is_down(world, ani, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    for page in (reverse("home"), url(world, "plan"), url(world, "realization"), url(world, "journal")):
        assert ani.get(page).status_code == 200
    assert ani.post(url(world, "journal"), note()).status_code == 302
    assert JournalEntry.objects.filter(text__startswith="Dua siswa").exists()


def test_windows_of_the_phase_are_told_on_home(world, ani):
    page = words(ani.get(reverse("home")))
    assert "You are here. Until" in page
    assert "Planning" in page
