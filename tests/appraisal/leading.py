"""Support for the pages of those who lead: sessions, windows around the present moment, more people in a team."""

from __future__ import annotations

import datetime as dt

from django.test import Client
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Employee, Placement
from appraisal.enums import PHASES_IN_USE, Phase
from appraisal.models import Appraisal, Cycle, PhaseWindow
from tests.appraisal import year as y
from tests.factories.people import EmployeeFactory, PlacementFactory

DAY = dt.timedelta(days=1)


def signed_in(actor: Actor, *, language: str = "en") -> Client:
    """A browser of that person, in English so that sentences can be compared."""
    person = Employee.objects.get(pk=actor.id)
    Employee.objects.filter(pk=person.pk).update(language=language)
    client = Client()
    client.force_login(person)
    return client


def open_now(cycle: Cycle, phase: Phase, *, days: int = 5) -> None:
    """Move the windows so that this phase is open now and closes in some days; earlier ones are over."""
    now = timezone.now()
    for place, known in enumerate(PHASES_IN_USE, start=-PHASES_IN_USE.index(phase)):
        PhaseWindow.objects.filter(cycle=cycle, phase=known, agency=None).update(
            opens_at=now + place * days * DAY - DAY, closes_at=now + (place + 1) * days * DAY - DAY
        )


def colleagues(year: y.Year, n: int) -> list[Appraisal]:
    """More people at Ani's school, each with an appraisal of this year."""
    mine = year.appraisal
    position = Placement.objects.get(pk=mine.placement_id).position
    made = []
    for number in range(n):
        person = EmployeeFactory(login=f"rekan{number}", name=f"Rekan {number:02}")
        placement = PlacementFactory(employee=person, agency=year.school, position=position)
        made.append(
            Appraisal.objects.create(
                cycle=year.cycle,
                placement=placement,
                employee=person,
                agency=year.school,
                supervisor_id=year.budi.id,
                superior_id=year.citra.id,
                first_day=mine.first_day,
                last_day=mine.last_day,
            )
        )
    return made


def as_year_of(year: y.Year, appraisal: Appraisal) -> y.Year:
    """The same year told about another person, for the helpers that fill plans and ratings."""
    person = Employee.objects.get(pk=appraisal.employee_id)
    return y.Year(
        cycle=year.cycle,
        dinas=year.dinas,
        school=year.school,
        ani=y.actor(person),
        budi=year.budi,
        citra=year.citra,
        dewi=year.dewi,
        gita=year.gita,
        stranger=year.stranger,
        appraisal_id=appraisal.pk,
    )
