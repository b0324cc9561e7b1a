"""The process manager: all live together, all end together, with whatever they started in turn."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.processes import start, wait_until
from tests.config.observed import eventually, lives

ROOT = Path(__file__).resolve().parents[2]

# Two children; each starts a grandchild that ignores every polite request, and notes both process ids.
FAMILY = """
import sys
from pathlib import Path
from config.processes import Supervisor, start

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(99)"
CHILD = '''
import os, subprocess, sys, time
from pathlib import Path
grandchild = subprocess.Popen([sys.executable, "-c", sys.argv[2]], stdout=subprocess.PIPE)
grandchild.stdout.readline()
Path(sys.argv[1] + ".new").write_text(f"{os.getpid()} {grandchild.pid}")
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(99)
'''
folder = Path(sys.argv[1])
with Supervisor() as family:
    for name in ("one", "two"):
        family.add(start(name, [sys.executable, "-c", CHILD, folder / name, STUBBORN], log=folder / "log"))
    print("ended:", family.wait().name)
"""


class Family:
    """A supervisor in a process of its own, with two children and two grandchildren."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", FAMILY, str(folder)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        assert eventually(lambda: all((folder / name).exists() for name in ("one", "two")))
        self.pids = {
            name: [int(pid) for pid in (folder / name).read_text().split()] for name in ("one", "two")
        }
        assert all(map(lives, self.everyone()))

    def everyone(self) -> list[int]:
        return [pid for pids in self.pids.values() for pid in pids]

    def is_gone(self) -> bool:
        return not any(map(lives, self.everyone()))


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    family = Family(tmp_path)
    yield family
    family.process.kill()
    family.process.communicate()
    for pid in family.everyone():
        if lives(pid):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everyone_grandchildren_too(family: Family, number: signal.Signals) -> None:
    family.process.send_signal(number)
    family.process.communicate(timeout=20)
    assert family.is_gone()


@pytest.mark.parametrize("victim", ["one", "two"])
def test_when_one_ends_all_end(family: Family, victim: str) -> None:
    os.kill(family.pids[victim][0], signal.SIGKILL)
    said, _ = family.process.communicate(timeout=20)
    assert said == f"ended: {victim}\n"
    assert family.process.returncode == 0
    assert family.is_gone()


@pytest.mark.skipif(sys.platform != "linux", reason="only the Linux kernel tells children of a death")
def test_children_do_not_outlive_a_killed_supervisor(family: Family) -> None:
    family.process.kill()
    family.process.communicate()
    children = [pids[0] for pids in family.pids.values()]
    assert eventually(lambda: not any(map(lives, children)))


def test_a_child_that_does_not_listen_is_ended_after_its_patience(tmp_path: Path) -> None:
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(99)"
    child = start("stubborn", [sys.executable, "-c", script], log=tmp_path / "log", patience=0.2)
    assert wait_until(lambda: (tmp_path / "log").read_text() == "1\n", child=child, seconds=10)
    child.end()
    assert child.process.returncode == -signal.SIGKILL


def test_a_child_may_leave_in_order(tmp_path: Path) -> None:
    script = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); "
        "print(1, flush=True); time.sleep(99)"
    )
    child = start("polite", [sys.executable, "-c", script], log=tmp_path / "log")
    assert wait_until(lambda: (tmp_path / "log").read_text() == "1\n", child=child, seconds=10)
    child.end()
    assert child.process.returncode == 7


def test_waiting_stops_when_the_child_ends_first(tmp_path: Path) -> None:
    child = start("short", [sys.executable, "-c", ""], log=tmp_path / "log")
    assert not wait_until(lambda: False, child=child, seconds=20)
    child.end()
