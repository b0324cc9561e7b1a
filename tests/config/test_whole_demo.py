"""`make demo` from the first start to a reset, in a copy of the project, as a person would use it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import psycopg2.sql
import pytest
import redis
from django.db import connection

from config import postgres
from tests import services
from tests.config.observed import (
    LOOPBACK,
    eventually,
    listening_addresses,
    lives,
    living_children,
    permissions_above,
)

ROOT = Path(__file__).resolve().parents[2]
READY = "Ctrl-C menghentikan semuanya"
PERSONAS = {
    "Ani", "Budi", "Citra", "Hadi", "Intan", "Joko", "Mira", "Kartika",
    "Lukman", "Dewi", "Eko", "Nina", "Gita", "Fajar", "Surya", "Rahmat",
}  # fmt: skip

# Where the tests have their own servers and keys; a demo brings others.
OF_THE_TESTS = {"DATABASE_URL", "REDIS_URL", "BALLOT_KEYS_DIR", "BALLOT_KEY_COPIES_DIR"}

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


class RunningDemo:
    """`make TARGET` in a session of its own, its output in a file."""

    def __init__(self, project: Path, target: str, port: int, **env: str) -> None:
        self.port = port
        self.output = project / f"output-{uuid.uuid4().hex}"
        clean = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                ["make", target, f"PORT={port}"],
                cwd=project, env={**clean, **env}, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    def said(self) -> str:
        return self.output.read_text()

    def until_ready(self, seconds: float) -> None:
        assert eventually(lambda: READY in self.said() or self.process.poll() is not None, seconds)
        assert READY in self.said(), self.said()

    def family(self) -> set[int]:
        """Every process below make."""
        found, new = set(), {self.process.pid}
        while new:
            found |= new
            new = {child for parent in new for child in living_children(parent)} - found
        return found

    def press_ctrl_c(self) -> None:
        """What the terminal does: the signal goes to everyone in the foreground, which is make and the demo."""
        os.killpg(self.process.pid, signal.SIGINT)

    def page(self, path: str) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        line.request("GET", path)
        status = line.getresponse().status
        line.close()
        return status


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A copy of the project without its data, sharing the environment; what it leaves elsewhere is removed."""
    copy = tmp_path / "a copy"
    ignored = shutil.ignore_patterns(".venv", "var", ".git", "__pycache__", "*.mo", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, copy, ignore=ignored)
    (copy / ".venv").symlink_to((ROOT / ".venv").resolve())
    yield copy
    state = copy / "var" / "demo" / "state.json"
    home = (
        Path(json.loads(state.read_text()).get("postgres", {}).get("home", "")) if state.exists() else Path()
    )
    if home.name.startswith("kinerja-demo-"):
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def demos() -> Iterator[list[RunningDemo]]:
    """Whatever a test started and did not end."""
    started: list[RunningDemo] = []
    yield started
    for demo in started:
        if demo.process.poll() is None:
            os.killpg(demo.process.pid, signal.SIGTERM)
            demo.process.wait(60)


def own_database(project: Path) -> str:
    noted = json.loads((project / "var/demo/state.json").read_text())["postgres"]
    return f"postgres://{postgres.SUPERUSER}:{noted['password']}@127.0.0.1:{noted['port']}/postgres"


def ask(url: str, question: str) -> object:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def key_files(project: Path) -> set[str]:
    """The keys of boxes that are still closed; each has its copy."""
    found, copies = (
        {path.name for path in (project / "var" / "demo" / folder).iterdir()}
        for folder in ("keys", "key-copies")
    )
    assert found == copies
    return found


def test_a_demo_lives_its_whole_life(project: Path, demos: list[RunningDemo]) -> None:
    port = postgres.free_port()
    before = permissions_above(project / "var", Path("/var/tmp/x"), Path("/tmp/x"))  # noqa: S108  # only looked at

    def run(target: str = "demo") -> RunningDemo:
        demos.append(RunningDemo(project, target, port))
        return demos[-1]

    # The first start fills the year, says where it is and who may sign in, and is on loopback only.
    first = run()
    first.until_ready(300)
    assert f"Siap: http://127.0.0.1:{port}/" in first.said()
    accounts = json.loads((project / "var/demo/accounts.json").read_text())
    assert {account["persona"] for account in accounts} >= PERSONAS
    assert all(
        account["login"] in first.said() and account["password"] in first.said() for account in accounts
    )
    assert first.page("/healthz") == 200
    assert first.page("/") in {200, 302}
    assert listening_addresses(port) == LOOPBACK
    assert permissions_above(project / "var", Path("/var/tmp/x"), Path("/tmp/x")) == before  # noqa: S108  # only looked at
    ask(own_database(project), "CREATE TABLE kept AS SELECT 42 AS value")

    keys = key_files(project)
    assert keys

    # A second one beside it and a reset are refused.
    for target in ("demo", "demo-reset"):
        refused = run(target)
        assert refused.process.wait(60) != 0
        assert f"Demo sudah berjalan di http://127.0.0.1:{port}/" in refused.said()

    # Ctrl-C ends every process.
    family = first.family()
    assert len(family) >= 9
    first.press_ctrl_c()
    first.process.wait(60)
    assert eventually(lambda: not any(map(lives, family)))
    assert "Demo berhenti; semua prosesnya sudah diakhiri." in first.said()

    # The second start keeps the data and takes seconds.
    began = time.monotonic()
    second = run()
    second.until_ready(60)
    assert time.monotonic() - began < 45
    assert "Tahun demo" not in second.said()
    assert ask(own_database(project), "SELECT value FROM kept") == 42
    assert key_files(project) == keys

    # When one process dies, the others are ended and it is said which one it was.
    family = second.family()
    worker = min(pid for pid in family if b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(worker, signal.SIGKILL)
    assert second.process.wait(60) != 0
    assert "Proses worker berhenti sendiri (kode -9), maka semuanya diakhiri;" in second.said()
    assert eventually(lambda: not any(map(lives, family)))

    # A rewritten migration is recognised before anything is started.
    migration = project / "core" / "migrations" / "0001_initial.py"
    migration.write_text(migration.read_text() + "\n")
    changed = run()
    assert changed.process.wait(60) != 0
    assert (
        "core/0001_initial sudah berubah); jalankan `make demo-reset` untuk mulai dari awal."
        in changed.said()
    )

    # A reset starts afresh.
    fresh = run("demo-reset")
    fresh.until_ready(300)
    assert ask(own_database(project), "SELECT to_regclass('kept') IS NULL") is True
    assert not key_files(project) & keys
    family = fresh.family()
    os.kill(fresh.process.pid, signal.SIGTERM)
    fresh.process.wait(60)
    assert eventually(lambda: not any(map(lives, family)))


@pytest.mark.django_db(transaction=True)
def test_named_services_replace_its_own(project: Path, demos: list[RunningDemo]) -> None:
    name = f"demo_{uuid.uuid4().hex[:8]}"
    parts = urlsplit(os.environ["DATABASE_URL"])
    database = parts._replace(path=f"/{name}").geturl()
    store = services.numbered(os.environ["REDIS_URL"], 7)
    with connection.cursor() as cursor:
        cursor.execute(psycopg2.sql.SQL("CREATE DATABASE {}").format(psycopg2.sql.Identifier(name)))
    try:
        demo = RunningDemo(project, "demo", postgres.free_port(), DATABASE_URL=database, REDIS_URL=store)
        demos.append(demo)
        demo.until_ready(300)
        assert set(json.loads((project / "var/demo/state.json").read_text())) & {"postgres", "redis"} == set()
        assert ask(database, "SELECT count(*) > 1000 FROM accounts_employee") is True
        with redis.Redis.from_url(store) as client:
            assert client.client_list()
        demo.press_ctrl_c()
        demo.process.wait(60)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                psycopg2.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(psycopg2.sql.Identifier(name))
            )
        with redis.Redis.from_url(store) as client:
            client.flushdb()
