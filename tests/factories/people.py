"""Legal people and places."""

from __future__ import annotations

import datetime as dt
from typing import Any

import factory
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.actors import Actor, Grant
from accounts.enums import ActingKind, AgencyKind, EmploymentType, LeaveKind, PositionType, Role
from accounts.models import (
    Acting,
    Agency,
    Employee,
    Leave,
    PersonnelNumber,
    Placement,
    Position,
    PositionFamily,
    PositionLevel,
    RoleGrant,
    SupervisorOverride,
)

NEW_YEAR = dt.date(2026, 1, 1)


def since(day: dt.date = NEW_YEAR) -> DateRange:
    """From this day on, without an end."""
    return DateRange(day, None)


def until(last_day: dt.date, first_day: dt.date = dt.date(2020, 1, 1)) -> DateRange:
    """The days up to the last one, included."""
    return DateRange(first_day, last_day + dt.timedelta(days=1))


class AgencyFactory(factory.django.DjangoModelFactory):
    """A unit; without `parent` the city, which exists once."""

    class Meta:
        model = Agency
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"U{n}")
    name = factory.LazyAttribute(lambda o: f"Unit {o.code}")
    kind = AgencyKind.DINAS
    parent = None
    path = factory.LazyAttribute(lambda o: f"{o.parent.path if o.parent else ''}{o.code}/")


def city() -> Agency:
    """The root of the tree."""
    return AgencyFactory(code="KOTA", name="Pemerintah Kota Bandung", kind=AgencyKind.CITY)


class PositionFactory(factory.django.DjangoModelFactory):
    """A title of the family of primary school teachers."""

    class Meta:
        model = Position
        django_get_or_create = ("title", "unit_kind")

    title = "Guru Kelas Ahli Pertama"
    unit_kind = AgencyKind.SCHOOL
    position_type = PositionType.FUNCTIONAL
    family = factory.LazyFunction(
        lambda: PositionFamily.objects.get_or_create(code="guru_sd", defaults={"name": "Guru SD"})[0]
    )
    level = factory.LazyFunction(
        lambda: PositionLevel.objects.get_or_create(
            code="ahli_pertama", defaults={"name": "Fungsional Ahli Pertama"}
        )[0]
    )


class EmployeeFactory(factory.django.DjangoModelFactory):
    """A civil servant who never signs in, unless a test gives a password."""

    class Meta:
        model = Employee
        skip_postgeneration_save = True

    login = factory.Sequence(lambda n: f"pegawai{n}")
    name = factory.Sequence(lambda n: f"Pegawai Contoh {n}")
    employment_type = EmploymentType.PNS
    password = "!"


class PersonnelNumberFactory(factory.django.DjangoModelFactory):
    """A valid fictional NIP."""

    class Meta:
        model = PersonnelNumber

    employee = factory.SubFactory(EmployeeFactory)
    digits = factory.Sequence(lambda n: f"{19700101 + n // 900 % 28:08d}2005031{n % 900 + 100:03d}")
    period = factory.LazyFunction(since)


class PlacementFactory(factory.django.DjangoModelFactory):
    """Somebody who serves at a unit since the new year."""

    class Meta:
        model = Placement

    employee = factory.SubFactory(EmployeeFactory)
    agency = factory.LazyFunction(city)
    position = factory.SubFactory(PositionFactory)
    is_head = False
    period = factory.LazyFunction(since)


class ActingFactory(factory.django.DjangoModelFactory):
    """A Plt since the new year."""

    class Meta:
        model = Acting

    employee = factory.SubFactory(EmployeeFactory)
    agency = factory.LazyFunction(city)
    kind = ActingKind.PLT
    decree = "821.2/Kep.1-BKPSDM/2026"
    period = factory.LazyFunction(since)


class LeaveFactory(factory.django.DjangoModelFactory):
    """Somebody who is away since the new year."""

    class Meta:
        model = Leave

    employee = factory.SubFactory(EmployeeFactory)
    kind = LeaveKind.LONG
    period = factory.LazyFunction(since)


class SupervisorOverrideFactory(factory.django.DjangoModelFactory):
    """A decided supervisor since the new year."""

    class Meta:
        model = SupervisorOverride

    placement = factory.SubFactory(PlacementFactory)
    supervisor = factory.SubFactory(EmployeeFactory)
    reason = "The head of the unit is a relative."
    period = factory.LazyFunction(since)


class RoleGrantFactory(factory.django.DjangoModelFactory):
    """A role in the whole city since the new year."""

    class Meta:
        model = RoleGrant

    employee = factory.SubFactory(EmployeeFactory)
    role = Role.HR_CITY
    agency = factory.LazyFunction(city)
    reason = "Appointed for the tests."
    period = factory.LazyFunction(since)


def actor_with(*roles: Role, path: str = "KOTA/", employee: Employee | None = None, **fields: Any) -> Actor:
    """An actor who holds the roles in the subtree of `path`."""
    person = employee or EmployeeFactory(**fields)
    return Actor(
        id=person.id, name=person.name, grants=tuple(Grant(role=role, path=path) for role in sorted(roles))
    )
