"""The PostgreSQL and Redis of one test run: private, on loopback, gone afterwards.

Started when tests/conftest.py is imported, which is before Django reads its settings. The workers
of pytest-xdist inherit the addresses through the environment; each has a Redis database of its own.
TEST_DATABASE_URL and TEST_REDIS_URL name running servers instead; so do DATABASE_URL and REDIS_URL
when APP_ENV=test says that they are meant for tests. The database user must be a superuser.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from config import postgres, postgres_programs, redisserver
from config.processes import CannotStart, Child

_FOLDER_PREFIX = "kinerja-test-"
_RUNNER = "runner"
# What a developer may have exported for another purpose must not change a test.
_FOREIGN = (
    "DEBUG",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "SITE_URL",
    "TRUSTED_PROXY_COUNT",
    "EMAIL_URL",
    "LOG_LEVEL",
)

_running: list[Child] = []
_folders: list[Path] = []


def provide() -> None:
    """Make APP_ENV, DATABASE_URL and REDIS_URL in the environment lead to servers for this run."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = _given() or _start()
        _make_room_for_keys()
    for name in _FOREIGN:
        os.environ.pop(name, None)
    os.environ["APP_ENV"] = "test"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    if worker:
        os.environ["REDIS_URL"] = numbered(os.environ["REDIS_URL"], int(worker.removeprefix("gw")) + 1)


def _make_room_for_keys() -> None:
    """The keys of the boxes lie in a folder of this run, for its own processes and those it starts."""
    home = Path(tempfile.mkdtemp(prefix=_FOLDER_PREFIX))
    _folders.append(home)
    (home / _RUNNER).write_text(str(os.getpid()))
    os.environ["BALLOT_KEYS_DIR"] = str(home / "keys")
    os.environ["BALLOT_KEY_COPIES_DIR"] = str(home / "key-copies")
    atexit.register(end)


def _given() -> tuple[str, str] | None:
    """The addresses that the environment names, if it names both."""
    database, redis = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_REDIS_URL")
    if database and redis:
        return database, redis
    if os.environ.get("APP_ENV") != "test":
        return None
    database, redis = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    return (database, redis) if database and redis else None


def numbered(url: str, step: int) -> str:
    """The same Redis with a database number `step` further on."""
    parts = urlsplit(url)
    return parts._replace(path=f"/{int(parts.path.strip('/') or 0) + step}").geturl()


def _start() -> tuple[str, str]:
    """Start both servers; they end with this process, however it ends."""
    _sweep()
    atexit.register(end)
    signal.signal(signal.SIGTERM, _interrupt)
    owner = postgres.service_user()
    home = postgres.private_folder(_FOLDER_PREFIX, owner)
    _folders.append(home)
    (home / _RUNNER).write_text(str(os.getpid()))
    redis_home = Path(tempfile.mkdtemp(prefix=_FOLDER_PREFIX))
    _folders.append(redis_home)
    (redis_home / _RUNNER).write_text(str(os.getpid()))

    cluster = postgres.new_cluster(home, owner)
    binaries = postgres_programs.reachable_binaries(postgres_programs.find_binaries(), home, owner)
    try:
        postgres.initialise(cluster, binaries, hasty=True)
        _running.append(postgres.serve(cluster, binaries, log=redis_home / "postgresql.log", hasty=True))
        store = redisserver.new_store(redis_home)
        _running.append(redisserver.serve(store, log=redis_home / "redis.log", durable=False))
    except CannotStart:
        end()
        raise
    return cluster.url("kinerja"), store.url(0)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def end() -> None:
    """Stop what this process started and remove its folders. Safe to call twice."""
    while _running:
        _running.pop().end()
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)


def _sweep() -> None:
    """Remove folders of earlier runs that were killed before they could tidy up."""
    for parent in {Path("/var/tmp"), Path("/tmp"), Path(tempfile.gettempdir())}:  # noqa: S108  # only our own leftovers
        for runner in parent.glob(f"{_FOLDER_PREFIX}*/{_RUNNER}"):
            try:
                os.kill(int(runner.read_text()), 0)
            except (ProcessLookupError, ValueError):
                shutil.rmtree(runner.parent, ignore_errors=True)
            except OSError:
                continue
