"""Sessions in the database with the cache in front of it (settings.SESSION_ENGINE)."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import cached_db


class SessionStore(cached_db.SessionStore):
    """Django's, which asks the database for any key; a cookie may hold signs that PostgreSQL refuses, such as NUL."""

    def _validate_session_key(self, key: Any) -> bool:
        """Keys are letters and digits, at least eight as in Django; anything else is no session."""
        return isinstance(key, str) and len(key) >= 8 and key.isascii() and key.isalnum()
