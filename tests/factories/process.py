"""Legal rows of the yearly process as they stand at its beginning; tests/year walks them on with the real services."""

from __future__ import annotations

import datetime as dt

import factory

from appraisal.enums import CycleState, Phase
from appraisal.models import Appraisal, Cycle, PhaseWindow
from core.clock import day_end, day_start
from tests.factories.people import EmployeeFactory, PlacementFactory

# A year in which no two windows overlap, so that a moment names its phase.
PHASE_DAYS: dict[Phase, tuple[dt.date, dt.date]] = {
    Phase.PLANNING: (dt.date(2026, 1, 2), dt.date(2026, 1, 31)),
    Phase.EXECUTION: (dt.date(2026, 2, 1), dt.date(2026, 12, 9)),
    Phase.SELF_ASSESSMENT: (dt.date(2026, 12, 10), dt.date(2026, 12, 24)),
    Phase.SUPERVISOR_REVIEW: (dt.date(2026, 12, 28), dt.date(2027, 1, 10)),
    Phase.CALIBRATION: (dt.date(2027, 1, 11), dt.date(2027, 1, 20)),
    Phase.PUBLICATION: (dt.date(2027, 1, 21), dt.date(2027, 2, 14)),
}


class CycleFactory(factory.django.DjangoModelFactory):
    """An open cycle with the city's windows; `windows=None` leaves them out."""

    class Meta:
        model = Cycle
        django_get_or_create = ("year",)
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(state=CycleState.DRAFT, opened_at=None)

    year = 2026
    state = CycleState.OPEN
    opened_at = day_start(dt.date(2026, 1, 2))

    @factory.post_generation
    def windows(self, create: bool, extracted: object) -> None:
        """One window of the city for each phase in use."""
        if create and not self.windows.exists():
            PhaseWindow.objects.bulk_create(
                [
                    PhaseWindow(cycle=self, phase=phase, opens_at=day_start(first), closes_at=day_end(last))
                    for phase, (first, last) in PHASE_DAYS.items()
                ]
            )


class AppraisalFactory(factory.django.DjangoModelFactory):
    """An appraisal nobody has touched yet, of a placement of its own."""

    class Meta:
        model = Appraisal

    cycle = factory.SubFactory(CycleFactory)
    placement = factory.SubFactory(PlacementFactory)
    employee = factory.SelfAttribute("placement.employee")
    agency = factory.SelfAttribute("placement.agency")
    supervisor = factory.SubFactory(EmployeeFactory)
    superior = factory.SubFactory(EmployeeFactory)
    first_day = dt.date(2026, 1, 1)
    last_day = dt.date(2026, 12, 31)
