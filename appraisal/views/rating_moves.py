"""The steps of a rating that cannot be taken back: the first save, sending, revising, returning a self-assessment."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.actors import actor_of
from appraisal.enums import Action, Party, Rating, Topic
from appraisal.facts import Facts
from appraisal.forms.peer_figures import ChangeForm
from appraisal.forms.team import CommentForm
from appraisal.models import Appraisal
from appraisal.obstacles import return_deadline
from appraisal.selectors.rating_pages import Place, places_of, records_of
from appraisal.selectors.ratings import CHANGE, FEEDBACK, OVERALL
from appraisal.selectors.result_words import LABELS
from appraisal.services.ratings import (
    revise_rating,
    save_first_rating,
    save_rating_answer,
    send_rating,
)
from appraisal.services.self_assessments import return_self_assessment
from appraisal.views.answers import answering
from appraisal.views.rating_drafts import Desk, desk_of, rater_desk
from appraisal.views.rating_words import choice_text, hints_of, linked, name_of, tabs_of, url_of
from appraisal.views.sent_ratings import Kept, unsent_changes
from appraisal.workflow import obstacles_to
from core.access import access
from core.clock import arrival
from core.forms import initial_from_carried

FEEDBACK_PARTS = (
    ("strengths", gettext_lazy("Strengths")),
    ("improvements", gettext_lazy("To improve")),
    ("next_steps", gettext_lazy("Agreed next steps")),
)
_RATER = "Only the rater opens it: the supervisor, or the superior to whom the rating was passed on."
_METHODS = ["GET", "HEAD", "POST"]


# --- the first save -----------------------------------------------------------------------------


@access(reason=_RATER)
@require_http_methods(_METHODS)
def rate_first(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Ask once more, then keep the first rating; from then on the employee's own levels stand beside it."""
    at = arrival(request)
    desk = rater_desk(request, appraisal_id, at)
    if request.method == "POST":
        with answering(request) as call:
            save_first_rating(actor=actor_of(request), appraisal_id=desk.appraisal.pk, at=at)
        if call.done:
            messages.success(
                request,
                _("Your first rating is kept. The levels that %(name)s chose now stand beside yours.")
                % {"name": desk.appraisal.employee.name},
            )
        return redirect("rate", desk.appraisal.pk)
    reasons = obstacles_to(Action.SAVE_FIRST, _with_missing(desk), desk.led.parties)
    return render(
        request,
        "appraisal/rating/first.html",
        {
            "led": desk.led,
            "appraisal": desk.appraisal,
            "reasons": linked(desk.appraisal, reasons),
            "hints": hints_of(desk.form),
        },
    )


def _with_missing(desk: Desk) -> Facts:
    return replace(
        desk.led.facts,
        missing_in_rating=desk.form.missing,
        missing_in_feedback=desk.form.missing_for_sending,
    )


# --- check and send -----------------------------------------------------------------------------


@access(reason=_RATER)
@require_http_methods(_METHODS)
def rate_check(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Everything that will be sent, each with a link to change it, and what is still missing.

    Where the first rating was changed, it asks why; a POST keeps the reason, which is sent with the rating.
    """
    desk = rater_desk(request, appraisal_id, arrival(request))
    if desk.led.is_sent:
        return redirect("rate_revise" if desk.led.is_revising else "rate", desk.appraisal.pk)
    change = _change_form(request, desk)
    if request.method == "POST" and change.is_valid() and _keep_reason(request, desk, change):
        return redirect("rate_send", desk.appraisal.pk)
    reasons = obstacles_to(Action.SEND_RATING, _with_missing(desk), desk.led.parties)
    form, appraisal = desk.form, desk.appraisal
    return render(
        request,
        "appraisal/rating/check.html",
        {
            "led": desk.led,
            "appraisal": appraisal,
            "tabs": tabs_of(appraisal, form, None),
            "reasons": linked(appraisal, reasons),
            "hints": hints_of(form),
            "change": change if desk.form.changed_since_first and desk.led.can_write else None,
            "changed": desk.form.changed_since_first,
            "groups": [
                (label, [_answer(desk, place) for place in places_of(form) if place.topic == topic])
                for label, topic in (
                    (_("Results of work"), Topic.ITEM),
                    (_("Behaviour at work"), Topic.VALUE),
                    (_("Competencies"), Topic.COMPETENCY),
                )
            ],
            "overall": _overall(appraisal, form.answers.one(Topic.OVERALL, OVERALL)),
            "feedback": [
                (label, form.answers.one(Topic.FEEDBACK, FEEDBACK).get(part) or ())
                for part, label in FEEDBACK_PARTS
            ],
            "feedback_url": reverse("rate_feedback", args=[appraisal.pk]),
        },
    )


def _change_form(request: HttpRequest, desk: Desk) -> ChangeForm:
    """The reason for changing the first rating, as it was kept last."""
    answers = desk.form.answers
    return ChangeForm(
        request.POST if request.method == "POST" else None,
        initial={**answers.one(Topic.OVERALL, CHANGE), **initial_from_carried(request)},
        version=answers.revision(Topic.OVERALL, CHANGE),
    )


def _keep_reason(request: HttpRequest, desk: Desk, change: ChangeForm) -> bool:
    """Keep the reason as a draft of the rater; whether it was kept."""
    with answering(request, change) as call:
        save_rating_answer(
            actor=actor_of(request),
            appraisal_id=desk.appraisal.pk,
            topic=Topic.OVERALL,
            key=CHANGE,
            data={"reason": change.cleaned_data["reason"]},
            revision=change.cleaned_data[change.version_field],
            at=desk.at,
        )
    if call.stale:
        change.renew_version(call.current.revision)
    return call.done


def _answer(desk: Desk, place: Place) -> dict[str, Any]:
    """One answer for the check: what was chosen and why, "not filled in" where nothing was."""
    answer = desk.form.answers.one(place.topic, place.key)
    return {
        "label": name_of(place),
        "choice": choice_text(desk.form, place),
        "reason": str(answer.get("reason") or ""),
        "url": url_of(desk.appraisal, place),
    }


def _overall(appraisal: Appraisal, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "label": LABELS[name],
            "choice": Rating(answer[name]).label if answer.get(name) in Rating.values else "",
            "reason": str(answer.get(f"{name}_reason") or ""),
            "url": reverse("rate_overall", args=[appraisal.pk]),
        }
        for name in ("results", "behavior")
    ]


@access(reason=_RATER)
@require_http_methods(_METHODS)
def rate_send(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Ask once more, then send this one rating."""
    at = arrival(request)
    desk = rater_desk(request, appraisal_id, at)
    if desk.led.is_sent and request.method != "POST":
        return redirect("rate", desk.appraisal.pk)
    if request.method == "POST":
        with answering(request) as call:
            send_rating(actor=actor_of(request), appraisal_id=desk.appraisal.pk, at=at)
        if call.done:
            messages.success(
                request, _("The rating of %(name)s was sent.") % {"name": desk.appraisal.employee.name}
            )
            return redirect("rate", desk.appraisal.pk)
        return redirect("rate_check", desk.appraisal.pk)
    reasons = obstacles_to(Action.SEND_RATING, _with_missing(desk), desk.led.parties)
    if reasons:
        return redirect("rate_check", desk.appraisal.pk)
    return render(
        request,
        "appraisal/rating/send.html",
        {"led": desk.led, "appraisal": desk.appraisal, "hints": hints_of(desk.form)},
    )


# --- revising in calibration --------------------------------------------------------------------


@access(reason=_RATER)
@require_http_methods(_METHODS)
def rate_revise(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """What was changed since the rating was sent, and the reason with which it replaces the earlier one."""
    at = arrival(request)
    desk = rater_desk(request, appraisal_id, at)
    if not desk.led.is_sent:
        return redirect("rate", desk.appraisal.pk)
    form = CommentForm(
        request.POST if request.method == "POST" else None,
        label=_("Why do you revise the rating?"),
        hint=_("Your superior reads it at once, the employee with the published result."),
        initial=initial_from_carried(request),
    )
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            revise_rating(
                actor=actor_of(request),
                appraisal_id=desk.appraisal.pk,
                reason=form.cleaned_data["comment"],
                at=at,
            )
        if call.done:
            messages.success(request, _("The rating was revised. The earlier one is kept beside it."))
            return redirect("rate", desk.appraisal.pk)
    reasons = (*desk.form.missing, *desk.form.missing_for_sending)
    return render(
        request,
        "appraisal/rating/revise.html",
        {
            "led": desk.led,
            "appraisal": desk.appraisal,
            "form": form,
            "reasons": linked(desk.appraisal, reasons),
            "changes": unsent_changes(desk, Kept(records_of(desk.appraisal))),
            "refusals": [str(reason) for reason in desk.led.refusals],
        },
    )


# --- returning a self-assessment ----------------------------------------------------------------


@access(reason="Supervisor and Plh may return a self-assessment once, with a comment.")
@require_http_methods(_METHODS)
def return_self(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Return the self-assessment with a comment; the page says until when it can be sent again."""
    at = arrival(request)
    desk = desk_of(request, appraisal_id, at)
    if not desk.led.parties & {Party.SUPERVISOR, Party.DELEGATE}:
        raise PermissionDenied
    form = CommentForm(
        request.POST if request.method == "POST" else None,
        label=_("What should be mended?"),
        hint=_("Name the result or value, and what is missing there."),
        initial=initial_from_carried(request),
    )
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            return_self_assessment(
                actor=actor_of(request),
                appraisal_id=desk.appraisal.pk,
                comment=form.cleaned_data["comment"],
                at=at,
            )
        if call.done:
            messages.success(
                request,
                _("The self-assessment was returned to %(name)s with your comment.")
                % {"name": desk.appraisal.employee.name},
            )
            return redirect("rate", desk.appraisal.pk)
    reasons = obstacles_to(Action.RETURN_SELF, desk.led.facts, desk.led.parties)
    return render(
        request,
        "appraisal/rating/return_self.html",
        {
            "led": desk.led,
            "appraisal": desk.appraisal,
            "form": form,
            "reasons": [str(reason) for reason in reasons],
            "due_at": return_deadline(desk.led.facts),
        },
    )
