"""A real Celery worker on the test's own database and Redis, for tests with `transaction=True`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from config.celery import app
from config.processes import Child, last_lines, start, wait_until


def database_url() -> str:
    """The address of the test database that this process uses."""
    facts = connection.settings_dict
    credentials = quote(facts["USER"]) + (f":{quote(facts['PASSWORD'])}" if facts["PASSWORD"] else "")
    return f"postgres://{credentials}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"


def environment() -> dict[str, str]:
    """The environment of a process of ours that shares the test's database and Redis."""
    return {**os.environ, "DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL, "APP_ENV": "test"}


def _answers() -> bool:
    with app.connection_for_write() as line:
        return bool(app.control.ping(timeout=0.3, connection=line))


@pytest.fixture
def celery_worker_process(transactional_db: None, redis_url: str, tmp_path: Path) -> Iterator[Child]:
    """A running worker process that takes jobs from both queues; ended after the test."""
    log = tmp_path / "worker.log"
    command = [
        sys.executable, "-m", "celery", "--app", "config.celery", "worker",
        "--concurrency", "1", "--queues", "default,bulk", "--without-gossip", "--without-mingle",
    ]  # fmt: skip
    env = {**environment(), "HEARTBEAT_FILE": str(tmp_path / "alive")}
    child = start("worker", command, log=log, cwd=settings.BASE_DIR, env=env)
    try:
        assert wait_until(_answers, child=child, seconds=40), last_lines(log, 40)
        yield child
    finally:
        child.end()
