"""How the pages look and speak: a cookie for everybody, and the profile of who is signed in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.services.preferences import choose_preferences
from accounts.views.look import remember_look
from core.access import access
from core.context import THEMES


@access(public=True, reason="Anybody chooses how the pages look.")
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device says."""
    response = _back(request)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        remember_look(response, language="", theme=chosen)
        if request.user.is_authenticated:
            choose_preferences(employee_id=request.user.pk, language=request.user.language, theme=chosen)
    return response


@access(public=True, reason="Anybody chooses the language of the pages.")
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Indonesian or English."""
    response = _back(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        remember_look(response, language=chosen, theme="")
        if request.user.is_authenticated:
            choose_preferences(employee_id=request.user.pk, language=chosen, theme=request.user.theme)
    return response


def _back(request: HttpRequest) -> HttpResponse:
    """To the page whose footer was used; to the front page when the address is not ours."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(wanted if safe else "/")
