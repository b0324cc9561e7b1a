"""Whether the service can work: what /readyz answers, in booleans."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from core.heartbeat import Heartbeat

_OLDEST_TICK = dt.timedelta(minutes=3)
_PATIENCE_SECONDS = 0.5


def health(*, at: dt.datetime) -> dict[str, bool]:
    """database, migrations, redis, clock. Costs three queries; a dead part answers False, nothing is raised."""
    database = _database_answers()
    return {
        "database": database,
        "migrations": database and _is_migrated(),
        "redis": _redis_answers(),
        "clock": database and _has_ticked(at),
    }


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return False
    return True


@lru_cache(maxsize=1)
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _is_migrated() -> bool:
    try:
        return _known_migrations() <= set(MigrationRecorder(connection).applied_migrations())
    except (DatabaseError, InterfaceError):
        return False


def _redis_answers() -> bool:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=_PATIENCE_SECONDS, socket_timeout=_PATIENCE_SECONDS
    )
    try:
        return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        client.close()


def _has_ticked(at: dt.datetime) -> bool:
    try:
        return Heartbeat.objects.filter(name="tick", beaten_at__gt=at - _OLDEST_TICK).exists()
    except (DatabaseError, InterfaceError):
        return False
