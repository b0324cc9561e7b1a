"""What a database holds, without what is random: to compare a disturbed run with an undisturbed one; and moved times."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from appraisal.models import Appraisal, BallotKey, Batch
from core.audit import AuditEvent

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[^\"]*")
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
RECEIPT = re.compile(r"PD-\d{4}-[0-9A-Z]{4}-\d\d")
OURS = ("accounts", "indicators", "appraisal", "core")
# Depend on when and how often the clock ticked. The record is compared as events with their details.
NOT_COMPARED = {
    "core_heartbeat",
    "core_auditevent",
    "core_auditdetail",
    "core_auditseal",
    "core_sealedevent",
    "core_unsealedevent",
    "accounts_accesslog",
}
Rows = dict[str, Counter[str]]


def tables() -> list[type[models.Model]]:
    """Every table of ours that is compared row by row."""
    return [
        model
        for app in OURS
        for model in apps.get_app_config(app).get_models()
        if model._meta.db_table not in NOT_COMPARED
    ]


class Names:
    """Names for ids: those that were there before keep theirs, new ones are called by what they belong to."""

    def __init__(self, known: Iterable[str]) -> None:
        self.names = {text: text for text in known}
        for pk, cycle, placement in Appraisal.objects.values_list("pk", "cycle", "placement"):
            self.names.setdefault(str(pk), f"appraisal of {placement} in {cycle}")
        for pk, act, occurrence, number in Batch.objects.values_list("pk", "act", "occurrence", "number"):
            self.names.setdefault(str(pk), f"range {number} of {act} {occurrence}")

        for fingerprint, cycle, agency in BallotKey.objects.values_list("fingerprint", "cycle", "agency"):
            self.names[fingerprint] = f"key of {agency} in {cycle}"

    def apply(self, text: str) -> str:
        """The text with names for ids, and one word for any moment or receipt number."""
        text = UUID.sub(lambda found: self.names.get(found[0], "new"), text)
        text = DIGEST.sub(lambda found: self.names.get(found[0], found[0]), text)
        return RECEIPT.sub("receipt", MOMENT.sub("moment", text))


def known_ids() -> set[str]:
    """Every id in the database."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for model in tables():
            if isinstance(model._meta.pk, models.UUIDField):
                cursor.execute(f"SELECT {model._meta.pk.column}::text FROM {model._meta.db_table}")  # noqa: S608  # our own tables
                found.update(row[0] for row in cursor.fetchall())
    return found


def rows(known: Iterable[str]) -> Rows:
    """Every table as a bag of rows without random ids and times, and the record as a bag of events."""
    names = Names(known)
    found: Rows = {}
    for model in tables():
        columns = [field.column for field in model._meta.concrete_fields if not _is_counted(field)]
        with connection.cursor() as cursor:
            wanted = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(f"SELECT to_jsonb(r)::text FROM (SELECT {wanted} FROM {model._meta.db_table}) r")  # noqa: S608  # our own tables
            found[model._meta.db_table] = Counter(names.apply(row[0]) for row in cursor.fetchall())
    events = AuditEvent.objects.select_related("detail").order_by()
    found["record"] = Counter(
        names.apply(
            f"{e.act} {e.object_type} {e.object_id} by {e.actor_id} {e.reason} {e.detail.before} {e.detail.after}"
        )
        for e in events
    )
    return found


def _is_counted(field: models.Field[Any, Any]) -> bool:
    """Numbers that a sequence gives; and what names a message apart, which may be the number of an event."""
    return isinstance(field, models.AutoField) or (
        field.model._meta.db_table == "core_notification" and field.name == "occurrence"
    )


def differences(ours: Rows, expected: Rows) -> list[str]:
    """A line for each row that is too much or too little; short."""
    return [
        f"{sign}{n} {table}: {row[:600]}"
        for table in sorted(ours.keys() | expected.keys())
        for sign, more, less in (("+", ours, expected), ("-", expected, ours))
        for row, n in sorted((more[table] - less[table]).items())[:3]
    ]


# --- time ---------------------------------------------------------------------------------------


@transaction.atomic
def move_times(by: dt.timedelta) -> None:
    """Add `by` to every stored moment: forwards it is as if the clock had been set back, backwards as if time had passed.

    Not in the record: the digests of its events cover their moments.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = 'timestamp with time zone'"
        )
        columns: dict[str, list[str]] = {}
        for table, column in cursor.fetchall():
            if table.split("_")[0] in OURS and table not in NOT_COMPARED - {"core_heartbeat"}:
                columns.setdefault(table, []).append(f'"{column}" = "{column}" + %(by)s')
        for table, changes in columns.items():
            cursor.execute(f"UPDATE {table} SET {', '.join(changes)}", {"by": by})  # noqa: S608  # our own tables
