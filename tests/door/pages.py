"""The product's routes and a few forms, to see what happens when a session ends while somebody writes."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template import engines
from django.urls import path
from django.views.decorators.http import require_POST

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as product
from core.access import access
from core.errors import ActionRefused
from core.forms import initial_from_carried
from tests.door.log import written

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

_PAGE = engines["django"].from_string(
    """{% extends "base.html" %}{% block heading %}Note{% endblock heading %}
    {% block main %}<div class="wrap">{% include "components/carried.html" %}
    <form method="post">{% csrf_token %}
    {% for name, value in fields.items %}<textarea name="{{ name }}" aria-label="Text">{{ value }}</textarea>{% endfor %}
    <p id="query">{{ request.GET.urlencode }}</p><button>Save note</button></form></div>{% endblock main %}"""
)


def _form(request: HttpRequest) -> HttpResponse:
    fields = {"text": "stored text", **initial_from_carried(request)}
    return HttpResponse(_PAGE.render({"fields": fields}, request))


def _write(request: HttpRequest) -> None:
    written.append({name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"})


@access(reason="A form.")
def note(request: HttpRequest) -> HttpResponseBase:
    """A form with a text that everybody may open."""
    if request.method == "POST":
        _write(request)
        return redirect("note")
    return _form(request)


@access(reason="A form of one person; for others it does not exist.")
def of_person(request: HttpRequest, login: str) -> HttpResponseBase:
    """A form that only the owner sees."""
    if request.user.login != login:
        raise Http404
    return note(request)


@access(reason="Nobody may.")
def refused(request: HttpRequest) -> HttpResponseBase:
    """Visible, but not yours to do."""
    raise PermissionDenied


@access(reason="Never the right time.")
def too_late(request: HttpRequest) -> HttpResponseBase:
    """A rule refuses."""
    raise ActionRefused("The window has closed.")


@access(reason="The auditor's form.", roles=["auditor"])
def audited(request: HttpRequest) -> HttpResponseBase:
    """A form behind a role."""
    return note(request)


@access(reason="A button.")
@require_POST
def button(request: HttpRequest) -> HttpResponseBase:
    """Takes a POST only."""
    _write(request)
    return redirect("note")


@access(reason="A page that has moved on.")
def moved(request: HttpRequest) -> HttpResponseBase:
    """Sends a GET elsewhere."""
    if request.method == "POST":
        _write(request)
    return redirect("/note/?moved=1")


@access(public=True, reason="A public form.")
def public(request: HttpRequest) -> HttpResponseBase:
    """Needs no session."""
    _write(request)
    return HttpResponse("public")


urlpatterns = [
    path("note/", note, name="note"),
    path("note/<str:login>/", of_person, name="note_of"),
    path("refused/", refused),
    path("too-late/", too_late),
    path("audited-note/", audited),
    path("button/", button),
    path("moved/", moved),
    path("public-form/", public),
    *product,
]
