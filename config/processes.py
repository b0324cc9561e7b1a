"""Processes that never outlive the one that started them: start, watch and end whole groups.

Every process gets a session of its own, so that Ctrl-C in the terminal reaches only us, and ending
it can also reach the processes it started in turn. On Linux the kernel ends it when we are killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class CannotStart(Exception):
    """Something outside the program stands in the way; the message is one sentence for the person."""


@dataclass
class Child:
    """A process that we started, with its group. `ending` is the signal that asks it to leave in order."""

    name: str
    process: subprocess.Popen[bytes]
    ending: signal.Signals = signal.SIGTERM
    patience: float = 10.0

    def has_ended(self) -> bool:
        """Whether the process itself (not necessarily its group) is gone."""
        return self.process.poll() is not None

    def end(self) -> None:
        """Ask the process to leave, wait `patience` seconds, then end whatever is left of its group."""
        if not self.has_ended():
            self.process.send_signal(self.ending)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.patience)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path | str = "/",
    env: Mapping[str, str] | None = None,
    owner: pwd.struct_passwd | None = None,
    ending: signal.Signals = signal.SIGTERM,
    orphaned: signal.Signals | None = None,
    patience: float = 10.0,
) -> Child:
    """Start `command` in a session of its own, output appended to `log`, as `owner` when given (root only).

    `orphaned` is the signal that the kernel sends when we die without ending it; by default `ending`.
    """

    def follow_parent() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(orphaned or ending))

    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=str(cwd),
            env=dict(env) if env is not None else None,
            start_new_session=True,
            preexec_fn=follow_parent,
            **as_owner(owner),
        )
    return Child(name=name, process=process, ending=ending, patience=patience)


def as_owner(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    """The arguments of `subprocess` that run a command as `owner`; none for ourselves."""
    if owner is None:
        return {}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def wait_until(ready: Callable[[], bool], *, child: Child, seconds: float) -> bool:
    """Poll `ready` until it holds; False when the child ended first or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        if child.has_ended():
            return False
        time.sleep(0.02)
    return False


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log file, for a person who asks why something did not start."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-count:])


class Supervisor:
    """Keeps a family of processes: all live together, and when one ends or a signal comes, all end.

    Children are ended in the reverse order of their start, each with its whole group.
    """

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.signalled: int | None = None
        self._before: dict[int, object] = {}

    def __enter__(self) -> Supervisor:
        """Take over SIGINT, SIGTERM and SIGHUP until the end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_exc: object) -> None:
        """End every child, whatever happened; further signals are ignored meanwhile."""
        for number in self._before:
            signal.signal(number, signal.SIG_IGN)
        while self.children:
            self.children.pop().end()
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal gave

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.signalled = number
        raise KeyboardInterrupt

    def add(self, child: Child) -> Child:
        """Take a child into the family."""
        self.children.append(child)
        return child

    def wait(self) -> Child:
        """Watch until one of the children ends by itself; returns it. A signal raises KeyboardInterrupt."""
        while True:
            for child in self.children:
                if child.has_ended():
                    return child
            time.sleep(0.2)
