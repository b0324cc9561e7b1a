"""People as documents name them on a day."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.enums import AgencyKind, EmploymentType
from accounts.models import GradeHistory
from accounts.selectors.identities import identities_on
from tests.factories.people import (
    AgencyFactory,
    EmployeeFactory,
    PersonnelNumberFactory,
    PlacementFactory,
    city,
    since,
    until,
)

pytestmark = pytest.mark.django_db

CHANGE = dt.date(2026, 7, 1)


def test_number_grade_position_and_unit_are_those_of_the_day() -> None:
    ani = EmployeeFactory(name="Ani", employment_type=EmploymentType.PNS)
    before, after = until(CHANGE - dt.timedelta(days=1)), since(CHANGE)
    PersonnelNumberFactory(employee=ani, digits="198804042022212004", period=before)
    PersonnelNumberFactory(employee=ani, digits="198804042026072004", period=after)
    for grade, period in (("IX", before), ("III/a", after)):
        GradeHistory.objects.create(employee=ani, grade=grade, period=period)
    school = AgencyFactory(code="S1", name="SD Negeri 1", kind=AgencyKind.SCHOOL, parent=city())
    PlacementFactory(employee=ani, agency=school, period=before)
    PlacementFactory(employee=ani, agency=city(), period=after)

    then = identities_on([ani.pk], CHANGE - dt.timedelta(days=1))[ani.pk]
    now = identities_on([ani.pk], CHANGE)[ani.pk]

    assert (then.number, then.grade, then.unit) == ("19880404 202221 2 004", "IX", "SD Negeri 1")
    assert (now.number, now.grade, now.unit) == (
        "19880404 202607 2 004",
        "III/a",
        "Pemerintah Kota Bandung",
    )
    assert then.post == "Guru Kelas Ahli Pertama, SD Negeri 1"


def test_what_is_not_known_stays_empty() -> None:
    mayor = EmployeeFactory(name="Surya", employment_type=EmploymentType.ELECTED)
    found = identities_on([mayor.pk], CHANGE)[mayor.pk]
    assert (found.name, found.number, found.grade, found.position, found.unit, found.post) == (
        "Surya",
        "",
        "",
        "",
        "",
        "",
    )


@pytest.mark.parametrize(("kind", "label"), [(EmploymentType.PNS, "NIP"), (EmploymentType.PPPK, "NI PPPK")])
def test_the_number_is_called_by_its_kind(kind: EmploymentType, label: str) -> None:
    person = EmployeeFactory(employment_type=kind)
    assert identities_on([person.pk], CHANGE)[person.pk].number_label == label


@pytest.mark.parametrize("count", [1, 3])
def test_many_people_cost_one_query(count: int, django_assert_num_queries) -> None:
    people = [PlacementFactory().employee.pk for _n in range(count)]
    with django_assert_num_queries(1):
        assert len(identities_on([*people, None], CHANGE)) == count
