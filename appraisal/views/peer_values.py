"""One core value in a reviewer's answer: five anchors, "not enough observed" apart, and room for an event of each kind."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import actor_of
from appraisal.completeness import LEVELS, NOT_OBSERVED
from appraisal.forms.peer import ValueForm, fields_of
from appraisal.models import Invitation
from appraisal.prompts import prompts_for
from appraisal.selectors.assessments import Level, ValuePage, value_pages
from appraisal.selectors.peer_answers import EnvelopeBroken, OwnAnswer, OwnPage
from appraisal.selectors.peer_pages import answer_pages
from appraisal.services.peer_answers import save_peer_page
from appraisal.views.drafting import Outcome, save_page
from appraisal.views.peer_steps import (
    Desk,
    Remarks,
    about,
    desk_of,
    own_invitation,
    page_url,
    promise_of,
    sealed,
    stopped,
    turned_away,
)
from appraisal.views.self_steps import Place
from core.access import access
from core.clock import arrival
from core.forms import initial_from_carried
from core.middleware import wants_data

# A script that saves needs to know which levels there are, not what they look like.
_BARE_LEVELS = tuple(Level(number, "", "") for number in LEVELS)
_FIELDS = {"no_level": "level", "no_strength": "strength", "no_wish": "wish"}


@access(reason="The reviewer writes their own answer; nobody else can open it.")
@require_http_methods(["GET", "HEAD", "POST"])
@sealed
def peer_value(request: HttpRequest, invitation_id: uuid.UUID, code: str) -> HttpResponse:
    """One page of the answer, shown or saved."""
    invitation = own_invitation(request, invitation_id)
    script = request.method == "POST" and wants_data(request)
    values = () if script else value_pages(texts_of=code)
    value = next((one for one in values if one.code == code), None)
    if value is None and not script:
        raise Http404
    if request.method == "POST":
        form = ValueForm(request.POST, levels=value.levels if value else _BARE_LEVELS)
        outcome = _save(request, invitation, code, form)
        return outcome.response or _after_posting(request, invitation, values, code, form, outcome)
    desk = desk_of(request, invitation, values)
    if elsewhere := turned_away(request, desk, _texts_in(initial_from_carried(request))):
        return elsewhere
    return _page(request, desk, values, code, None, Outcome())


def _texts_in(fields: Mapping[str, Any]) -> list[str]:
    return [str(fields[name]) for name in ("strength", "wish") if str(fields.get(name, "")).strip()]


def _save(request: HttpRequest, invitation: Invitation, code: str, form: ValueForm) -> Outcome:
    storable = form.is_valid()
    notes = Remarks(request, invitation).on(form.answer) if storable and wants_data(request) else ()
    return save_page(
        request,
        form,
        save=lambda: save_peer_page(
            actor=actor_of(request),
            invitation_id=invitation.pk,
            code=code,
            data=form.answer,
            revision=form.cleaned_data["revision"],
            at=arrival(request),
        ),
        fields_of=fields_of,
        storable=storable,
        notes=[str(note) for note in notes],
    )


def _after_posting(
    request: HttpRequest,
    invitation: Invitation,
    values: Iterable[ValuePage],
    code: str,
    form: ValueForm,
    outcome: Outcome,
) -> HttpResponse:
    """Saved: back to the invitation, onward, or the same page with what is missing. Refused: why, and the text."""
    desk = desk_of(request, invitation, values)
    if outcome.saved is None:
        if desk.writable and not isinstance(desk.problem, EnvelopeBroken):
            return _page(request, desk, values, code, form, outcome)
        return stopped(request, desk, [str(error) for error in form.non_field_errors()], form.texts)
    if "later" in request.POST:
        messages.success(request, _("Saved. Go on whenever you like."))
        return redirect("invitation", invitation.pk)
    place = _place(request, desk, values, code)
    if not place.page.missing:
        return redirect(place.onward_url)
    for reason in place.page.missing:
        form.add_error(_FIELDS.get(reason.code), str(reason))
    return _page(request, desk, values, code, form, outcome)


def _place(request: HttpRequest, desk: Desk, values: Iterable[ValuePage], code: str) -> Place:
    """The page among the others in the reviewer's own order; after the last one comes the check."""
    pages = answer_pages(desk.invitation, values, desk.answer or OwnAnswer())
    page = next(one for one in pages if one.key == code)
    later = pages[pages.index(page) + 1 :]
    if later and request.GET.get("from") != "check":
        return Place(pages, page, page_url(desk.invitation, later[0]), later[0].name)
    return Place(pages, page, reverse("peer_check", args=[desk.invitation.pk]), _("Check and send"))


def _page(
    request: HttpRequest,
    desk: Desk,
    values: Iterable[ValuePage],
    code: str,
    posted: ValueForm | None,
    outcome: Outcome,
) -> HttpResponse:
    """The page with its form: as posted, else as stored, else as carried through a sign-in."""
    value = next(one for one in values if one.code == code)
    written = (desk.answer or OwnAnswer()).pages.get(code, OwnPage())
    form = posted or ValueForm(
        levels=value.levels,
        initial={**fields_of(asdict(written)), **initial_from_carried(request)},
        version=written.revision,
    )
    place = _place(request, desk, values, code)
    return render(
        request,
        "appraisal/peer/value.html",
        {
            **about(desk.invitation),
            "value": value,
            "form": form,
            "place": place,
            "siblings": [(page, page_url(desk.invitation, page)) for page in place.pages],
            "action": request.get_full_path(),
            "written": written.revision > 0,
            "first": not any(page.begun for page in place.pages),
            "replacing": desk.answer is not None and desk.answer.replacing,
            "due": desk.due,
            "promise": promise_of(desk.invitation),
            "remarks": Remarks(request, desk.invitation).on(_as_typed(form)),
            "stored": _stored_words(value, outcome.stored.data) if outcome.stored else (),
            "keep_prompts": prompts_for("peer", "strength", "continue"),
            "change_prompts": prompts_for("peer", "improve", "start", "stop"),
        },
    )


def _as_typed(form: ValueForm) -> dict[str, Any]:
    """What stands in the form, as the hints read it."""
    level = str(form["level"].value() or "")
    return {
        "level": int(level) if level.isdecimal() else None,
        "strength": str(form["strength"].value() or ""),
        "wish": str(form["wish"].value() or ""),
    }


def level_words(level: int | None, titles: Mapping[int, str]) -> str:
    """A chosen answer in words; empty when there is none."""
    if level is None:
        return ""
    if level == NOT_OBSERVED:
        return _("Not enough observed")
    return f"{level}, {titles[level]}" if titles.get(level) else str(level)


def _stored_words(value: ValuePage, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The stored version in words, to stand beside the one that was sent from an older version."""
    titles = {level.number: level.title for level in value.levels}
    words = [
        (_("Your answer"), level_words(data["level"], titles)),
        (_("What to keep"), data["strength"]),
        (_("What to start or stop"), data["wish"]),
    ]
    return [(label, text) for label, text in words if text]
