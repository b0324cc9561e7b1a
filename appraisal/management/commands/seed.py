"""Fill a database with any number of employees, for measuring."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Agency
from appraisal.demo.seed import seed
from core import clock


class Command(BaseCommand):
    """`manage.py seed --employees 100000`: only into a database that holds nothing but the reference data."""

    help = "Make so many employees with one open cycle, agreed plans, self-assessments and reviewers."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many, and whether with answers."""
        parser.add_argument("--employees", type=int, required=True)
        parser.add_argument(
            "--envelopes", action="store_true", help="let every reviewer have sent a sealed answer"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make them and say how long it took."""
        if settings.PRODUCTION:
            raise CommandError("Invented people have no place in production.")
        if not Agency.objects.exists():
            raise CommandError("Run load_reference first.")
        started = time.perf_counter()
        try:
            seed(
                options["employees"],
                at=clock.now(),
                envelopes=options["envelopes"],
                say=self.stdout.write,
            )
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{time.perf_counter() - started:.1f} s")
