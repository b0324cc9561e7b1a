"""A small machine of its own: PostgreSQL, Redis, worker, beat and web as real processes that can be killed and started.

The test process looks into its database with Django's own connection, which is led there meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from config import postgres, processes, redisserver
from config.postgres import Cluster
from config.postgres_programs import Binaries
from config.processes import CannotStart, Child, last_lines
from config.redisserver import Store
from core.clock import now
from core.heartbeat import Heartbeat

CELERY = [sys.executable, "-m", "celery", "--app", "tests.faults.hasty"]
T = TypeVar("T")
PATIENCE = 90.0  # seconds for anything to happen, on two cores that others keep busy


@dataclass
class Server:
    """One PostgreSQL for many tests; each takes a database of its own. Every commit is on disk before it is said."""

    cluster: Cluster
    binaries: Binaries
    log: Path
    child: Child

    def start(self) -> None:
        """Serve again; the backends of a killed server must have gone first, which takes a moment."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.child = postgres.serve(self.cluster, self.binaries, log=self.log)
                return
            except CannotStart:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


@dataclass
class Machine:
    """The processes around one database. `settings` are environment variables beside the addresses."""

    server: Server
    store: Store
    database: str
    folder: Path
    dice: random.Random
    variables: dict[str, str] = field(default_factory=dict)
    concurrency: int = 2
    running: dict[str, Child] = field(default_factory=dict)
    port: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this machine is told."""
        return {
            **os.environ,
            "APP_ENV": "test",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": self.server.cluster.url(self.database),
            "REDIS_URL": self.store.url(),
            "BALLOT_KEYS_DIR": str(self.folder / "keys"),
            "BALLOT_KEY_COPIES_DIR": str(self.folder / "key-copies"),
            **self.variables,
        }

    # --- processes ------------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        """Start these processes, or start them again after their death."""
        for name in names:
            if name == "postgres":
                self.server.start()
            elif name == "redis":
                self.running[name] = redisserver.serve(self.store, log=self._log(name))
            else:
                self.running[name] = processes.start(
                    name,
                    self._command(name),
                    log=self._log(name),
                    cwd=settings.BASE_DIR,
                    env=self.environment,
                    orphaned=signal.SIGKILL,
                )

    def _command(self, name: str) -> list[str]:
        if name == "worker":
            concurrency = str(self.concurrency)
            return [
                *CELERY, "worker", "--concurrency", concurrency, "--queues", "default,bulk",
                "--without-gossip", "--without-mingle",
            ]  # fmt: skip
        if name == "web":
            self.port = self.port or postgres.free_port()
            return [
                sys.executable, "-m", "gunicorn", "config.wsgi", "--worker-class", "gthread", "--workers", "2",
                "--threads", "4", "--no-control-socket", "--bind", f"127.0.0.1:{self.port}",
            ]  # fmt: skip
        return [*CELERY, "beat", "--schedule", str(self.folder / f"{name}-schedule"), "--pidfile="]

    def kill(self, *names: str) -> None:
        """kill -9, with all their children, in this order and at once; PostgreSQL now and then by an immediate stop."""
        for name in names:
            child = self.server.child if name == "postgres" else self.running[name]
            ways = (signal.SIGKILL, signal.SIGQUIT) if name == "postgres" else (signal.SIGKILL,)
            os.killpg(child.process.pid, self.dice.choice(ways))
        for name in names:
            child = self.server.child if name == "postgres" else self.running.pop(name)
            child.process.wait()

    def stop(self) -> None:
        """End everything but PostgreSQL, workers before their broker."""
        for name in sorted(self.running, key=lambda one: one == "redis"):
            child = self.running.pop(name)
            child.patience = 0.2 if name != "redis" else 5.0
            child.end()

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def logs(self) -> str:
        """The last words of every process, for whoever reads a failure."""
        return "\n".join(f"--- {log.name}\n{last_lines(log, 8)}" for log in sorted(self.folder.glob("*.log")))

    # --- looking and waiting --------------------------------------------------------------------

    def ask(self, question: Callable[[], T]) -> T:
        """The answer from the database, asked again while that is down."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return question()
            except (OperationalError, InterfaceError):
                connection.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def wait(
        self, holds: Callable[[], object], *, what: str, seconds: float = PATIENCE, pause: float = 0.2
    ) -> None:
        """Until it holds, asking every `pause` seconds. Fails with the logs when it does not in so many seconds."""
        deadline = time.monotonic() + seconds
        while not self.ask(holds):
            assert time.monotonic() < deadline, f"waited in vain for {what}\n{self.logs()}"
            time.sleep(pause)

    def wait_for_ticks(self, count: int = 2) -> None:
        """Until the clock has ticked anew so many times: beat, broker, worker and database work together."""
        for _tick in range(count):
            asked = now()
            self.wait(
                lambda asked=asked: Heartbeat.objects.filter(
                    name="tick", beaten_at__range=(asked, now())
                ).exists(),
                what="a tick of the clock",
            )

    def kill_at(self, progress: Callable[[], int], *, of: int, names: tuple[str, ...]) -> int:
        """Kill these when a random part of `of` is done; returns how much was done afterwards: never all of it."""
        mark = self.dice.randint(max(1, of // 10), of * 6 // 10)
        self.wait(lambda: progress() >= mark, what=f"{mark} of {of}", pause=0.005)
        time.sleep(self.dice.uniform(0, 0.03))
        self.kill(*names)
        if "postgres" in names:
            connection.close()
            self.start("postgres")
        done = self.ask(progress)
        print(f"killed {', '.join(names)} after {mark} of {of}; then {done} were done")  # noqa: T201  # pytest shows it beside a failure
        assert mark <= done, "what was done is gone"
        return done


@contextlib.contextmanager
def looking_into(url: str) -> Iterator[None]:
    """Django's connection leads to this database inside."""
    parts = urlsplit(url)
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(
        HOST=parts.hostname,
        PORT=parts.port,
        USER=parts.username,
        PASSWORD=parts.password,
        NAME=parts.path[1:],
    )
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)
