"""How long a session lives: a fixed time from signing in, and not longer than the idle time unused.

The moment of the last use is kept in the cache, so that no page view writes to the session row. Without the cache
nobody is idle.
"""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from core.clock import arrival

# Using a page more often than this does not renew the note, which spares the cache a write on most requests.
_NOTE_EVERY = 30


def idle_too_long(request: HttpRequest) -> bool:
    """Whether the session was last used more than SESSION_IDLE_SECONDS ago; if not, note that it is used now."""
    now = int(arrival(request).timestamp())
    last = cache.get(_key(request))
    if last is not None and now - int(last) > settings.SESSION_IDLE_SECONDS:
        return True
    if last is None or now - int(last) >= _NOTE_EVERY:
        note_use(request)
    return False


def note_use(request: HttpRequest) -> None:
    """Let the idle time begin anew."""
    cache.set(_key(request), int(arrival(request).timestamp()), settings.SESSION_COOKIE_AGE)


def seconds_left(request: HttpRequest) -> int:
    """How long the session lives from now on if it is not used again."""
    return max(0, min(settings.SESSION_IDLE_SECONDS, request.session.get_expiry_age()))


def _key(request: HttpRequest) -> str:
    return f"idle:{request.session.session_key}"
