"""Where an appraisal stands, in the words of the list: a badge, a note, and the one button that comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.enums import NotAssessedReason, Party, Phase, RatingState, ResultState, SelfState
from appraisal.selectors.steps import Step
from appraisal.selectors.team import Segment, TeamRow
from core.clock import CITY_TIME, last_day, today
from core.components import Badge
from core.wording import deadline, number

BADGES: Mapping[Step, Badge] = {
    Step.PLAN_AWAITED: Badge(gettext_lazy("Plan awaited"), "draft"),
    Step.PLAN_RETURNED: Badge(gettext_lazy("Plan returned"), "undo", "warn"),
    Step.PLAN_SENT: Badge(gettext_lazy("Plan received"), "send", "info"),
    Step.UNDER_WAY: Badge(gettext_lazy("Under way"), "clock", "plain"),
    Step.SELF_AWAITED: Badge(gettext_lazy("Self-assessment awaited"), "draft"),
    Step.SELF_RETURNED: Badge(gettext_lazy("Returned"), "undo", "warn"),
    Step.SELF_RECEIVED: Badge(gettext_lazy("Handed in"), "send", "info"),
    Step.SELF_MISSING: Badge(gettext_lazy("Not sent"), "ring"),
    Step.TO_RATE: Badge(gettext_lazy("To rate"), "send", "info"),
    Step.RATING: Badge(gettext_lazy("Draft"), "draft"),
    Step.TO_SAVE_FIRST: Badge(gettext_lazy("All rated"), "half", "info"),
    Step.FIRST_SAVED: Badge(gettext_lazy("First rating saved"), "half", "info"),
    Step.READY: Badge(gettext_lazy("Ready to send"), "check", "ok"),
    Step.NO_PLAN: Badge(gettext_lazy("No plan"), "stop", "bad"),
    Step.PASSED_ON: Badge(gettext_lazy("Passed on"), "right", "plain"),
    Step.SENT: Badge(gettext_lazy("Sent"), "check", "plain"),
    Step.NOT_ASSESSED: Badge(gettext_lazy("Not assessed"), "pause", "plain"),
    Step.TO_TALK: Badge(gettext_lazy("Result is ready"), "chat", "info"),
    Step.PUBLISHED: Badge(gettext_lazy("Published"), "check", "plain"),
}
LATE = Badge(gettext_lazy("Overdue"), "stop", "bad")
SEGMENTS = Badge(gettext_lazy("Part of the year"), "clock", "plain")


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as the table draws it. `notes` are short sentences; `action` is the words of the button to `url`.

    `remind_url` reminds the person of what is due of them, "" when nothing is or the reader does not lead them.
    """

    name: str
    position: str
    badges: tuple[Badge, ...]
    notes: tuple[str, ...]
    url: str
    action: str
    late: bool
    remind_url: str = ""


def shown_row(row: TeamRow, *, at: dt.datetime) -> ShownRow:
    """The row in the reader's language."""
    appraisal, own = row.appraisal, [LATE] if row.standing.late else [BADGES[row.step]]
    action, route = _action(row)
    return ShownRow(
        name=appraisal.employee.name,
        position=appraisal.placement.position.title,
        badges=tuple([*own, SEGMENTS] if row.is_segment else own),
        notes=tuple(note for note in (_NOTES[row.step](row, at), *_segment_notes(row)) if note),
        url=reverse(route, args=[appraisal.pk]),
        action=action,
        late=row.standing.late,
        remind_url=_remind_url(row),
    )


# --- notes --------------------------------------------------------------------------------------


def _on(value: dt.date) -> str:
    """A day of the list, without its weekday: "22 Desember 2026"."""
    local = value.astimezone(CITY_TIME).date() if isinstance(value, dt.datetime) else value
    return date_format(local, "j F Y")


def _late_by(closes_at: dt.datetime | None, at: dt.datetime) -> str:
    days = (today(at) - last_day(closes_at)).days if closes_at else 0
    return _("one day late") if days == 1 else _("%(n)s days late") % {"n": number(days)}


def _closing(row: TeamRow, phase: Phase) -> dt.datetime | None:
    window = row.facts.windows.get(phase)
    return window.closes_at if window else None


def _plan_awaited(row: TeamRow, at: dt.datetime) -> str:
    if row.standing.late:
        return _("Plan not sent, %(late)s") % {"late": _late_by(_closing(row, Phase.PLANNING), at)}
    return _("Plan not sent yet")


def _plan_returned(row: TeamRow, at: dt.datetime) -> str:
    moved_at = row.appraisal.plan_moved_at
    if row.standing.late:
        return _("Returned plan not sent again, %(late)s") % {
            "late": _late_by(_closing(row, Phase.PLANNING), at)
        }
    return _("Waiting for the mended plan since %(day)s") % {"day": _on(moved_at)} if moved_at else ""


def _plan_sent(row: TeamRow, at: dt.datetime) -> str:
    moved_at = row.appraisal.plan_moved_at
    if row.facts.has_agreed_plan:
        return _("A changed plan waits for agreement; the agreed one counts until then")
    if row.standing.late:
        return _("Plan waits for agreement, %(late)s") % {"late": _late_by(_closing(row, Phase.PLANNING), at)}
    return _("Plan received on %(day)s") % {"day": _on(moved_at)} if moved_at else ""


def _under_way(row: TeamRow, _at: dt.datetime) -> str:
    agreed_at = row.appraisal.plan_agreed_at
    return _("Plan agreed on %(day)s") % {"day": _on(agreed_at)} if agreed_at else ""


def _until(text: str, closes_at: dt.datetime | None) -> str:
    return text % {"moment": deadline(closes_at)} if closes_at else ""


def _self_awaited(row: TeamRow, _at: dt.datetime) -> str:
    return _until(_("Self-assessment open until %(moment)s"), row.standing.closes_at)


def _self_returned(row: TeamRow, _at: dt.datetime) -> str:
    return _until(_("Waiting for the mended self-assessment until %(moment)s"), row.standing.closes_at)


def _received(row: TeamRow) -> str:
    if row.facts.self_assessment == SelfState.NOT_SENT:
        return _("The self-assessment was not sent; rating goes on without it")
    sent_at = row.appraisal.self_sent_at
    return _("Self-assessment received on %(day)s") % {"day": _on(sent_at)} if sent_at else ""


def _self_received(row: TeamRow, _at: dt.datetime) -> str:
    window = row.facts.windows.get(Phase.SUPERVISOR_REVIEW)
    opens = _("Rating opens on %(day)s") % {"day": _on(window.opens_at)} if window else ""
    return ". ".join(part for part in (_received(row), opens) if part)


def _self_missing(row: TeamRow, at: dt.datetime) -> str:
    late = _late_by(_closing(row, Phase.SELF_ASSESSMENT), at)
    return _("Self-assessment not sent, %(late)s") % {"late": late}


def _to_rate(row: TeamRow, _at: dt.datetime) -> str:
    return _received(row)


def _rating(row: TeamRow, _at: dt.datetime) -> str:
    return _("%(rated)s of %(asked)s parts are rated") % {
        "rated": number(row.standing.rated),
        "asked": number(row.standing.asked),
    }


def _to_save_first(_row: TeamRow, _at: dt.datetime) -> str:
    return _("Everything is rated. Save the first rating")


def _first_saved(row: TeamRow, _at: dt.datetime) -> str:
    if row.form is None:
        return _("Not sent yet")
    missing = row.standing.missing
    return (
        _("One thing is missing before it can be sent")
        if missing == 1
        else _("%(n)s things are missing before it can be sent") % {"n": number(missing)}
    )


def _ready(_row: TeamRow, _at: dt.datetime) -> str:
    return _("Checked for completeness, not sent yet")


def _no_plan(_row: TeamRow, _at: dt.datetime) -> str:
    return _("No plan was agreed, so there is nothing to rate")


def _passed_on(row: TeamRow, _at: dt.datetime) -> str:
    superior = row.appraisal.superior
    closed_at = _closing(row, Phase.SUPERVISOR_REVIEW)
    if superior is None:
        return _until(_("Not rated until %(moment)s"), closed_at)
    window = row.facts.windows.get(Phase.CALIBRATION)
    if Party.SUPERIOR in row.parties:
        return _("You rate from %(day)s on") % {"day": _on(window.opens_at)} if window else ""
    return _("Not rated in time. %(name)s rates during calibration") % {"name": superior.name}


def _sent(row: TeamRow, _at: dt.datetime) -> str:
    rater, sent_at = row.appraisal.rated_by, row.appraisal.rating_sent_at
    if rater is None or sent_at is None:
        return ""
    if row.facts.rating == RatingState.REVISED:
        return _("Sent on %(day)s by %(name)s, revised in calibration") % {
            "day": _on(sent_at),
            "name": rater.name,
        }
    return _("Sent on %(day)s by %(name)s") % {"day": _on(sent_at), "name": rater.name}


def _not_assessed(row: TeamRow, _at: dt.datetime) -> str:
    reason = row.appraisal.not_assessed_reason
    return str(NotAssessedReason(reason).label) if reason else ""


def _to_talk(_row: TeamRow, _at: dt.datetime) -> str:
    return _("Talk with each other before it is published")


def _published(row: TeamRow, _at: dt.datetime) -> str:
    published_at = row.appraisal.result_published_at
    if row.facts.result == ResultState.ACKNOWLEDGED:
        return _("Read by the employee")
    if row.facts.result == ResultState.RECEIVED:
        return _("Opened by the employee")
    return _("Published on %(day)s") % {"day": _on(published_at)} if published_at else ""


_NOTES: Mapping[Step, Callable[[TeamRow, dt.datetime], str]] = {
    Step.PLAN_AWAITED: _plan_awaited,
    Step.PLAN_RETURNED: _plan_returned,
    Step.PLAN_SENT: _plan_sent,
    Step.UNDER_WAY: _under_way,
    Step.SELF_AWAITED: _self_awaited,
    Step.SELF_RETURNED: _self_returned,
    Step.SELF_RECEIVED: _self_received,
    Step.SELF_MISSING: _self_missing,
    Step.TO_RATE: _to_rate,
    Step.RATING: _rating,
    Step.TO_SAVE_FIRST: _to_save_first,
    Step.FIRST_SAVED: _first_saved,
    Step.READY: _ready,
    Step.NO_PLAN: _no_plan,
    Step.PASSED_ON: _passed_on,
    Step.SENT: _sent,
    Step.NOT_ASSESSED: _not_assessed,
    Step.TO_TALK: _to_talk,
    Step.PUBLISHED: _published,
}


def _segment_notes(row: TeamRow) -> tuple[str, ...]:
    """Which days this part covers, and where the other parts of the year stand."""
    if not row.is_segment:
        return ()
    appraisal = row.appraisal
    own = _("Covers %(first)s to %(last)s") % {
        "first": _on(appraisal.first_day),
        "last": _on(appraisal.last_day),
    }
    return (own, *(_elsewhere(segment) for segment in row.segments))


def _elsewhere(segment: Segment) -> str:
    text = (
        _("At %(unit)s from %(first)s to %(last)s: rated")
        if segment.rated
        else _("At %(unit)s from %(first)s to %(last)s: not rated yet")
    )
    return text % {
        "unit": segment.unit,
        "first": _on(segment.first_day),
        "last": _on(segment.last_day),
    }


_AWAITED = frozenset({Step.PLAN_AWAITED, Step.PLAN_RETURNED, Step.SELF_AWAITED, Step.SELF_RETURNED})


def _remind_url(row: TeamRow) -> str:
    leads = row.parties & {Party.SUPERVISOR, Party.DELEGATE}
    return reverse("remind_one", args=[row.appraisal.pk]) if leads and row.step in _AWAITED else ""


# --- what comes next ----------------------------------------------------------------------------

_TO_DO: Mapping[Step, tuple[object, str]] = {
    Step.TO_RATE: (gettext_lazy("Rate"), "rate"),
    Step.RATING: (gettext_lazy("Go on"), "rate"),
    Step.TO_SAVE_FIRST: (gettext_lazy("Go on"), "rate"),
    Step.FIRST_SAVED: (gettext_lazy("Go on"), "rate"),
    Step.READY: (gettext_lazy("Check"), "rate_check"),
    Step.PLAN_SENT: (gettext_lazy("Read the plan"), "team_plan"),
    Step.TO_TALK: (gettext_lazy("See the result"), "result"),
}
_TO_SEE: Mapping[Step, str] = {
    Step.PLAN_AWAITED: "team_plan",
    Step.PLAN_RETURNED: "team_plan",
    Step.PLAN_SENT: "team_plan",
    Step.NO_PLAN: "team_plan",
    Step.NOT_ASSESSED: "result",
    Step.TO_TALK: "result",
    Step.PUBLISHED: "result",
}


def _action(row: TeamRow) -> tuple[str, str]:
    """The words of the button and its route: the reader's own move, else a look."""
    if row.waits and row.step in _TO_DO:
        words, route = _TO_DO[row.step]
        return str(words), route
    leads = row.parties & {Party.SUPERVISOR, Party.DELEGATE}
    if row.step == Step.UNDER_WAY and leads:
        return _("Write feedback"), "journal"
    if row.step == Step.SELF_RECEIVED and leads:
        return _("Read"), "rate"
    return _("View"), _TO_SEE.get(row.step, "rate")
