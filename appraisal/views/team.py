"""The lists of those who lead: their own people, those of a head they stand in for, those below their supervisors."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Actor, actor_of
from appraisal.forms.team import NameFilter, TeamFilter
from appraisal.selectors.below import below_of
from appraisal.selectors.sending import Sending, sending_of
from appraisal.selectors.team import Team, led_by, oversees, stood_in_for, team_of
from appraisal.services.ratings import send_ready_ratings
from appraisal.views.moments import read_moment
from appraisal.views.team_words import shown_row
from core.access import access
from core.clock import arrival
from core.navigation import NavItem
from core.wording import days_left, deadline, moment, number


def _tabs(actor: Actor, current: str, *, oversees_others: bool) -> tuple[NavItem, ...]:
    """The lists that the actor has; one alone needs no tabs."""
    tabs = [NavItem(_("My team"), reverse("team"), current == "team")]
    if actor.stands_in_for:
        tabs.append(
            NavItem(_("As day-to-day head (Plh)"), reverse("team_stand_in"), current == "team_stand_in")
        )
    if oversees_others:
        tabs.append(NavItem(_("Below my supervisors"), reverse("team_below"), current == "team_below"))
    return tuple(tabs) if len(tabs) > 1 else ()


@access(reason="Whoever leads people sees their own team; it is empty for anybody else.")
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """One's own people: where each appraisal stands and what comes next."""
    actor: Actor = actor_of(request)
    page = _list(request, led_by(actor))
    if not page["team"].total and actor.stands_in_for:
        return redirect("team_stand_in")
    return render(
        request,
        "appraisal/team/team.html",
        {**page, "tabs": _tabs(actor, "team", oversees_others=oversees(actor)), "stands_in": False},
    )


@access(reason="A Plh sees the people of the head they stand in for, and cannot rate them.")
@require_safe
def team_stand_in(request: HttpRequest) -> HttpResponse:
    """The people of the heads whose worklist the reader has today."""
    actor: Actor = actor_of(request)
    page = _list(request, stood_in_for(actor))
    heads = sorted({str(row.appraisal.supervisor) for row in page["team"].page.rows})
    return render(
        request,
        "appraisal/team/team.html",
        {
            **page,
            "tabs": _tabs(actor, "team_stand_in", oversees_others=oversees(actor)),
            "stands_in": True,
            "heads": heads,
        },
    )


def _list(request: HttpRequest, scope: Q) -> dict[str, Any]:
    """A team with its filters, the sentence above it and the rows in words."""
    at = arrival(request)
    form = TeamFilter(request.GET)
    found = team_of(
        actor_of(request),
        scope,
        form.filters,
        after=request.GET.get("after", ""),
        at=at,
    )
    return {
        "team": found,
        "form": form,
        "filtered": any(request.GET.get(name) for name in ("q", "state")),
        "rows": [shown_row(row, at=at) for row in found.page.rows],
        "summary": _summary(found, at),
        "in_review": found.review is not None and found.review.opens_at <= at,
    }


def _summary(team: Team, at: dt.datetime) -> str:
    """How far the team is, and until when."""
    counts = {"rated": team.rated, "total": team.total, "agreed": team.plans_agreed}
    if team.review is None or not team.total:
        return ""
    if at < team.review.opens_at:
        return _("%(agreed)s of %(total)s plans are agreed. Rating opens on %(moment)s.") % {
            **counts,
            "moment": moment(team.review.opens_at),
        }
    said = _("You have rated %(rated)s of %(total)s people.") % counts
    if team.rated == team.total:
        return said + " " + _("Nothing is left to rate.")
    if team.review.is_open(at):
        return f"{said} " + _("%(left)s: until %(moment)s.") % {
            "left": days_left(team.review.closes_at, at),
            "moment": deadline(team.review.closes_at),
        }
    return f"{said} " + _("Rating closed on %(moment)s.") % {"moment": deadline(team.review.closes_at)}


@access(
    reason="A superior sees where those below their supervisors stand, without drafts; it is empty for anybody else."
)
@require_safe
def team_below(request: HttpRequest) -> HttpResponse:
    """Everybody below one's own supervisors, by supervisor; ratings that were passed on are marked."""
    at = arrival(request)
    actor: Actor = actor_of(request)
    form = NameFilter(request.GET)
    found = below_of(actor, name=form.name, after=request.GET.get("after", ""), at=at)
    return render(
        request,
        "appraisal/team/below.html",
        {
            "below": found,
            "form": form,
            "filtered": bool(request.GET.get("q")),
            "tabs": _tabs(actor, "team_below", oversees_others=True),
            "groups": [(group, [shown_row(row, at=at) for row in group.rows]) for group in found.page.rows],
        },
    )


# --- sending all that are ready -----------------------------------------------------------------


@access(reason="A rater sends their own finished ratings; the services refuse what is not theirs.")
@require_http_methods(["GET", "HEAD", "POST"])
def send_ready(request: HttpRequest) -> HttpResponse:
    """Ask once more with names, then send; afterwards say who was sent and who was not, and why."""
    at = arrival(request)
    actor: Actor = actor_of(request)
    if request.method == "POST":
        return _send(request, actor, at)
    since = read_moment(request.GET.get("since", ""))
    found = sending_of(actor, at=at, since=since)
    template = "appraisal/team/sent.html" if since is not None else "appraisal/team/send.html"
    return render(
        request, template, {"sending": found, "unready": _unready(found), "asked_at": at.isoformat()}
    )


def _send(request: HttpRequest, actor: Actor, at: dt.datetime) -> HttpResponse:
    """Send those of the asked names that are ready now. A second click finds them sent and shows the same page."""
    asked = set(filter(None, map(_uuid, request.POST.getlist("id"))))
    ready = [row.appraisal.pk for row in sending_of(actor, at=at).ready if row.appraisal.pk in asked]
    done = send_ready_ratings(actor=actor, appraisal_ids=ready, at=at)
    if done.sent:
        text = _("One rating was sent.") if len(done.sent) == 1 else _("%(n)s ratings were sent.")
        messages.success(request, text % {"n": number(len(done.sent))})
    since = min(read_moment(request.POST.get("asked_at", "")) or at, at)
    return redirect(f"{reverse('send_ready')}?{urlencode({'since': since.isoformat()})}")


def _unready(sending: Sending) -> list[tuple[Any, list[str]]]:
    return [(found.row, [str(reason) for reason in found.reasons]) for found in sending.unready]


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
