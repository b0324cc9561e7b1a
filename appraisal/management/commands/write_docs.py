"""The generated pages of docs/."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from appraisal.management.permissions_page import permissions_page
from appraisal.management.workflow_page import workflow_page


def pages() -> dict[str, str]:
    """The generated pages by file name, in English."""
    with translation.override("en"):
        return {"workflow.md": workflow_page(), "permissions.md": permissions_page()}


class Command(BaseCommand):
    """Writes docs/workflow.md and docs/permissions.md, or says whether they are as they would be written."""

    help = "Write docs/workflow.md and docs/permissions.md from the code; with --check only compare."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the flag and, for tests, another folder."""
        parser.add_argument(
            "--check", action="store_true", help="fail when a page is out of date, write nothing"
        )
        parser.add_argument(
            "--folder", type=Path, default=settings.BASE_DIR / "docs", help="where the pages are"
        )

    def handle(self, *, check: bool, folder: Path, **options: object) -> None:
        """Write, or compare. Raises CommandError with the pages that are out of date."""
        stale = []
        for name, text in pages().items():
            path = folder / name
            if path.exists() and path.read_text(encoding="utf-8") == text:
                continue
            stale.append(name)
            if not check:
                path.write_text(text, encoding="utf-8")
                self.stdout.write(f"wrote {name}")
        if check and stale:
            raise CommandError(f"Out of date, run write_docs: {', '.join(stale)}.")
