"""The record under load: acts a second without and with sealing, and a backlog sealed and verified in bounded memory.

An act is `core.audit.record` in a transaction of its own; *bare* is the same two rows by two statements without the
ORM, which shows what the database bears when the acting processes run elsewhere. *Without*: the trigger that queues an
event for its seal is off. *Queued*: it is on, nobody seals. *Sealed*: beside the acts a process seals every second.
Rounds alternate, the medians count. Run by config.bench in a process of its own; prints the table and writes var/bench/audit.json.
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
BARE_EVENT = """
INSERT INTO core_auditevent (act, object_type, object_id, at, reason, digest)
VALUES ('plan.agreed', 'plan', %s, now(), 'Disepakati setelah dialog', sha256('x')) RETURNING id
"""
BARE_DETAIL = """
INSERT INTO core_auditdetail (event_id, before, after, salt)
VALUES (%s, '{"state": "sent"}', '{"state": "agreed", "version": 1}', '0123456789abcdef')
"""
BACKLOG = """
INSERT INTO core_auditevent (act, object_type, object_id, at, reason, digest)
SELECT 'plan.agreed', 'plan', gen_random_uuid(), now(), 'Disepakati setelah dialog',
       sha256(convert_to(n::text, 'UTF8'))
FROM generate_series(1, %s) AS n
"""


def record_act() -> None:
    """An act as every service writes it."""
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


def bare_act() -> None:
    """The same rows without digest and ORM."""
    with connection.cursor() as cursor:
        cursor.execute(BARE_EVENT, [uuid.uuid4()])
        cursor.execute(BARE_DETAIL, cursor.fetchone())


WAYS = {"record": record_act, "bare": bare_act}
SETTINGS = ("without", "queued", "sealed")


def act(way: str, seconds: float, counts: Queue[int]) -> None:
    """Act on a connection of its own for so many seconds; tells how often."""
    done, ends = 0, time.monotonic() + seconds
    while time.monotonic() < ends:
        with transaction.atomic():
            WAYS[way]()
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


def acts_a_second(way: str, connections: int, seconds: float) -> float:
    """All connections together."""
    counts: Queue[int] = SPAWN.Queue()
    workers = [SPAWN.Process(target=act, args=(way, seconds, counts)) for _n in range(connections)]
    for worker in workers:
        worker.start()
    done = sum(counts.get(timeout=seconds + 60) for _worker in workers)
    for worker in workers:
        worker.join()
    return done / seconds


def acts_beside_a_sealer(way: str, connections: int, seconds: float) -> tuple[float, float]:
    """The same with a sealer; also the longest sealing in seconds."""
    ended, longest = SPAWN.Event(), SPAWN.Queue()
    sealer = SPAWN.Process(target=seal_each_second, args=(ended, longest))
    sealer.start()
    rate = acts_a_second(way, connections, seconds)
    ended.set()
    took: float = longest.get(timeout=60)
    sealer.join()
    return rate, took


def execute(statement: str, *params: Any) -> None:
    """Run one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def under_load(connections: int, seconds: float) -> dict[str, Any]:
    """Acts a second in each way and setting, medians of the rounds, and the longest sealing."""
    rates: dict[str, dict[str, list[float]]] = {way: {each: [] for each in SETTINGS} for way in WAYS}
    longest = 0.0
    for _round in range(ROUNDS):
        for way, found in rates.items():
            execute(QUEUE.format("DISABLE"))
            found["without"].append(acts_a_second(way, connections, seconds))
            execute(QUEUE.format("ENABLE"))
            found["queued"].append(acts_a_second(way, connections, seconds))
            seal_events(at=now())
            rate, took = acts_beside_a_sealer(way, connections, seconds)
            found["sealed"].append(rate)
            longest = max(longest, took)
    medians = {
        way: {name: round(statistics.median(each)) for name, each in found.items()}
        for way, found in rates.items()
    }
    return {**medians, "rounds": rates, "longest_sealing_s": round(longest, 2)}


def backlog(events: int) -> dict[str, Any]:
    """So many events at once, written by one statement: sealed, then verified."""
    seal_events(at=now())
    _none, written = timed(lambda: execute(BACKLOG, events))
    sealed, sealing = timed(lambda: seal_events(at=now()))
    report, checking = timed(lambda: check_record(at=now()))
    return {
        "sealed": sealed,
        "bare_statement_s": round(written, 1),
        "sealing_s": round(sealing, 1),
        "checked": report.events,
        "checking_s": round(checking, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def text(found: dict[str, Any]) -> str:
    """The table that is printed and copied into docs/performance.md."""
    load, late = found["load"], found["backlog"]
    lines = [
        f"| acts a second, {found['connections']} connections | record() | bare statements |",
        "|---|---|---|",
    ]
    for name, words in (
        ("without", "nothing sealed"),
        ("queued", "with the queue"),
        ("sealed", "with the queue and a sealing each second"),
    ):
        lines.append(f"| {words} | {load['record'][name]:,} | {load['bare'][name]:,} |")
    late_words = (
        f"Longest sealing beside the load {load['longest_sealing_s']} s. A backlog of {late['sealed']:,} events, written "
        f"by one statement in {late['bare_statement_s']} s: sealed in {late['sealing_s']} s; {late['checked']:,} events "
        f"verified in {late['checking_s']} s; memory at its peak {late['peak_mb']} MB."
    )
    return "\n".join([*lines, "", late_words])


def main(arguments: Sequence[str]) -> int:
    """Measure, print the table and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=6.0)
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
