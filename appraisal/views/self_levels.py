"""One core value or one competency in the self-assessment: five levels, and room for one real event."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import actor_of
from appraisal.completeness import LEVELS
from appraisal.enums import Topic
from appraisal.facts import Reason
from appraisal.forms.self_assessment import LevelForm, fields_of
from appraisal.models import Appraisal
from appraisal.selectors.assessments import (
    Answers,
    Level,
    answers_of,
    competency_pages,
    value_pages,
)
from appraisal.selectors.drafts import Draft
from appraisal.selectors.self_pages import (
    Page,
    competency_pages_of,
    value_pages_of,
)
from appraisal.services.self_assessments import save_answer
from appraisal.views.answers import own_appraisal
from appraisal.views.drafting import Outcome, save_page
from appraisal.views.self_steps import after_saving, common_context, place_of, turned_away
from core.access import access
from core.clock import arrival
from core.forms import initial_from_carried
from core.middleware import wants_data

_REASON = "The employee writes their own self-assessment."


@access(reason=_REASON)
@require_http_methods(["GET", "HEAD", "POST"])
def self_value(request: HttpRequest, appraisal_id: uuid.UUID, code: str) -> HttpResponse:
    """One core value: its statements, five anchors, and room for one real event."""
    appraisal = own_appraisal(request, appraisal_id)
    if elsewhere := turned_away(request, appraisal):
        return elsewhere
    values = value_pages(texts_of=_texts(request, code))
    value = next((one for one in values if one.code == code), None)
    if value is None:
        raise Http404
    asked = Asked(
        topic=Topic.VALUE,
        key=code,
        levels=value.levels or _BARE_LEVELS,
        question=_("What describes you best throughout %(year)s?") % {"year": appraisal.cycle.year},
        hint=_("Choose one. Think of events from January to December, not only of this month."),
        words_hint=_(
            "The situation, what you did, and what came of it. Three to five sentences. Needed for levels 1, 2 and 5."
        ),
    )
    return _level_page(
        request,
        appraisal,
        asked,
        pages_of=lambda answers: value_pages_of(appraisal, values, answers),
        then=lambda: _first_competency(appraisal),
        template="appraisal/self_assessment/value.html",
        extra={"value": value},
    )


@access(reason=_REASON)
@require_http_methods(["GET", "HEAD", "POST"])
def self_competency(request: HttpRequest, appraisal_id: uuid.UUID, code: str) -> HttpResponse:
    """One competency that the position requires: its levels and the signs by which each is seen."""
    appraisal = own_appraisal(request, appraisal_id)
    if elsewhere := turned_away(request, appraisal):
        return elsewhere
    competencies = competency_pages(appraisal, texts_of=_texts(request, code))
    competency = next((one for one in competencies if one.code == code), None)
    if competency is None:
        raise Http404
    asked = Asked(
        topic=Topic.COMPETENCY,
        key=code,
        levels=competency.levels or _BARE_LEVELS,
        question=_("Which level have you reached?"),
        hint=_("Your position asks for level %(level)s. Each level includes those below it.")
        % {"level": competency.required},
        words_hint=_("What shows it: a task, a training, somebody you helped."),
        words_are_optional=True,
    )
    return _level_page(
        request,
        appraisal,
        asked,
        pages_of=lambda answers: competency_pages_of(competencies, answers),
        then=lambda: None,
        template="appraisal/self_assessment/competency.html",
        extra={"competency": competency},
    )


# A script that saves needs to know which levels there are, not what they look like.
_BARE_LEVELS = tuple(Level(number, "", "") for number in LEVELS)


def _texts(request: HttpRequest, code: str) -> str:
    """The page whose texts are read; none for a script, which is answered in data."""
    return "" if wants_data(request) else code


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page with levels asks."""

    topic: Topic
    key: str
    levels: tuple[Level, ...]
    question: str
    hint: str
    words_hint: str
    words_are_optional: bool = False


def _level_page(
    request: HttpRequest,
    appraisal: Appraisal,
    asked: Asked,
    *,
    pages_of: Callable[[Answers], list[Page]],
    then: Callable[[], Page | None],
    template: str,
    extra: Mapping[str, Any],
) -> HttpResponse:
    """Show or save a page with levels."""
    outcome = Outcome()
    posted = None
    if request.method == "POST":
        posted = _level_form(request, asked, data=request.POST)
        outcome = _save_level(request, appraisal, asked, posted)
        if outcome.response is not None:
            return outcome.response
    answers = answers_of(appraisal, appraisal.employee_id)
    place = place_of(request, appraisal, pages_of(answers), asked.key, then)
    if posted is not None and outcome.saved is not None:
        onward = after_saving(request, appraisal, posted, place, place.page.missing, _level_field)
        if onward:
            return onward
    form = posted or _level_form(request, asked, answers=answers)
    draft = Draft(saved_at=answers.saved_at(asked.topic, asked.key))
    context = common_context(request, appraisal, form, place, outcome, draft)
    stored = _stored_words(asked, outcome.stored.data) if outcome.stored else ()
    return render(request, template, {**context, **extra, "stored": stored})


def _save_level(request: HttpRequest, appraisal: Appraisal, asked: Asked, form: LevelForm) -> Outcome:
    return save_page(
        request,
        form,
        save=lambda: save_answer(
            actor=actor_of(request),
            appraisal_id=appraisal.pk,
            topic=asked.topic,
            key=asked.key,
            data=form.answer,
            revision=form.cleaned_data["revision"],
            at=arrival(request),
        ),
        fields_of=fields_of,
        storable=form.is_valid(),
    )


def _level_form(
    request: HttpRequest, asked: Asked, *, data: Any = None, answers: Answers | None = None
) -> LevelForm:
    known = answers or Answers()
    initial = {**fields_of(known.one(asked.topic, asked.key)), **initial_from_carried(request)}
    return LevelForm(
        data,
        levels=asked.levels,
        question=asked.question,
        hint=asked.hint,
        words_hint=asked.words_hint,
        words_are_optional=asked.words_are_optional,
        initial=initial,
        version=known.revision(asked.topic, asked.key),
    )


def _level_field(reason: Reason) -> str | None:
    return {"no_level": "level", "no_words": "text"}.get(reason.code)


def _stored_words(asked: Asked, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The stored version in words, to stand beside the one that was sent from an older version."""
    titles = {level.number: f"{level.number}, {level.title}" for level in asked.levels}
    words = [
        (asked.question, titles.get(data.get("level") or 0, "")),
        (_("Tell one real event"), data.get("text", "")),
    ]
    return [(label, text) for label, text in words if text]


def _first_competency(appraisal: Appraisal) -> Page | None:
    answers = answers_of(appraisal, appraisal.employee_id)
    return next(iter(competency_pages_of(competency_pages(appraisal), answers)), None)
