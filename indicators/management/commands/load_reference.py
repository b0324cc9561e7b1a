"""Load the reference data: units, positions, indicators, core values and competencies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.imports import DATA as PLACES
from core import clock
from core.tables import TableRefused
from indicators.imports import DATA, load_all


class Command(BaseCommand):
    """`manage.py load_reference`: may be run as often as one likes."""

    help = "Load the units, positions, indicators, core values and competencies of the city; twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Other folders than those of the project, for files that are being corrected."""
        parser.add_argument("--places", type=Path, default=PLACES, help="folder of units and positions")
        parser.add_argument("--measures", type=Path, default=DATA, help="folder of indicators and values")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load everything and say how many rows there are; a fault in a file names its line."""
        try:
            counts = load_all(at=clock.now(), places=options["places"], data=options["measures"])
        except TableRefused as refused:
            raise CommandError("\n".join(str(reason) for reason in refused.reasons)) from None
        self.stdout.write(", ".join(f"{kind}: {number}" for kind, number in counts.items()))
