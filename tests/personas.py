"""The lasting people of tests and demo, in a small legal city: the same names always play the same roles."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from functools import cache

from django.contrib.auth.hashers import make_password

from accounts.actors import Actor, load_actor
from accounts.enums import ActingKind, AgencyKind, EmploymentType, Role
from accounts.models import Agency, Employee, Position
from tests.factories.people import (
    ActingFactory,
    AgencyFactory,
    EmployeeFactory,
    PersonnelNumberFactory,
    PlacementFactory,
    PositionFactory,
    RoleGrantFactory,
    city,
    since,
)

LONG_AGO = dt.date(2020, 1, 1)
PASSWORD = "empat gajah menyeberang"


@cache
def password_hash() -> str:
    """The password of every persona, hashed once: hashing is slow on purpose."""
    return make_password(PASSWORD)


@dataclass(frozen=True)
class City:
    """Places and people. Ani's appraisal is the one that most tests are about."""

    root: Agency
    dinas: Agency
    division: Agency
    school: Agency
    other_school: Agency
    other_dinas: Agency

    ani: Employee  # employee: teacher at the school
    budi: Employee  # her supervisor: head of the school
    citra: Employee  # his supervisor, so Ani's superior: head of the division
    hadi: Employee  # peers of Ani, teachers at the same school
    intan: Employee
    joko: Employee
    mira: Employee  # subordinate of Budi
    kartika: Employee  # agency head: head of the dinas
    lukman: Employee  # acting head (Plt) of the other school
    dewi: Employee  # HR of their agency
    eko: Employee  # HR of another agency
    nina: Employee  # performance manager of the dinas
    gita: Employee  # HR of the city
    fajar: Employee  # auditor
    surya: Employee  # the Mayor: elected, rates and is not appraised
    rahmat: Employee  # system administrator

    def person(self, name: str) -> Employee:
        """A persona by name."""
        if name not in PERSONAS:
            raise KeyError(name)
        employee: Employee = getattr(self, name)
        return employee

    def actor(self, name: str, *, day: dt.date) -> Actor:
        """A persona as they act on a day, with the roles they hold then."""
        person = self.person(name)
        return load_actor(person.pk, person.name, day)


PLACES = ("root", "dinas", "division", "school", "other_school", "other_dinas")
PERSONAS: tuple[str, ...] = tuple(field.name for field in fields(City) if field.name not in PLACES)

NAMES = {
    "ani": "Ani Suryani",
    "budi": "Budi Hermawan",
    "citra": "Citra Lestari",
    "hadi": "Hadi Gunawan",
    "intan": "Intan Permata",
    "joko": "Joko Prasetyo",
    "mira": "Mira Rahayu",
    "kartika": "Kartika Dewanti",
    "lukman": "Lukman Hakim",
    "dewi": "Dewi Anggraeni",
    "eko": "Eko Saputra",
    "nina": "Nina Marlina",
    "gita": "Gita Puspita",
    "fajar": "Fajar Ramadhan",
    "surya": "Surya Wijaya",
    "rahmat": "Rahmat Hidayat",
}


def build_city() -> City:
    """Places, people, placements, one Plt and the granted roles; no cycle yet."""
    root = city()
    dinas = AgencyFactory(code="DISDIK", name="Dinas Pendidikan", parent=root)
    division = AgencyFactory(code="SD", name="Bidang Pembinaan SD", kind=AgencyKind.DIVISION, parent=dinas)
    school = AgencyFactory(code="SDN901", name="SD Negeri 901", kind=AgencyKind.SCHOOL, parent=division)
    other_school = AgencyFactory(code="SDN902", name="SD Negeri 902", kind=AgencyKind.SCHOOL, parent=division)
    other_dinas = AgencyFactory(code="DINKES", name="Dinas Kesehatan", parent=root)
    people = {name: _person(name) for name in PERSONAS}
    found = City(root, dinas, division, school, other_school, other_dinas, **people)
    _place(found)
    _grant(found)
    return found


def _person(name: str) -> Employee:
    kind = EmploymentType.ELECTED if name == "surya" else EmploymentType.PNS
    employee = EmployeeFactory(login=name, name=NAMES[name], employment_type=kind, password=password_hash())
    if kind != EmploymentType.ELECTED:
        PersonnelNumberFactory(employee=employee, period=since(LONG_AGO))
    return employee


def _place(found: City) -> None:
    """Who serves where: heads first. The other school has no head of its own, Lukman acts there."""
    teacher = PositionFactory()
    for name, agency in (
        ("surya", found.root),
        ("kartika", found.dinas),
        ("citra", found.division),
        ("budi", found.school),
    ):
        _serve(found.person(name), agency, teacher, is_head=True)
    for name in ("ani", "hadi", "intan", "joko", "mira", "lukman"):
        _serve(found.person(name), found.school, teacher)
    for name in ("dewi", "nina", "gita", "fajar", "rahmat"):
        _serve(found.person(name), found.dinas, teacher)
    _serve(found.eko, found.other_dinas, teacher)
    ActingFactory(
        employee=found.lukman, agency=found.other_school, kind=ActingKind.PLT, period=since(LONG_AGO)
    )


def _serve(employee: Employee, agency: Agency, position: Position, *, is_head: bool = False) -> None:
    PlacementFactory(
        employee=employee, agency=agency, position=position, is_head=is_head, period=since(LONG_AGO)
    )


def _grant(found: City) -> None:
    for name, role, agency in (
        ("kartika", Role.AGENCY_HEAD, found.dinas),
        ("dewi", Role.HR_AGENCY, found.dinas),
        ("eko", Role.HR_AGENCY, found.other_dinas),
        ("nina", Role.PERFORMANCE_MANAGER, found.dinas),
        ("gita", Role.HR_CITY, found.root),
        ("fajar", Role.AUDITOR, found.root),
        ("rahmat", Role.ADMIN, found.root),
    ):
        RoleGrantFactory(employee=found.person(name), role=role, agency=agency, period=since(LONG_AGO))
