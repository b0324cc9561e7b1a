"""How people are named on documents: number, grade, position and unit as they were on a day."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import CharField, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.enums import EmploymentType
from accounts.models import Employee, GradeHistory, PersonnelNumber, Placement
from accounts.nip import grouped
from core.errors import Sentence

NUMBER_LABELS: dict[str, Sentence] = {
    EmploymentType.PNS: _("NIP"),
    EmploymentType.PPPK: _("NI PPPK"),
    EmploymentType.ELECTED: _("NIP"),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """One person on one day; what was not known on that day is "". `number` is grouped as on documents."""

    name: str
    number_label: Sentence
    number: str
    grade: str
    position: str
    unit: str

    @property
    def post(self) -> str:
        """Position and unit in one line."""
        return ", ".join(part for part in (self.position, self.unit) if part)


def identities_on(people: Iterable[uuid.UUID | None], day: dt.date) -> dict[uuid.UUID, Identity]:
    """The people as they were on the day, by id. One query; ids that are None or unknown are left out."""

    def on_the_day(model: type[PersonnelNumber | GradeHistory | Placement], column: str) -> Subquery:
        rows = model.objects.filter(employee=OuterRef("pk"), period__contains=day).order_by("pk")
        return Subquery(rows.values(column)[:1], output_field=CharField())

    found = Employee.objects.filter(pk__in={person for person in people if person is not None}).annotate(
        digits=on_the_day(PersonnelNumber, "digits"),
        grade=on_the_day(GradeHistory, "grade"),
        position=on_the_day(Placement, "position__title"),
        unit=on_the_day(Placement, "agency__name"),
    )
    return {
        person.pk: Identity(
            name=person.name,
            number_label=NUMBER_LABELS[person.employment_type],
            number=grouped(person.digits) if person.digits else "",
            grade=person.grade or "",
            position=person.position or "",
            unit=person.unit or "",
        )
        for person in found
    }
