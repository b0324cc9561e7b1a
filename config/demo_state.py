"""What a demo remembers between two starts, all of it in var/demo: addresses, fingerprints, the lock."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from config.processes import CannotStart

APPS = ("core", "accounts", "indicators", "appraisal")
RESET = "jalankan `make demo-reset` untuk mulai dari awal."


class Place:
    """The folders of a demo of the project in `project`."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.folder = project / "var" / "demo"
        self.logs = self.folder / "log"
        self.secret = self.folder / "secret"
        self.accounts = self.folder / "accounts.json"
        self.state = self.folder / "state.json"

    def prepare(self) -> None:
        """Make the folders; they are private to the user who runs the demo."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self.logs.mkdir(exist_ok=True)

    def log(self, name: str) -> Path:
        """The log file of a process or step."""
        return self.logs / f"{name}.log"

    def signing_secret(self) -> Path:
        """The file with the random signing secret, written at the first start."""
        if not self.secret.exists():
            write_private(self.secret, secrets.token_urlsafe(48))
        return self.secret


def write_private(path: Path, text: str) -> None:
    """Replace a file (mode 0600) whole, so that a crash leaves the old one or the new one."""
    partial = path.with_name(path.name + ".new")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    partial.replace(path)


# --- the state file -----------------------------------------------------------------------------


def load(place: Place) -> dict[str, Any]:
    """What the last start noted; empty at the first one. Raises CannotStart when it cannot be read."""
    try:
        noted = json.loads(place.state.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise CannotStart(f"{place.state} rusak; {RESET}") from error
    if not isinstance(noted, dict):
        raise CannotStart(f"{place.state} rusak; {RESET}")
    return noted


def save(place: Place, state: dict[str, Any]) -> None:
    """Note the state for the next start."""
    write_private(place.state, json.dumps(state, indent=1, sort_keys=True) + "\n")


def ledger(state: dict[str, Any], database_url: str | None) -> dict[str, Any]:
    """The part of the state that belongs to one database: the demo's own, or one named by its address."""
    key = "own" if database_url is None else hashlib.sha256(database_url.encode()).hexdigest()[:12]
    part: dict[str, Any] = state.setdefault("databases", {}).setdefault(key, {})
    return part


# --- fingerprints -------------------------------------------------------------------------------


def migration_files(project: Path) -> dict[str, str]:
    """Each migration of our apps (`app/name`) with the hash of its text."""
    return {
        f"{path.parent.parent.name}/{path.stem}": hashlib.sha256(path.read_bytes()).hexdigest()
        for app in APPS
        for path in sorted((project / app / "migrations").glob("[0-9]*.py"))
    }


def files_fingerprint(paths: Iterable[Path]) -> str:
    """A hash that changes when any of these files changes in name, size or time."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            facts = path.stat()
            digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def demand_same_migrations(noted: dict[str, str], present: dict[str, str]) -> None:
    """Refuse data whose migrations have since been rewritten or removed; new ones are fine."""
    changed = sorted(name for name, digest in noted.items() if present.get(name) != digest)
    if changed:
        raise CannotStart(f"Data demo berasal dari versi lain ({changed[0]} sudah berubah); {RESET}")


def demand_known_migrations(applied: Iterable[tuple[str, str]], present: dict[str, str]) -> None:
    """Refuse a database in which migrations ran that this code does not have."""
    unknown = sorted(
        f"{app}/{name}" for app, name in applied if app in APPS and f"{app}/{name}" not in present
    )
    if unknown:
        raise CannotStart(f"Basis data berasal dari versi lain ({unknown[0]} tidak dikenal); {RESET}")


# --- one demo at a time -------------------------------------------------------------------------


class Lock:
    """Held while a demo of this project runs. The kernel lets go of it when the process dies, however it dies."""

    def __init__(self, place: Place) -> None:
        self.path = place.folder / "demo.pid"
        self._file = self.path.open("a+")

    def __enter__(self) -> Lock:
        """Take the lock, silently replacing what a dead demo left. Raises CannotStart when one runs."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            noted = self._file.read().split()
            self._file.close()
            where = f" di {noted[1]} (proses {noted[0]})" if len(noted) == 2 else ""
            raise CannotStart(
                f"Demo sudah berjalan{where}; hentikan dahulu dengan Ctrl-C di terminalnya."
            ) from None
        return self

    def note(self, address: str) -> None:
        """Write our process id and address for whoever finds the lock taken."""
        self._file.truncate(0)
        self._file.write(f"{os.getpid()} {address}\n")
        self._file.flush()

    def __exit__(self, *_exc: object) -> None:
        """Empty the file and let go."""
        self._file.truncate(0)
        self._file.close()


def remove_data(place: Place, home_prefix: str) -> None:
    """Delete everything that a demo stored, also the database folder outside the project. Needs the lock."""
    try:
        home = Path(load(place).get("postgres", {}).get("home", ""))
    except CannotStart:
        home = Path()
    if home.name.startswith(home_prefix) and home.is_dir():
        shutil.rmtree(home)
    for path in place.folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "demo.pid":
            path.unlink()
