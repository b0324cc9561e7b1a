"""Peers' answers at size: saving a page, opening every box beside the bare statements, destroying the keys.

Wants a database seeded with `--envelopes`: four sealed answers for each employee. The bare statements write as many
rows without reading an envelope, and are rolled back. Run by config.bench in a process of its own, so that its memory can
be told; prints the table and writes var/bench/peers.json.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402  # needs the settings
from django.db.models import Max, Min  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.actors import Actor  # noqa: E402
from appraisal import ballot, key_files  # noqa: E402
from appraisal.enums import Phase  # noqa: E402
from appraisal.models import BallotKey, Box, Envelope, Invitation, PhaseWindow, Review  # noqa: E402
from appraisal.services import boxes, peer_answers  # noqa: E402
from indicators.models import CoreValue  # noqa: E402

RESULTS = Path(__file__).resolve().parent.parent / "var" / "bench" / "peers.json"
SAVES = 200
WORDS = "Saat data terlambat, ia datang dan menuntaskannya bersama kami sampai malam."
BARE = (
    """INSERT INTO appraisal_review (id, appraisal_id, "group", content, proof)
       SELECT gen_random_uuid(), appraisal_id, "group", %(content)s::jsonb, sha256(i.id::text::bytea)
       FROM appraisal_invitation i""",
    "UPDATE appraisal_invitation SET state = 'closed', ended_at = now(), answered = TRUE",
    "UPDATE appraisal_box SET opened_at = now(), figures = %(figures)s::jsonb, digest = repeat('0', 64)",
    "DELETE FROM appraisal_envelope",
)


def peak_mb() -> int:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def saving(at: dt.datetime) -> dict[str, Any]:
    """Milliseconds and statements of saving one page into an envelope that holds a sent answer."""
    codes = list(CoreValue.objects.order_by("order").values_list("code", flat=True))
    times = []
    statements = 0
    for invitation in Invitation.objects.order_by("pk")[:SAVES]:
        who = Actor(id=invitation.reviewer_id)
        peer_answers.begin_again(actor=who, invitation_id=invitation.pk, at=at)
        for place, code in enumerate(codes[:2]):
            page = {"level": 5, "strength": WORDS, "wish": ""}
            with CaptureQueriesContext(connection) as queries:
                started = time.perf_counter()
                peer_answers.save_peer_page(
                    actor=who, invitation_id=invitation.pk, code=code, data=page, revision=0, at=at
                )
                times.append(1000 * (time.perf_counter() - started))
            statements = max(statements, len(queries) if place else 0)
    times.sort()
    return {
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(0.95 * len(times))], 1),
        "statements": statements,
    }


def decrypting() -> dict[str, Any]:
    """Seconds of the processor for decrypting every envelope, reading them from the database not counted."""
    keys = {key.pk: key_files.read(key.pk, key.fingerprint) for key in BallotKey.objects.all()}
    seconds, n = 0.0, 0
    rows = Envelope.objects.order_by().values_list("pk", "key", "sealed")
    for pk, key, sealed in rows.iterator(chunk_size=1_000):
        started = time.process_time()
        ballot.counted(ballot.unseal(keys[key], pk, sealed))
        seconds += time.process_time() - started
        n += 1
    return {"envelopes": n, "seconds": round(seconds, 1)}


def bare() -> float:
    """Seconds of the bare statements, rolled back."""
    page = {"level": 4, "strength": WORDS, "wish": ""}
    content = {"pages": {f"V{n}": page for n in range(7)}}
    figures = {"peer": {f"V{n}": {"n": 4, "mean": "4.0"} for n in range(7)}}
    started = time.perf_counter()
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in BARE:
                cursor.execute(statement, {"content": json.dumps(content), "figures": json.dumps(figures)})
        seconds = time.perf_counter() - started
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return seconds


def opening(at: dt.datetime) -> dict[str, Any]:
    """Opening every box, and destroying the keys after it."""
    count, answers, before = Box.objects.count(), Envelope.objects.count(), peak_mb()
    started, computing = time.perf_counter(), time.process_time()
    boxes.open_due_boxes(at=at, seconds=3600)
    seconds, computing = time.perf_counter() - started, time.process_time() - computing
    if Review.objects.count() != answers or Envelope.objects.exists():
        raise SystemExit("not every answer was counted")
    started = time.perf_counter()
    keys = boxes.destroy_spent_keys(at=at)
    return {
        "boxes": count,
        "answers": answers,
        "seconds": round(seconds, 1),
        "processor_seconds": round(computing, 1),
        "keys": keys,
        "keys_seconds": round(time.perf_counter() - started, 1),
        "peak_mb": peak_mb(),
        "before_mb": before,
    }


def main() -> int:
    """Measure, print, and keep the figures."""
    windows = PhaseWindow.objects.filter(phase=Phase.PEER_REVIEW)
    ends = windows.aggregate(opens=Max("opens_at"), first=Min("closes_at"), last=Max("closes_at"))
    found: dict[str, Any] = {
        "saving": saving(ends["opens"] + dt.timedelta(hours=1)),
        "decrypting": decrypting(),
        "bare_seconds": round(bare(), 1),
        "opening": opening(ends["last"] + dt.timedelta(minutes=3)),
    }
    opened, floor = found["opening"], found["bare_seconds"]
    print("| what | rows | seconds | beside | peak MB |\n|---|---|---|---|---|")
    print(
        f"| opening boxes | {opened['boxes']:,} boxes, {opened['answers']:,} answers | {opened['seconds']} "
        f"(processor {opened['processor_seconds']}) | bare statements {floor} s, × {opened['seconds'] / floor:.1f} | {opened['peak_mb']} |"
    )
    print(
        f"| of it decrypting | {found['decrypting']['envelopes']:,} | processor {found['decrypting']['seconds']} | | |"
    )
    print(f"| agency figures and destroying keys | {opened['keys']} keys | {opened['keys_seconds']} | | |")
    saved = found["saving"]
    print(
        f"saving one page: {saved['median_ms']} ms, p95 {saved['p95_ms']} ms, {saved['statements']} statements"
    )
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
