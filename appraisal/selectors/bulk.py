"""How far the bulk acts of a year are, from the ranges that were cut and done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Q, Sum
from django.utils.functional import Promise

from appraisal.enums import BatchState, BulkAct
from appraisal.models import Batch, Cycle


@dataclass(frozen=True, slots=True)
class Work:
    """One bulk act under way: so many people of so many, as of the last range; `stuck` cannot be done for an error."""

    label: str | Promise
    done: int
    total: int
    stuck: int
    as_of: dt.datetime | None


def work_of(cycle: Cycle) -> tuple[Work, ...]:
    """What is still being done in the cycle, in the order of the year. One query."""
    undone = ~Q(state=BatchState.DONE)
    rows = (
        Batch.objects.filter(cycle=cycle)
        .values("act", "occurrence")
        .annotate(
            total=Sum("size"),
            done=Sum("size", filter=~undone, default=0),
            waiting=Count("pk", filter=undone),
            stuck=Count("pk", filter=Q(state=BatchState.STUCK)),
            as_of=Max("done_at"),
        )
        .filter(waiting__gt=0)
        .order_by("act", "occurrence")
    )
    order = list(BulkAct)
    return tuple(
        Work(BulkAct(row["act"]).label, row["done"], row["total"], row["stuck"], row["as_of"])
        for row in sorted(rows, key=lambda row: order.index(BulkAct(row["act"])))
    )
