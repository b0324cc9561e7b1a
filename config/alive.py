"""Whether a process of ours is alive, for the health checks of containers.

    python -m config.alive web        the web process answers /healthz
    python -m config.alive process    worker or beat touched HEARTBEAT_FILE within two minutes

Asking a worker over the broker every few seconds would load the whole application each time and fail when it is
merely busy; so worker and beat touch a file instead (config.celery connects `touch`).
"""

from __future__ import annotations

import http.client
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

MAX_AGE_SECONDS = 120


def touch(**_facts: object) -> None:
    """Note that this process works, if HEARTBEAT_FILE names a file. A receiver of Celery's signals."""
    if path := os.environ.get("HEARTBEAT_FILE"):
        Path(path).touch()


def process_is_alive(path: str | None, *, now: float) -> bool:
    """Whether the file was touched less than two minutes before `now` (seconds since 1970)."""
    try:
        return path is not None and now - Path(path).stat().st_mtime < MAX_AGE_SECONDS
    except OSError:
        return False


def web_answers(port: int, host: str) -> bool:
    """Whether /healthz on this machine answers 200 to a request for `host`."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        line.request("GET", "/healthz", headers={"Host": host})
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def main(arguments: Sequence[str]) -> int:
    """The exit code that a container engine reads: 0 is alive."""
    if list(arguments) == ["process"]:
        alive = process_is_alive(os.environ.get("HEARTBEAT_FILE"), now=time.time())
    elif list(arguments) == ["web"]:
        host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".*") or "localhost"
        alive = web_answers(8000, host)
    else:
        print("usage: python -m config.alive web|process", file=sys.stderr)
        return 2
    return 0 if alive else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
