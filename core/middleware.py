"""Arrival time and request id, language, content security policy, and the sign-in door."""

from __future__ import annotations

import datetime as dt
import logging
import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from core import carry_over
from core.logs import request_id
from core.sessions import idle_too_long

log = logging.getLogger("core.request")

GetResponse = Callable[[HttpRequest], HttpResponse]

_OLDEST_START = dt.timedelta(seconds=60)
_START = re.compile(r"^t?=?(\d{10,16})(?:\.(\d{1,6}))?$")


def _moment_of(header: str) -> dt.datetime | None:
    """Read X-Request-Start: seconds with a fraction, milliseconds, or microseconds since 1970."""
    found = _START.match(header.strip())
    if not found:
        return None
    whole, fraction = found.group(1), found.group(2)
    seconds = float(f"{whole}.{fraction or 0}")
    if len(whole) >= 16:
        seconds /= 1_000_000
    elif len(whole) >= 13:
        seconds /= 1_000
    try:
        return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
    except (OverflowError, OSError, ValueError):
        return None


class ArrivalMiddleware:
    """First in the chain: notes when the request arrived, names it, and writes the access line.

    The arrival decides whether a submission was in time. A trusted proxy may state it in
    X-Request-Start; a value in the future or older than 60 s is not believed.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        started = time.perf_counter()
        now = timezone.now()
        arrived_at = now
        if settings.TRUSTED_PROXY_COUNT:
            stated = _moment_of(request.META.get("HTTP_X_REQUEST_START", ""))
            if stated is not None and now - _OLDEST_START <= stated <= now:
                arrived_at = stated
        request.arrived_at = arrived_at  # type: ignore[attr-defined]
        request.id = uuid.uuid4().hex[:12]  # type: ignore[attr-defined]
        token = request_id.set(request.id)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request.id  # type: ignore[attr-defined]
            match = request.resolver_match
            log.info(
                "request",
                extra={
                    "facts": {
                        "method": request.method,
                        "route": match.route if match else "-",
                        "status": response.status_code,
                        "ms": round((time.perf_counter() - started) * 1000, 1),
                        "user": str(request.session.get("_auth_user_id", "-"))
                        if hasattr(request, "session") and request.session.accessed
                        else "-",
                    }
                },
            )
            return response
        finally:
            request_id.reset(token)


class ContentSecurityPolicyMiddleware:
    """Sends settings.SECURE_CSP, and keeps personal pages out of every cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.policy = "; ".join(f"{name} {' '.join(values)}" for name, values in settings.SECURE_CSP.items())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        if not request.path.startswith(settings.STATIC_URL) and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


class LanguageMiddleware:
    """Profile, else cookie, else Indonesian. The browser's Accept-Language is not asked."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        known = {code for code, _name in settings.LANGUAGES}
        # A person's own choice is read from the actor, which is loaded lazily: pages without a
        # session must not touch the database.
        chosen = getattr(request, "preferred_language", None)
        chosen = chosen() if callable(chosen) else None
        language = next(
            (code for code in (chosen, request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)) if code in known),
            settings.LANGUAGE_CODE,
        )
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def wants_data(request: HttpRequest) -> bool:
    """Whether the caller is a script of our pages (fetch or htmx) rather than a person following a link."""
    return "fetch" in request.headers.get("X-Requested-With", "").lower() or "HX-Request" in request.headers


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every view needs a session unless `@access(public=True)` says otherwise.

    A fetch without a session gets 401 and the page keeps its text. A POST without a session gets the
    sign-in page with its fields carried over. A session idle for too long is ended here; the idle
    time is kept in the cache, so that no page view writes to the session row.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Let the view run, or answer in its place."""
        if not getattr(view_func, "login_required", True):
            return None
        author = ""
        if request.user.is_authenticated:
            if not idle_too_long(request):
                # The second click on a sign-in button must not reach the view as a form of its own.
                return carry_over.after_sign_in(request)
            author = str(request.user.pk)
            logout(request)
        if wants_data(request):
            return JsonResponse({"error": "signed_out"}, status=HTTPStatus.UNAUTHORIZED)
        if request.method == "POST":
            return carry_over.sign_in_with_fields(request, author=author)
        if author:
            messages.info(request, _signed_out_sentence())
        return super().handle_no_permission(request, view_func)


def _signed_out_sentence() -> str:
    return _("You were signed out because this browser had not been used for %(minutes)s minutes.") % {
        "minutes": settings.SESSION_IDLE_SECONDS // 60
    }
