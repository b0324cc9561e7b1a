"""A reviewer's answer as a whole: the check, sending with a receipt that is shown once, replacing, and checking a receipt."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import actor_of
from appraisal.completeness import LEVELS
from appraisal.enums import Topic
from appraisal.facts import Reason
from appraisal.forms.peer import ReceiptForm, SendForm
from appraisal.hints import hints_for_answer
from appraisal.models import Invitation
from appraisal.selectors.assessments import ValuePage, level_titles, value_pages
from appraisal.selectors.facts import facts_of_invitation
from appraisal.selectors.peer_answers import OwnAnswer, OwnPage, check_receipt
from appraisal.selectors.peer_pages import answer_pages
from appraisal.selectors.self_pages import Page
from appraisal.services.peer_answers import begin_again, send_answer
from appraisal.views.answers import answering
from appraisal.views.peer_steps import (
    Desk,
    Remarks,
    about,
    answer_due,
    desk_of,
    own_invitation,
    page_url,
    promise_of,
    sealed,
    stopped,
    turned_away,
)
from appraisal.views.peer_values import level_words
from core.access import access
from core.clock import arrival
from core.forms import initial_from_carried

_REASON = "The reviewer checks and sends their own answer; nobody else can open it."


@access(reason=_REASON)
@require_http_methods(["GET", "HEAD"])
@sealed
def peer_check(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """All answers on one page with links to change them and soft hints; of a sent answer only that it was sent."""
    invitation = own_invitation(request, invitation_id)
    values = value_pages()
    desk = desk_of(request, invitation, values)
    if desk.open and desk.answer is not None and not desk.answer.writable:
        return render(request, "appraisal/peer/sent.html", {**about(invitation), "due": desk.due})
    if elsewhere := turned_away(request, desk):
        return elsewhere
    return _check_page(request, desk, values, SendForm(initial={"attempt": secrets.token_urlsafe(12)}))


def _check_page(
    request: HttpRequest, desk: Desk, values: Sequence[ValuePage], form: SendForm
) -> HttpResponse:
    answer = desk.answer or OwnAnswer()
    pages = answer_pages(desk.invitation, values, answer)
    levels = [page.level for page in answer.pages.values()]
    return render(
        request,
        "appraisal/peer/check.html",
        {
            **about(desk.invitation),
            "form": form,
            "rows": _rows(request, desk.invitation, pages, answer),
            "missing": [
                (str(reason), page_url(desk.invitation, page, from_check=True))
                for page in pages
                for reason in page.missing
            ],
            "nothing_observed": next((r for r in answer.missing if r.code == "nothing_observed"), None),
            "hints": hints_for_answer(levels, begun_at=answer.begun_at, at=arrival(request)),
            "replacing": answer.replacing,
            "due": desk.due,
            "promise": promise_of(desk.invitation),
        },
    )


def _rows(
    request: HttpRequest, invitation: Invitation, pages: Sequence[Page], answer: OwnAnswer
) -> list[dict[str, Any]]:
    """Each value with what was answered, and what to look at once more."""
    remarks = Remarks(request, invitation)
    titles = level_titles()
    rows = []
    for page in pages:
        written = answer.pages.get(page.key, OwnPage())
        known = {n: titles.get((Topic.VALUE, page.key, n), "") for n in LEVELS}
        rows.append(
            {
                "name": page.name,
                "url": page_url(invitation, page, from_check=True),
                "level": level_words(written.level, known),
                "strength": written.strength,
                "wish": written.wish,
                "remarks": _apart_from(
                    page.missing,
                    remarks.on(asdict(written)),
                ),
            }
        )
    return rows


def _apart_from(missing: Sequence[Reason], remarks: Sequence[Reason]) -> list[Reason]:
    """The remarks; where words are asked for anyway, none that misses them."""
    return [remark for remark in remarks if not (missing and remark.code == "extreme_without_words")]


@access(reason=_REASON)
@require_POST
@sealed
def peer_send(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Send, and answer with the receipt itself: it is shown this once, in no address, message or session."""
    invitation = own_invitation(request, invitation_id)
    form = SendForm(request.POST)
    if form.is_valid():
        with answering(request, form) as call:
            receipt = send_answer(
                actor=actor_of(request),
                invitation_id=invitation.pk,
                at=arrival(request),
                attempt=form.cleaned_data["attempt"],
            )
        if call.done:
            return _receipt_page(request, invitation, receipt)
    values = value_pages()
    desk = desk_of(request, invitation, values)
    if desk.problem is not None or not desk.writable:
        return stopped(request, desk, [str(error) for error in form.non_field_errors()])
    return _check_page(request, desk, values, form)


def _receipt_page(request: HttpRequest, invitation: Invitation, receipt: str) -> HttpResponse:
    return render(
        request,
        "appraisal/peer/receipt.html",
        {
            **about(invitation),
            "receipt": receipt,
            "sent_at": arrival(request),
            "due": answer_due(facts_of_invitation(invitation, at=arrival(request))),
            "promise": promise_of(invitation),
        },
    )


@access(reason="The reviewer writes a new answer in the place of the one they sent.")
@require_http_methods(["GET", "HEAD", "POST"])
@sealed
def peer_replace(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Say what replacing means; then begin a new answer, empty, while the sent one goes on counting."""
    invitation = own_invitation(request, invitation_id)
    values = value_pages()
    if request.method == "POST":
        with answering(request) as call:
            begin_again(actor=actor_of(request), invitation_id=invitation.pk, at=arrival(request))
        if call.done:
            return redirect(page_url(invitation, answer_pages(invitation, values, OwnAnswer())[0]))
        return redirect("peer_check", invitation.pk)
    desk = desk_of(request, invitation, values)
    if not desk.open or desk.problem is not None or desk.writable:
        return redirect("peer_check" if desk.open else "invitation", invitation.pk)
    return render(request, "appraisal/peer/replace.html", {**about(invitation), "due": desk.due})


@access(reason="The reviewer checks with their own receipt whether their answer was counted.")
@require_http_methods(["GET", "HEAD", "POST"])
@sealed
def peer_receipt(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Type the receipt; after the opening the page says whether that answer was counted, and never what it said."""
    invitation = own_invitation(request, invitation_id)
    posted = request.method == "POST"
    form = ReceiptForm(request.POST if posted else None, initial=initial_from_carried(request))
    outcome = check_receipt(invitation, form.cleaned_data["receipt"]) if posted and form.is_valid() else None
    facts = facts_of_invitation(invitation, at=arrival(request))
    return render(
        request,
        "appraisal/peer/receipt_check.html",
        {
            **about(invitation),
            "form": form,
            "outcome": outcome,
            "opened": facts.box_opened,
            "due": answer_due(facts),
        },
    )
