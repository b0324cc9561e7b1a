"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Theme, demo mark and the moment of the request."""
    theme = request.COOKIES.get("theme", "auto")
    return {
        "demo": settings.DEMO,
        "theme": theme if theme in {"auto", "light", "dark"} else "auto",
        "arrived_at": getattr(request, "arrived_at", None),
        "request_id": getattr(request, "id", ""),
    }
