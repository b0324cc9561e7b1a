"""Move one agency of the demo into another phase."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from accounts.models import Agency
from appraisal.demo.phases import move_agency_to
from appraisal.enums import Phase
from appraisal.models import Cycle
from appraisal.services.clock import tick
from core import clock


class Command(BaseCommand):
    """`manage.py demo_phase Disdik calibration`: the windows move, then the clock does what is due."""

    help = "Let an agency stand in another phase from today on."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which agency, by code or short name, and which phase."""
        parser.add_argument("agency", help="code or short name, for example Disdik")
        parser.add_argument("phase", choices=Phase.values)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Move the windows and run the clock once; what people have written stays."""
        if settings.PRODUCTION:
            raise CommandError("Phases of a real year are moved by HR, on its page.")
        wanted = options["agency"]
        agency = (
            Agency.objects.filter(Q(code__iexact=wanted) | Q(short_name__iexact=wanted))
            .order_by("path", "pk")
            .first()
        )
        if agency is None:
            raise CommandError(f"No agency has the code or short name {wanted!r}.")
        at = clock.now()
        try:
            move_agency_to(agency=agency, phase=Phase(options["phase"]), at=at)
        except Cycle.DoesNotExist:
            raise CommandError("No cycle is open; run demo_year first.") from None
        tick(at=at)
        self.stdout.write(f"{agency.label}: {Phase(options['phase']).label}")
