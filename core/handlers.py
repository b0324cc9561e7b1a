"""Pages for what went wrong: one sentence of what to do, the request's number, a way back.

They are rendered without context processors: no database, no session, no person is asked.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import translation

from core.context import THEMES
from core.middleware import wants_data

RETRY_AFTER_SECONDS = 5
LONGEST_REPOST = 1024 * 1024
_SECRET = re.compile(r"passw|secret|token", re.IGNORECASE)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what was sent cannot be understood, or is too much."""
    too_much = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    return _answer(request, 400, "bad_request", {"too_much": too_much})


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the page is there, and it is somebody else's."""
    return _answer(request, 403, "forbidden")


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or none for this person; which of the two is not said."""
    return _answer(request, 404, "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 when it was the database that did not answer, and then a sent text can be sent again."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    return _answer(request, 500, "error")


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After; the fields of a POST stand in a form that sends them to the same address again."""
    kept = _fields_to_send_again(request) if not wants_data(request) else None
    response = _answer(request, 503, "unavailable", _again(request, kept))
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _again(request: HttpRequest, kept: list[tuple[str, str]] | None) -> dict[str, Any]:
    if kept is None:
        return {"kept": None, "posted": request.method == "POST"}
    return {
        "kept": kept,
        "posted": True,
        "action": request.get_full_path(),
        "csrf_token": get_token(request),
        "lost_files": bool(request.FILES),
    }


def _fields_to_send_again(request: HttpRequest) -> list[tuple[str, str]] | None:
    """The posted fields, or None when there is nothing to keep: no POST, a secret in it, unreadable or too long."""
    if request.method != "POST":
        return None
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
    except (UnreadablePostError, SuspiciousOperation, BadRequest):
        return None
    fields = [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]
    if any(_SECRET.search(name) for name, _value in fields):
        return None
    if sum(len(name) + len(value) for name, value in fields) > LONGEST_REPOST:
        return None
    return fields


def _answer(
    request: HttpRequest, status: int, name: str, values: dict[str, Any] | None = None
) -> HttpResponse:
    if wants_data(request):
        return JsonResponse({"error": name}, status=status)
    theme = request.COOKIES.get("theme", "auto")
    with translation.override(_language(request)):
        html = render_to_string(
            f"core/errors/{name}.html",
            {
                "theme": theme if theme in THEMES else "auto",
                "demo": settings.DEMO,
                "request_id": getattr(request, "id", ""),
                "page_path": request.path,
                "status": status,
                **(values or {}),
            },
        )
    return HttpResponse(html, status=status)


def _language(request: HttpRequest) -> str:
    """The language of the request, or the cookie's when the request failed before it was chosen."""
    chosen = getattr(request, "LANGUAGE_CODE", None) or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
