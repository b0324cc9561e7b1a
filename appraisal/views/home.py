"""The home page: what to do, where the year stands, what is under way, what came out of earlier years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import actor_of
from appraisal.enums import PlanState, Predicate, SelfState
from appraisal.models import Appraisal
from appraisal.selectors.home import Home, home_page
from appraisal.selectors.own_year import Current
from appraisal.views.badges import state_badge
from appraisal.views.todos import todos_of
from appraisal.views.year_strip import phase_steps
from core.access import access
from core.clock import CITY_TIME, arrival
from core.components import Badge
from core.wording import day, days_left, moment


@access(reason="Everybody sees what they have to do, where the year stands, and their own results.")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What to do first; then the year, what is under way, and what came out of earlier years."""
    at = arrival(request)
    page = home_page(actor_of(request), at=at)
    return render(
        request,
        "appraisal/home.html",
        {
            "page": page,
            "greeting": _greeting(at) % {"name": actor_of(request).name},
            "summary": _summary(page, at),
            "todos": todos_of(page.duties, counted_at=page.counted_at),
            "next_opening": _next_opening(page, at),
            "steps": phase_steps(page.windows, at),
            "under_way": [(one, _facts(one)) for one in page.current],
            "changes": [one.change for one in page.current[:1] if one.change],
            "past": [(row, Predicate(row.result.predicate).label) for row in page.past],
        },
    )


def _greeting(at: dt.datetime) -> str:
    """By the hour in Bandung."""
    hour = at.astimezone(CITY_TIME).hour
    if 4 <= hour < 11:
        return _("Good morning, %(name)s")
    if 11 <= hour < 15:
        return _("Good day, %(name)s")
    if 15 <= hour < 19:
        return _("Good afternoon, %(name)s")
    return _("Good evening, %(name)s")


def _summary(page: Home, at: dt.datetime) -> str:
    """The day, how much waits, and how near the nearest deadline is."""
    sentences = [_("%(day)s.") % {"day": day(at)}]
    waiting = len(page.duties)
    if waiting == 0:
        sentences.append(_("Nothing is waiting for you."))
    elif waiting == 1:
        sentences.append(_("One thing is waiting for you."))
    else:
        sentences.append(_("%(n)s things are waiting for you.") % {"n": waiting})
    if page.dated:
        nearest = days_left(page.dated[0].closes_at, at)  # type: ignore[arg-type]  # dated
        sentences.append(_("The nearest deadline: %(when)s.") % {"when": nearest})
    return " ".join(sentences)


def _next_opening(page: Home, at: dt.datetime) -> str:
    """When the next thing happens, for somebody with nothing to do."""
    ahead = [(window.opens_at, phase) for phase, window in page.windows.items() if window.opens_at > at]
    if not ahead:
        return _("You get a message as soon as something waits for you.")
    opens_at, phase = min(ahead)
    return _("Next: %(phase)s opens on %(moment)s.") % {"phase": phase.label, "moment": moment(opens_at)}


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A line about something under way: its name, the link, and what there is to say beside it."""

    label: str
    link: str
    url: str
    text: str = ""
    badge: Badge | None = None


def _facts(one: Current) -> Iterable[UnderWay]:
    """What is under way in one appraisal."""
    appraisal = one.appraisal
    key = [appraisal.pk]
    yield UnderWay(
        _("Plan"),
        _("Plan for %(year)s") % {"year": appraisal.cycle.year},
        reverse("plan", args=key),
        _plan_words(one),
        state_badge(PlanState(appraisal.plan_state)),
    )
    if appraisal.self_state != SelfState.DRAFT or one.work.done:
        yield UnderWay(
            _("Self-assessment"),
            _self_words(appraisal),
            reverse("self_assessment", args=key),
            badge=state_badge(SelfState(appraisal.self_state)),
        )
    supervisor = appraisal.supervisor.name if appraisal.supervisor else _("Nobody is recorded yet")
    yield UnderWay(
        _("Supervisor"), supervisor, reverse("own_data", args=key), _("Is this right? Check your data.")
    )
    yield UnderWay(_("Journal"), _entries(one.journal_entries), reverse("journal", args=key))


def _entries(n: int) -> str:
    if n == 0:
        return _("Nothing written yet")
    return _("One note") if n == 1 else _("%(n)s notes") % {"n": n}


def _plan_words(one: Current) -> str:
    if one.plan_version is None:
        return ""
    return _("Version %(version)s, agreed by you and %(name)s on %(day)s.") % {
        "version": one.plan_version,
        "name": one.plan_agreed_by,
        "day": day(one.appraisal.plan_agreed_at),  # type: ignore[arg-type]  # a version was agreed
    }


def _self_words(appraisal: Appraisal) -> str:
    if appraisal.self_state == SelfState.SENT and appraisal.self_sent_at is not None:
        return _("Sent on %(moment)s") % {"moment": moment(appraisal.self_sent_at)}
    if appraisal.self_state == SelfState.NOT_SENT:
        return _("Not sent before time was up")
    if appraisal.self_state == SelfState.RETURNED:
        return _("Returned with a comment")
    return _("Being written")
