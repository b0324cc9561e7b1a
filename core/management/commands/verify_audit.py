"""`manage.py verify_audit`: compute the record again and say what is wrong with it."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from core.canonical import plain
from core.clock import now
from core.verification import PATIENCE, Report, check_record


class Command(BaseCommand):
    """Exit code 0 when the record is whole, 1 when anything is wrong with it or the head is not in it."""

    help = "Compute digests, roots and chain of the record again; with --head, find a head that was kept elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        """The head, the form and language of the answer, and how long an event may wait for its seal."""
        parser.add_argument("--head", default="", help="a head kept elsewhere: 64 hexadecimal digits")
        parser.add_argument("--json", action="store_true", help="answer for machines")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument(
            "--patience",
            type=int,
            metavar="MINUTES",
            default=int(PATIENCE.total_seconds() // 60),
            help="how long an event may wait for its seal (%(default)s)",
        )

    def handle(self, **options: Any) -> None:
        """Check and tell."""
        head = options["head"].strip()
        with translation.override(options["language"] or settings.LANGUAGE_CODE):
            if head and not re.fullmatch(r"[0-9a-fA-F]{64}", head):
                raise CommandError(_("A head has 64 hexadecimal digits, as in the daily message."))
            report = check_record(at=now(), head=head, patience=dt.timedelta(minutes=options["patience"]))
            self.stdout.write(as_json(report) if options["json"] else as_text(report))
        if not report.is_whole:
            raise SystemExit(1)


def as_text(report: Report) -> str:
    """The answer for people, in the language in force."""
    lines = [problem.text for problem in report.problems]
    if report.problem_count > len(report.problems):
        lines.append(_("And %(n)s more.") % {"n": report.problem_count - len(report.problems)})
    lines.append(
        _("Checked: %(events)s events in %(seals)s seals; %(waiting)s events wait for the next seal.")
        % {"events": report.events, "seals": report.seals, "waiting": report.waiting}
    )
    if report.erased:
        lines.append(
            _("Of %(n)s events the detail was erased by the retention rule; the seal still proves the rest.")
            % {"n": report.erased}
        )
    if report.latest:
        lines.append(
            _("Latest seal: %(number)s, head %(head)s.")
            % {"number": report.latest.number, "head": report.latest.head_text}
        )
    if report.asked_seal:
        lines.append(
            _("The head you gave is that of seal %(number)s, sealed %(at)s.")
            % {"number": report.asked_seal.number, "at": plain(report.asked_seal.sealed_at)}
        )
    lines.append(
        _("The record is whole.")
        if report.is_whole
        else _("The record is NOT whole: %(n)s problems.") % {"n": report.problem_count}
    )
    return "\n".join(lines)


def as_json(report: Report) -> str:
    """The answer for machines."""
    return json.dumps(
        {
            "whole": report.is_whole,
            "events": report.events,
            "seals": report.seals,
            "erased": report.erased,
            "waiting": report.waiting,
            "latest": report.latest and {"number": report.latest.number, "head": report.latest.head_text},
            "asked_seal": report.asked_seal and report.asked_seal.number,
            "problem_count": report.problem_count,
            "problems": [{"code": each.code, **each.params, "text": each.text} for each in report.problems],
        },
        ensure_ascii=False,
    )
