"""The cache answers a miss when Redis is gone, says so once, and is an ordinary cache otherwise."""

import logging
import time

import pytest

from core.cache import ForgivingRedisCache

NOWHERE = "redis://127.0.0.1:1/0"
OPTIONS = {"OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}}


@pytest.fixture
def gone() -> ForgivingRedisCache:
    """A cache whose Redis does not exist."""
    return ForgivingRedisCache(NOWHERE, dict(OPTIONS))


@pytest.fixture
def there(redis_url: str) -> ForgivingRedisCache:
    """A cache on the Redis of the tests."""
    return ForgivingRedisCache(redis_url, dict(OPTIONS))


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (lambda cache: cache.get("key"), None),
        (lambda cache: cache.get("key", "default"), "default"),
        (lambda cache: cache.get_many(["key", "other"]), {}),
        (lambda cache: cache.get_or_set("key", "computed"), "computed"),
        (lambda cache: cache.set("key", 1), None),
        (lambda cache: cache.set_many({"key": 1, "other": 2}), ["key", "other"]),
        (lambda cache: cache.add("key", 1), True),
        (lambda cache: cache.touch("key"), False),
        (lambda cache: cache.delete("key"), False),
        (lambda cache: cache.delete_many(["key"]), None),
        (lambda cache: cache.has_key("key"), False),
        (lambda cache: "key" in cache, False),
        (lambda cache: cache.clear(), None),
    ],
)
def test_without_redis_every_call_answers(gone: ForgivingRedisCache, call, answer) -> None:
    started = time.monotonic()
    assert call(gone) == answer
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("call", [lambda cache: cache.incr("key"), lambda cache: cache.decr("key")])
def test_without_redis_a_counter_is_missing(gone: ForgivingRedisCache, call) -> None:
    with pytest.raises(ValueError, match="cache unreachable"):
        call(gone)


def test_the_loss_is_told_once_and_without_keys(gone: ForgivingRedisCache, caplog) -> None:
    with caplog.at_level(logging.WARNING, logger="core.cache"):
        gone.get("idle:kenari-rahasia")
        gone.set("idle:kenari-rahasia", 1)
        gone.add("idle:kenari-rahasia", 1)

    assert [record.getMessage() for record in caplog.records] == [
        "cache unreachable, throttling fails open: ConnectionError"
    ]


def test_the_loss_is_told_again_after_half_a_minute(gone: ForgivingRedisCache, caplog, monkeypatch) -> None:
    moment = 5.0  # a machine that has just started counts from zero
    monkeypatch.setattr("core.cache.time.monotonic", lambda: moment)
    with caplog.at_level(logging.WARNING, logger="core.cache"):
        gone.get("key")
        assert len(caplog.records) == 1
        moment = 34.9
        gone.get("key")
        assert len(caplog.records) == 1
        moment = 35.1
        gone.get("key")
        assert len(caplog.records) == 2


def test_with_redis_it_is_an_ordinary_cache(there: ForgivingRedisCache) -> None:
    there.clear()

    assert there.get("key") is None
    there.set("key", {"n": 1})
    assert there.get("key") == {"n": 1}
    assert there.has_key("key")
    assert there.add("key", 2) is False
    assert there.add("count", 1) is True
    assert there.incr("count", 4) == 5
    assert there.touch("key", 60) is True
    there.set_many({"a": 1, "b": 2})
    assert there.get_many(["a", "b", "c"]) == {"a": 1, "b": 2}
    assert there.delete("a") is True
    there.delete_many(["b"])
    assert there.get_many(["a", "b"]) == {}
    there.clear()
    assert there.get("key") is None
    with pytest.raises(ValueError, match="count"):
        there.incr("count")


def test_a_programming_error_is_not_swallowed(gone: ForgivingRedisCache) -> None:
    with pytest.raises(TypeError):
        gone.get_many(None)
