"""Kills a real child process, with SIGKILL, at a chosen line of our code, the n-th time that it comes there."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from types import FrameType, ModuleType
from typing import Any

from django.db import connection, connections

ENDED_BY_ITSELF = 0
FAILED = 3

Line = tuple[str, int]  # file, number


def run_and_kill(
    work: Callable[[], object], *, at: Line | None, nth: int = 1, modules: Iterable[ModuleType]
) -> Counter[Line] | None:
    """Fork, do the work in the child, and kill it before it executes a line for the n-th time (None: never).

    Returns None when it was killed, else how often it came to each line of these modules. The child has connections of
    its own; this returns when PostgreSQL has seen it go. Raises AssertionError when the work itself failed.
    """
    files = {module.__file__ for module in modules}
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_the_child(work, at, nth, files, writing)
    os.close(writing)
    with os.fdopen(reading) as told:
        said = told.read()
    _pid, status = os.waitpid(child, 0)
    _wait_until_alone()
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return None
    assert os.WEXITSTATUS(status) == ENDED_BY_ITSELF, said
    return Counter({(file, number): n for file, number, n in json.loads(said)})


def _be_the_child(
    work: Callable[[], object], at: Line | None, nth: int, files: set[str | None], writing: int
) -> None:
    """Never returns."""
    seen: Counter[Line] = Counter()

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            here = (frame.f_code.co_filename, frame.f_lineno)
            seen[here] += 1
            if here == at and seen[here] == nth:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    code = FAILED
    try:
        with os.fdopen(writing, "w") as telling:
            try:
                sys.settrace(trace)
                work()
                sys.settrace(None)
                json.dump([(*line, n) for line, n in seen.items()], telling)
                code = ENDED_BY_ITSELF
            except BaseException as error:  # noqa: BLE001  # told to the parent, which fails with it
                sys.settrace(None)
                telling.write(repr(error))
    finally:
        os._exit(code)


def _wait_until_alone() -> None:
    """Until no other session is left in the test database: a killed client's locks go with its session.

    What an earlier test left behind (a worker still idling) is ended after a while.
    """
    for attempt in range(600):
        with connection.cursor() as cursor:
            if attempt == 300:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.02)
    raise AssertionError("another session stays in the test database")
