"""How pages answer what services refuse, said once for every view of the process.

A form page:

    form = PlanItemForm(request.POST)
    if form.is_valid():
        with answering(request, form) as call:
            add_item(actor=actor_of(request), …)
        if call.done:
            messages.success(request, _("…"))
            return redirect("plan", appraisal.pk)
    return render(…)            # refused: the reasons stand in the form's error summary, the typed text stays

A button without fields:

    with answering(request) as call:
        send_plan(actor=actor_of(request), …)
    if call.done:
        messages.success(request, _("…"))
    return redirect("plan", appraisal.pk)   # refused: the reasons are the page's message

A form that saves by itself answers its script through `core.autosave`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.actors import actor_of
from accounts.enums import Role
from appraisal.enums import Action, LookPurpose
from appraisal.models import Appraisal
from appraisal.policies import look_purpose, parties_of
from appraisal.workflow import find
from core.access_log import note_access
from core.clock import arrival
from core.errors import ActionRefused, NotAllowed, Sentence, StaleWrite

_RELATED = ("cycle", "agency", "employee", "supervisor", "superior", "placement__position")


# --- loading ------------------------------------------------------------------------------------


def visible_appraisal(request: HttpRequest, appraisal_id: uuid.UUID) -> Appraisal:
    """The appraisal, if the person may know where it stands; else 404. One query, and the log of an auditor's look."""
    return _seen(request, Appraisal.objects.visible_to(actor_of(request)), appraisal_id)


def readable_appraisal(request: HttpRequest, appraisal_id: uuid.UUID) -> Appraisal:
    """The appraisal, if the person may read its plan and what was done; else 404. Costs as `visible_appraisal`."""
    return _seen(request, Appraisal.objects.content_visible_to(actor_of(request)), appraisal_id)


def told_appraisal(request: HttpRequest, appraisal_id: uuid.UUID) -> Appraisal:
    """The appraisal, if the person may read its self-assessment (their own, or one that was sent); else 404."""
    return _seen(request, Appraisal.objects.told_visible_to(actor_of(request)), appraisal_id)


def own_appraisal(request: HttpRequest, appraisal_id: uuid.UUID) -> Appraisal:
    """The person's own appraisal: 404 for whoever may not read it, 403 for whoever only reads it. One query."""
    appraisal = _found(Appraisal.objects.content_visible_to(actor_of(request)), appraisal_id)
    if appraisal.employee_id != actor_of(request).id:
        raise PermissionDenied
    return appraisal


def must_have_move(request: HttpRequest, appraisal: Appraisal, action: Action) -> None:
    """403 for whoever may see the appraisal, but is nobody who ever makes this move."""
    _track, move = find(action)
    if not parties_of(actor_of(request), appraisal) & move.by.keys():
        raise PermissionDenied


def _found(appraisals: QuerySet[Appraisal], appraisal_id: uuid.UUID) -> Appraisal:
    return get_object_or_404(appraisals.select_related(*_RELATED), pk=appraisal_id)


def _seen(request: HttpRequest, appraisals: QuerySet[Appraisal], appraisal_id: uuid.UUID) -> Appraisal:
    """The appraisal; that an auditor looks at it is kept for the employee to see."""
    appraisal = _found(appraisals, appraisal_id)
    actor = actor_of(request)
    if (
        actor.holds(Role.AUDITOR, appraisal.agency.path)
        and look_purpose(actor, appraisal) == LookPurpose.AUDITOR
    ):
        note_access(
            actor_id=actor.id,
            object_type="appraisal",
            object_id=appraisal.pk,
            purpose=LookPurpose.AUDITOR,
            at=arrival(request),
        )
    return appraisal


# --- calling a service --------------------------------------------------------------------------


@dataclass(slots=True)
class Call:
    """What became of a service call: done, refused with `reasons`, or stale with the stored version as `current`."""

    done: bool = False
    reasons: tuple[Sentence, ...] = ()
    stale: bool = False
    current: Any = None


@contextmanager
def answering(request: HttpRequest, form: forms.Form | None = None) -> Iterator[Call]:
    """Run one service call; what it raises becomes an answer.

    NotAllowed is 403, a row that is not there 404. The reasons of ActionRefused and StaleWrite stand in the error
    summary of `form`, or become the page's message when there is none.
    """
    call = Call()
    try:
        yield call
    except NotAllowed as error:
        raise PermissionDenied(*map(str, error.reasons)) from error
    except ObjectDoesNotExist as error:
        raise Http404 from error
    except (ActionRefused, StaleWrite) as error:
        call.reasons = error.reasons
        if isinstance(error, StaleWrite):
            call.stale, call.current = True, error.current
        if form is None:
            refused(request, error.reasons)
        else:
            refused_form(form, error.reasons)
    else:
        call.done = True


def refused(request: HttpRequest, reasons: Iterable[Sentence]) -> None:
    """Say on the next page why an act was refused."""
    for reason in reasons:
        messages.warning(request, str(reason))


def refused_form(form: forms.Form, reasons: Iterable[Sentence]) -> None:
    """Put the reasons of a refusal into the form's error summary; what was typed stays in the form."""
    form.add_error(None, [ValidationError(str(reason), code="refused") for reason in reasons])
