"""The year as a strip of phases with the person's own dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils import formats
from django.utils.translation import gettext as _

from appraisal.enums import Phase
from appraisal.obstacles import OBJECTION_DAYS
from appraisal.windows import Window
from core.clock import last_day, today
from core.components import PhaseStep
from core.wording import day


def phase_steps(windows: Mapping[Phase, Window], at: dt.datetime) -> tuple[PhaseStep, ...]:
    """Every phase with a window in order of its opening, then the days in which one may object."""
    if not windows:
        return ()
    ordered = sorted(windows.items(), key=lambda pair: (pair[1].opens_at, pair[1].closes_at))
    here = _closing_first(windows, at)
    steps = [_step(phase, window, at, here=phase == here) for phase, window in ordered]
    objection = _("%(days)d days from the day you open your result") % {"days": OBJECTION_DAYS}
    return (*steps, PhaseStep(_("Objection"), objection))


def _closing_first(windows: Mapping[Phase, Window], at: dt.datetime) -> Phase | None:
    """Of the open phases the one that closes first: there the person is."""
    open_now = [(window.closes_at, phase) for phase, window in windows.items() if window.is_open(at)]
    return min(open_now)[1] if open_now else None


def _step(phase: Phase, window: Window, at: dt.datetime, *, here: bool) -> PhaseStep:
    if window.has_closed(at):
        return PhaseStep(phase.label, days_of(window), "done")
    if not window.is_open(at):
        return PhaseStep(phase.label, days_of(window))
    until = day(last_day(window.closes_at))
    text = _("You are here. Until %(day)s.") if here else _("Open as well. Until %(day)s.")
    return PhaseStep(phase.label, text % {"day": until}, "now")


def days_of(window: Window) -> str:
    """First and last day in few words: "2–31 Januari", "28 Desember – 10 Januari"."""
    first, last = today(window.opens_at), last_day(window.closes_at)
    if last <= first:
        return formats.date_format(first, "j F")
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{formats.date_format(last, 'j F')}"
    return f"{formats.date_format(first, 'j F')} – {formats.date_format(last, 'j F')}"
