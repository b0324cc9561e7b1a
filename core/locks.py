"""Transaction-scoped advisory locks, the only kind used: a session lock would outlive a pooled connection."""

from __future__ import annotations

from django.db import connection


def hold(name: str) -> None:
    """Wait for the lock of this name and keep it until the running transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
