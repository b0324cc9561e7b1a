"""Reporting one text of a reviewer, and deciding on it: any reader reports, two people of HR hide."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import actor_of
from accounts.enums import HR_ROLES
from appraisal.enums import WordState
from appraisal.forms.peer_figures import DecisionForm, ReportForm
from appraisal.models import Appraisal, WordReport
from appraisal.selectors.peer_figures import PeerPage, Word, peer_page
from appraisal.selectors.word_reports import Reported, reported, reports_to_judge
from appraisal.services.word_reports import decide_word, report_word
from appraisal.views.answers import answering
from core.access import access
from core.clock import arrival
from core.errors import Sentence
from core.forms import initial_from_carried

_METHODS = ["GET", "HEAD", "POST"]


def _page_with(request: HttpRequest, appraisal_id: uuid.UUID, key: str) -> tuple[PeerPage, Word]:
    """The page that the reader may see and the text on it; 404 for any other text, and where nothing is shown yet."""
    try:
        page = peer_page(actor_of(request), appraisal_id, at=arrival(request))
    except Appraisal.DoesNotExist as error:
        raise Http404 from error
    for group in page.groups:
        for value in group.values:
            for word in (*value.strengths, *value.wishes):
                if word.key == key:
                    return page, word
    raise Http404


@access(reason="Whoever may read the words of reviewers may report one text.")
@require_http_methods(_METHODS)
def report(request: HttpRequest, appraisal_id: uuid.UUID, word: str) -> HttpResponse:
    """Show the one text and ask what is wrong with it."""
    page, found = _page_with(request, appraisal_id, word)
    if found.is_reported or found.hidden_because:
        messages.info(request, _("This text has already been reported."))
        return redirect("peer_figures", appraisal_id)
    form = ReportForm(
        request.POST if request.method == "POST" else None, initial=initial_from_carried(request)
    )
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            report_word(
                actor=actor_of(request),
                appraisal_id=appraisal_id,
                word=word,
                reason=form.cleaned_data["reason"],
                at=arrival(request),
            )
        if call.done:
            messages.success(request, _("The text is reported. You are told what is decided."))
            return redirect("peer_figures", appraisal_id)
    return render(
        request,
        "appraisal/peer_figures/report.html",
        {"page": page, "appraisal": page.appraisal, "word": found, "form": form},
    )


@access(roles=HR_ROLES, reason="HR judges reported texts, never as a party and never where they were asked.")
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The reported texts that this person of HR may judge."""
    page = reports_to_judge(actor_of(request), after=request.GET.get("after", ""))
    return render(request, "appraisal/peer_figures/reports.html", {"page": page})


@access(roles=HR_ROLES, reason="HR judges reported texts, never as a party and never where they were asked.")
@require_http_methods(_METHODS)
def decision(request: HttpRequest, report_id: uuid.UUID) -> HttpResponse:
    """One reported text with the reason of the report; hide it by two, or keep it."""
    try:
        found = reported(actor_of(request), report_id)
    except WordReport.DoesNotExist as error:
        raise Http404 from error
    form = _decision_form(request, found)
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            done = decide_word(
                actor=actor_of(request),
                report_id=report_id,
                hide=form.cleaned_data["choice"] == DecisionForm.HIDE,
                reason=form.cleaned_data["reason"],
                at=arrival(request),
            )
        if call.done:
            messages.success(request, str(_SAID[WordState(done.state)]))
            return redirect("word_reports")
    return render(request, "appraisal/peer_figures/decision.html", {"found": found, "form": form})


_SAID: dict[WordState, Sentence] = {
    WordState.PROPOSED: gettext_lazy("Your wish to hide the text is kept. A second person has to agree."),
    WordState.HIDDEN: gettext_lazy("The text is hidden. Its place says why."),
    WordState.KEPT: gettext_lazy("The text is kept."),
}


def _decision_form(request: HttpRequest, found: Reported) -> DecisionForm:
    return DecisionForm(
        request.POST if request.method == "POST" else None,
        is_second=found.report.state == WordState.PROPOSED,
        asked_by_me=found.asked_by_me,
        initial=initial_from_carried(request),
    )
