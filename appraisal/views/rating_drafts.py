"""One page of a rating that saves itself: the same steps for items, values, competencies, totals and feedback."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.actors import actor_of
from appraisal.enums import Topic
from appraisal.forms.ratings import DraftForm
from appraisal.models import Appraisal
from appraisal.selectors.led import Led, led_appraisal
from appraisal.selectors.rating_forms import form_of
from appraisal.selectors.rating_pages import Place
from appraisal.selectors.ratings import RatingForm
from appraisal.services.drafts import Saved
from appraisal.services.ratings import save_rating_answer
from appraisal.views.drafting import Outcome, save_page
from appraisal.views.rating_words import linked, name_of, neighbours, tabs_of, url_of
from core.forms import initial_from_carried
from core.rating import RatingField, options_of

Page = TypeVar("Page", bound=DraftForm)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page of a rating starts from: the appraisal as the reader may see it, and their own form."""

    led: Led
    form: RatingForm
    at: dt.datetime

    @property
    def appraisal(self) -> Appraisal:
        """The appraisal that is rated."""
        return self.led.appraisal


def desk_of(request: HttpRequest, appraisal_id: uuid.UUID, at: dt.datetime) -> Desk:
    """The desk, if the reader leads or watches this appraisal. 404 when it is invisible, 403 when it is not theirs."""
    actor = actor_of(request)
    try:
        led = led_appraisal(actor, appraisal_id, at=at)
    except Appraisal.DoesNotExist as error:
        raise Http404 from error
    if not led.leads:
        raise PermissionDenied
    return Desk(led, form_of(led.appraisal, actor.id, first=led.first_unsent), at)


def rater_desk(request: HttpRequest, appraisal_id: uuid.UUID, at: dt.datetime) -> Desk:
    """The desk of whoever rates; 403 for everybody else who may see the appraisal."""
    desk = desk_of(request, appraisal_id, at)
    if not desk.led.is_rater:
        raise PermissionDenied
    return desk


def place_or_404(desk: Desk, topic: Topic, key: str) -> Place:
    """A page that this rating asks. 404 for any other key."""
    keys = {
        Topic.ITEM: {item.key: item.name for item in desk.form.items},
        Topic.VALUE: {page.code: page.name for page in desk.form.values},
        Topic.COMPETENCY: {page.code: page.name for page in desk.form.competencies},
    }[topic]
    if key not in keys:
        raise Http404
    return Place(topic, key, keys[key])


def draft_page(
    request: HttpRequest, desk: Desk, place: Place, make: partial[Page], template: str, **context: Any
) -> HttpResponse:
    """Show the page, or save it: for a script as data, for a person with the next page or the reasons."""
    answers = desk.form.answers
    stored = answers.one(place.topic, place.key)
    revision = answers.revision(place.topic, place.key)
    carried = initial_from_carried(request)
    kind = cast("type[DraftForm]", make.func)
    page: DraftForm | None = None
    outcome = Outcome()
    if request.method == "POST":
        if not desk.led.is_rater:
            raise PermissionDenied
        page = make(request.POST, version=revision)
        outcome = _save(request, desk, place, page)
        if outcome.response is not None:
            return outcome.response
        if outcome.saved is not None and ("later" in request.POST or not _asks_again(page)):
            return _onward(request, desk, place)
    elif desk.led.can_write or (carried and desk.led.is_rater):
        page = make(initial=carried or kind.initial_of(stored), version=revision)
    number, total, following = neighbours(desk.form, place)
    return render(
        request,
        template,
        {
            "led": desk.led,
            "appraisal": desk.appraisal,
            "place_name": name_of(place),
            "number": number,
            "total": total,
            "next_name": name_of(following) if following else "",
            "tabs": tabs_of(desk.appraisal, desk.form, place.topic) if desk.led.is_rater else (),
            "form": page,
            "stored": _in_words(make(initial=kind.initial_of(outcome.stored.data))) if outcome.stored else (),
            "stored_at": outcome.stored.saved_at if outcome.stored else None,
            "saved_at": outcome.saved.saved_at if outcome.saved else answers.saved_at(place.topic, place.key),
            "kept": _in_words(make(initial=kind.initial_of(stored))) if page is None and stored else (),
            "fields_template": "",
            "missing": _still_missing(desk, place) if desk.led.is_rater else (),
            **context,
        },
    )


def _save(request: HttpRequest, desk: Desk, place: Place, page: DraftForm) -> Outcome:
    """Store the page as the reader's own draft."""

    def save() -> Saved:
        return save_rating_answer(
            actor=actor_of(request),
            appraisal_id=desk.appraisal.pk,
            topic=place.topic,
            key=place.key,
            data=page.draft,
            revision=page.cleaned_data[page.version_field],
            at=desk.at,
        )

    return save_page(request, page, save=save, fields_of=page.initial_of, storable=page.is_valid())


def _asks_again(page: DraftForm) -> bool:
    """Whether somebody wanted to go on without a choice: it was saved, and the page asks once more."""
    missing = [
        name
        for name, field in page.fields.items()
        if isinstance(field, RatingField) and page.cleaned_data.get(name) in {None, ""}
    ]
    for name in missing:
        page.add_error(name, _("Choose one level."))
    return bool(missing)


def _onward(request: HttpRequest, desk: Desk, place: Place) -> HttpResponse:
    _number, _total, following = neighbours(desk.form, place)
    if "later" in request.POST:
        messages.success(request, _("Saved. You can go on at any time."))
        return redirect("rate", desk.appraisal.pk)
    if following is None:
        return redirect("rate_check" if desk.led.own_first else "rate", desk.appraisal.pk)
    if following.topic == Topic.OVERALL and (desk.form.missing or not desk.led.revealed):
        return redirect("rate", desk.appraisal.pk)
    return redirect(url_of(desk.appraisal, following))


def _still_missing(desk: Desk, place: Place) -> Sequence[tuple[str, str]]:
    """What sending will ask of this page, once something stands on it."""
    if not desk.form.answers.one(place.topic, place.key):
        return []
    key = f"{place.topic.value}:{place.key}"
    return linked(desk.appraisal, [reason for reason in desk.form.missing_for_sending if reason.key == key])


def _in_words(page: DraftForm) -> list[tuple[str, str]]:
    """A version of the page as labels and what stands there, for a choice between two versions."""
    shown = []
    for field in page:
        if field.is_hidden:
            continue
        if isinstance(field.field, RatingField):
            text = next((str(one.choice.title) for one in options_of(field) if one.checked), "")
        else:
            text = str(field.value() or "")
        shown.append((str(field.label), text))
    return shown
