"""`make stampede`: the last evening, scaled to this machine, and at its end what people were told against what is there.

Its own PostgreSQL, Redis, gunicorn, worker and beat as in production; people with real sign-ins and forms over loopback; the
window closes while they type and send. Everything ends by itself. The exit code is 1 when anything was lost, doubled,
accepted late, refused in time, closed wrongly, or answered by an error; a miss of the speed is printed and no fault.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from config import bench, postgres
from config.processes import Child, last_lines, start, wait_until
from config.stampede_figures import figures_of, scale_words, table
from config.stampede_wire import HOST, ORIGIN

ROOT = bench.ROOT
RESULTS = ROOT / "var" / "bench" / "stampede.json"
EMPLOYEES = 20_000
COMPLAINT = re.compile(r"\b(ERROR|CRITICAL|Traceback)\b")
# Between the moment at which the closing is stored and the first request of the evening.
BREATH_SECONDS = 2.0
# Nothing may hold the run longer than this beside its own minutes.
PATIENCE_SECONDS = 300.0


def production(env: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The city's database under the settings of production; mail goes nowhere."""
    for name in ("keys", "copies"):
        (folder / name).mkdir(mode=0o700)
    return {
        **env,
        "APP_ENV": "production",
        "SECRET_KEY": "only-for-this-run-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH",
        "ALLOWED_HOSTS": HOST,
        "SITE_URL": ORIGIN,
        "TRUSTED_PROXY_COUNT": "1",
        "EMAIL_URL": "dummymail://",
        "BALLOT_KEYS_DIR": str(folder / "keys"),
        "BALLOT_KEY_COPIES_DIR": str(folder / "copies"),
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def running(env: Mapping[str, str], folder: Path, port: int) -> Iterator[Child]:
    """Web, worker and beat as the Dockerfile and docker-compose.yml start them; gives the web."""
    celery = ("-m", "celery", "--app", "config.celery")
    commands: dict[str, Sequence[str]] = {
        "web": (
            *(
                "-m",
                "gunicorn",
                "config.wsgi",
                "--worker-class",
                "gthread",
                "--workers",
                "2",
                "--threads",
                "4",
            ),
            *("--no-control-socket", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"),
        ),
        "worker": (*celery, "worker", "--concurrency", "2", "--queues", "default,bulk"),
        "beat": (*celery, "beat", "--schedule", str(folder / "beat-schedule"), "--pidfile="),
    }
    with ExitStack() as stack:
        children = {}
        for name, command in commands.items():
            child = start(name, [sys.executable, *command], log=folder / f"{name}.log", cwd=ROOT, env=env)
            stack.callback(child.end)
            children[name] = child
        web = children["web"]
        if not wait_until(lambda: not postgres.port_is_free(port), child=web, seconds=60):
            raise SystemExit(f"The web server did not start:\n{last_lines(folder / 'web.log')}")
        yield web


def step(env: Mapping[str, str], module: str, *arguments: str) -> dict[str, Any]:
    """Run a module of ours to its end; what it printed as JSON, {} for nothing."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=env,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    found: dict[str, Any] = json.loads(done.stdout) if done.stdout.strip() else {}
    return found


# --- memory -------------------------------------------------------------------------------------


def workers_of(web: Child) -> list[int]:
    """The worker processes of gunicorn (Linux only; else none)."""
    listed = Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children")
    return [int(pid) for pid in listed.read_text().split()] if listed.exists() else []


def peak_mb(web: Child) -> int:
    """The peak resident memory of the workers since the last `forget_peak`, added up."""
    kilobytes = 0
    for pid in workers_of(web):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                kilobytes += int(line.split()[1])
    return kilobytes // 1024


def forget_peak(web: Child) -> None:
    """Begin anew to look for the peak."""
    for pid in workers_of(web):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


# --- the run ------------------------------------------------------------------------------------


def evening(env: Mapping[str, str], folder: Path, *, people: int, seconds: float) -> dict[str, Any]:
    """Everything between the seeded city and the verdict; the figures of the run."""
    who, told = folder / "people.json", folder / "told.json"
    port = postgres.free_port()
    step(env, "config.stampede_ground", "prepare", "--people", str(people), "--into", str(who))
    live = production(env, folder)
    with running(live, folder, port) as web:
        command = [sys.executable, "-m", "config.stampede_people", "--port", str(port)]
        visitors = subprocess.Popen(
            [*command, "--people", str(who), "--told", str(told)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            ready = json.loads(_pipe(visitors.stdout).readline() or "{}")
            if not ready:
                raise SystemExit(f"The people did not come.\n{last_lines(folder / 'web.log')}")
            memory = {"signing_in_mb": peak_mb(web)}
            forget_peak(web)
            # Starting the command takes a second or two; the moment is fixed before.
            starts_at = round(time.time()) + 5 + BREATH_SECONDS
            closes_at = starts_at + seconds
            step(env, "config.stampede_ground", "close-at", str(closes_at))
            before = os.getloadavg()
            _pipe(visitors.stdin).write(json.dumps({"starts_at": starts_at, "closes_at": closes_at}) + "\n")
            _pipe(visitors.stdin).flush()
            code = visitors.wait(seconds + PATIENCE_SECONDS)
        finally:
            visitors.kill()
            visitors.wait()
        if code:
            raise SystemExit("The visitors broke off; what they said stands above.")
        memory["evening_mb"] = peak_mb(web)
        waited = step(env, "config.stampede_ground", "wait-out")
    verdict = step(
        env, "config.stampede_verdict", "--people", str(who), "--told", str(told), "--closes-at", str(closes_at)
    )  # fmt: skip
    complaints = complaints_in(folder)
    verdict["found"]["server errors"] += complaints
    verdict["faults"] += len(complaints)
    return {
        **ready,
        **memory,
        **waited,
        **verdict,
        **figures_of(json.loads(told.read_text()), starts_at=starts_at, closes_at=closes_at),
        "people": people,
        "seconds": seconds,
        "load": [before[0], os.getloadavg()[0]],
    }


def complaints_in(folder: Path) -> list[str]:
    """What web, worker and beat logged as an error: a failed step of the tick answers nobody, and is a fault all the same."""
    return [
        f"{log.stem}: {line[:300]}"
        for log in sorted(folder.glob("*.log"))
        for line in log.read_text(errors="replace").splitlines()
        if COMPLAINT.search(line)
    ]


def _pipe(end: IO[str] | None) -> IO[str]:
    assert end is not None  # noqa: S101  # the process was started with pipes
    return end


def main(arguments: Sequence[str]) -> int:
    """Run the evening, print the verdict; the exit code is 1 when it found a fault."""
    parser = argparse.ArgumentParser(
        description="The last evening before the closing, scaled to this machine."
    )
    parser.add_argument("--people", type=int, default=40, help="who come; each as busy as the design says")
    parser.add_argument("--minutes", type=float, default=3.0, help="how long three hours take")
    parser.add_argument("--employees", type=int, default=EMPLOYEES, help="how many the city has")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures are written as JSON")
    given = parser.parse_args(arguments)
    seconds = given.minutes * 60
    print(scale_words(given.people, seconds), flush=True)
    with (
        bench.services() as (database_url, redis_url),
        tempfile.TemporaryDirectory(prefix="kinerja-stampede-") as made,
    ):
        env = bench.environment(database_url, redis_url, given.employees)
        bench.manage(env, "collectstatic", "--noinput", "--verbosity", "0")
        took = bench.prepare(env, database_url, given.employees)
        print(f"{given.employees:,} employees seeded in {took:.0f} s", flush=True)
        found = evening(env, Path(made), people=given.people, seconds=seconds)
    print(table(found))
    given.results.parent.mkdir(parents=True, exist_ok=True)
    given.results.write_text(json.dumps(found, indent=1))
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
