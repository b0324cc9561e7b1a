"""`make demo` says in one sentence what stands in its way, and recognises data of another version."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import demo, demo_state
from config.demo_state import Lock, Place
from config.processes import CannotStart

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own, as far as a demo that does not get to its services needs one."""
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.prepare()
    return place


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def refusal(project: Path, *arguments: str, **env: str) -> str:
    """What a demo that cannot start says: one line, exit code 1, no traceback, nothing left running."""
    done = subprocess.run(
        [sys.executable, "-m", "config.demo", *arguments],
        cwd=project, env={**os.environ, **env}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def test_a_busy_port_is_said_with_a_free_one(project: Path, busy_port: int) -> None:
    said = refusal(project, PORT=str(busy_port))
    start, _, offered = said.removesuffix("`.").rpartition("=")
    assert start == f"Port {busy_port} sedang dipakai program lain; coba `make demo PORT"
    assert offered.isdecimal()
    assert offered != str(busy_port)


@pytest.mark.parametrize("text", ["80", "65536", "delapan", "-1", "8000.5"])
def test_what_is_no_usable_port_is_refused(project: Path, text: str) -> None:
    assert refusal(project, PORT=text).startswith(f"PORT={text} tidak dapat dipakai;")


@pytest.mark.parametrize("arguments", [(), ("--reset",)])
def test_a_second_demo_and_a_reset_are_refused_while_one_runs(
    project: Path, arguments: tuple[str, ...]
) -> None:
    place = Place(project)
    place.prepare()
    (place.folder / "kept").write_text("data")
    with Lock(place) as lock:
        lock.note("http://127.0.0.1:8765/")
        said = refusal(project, *arguments)
    assert said.startswith(f"Demo sudah berjalan di http://127.0.0.1:8765/ (proses {os.getpid()});")
    assert (place.folder / "kept").read_text() == "data"


def test_what_a_dead_demo_left_does_not_matter(project: Path, busy_port: int) -> None:
    place = Place(project)
    place.prepare()
    (place.folder / "demo.pid").write_text(f"{os.getpid()} http://127.0.0.1:8000/\n")
    assert refusal(project, PORT=str(busy_port)).startswith(f"Port {busy_port} sedang dipakai")
    assert (place.folder / "demo.pid").read_text() == ""


def test_a_broken_state_file_names_the_way_out(place: Place) -> None:
    for text in ("{", "[]"):
        place.state.write_text(text)
        with pytest.raises(CannotStart, match=r"state\.json rusak; jalankan `make demo-reset`"):
            demo_state.load(place)


def test_secret_and_state_are_private_and_lasting(place: Place) -> None:
    secret = place.signing_secret().read_text()
    assert len(secret) >= 50
    assert place.signing_secret().read_text() == secret
    demo_state.save(place, {"redis": {"port": 1}})
    assert demo_state.load(place) == {"redis": {"port": 1}}
    for path in (place.secret, place.state):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700


def test_rewritten_and_removed_migrations_make_data_incompatible_new_ones_do_not() -> None:
    noted = {"core/0001_initial": "a", "core/0002_more": "b"}
    demo_state.demand_same_migrations({}, noted)
    demo_state.demand_same_migrations(noted, {**noted, "core/0003_new": "c"})
    for present in ({**noted, "core/0002_more": "changed"}, {"core/0001_initial": "a"}):
        with pytest.raises(CannotStart, match=r"versi lain \(core/0002_more .*`make demo-reset`"):
            demo_state.demand_same_migrations(noted, present)


def test_a_database_with_migrations_that_the_code_lacks_is_incompatible() -> None:
    present = {"core/0001_initial": "a"}
    demo_state.demand_known_migrations([("core", "0001_initial"), ("sessions", "0001_initial")], present)
    with pytest.raises(CannotStart, match=r"core/0009_future tidak dikenal.*`make demo-reset`"):
        demo_state.demand_known_migrations([("core", "0009_future")], present)


def test_every_migration_of_the_apps_has_a_fingerprint() -> None:
    found = demo_state.migration_files(ROOT)
    assert {
        "core/0001_initial",
        "accounts/0001_initial",
        "indicators/0001_initial",
        "appraisal/0001_initial",
    } <= set(found)
    assert all(len(digest) == 64 for digest in found.values())


def test_each_database_has_a_ledger_of_its_own() -> None:
    state: dict[str, object] = {}
    demo_state.ledger(state, None)["filled"] = True
    assert demo_state.ledger(state, None) == {"filled": True}
    assert demo_state.ledger(state, "postgres://u:secret@db/one") == {}
    assert "secret" not in str(state)


def test_a_reset_removes_only_what_the_demo_made(place: Place) -> None:
    prefix = demo.home_prefix(place)
    ours, foreign = place.project / f"{prefix}data", place.project / "somebody-elses"
    for folder in (ours, foreign):
        folder.mkdir()
        demo_state.save(place, {"postgres": {"home": str(folder)}})
        place.signing_secret()
        for keys in ("keys", "key-copies"):
            (place.folder / keys).mkdir()
            (place.folder / keys / "1.key").write_text("secret")
        demo_state.remove_data(place, prefix)
        assert list(place.folder.iterdir()) == []
    assert not ours.exists()
    assert foreign.exists()


@pytest.mark.parametrize(
    ("problem", "start"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "/a/b"),
            "Ruang penyimpanan penuh saat menulis /a/b;",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "/a/b"),
            "/a/b tidak boleh dibuka oleh pengguna ini;",
        ),
        (
            OSError(errno.EIO, "Input/output error", "/a/b"),
            "Demo tidak dapat dijalankan: Input/output error (/a/b).",
        ),
    ],
)
def test_what_the_system_refuses_becomes_one_sentence(problem: OSError, start: str) -> None:
    said = demo.sentence_for(problem)
    assert said.startswith(start)
    assert "\n" not in said


def test_accounts_are_shown_in_columns() -> None:
    rows = demo.account_lines(
        [
            {
                "persona": "Ani",
                "role": "employee",
                "agency": "Dinas Pendidikan",
                "login": "ani",
                "password": "x y",
            },
            {"persona": "Surya", "role": "mayor", "agency": None, "login": "surya", "password": "z"},
        ]
    )
    assert rows == [
        "Nama   Peran     Unit              Nama masuk  Kata sandi",
        "Ani    employee  Dinas Pendidikan  ani         x y",
        "Surya  mayor     -                 surya       z",
    ]
