"""`manage.py ballot_keys`: how the keys of the boxes stand, and what can be done when one is missing."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from appraisal import key_files
from appraisal.models import BallotKey
from appraisal.selectors.ballot_keys import KeyRow, key_rows
from appraisal.services import ballot_keys
from core.clock import now
from core.errors import DomainError


class Command(BaseCommand):
    """Exit code 1 when `check` or `restore` leaves a key or copy that is missing or wrong. No key is ever printed."""

    help = "List or check the keys of the boxes, restore them from their copies, or give a lost one up."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do; giving up needs the key and a reason."""
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES])
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("list", help="every key that is not destroyed, with its agency and its two files")
        acts.add_parser("check", help="the same, only what is wrong; for monitoring")
        acts.add_parser("restore", help="put back what is missing or wrong from the good file of the two")
        lost = acts.add_parser("give-up", help="give a key up as lost: its envelopes are deleted")
        lost.add_argument("key", type=uuid.UUID, help="the key's id, as `list` shows it")
        lost.add_argument("--reason", required=True, help="how it was lost; stays on record")

    def handle(self, **options: Any) -> None:
        """Do it and tell."""
        with translation.override(options["language"] or settings.LANGUAGE_CODE):
            try:
                self._act(options["act"], options)
            except DomainError as error:
                raise CommandError(" ".join(str(reason) for reason in error.reasons)) from error
            except OSError as error:
                raise CommandError(
                    _("A file cannot be written: %(why)s") % {"why": error.strerror or error}
                ) from error
            except BallotKey.DoesNotExist as error:
                raise CommandError(_("There is no such key. See `ballot_keys list`.")) from error

    def _act(self, act: str, options: dict[str, Any]) -> None:
        if act == "restore":
            for key in ballot_keys.restore_copies(at=now()):
                self.stdout.write(_("Restored: %(agency)s") % {"agency": key.agency.name})
        if act == "give-up":
            lost = ballot_keys.replace_lost_key(key_id=options["key"], reason=options["reason"], at=now())
            self.stdout.write(_("A new key was made. Envelopes lost with the old one: %(n)s.") % {"n": lost})
        rows = key_rows()
        self._tell([row for row in rows if act == "list" or not row.is_good])
        if not key_files.folders_in_order():
            self.stdout.write(_("The two folders must be different and writable. See BALLOT_KEYS_DIR."))
        if act != "list" and not (all(row.is_good for row in rows) and key_files.folders_in_order()):
            raise SystemExit(1)

    def _tell(self, rows: list[KeyRow]) -> None:
        for row in rows:
            self.stdout.write(f"{row.key.pk}  {row.key.cycle.year}  {row.agency.name}: {row.text}")
