"""Fill the database with the invented year, or move it on to today."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from appraisal.demo.accounts import write_accounts
from appraisal.demo.phases import move_on
from appraisal.demo.year import AlreadyMade, make_year
from core import clock


class Command(BaseCommand):
    """`manage.py demo_year [--move-on]`: never on a production system, because all of its people are invented."""

    help = "Make the invented year of the demo, or move its open windows on to today."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to make or to move, and where the accounts are written."""
        parser.add_argument("--move-on", action="store_true", help="only move the open windows on to today")
        parser.add_argument("--accounts", type=Path, default=settings.DEMO_ACCOUNTS_FILE)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make the year; where it is made already, move it on. Says how long it took."""
        if settings.PRODUCTION:
            raise CommandError("The people of the demo are invented; they have no place in production.")
        started = time.perf_counter()
        at = clock.now()
        if options["move_on"]:
            self._move(at)
        else:
            try:
                counts = make_year(at=at)
            except AlreadyMade:
                self._move(at)
            else:
                self.stdout.write(", ".join(f"{kind}: {number}" for kind, number in counts.items()))
        write_accounts(options["accounts"])
        self.stdout.write(f"{time.perf_counter() - started:.1f} s")

    def _move(self, at: Any) -> None:
        self.stdout.write(f"The open windows were moved on by {move_on(at=at)} days.")
