"""`make demo-phase`: a management command on the data of a running demo, whose addresses only its state file knows."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from config import demo_state, postgres, redisserver
from config.demo import DATABASE, PROJECT
from config.demo_state import Place


def environment(place: Place) -> dict[str, str]:
    """What a command needs to reach the demo's own servers, or those that the environment names.

    Raises KeyError when no demo has been started here.
    """
    state = demo_state.load(place)
    noted = state["postgres"]
    home = Path(noted["home"])
    cluster = postgres.Cluster(
        home=home, port=noted["port"], password=noted["password"], owner=postgres.owner_of(home)
    )
    store = redisserver.Store(home=place.folder / "redis", **state["redis"])
    return {
        **os.environ,
        "APP_ENV": "demo",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": os.environ.get("DATABASE_URL") or cluster.url(DATABASE),
        "REDIS_URL": os.environ.get("REDIS_URL") or store.url(),
    }


def main(arguments: Sequence[str]) -> int:
    """Run the command; the exit code is the command's own."""
    try:
        env = environment(Place(PROJECT))
    except (KeyError, FileNotFoundError):
        print("Belum ada demo di sini; jalankan make demo lebih dulu.", file=sys.stderr)
        return 1
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=PROJECT, env=env, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
