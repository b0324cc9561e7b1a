"""A POST whose CSRF token does not fit: mostly a cookie that is gone or a page older than the session.

A forged request comes from another host. When the browser says that the page was ours, the person gets what they
typed back, unsaved; nothing is carried out either way.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render, resolve_url

from core import carry_over
from core.middleware import wants_data


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Answer in the view's place (settings.CSRF_FAILURE_VIEW). `reason` is Django's, for developers."""
    if wants_data(request):
        return _answer_script(request)
    if not comes_from_us(request):
        return refused(request)
    if request.user.is_authenticated:
        return carry_over.reopen_unsaved(request)
    if carry_over.is_sign_in(request) or request.path == resolve_url(settings.LOGIN_URL):
        return carry_over.sign_in_again(request)
    if _needs_no_session(request):
        return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
    return carry_over.sign_in_with_fields(request)


def _answer_script(request: HttpRequest) -> JsonResponse:
    """401 without a session, else 403 with a fresh token: another tab signed in, the script may try once more."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": "signed_out"}, status=HTTPStatus.UNAUTHORIZED)
    refusal = {"error": "csrf"}
    if comes_from_us(request):
        refusal["token"] = get_token(request)
    return JsonResponse(refusal, status=HTTPStatus.FORBIDDEN)


def comes_from_us(request: HttpRequest) -> bool:
    """Whether Origin, or without it Referer, names this very host and scheme."""
    said = request.headers.get("Origin") or request.headers.get("Referer", "")
    try:
        parts = urlsplit(said)
    except ValueError:
        return False
    return (parts.scheme, parts.netloc) == (request.scheme, request.get_host())


def refused(request: HttpRequest) -> HttpResponse:
    """The 403 page with the one sentence that helps."""
    return render(request, "core/errors/csrf.html", status=HTTPStatus.FORBIDDEN)


def _needs_no_session(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and not getattr(match.func, "login_required", True)
