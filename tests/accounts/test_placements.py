"""Who serves where, acts, supervises and holds a role: dated rows that never contradict each other."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import translation

from accounts.enums import ActingKind, AgencyKind, Role
from accounts.models import Acting, Agency, Placement, RoleGrant, SupervisorOverride
from accounts.services import grants, placements, supervisors
from core.audit import AuditEvent
from core.errors import ActionRefused, NotAllowed
from tests.factories.people import (
    NEW_YEAR,
    ActingFactory,
    AgencyFactory,
    EmployeeFactory,
    PlacementFactory,
    PositionFactory,
    RoleGrantFactory,
    SupervisorOverrideFactory,
    actor_with,
    city,
    since,
    until,
)

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 6, 20, 3, 0, tzinfo=dt.UTC)
JULY = dt.date(2026, 7, 1)
JUNE = dt.date(2026, 6, 30)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def gita():
    return actor_with(Role.HR_CITY)


@pytest.fixture
def disdik():
    return AgencyFactory(code="1.01.01", name="Dinas Pendidikan", parent=city())


@pytest.fixture
def dinkes():
    return AgencyFactory(code="1.02.01", name="Dinas Kesehatan", parent=city())


@pytest.fixture
def ani():
    return EmployeeFactory(login="ani", name="Ani Lestari")


def sentences(refused):
    return [str(reason) for reason in refused.value.reasons]


def place(actor, employee, agency, first_day=JULY, **changes):
    return placements.place_employee(
        actor=actor,
        at=AT,
        employee_id=employee.id,
        agency_id=agency.id,
        position_id=PositionFactory().id,
        first_day=first_day,
        **changes,
    )


# --- placements ---------------------------------------------------------------------------------


def test_a_first_placement_runs_without_an_end(gita, disdik, ani):
    placement = place(gita, ani, disdik, reason="SK 800/12")
    placement.refresh_from_db()
    assert placement.period == DateRange(JULY, None)
    assert (placement.employee, placement.agency, placement.is_head) == (ani, disdik, False)
    event = AuditEvent.objects.get()
    assert (event.act, event.object_id, event.reason) == ("placement.started", placement.id, "SK 800/12")
    assert event.detail.before is None
    assert event.detail.after["agency"] == str(disdik.id)
    assert event.detail.after["first_day"] == "2026-07-01"


def test_a_transfer_ends_the_running_placement_the_day_before(gita, disdik, dinkes, ani):
    old = PlacementFactory(employee=ani, agency=disdik, period=since())
    new = place(gita, ani, dinkes)
    old.refresh_from_db()
    assert old.period == DateRange(NEW_YEAR, JULY)
    assert new.period.lower == JULY
    assert AuditEvent.objects.get().detail.before == {"placement": str(old.id)}


def test_a_running_placement_with_a_known_end_is_cut_at_the_transfer(gita, disdik, dinkes, ani):
    old = PlacementFactory(employee=ani, agency=disdik, period=until(dt.date(2026, 12, 31), NEW_YEAR))
    place(gita, ani, dinkes)
    old.refresh_from_db()
    assert old.period == DateRange(NEW_YEAR, JULY)


@pytest.mark.parametrize("begins", [JULY, dt.date(2026, 9, 1)])
def test_no_placement_is_squeezed_in_before_a_later_one(gita, disdik, dinkes, ani, begins):
    later = PlacementFactory(employee=ani, agency=disdik, period=since(begins))
    with pytest.raises(ActionRefused) as refused:
        place(gita, ani, dinkes)
    assert sentences(refused) == ["This person already has a placement that begins on that day or later."]
    assert list(Placement.objects.order_by("pk")) == [later]
    assert not AuditEvent.objects.exists()


def test_a_unit_has_one_head_at_a_time(gita, disdik, ani):
    head = PlacementFactory(agency=disdik, is_head=True)
    with pytest.raises(ActionRefused) as refused:
        place(gita, ani, disdik, is_head=True)
    assert sentences(refused) == ["The unit already has a head on these days. End that placement first."]
    placements.end_placement(actor=gita, at=AT, placement_id=head.id, last_day=JUNE, reason="Retired")
    assert place(gita, ani, disdik, is_head=True).is_head


def test_a_head_may_be_placed_anew_in_the_same_unit(gita, disdik, ani):
    PlacementFactory(employee=ani, agency=disdik, is_head=True)
    assert place(gita, ani, disdik, is_head=True).is_head


def test_nobody_is_placed_in_a_closed_unit(gita, disdik, ani):
    Agency.objects.filter(pk=disdik.pk).update(closed_on=JUNE)
    with pytest.raises(ActionRefused, match="The unit is closed"):
        place(gita, ani, disdik)
    assert not Placement.objects.exists()


def test_a_transfer_between_agencies_needs_hr_of_both(disdik, dinkes, ani):
    old = PlacementFactory(employee=ani, agency=disdik)
    for path in (disdik.path, dinkes.path):
        with pytest.raises(NotAllowed):
            place(actor_with(Role.HR_AGENCY, path=path), ani, dinkes)
    old.refresh_from_db()
    assert old.period == since()
    assert Placement.objects.count() == 1


def test_hr_of_an_agency_moves_people_within_it(disdik, ani):
    school = AgencyFactory(code="99279594", parent=disdik, kind=AgencyKind.SCHOOL)
    PlacementFactory(employee=ani, agency=disdik)
    dewi = actor_with(Role.HR_AGENCY, path=disdik.path)
    assert place(dewi, ani, school).agency == school


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.HR_CITY, Role.HR_AGENCY}])
def test_nobody_but_hr_changes_placements(disdik, ani, role):
    stranger = actor_with(role)
    placement = PlacementFactory(agency=disdik)
    with pytest.raises(NotAllowed):
        place(stranger, ani, disdik)
    with pytest.raises(NotAllowed):
        placements.end_placement(
            actor=stranger, at=AT, placement_id=placement.id, last_day=JUNE, reason="Retired"
        )
    with pytest.raises(NotAllowed):
        appoint(stranger, ani, disdik)
    with pytest.raises(NotAllowed):
        decide(stranger, placement, ani)
    placement.refresh_from_db()
    assert placement.period == since()
    assert not AuditEvent.objects.exists()


def test_ending_keeps_the_last_day(gita, disdik):
    placement = PlacementFactory(agency=disdik)
    placements.end_placement(actor=gita, at=AT, placement_id=placement.id, last_day=JUNE, reason="Retired")
    placement.refresh_from_db()
    assert placement.period == DateRange(NEW_YEAR, JULY)
    event = AuditEvent.objects.get()
    assert (event.act, event.reason) == ("placement.ended", "Retired")
    assert (event.detail.before, event.detail.after) == ({"last_day": None}, {"last_day": "2026-06-30"})


@pytest.mark.parametrize(
    ("last_day", "reason", "expected"),
    [
        (dt.date(2025, 12, 31), "Retired", ["The last day cannot be before the first."]),
        (dt.date(2026, 8, 31), "Retired", ["This has already ended by that day."]),
        (dt.date(2026, 9, 30), "Retired", ["This has already ended by that day."]),
        (JUNE, " ", ["Write why, so that others understand it later."]),
    ],
)
def test_an_end_that_makes_no_sense_is_refused(gita, disdik, last_day, reason, expected):
    placement = PlacementFactory(agency=disdik, period=until(dt.date(2026, 8, 31), NEW_YEAR))
    with pytest.raises(ActionRefused) as refused:
        placements.end_placement(
            actor=gita, at=AT, placement_id=placement.id, last_day=last_day, reason=reason
        )
    assert sentences(refused) == expected
    placement.refresh_from_db()
    assert placement.period.upper == dt.date(2026, 9, 1)
    assert not AuditEvent.objects.exists()


def test_a_placement_of_one_day_can_end_on_it(gita, disdik):
    placement = PlacementFactory(agency=disdik)
    placements.end_placement(actor=gita, at=AT, placement_id=placement.id, last_day=NEW_YEAR, reason="Error")
    placement.refresh_from_db()
    assert placement.period == DateRange(NEW_YEAR, NEW_YEAR + dt.timedelta(days=1))


# --- acting officials ---------------------------------------------------------------------------


def appoint(actor, employee, agency, **changes):
    fields = {
        "kind": ActingKind.PLT,
        "decree": "821.2/Kep.9-BKPSDM/2026",
        "first_day": JULY,
        "last_day": dt.date(2026, 9, 30),
        **changes,
    }
    return supervisors.appoint_acting(
        actor=actor, at=AT, employee_id=employee.id, agency_id=agency.id, **fields
    )


def test_an_acting_official_serves_the_days_of_the_decree(gita, disdik, ani):
    PlacementFactory(employee=ani, agency=disdik)
    acting = appoint(gita, ani, disdik)
    acting.refresh_from_db()
    assert acting.period == DateRange(JULY, dt.date(2026, 10, 1))
    assert AuditEvent.objects.get().act == "acting.appointed"
    supervisors.end_acting(
        actor=gita, at=AT, acting_id=acting.id, last_day=dt.date(2026, 8, 31), reason="A head was appointed"
    )
    acting.refresh_from_db()
    assert acting.period == DateRange(JULY, dt.date(2026, 9, 1))
    with pytest.raises(ActionRefused, match="already ended"):
        supervisors.end_acting(
            actor=gita, at=AT, acting_id=acting.id, last_day=dt.date(2026, 8, 31), reason="Again"
        )


def test_an_unfit_appointment_is_refused_with_every_reason(gita, disdik, ani):
    PlacementFactory(employee=ani, agency=disdik, is_head=True)
    ActingFactory(agency=disdik)
    Agency.objects.filter(pk=disdik.pk).update(closed_on=JUNE)
    with pytest.raises(ActionRefused) as refused:
        appoint(gita, ani, disdik, decree=" ")
    assert sentences(refused) == [
        "The unit is closed.",
        "Somebody already acts for the head of this unit on these days.",
        "This person is the head of the unit.",
        "Give the number of the decree.",
    ]
    assert Acting.objects.count() == 1


def test_an_appointment_needs_days_in_order_and_somebody_in_service(gita, disdik, ani):
    with pytest.raises(ActionRefused, match="The last day cannot be before the first"):
        appoint(gita, ani, disdik, last_day=JUNE)
    with pytest.raises(ActionRefused, match="does not serve on the first day"):
        appoint(gita, ani, disdik)
    assert not Acting.objects.exists()


# --- decided supervisors ------------------------------------------------------------------------


def decide(actor, placement, supervisor, **changes):
    fields = {"first_day": JULY, "reason": "The head is a relative.", **changes}
    return supervisors.decide_supervisor(
        actor=actor, at=AT, placement_id=placement.id, supervisor_id=supervisor.id, **fields
    )


def test_a_new_decision_ends_the_running_one_the_day_before(gita, disdik, ani):
    placement = PlacementFactory(agency=disdik)
    PlacementFactory(employee=ani, agency=disdik)
    earlier = SupervisorOverrideFactory(placement=placement)
    override = decide(gita, placement, ani, last_day=dt.date(2026, 12, 31))
    earlier.refresh_from_db()
    override.refresh_from_db()
    assert earlier.period == DateRange(NEW_YEAR, JULY)
    assert override.period == DateRange(JULY, dt.date(2027, 1, 1))
    assert (override.decided_by_id, override.reason) == (gita.id, "The head is a relative.")
    event = AuditEvent.objects.get()
    assert (event.act, event.object_id) == ("supervisor.decided", placement.id)
    assert event.detail.before == {"supervisor": str(earlier.supervisor_id)}


def test_a_decision_that_makes_no_sense_is_refused_with_every_reason(gita, disdik, ani):
    placement = PlacementFactory(employee=ani, agency=disdik, period=until(JUNE, NEW_YEAR))
    SupervisorOverrideFactory(placement=placement, period=since(dt.date(2026, 8, 1)))
    with pytest.raises(ActionRefused) as refused:
        decide(gita, placement, ani, last_day=JUNE, reason="")
    assert sentences(refused) == [
        "The last day cannot be before the first.",
        "The first day lies outside this placement.",
        "Nobody supervises themselves.",
        "This person does not serve on the first day.",
        "A decision that begins on that day or later already exists.",
        "Write why, so that others understand it later.",
    ]
    assert SupervisorOverride.objects.count() == 1
    assert not AuditEvent.objects.exists()


def test_an_ended_decision_keeps_its_last_day(gita, disdik):
    override = SupervisorOverrideFactory(placement__agency=disdik)
    supervisors.end_supervisor_decision(
        actor=gita, at=AT, override_id=override.id, last_day=JUNE, reason="The relative has left"
    )
    override.refresh_from_db()
    assert override.period == DateRange(NEW_YEAR, JULY)
    assert AuditEvent.objects.get().act == "supervisor.decision_ended"


# --- roles --------------------------------------------------------------------------------------


def grant(actor, employee, role, agency, **changes):
    fields = {"first_day": JULY, "reason": "Surat tugas 12", **changes}
    return grants.grant_role(
        actor=actor, at=AT, employee_id=employee.id, role=role, agency_id=agency.id, **fields
    )


def test_a_role_is_granted_for_days_with_a_reason(gita, disdik, ani):
    given = grant(gita, ani, Role.HR_AGENCY, disdik, last_day=dt.date(2026, 12, 31))
    given.refresh_from_db()
    assert given.period == DateRange(JULY, dt.date(2027, 1, 1))
    assert (given.granted_by_id, given.reason) == (gita.id, "Surat tugas 12")
    assert AuditEvent.objects.get().act == "role.granted"
    grants.end_grant(actor=gita, at=AT, grant_id=given.id, last_day=dt.date(2026, 9, 30), reason="Moved on")
    given.refresh_from_db()
    assert given.period == DateRange(JULY, dt.date(2026, 10, 1))


GIVERS = {
    Role.AGENCY_HEAD: {Role.HR_CITY},
    Role.PERFORMANCE_MANAGER: {Role.HR_CITY, Role.HR_AGENCY},
    Role.HR_AGENCY: {Role.HR_CITY},
    Role.HR_CITY: {Role.ADMIN},
    Role.AUDITOR: {Role.ADMIN},
    Role.ADMIN: {Role.ADMIN},
}


@pytest.mark.parametrize("giver", Role)
@pytest.mark.parametrize("role", Role)
def test_each_role_has_its_giver(disdik, ani, giver, role):
    actor = actor_with(giver)
    existing = RoleGrantFactory(role=role, agency=disdik)
    if giver in GIVERS[role]:
        assert grant(actor, ani, role, disdik).role == role
        grants.end_grant(actor=actor, at=AT, grant_id=existing.id, last_day=JUNE, reason="Moved on")
        return
    with pytest.raises(NotAllowed):
        grant(actor, ani, role, disdik)
    with pytest.raises(NotAllowed):
        grants.end_grant(actor=actor, at=AT, grant_id=existing.id, last_day=JUNE, reason="Moved on")
    assert list(RoleGrant.objects.order_by("pk")) == [existing]
    assert not AuditEvent.objects.exists()


def test_a_role_reaches_only_the_subtree_of_its_giver(disdik, dinkes, ani):
    dewi = actor_with(Role.HR_AGENCY, path=disdik.path)
    assert grant(dewi, ani, Role.PERFORMANCE_MANAGER, disdik)
    with pytest.raises(NotAllowed):
        grant(dewi, ani, Role.PERFORMANCE_MANAGER, dinkes)


def test_an_unfit_grant_is_refused_with_every_reason(gita, disdik):
    person = EmployeeFactory(is_active=False)
    RoleGrantFactory(employee=person, role=Role.HR_AGENCY, agency=disdik)
    with pytest.raises(ActionRefused) as refused:
        grant(gita, person, Role.HR_AGENCY, disdik, reason=" ")
    assert sentences(refused) == [
        "This person may not sign in.",
        "This person already holds the role in this agency on these days.",
        "Write why, so that others understand it later.",
    ]
    with pytest.raises(ActionRefused, match="The last day cannot be before the first"):
        grant(gita, person, Role.HR_AGENCY, disdik, last_day=JUNE)
    assert RoleGrant.objects.count() == 1


def test_nobody_gives_a_role_to_themselves(disdik, ani):
    with pytest.raises(ActionRefused) as refused:
        grant(actor_with(Role.HR_CITY, employee=ani), ani, Role.HR_AGENCY, disdik)
    assert sentences(refused) == ["Nobody gives a role to themselves."]
    assert not RoleGrant.objects.exists()
