"""Language and appearance as cookies, so that the page before signing in looks and speaks the same."""

from __future__ import annotations

from django.conf import settings
from django.http.response import HttpResponseBase

_YEAR = 365 * 24 * 60 * 60


def remember_look(response: HttpResponseBase, *, language: str, theme: str) -> None:
    """Set the two cookies that core.context and core.middleware read; "" leaves one as it is."""
    for name, value in ((settings.LANGUAGE_COOKIE_NAME, language), ("theme", theme)):
        if value:
            response.set_cookie(
                name,
                value,
                max_age=_YEAR,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
