"""The record under load: acts a second without and with sealing, and a backlog sealed and verified in bounded memory.

An act is `core.audit.record` in a transaction of its own. *Without*: the trigger that queues an event for its seal is
off. *Queued*: it is on, nobody seals. *Sealed*: beside the acts a process seals every second. Rounds alternate, the
medians count. Run by config.bench in a process of its own; prints the table and writes var/bench/audit.json.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402  # needs the settings

from core.audit import record  # noqa: E402
from core.clock import now  # noqa: E402
from core.seals import seal_events  # noqa: E402
from core.verification import check_record  # noqa: E402

RESULTS = Path(__file__).resolve().parent.parent / "var" / "bench" / "audit.json"
SPAWN = multiprocessing.get_context("spawn")
ROUNDS = 3
QUEUE = "ALTER TABLE core_auditevent {} TRIGGER audit_event_awaits_seal"
BACKLOG = """
INSERT INTO core_auditevent (act, object_type, object_id, at, reason, digest)
SELECT 'plan.agreed', 'plan', gen_random_uuid(), now(), 'Disepakati setelah dialog',
       sha256(convert_to(n::text, 'UTF8'))
FROM generate_series(1, %s) AS n
"""


def act(seconds: float, counts: Queue[int]) -> None:
    """Act on a connection of its own for so many seconds; tells how often."""
    done, ends = 0, time.monotonic() + seconds
    while time.monotonic() < ends:
        with transaction.atomic():
            record(
                actor_id=None,
                act="plan.agreed",
                object_type="plan",
                object_id=uuid.uuid4(),
                at=now(),
                reason="Disepakati setelah dialog",
                before={"state": "sent"},
                after={"state": "agreed", "version": 1},
            )
        done += 1
    counts.put(done)


def seal_each_second(ended: Event, longest: Queue[float]) -> None:
    """What the tick does each minute, sixty times as often; tells the longest sealing in seconds."""
    took = [0.0]
    while not ended.wait(1.0):
        took.append(timed(lambda: seal_events(at=now()))[1])
    longest.put(max(took))


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """What the call returned, and the seconds it took."""
    started = time.perf_counter()
    result = call()
    return result, time.perf_counter() - started


def acts_a_second(connections: int, seconds: float) -> float:
    """All connections together."""
    counts: Queue[int] = SPAWN.Queue()
    workers = [SPAWN.Process(target=act, args=(seconds, counts)) for _n in range(connections)]
    for worker in workers:
        worker.start()
    done = sum(counts.get(timeout=seconds + 60) for _worker in workers)
    for worker in workers:
        worker.join()
    return done / seconds


def acts_beside_a_sealer(connections: int, seconds: float) -> tuple[float, float]:
    """The same with a sealer; also the longest sealing in seconds."""
    ended, longest = SPAWN.Event(), SPAWN.Queue()
    sealer = SPAWN.Process(target=seal_each_second, args=(ended, longest))
    sealer.start()
    rate = acts_a_second(connections, seconds)
    ended.set()
    took: float = longest.get(timeout=60)
    sealer.join()
    return rate, took


def execute(statement: str, *params: Any) -> None:
    """Run one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def under_load(connections: int, seconds: float) -> dict[str, Any]:
    """Acts a second in the three settings, medians of the rounds."""
    rates: dict[str, list[float]] = {"without": [], "queued": [], "sealed": []}
    longest = 0.0
    for _round in range(ROUNDS):
        execute(QUEUE.format("DISABLE"))
        rates["without"].append(acts_a_second(connections, seconds))
        execute(QUEUE.format("ENABLE"))
        rates["queued"].append(acts_a_second(connections, seconds))
        seal_events(at=now())
        rate, took = acts_beside_a_sealer(connections, seconds)
        rates["sealed"].append(rate)
        longest = max(longest, took)
    return {
        **{name: round(statistics.median(each)) for name, each in rates.items()},
        "rounds": {name: [round(rate) for rate in each] for name, each in rates.items()},
        "longest_sealing_s": round(longest, 2),
    }


def backlog(events: int) -> dict[str, Any]:
    """So many events at once, written by one statement: sealed, then verified."""
    seal_events(at=now())
    _none, written = timed(lambda: execute(BACKLOG, events))
    sealed, sealing = timed(lambda: seal_events(at=now()))
    # The events of the rounds without the trigger are in no seal, which the check says of each.
    report, checking = timed(lambda: check_record(at=now()))
    return {
        "sealed": sealed,
        "bare_statement_s": round(written, 1),
        "sealing_s": round(sealing, 1),
        "checked": report.events,
        "checking_s": round(checking, 1),
        "wrong": sorted({problem.code for problem in report.problems} - {"stray"}),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def text(found: dict[str, Any]) -> str:
    """The table that is printed and copied into docs/performance.md."""
    load, late = found["load"], found["backlog"]
    rows = [
        (f"acts a second, {found['connections']} connections, nothing sealed", f"{load['without']:,}"),
        ("with the queue", f"{load['queued']:,}"),
        ("with the queue and a sealing each second", f"{load['sealed']:,}"),
        ("longest sealing beside the load", f"{load['longest_sealing_s']} s"),
        (f"writing {late['sealed']:,} events by one statement", f"{late['bare_statement_s']} s"),
        ("sealing them", f"{late['sealing_s']} s"),
        (f"verifying {late['checked']:,} events", f"{late['checking_s']} s"),
        ("memory at its peak", f"{late['peak_mb']} MB"),
    ]
    return "\n".join(["| the record | |", "|---|---|", *(f"| {what} | {figure} |" for what, figure in rows)])


def main(arguments: Sequence[str]) -> int:
    """Measure, print the table and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--backlog", type=int, default=1_000_000)
    given = parser.parse_args(arguments)
    load = under_load(given.connections, given.seconds)
    found = {"connections": given.connections, "load": load, "backlog": backlog(given.backlog)}
    print(text(found))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
