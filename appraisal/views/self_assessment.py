"""The self-assessment as a whole: its task list, the check of all answers, sending with a receipt, and what was sent."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import actor_of
from appraisal.enums import Action, Party, Phase, RatingState, SelfState, Topic
from appraisal.facts import Facts
from appraisal.forms.self_assessment import DeclarationForm
from appraisal.models import Appraisal
from appraisal.policies import parties_of
from appraisal.selectors.assessments import SelfForm, level_titles, self_form, standing_submission
from appraisal.selectors.facts import facts_of
from appraisal.selectors.self_pages import WRITABLE, Page, Stage, all_pages, minutes_left, stage_of
from appraisal.services.self_assessments import send_self_assessment, withdraw_self_assessment
from appraisal.views.achieved import achieved
from appraisal.views.answers import answering, own_appraisal, told_appraisal
from appraisal.views.self_sent import level_words, sent_view
from appraisal.views.self_words import checking_task, page_url, tasks_of
from appraisal.workflow import available
from core.access import access
from core.clock import arrival
from core.components import Progress, Task
from core.forms import initial_from_carried


@access(
    reason="The employee writes their own; supervisor, superior, agency head and auditor read one that was sent."
)
@require_safe
def self_assessment(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """The task list while it is written; what was sent afterwards, and for every other reader."""
    appraisal = told_appraisal(request, appraisal_id)
    facts = facts_of(appraisal, at=arrival(request))
    stage = stage_of(appraisal, facts)
    own = appraisal.employee_id == actor_of(request).id
    if not own or stage == Stage.SENT:
        return _sent_page(request, appraisal, facts, own=own)
    return _task_page(request, appraisal, facts, stage)


def _task_page(request: HttpRequest, appraisal: Appraisal, facts: Facts, stage: Stage) -> HttpResponse:
    form = self_form(appraisal)
    pages = all_pages(appraisal, form)
    writable = stage in WRITABLE
    current = next((page for page in pages if not page.done), None) if writable else None
    done = sum(page.done for page in pages)
    return render(
        request,
        "appraisal/self_assessment/tasks.html",
        {
            "appraisal": appraisal,
            "stage": stage,
            "writable": writable,
            "parts": _parts(appraisal, pages, current=current, writable=writable),
            "progress": Progress(done, len(pages), _("Finished pages")),
            "minutes": minutes_left(pages),
            "current": current,
            "current_url": page_url(appraisal, current) if current else "",
            "saved_at": form.answers.last_saved_at,
            "due": _due(facts),
            "opens_at": facts.windows[Phase.SELF_ASSESSMENT].opens_at
            if Phase.SELF_ASSESSMENT in facts.windows
            else None,
            "has_plan": form.plan is not None,
        },
    )


def _parts(
    appraisal: Appraisal, pages: Sequence[Page], *, current: Page | None, writable: bool
) -> list[tuple[str, list[Task]]]:
    """The parts of the form with their tasks, and the check at the end."""
    headings = {
        Topic.ITEM: _("Work results"),
        Topic.VALUE: _("Work behaviour"),
        Topic.COMPETENCY: _("Competencies"),
    }
    parts = []
    for topic, heading in headings.items():
        own = [page for page in pages if page.topic == topic]
        if own:
            parts.append((heading, tasks_of(appraisal, own, current=current, writable=writable)))
    parts.append((_("Check and send"), [checking_task(appraisal, pages, writable=writable)]))
    return parts


def _due(facts: Facts) -> object:
    """Until when it is to be sent."""
    if facts.self_assessment == SelfState.RETURNED:
        return facts.self_due_at
    window = facts.windows.get(Phase.SELF_ASSESSMENT)
    return window.closes_at if window else None


def _sent_page(request: HttpRequest, appraisal: Appraisal, facts: Facts, *, own: bool) -> HttpResponse:
    """The standing submission; the levels are shown to whoever rates after their first save only."""
    parties = parties_of(actor_of(request), appraisal)
    submission = standing_submission(appraisal)
    raters = parties & {Party.SUPERVISOR, Party.DELEGATE, Party.SUPERIOR}
    with_levels = not raters or appraisal.rating_state != RatingState.OPEN
    return render(
        request,
        "appraisal/self_assessment/sent.html",
        {
            "appraisal": appraisal,
            "own": own,
            "submission": submission,
            "sent": sent_view(submission.content, with_levels=with_levels) if submission else None,
            "with_levels": with_levels,
            "may_withdraw": Action.WITHDRAW_SELF in available(facts, parties)
            and facts.rating == RatingState.OPEN,
        },
    )


@access(reason="The employee checks their own answers and sends them.")
@require_http_methods(["GET", "HEAD", "POST"])
def self_check(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """All answers on one page with links to change them; then the declaration, and sending."""
    appraisal = own_appraisal(request, appraisal_id)
    declaration = DeclarationForm(
        request.POST if request.method == "POST" else None, initial=initial_from_carried(request)
    )
    if request.method == "POST" and declaration.is_valid():
        with answering(request, declaration) as call:
            send_self_assessment(
                actor=actor_of(request), appraisal_id=appraisal.pk, declared=True, at=arrival(request)
            )
        if call.done:
            messages.success(request, _("Your self-assessment has been sent."))
        if number := _receipt_of_sent(appraisal):
            return redirect("self_receipt", appraisal.pk, number)
    facts = facts_of(appraisal, at=arrival(request))
    stage = stage_of(appraisal, facts)
    if request.method != "POST" and stage not in WRITABLE:
        return redirect("self_assessment", appraisal.pk)
    form = self_form(appraisal)
    pages = all_pages(appraisal, form)
    return render(
        request,
        "appraisal/self_assessment/check.html",
        {
            "appraisal": appraisal,
            "declaration": declaration,
            "results": _checked_results(appraisal, form, pages),
            "behavior": _checked_levels(appraisal, form, pages, Topic.VALUE),
            "competencies": _checked_levels(appraisal, form, pages, Topic.COMPETENCY),
            "missing": [
                (str(reason), _change_url(appraisal, page)) for page in pages for reason in page.missing
            ],
            "due": _due(facts),
        },
    )


def _receipt_of_sent(appraisal: Appraisal) -> str:
    """The number of the receipt when it is sent by now: by this click, an earlier one, or another tab."""
    appraisal.refresh_from_db(fields=["self_state"])
    if appraisal.self_state != SelfState.SENT:
        return ""
    submission = standing_submission(appraisal)
    return submission.number if submission else ""


def _change_url(appraisal: Appraisal, page: Page) -> str:
    """The page, coming back to the check afterwards."""
    return f"{page_url(appraisal, page)}?from=check"


def _checked_results(appraisal: Appraisal, form: SelfForm, pages: Sequence[Page]) -> list[dict[str, object]]:
    """The planned results as the check shows them."""
    urls = {page.key: _change_url(appraisal, page) for page in pages if page.topic == Topic.ITEM}
    return [
        {
            "name": row.item.result,
            "url": urls[str(row.item.key)],
            "measures": [achieved(one) for one in row.measures],
            "evidence": row.evidence_count,
            **{
                name: form.answers.one(Topic.ITEM, str(row.item.key)).get(name, "")
                for name in ("process", "impact")
            },
        }
        for row in form.rows
    ]


def _checked_levels(
    appraisal: Appraisal, form: SelfForm, pages: Sequence[Page], topic: Topic
) -> list[dict[str, object]]:
    """The values or competencies with the chosen level."""
    titles = level_titles()
    return [
        {
            "name": page.name,
            "url": _change_url(appraisal, page),
            "level": level_words(titles, topic, page.key, form.answers.one(topic, page.key).get("level")),
            "text": form.answers.one(topic, page.key).get("text", ""),
        }
        for page in pages
        if page.topic == topic
    ]


@access(reason="The employee keeps the receipt of their own self-assessment.")
@require_safe
def self_receipt(request: HttpRequest, appraisal_id: uuid.UUID, number: str) -> HttpResponse:
    """The proof that it arrived: number, time, fingerprint, and what comes next."""
    appraisal = own_appraisal(request, appraisal_id)
    submission = get_object_or_404(appraisal.submissions, number=number)
    facts = facts_of(appraisal, at=arrival(request))
    return render(
        request,
        "appraisal/self_assessment/receipt.html",
        {
            "appraisal": appraisal,
            "submission": submission,
            "stands": submission.withdrawn_at is None,
            "may_withdraw": submission.withdrawn_at is None
            and Action.WITHDRAW_SELF in available(facts, frozenset({Party.EMPLOYEE}))
            and facts.rating == RatingState.OPEN,
            "windows": facts.windows,
        },
    )


@access(reason="The employee takes their own self-assessment back.")
@require_POST
def self_withdraw(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Take it back while its window is open and nobody has rated."""
    appraisal = own_appraisal(request, appraisal_id)
    with answering(request) as call:
        withdraw_self_assessment(actor=actor_of(request), appraisal_id=appraisal.pk, at=arrival(request))
    if call.done:
        messages.success(
            request, _("Your self-assessment is yours again. Change what you want, then send it once more.")
        )
    return redirect("self_assessment", appraisal.pk)
