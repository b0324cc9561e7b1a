"""`make bench`: hot pages and bulk acts beside their floors in the same run, at two sizes, on real services.

For each page: median and 95th percentile in milliseconds, SQL statements, bytes, ratio to the floor, ratio between the
sizes, and what EXPLAIN says at both sizes. For each bulk act: seconds beside the bare statement over as many rows, and
the memory of the process. Prints the tables and writes var/bench/results.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from config import postgres, postgres_programs, redisserver
from config.processes import Child

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "var" / "bench" / "results.json"
PORT = 18_790
FLOOR = "floor"

# Goals of the design, section 4.
MOST_TIMES_FLOOR = 3.0
MORE_PER_CONTROL_MS = 0.7
MOST_STATEMENTS = 10
MOST_BETWEEN_SIZES = 1.3


@contextmanager
def services() -> Iterator[tuple[str, str]]:
    """A PostgreSQL and a Redis of this run, gone afterwards."""
    owner = postgres.service_user()
    home = postgres.private_folder("kinerja-bench-", owner)
    logs = Path(tempfile.mkdtemp(prefix="kinerja-bench-"))
    running: list[Child] = []
    try:
        cluster = postgres.new_cluster(home, owner)
        binaries = postgres_programs.reachable_binaries(postgres_programs.find_binaries(), home, owner)
        postgres.initialise(cluster, binaries, hasty=False)
        running.append(postgres.serve(cluster, binaries, log=logs / "postgresql.log", hasty=False))
        store = redisserver.new_store(logs)
        running.append(redisserver.serve(store, log=logs / "redis.log", durable=False))
        yield cluster.url("postgres"), store.url(0)
    finally:
        while running:
            running.pop().end()
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(logs, ignore_errors=True)


def environment(database_url: str, redis_url: str, size: int) -> dict[str, str]:
    """What the processes of one size run with: the demo's settings, a database of their own."""
    parts = urlsplit(database_url)
    return {
        **os.environ,
        "APP_ENV": "demo",
        "DJANGO_SETTINGS_MODULE": "config.bench_settings",
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/bench_{size}")),
        "REDIS_URL": redis_url,
        "LOG_LEVEL": "ERROR",
        "SITE_URL": f"http://127.0.0.1:{PORT}",
    }


def create_database(env: dict[str, str], admin_url: str, size: int) -> None:
    """The empty database of one size."""
    import psycopg2  # noqa: PLC0415  # the runner itself needs no database

    connection = psycopg2.connect(admin_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE bench_{int(size)} TEMPLATE template0 LC_COLLATE 'C.UTF-8'")
    connection.close()
    manage(env, "migrate", "--verbosity", "0")


def prepare(env: dict[str, str], admin_url: str, size: int) -> float:
    """A database with `size` employees; returns the seconds that seeding took."""
    create_database(env, admin_url, size)
    manage(env, "load_reference")
    started = time.perf_counter()
    manage(env, "seed", "--employees", str(size))
    return time.perf_counter() - started


def manage(env: dict[str, str], *command: str) -> None:
    """Run one of our commands to its end."""
    subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL
    )


@contextmanager
def web(env: dict[str, str]) -> Iterator[None]:
    """gunicorn as the demo runs it: two workers, four threads each."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{PORT}"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"),
            *("--log-level", "error", "--keep-alive", "75"),
        ],
        cwd=ROOT,
        env=env,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def measure_size(env: dict[str, str], requests: int) -> dict[str, Any]:
    """Measure one size in a process of its own, since Django knows one database."""
    done = subprocess.run(
        [sys.executable, "-m", "config.bench_pages", "--port", str(PORT), "--requests", str(requests)],
        cwd=ROOT,
        env=env,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure_audit() -> int:
    """The record under load, in a database of its own; it prints its table itself."""
    with services() as (database_url, redis_url):
        env = environment(database_url, redis_url, 0)
        create_database(env, database_url, 0)
        return subprocess.run([sys.executable, "-m", "config.bench_audit"], cwd=ROOT, env=env).returncode


def measure_peers(size: int) -> int:
    """Peers' answers for so many employees, in a database and with keys of their own; it prints its table itself."""
    with services() as (database_url, redis_url), tempfile.TemporaryDirectory() as keys:
        env = environment(database_url, redis_url, size) | {
            "BALLOT_KEYS_DIR": f"{keys}/keys",
            "BALLOT_KEY_COPIES_DIR": f"{keys}/copies",
        }
        create_database(env, database_url, size)
        manage(env, "load_reference")
        manage(env, "seed", "--employees", str(size), "--envelopes")
        return subprocess.run([sys.executable, "-m", "config.bench_peers"], cwd=ROOT, env=env).returncode


def measure_bulk(env: dict[str, str]) -> dict[str, Any]:
    """Measure the bulk acts of one size in a process of its own; it leaves two more years behind."""
    done = subprocess.run(
        [sys.executable, "-m", "config.bench_bulk"],
        cwd=ROOT,
        env=env,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def bulk_table(found: dict[int, dict[str, Any]]) -> str:
    """The table of the bulk acts, one line for each act and size, and what the clock needs when nothing is due."""
    lines = [
        "| bulk act | rows | seconds | bare statement, s | × | with messages, s | × | ms a row | peak MB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for size, measured in found.items():
        lines += [
            f"| {row['act']} ({size:,}) | {row['rows']:,} | {row['seconds']:.1f} | {row['bare_seconds']:.1f} | "
            f"{row['times']} | {row['with_messages']:.1f} | {row['times_with_messages']} | {1000 * row['seconds'] / row['rows']:.2f} | {row['peak_mb']} |"
            for row in measured["bulk"]["rows"]
        ]
    for size, measured in found.items():
        steps = ", ".join(
            f"{name} {seconds:.2f} s" for name, seconds in measured["bulk"]["idle_seconds"].items()
        )
        lines.append(f"{size:,}: HR's click {measured['bulk']['click_seconds']:.1f} s; {steps}")
    return "\n".join(lines)


def row_of(name: str, small: dict[str, Any], large: dict[str, Any]) -> dict[str, Any]:
    """One page at both sizes, with the verdict on each goal."""
    floor = large["pages"][FLOOR]["median"]
    page, before = large["pages"][name], small["pages"][name]
    allowed = MOST_TIMES_FLOOR * floor + MORE_PER_CONTROL_MS * page["controls"]
    explained = {query["sql"]: query for query in before["plans"]}
    extra = [
        query["sql"][:160]
        for query in page["plans"]
        if query["sql"] in explained
        and query["blocks"] - explained[query["sql"]]["blocks"] > 2 * max(1, query["index_scans"])
    ]
    misses = []
    if page["median"] > allowed:
        misses.append("floor")
    if page["statements"] > MOST_STATEMENTS:
        misses.append("statements")
    if page["median"] / before["median"] > MOST_BETWEEN_SIZES:
        misses.append("sizes")
    if extra:
        misses.append("blocks")
    if page["sequential"]:
        misses.append("sequential scan")
    return {
        "page": name,
        "median_ms": [before["median"], page["median"]],
        "p95_ms": [before["p95"], page["p95"]],
        "statements": page["statements"],
        "bytes": page["bytes"],
        "times_floor": round(page["median"] / floor, 2),
        "times_small": round(page["median"] / before["median"], 2),
        "sequential": page["sequential"],
        "more_blocks": extra,
        "misses": misses,
    }


def table(rows: Sequence[dict[str, Any]], sizes: Sequence[int]) -> str:
    """The table that is printed and copied into docs/performance.md."""
    head = f"| page | median ms at {sizes[0]:,} / {sizes[-1]:,} | p95 ms | SQL | bytes | × floor | × small | misses |"
    lines = [head, "|---|---|---|---|---|---|---|---|"]
    lines += [
        f"| {row['page']} | {row['median_ms'][0]:.1f} / {row['median_ms'][1]:.1f} | {row['p95_ms'][0]:.1f} / "
        f"{row['p95_ms'][1]:.1f} | {row['statements']} | {row['bytes']:,} | {row['times_floor']} | "
        f"{row['times_small']} | {', '.join(row['misses']) or '–'} |"
        for row in rows
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Run the bench; the exit code is 0 whatever the figures, since a miss is a finding and not a fault."""
    parser = argparse.ArgumentParser(description="Measure hot pages and bulk acts beside their floors.")
    parser.add_argument("--sizes", default="1000,100000", help="numbers of employees, small and large")
    parser.add_argument("--requests", type=int, default=200, help="requests per page")
    parser.add_argument("--only", choices=["audit", "peers"], help="measure this alone")
    given = parser.parse_args(arguments)
    if given.only == "audit":
        return measure_audit()
    if given.only == "peers":
        return measure_peers(int(given.sizes.split(",")[-1]))
    sizes = [int(size) for size in given.sizes.split(",")]
    found: dict[int, dict[str, Any]] = {}
    with services() as (database_url, redis_url):
        first = environment(database_url, redis_url, sizes[0])
        manage(first, "collectstatic", "--noinput", "--verbosity", "0")
        for number, size in enumerate(sizes):
            env = environment(database_url, redis_url.rsplit("/", 1)[0] + f"/{number}", size)
            seconds = prepare(env, database_url, size)
            print(f"{size:,} employees seeded in {seconds:.1f} s")
            with web(env):
                found[size] = measure_size(env, given.requests)
            found[size]["seeded_seconds"] = round(seconds, 1)
            found[size]["bulk"] = measure_bulk(env)
    small, large = found[sizes[0]], found[sizes[-1]]
    rows = [row_of(name, small, large) for name in large["pages"] if name != FLOOR]
    medians = [found[size]["pages"][FLOOR]["median"] for size in sizes]
    print(f"floor: median {statistics.mean(medians):.1f} ms")
    print(table(rows, sizes))
    print(bulk_table(found))
    for row in rows:
        for detail in (*row["sequential"], *row["more_blocks"]):
            print(f"{row['page']}: {detail}")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(
        json.dumps({"sizes": sizes, "floor_ms": medians, "rows": rows, "raw": found}, indent=1)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
