"""The result: the gate before it, the page, its document, computing it again, and confirming to have read it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import actor_of
from appraisal.enums import OPENED_BY_EMPLOYEE, RatingState, ResultState
from appraisal.forms.results import AcknowledgeForm
from appraisal.models import Appraisal
from appraisal.obstacles import OBJECTION_DAYS, objection_end
from appraisal.policies import look_purpose
from appraisal.scoring.sources import OBJECTION
from appraisal.selectors.results import (
    left_out_by,
    other_results,
    outcomes,
    result_document,
    result_of,
    result_page,
    verify_result,
)
from appraisal.services.results import acknowledge_result, receive_result
from appraisal.views.answers import answering
from core.access import access
from core.access_log import note_access
from core.clock import arrival
from core.forms import initial_from_carried

READERS = (
    "The employee reads the result after opening it; the rater, the superior, the agency head, HR and the auditor "
    "from their day on, and each of their looks is logged."
)


def _outcome(request: HttpRequest, appraisal_id: uuid.UUID) -> Appraisal:
    """The appraisal, if the person may read its outcome and there is one; else 404. One query."""
    appraisal = get_object_or_404(outcomes(actor_of(request)), pk=appraisal_id)
    if appraisal.rating_state != RatingState.NOT_ASSESSED and result_of(appraisal) is None:
        raise Http404
    return appraisal


def _is_own(request: HttpRequest, appraisal: Appraisal) -> bool:
    return appraisal.employee_id == actor_of(request).id


def _is_before_opening(request: HttpRequest, appraisal: Appraisal) -> bool:
    """Whether the page still has to wait for the employee's own act of opening."""
    return _is_own(request, appraisal) and appraisal.result_state == ResultState.PUBLISHED


def _note(request: HttpRequest, appraisal: Appraisal) -> None:
    """Keep in the access log that somebody else than the employee looked. One insert at most."""
    purpose = look_purpose(actor_of(request), appraisal)
    if purpose is not None:
        note_access(
            actor_id=actor_of(request).id,
            object_type="appraisal",
            object_id=appraisal.pk,
            purpose=purpose,
            at=arrival(request),
        )


# --- pages --------------------------------------------------------------------------------------


@access(reason=READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def result(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """The result; a POST is the employee's confirmation of having read it."""
    appraisal = _outcome(request, appraisal_id)
    if appraisal.rating_state == RatingState.NOT_ASSESSED:
        return _not_assessed(request, appraisal)
    if _is_before_opening(request, appraisal):
        return _gate(request, appraisal)
    if request.method == "POST":
        return _acknowledge(request, appraisal)
    return _page(request, appraisal, AcknowledgeForm(initial=initial_from_carried(request)))


def _gate(request: HttpRequest, appraisal: Appraisal) -> HttpResponse:
    """The page before the result: opening it is the receipt. It shows nothing of the result."""
    return render(
        request,
        "appraisal/result/gate.html",
        {
            "appraisal": appraisal,
            "days": OBJECTION_DAYS,
            "until": objection_end(arrival(request)),
            "basis": OBJECTION.shown,
        },
    )


def _not_assessed(request: HttpRequest, appraisal: Appraisal) -> HttpResponse:
    _note(request, appraisal)
    return render(
        request,
        "appraisal/result/not_assessed.html",
        {
            "appraisal": appraisal,
            "own": _is_own(request, appraisal),
            "publication": left_out_by(appraisal),
            "others": other_results(appraisal, actor_of(request)),
        },
    )


def _page(request: HttpRequest, appraisal: Appraisal, form: AcknowledgeForm) -> HttpResponse:
    _note(request, appraisal)
    due = appraisal.objection_due_at
    return render(
        request,
        "appraisal/result/page.html",
        {
            "page": result_page(appraisal, actor_of(request)),
            "appraisal": appraisal,
            "form": form,
            "basis": OBJECTION.shown,
            "days": OBJECTION_DAYS,
            "objection_open": due is not None and arrival(request) < due,
        },
    )


@access(reason="Whoever may read the result may compute it again; nothing is stored.")
@require_safe
def verify(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Compute the result again from the kept rating and say whether it is the same."""
    appraisal = _outcome(request, appraisal_id)
    if _is_before_opening(request, appraisal) or result_of(appraisal) is None:
        return redirect("result", appraisal.pk)
    _note(request, appraisal)
    return render(
        request,
        "appraisal/result/verify.html",
        {
            "appraisal": appraisal,
            "verification": verify_result(appraisal),
            "own": _is_own(request, appraisal),
        },
    )


@access(reason="Whoever may read the result may print its evaluation document.")
@require_safe
def document(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """The evaluation document, ready to be printed."""
    appraisal = _outcome(request, appraisal_id)
    if _is_before_opening(request, appraisal) or result_of(appraisal) is None:
        return redirect("result", appraisal.pk)
    _note(request, appraisal)
    return render(
        request,
        "appraisal/result/document.html",
        {"appraisal": appraisal, "document": result_document(appraisal, actor_of(request))},
    )


# --- acts of the employee -----------------------------------------------------------------------


@access(reason="The employee opens their own result, which is the receipt.")
@require_POST
def receive(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Open the result. A second click finds it open and changes nothing."""
    appraisal = _outcome(request, appraisal_id)
    if not (_is_own(request, appraisal) and appraisal.result_state in OPENED_BY_EMPLOYEE):
        with answering(request):
            receive_result(actor=actor_of(request), appraisal_id=appraisal.pk, at=arrival(request))
    return redirect("result", appraisal.pk)


def _acknowledge(request: HttpRequest, appraisal: Appraisal) -> HttpResponse:
    form = AcknowledgeForm(request.POST)
    if _is_own(request, appraisal) and appraisal.result_state == ResultState.ACKNOWLEDGED:
        messages.info(
            request, _("You had already confirmed having read this result. The first comment stands.")
        )
        return redirect("result", appraisal.pk)
    if form.is_valid():
        with answering(request, form) as call:
            acknowledge_result(
                actor=actor_of(request),
                appraisal_id=appraisal.pk,
                comment=form.cleaned_data["comment"],
                at=arrival(request),
            )
        if call.done:
            messages.success(
                request, _("You have confirmed having read the result. Your supervisor has been told.")
            )
            return redirect("result", appraisal.pk)
    return _page(request, appraisal, form)
