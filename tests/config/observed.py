"""What the operating system says about processes, ports and permissions."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

_LISTENING = "0A"


def lives(pid: int) -> bool:
    """Whether the process exists and is more than an exit code that nobody collected."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def living_children(parent: int) -> set[int]:
    """The living processes that this one started (PostgreSQL gives each of its own a session of its own)."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] not in {"Z", "X"} and int(fields[1]) == parent:
            found.add(int(folder.name))
    return found


def listening_addresses(port: int) -> set[str]:
    """The local addresses on which somebody listens at this TCP port, as /proc writes them."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not Path(table).exists():
            continue
        for line in Path(table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, _, number = local.partition(":")
            if state == _LISTENING and int(number, 16) == port:
                found.add(address)
    return found


LOOPBACK = {"0100007F"}


def permissions_above(*paths: Path) -> dict[str, tuple[int, int, int]]:
    """Mode, owner and group of every folder that contains one of these paths."""
    parents = {parent for path in paths for parent in path.absolute().parents}
    return {
        str(parent): (facts.st_mode, facts.st_uid, facts.st_gid)
        for parent in sorted(parents)
        if (facts := parent.stat())
    }


def eventually(holds: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Whether it holds within this time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return holds()
