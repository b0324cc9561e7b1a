"""Bulk acts, range by range: each range is one transaction together with its row, so a killed run goes on where it stood.

Two workers take different ranges and never the same one. A range that fails is cut into smaller ones, until the single
row that cannot be done stands alone: it is tried again each time, and nobody else waits for it.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Max, QuerySet

from appraisal.enums import BatchState, BulkAct
from appraisal.models import Batch, Cycle
from core.audit import AuditEvent, record
from core.locks import hold

log = logging.getLogger(__name__)

FIRST_KEY = uuid.UUID(int=0)
LAST_KEY = uuid.UUID(int=(1 << 128) - 1)
PARTS = 10  # a range that fails is cut into so many
MOST_FAILURES = 50  # in one run: more are no single broken row, and the log need not say it again

_CUT = """
SELECT id, n, total FROM (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS total FROM ({pending}) AS waiting (id)
) AS numbered
WHERE n %% %s = 0 ORDER BY n
"""


@dataclass(frozen=True, slots=True)
class Act:
    """A bulk act. `size` rows make a range.

    `pending` selects what is still to be done at a moment; `work` does one range inside the transaction of its row and
    returns how many rows it changed. Both look at the rows as they are, so doing a range again changes nothing.
    """

    code: BulkAct
    size: int
    pending: Callable[[Cycle, dt.datetime], QuerySet[Any]]
    work: Callable[[Batch, dt.datetime], int]


@transaction.atomic
def plan(act: Act, *, cycle: Cycle, at: dt.datetime) -> int:
    """Cut what is pending into ranges; returns how many rows they cover.

    While ranges of the act are still waiting nothing new is cut: they cover every key there is. Two planners at once
    cut once.
    """
    hold(f"batch:{cycle.pk}:{act.code}")
    known = Batch.objects.filter(cycle=cycle, act=act.code)
    if known.filter(state=BatchState.WAITING).exists():
        return 0
    stuck = known.filter(state=BatchState.STUCK).values("from_key")
    last = known.aggregate(last=Max("occurrence"))["last"] or 0
    ranges = _cut(
        act.pending(cycle, at).exclude(pk__in=stuck),
        Batch(cycle=cycle, act=act.code, occurrence=last + 1, from_key=FIRST_KEY, to_key=LAST_KEY),
        size=act.size,
    )
    return sum(batch.size for batch in ranges)


def _cut(pending: QuerySet[Any], whole: Batch, *, size: int, number: int = 0) -> list[Batch]:
    """Cut the keys of `whole` into ranges of `size` pending rows each, numbered from `number` on."""
    try:
        sql, params = pending.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_CUT.format(pending=sql), [*params, size])
        rows = cursor.fetchall()
    firsts = [whole.from_key, *(key for key, _n, _total in rows[1:])]
    lasts = [*(uuid.UUID(int=key.int - 1) for key in firsts[1:]), whole.to_key]
    return Batch.objects.bulk_create(
        Batch(
            cycle_id=whole.cycle_id,
            act=whole.act,
            occurrence=whole.occurrence,
            number=number + place,
            from_key=firsts[place],
            to_key=lasts[place],
            size=min(size, total - n),
        )
        for place, (_key, n, total) in enumerate(rows)
    )


def run(acts: Sequence[Act], *, at: dt.datetime, seconds: float, cycle: Cycle | None = None) -> int:
    """Do ranges of these acts until none is left or so many seconds have passed; returns how many rows changed.

    A range that was begun is finished. Call it outside a transaction: each range commits by itself.
    """
    ends = time.monotonic() + seconds
    known = {act.code: act for act in acts}
    stuck: list[uuid.UUID] = []
    failures = touched = 0
    while time.monotonic() < ends and failures < MOST_FAILURES:
        batch = None
        try:
            with transaction.atomic():
                batch = _claim(known, stuck, cycle)
                if batch is None:
                    break
                batch.touched = known[BulkAct(batch.act)].work(batch, at)
                batch.state = BatchState.DONE
                batch.done_at = at
                batch.save(update_fields=["touched", "state", "done_at"])
                touched += batch.touched
        except (OperationalError, InterfaceError):
            raise  # the database, not a row: the next run goes on here
        except Exception:
            if batch is None:
                raise
            log.exception("range %s of %s failed", batch.number, batch.act)
            failures += 1
            if _set_apart(known[BulkAct(batch.act)], batch.pk, at=at):
                stuck.append(batch.pk)
    return touched


def _claim(known: dict[BulkAct, Act], stuck: list[uuid.UUID], cycle: Cycle | None) -> Batch | None:
    """The next range that nobody else is doing, locked; stuck rows last."""
    batches = Batch.objects.filter(act__in=list(known)).exclude(state=BatchState.DONE).exclude(pk__in=stuck)
    if cycle is not None:
        batches = batches.filter(cycle=cycle)
    return (
        batches.select_related("cycle")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("-state", "occurrence", "number", "pk")
        .first()
    )


@transaction.atomic
def _set_apart(act: Act, batch_id: uuid.UUID, *, at: dt.datetime) -> bool:
    """Cut a range that failed into smaller ones, down to a single key; whether it is now a single row that is stuck."""
    batch = (
        Batch.objects.select_related("cycle")
        .select_for_update(of=("self",), skip_locked=True)
        .filter(pk=batch_id)
        .first()
    )
    if batch is None or batch.state != BatchState.WAITING:
        return True
    runs = Batch.objects.filter(cycle=batch.cycle, act=act.code)
    pending = (
        act.pending(batch.cycle, at)
        .filter(pk__range=(batch.from_key, batch.to_key))
        .exclude(pk__in=runs.filter(state=BatchState.STUCK).values("from_key"))
    )
    keys = list(pending.order_by("pk").values_list("pk", flat=True)[:2])
    if len(keys) == 2:
        last = runs.filter(occurrence=batch.occurrence).aggregate(last=Max("number"))["last"]
        batch.delete()
        _cut(pending, batch, size=max(1, batch.size // PARTS), number=last + 1)
        return False
    key = keys[0] if keys else batch.from_key
    alone = batch.from_key == batch.to_key == key
    batch.from_key = batch.to_key = key
    batch.state = BatchState.STUCK if alone else BatchState.WAITING
    batch.save(update_fields=["from_key", "to_key", "state"])
    return alone


def record_range(batch: Batch, act: str, *, rows: int, at: dt.datetime) -> AuditEvent:
    """The one event of a range: what was done to how many rows between which keys."""
    return record(
        actor_id=None,
        act=act,
        object_type="batch",
        object_id=batch.pk,
        at=at,
        after={
            "cycle": batch.cycle_id,
            "from": batch.from_key,
            "to": batch.to_key,
            "appraisals": rows,
        },
    )
