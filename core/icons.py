"""The icons of the sprite static/icons.svg; a name that is not there is a mistake of the page."""

from __future__ import annotations

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

NAMES = frozenset(
    [
        "calendar",
        "chat",
        "check",
        "clip",
        "clock",
        "down",
        "draft",
        "eye",
        "flag",
        "half",
        "inbox",
        "info",
        "leaf",
        "left",
        "lock",
        "menu",
        "pause",
        "plus",
        "print",
        "right",
        "ring",
        "seal",
        "send",
        "stop",
        "undo",
        "up",
        "user",
        "warn",
        "x",
    ]
)


def icon(name: str) -> SafeString:
    """The icon, hidden from screen readers: a word always stands beside it. Raises KeyError for an unknown name."""
    if name not in NAMES:
        raise KeyError(f"static/icons.svg has no icon {name!r}")
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#i-{}"/></svg>', static("icons.svg"), name
    )
