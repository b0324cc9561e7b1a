"""Rows on their way into the database: collected by kind, stored a few statements per table."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import connection, models

from appraisal.models import (
    Appraisal,
    Box,
    DraftAnswer,
    Envelope,
    Evidence,
    Extension,
    Invitation,
    JournalEntry,
    Measure,
    NextStep,
    Plan,
    PlanItem,
    RatingRecord,
    Realization,
    Result,
    SelfSubmission,
)

# Parents before children.
ORDER: tuple[Any, ...] = (
    Appraisal,
    Plan,
    PlanItem,
    Measure,
    Realization,
    Evidence,
    JournalEntry,
    DraftAnswer,
    SelfSubmission,
    Box,
    Invitation,
    Envelope,
    RatingRecord,
    Result,
    NextStep,
    Extension,
)
BATCH = 1000


class Harvest:
    """Collects rows until they are stored together."""

    def __init__(self) -> None:
        self._rows: dict[type[models.Model], list[models.Model]] = defaultdict(list)

    def add(self, *rows: models.Model) -> None:
        """Keep these rows for later."""
        for row in rows:
            self._rows[type(row)].append(row)

    def store(self) -> dict[str, int]:
        """Store everything collected since the last time, parents first; returns how many of each kind."""
        unknown = set(self._rows) - set(ORDER)
        if unknown:
            raise ValueError(f"no place in the order for {sorted(model.__name__ for model in unknown)}")
        rows, self._rows = self._rows, defaultdict(list)
        for model in ORDER:
            model.objects.bulk_create(rows[model], batch_size=BATCH)
        with connection.cursor() as cursor:
            # The planner knows nothing of rows that this transaction made; without this a bulk act takes minutes.
            cursor.execute("ANALYZE")
        return {model.__name__: len(rows[model]) for model in ORDER}
