"""Where one appraisal stands: the four tracks with their dates, what this reader can do, and what not and why."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import actor_of
from appraisal.enums import PEER_PHASES, Action, CycleState, Party, Phase, SelfState, Track
from appraisal.facts import Facts
from appraisal.models import Appraisal
from appraisal.policies import parties_of
from appraisal.selectors.facts import facts_of
from appraisal.selectors.segments import Reading, managers_of, other_segments, reading_of, units_above
from appraisal.views.answers import own_appraisal, visible_appraisal
from appraisal.views.badges import state_badge
from appraisal.views.tracks import Step, TrackView, reviewers_track
from appraisal.workflow import TRANSITIONS, obstacles_to
from core.access import access
from core.clock import arrival
from core.components import Fact
from core.wording import day, deadline, moment

_PHASES: Mapping[Track, Phase] = {
    Track.PLAN: Phase.PLANNING,
    Track.SELF_ASSESSMENT: Phase.SELF_ASSESSMENT,
    Track.RATING: Phase.SUPERVISOR_REVIEW,
    Track.RESULT: Phase.PUBLICATION,
}

# Where a party makes each move. Moves of the clock, and those that HR makes for a whole agency, have no page here.
_PAGES: Mapping[tuple[Party, Action], str] = {
    **dict.fromkeys(
        (
            (Party.EMPLOYEE, Action.SEND_PLAN),
            (Party.EMPLOYEE, Action.WITHDRAW_PLAN),
            (Party.EMPLOYEE, Action.REVISE_PLAN),
        ),
        "plan",
    ),
    **dict.fromkeys(
        (
            (Party.EMPLOYEE, Action.SEND_SELF),
            (Party.EMPLOYEE, Action.RESEND_SELF),
            (Party.EMPLOYEE, Action.WITHDRAW_SELF),
        ),
        "self_assessment",
    ),
    (Party.EMPLOYEE, Action.RECEIVE): "result",
    (Party.EMPLOYEE, Action.ACKNOWLEDGE): "result",
    **{
        (party, action): "team_plan"
        for party in (Party.SUPERVISOR, Party.DELEGATE)
        for action in (Action.RETURN_PLAN, Action.AGREE_PLAN, Action.REVISE_PLAN)
    },
    **{
        (party, action): "rate"
        for party in (Party.SUPERVISOR, Party.DELEGATE, Party.SUPERIOR)
        for action in (Action.RETURN_SELF, Action.SAVE_FIRST, Action.SEND_RATING, Action.REVISE_RATING)
    },
}


@access(reason="Parties, agency head, HR, performance manager and auditor see where an appraisal stands.")
@require_safe
def overview(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """The four tracks of one appraisal."""
    appraisal = visible_appraisal(request, appraisal_id)
    actor = actor_of(request)
    facts = facts_of(appraisal, at=arrival(request))
    parties = parties_of(actor, appraisal)
    reading = reading_of(actor, appraisal)
    return render(
        request,
        "appraisal/overview.html",
        {
            "appraisal": appraisal,
            "own": Party.EMPLOYEE in parties,
            "reads": reading.content,
            "tracks": [
                _track(track, appraisal, facts, parties, reading)
                if track in _PHASES
                else reviewers_track(appraisal, facts, parties)
                for track in Track
                if track in _PHASES or facts.windows.keys() & set(PEER_PHASES)
            ],
            "segments": other_segments(actor, appraisal),
            "is_open": appraisal.cycle.state == CycleState.OPEN,
            "peers_asked": Phase.PEER_REVIEW in facts.windows,
        },
    )


def _track(
    track: Track, appraisal: Appraisal, facts: Facts, parties: frozenset[Party], reading: Reading
) -> TrackView:
    window = facts.windows.get(_PHASES[track])
    dates = []
    if window is not None:
        dates = [
            Fact(_("Opens"), moment(window.opens_at)),
            Fact(_("Closes"), deadline(window.closes_at)),
        ]
    state = facts.state(track)
    if state is None:
        raise ValueError(f"{track} is no track of an appraisal")
    return TrackView(
        title=str(track.label),
        badge=state_badge(state),
        facts=(*dates, *(Fact(label, moment(at)) for label, at in _moments(track, appraisal) if at)),
        links=tuple(_links(track, appraisal, reading)),
        steps=tuple(_steps(track, appraisal, facts, parties)),
    )


def _moments(track: Track, appraisal: Appraisal) -> Iterator[tuple[str, dt.datetime | None]]:
    """What has happened on the track, and when; who may see the appraisal at all may see these."""
    if track == Track.PLAN:
        yield _("Agreed"), appraisal.plan_agreed_at
    elif track == Track.SELF_ASSESSMENT:
        yield _("Sent"), appraisal.self_sent_at
        if appraisal.self_state == SelfState.RETURNED:
            yield _("Returned"), appraisal.self_returned_at
            yield _("To be sent again by"), appraisal.self_due_at
    elif track == Track.RATING:
        yield _("First rating saved"), appraisal.rating_first_saved_at
        yield _("Sent"), appraisal.rating_sent_at
        yield _("Passed on to the superior"), appraisal.passed_on_at
    else:
        yield _("Published"), appraisal.result_published_at
        yield _("Opened by the employee"), appraisal.result_received_at
        yield _("Read"), appraisal.result_acknowledged_at
        yield _("Objection possible until"), appraisal.objection_due_at


def _links(track: Track, appraisal: Appraisal, reading: Reading) -> Iterator[tuple[str, str]]:
    """The pages of the track that this reader may open."""
    key = [appraisal.pk]
    if track == Track.PLAN and reading.content:
        yield _("Plan"), reverse("plan", args=key)
        if appraisal.plan_agreed_at is not None:
            yield _("Realisation and evidence"), reverse("realization", args=key)
        yield _("Journal"), reverse("journal", args=key)
    elif track == Track.SELF_ASSESSMENT and reading.self_assessment:
        yield _("Self-assessment"), reverse("self_assessment", args=key)
    elif track == Track.RESULT and reading.result:
        yield _("Result"), reverse("result", args=key)


def _steps(track: Track, appraisal: Appraisal, facts: Facts, parties: frozenset[Party]) -> Iterator[Step]:
    """The reader's moves that the state allows, each with its page or with the reasons why it must wait."""
    for (of_track, action), move in TRANSITIONS.items():
        if of_track != track or facts.state(track) not in move.sources:
            continue
        if track != Track.RESULT and appraisal.cycle.state != CycleState.OPEN:
            continue
        party = next(
            (one for one in Party if one in parties and (one, action) in _PAGES and one in move.by), None
        )
        if party is None:
            continue
        reasons = tuple(str(reason) for reason in obstacles_to(action, facts, frozenset({party})))
        url = "" if reasons else reverse(_PAGES[party, action], args=[appraisal.pk])
        yield Step(str(action.label), url, reasons)


@access(reason="The employee checks the data on which the appraisal rests.")
@require_safe
def own_data(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Position, unit and supervisor as recorded, and who mends them."""
    appraisal = own_appraisal(request, appraisal_id)
    at = arrival(request)
    return render(
        request,
        "appraisal/own_data.html",
        {
            "appraisal": appraisal,
            "facts": [
                Fact(_("Name"), appraisal.employee.name),
                Fact(_("Position"), appraisal.placement.position.title),
                Fact(_("Unit"), ", ".join(unit.name for unit in units_above(appraisal))),
                Fact(
                    _("Time in this position"),
                    _("%(first)s until %(last)s")
                    % {"first": day(appraisal.first_day), "last": day(appraisal.last_day)},
                ),
                Fact(
                    _("Supervisor"),
                    appraisal.supervisor.name if appraisal.supervisor else _("Nobody is recorded yet"),
                ),
                Fact(
                    _("Superior"),
                    appraisal.superior.name if appraisal.superior else _("Nobody is recorded yet"),
                ),
            ],
            "managers": managers_of(appraisal, at=at),
        },
    )
