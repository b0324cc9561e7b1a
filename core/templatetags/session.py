"""What base.html says about the end of the session."""

from __future__ import annotations

from typing import Any

from django import template

from core.sessions import seconds_left

register = template.Library()

WARN_SECONDS = 5 * 60


@register.inclusion_tag("components/session_warning.html", takes_context=True)
def session_warning(context: template.Context) -> dict[str, Any]:
    """A dialog that static/js/session.js opens five minutes before the session ends; nothing without a session."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None or not user.is_authenticated:
        return {"seconds": 0}
    return {
        "seconds": seconds_left(request),
        "warn_seconds": WARN_SECONDS,
        "csrf_token": context.get("csrf_token"),
    }
