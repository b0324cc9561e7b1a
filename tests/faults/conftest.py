"""A PostgreSQL for the session with a seeded database to copy, and for each test a machine of its own."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from config import postgres, postgres_programs, redisserver
from tests.faults import acts, rows
from tests.faults.machine import Machine, Server, looking_into
from tests.services import _FOLDER_PREFIX, _RUNNER

PEOPLE = 300
TEMPLATE = "seeded"
SEED = f"""
import django
django.setup()
from tests.faults.acts import lay
lay({PEOPLE})
"""


def command(server: Server, statement: str) -> None:
    """A statement about databases."""
    with looking_into(server.cluster.url("postgres")), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(scope="session")
def seeded(django_db_blocker) -> Iterator[tuple[Server, Path]]:
    """The server, and the folder with the keys of the seeded database."""
    owner = postgres.service_user()
    home = postgres.private_folder(_FOLDER_PREFIX, owner)
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER_PREFIX))
    for place in (home, folder):
        (place / _RUNNER).write_text(str(os.getpid()))  # a later run sweeps up what a killed one leaves
    cluster = postgres.new_cluster(home, owner)
    binaries = postgres_programs.reachable_binaries(postgres_programs.find_binaries(), home, owner)
    postgres.initialise(cluster, binaries, hasty=True)
    log = folder / "postgresql.log"
    server = Server(cluster, binaries, log, postgres.serve(cluster, binaries, log=log))
    try:
        with django_db_blocker.unblock():
            command(server, f"CREATE DATABASE {TEMPLATE}")
        machine = Machine(server, redisserver.new_store(folder), TEMPLATE, folder, random.Random())  # noqa: S311  # no secret
        subprocess.run(
            [sys.executable, "-c", SEED], cwd=settings.BASE_DIR, env=machine.environment, check=True
        )
        yield server, folder
    finally:
        server.child.end()
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def dice() -> random.Random:
    """Chooses the moments; FAULT_SEED repeats a run."""
    seed = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"FAULT_SEED={seed}")  # noqa: T201  # pytest shows it beside a failure
    return random.Random(seed)  # noqa: S311  # no secret


@pytest.fixture
def make_machine(seeded, dice, tmp_path, django_db_blocker) -> Iterator[Callable[[], Machine]]:
    """Makes a machine on a fresh copy of the seeded database, with Redis running; a second one follows the first."""
    server, folder = seeded
    made: list[Machine] = []

    def make() -> Machine:
        place = tmp_path / f"machine{len(made)}"
        place.mkdir()
        for keys in ("keys", "key-copies"):
            shutil.copytree(folder / keys, place / keys)
        database = f"copy_{len(made)}"
        command(server, f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        command(server, f"CREATE DATABASE {database} TEMPLATE {TEMPLATE}")
        # Else sequences go back at a crash: a copied one counts on a record in the log that only its original has.
        command(server, "CHECKPOINT")
        made.append(Machine(server, redisserver.new_store(place / "redis"), database, place, dice))
        return made[-1]

    with django_db_blocker.unblock():
        yield make
    for machine in made:
        machine.stop()
    if server.child.has_ended():
        server.start()


@pytest.fixture
def machine(make_machine) -> Iterator[Machine]:
    """A machine whose database this process looks into, with nothing but the servers running."""
    one = make_machine()
    with looking_into(one.server.cluster.url(one.database)), _keys_of(one):
        one.start("redis")
        yield one


@pytest.fixture
def undisturbed(make_machine, outcomes) -> Callable[[Callable[[], object]], rows.Rows]:
    """What the database holds after an act and the clock's work, done in this process without any disturbance."""

    def run(act: Callable[[], object]) -> rows.Rows:
        if act not in outcomes:
            one = make_machine()
            with looking_into(one.server.cluster.url(one.database)), _keys_of(one):
                known = rows.known_ids()
                act()
                acts.let_time_work()
                outcomes[act] = rows.rows(known)
        return outcomes[act]

    return run


@pytest.fixture(scope="session")
def outcomes() -> dict[Callable[[], object], rows.Rows]:
    """The outcome of each act, computed once from the one seeded database."""
    return {}


def _keys_of(one: Machine) -> override_settings:
    return override_settings(
        BALLOT_KEYS_DIR=one.folder / "keys", BALLOT_KEY_COPIES_DIR=one.folder / "key-copies"
    )
