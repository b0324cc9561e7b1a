"""Who supervises whom on a day: overrides, acting and definitive heads, vacancies, and the data that HR must mend."""

import datetime as dt
import time
import uuid

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import ActingKind, AgencyKind, EmploymentType, SupervisorBasis
from accounts.models import Employee, Placement
from accounts.selectors.data_quality import data_quality, loops
from accounts.selectors.supervisors import (
    IN_FORCE,
    SupervisorRow,
    supervisor_sql,
    supervisors_at,
    supervisors_of,
)
from tests.factories.people import (
    ActingFactory,
    AgencyFactory,
    EmployeeFactory,
    PersonnelNumberFactory,
    PlacementFactory,
    PositionFactory,
    SupervisorOverrideFactory,
    city,
    since,
    until,
)

DAY = dt.date(2026, 7, 1)
OVERRIDE, ACTING, HEAD, NONE = (
    SupervisorBasis.OVERRIDE,
    SupervisorBasis.ACTING,
    SupervisorBasis.HEAD,
    SupervisorBasis.NONE,
)


@pytest.fixture
def world(db):
    """Mayor Surya; Kartika heads the department, Citra its division, Budi a school in it; Ani and Hadi teach there."""
    root = city()
    disdik = AgencyFactory(code="1.01.01", parent=root)
    division = AgencyFactory(code="DISDIK-SMP", parent=disdik, kind=AgencyKind.DIVISION)
    school = AgencyFactory(code="99279594", parent=division, kind=AgencyKind.SCHOOL)

    def serve(login, agency, **fields):
        kind = fields.pop("employment_type", EmploymentType.PNS)
        return PlacementFactory(
            employee=EmployeeFactory(login=login, name=login, employment_type=kind), agency=agency, **fields
        )

    return {
        "root": root,
        "disdik": disdik,
        "division": division,
        "school": school,
        "surya": serve("surya", root, is_head=True, employment_type=EmploymentType.ELECTED),
        "kartika": serve("kartika", disdik, is_head=True),
        "citra": serve("citra", division, is_head=True),
        "budi": serve("budi", school, is_head=True),
        "ani": serve("ani", school),
        "hadi": serve("hadi", school),
        "staf": serve("staf", division),
    }


def who(rows):
    """The answer as logins: {supervised: (supervisor, basis)}."""
    logins = dict(Employee.objects.values_list("pk", "login"))
    return {
        logins[row.employee_id]: (logins.get(row.supervisor_id) if row.supervisor_id else None, row.basis)
        for row in rows
    }


def vacate(placement):
    placement.delete()


def test_the_head_of_the_unit_supervises_and_heads_are_led_from_above(world):
    assert who(supervisors_at(DAY)) == {
        "surya": (None, NONE),
        "kartika": ("surya", HEAD),
        "citra": ("kartika", HEAD),
        "budi": ("citra", HEAD),
        "ani": ("budi", HEAD),
        "hadi": ("budi", HEAD),
        "staf": ("citra", HEAD),
    }


def test_rows_say_placement_and_agency_in_the_order_of_placements(world):
    rows = supervisors_at(DAY)
    assert [row.placement_id for row in rows] == sorted(row.placement_id for row in rows)
    mine = {row.placement_id: row for row in rows}[world["ani"].id]
    assert mine == SupervisorRow(
        placement_id=world["ani"].id,
        employee_id=world["ani"].employee_id,
        agency_id=world["school"].id,
        supervisor_id=world["budi"].employee_id,
        basis=HEAD,
    )


def test_a_vacant_head_is_stood_in_for_by_the_next_unit_up(world):
    vacate(world["budi"])
    assert who(supervisors_at(DAY))["ani"] == ("citra", HEAD)
    vacate(world["citra"])
    assert who(supervisors_at(DAY))["ani"] == ("kartika", HEAD)
    vacate(world["kartika"])
    vacate(world["surya"])
    assert who(supervisors_at(DAY))["ani"] == (None, NONE)


def test_a_plt_goes_before_the_definitive_head(world):
    lukman = PlacementFactory(employee__login="lukman", agency=world["disdik"])
    ActingFactory(employee=lukman.employee, agency=world["school"])
    answers = who(supervisors_at(DAY))
    assert answers["ani"] == ("lukman", ACTING)
    assert answers["hadi"] == ("lukman", ACTING)
    assert answers["budi"] == ("citra", HEAD), "whoever heads a unit is led from above it"


def test_a_plt_fills_a_vacancy(world):
    vacate(world["citra"])
    lukman = PlacementFactory(employee__login="lukman", agency=world["disdik"])
    ActingFactory(employee=lukman.employee, agency=world["division"])
    answers = who(supervisors_at(DAY))
    assert answers["budi"] == ("lukman", ACTING)
    assert answers["staf"] == ("lukman", ACTING)
    assert answers["lukman"] == ("kartika", HEAD)


def test_a_plt_from_the_unit_itself_is_led_from_above(world):
    vacate(world["budi"])
    ActingFactory(employee=world["hadi"].employee, agency=world["school"])
    answers = who(supervisors_at(DAY))
    assert answers["ani"] == ("hadi", ACTING)
    assert answers["hadi"] == ("citra", HEAD)


def test_a_head_who_acts_for_the_unit_above_is_led_from_above_both(world):
    vacate(world["kartika"])
    ActingFactory(employee=world["citra"].employee, agency=world["disdik"])
    answers = who(supervisors_at(DAY))
    assert answers["citra"] == ("surya", HEAD)
    assert answers["staf"] == ("citra", HEAD)
    assert answers["budi"] == ("citra", HEAD)


def test_the_basis_is_that_of_the_unit_in_which_the_head_was_found(world):
    """Kartika heads the department and acts for the division: its head is led by her as head of the department."""
    ActingFactory(employee=world["kartika"].employee, agency=world["division"])
    answers = who(supervisors_at(DAY))
    assert answers["staf"] == ("kartika", ACTING)
    assert answers["citra"] == ("kartika", HEAD)


def test_a_plh_is_no_supervisor(world):
    ActingFactory(employee=world["hadi"].employee, agency=world["school"], kind=ActingKind.PLH)
    answers = who(supervisors_at(DAY))
    assert answers["ani"] == ("budi", HEAD)
    assert answers["hadi"] == ("budi", HEAD)
    vacate(world["budi"])
    assert who(supervisors_at(DAY))["ani"] == ("citra", HEAD)


def test_a_decision_of_hr_goes_before_everything(world):
    lukman = PlacementFactory(employee__login="lukman", agency=world["disdik"])
    ActingFactory(employee=lukman.employee, agency=world["school"])
    SupervisorOverrideFactory(placement=world["ani"], supervisor=world["kartika"].employee)
    answers = who(supervisors_at(DAY))
    assert answers["ani"] == ("kartika", OVERRIDE)
    assert answers["hadi"] == ("lukman", ACTING)


def test_a_decision_holds_on_its_days_only(world):
    SupervisorOverrideFactory(
        placement=world["ani"],
        supervisor=world["kartika"].employee,
        period=until(DAY - dt.timedelta(days=1), dt.date(2026, 2, 1)),
    )
    assert who(supervisors_at(dt.date(2026, 1, 31)))["ani"] == ("budi", HEAD)
    assert who(supervisors_at(dt.date(2026, 2, 1)))["ani"] == ("kartika", OVERRIDE)
    assert who(supervisors_at(DAY - dt.timedelta(days=1)))["ani"] == ("kartika", OVERRIDE)
    assert who(supervisors_at(DAY))["ani"] == ("budi", HEAD)


def test_heads_and_acting_heads_hold_on_their_days_only(world):
    Placement.objects.filter(pk=world["budi"].pk).update(period=until(dt.date(2026, 3, 31)))
    lukman = PlacementFactory(employee__login="lukman", agency=world["disdik"])
    ActingFactory(
        employee=lukman.employee,
        agency=world["school"],
        period=until(dt.date(2026, 4, 30), dt.date(2026, 4, 1)),
    )
    successor = PlacementFactory(
        employee__login="rina", agency=world["school"], is_head=True, period=since(dt.date(2026, 6, 1))
    )
    assert successor
    days = {
        dt.date(2026, 3, 31): ("budi", HEAD),
        dt.date(2026, 4, 1): ("lukman", ACTING),
        dt.date(2026, 4, 30): ("lukman", ACTING),
        dt.date(2026, 5, 1): ("citra", HEAD),
        dt.date(2026, 5, 31): ("citra", HEAD),
        dt.date(2026, 6, 1): ("rina", HEAD),
    }
    assert {day: who(supervisors_at(day))["ani"] for day in days} == days


def test_only_placements_in_force_are_answered(world):
    Placement.objects.filter(pk=world["hadi"].pk).update(period=until(dt.date(2026, 6, 30)))
    PlacementFactory(employee__login="soon", agency=world["school"], period=since(dt.date(2026, 8, 1)))
    assert "hadi" not in who(supervisors_at(DAY))
    assert "soon" not in who(supervisors_at(DAY))


def test_given_placements_are_answered_for_their_nearest_day(world):
    """A segment that has ended keeps the supervisor of its last day, one that begins later has that of its first."""
    Placement.objects.filter(pk=world["hadi"].pk).update(period=until(dt.date(2026, 3, 31)))
    Placement.objects.filter(pk=world["budi"].pk).update(period=until(dt.date(2026, 4, 30)))
    PlacementFactory(
        employee__login="rina", agency=world["school"], is_head=True, period=since(dt.date(2026, 6, 1))
    )
    soon = PlacementFactory(employee__login="soon", agency=world["school"], period=since(dt.date(2026, 8, 1)))
    rows = supervisors_of([world["hadi"].id, world["ani"].id, soon.id], dt.date(2026, 5, 15))
    assert who(rows) == {"hadi": ("budi", HEAD), "ani": ("citra", HEAD), "soon": ("rina", HEAD)}


def test_no_placements_no_rows(world):
    assert supervisors_of([], DAY) == ()


def test_the_rule_can_stand_inside_another_statement(world):
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT e.login, s.supervisor_id, s.basis
            FROM accounts_placement p
            JOIN ({supervisor_sql("p.agency_id = %(agency)s")}) s ON s.placement_id = p.id
            JOIN accounts_employee e ON e.id = p.employee_id
            ORDER BY e.login
            """,  # noqa: S608  # no input in the text
            {"day": DAY, "agency": world["school"].id},
        )
        assert cursor.fetchall() == [
            ("ani", world["budi"].employee_id, "head"),
            ("budi", world["citra"].employee_id, "head"),
            ("hadi", world["budi"].employee_id, "head"),
        ]


def test_the_rule_reads_once(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        supervisors_at(DAY)
    with django_assert_num_queries(1):
        supervisors_of([world["ani"].id], DAY)


# --- what HR has to mend ------------------------------------------------------------------------


def test_a_city_in_order_has_nothing_to_mend(world):
    for employee in Employee.objects.exclude(login="surya").order_by("pk"):
        PersonnelNumberFactory(employee=employee)
    assert data_quality(DAY).is_clean


def test_people_without_a_supervisor_are_named_but_not_the_mayor(world):
    vacate(world["surya"])
    findings = data_quality(DAY)
    assert findings.without_supervisor == (world["kartika"].id,)
    assert findings.units_without_head == ()


def test_units_in_which_people_serve_without_a_head_are_named(world):
    vacate(world["budi"])
    AgencyFactory(code="EMPTY", parent=world["disdik"])
    assert data_quality(DAY).units_without_head == (world["school"].id,)
    ActingFactory(employee=world["citra"].employee, agency=world["school"], kind=ActingKind.PLH)
    assert data_quality(DAY).units_without_head == (world["school"].id,)


def test_a_plt_is_a_head(world):
    vacate(world["budi"])
    ActingFactory(employee=world["citra"].employee, agency=world["school"])
    assert data_quality(DAY).units_without_head == ()


def test_decisions_that_go_round_in_a_ring_are_named(world):
    SupervisorOverrideFactory(placement=world["kartika"], supervisor=world["ani"].employee)
    ring = [world[login].employee_id for login in ("ani", "budi", "citra", "kartika")]
    first = ring.index(min(ring))
    assert data_quality(DAY).loops == ((*ring[first:], *ring[:first]),)
    assert data_quality(dt.date(2025, 12, 31)).loops == ()


def test_an_acting_head_from_below_can_make_a_ring_without_any_decision(world):
    """Hadi, whom Budi leads, acts for the division that leads Budi."""
    ActingFactory(employee=world["hadi"].employee, agency=world["division"])
    ring = sorted([world["hadi"].employee_id, world["budi"].employee_id])
    assert data_quality(DAY).loops == (tuple(ring),)


def test_people_without_a_number_are_named_but_not_the_mayor(world):
    PersonnelNumberFactory(employee=world["ani"].employee, period=until(dt.date(2026, 6, 30)))
    named = data_quality(DAY).without_number
    assert world["ani"].employee_id in named
    assert world["surya"].employee_id not in named
    assert len(named) == 6
    assert list(named) == sorted(named)


def test_one_person_entered_twice_is_suspected(world):
    twin = PlacementFactory(employee=EmployeeFactory(name="ÁNI"), agency=world["division"])
    other = PlacementFactory(employee=EmployeeFactory(name="Ani"), agency=world["division"])
    PersonnelNumberFactory(employee=world["ani"].employee, digits="198503152010012901")
    PersonnelNumberFactory(employee=twin.employee, digits="198503152024212902")
    PersonnelNumberFactory(employee=other.employee, digits="199003152024212903")
    assert data_quality(DAY).doubles == (tuple(sorted([world["ani"].employee_id, twin.employee_id])),)


def test_the_findings_cost_five_queries(world, django_assert_num_queries):
    with django_assert_num_queries(5):
        data_quality(DAY)


# --- rings, pure --------------------------------------------------------------------------------


def people(n):
    return [uuid.UUID(int=i + 1) for i in range(n)]


def row(employee, supervisor):
    return SupervisorRow(employee, employee, employee, supervisor, HEAD)


def test_rings_are_found_wherever_one_starts_to_look():
    a, b, c, d, e, f = people(6)
    rows = [row(a, b), row(b, c), row(c, b), row(d, a), row(e, f), row(f, e)]
    assert loops(rows) == ((b, c), (e, f))


@given(st.lists(st.integers(min_value=0, max_value=11), min_size=1, max_size=12))
def test_exactly_those_are_in_a_ring_who_come_back_to_themselves(leads):
    ids = people(12)
    leads_to = {ids[i]: ids[j] for i, j in enumerate(leads) if i != j}

    def returns(person):
        current = leads_to.get(person)
        for _ in ids:
            if current is None:
                return False
            if current == person:
                return True
            current = leads_to.get(current)
        return False

    found = loops([row(employee, supervisor) for employee, supervisor in leads_to.items()])
    assert {person for ring in found for person in ring} == {person for person in ids if returns(person)}
    for ring in found:
        assert ring[0] == min(ring)
        assert all(leads_to[one] == other for one, other in zip(ring, (*ring[1:], ring[0]), strict=True))


# --- size ---------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_hundred_thousand_placements_are_answered_within_two_seconds(db):
    root, position = city(), PositionFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_agency (id, code, name, short_name, kind, parent_id, path)
            SELECT gen_random_uuid(), 'S' || n, 'S' || n, '', 'school', %(root)s, 'KOTA/S' || n || '/'
            FROM generate_series(1, 1000) n
            """,
            {"root": root.id},
        )
        cursor.execute(
            """
            INSERT INTO accounts_employee (id, login, name, employment_type, is_active, language, theme, password)
            SELECT gen_random_uuid(), 'p' || n, 'P ' || n, 'pns', TRUE, '', 'auto', '!' FROM generate_series(1, 100000) n
            """
        )
        cursor.execute(
            """
            INSERT INTO accounts_placement (id, employee_id, agency_id, position_id, is_head, period)
            SELECT gen_random_uuid(), e.id, a.id, %(position)s, e.n <= 1000, daterange('2026-01-01', NULL)
            FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts_employee) e
            JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts_agency WHERE kind = 'school') a
              ON a.n = e.n %% 1000 + 1
            """,
            {"position": position.id},
        )
        cursor.execute("ANALYZE accounts_placement")
        started = time.perf_counter()
        cursor.execute(
            f"SELECT count(*), count(supervisor_id) FROM ({supervisor_sql(IN_FORCE)}) s",  # noqa: S608  # no input in the text
            {"day": DAY},
        )
        assert cursor.fetchone() == (100_000, 99_000)
        assert time.perf_counter() - started < 2
    started = time.perf_counter()
    assert len(supervisors_at(DAY)) == 100_000
    assert time.perf_counter() - started < 4
