"""What the pages of a reviewer share: the invitation, whether it can be written on now, the promise, and remarks.

No word of an answer and no receipt may reach a place that keeps it: pages are drawn in the response alone, nothing goes
through messages or the session, and error reports leave out what the views hold (`sealed`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from accounts.actors import actor_of
from appraisal.enums import CycleState, InvitationState, Phase
from appraisal.facts import Facts, Reason
from appraisal.hints import hints_for_page
from appraisal.key_files import KeyUnavailable
from appraisal.models import Invitation
from appraisal.obstacles import answer_refusals
from appraisal.selectors.assessments import ValuePage
from appraisal.selectors.facts import facts_of_invitation
from appraisal.selectors.peer_answers import EnvelopeBroken, OwnAnswer, own_answer
from appraisal.selectors.peer_pages import links_gone_by, names_nearby
from appraisal.selectors.self_pages import Page
from core.access import View
from core.clock import arrival, today
from core.errors import ActionRefused, Sentence

_RELATED = (
    "appraisal__agency",
    "appraisal__box",
    "appraisal__cycle",
    "appraisal__employee",
    "appraisal__superior",
    "appraisal__supervisor",
)


def sealed(view: View) -> View:
    """Keep what the view receives and holds out of caches and error reports."""
    return never_cache(sensitive_post_parameters()(sensitive_variables()(view)))


def own_invitation(request: HttpRequest, invitation_id: uuid.UUID) -> Invitation:
    """An invitation that reached the person: 404 for whoever may not know of it, 403 for whoever only watches. One query."""
    actor = actor_of(request)
    seen = Invitation.objects.visible_to(actor).select_related(*_RELATED)
    invitation = get_object_or_404(seen, pk=invitation_id)
    if invitation.reviewer_id != actor.id or invitation.approved_at is None:
        raise PermissionDenied
    return invitation


def page_url(invitation: Invitation, page: Page, *, from_check: bool = False) -> str:
    """Where the page is written; `from_check` comes back to the check afterwards."""
    url = reverse("peer_value", args=[invitation.pk, page.key])
    return f"{url}?from=check" if from_check else url


# --- can it be written? -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Desk:
    """An invitation as its reviewer finds it now.

    `open` says whether its state and the time let anybody write. `answer` is None when the envelope cannot be opened,
    which `problem` says.
    """

    invitation: Invitation
    facts: Facts
    open: bool
    answer: OwnAnswer | None = None
    problem: ActionRefused | None = None

    @property
    def writable(self) -> bool:
        """Whether a page can be saved now."""
        return self.open and (self.answer is None or self.answer.writable)

    @property
    def due(self) -> dt.datetime | None:
        """Until when it can be written."""
        return answer_due(self.facts)


def answer_due(facts: Facts) -> dt.datetime | None:
    """Until when this invitation can be answered."""
    window = facts.windows.get(Phase.PEER_REVIEW)
    return window.closes_at if window else None


def desk_of(request: HttpRequest, invitation: Invitation, values: Iterable[ValuePage]) -> Desk:
    """The desk of the reviewer. Two queries, the second only while it is open."""
    facts = facts_of_invitation(invitation, at=arrival(request))
    is_open = (
        invitation.state == InvitationState.ACCEPTED
        and invitation.appraisal.cycle.state == CycleState.OPEN
        and not answer_refusals(facts)
    )
    if not is_open:
        return Desk(invitation, facts, open=False)
    try:
        answer = own_answer(invitation, [value.asked for value in values])
    except ActionRefused as problem:
        return Desk(invitation, facts, open=True, problem=problem)
    return Desk(invitation, facts, open=True, answer=answer)


def turned_away(request: HttpRequest, desk: Desk, texts: Sequence[str] = ()) -> HttpResponse | None:
    """Where to go when nothing can be written now, or None; texts carried through a sign-in are given back for copying."""
    if desk.problem is not None:
        return stopped(request, desk, desk.problem.reasons, texts)
    if desk.writable:
        return None
    if texts:
        return stopped(request, desk, [], texts)
    return redirect("peer_check" if desk.open else "invitation", desk.invitation.pk)


def stopped(
    request: HttpRequest, desk: Desk, reasons: Iterable[Sentence], texts: Sequence[str] = ()
) -> HttpResponse:
    """The page that says why nothing was saved, and gives the typed texts back for copying."""
    return render(
        request,
        "appraisal/peer/stopped.html",
        {
            **about(desk.invitation),
            "reasons": _said(desk, reasons, texts),
            "texts": texts,
            "broken": isinstance(desk.problem, EnvelopeBroken),
            "onward": reverse("peer_check" if desk.open else "invitation", args=[desk.invitation.pk]),
        },
    )


def _said(desk: Desk, reasons: Iterable[Sentence], texts: Sequence[str]) -> list[Sentence]:
    """The reasons in words that fit the page: where nothing was typed, none stands on it."""
    if isinstance(desk.problem, KeyUnavailable) and not texts:
        return [
            _(
                "Your envelope cannot be opened right now, because its key is not there. What you saved is not lost. HR "
                "sees the problem; please try again later."
            )
        ]
    return list(reasons) or [_("What you wrote can no longer be saved here.")]


# --- what every page shows ----------------------------------------------------------------------


def about(invitation: Invitation) -> dict[str, Any]:
    """The invitation, and whom it is about."""
    return {"invitation": invitation, "employee": invitation.appraisal.employee}


def promise_of(invitation: Invitation) -> dict[str, Any]:
    """What appraisal/peer/_promise.html says. One query."""
    appraisal = invitation.appraisal
    return {
        "employee": appraisal.employee,
        "supervisor": appraisal.supervisor,
        "gone_by": links_gone_by(appraisal),
    }


class Remarks:
    """Soft hints on what a reviewer writes, for the author alone and kept nowhere.

    One query for the names nearby, as soon as there are words.
    """

    def __init__(self, request: HttpRequest, invitation: Invitation) -> None:
        self.actor = actor_of(request)
        self.appraisal = invitation.appraisal
        self.day = today(arrival(request))

    @cached_property
    def names(self) -> list[str]:
        """People whose names should not stand in a text."""
        return names_nearby(self.appraisal, without=self.actor.id, day=self.day)

    def on(self, page: Mapping[str, Any]) -> tuple[Reason, ...]:
        """The hints on one page."""
        names = self.names if page["strength"] or page["wish"] else ()
        return hints_for_page(page, names=names, own_name=self.actor.name)
