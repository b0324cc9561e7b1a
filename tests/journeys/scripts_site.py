"""A small site for the scripts of the forms: one form that saves itself, one that does not, and a switch for trouble.

The server side is as a real form has it: a revision, a refusal of older ones, and the answers of core.autosave.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path
from django.utils import timezone

from config import urls as product
from core import autosave
from core.access import access
from core.fields import TextField
from core.forms import BaseForm
from core.rating import RatingChoice, RatingField

PERSON = uuid.UUID("11111111-2222-4333-8444-555555555555")


class StoryForm(BaseForm):
    """A text and a level."""

    version_field = "revision"
    may_stay_empty = ("story", "level")

    story = TextField(label="Story", max_length=40, required=False)
    level = RatingField(
        label="Level", required=False, rating_choices=(RatingChoice("3", "Meets"), RatingChoice("4", "Above"))
    )


@dataclass
class Store:
    """What the server holds, and how it behaves."""

    revision: int = 1
    values: dict[str, str] = field(default_factory=lambda: {"story": "", "level": ""})
    trouble: int = 0
    saves: list[tuple[int, str]] = field(default_factory=list)
    submits: list[str] = field(default_factory=list)


STORE = Store()

PAGE = engines["django"].from_string(
    """{% extends "base.html" %}{% load crispy_forms_tags %}
{% block title %}Story{% endblock %}{% block heading %}Story{% endblock %}
{% block main %}<div class="wrap">
<form method="post" action="/naskah/" novalidate data-autosave data-autosave-url="/naskah/simpan/"
      {% if person %}data-local-copy="{{ person }}"{% endif %}>{% csrf_token %}{% crispy form %}
{% autosave_status %}
<div class="actions"><button class="btn btn-primary" name="send" value="yes">Send</button></div></form>
<form method="post" action="/sekali/" novalidate>{% csrf_token %}<label for="note">Note</label>
<textarea id="note" name="note"></textarea><button>Once</button></form>
<form method="post" action="/keluar/" data-sign-out>{% csrf_token %}<button>Leave</button></form>
</div>{% endblock %}"""
)


@access(public=True, reason="A test page.")
def story(request: HttpRequest) -> HttpResponse:
    """Show the form; a POST sends it."""
    if request.method == "POST":
        STORE.submits.append(f"{request.POST['revision']} {request.POST['story']} {request.POST.get('send')}")
        return HttpResponse("sent")
    form = StoryForm(initial=STORE.values, version=STORE.revision)
    person = PERSON if "tanpa" not in request.GET else ""
    return HttpResponse(PAGE.render({"form": form, "person": person}, request))


@access(public=True, reason="A test page.")
def save(request: HttpRequest) -> JsonResponse:
    """Store the draft, unless it is older than the stored one or trouble is on."""
    if STORE.trouble:
        return JsonResponse({"error": "signed_out"}, status=STORE.trouble)
    form = StoryForm(request.POST)
    if not form.is_valid():
        return autosave.refused(form)
    if form.cleaned_data["revision"] != STORE.revision:
        return autosave.conflict(current=STORE.values, revision=STORE.revision, saved_at=timezone.now())
    STORE.revision += 1
    STORE.values = {name: form.cleaned_data[name] for name in STORE.values}
    STORE.saves.append((STORE.revision, STORE.values["story"]))
    return autosave.saved(revision=STORE.revision, saved_at=timezone.now())


@access(public=True, reason="A test page.")
def once(request: HttpRequest) -> HttpResponse:
    """Count submits and answer 204, so that the page stays."""
    STORE.submits.append(request.POST["note"])
    return HttpResponse(status=204)


urlpatterns = [
    path("naskah/", story, name="story"),
    path("naskah/simpan/", save, name="story_save"),
    path("sekali/", once, name="once"),
    *product.urlpatterns,
]
handler400, handler403 = product.handler400, product.handler403
handler404, handler500 = product.handler404, product.handler500
