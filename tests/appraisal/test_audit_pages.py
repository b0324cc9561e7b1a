"""The auditor: finding an appraisal by name or number, and its whole record, without drafts, each look logged."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import PersonnelNumber
from appraisal.enums import Phase, RatingState
from appraisal.models import Appraisal, DraftAnswer, SelfSubmission
from appraisal.selectors.audit import appraisal_of_number, audited_page, audited_units
from appraisal.selectors.record import auditable, events_of, record_of
from appraisal.services.extensions import extend_window
from core.access_log import AccessLogEntry
from core.audit import AuditDetail, AuditEvent
from core.clock import last_day, now
from core.notifications import Notification
from tests.factories.people import PlacementFactory
from tests.factories.process import AppraisalFactory
from tests.walk import CANARIES, Stage, World, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


def at_stage(stage: Stage) -> World:
    return build_world(stage, now=now())


def fajar(world: World) -> Client:
    """The auditor's browser."""
    client = Client()
    client.force_login(world.city.fajar)
    return client


def page_of(world: World, *, of: str = "ani") -> str:
    answer = fajar(world).get(reverse("audit_record", args=[world.appraisals[of].pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def loaded(world: World) -> Appraisal:
    return auditable(world.actor("fajar")).get(pk=world.ani.pk)


def shown(page: str) -> set[str]:
    """Whose private words stand on the page."""
    return {name for name, words in CANARIES.items() if words.split(":")[0] in page}


# --- finding ------------------------------------------------------------------------------------


def names(world: World, **filters: object) -> list[str]:
    page = audited_page(world.actor("fajar"), world.cycle, **filters)
    return [row.appraisal.employee.login for row in page.rows]


def test_people_are_listed_by_name_and_found_by_the_beginning_of_any_word() -> None:
    world = at_stage(Stage.EXECUTION)
    everybody = names(world)
    assert everybody[:3] == ["ani", "budi", "citra"]
    assert names(world, name="SURY") == ["ani"]  # Ani Suryani; the Mayor is not appraised
    assert names(world, name="ani  sury") == ["ani"]
    assert names(world, name="uryani") == []
    assert names(world, name="%") == []


def test_the_own_appraisal_of_the_auditor_is_not_among_them() -> None:
    world = at_stage(Stage.EXECUTION)
    assert "fajar" not in names(world)
    own = reverse("audit_record", args=[world.appraisals["fajar"].pk])
    assert fajar(world).get(own).status_code == 404


def test_an_agency_narrows_the_list() -> None:
    world = at_stage(Stage.EXECUTION)
    units = list(audited_units(world.actor("fajar")))
    assert [unit.name for unit in units] == ["Dinas Kesehatan", "Dinas Pendidikan"]
    assert names(world, unit=world.city.other_dinas) == ["eko"]


def test_the_filters_are_in_the_url() -> None:
    world = at_stage(Stage.EXECUTION)
    page = fajar(world).get(
        reverse("audit"), {"q": "hadi", "year": world.cycle.year, "unit": str(world.city.dinas.pk)}
    )
    text = page.content.decode()
    assert world.city.hadi.name in text
    assert world.city.ani.name not in text
    assert f'value="{world.city.dinas.pk}" selected' in text


@pytest.mark.parametrize("query", [{"year": "1999"}, {"unit": "x"}, {"after": "zz"}, {"q": "x" * 500}])
def test_a_broken_filter_is_no_error(query: dict[str, str]) -> None:
    world = at_stage(Stage.EXECUTION)
    assert fajar(world).get(reverse("audit"), query).status_code == 200


def test_before_any_cycle_is_open_the_page_says_so() -> None:
    world = at_stage(Stage.PREPARED)
    assert "No cycle has been opened yet" in fajar(world).get(reverse("audit")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_one_as_for_three(count: int, django_assert_num_queries) -> None:
    world = at_stage(Stage.EXECUTION)
    Appraisal.objects.exclude(pk__in=[world.ani.pk, world.appraisals["fajar"].pk]).delete()
    for _n in range(count - 1):
        AppraisalFactory(cycle=world.cycle, placement=PlacementFactory(agency=world.city.school))
    client = fajar(world)
    client.get(reverse("audit"))
    with django_assert_num_queries(8):
        page = client.get(reverse("audit")).content.decode()
    assert page.count("/audit/") - page.count("/audit/nomor/") >= count


def test_a_number_leads_to_the_newest_appraisal_and_stays_out_of_address_and_log(capfd) -> None:
    world = at_stage(Stage.EXECUTION)
    digits = PersonnelNumber.objects.get(employee=world.city.ani).digits
    typed = f"{digits[:8]} {digits[8:14]} {digits[14]} {digits[15:]}"

    answer = fajar(world).post(reverse("audit_number"), {"number": typed})

    assert (answer.status_code, answer.url) == (302, reverse("audit_record", args=[world.ani.pk]))
    said = "".join(capfd.readouterr())
    assert digits not in said
    assert typed not in said


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("197001012005031999", "No appraisal in your scope belongs to this number."),
        ("12345", "A NIP or NI PPPK has 18 digits."),
        ("", "Fill in: NIP or NI PPPK."),
        ("１９７００１０１２００５０３１９９９", "A NIP or NI PPPK has 18 digits."),
    ],
)
def test_a_number_that_leads_nowhere_is_answered_in_place(number: str, sentence: str) -> None:
    world = at_stage(Stage.EXECUTION)
    answer = fajar(world).post(reverse("audit_number"), {"number": number})
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    if number:
        assert number in answer.content.decode()
    assert not AccessLogEntry.objects.exists()


def test_a_former_number_finds_the_person_too_but_not_outside_the_scope() -> None:
    world = at_stage(Stage.EXECUTION)
    digits = PersonnelNumber.objects.get(employee=world.city.ani).digits
    assert appraisal_of_number(world.actor("fajar"), digits) == world.ani
    assert appraisal_of_number(world.actor("gita"), digits) is None


# --- the record ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "readable"),
    [
        (Stage.PLANNING, set()),
        (Stage.EXECUTION, {"plan", "journal", "evidence"}),
        (Stage.SELF_DRAFT, {"plan", "journal", "evidence"}),
        (Stage.SELF_SENT, {"plan", "journal", "evidence", "self"}),
        (Stage.FIRST_SAVED, {"plan", "journal", "evidence", "self"}),
        (Stage.RATED, set(CANARIES) - {"private_note"}),
        (Stage.RECEIVED, set(CANARIES) - {"private_note"}),
    ],
)
def test_the_record_shows_what_is_stored_and_no_draft(stage: Stage, readable: set[str]) -> None:
    assert shown(page_of(at_stage(stage))) == readable


def test_the_record_holds_the_whole_history() -> None:
    world = at_stage(Stage.RECEIVED)
    page = page_of(world)
    for words in (
        "Version 1: Agreed",
        "First save",
        "2 of 2 counted results are above expectation",
        "Computed again: the same.",
        "Fingerprint matches",
        world.ani.submissions.get().number,
        "Agreed to the plan</b>",
        "Opened the result",
        "Took the agency’s results back",
    ):
        assert (words in page) == (words != "Took the agency’s results back"), words
    assert "Digest matches" in page
    assert "Digest differs" not in page


def test_ratings_stand_side_by_side_with_what_changed() -> None:
    world = at_stage(Stage.RATED)
    table = record_of(loaded(world), world.actor("fajar")).ratings
    assert [str(column.stage) for column in table.columns] == ["First save", "Sent"]
    assert [str(group.title) for group in table.groups] == [
        "Plan items",
        "Core values",
        "Competencies",
        "Overall ratings",
        "Feedback",
    ]
    assert not any(line.differs for group in table.groups for line in group.lines)
    first = table.groups[0].lines[0]
    assert (first.label, first.answers[0].value, first.answers[0].text) == (
        CANARIES["plan"],
        "Above expectation",
        CANARIES["rating"],
    )


def test_a_later_rating_that_differs_is_marked() -> None:
    world = at_stage(Stage.RATED)
    final = world.ani.ratings.get(stage="final")
    final.content["items"][0]["rating"] = "meets"
    final.save()
    table = record_of(loaded(world), world.actor("fajar")).ratings
    assert [line.differs for line in table.groups[0].lines] == [True, False]


def test_more_time_stands_beside_the_phase_with_its_reason() -> None:
    world = at_stage(Stage.SELF_DRAFT)
    window = world.cycle.windows.get(phase=Phase.SELF_ASSESSMENT, agency=None)
    extend_window(
        actor=world.actor("gita"),
        appraisal_id=world.ani.pk,
        phase=Phase.SELF_ASSESSMENT,
        until=last_day(window.closes_at) + dt.timedelta(days=2),
        reason="Sakit tiga hari.",
        at=now(),
    )
    line = next(
        line
        for line in record_of(loaded(world), world.actor("fajar")).phases
        if line.phase == Phase.SELF_ASSESSMENT
    )
    assert last_day(line.window.closes_at) == last_day(window.closes_at) + dt.timedelta(days=2)
    assert (line.extension.reason, line.extension.granted_by) == ("Sakit tiga hari.", world.city.gita)
    assert "Sakit tiga hari." in page_of(world)


def test_a_changed_submission_is_found_out() -> None:
    world = at_stage(Stage.SELF_SENT)
    row = SelfSubmission.objects.get()
    row.content["items"][0]["process"] = "Diubah."
    row.save()
    assert "Fingerprint differs" in page_of(world)


def test_events_tell_who_what_when_and_why_with_a_digest_that_holds() -> None:
    world = at_stage(Stage.WITH_SUPERVISOR)
    lines = {line.event.act: line for line in events_of(loaded(world)).rows}
    published = lines["results.shown_to_supervisors"]
    assert (published.actor, published.event.reason) == (
        world.city.dewi.name,
        "Belum ada penilaian sampai hari publikasi.",
    )
    assert '"included":1' in published.after
    assert {line.check for line in lines.values()} == {"same"}
    assert {"cycle.opened", "plan.sent", "plan.agreed", "rating.first_saved", "rating.sent"} <= set(lines)


def test_a_changed_event_and_an_erased_detail_are_told_apart() -> None:
    world = at_stage(Stage.RATED)
    changed, erased = AuditEvent.objects.filter(object_id=world.ani.pk).order_by("id")[:2]
    with connection.cursor() as cursor:  # what only the owner of the database can do
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE core_auditevent SET reason = 'lain' WHERE id = %s", [changed.pk])
        cursor.execute("DELETE FROM core_auditdetail WHERE event_id = %s", [erased.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert AuditDetail.objects.filter(event=changed).exists()

    checks = {line.event.pk: line.check for line in events_of(loaded(world)).rows}
    assert (checks.pop(changed.pk), checks.pop(erased.pk)) == ("differs", "erased")
    assert set(checks.values()) == {"same"}


def test_the_clock_has_its_name() -> None:
    world = at_stage(Stage.PUBLISHED)
    line = next(line for line in events_of(loaded(world)).rows if line.event.act == "results.published")
    assert line.actor == ""
    assert "The clock" in page_of(world)


def test_messages_say_to_whom_and_whether_they_were_opened() -> None:
    world = at_stage(Stage.PUBLISHED)
    Notification.objects.filter(kind="plan.agreed").update(read_at=now())
    page = " ".join(page_of(world).split())
    assert f"To {world.city.ani.name}" in page
    assert "Opened." in page
    assert "Not opened yet." in page


def test_each_look_is_logged_once_an_hour() -> None:
    world = at_stage(Stage.RATED)
    page_of(world)
    page_of(world)
    entry = AccessLogEntry.objects.get()
    assert (entry.actor, entry.object_id, entry.purpose) == (world.city.fajar, world.ani.pk, "audit")


def test_a_look_writes_nothing_but_the_log() -> None:
    world = at_stage(Stage.RATED)
    before = (AuditEvent.objects.count(), Notification.objects.count(), DraftAnswer.objects.count())
    stored = Appraisal.objects.values().get(pk=world.ani.pk)
    page_of(world)
    assert (AuditEvent.objects.count(), Notification.objects.count(), DraftAnswer.objects.count()) == before
    assert Appraisal.objects.values().get(pk=world.ani.pk) == stored


def test_an_appraisal_without_anything_has_a_page() -> None:
    world = at_stage(Stage.EXECUTION)
    page = page_of(world, of="hadi")
    assert "There is no plan yet." in page
    assert "There is no result." in page


def test_who_was_left_out_has_a_record_with_the_reason() -> None:
    world = at_stage(Stage.WITH_SUPERVISOR)
    assert Appraisal.objects.get(pk=world.appraisals["hadi"].pk).rating_state == RatingState.NOT_ASSESSED
    assert "Why some were left out: Belum ada penilaian sampai hari publikasi." in page_of(world, of="hadi")


@pytest.mark.parametrize("more", [0, 2])
def test_the_record_takes_as_many_queries_with_few_events_as_with_many(
    more: int, django_assert_num_queries
) -> None:
    world = at_stage(Stage.RECEIVED)
    for number in range(more):
        world.ani.journal.create(
            author=world.city.budi,
            kind="feedback_positive",
            text=f"Catatan {number}",
            happened_on=world.ani.first_day,
            written_at=now(),
        )
        Notification.objects.create(
            kind="plan.agreed",
            recipient=world.city.ani,
            subject_id=world.ani.pk,
            occurrence=f"again-{number}",
            params={"year": "2026", "by": "Budi"},
            created_at=now(),
        )
    client = fajar(world)
    url = reverse("audit_record", args=[world.ani.pk])
    client.get(url)
    with django_assert_num_queries(28):
        client.get(url)
