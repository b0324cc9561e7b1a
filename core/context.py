"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

THEMES = ("auto", "light", "dark")


def theme_of(request: HttpRequest) -> str:
    """The look of the pages: the person's own choice, else the cookie, else what the device says.

    Costs no query: who has a session was loaded for the language already, who has none is not looked up.
    """
    session, user = getattr(request, "session", None), getattr(request, "user", None)
    has_session = session is not None and session.session_key is not None
    signed_in = has_session and user is not None and user.is_authenticated
    chosen = getattr(user, "theme", "") if signed_in else request.COOKIES.get("theme")
    return chosen if chosen in THEMES else "auto"


def site(request: HttpRequest) -> dict[str, Any]:
    """Theme, demo mark and the moment of the request."""
    return {
        "demo": settings.DEMO,
        "theme": theme_of(request),
        "arrived_at": getattr(request, "arrived_at", None),
        "request_id": getattr(request, "id", ""),
    }
