"""The services of a test run: its own, apart from everything else, and gone with it however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config import redisserver
from tests.config.observed import eventually, listening_addresses

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("TEST_DATABASE_URL", "TEST_REDIS_URL", "APP_ENV", "DATABASE_URL", "REDIS_URL", "PYTEST_XDIST_WORKER")
RUN = """
import os, signal, sys, time
from tests import services
services.provide()
print(os.environ["APP_ENV"], os.environ["DATABASE_URL"], os.environ["REDIS_URL"], flush=True)
sys.stdin.read()
"""


class TestRun:
    """A process that provides itself with services, as the start of a test run does."""

    __test__ = False

    def __init__(self, **env: str) -> None:
        clean = {name: value for name, value in os.environ.items() if name not in NAMES}
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN], cwd=ROOT, env={**clean, **env},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.app_env, self.database, self.redis = self.process.stdout.readline().split()

    def ports(self) -> list[int]:
        return [port for url in (self.database, self.redis) if (port := urlsplit(url).port)]

    def is_gone(self) -> bool:
        return not any(listening_addresses(port) for port in self.ports())

    def folders(self) -> list[Path]:
        """The folders that this run made, wherever they are."""
        places = {Path("/var/tmp"), Path("/tmp"), Path(tempfile.gettempdir())}  # noqa: S108  # only looked at
        return [
            runner.parent
            for place in places
            for runner in place.glob("kinerja-test-*/runner")
            if runner.read_text() == str(self.process.pid)
        ]


@pytest.fixture
def runs() -> Iterator[list[TestRun]]:
    started: list[TestRun] = []
    yield started
    for run in started:
        run.process.communicate("")


def test_a_run_has_services_of_its_own_and_ends_them(runs: list[TestRun]) -> None:
    runs += [TestRun(), TestRun()]
    first, second = runs
    assert first.app_env == "test"
    assert not set(first.ports()) & set(second.ports())
    assert redisserver.answers(urlsplit(first.redis).port, urlsplit(first.redis).password)
    assert len(first.folders()) == 3
    first.process.communicate("")
    assert first.is_gone()
    assert first.folders() == []
    assert not second.is_gone()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(runs: list[TestRun], number: signal.Signals) -> None:
    runs.append(TestRun())
    runs[0].process.send_signal(number)
    runs[0].process.communicate()
    assert runs[0].is_gone()
    assert runs[0].folders() == []


def test_what_a_killed_run_left_is_removed_by_the_next(runs: list[TestRun]) -> None:
    runs.append(TestRun())
    runs[0].process.kill()
    runs[0].process.communicate()
    assert eventually(runs[0].is_gone)
    assert len(runs[0].folders()) == 3
    runs.append(TestRun())
    assert runs[0].folders() == []
    assert len(runs[1].folders()) == 3


def test_an_exported_database_is_used_only_when_it_is_meant_for_tests(runs: list[TestRun]) -> None:
    # Somebody's real system, exported in the shell, must never be touched.
    runs.append(
        TestRun(APP_ENV="production", DATABASE_URL="postgres://db/real", REDIS_URL="redis://real:1/0")
    )
    assert "real" not in runs[0].database + runs[0].redis
    runs.append(TestRun(APP_ENV="test", DATABASE_URL="postgres://db/a", REDIS_URL="redis://b:1/0"))
    assert (runs[1].database, runs[1].redis) == ("postgres://db/a", "redis://b:1/0")
    runs.append(TestRun(TEST_DATABASE_URL="postgres://db/c", TEST_REDIS_URL="redis://d:1/0"))
    assert (runs[2].database, runs[2].redis) == ("postgres://db/c", "redis://d:1/0")


def test_a_parallel_process_takes_the_services_it_inherits(runs: list[TestRun]) -> None:
    inherited = {"APP_ENV": "test", "DATABASE_URL": "postgres://db/a", "REDIS_URL": "redis://b:1/3"}
    runs.append(TestRun(**inherited, PYTEST_XDIST_WORKER="gw1"))
    assert (runs[0].database, runs[0].redis) == ("postgres://db/a", "redis://b:1/5")
