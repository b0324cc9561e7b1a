"""A Redis cache that answers a miss instead of raising: Redis may vanish without a 500."""

from __future__ import annotations

import logging
import math
import time
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

_SILENCE_SECONDS = 30.0


class ForgivingRedisCache(RedisCache):
    """Django's RedisCache; every failure becomes a miss and, at most every 30 s, a log line.

    `incr` on a vanished Redis raises ValueError like a missing key, so counters must be ready for it.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._last_complaint = -math.inf

    def _complain(self, error: Exception) -> None:
        now = time.monotonic()
        if now - self._last_complaint > _SILENCE_SECONDS:
            self._last_complaint = now
            log.warning("cache unreachable, throttling fails open: %s", type(error).__name__)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or `default` when it is missing or Redis does not answer."""
        try:
            return super().get(key, default, version)
        except (RedisError, OSError) as error:
            self._complain(error)
            return default

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        """The values that were found."""
        try:
            return super().get_many(keys, version)
        except (RedisError, OSError) as error:
            self._complain(error)
            return {}

    def set(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        """Store if possible."""
        try:
            super().set(key, value, timeout, version)
        except (RedisError, OSError) as error:
            self._complain(error)

    def add(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        """Store if absent; True when Redis does not answer, so that nobody is locked out."""
        try:
            return bool(super().add(key, value, timeout, version))
        except (RedisError, OSError) as error:
            self._complain(error)
            return True

    def set_many(self, data: Any, timeout: Any = 300, version: int | None = None) -> list[Any]:
        """Store what is possible."""
        try:
            return super().set_many(data, timeout, version)
        except (RedisError, OSError) as error:
            self._complain(error)
            return list(data)

    def touch(self, key: Any, timeout: Any = 300, version: int | None = None) -> bool:
        """Extend the life of a key."""
        try:
            return bool(super().touch(key, timeout, version))
        except (RedisError, OSError) as error:
            self._complain(error)
            return False

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Remove a key."""
        try:
            return bool(super().delete(key, version))
        except (RedisError, OSError) as error:
            self._complain(error)
            return False

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        """Remove keys."""
        try:
            super().delete_many(keys, version)
        except (RedisError, OSError) as error:
            self._complain(error)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        """Whether the key is there."""
        try:
            return bool(super().has_key(key, version))
        except (RedisError, OSError) as error:
            self._complain(error)
            return False

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Add to a counter; ValueError when it is missing or Redis does not answer."""
        try:
            return int(super().incr(key, delta, version))
        except (RedisError, OSError) as error:
            self._complain(error)
            raise ValueError("cache unreachable") from error

    def clear(self) -> None:
        """Empty the cache."""
        try:
            super().clear()
        except (RedisError, OSError) as error:
            self._complain(error)
