"""The invented year: complete, legal, understood by the services, with something to do for every persona."""

import datetime as dt
import json
import stat
from collections import Counter

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.actors import load_actor
from accounts.enums import EmploymentType, Role
from accounts.models import Acting, Employee, PersonnelNumber, RoleGrant, SupervisorOverride
from accounts.nip import parse_number
from accounts.selectors.data_quality import data_quality
from appraisal.demo import phases, places
from appraisal.demo.accounts import account_list
from appraisal.demo.personas import PASSWORD, PASSWORD_HASH, PERSONAS
from appraisal.demo.year import AlreadyMade, make_year
from appraisal.enums import (
    CycleState,
    JournalKind,
    NotAssessedReason,
    Phase,
    PlanState,
    RatingStage,
    RatingState,
    ResultState,
    SelfState,
)
from appraisal.models import (
    Appraisal,
    Cycle,
    DraftAnswer,
    Evidence,
    Extension,
    JournalEntry,
    NextStep,
    Plan,
    Publication,
    RatingRecord,
    Result,
    SelfSubmission,
)
from appraisal.obstacles import objection_end
from appraisal.scoring.content import sheet_of
from appraisal.scoring.matrix import RULE_VERSION, compute
from appraisal.scoring.sheet import digest_of, to_text
from appraisal.selectors.assessments import self_form, standing_submission
from appraisal.selectors.facts import window_rows
from appraisal.selectors.home import home_page
from appraisal.selectors.plans import plan_of_last_year
from appraisal.selectors.ratings import rating_form
from appraisal.services.assignments import assign_supervisors
from appraisal.services.clock import tick
from appraisal.services.openings import create_appraisals
from appraisal.services.ratings import rating_content
from appraisal.services.submissions import self_content, with_proofs
from appraisal.windows import disorders, windows_for
from core.audit import AuditEvent, event_digest
from core.canonical import canonical, fingerprint
from core.notifications import Notification
from indicators.models import Measurement, Target
from tests.appraisal.demo_year import AT, changing, cycle, own, person, year

__all__ = ["changing", "cycle", "year"]  # fixtures

# The first test of the module waits for the whole year to be made.
pytestmark = pytest.mark.timeout(400)

TODAY = dt.date(2026, 11, 24)
LATER = AT + dt.timedelta(days=5, hours=3)


def states(cycle):
    return {
        field: Counter(Appraisal.objects.filter(cycle=cycle).order_by().values_list(field, flat=True))
        for field in ("plan_state", "self_state", "rating_state", "result_state")
    }


def phases_at(cycle, at):
    rows = window_rows(cycle.pk)
    return {code: phases.phase_on(windows_for(f"KOTA/{code}/", rows), at) for code in places.PHASE_OF}


# --- people and places --------------------------------------------------------------------------


def test_there_are_more_than_a_thousand_people_in_eight_agencies(year):
    assert year["people"] == Employee.objects.count() > 1000
    served = Counter(
        path.split("/")[1]
        for path in Employee.objects.values_list("placements__agency__path", flat=True)
        if path.count("/") > 1
    )
    assert set(served) == set(places.PHASE_OF)
    assert min(served.values()) > 30


def test_all_numbers_are_valid_and_fit_the_employment(year):
    pairs = list(PersonnelNumber.objects.values_list("digits", "employee__employment_type"))
    assert len(pairs) == year["people"] - 1
    for digits, employment in pairs:
        parts = parse_number(digits)
        assert parts.kind == employment
        assert parts.warnings == ()
        assert int(parts.serial) >= 901
    assert {employment for _digits, employment in pairs} == {EmploymentType.PNS, EmploymentType.PPPK}


def test_people_and_places_are_in_order(year):
    assert data_quality(TODAY).is_clean
    assert data_quality(dt.date(2025, 12, 31)).is_clean


def test_lukman_acts_dadan_was_transferred_and_one_nurse_is_led_from_above(year, cycle):
    acting = Acting.objects.get()
    assert (acting.employee.login, acting.kind, acting.agency.code) == ("lukman", "plt", places.VACANT_UNIT)
    segments = own("dadan", cycle)
    assert [(row.agency.code, row.first_day, row.last_day) for row in segments] == [
        (places.NEXT_SCHOOL, dt.date(2026, 1, 1), dt.date(2026, 6, 30)),
        (places.ANIS_SCHOOL, dt.date(2026, 7, 1), dt.date(2026, 12, 31)),
    ]
    assert segments[0].supervisor != segments[1].supervisor == person("budi")
    override = SupervisorOverride.objects.get()
    nurse = Appraisal.objects.get(placement=override.placement, cycle=cycle)
    assert nurse.supervisor == override.supervisor


def test_the_party_of_each_persona_is_what_the_story_says(year, cycle):
    ani, budi = own("ani", cycle).get(), own("budi", cycle).get()
    assert ani.supervisor == person("budi")
    assert ani.superior == budi.supervisor == person("citra")
    assert own("citra", cycle).get().supervisor == person("kartika")
    assert own("kartika", cycle).get().supervisor == person("surya")
    assert {own(login, cycle).get().supervisor.login for login in ("hadi", "intan", "joko", "mira")} == {
        "budi"
    }
    assert not own("surya", cycle).exists()


def test_roles_are_granted_where_they_belong(year):
    granted = {
        (grant.employee.login, grant.role, grant.agency.code)
        for grant in RoleGrant.objects.select_related("employee", "agency")
    }
    assert {
        ("kartika", Role.AGENCY_HEAD, places.DISDIK),
        ("dewi", Role.HR_AGENCY, places.DISDIK),
        ("eko", Role.HR_AGENCY, places.INSPEKTORAT),
        ("nina", Role.PERFORMANCE_MANAGER, places.DINKES),
        ("gita", Role.HR_CITY, "KOTA"),
        ("fajar", Role.AUDITOR, "KOTA"),
        ("rahmat", Role.ADMIN, "KOTA"),
    } <= granted
    for role in (Role.AGENCY_HEAD, Role.HR_AGENCY):
        assert {code for _login, each, code in granted if each == role} == set(places.PHASE_OF)


# --- signing in ---------------------------------------------------------------------------------


def test_one_password_opens_every_door(year):
    assert check_password(PASSWORD, PASSWORD_HASH)
    assert set(Employee.objects.values_list("password", flat=True)) == {PASSWORD_HASH}
    for persona in PERSONAS:
        assert person(persona.login).is_active
        assert person(persona.login).login == persona.login == persona.login.lower()


def test_a_persona_signs_in_with_login_and_password(changing, client):
    assert client.login(username="ani", password=PASSWORD)
    assert not client.login(username="ani", password=PASSWORD + "x")


def test_the_accounts_say_who_where_and_what(year):
    accounts = account_list()
    assert len(accounts) == len(PERSONAS) == 21
    assert accounts[0] == {
        "persona": "Ani",
        "name": "Ani Lestari",
        "role": "employee",
        "agency": "SMP Negeri 901",
        "login": "ani",
        "password": PASSWORD,
        "totp_secret": None,
        "what": "Melanjutkan penilaian diri yang baru terisi sebagian dan memberi umpan balik untuk dua rekan.",
    }
    assert {account["role"] for account in accounts} == {
        "employee",
        "supervisor",
        "superior",
        "peer",
        "subordinate",
        "agency_head",
        "performance_manager",
        "hr_agency",
        "hr_city",
        "auditor",
        "mayor",
        "admin",
    }


# --- the process --------------------------------------------------------------------------------

WAITS = {
    "ani": {"continue_self"},
    "budi": {"rate", "agree_plans"},
    "citra": {"rate"},
    "hadi": {"mend_self"},
    "intan": {"continue_self"},
    "joko": {"mend_plan"},
    "mira": {"begin_self"},
    "dadan": {"continue_self"},
    "kartika": {"rate"},
    "dewi": {"overdue"},
    "lukman": {"agree_plans"},
    "rahmat": {"fill_realization"},
    "nina": {"overdue"},
    "tuti": {"rate"},
    "rina": {"write_plan"},
    "yanti": {"agree_plans"},
    "gita": {"overdue"},
    "eko": {"publish"},
    "fajar": {"audit"},
    "wawan": {"open_result"},
    "surya": {"rate"},
}


def kinds_of_duties(login, at):
    employee = person(login)
    actor = load_actor(employee.pk, employee.name, at.date())
    return {duty.kind.value for duty in home_page(actor, at=at).duties}


@pytest.mark.parametrize("login", [persona.login for persona in PERSONAS])
def test_every_persona_has_something_to_do(year, login):
    assert WAITS[login] <= kinds_of_duties(login, AT)


def test_every_state_occurs_this_year(year, cycle):
    found = states(cycle)
    assert set(found["plan_state"]) == set(PlanState)
    assert set(found["self_state"]) == set(SelfState)
    assert set(found["rating_state"]) == set(RatingState)
    assert set(found["result_state"]) == set(ResultState)
    reasons = set(Appraisal.objects.filter(cycle=cycle).values_list("not_assessed_reason", flat=True))
    assert {NotAssessedReason.NO_PLAN, NotAssessedReason.UNRATED} <= reasons
    assert set(JournalEntry.objects.values_list("kind", flat=True)) >= set(JournalKind) - {
        JournalKind.EVIDENCE
    }
    assert Plan.objects.filter(version=2).exists()
    assert Plan.objects.filter(was_late=True).exists()
    assert SelfSubmission.objects.filter(sent_by_clock=True).exists()
    assert Appraisal.objects.filter(self_returned_at__isnull=False, self_state=SelfState.SENT).exists()
    assert Extension.objects.get().appraisal.agency.code == places.ANIS_SCHOOL


def test_each_agency_stands_in_its_phase_and_all_six_occur(year, cycle):
    assert phases_at(cycle, AT) == places.PHASE_OF
    assert set(places.PHASE_OF.values()) == {
        Phase.PLANNING,
        Phase.EXECUTION,
        Phase.SELF_ASSESSMENT,
        Phase.SUPERVISOR_REVIEW,
        Phase.CALIBRATION,
        Phase.PUBLICATION,
    }


def test_all_windows_are_in_order(year):
    for each in Cycle.objects.order_by("year"):
        assert disorders(window_rows(each.pk)) == ()


def test_last_year_is_closed_with_results_feedback_and_next_steps(year):
    last = Cycle.objects.get(year=2025)
    assert last.state == CycleState.CLOSED
    rows = Appraisal.objects.filter(cycle=last)
    assert rows.count() > 1000
    predicates = Counter(Result.objects.filter(appraisal__cycle=last).values_list("predicate", flat=True))
    assert predicates["good"] > predicates["very_good"] > predicates["needs_improvement"] > 0
    assert rows.filter(result_state=ResultState.ACKNOWLEDGED).count() > 900
    assert not DraftAnswer.objects.filter(appraisal__cycle=last).exists()
    assert Publication.objects.filter(cycle=last).count() == 8
    for persona in PERSONAS:
        if persona.login == "surya":
            continue
        mine = Appraisal.objects.get(employee__login=persona.login, cycle=last)
        assert mine.result_state == ResultState.ACKNOWLEDGED
        assert mine.result.frozen_at is not None
        assert NextStep.objects.filter(appraisal=mine).exists()


def test_last_years_plan_stands_beside_this_years(year, cycle):
    assert plan_of_last_year(own("rina", cycle).get()) is not None


def test_indicators_have_targets_and_measurements(year):
    assert Target.objects.filter(year=2026).count() == Target.objects.filter(year=2025).count() == 26
    school = Measurement.objects.get(
        agency__code=places.ANIS_SCHOOL, indicator__name="Angka kelulusan SMP/MTs"
    )
    assert (school.numerator, school.denominator) == (257, 257)
    assert school.value == 100


# --- as the services would have made it ---------------------------------------------------------


def test_opening_the_cycle_again_would_add_nobody_and_change_no_supervisor(changing, cycle):
    assert create_appraisals(cycle, day=TODAY) == 0
    assert assign_supervisors(cycle_id=cycle.pk, day=TODAY) == 0


def test_the_clock_finds_nothing_to_do(changing, cycle):
    before = states(cycle)
    passed_on = Appraisal.objects.exclude(passed_on_at=None).count()
    tick(at=AT + dt.timedelta(minutes=1))
    assert states(cycle) == before
    assert Appraisal.objects.exclude(passed_on_at=None).count() == passed_on


def sample(rows, every=9):
    return [row for number, row in enumerate(rows.order_by("pk")) if number % every == 0]


def test_sent_self_assessments_are_those_that_the_service_would_send(year, cycle):
    sent = Appraisal.objects.filter(cycle=cycle, self_state=SelfState.SENT, rating_state=RatingState.OPEN)
    chosen = sample(sent.select_related("placement__position", "cycle", "agency"))
    assert len(chosen) > 20
    for appraisal in chosen:
        form = self_form(appraisal)
        submission = SelfSubmission.objects.filter(appraisal=appraisal).order_by("-version")[0]
        assert form.missing == ()
        assert submission.content == self_content(with_proofs(appraisal, form))
        assert submission.digest == fingerprint(canonical(submission.content))


def test_sent_ratings_are_those_that_the_service_would_send(year, cycle):
    rated = Appraisal.objects.filter(
        cycle=cycle, rating_state__in=[RatingState.SENT, RatingState.REVISED, RatingState.CONFIRMED]
    )
    chosen = sample(rated.select_related("placement__position", "cycle", "agency"))
    assert len(chosen) > 20
    for appraisal in chosen:
        form = rating_form(appraisal, appraisal.rated_by_id)
        latest = RatingRecord.objects.filter(appraisal=appraisal).order_by("-version")[0]
        assert (form.missing, form.missing_for_sending) == ((), ())
        number = latest.content["self_assessment"]
        assert number == (standing_submission(appraisal).number if standing_submission(appraisal) else "")
        peers = latest.content["peers"]
        assert latest.content == rating_content(form, self_assessment=number, peers=peers)
        text = to_text(compute(sheet_of(latest.content)), rule_version=RULE_VERSION)
        assert appraisal.result.digest == digest_of(text)
        steps = list(appraisal.next_steps.order_by("position").values_list("text", flat=True))
        assert steps == latest.content["feedback"]["next_steps"]


def test_first_saves_hold_every_rating(year, cycle):
    saved = Appraisal.objects.filter(cycle=cycle, rating_state=RatingState.FIRST_SAVED)
    for appraisal in sample(saved.select_related("placement__position", "cycle"), every=3):
        assert rating_form(appraisal, appraisal.supervisor_id).missing == ()
        assert [row.stage for row in appraisal.ratings.all()] == [RatingStage.FIRST]


def test_nothing_has_happened_in_the_future(year):
    for model, field in (
        (Plan, "created_at"),
        (Plan, "sent_at"),
        (Plan, "agreed_at"),
        (SelfSubmission, "sent_at"),
        (RatingRecord, "saved_at"),
        (DraftAnswer, "saved_at"),
        (Appraisal, "result_acknowledged_at"),
        (AuditEvent, "at"),
        (Notification, "created_at"),
    ):
        assert not model.objects.filter(**{f"{field}__gt": AT}).exists(), (model, field)
    assert not Evidence.objects.filter(dated_on__gte=TODAY).exists()
    assert not JournalEntry.objects.filter(happened_on__gte=TODAY).exists()


def test_moments_follow_each_other(year):
    for plan in Plan.objects.exclude(agreed_at=None):
        assert plan.created_at <= plan.sent_at < plan.agreed_at
    for row in Appraisal.objects.exclude(rating_sent_at=None).filter(self_state=SelfState.SENT):
        assert row.plan_agreed_at < row.self_sent_at < row.rating_first_saved_at < row.rating_sent_at
    for row in Appraisal.objects.exclude(result_acknowledged_at=None):
        assert row.result_published_at < row.result_received_at < row.result_acknowledged_at
        assert row.objection_due_at == objection_end(row.result_received_at)


def test_the_record_knows_what_happened_and_is_sound(year, cycle):
    hadi = own("hadi", cycle).get()
    events = AuditEvent.objects.filter(object_id=hadi.pk).order_by("pk").select_related("detail")
    assert [event.act for event in events] == [
        "plan.sent",
        "plan.agreed",
        *(["nomination.sent", "nomination.approved"] if hadi.box.approved_at else ["invitations.drawn"]),
        "self_assessment.sent",
        "self_assessment.returned",
    ]
    for event in events:
        said = {
            field: getattr(event, field)
            for field in ("actor_id", "act", "object_type", "object_id", "at", "reason")
        }
        detail = event.detail
        assert bytes(event.digest) == event_digest(
            **said, before=detail.before, after=detail.after, salt=bytes(detail.salt)
        )


def test_the_inbox_tells_what_waits(year, cycle):
    told = Notification.objects.filter(recipient=person("hadi"), read_at=None)
    assert told.get(kind="self.returned").path == reverse(
        "self_assessment", args=[own("hadi", cycle).get().pk]
    )
    assert Notification.objects.filter(recipient=person("wawan"), kind="result.published").exists()
    assert not Notification.objects.filter(created_at__lt=AT - dt.timedelta(days=3), read_at=None).exists()


# --- later starts -------------------------------------------------------------------------------


def test_a_filled_database_is_not_filled_again(changing):
    with pytest.raises(AlreadyMade):
        make_year(at=AT)


def test_a_later_start_keeps_every_phase_and_every_waiting_duty(changing, cycle):
    before = states(cycle)
    assert phases.move_on(at=LATER) == 5
    assert phases_at(cycle, LATER) == places.PHASE_OF
    tick(at=LATER)
    assert states(cycle) == before
    for login, kinds in WAITS.items():
        assert kinds <= kinds_of_duties(login, LATER), login
    assert phases.move_on(at=LATER) == 0
    assert phases.move_on(at=LATER + dt.timedelta(days=400)) == 400
    assert phases_at(cycle, LATER + dt.timedelta(days=400)) == places.PHASE_OF


def test_moving_on_leaves_the_citys_calendar_and_the_past_alone(changing, cycle):
    city = list(cycle.windows.filter(agency=None).order_by("pk").values())
    sent = list(SelfSubmission.objects.order_by("pk").values_list("sent_at", flat=True))
    phases.move_on(at=LATER)
    assert list(cycle.windows.filter(agency=None).order_by("pk").values()) == city
    assert list(SelfSubmission.objects.order_by("pk").values_list("sent_at", flat=True)) == sent


def test_an_agency_moves_into_another_phase_and_keeps_it(changing, cycle, capsys):
    call_command("demo_phase", "disdik", "supervisor_review", skip_checks=True)
    assert capsys.readouterr().out.startswith("Disdik: ")
    at = AuditEvent.objects.filter(act=phases.PHASE_MOVED).get().at
    here = phases_at(cycle, at)
    assert here[places.DISDIK] == Phase.SUPERVISOR_REVIEW
    assert disorders(window_rows(cycle.pk)) == ()
    drafts = Appraisal.objects.filter(cycle=cycle, self_state=SelfState.DRAFT)
    assert (
        not drafts.filter(agency__path__startswith="KOTA/1.01.01/")
        .exclude(extensions__closes_at__gt=at)
        .exists()
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(("Dinas Bulan", "planning"), "No agency has the code"), (("Disdik", "party"), "invalid choice")],
)
def test_an_unknown_agency_or_phase_is_said(changing, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("demo_phase", *arguments, skip_checks=True)


def test_the_command_moves_on_what_is_there_and_writes_the_accounts(changing, tmp_path, capsys):
    path = tmp_path / "demo" / "accounts.json"
    call_command("demo_year", accounts=path, skip_checks=True)
    assert "moved on by" in capsys.readouterr().out
    assert json.loads(path.read_text(encoding="utf-8")) == account_list()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    call_command("demo_year", move_on=True, accounts=path, skip_checks=True)
    assert "moved on by 0 days" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command", [("demo_year",), ("demo_phase", "Disdik", "planning"), ("seed", "--employees", "100")]
)
def test_invented_people_never_come_into_production(changing, settings, command):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command(*command, skip_checks=True)
