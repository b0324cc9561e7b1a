"""The people of the demo: names, numbers, placements, grades, roles; every one of them invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from zlib import crc32

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.enums import ActingKind, EmploymentType, Role
from accounts.models import (
    Acting,
    Agency,
    Employee,
    GradeHistory,
    PersonnelNumber,
    Placement,
    Position,
    RoleGrant,
    SupervisorOverride,
)
from appraisal.demo import places, texts
from appraisal.demo.dice import Dice
from appraisal.demo.personas import PASSWORD_HASH, PERSONAS, Persona

QUALITIES = ((9, "exemplary"), (42, "good"), (46, "plain"), (3, "weak"))
CONTRACT_PERCENT = 30
NEWCOMER_PERCENT = 2
WITHOUT_ADDRESS_PERCENT = 4
AGES: Mapping[str, tuple[int, int]] = {
    "jpt_pratama": (48, 57),
    "administrator": (42, 56),
    "pengawas": (36, 55),
    "ahli_utama": (50, 60),
    "ahli_madya": (42, 57),
    "ahli_muda": (34, 50),
    "ahli_pertama": (25, 38),
    "elected": (45, 60),
}
OTHER_AGES = (24, 52)
GRADES = [
    f"{roman}/{letter}"
    for roman in ("I", "II", "III", "IV")
    for letter in "abcde"[: 5 if roman == "IV" else 4]
]
CONTRACT_GRADES = {"ahli_pertama": "IX", "ahli_muda": "XI", "ahli_madya": "XIII", "terampil": "VII"}
HR_TITLES = ("Kepala Subbagian Umum dan Kepegawaian", "Sekretaris Kecamatan")


@dataclass(slots=True)
class Person:
    """One invented person with everything that hangs on them."""

    employee: Employee
    number: PersonnelNumber | None
    grade: GradeHistory | None
    placements: list[Placement]
    quality: str
    persona: Persona | None = None

    @property
    def login(self) -> str:
        """Their login."""
        return self.employee.login


@dataclass(slots=True)
class People:
    """Everybody, and what was decided about them."""

    persons: list[Person] = field(default_factory=list)
    acting: list[Acting] = field(default_factory=list)
    overrides: list[SupervisorOverride] = field(default_factory=list)
    grants: list[RoleGrant] = field(default_factory=list)

    def by_login(self, login: str) -> Person:
        """The person with this login."""
        return next(person for person in self.persons if person.login == login)

    def save(self) -> None:
        """Store everybody, a few statements per table."""
        Employee.objects.bulk_create([person.employee for person in self.persons], batch_size=1000)
        PersonnelNumber.objects.bulk_create([person.number for person in self.persons if person.number])
        GradeHistory.objects.bulk_create([person.grade for person in self.persons if person.grade])
        Placement.objects.bulk_create([row for person in self.persons for row in person.placements])
        Acting.objects.bulk_create(self.acting)
        SupervisorOverride.objects.bulk_create(self.overrides)
        RoleGrant.objects.bulk_create(self.grants)


class Registry:
    """Makes people one after the other, never two with the same login or number."""

    def __init__(self, dice: Dice, year: int, agencies: Mapping[str, Agency]) -> None:
        self.dice = dice
        self.year = year
        self.agencies = agencies
        self.positions = {
            (position.title, position.unit_kind): position
            for position in Position.objects.select_related("level").order_by("pk")
        }
        self.people = People()
        self._waiting = list(PERSONAS)
        self._logins = {persona.login for persona in PERSONAS}
        self._digits: set[str] = set()

    def fill(self) -> People:
        """Fill every post of every unit, then decide who acts, who is led by somebody else, and who holds a role."""
        for unit in places.units():
            for post in unit.posts:
                for _unused in range(post.number):
                    self._fill_post(unit, post)
        self._decide()
        self._grant()
        return self.people

    # --- posts ----------------------------------------------------------------------------------

    def _fill_post(self, unit: places.Unit, post: places.Post) -> None:
        persona = next((p for p in self._waiting if (p.unit, p.title) == (unit.code, post.title)), None)
        position = self.positions[(post.title, post.kind)]
        person = self._person(persona, position)
        agency = self.agencies[unit.code]
        if persona is not None:
            self._waiting.remove(persona)
        if persona is not None and persona.login == "dadan":
            person.placements = self._transferred(person, position)
        else:
            person.placements = [self._placement(person, agency, position, post)]
        self.people.persons.append(person)

    def _placement(self, person: Person, agency: Agency, position: Position, post: places.Post) -> Placement:
        first = dt.date(self.year - 1 - self.dice.number(0, 5), 1, 1)
        last: dt.date | None = None
        if agency.code == places.VACANT_UNIT and post.is_head:
            last = dt.date(self.year, 1, 1)
            person.employee.left_on, person.employee.is_active = last - dt.timedelta(days=1), False
        elif not post.is_head and person.persona is None and self.dice.chance(NEWCOMER_PERCENT):
            first = dt.date(self.year, 2, 1)
        return Placement(
            id=self.dice.uuid(),
            employee=person.employee,
            agency=agency,
            position=position,
            is_head=post.is_head,
            period=DateRange(first, last),
        )

    def _transferred(self, person: Person, position: Position) -> list[Placement]:
        """A move from one school to another in the middle of the year: two segments, two appraisals."""
        middle = dt.date(self.year, 7, 1)
        return [
            Placement(
                id=self.dice.uuid(),
                employee=person.employee,
                agency=self.agencies[code],
                position=position,
                period=DateRange(first, last),
            )
            for code, first, last in (
                (places.NEXT_SCHOOL, dt.date(self.year - 3, 1, 1), middle),
                (places.ANIS_SCHOOL, middle, None),
            )
        ]

    # --- persons --------------------------------------------------------------------------------

    def _person(self, persona: Persona | None, position: Position) -> Person:
        sex = persona.sex if persona else self.dice.pick("fm")
        name = persona.name if persona else self._name(sex)
        if position.level_id == "elected":
            kind = EmploymentType.ELECTED
        elif (
            position.position_type == "fungsional"
            and position.level_id in CONTRACT_GRADES
            and persona is None
        ):
            kind = EmploymentType.PPPK if self.dice.chance(CONTRACT_PERCENT) else EmploymentType.PNS
        else:
            kind = EmploymentType.PNS
        employee = Employee(
            id=self.dice.uuid(),
            login=persona.login if persona else self._login(name),
            name=name,
            employment_type=kind,
            password=PASSWORD_HASH,
        )
        # A few have no address: what they are told stands in their inbox.
        if persona is not None or crc32(employee.login.encode()) % 100 >= WITHOUT_ADDRESS_PERCENT:
            employee.email = f"{employee.login}@bandung.example"
        quality = self.dice.weighted(QUALITIES)
        if persona is not None:
            quality = "exemplary" if persona.login == "intan" else "good"
        number, grade = None, None
        if kind != EmploymentType.ELECTED:
            number, grade = self._number(employee, position, sex), self._grade(employee, position)
        return Person(employee, number, grade, [], quality, persona)

    def _name(self, sex: str) -> str:
        parts = texts.names()
        first = self.dice.pick(parts[f"{'sundanese' if self.dice.chance(45) else 'given'}_{sex}"])
        if self.dice.chance(7):
            return first
        second = self.dice.pick(parts["family"] if self.dice.chance(75) else parts[f"given_{sex}"])
        return first if second == first else f"{first} {second}"

    def _login(self, name: str) -> str:
        plain = ".".join(name.lower().split())
        login, count = plain, 1
        while login in self._logins:
            count += 1
            login = f"{plain}{count}"
        self._logins.add(login)
        return login

    def _number(self, employee: Employee, position: Position, sex: str) -> PersonnelNumber:
        """A valid NIP or NI PPPK: birth date, first appointment, sex, and a serial from 900 up."""
        youngest, oldest = AGES.get(position.level_id, OTHER_AGES)
        while True:
            birth = self.dice.day(dt.date(self.year - oldest, 1, 1), dt.date(self.year - youngest, 12, 28))
            appointed = min(self.year - 2, birth.year + self.dice.number(22, 28))
            if employee.employment_type == EmploymentType.PPPK:
                appointed = max(self.year - 5, birth.year + 22)
                since = f"{min(appointed, self.year - 2)}21"
            else:
                since = f"{appointed}{self.dice.pick(('01', '03', '04', '12'))}"
            digits = f"{birth:%Y%m%d}{since}{1 if sex == 'm' else 2}{self.dice.number(901, 999)}"
            if digits not in self._digits:
                self._digits.add(digits)
                return PersonnelNumber(
                    employee=employee,
                    digits=digits,
                    period=DateRange(dt.date(int(since[:4]), 12, 1), None),
                )

    def _grade(self, employee: Employee, position: Position) -> GradeHistory:
        if employee.employment_type == EmploymentType.PPPK:
            grade = CONTRACT_GRADES[position.level_id]
        else:
            first, last = GRADES.index(position.grade_from), GRADES.index(position.grade_to)
            grade = GRADES[self.dice.number(first, last)]
        return GradeHistory(
            employee=employee, grade=grade, period=DateRange(dt.date(self.year - 2, 4, 1), None)
        )

    # --- what was decided -----------------------------------------------------------------------

    def _decide(self) -> None:
        """Lukman acts for the vacant division; one nurse is led from above, because the head is her husband."""
        self.people.acting.append(
            Acting(
                id=self.dice.uuid(),
                employee=self.people.by_login("lukman").employee,
                agency=self.agencies[places.VACANT_UNIT],
                kind=ActingKind.PLT,
                decree=f"821.2/Kep.17-BKPSDM/{self.year}",
                period=DateRange(dt.date(self.year, 1, 1), None),
            )
        )
        gita = self.people.by_login("gita").employee
        nurse = next(self._serving("P9002", "Perawat Mahir"))
        head = next(self._serving(f"{places.DINKES}-YANKES", "Kepala Bidang Pelayanan Kesehatan"))
        self.people.overrides.append(
            SupervisorOverride(
                id=self.dice.uuid(),
                placement=nurse.placements[0],
                supervisor=head.employee,
                period=DateRange(dt.date(self.year - 1, 1, 1), None),
                reason="Kepala puskesmas adalah suaminya, sehingga penilaian dipegang kepala bidang.",
                decided_by=gita,
            )
        )

    def _serving(self, code: str, title: str) -> Iterator[Person]:
        for person in self.people.persons:
            row = person.placements[-1]
            if row.agency.code == code and row.position.title == title:
                yield person

    def _grant(self) -> None:
        """The personas' roles; besides, each agency has its head and its HR admin."""
        for person in self.people.persons:
            for role, code in person.persona.grants if person.persona else ():
                self._give(person, role, code)
        for code in places.PHASE_OF:
            held = {grant.role for grant in self.people.grants if grant.agency.code == code}
            if Role.AGENCY_HEAD not in held:
                self._give(self._head_of(code), Role.AGENCY_HEAD, code)
            if Role.HR_AGENCY not in held:
                self._give(self._hr_of(code), Role.HR_AGENCY, code)

    def _head_of(self, code: str) -> Person:
        return next(
            person
            for person in self.people.persons
            if person.placements[-1].agency.code == code and person.placements[-1].is_head
        )

    def _hr_of(self, code: str) -> Person:
        return next(
            person
            for person in self.people.persons
            if person.placements[-1].agency.path.startswith(self.agencies[code].path)
            and person.placements[-1].position.title in HR_TITLES
        )

    def _give(self, person: Person, role: Role, code: str) -> None:
        self.people.grants.append(
            RoleGrant(
                id=self.dice.uuid(),
                employee=person.employee,
                role=role,
                agency=self.agencies[code],
                period=DateRange(dt.date(self.year - 1, 1, 1), None),
                granted_by=None,
                reason="Penunjukan dalam tahun peragaan.",
            )
        )


def make_people(dice: Dice, year: int, agencies: Mapping[str, Agency]) -> People:
    """Invent and store everybody. The units and positions must be there."""
    people = Registry(dice, year, agencies).fill()
    people.save()
    return people
