"""`make demo`: everything on loopback, one process manager, ended whole by Ctrl-C.

Prepares translations and static files, starts PostgreSQL and Redis (unless DATABASE_URL and REDIS_URL name
others), migrates, loads reference data and the demo year, then runs web, worker and beat.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import psycopg2

from config import demo_state, postgres, postgres_programs, redisserver
from config.demo_state import Lock, Place
from config.processes import CannotStart, Child, Supervisor, last_lines, start, wait_until

PROJECT = Path(__file__).resolve().parent.parent
DATABASE = "postgres"
DEFAULT_PORT = 8000


def main(arguments: Sequence[str]) -> int:
    """Run the demo until it is stopped; `--reset` deletes its data first. The exit code for the shell."""
    place = Place(PROJECT)
    try:
        place.prepare()
        with Lock(place) as lock, Supervisor() as family:
            if "--reset" in arguments:
                demo_state.remove_data(place, home_prefix(place))
                place.prepare()
            port = wanted_port(os.environ.get("PORT", ""))
            lock.note(f"http://127.0.0.1:{port}/")
            Demo(place, family, port).run()
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as problem:
        print(sentence_for(problem), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nDemo berhenti; semua prosesnya sudah diakhiri.")
    return 0


def sentence_for(problem: OSError) -> str:
    """One sentence for what the operating system refused."""
    where = problem.filename or "berkas demo"
    if problem.errno == errno.ENOSPC:
        return f"Ruang penyimpanan penuh saat menulis {where}; kosongkan sebagian, lalu jalankan lagi."
    if problem.errno in {errno.EACCES, errno.EPERM}:
        return f"{where} tidak boleh dibuka oleh pengguna ini; jalankan demo sebagai pemilik folder var/demo."
    return f"Demo tidak dapat dijalankan: {problem.strerror or problem} ({where})."


def wanted_port(text: str) -> int:
    """The port from PORT, checked. Raises CannotStart when it is no port or is taken."""
    if not text:
        port = DEFAULT_PORT
    elif text.isdecimal() and (1024 <= int(text) < 65536):
        port = int(text)
    else:
        raise CannotStart(
            f"PORT={text} tidak dapat dipakai; pilih angka 1024 sampai 65535, misalnya PORT=8001."
        )
    # What a killed demo left is ended by the kernel; give it a moment.
    for _attempt in range(10):
        if postgres.port_is_free(port):
            return port
        time.sleep(0.1)
    raise CannotStart(
        f"Port {port} sedang dipakai program lain; coba `make demo PORT={postgres.free_port()}`."
    )


def home_prefix(place: Place) -> str:
    """How the name of the database folder begins that belongs to this project's demo."""
    return f"kinerja-demo-{hashlib.sha256(str(place.project).encode()).hexdigest()[:8]}-"


class Demo:
    """One start of the demo: the steps in order, each said with its duration."""

    def __init__(self, place: Place, family: Supervisor, port: int) -> None:
        self.place = place
        self.family = family
        self.port = port
        self.address = f"http://127.0.0.1:{port}/"
        self.state = demo_state.load(place)
        self.given_database = os.environ.get("DATABASE_URL") or None
        self.given_redis = os.environ.get("REDIS_URL") or None
        self.ledger = demo_state.ledger(self.state, self.given_database)
        self.env = {
            **os.environ,
            "APP_ENV": "demo",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SITE_URL": self.address,
            "SECRET_KEY_FILE": str(place.signing_secret()),
            "PYTHONUNBUFFERED": "1",
        }

    def run(self) -> None:
        """Start everything, say where it is, and stay until something ends."""
        print("Demo Penilaian Kinerja Kota Bandung")
        migrations = demo_state.migration_files(self.place.project)
        demo_state.demand_same_migrations(self.ledger.get("migrations", {}), migrations)
        postgres.demand_space(self.place.folder)
        self.step("PostgreSQL", self.start_database)
        self.step("Redis", self.start_redis)
        demo_state.demand_known_migrations(self.applied_migrations(), migrations)
        self.prepare_files()
        self.prepare_data(migrations)
        self.step("Web, pekerja, dan jadwal", self.start_processes)
        self.announce()
        ended = self.family.wait()
        raise CannotStart(
            f"Proses {ended.name} berhenti sendiri (kode {ended.process.returncode}), maka semuanya diakhiri; "
            f"catatannya di {self.place.logs}."
        )

    def step(self, title: str, work: Callable[[], object]) -> None:
        """Do one step and say how long it took."""
        began = time.monotonic()
        print(f"  {title:<28}", end="", flush=True)
        try:
            work()
        except BaseException:
            print()
            raise
        print(f"{time.monotonic() - began:6.1f} detik".replace(".", ","), flush=True)

    # --- services -------------------------------------------------------------------------------

    def start_database(self) -> None:
        """Start the demo's own PostgreSQL on the data of last time, or use the one that was named."""
        if self.given_database:
            self.env["DATABASE_URL"] = self.given_database
            return
        cluster = self.known_cluster()
        major = postgres.data_major(cluster) if cluster else None
        binaries = postgres_programs.find_binaries(major)
        if cluster is None or major is None:
            cluster = postgres.new_cluster(self.new_home(), postgres.service_user())
            self.state["databases"] = {**self.state.get("databases", {}), "own": {}}
            self.ledger = demo_state.ledger(self.state, None)
        home, owner = cluster.home, cluster.owner
        postgres.demand_space(home)
        binaries = postgres_programs.reachable_binaries(binaries, home, owner)
        if major is None:
            postgres.initialise(cluster, binaries)
        postgres.end_leftover(cluster)
        if not postgres.port_is_free(cluster.port):
            cluster = postgres.moved(cluster)
        self.state["postgres"] = {"home": str(home), "port": cluster.port, "password": cluster.password}
        demo_state.save(self.place, self.state)
        self.family.add(postgres.serve(cluster, binaries, log=self.place.log("postgresql")))
        self.env["DATABASE_URL"] = cluster.url(DATABASE)

    def known_cluster(self) -> postgres.Cluster | None:
        """The cluster of an earlier start, if its folder is still there and ours."""
        noted = self.state.get("postgres")
        if not noted or not Path(noted["home"]).is_dir():
            return None
        home = Path(noted["home"])
        return postgres.Cluster(
            home=home, port=noted["port"], password=noted["password"], owner=postgres.owner_of(home)
        )

    def new_home(self) -> Path:
        """Where the database lives: in var/demo, or for root where the service user can reach it."""
        if (owner := postgres.service_user()) is not None:
            return postgres.private_folder(home_prefix(self.place), owner)
        home = self.place.folder / "postgres"
        home.mkdir(mode=0o700, exist_ok=True)
        return home

    def start_redis(self) -> None:
        """Start the demo's own Redis, or use the one that was named."""
        if self.given_redis:
            self.env["REDIS_URL"] = self.given_redis
            return
        home = self.place.folder / "redis"
        noted = self.state.get("redis")
        store = redisserver.Store(home=home, **noted) if noted else redisserver.new_store(home)
        if not postgres.port_is_free(store.port):
            store = redisserver.Store(home=home, port=postgres.free_port(), password=store.password)
        self.state["redis"] = {"port": store.port, "password": store.password}
        demo_state.save(self.place, self.state)
        self.family.add(redisserver.serve(store, log=self.place.log("redis")))
        self.env["REDIS_URL"] = store.url()

    # --- content --------------------------------------------------------------------------------

    def applied_migrations(self) -> list[tuple[str, str]]:
        """What the database says has been applied; empty before the first migration."""
        try:
            connection = psycopg2.connect(self.env["DATABASE_URL"], connect_timeout=5)
        except psycopg2.OperationalError as error:
            words = " ".join(str(error).split())
            raise CannotStart(f"Basis data di DATABASE_URL tidak dapat dihubungi: {words}") from error
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
                if not cursor.fetchone()[0]:
                    return []
                cursor.execute("SELECT app, name FROM django_migrations")
                return [(str(app), str(name)) for app, name in cursor.fetchall()]
        finally:
            connection.close()

    def prepare_files(self) -> None:
        """Compile the catalogues and collect static files, when their sources changed."""
        project = self.place.project
        if self.changed(
            "catalogues", project.glob("locale/*/*/*.po"), project / "locale/id/LC_MESSAGES/django.mo"
        ):
            self.step("Terjemahan", lambda: self.call("catalogues", ["-m", "config.catalogues", "compile"]))
            self.note_files("catalogues", project.glob("locale/*/*/*.po"))
        if self.changed("static", project.glob("static/**/*"), project / "var/static/staticfiles.json"):
            self.step(
                "Berkas statis",
                lambda: self.call("static", ["manage.py", "collectstatic", "--noinput", "--clear"]),
            )
            self.note_files("static", project.glob("static/**/*"))

    def changed(self, key: str, sources: Iterable[Path], made: Path) -> bool:
        """Whether `made` is missing or its sources are no longer those of the last success."""
        return not made.exists() or self.state.get(key) != demo_state.files_fingerprint(sources)

    def note_files(self, key: str, sources: Iterable[Path]) -> None:
        """Remember the sources of what was just made."""
        self.state[key] = demo_state.files_fingerprint(sources)
        demo_state.save(self.place, self.state)

    def prepare_data(self, migrations: dict[str, str]) -> None:
        """Migrate, load reference data, then fill the demo year or move it on to today."""
        if self.ledger.get("migrations") != migrations:
            self.step("Skema basis data", lambda: self.call("migrate", ["manage.py", "migrate", "--noinput"]))
            self.note("migrations", migrations)
        self.step("Data acuan", lambda: self.call("load_reference", ["manage.py", "load_reference"]))
        if self.ledger.get("filled"):
            self.step("Jadwal demo", lambda: self.call("demo_year", ["manage.py", "demo_year", "--move-on"]))
        else:
            self.step("Tahun demo", lambda: self.call("demo_year", ["manage.py", "demo_year"]))
            self.note("filled", True)

    def note(self, key: str, value: Any) -> None:
        """Remember something about the present database."""
        self.ledger[key] = value
        demo_state.save(self.place, self.state)

    def call(self, name: str, command: list[str]) -> None:
        """Run one of our commands to its end. Raises CannotStart with its last words when it fails."""
        log = self.place.log(name)
        log.unlink(missing_ok=True)
        child = self.family.add(self.launch(name, command))
        code = child.process.wait()
        self.family.children.remove(child)
        if code != 0:
            raise CannotStart(f"Langkah {name} gagal; catatannya di {log}:\n{last_lines(log)}")

    # --- processes ------------------------------------------------------------------------------

    def launch(self, name: str, command: list[str], patience: float = 10.0) -> Child:
        """Start a Python process of ours in the demo's environment."""
        return start(
            name,
            [sys.executable, *command],
            log=self.place.log(name),
            cwd=self.place.project,
            env=self.env,
            # Without its broker a worker would never finish leaving in order.
            orphaned=signal.SIGKILL,
            patience=patience,
        )

    def start_processes(self) -> None:
        """Start web, worker and beat, and wait until the web answers."""
        celery = ["-m", "celery", "--app", "config.celery"]
        worker = [
            "worker",
            "--concurrency",
            "2",
            "--queues",
            "default,bulk",
            "--without-gossip",
            "--without-mingle",
        ]
        schedule = str(self.place.folder / "beat-schedule")
        web = self.launch(
            "web",
            ["-m", "gunicorn", "config.wsgi", "--worker-class", "gthread", "--workers", "2", "--threads", "4",
             "--no-control-socket", "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning"],
        )  # fmt: skip
        self.family.add(web)
        self.family.add(self.launch("worker", [*celery, *worker]))
        self.family.add(self.launch("beat", [*celery, "beat", "--schedule", schedule, "--pidfile="]))
        if not wait_until(self.web_answers, child=web, seconds=60):
            log = self.place.log("web")
            raise CannotStart(f"Web tidak menjawab; catatannya di {log}:\n{last_lines(log)}")

    def web_answers(self) -> bool:
        """Whether the web process says that it is alive."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def announce(self) -> None:
        """Say where the demo is and who may sign in."""
        print(f"\nSiap: {self.address}\nSemua orang dan angka di dalamnya rekaan. Masuk sebagai:\n")
        for row in account_lines(json.loads(self.place.accounts.read_text())):
            print(f"  {row}")
        print("\nCtrl-C menghentikan semuanya; data tetap ada untuk lain kali.", flush=True)


def account_lines(accounts: list[dict[str, Any]]) -> list[str]:
    """The accounts as aligned lines: persona, role, agency, login, password."""
    titles = {
        "persona": "Nama",
        "role": "Peran",
        "agency": "Unit",
        "login": "Nama masuk",
        "password": "Kata sandi",
    }
    rows = [titles, *({key: str(account.get(key) or "-") for key in titles} for account in accounts)]
    widths = {key: max(len(row[key]) for row in rows) for key in titles}
    return ["  ".join(row[key].ljust(widths[key]) for key in titles).rstrip() for row in rows]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
