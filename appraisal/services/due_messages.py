"""Messages about work that is due, made by one statement for however many people there are.

A source says whose move is awaited (a selector of selectors.waiting), in which phase, and what is said. The rule of
the windows stays in `windows.window_for`: the window of each unit is computed once and handed to the statement.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.urls import reverse

from accounts.models import Agency
from appraisal.enums import Phase
from appraisal.models import Cycle
from appraisal.reminding import spans
from appraisal.selectors.facts import window_rows
from appraisal.selectors.waiting import Waiting
from appraisal.windows import window_for
from core.clock import CITY_TIME, today
from core.notifications import Kind

_NOBODY = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of due work.

    `route` is the page of the object, or with `grouped`, where one message counts a person's objects, a page without
    one. `late` is said after the deadline while the work can still be done, until `late_until` closes.
    """

    code: str
    kind: Kind
    waiting: Callable[[Cycle], Waiting]
    phase: Phase
    route: str
    late: Kind | None = None
    late_until: Phase | None = None
    grouped: bool = False

    @property
    def path(self) -> str:
        """The page, with the nil id in the place of the object's."""
        return reverse(self.route) if self.grouped else reverse(self.route, args=[_NOBODY])


@dataclass(frozen=True, slots=True)
class Statement:
    """The common beginning of the statements about one source: SQL with %s, and its parameters."""

    sql: str
    params: tuple[Any, ...]


_DUE = """
WITH unit (agency_id, opens_at, closes_at, last_at) AS (
    SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
), waiting (recipient, subject, agency_id, until, since, due) AS ({waiting}), due AS (
    SELECT w.recipient, w.subject,
           ((COALESCE(w.due, GREATEST(u.closes_at, w.until)) - interval '1 microsecond') AT TIME ZONE %s)::date
               AS last_on,
           (GREATEST(u.opens_at, w.since) AT TIME ZONE %s)::date AS opened_on
    FROM waiting w JOIN unit u USING (agency_id)
    WHERE w.recipient IS NOT NULL
      AND GREATEST(u.opens_at, w.since) <= %s
      AND COALESCE(w.due, GREATEST(u.last_at, w.until)) > %s
)"""

_REMIND = """, said AS (
    SELECT d.recipient, d.subject, d.last_on, d.last_on - s.days AS threshold_on, s.kind
    FROM due d JOIN unnest(%s::int[], %s::date[], %s::date[], %s::text[]) AS s (days, first_on, last_day, kind)
      ON d.last_on BETWEEN s.first_on AND s.last_day AND d.last_on - s.days >= d.opened_on
), message (kind, recipient, subject, occurrence, params) AS ({message})"""

_REMIND_EACH = """
    SELECT kind, recipient, subject, threshold_on::text,
           jsonb_build_object('year', %s::text, 'until_on', last_on)
    FROM said"""
_REMIND_GROUP = """
    SELECT kind, recipient, %s::uuid, threshold_on::text, jsonb_build_object('n', count(*), 'until_on', last_on)
    FROM said GROUP BY kind, recipient, threshold_on, last_on"""

_ASK = """, message (kind, recipient, subject, occurrence, params) AS (
    SELECT %s, recipient, {subject}, %s, jsonb_build_object('by', %s::text, 'work', %s::text, 'until_on', min(last_on))
    FROM due WHERE recipient <> %s GROUP BY recipient, {subject}
)"""

_WRITE = """, new AS (
    INSERT INTO core_notification (
        id, kind, recipient_id, subject_id, occurrence, params, path, created_at, urgent, mail_state, mail_due_at,
        mail_attempts, mail_reply
    )
    SELECT gen_random_uuid(), kind, recipient, subject, occurrence, params, replace(%s, %s, subject::text), %s, FALSE,
           'waiting', %s, 0, ''
    FROM message ORDER BY recipient
    ON CONFLICT (recipient_id, kind, subject_id, occurrence) DO NOTHING
    RETURNING recipient_id
)
SELECT count(*), count(DISTINCT recipient_id) FROM new"""

_REPLACE = """
UPDATE core_notification old
SET superseded_at = %(at)s,
    mail_state = CASE WHEN old.mail_state IN ('waiting', 'digest') THEN 'superseded' ELSE old.mail_state END
FROM core_notification new
WHERE new.created_at = %(at)s AND new.kind = ANY(%(kinds)s)
  AND old.recipient_id = new.recipient_id AND old.subject_id = new.subject_id AND old.kind = ANY(%(kinds)s)
  AND old.created_at < %(at)s AND old.superseded_at IS NULL"""

_COUNT = """
SELECT count(*), count(DISTINCT recipient), count(*) FILTER (WHERE EXISTS (
    SELECT FROM core_notification n
    WHERE n.recipient_id = m.recipient AND n.kind = m.kind AND n.subject_id = m.subject
      AND n.occurrence = m.occurrence
)), min(m.params ->> 'until_on')
FROM message m"""


def due_now(
    source: Source, cycle: Cycle, *, at: dt.datetime, path: str = "", subject: uuid.UUID | None = None
) -> Statement:
    """Who is due in the source at `at`: of the unit with this path and below, or for one object. Two queries."""
    waiting = source.waiting(cycle)
    if subject is not None:
        waiting = waiting.filter(pk=subject)
    sql, params = waiting.query.sql_with_params()
    zone = str(CITY_TIME)
    units = _units(source, cycle, path)
    return Statement(_DUE.format(waiting=sql), (*units, *params, zone, zone, at, at))


def _units(source: Source, cycle: Cycle, path: str) -> tuple[list[Any], ...]:
    """Unit, opening, closing, and last moment with what is allowed late, as parallel lists."""
    rows = window_rows(cycle.pk)
    of_phase = [row for row in rows if row.phase == source.phase]
    of_late = [row for row in rows if row.phase == source.late_until]
    found: list[tuple[uuid.UUID, dt.datetime, dt.datetime, dt.datetime]] = []
    for unit, own_path in Agency.objects.within(path).order_by("path").values_list("pk", "path"):
        window = window_for(source.phase, own_path, of_phase)
        if window is None:
            continue
        late = window_for(source.late_until, own_path, of_late) if source.late_until else None
        last_at = max(window.closes_at, late.closes_at) if late else window.closes_at
        found.append((unit, window.opens_at, window.closes_at, last_at))
    return tuple([row[column] for row in found] for column in range(4))


def remind(source: Source, cycle: Cycle, *, at: dt.datetime) -> int:
    """Say the latest threshold to everybody who is due, each once, in the place of earlier ones; how many messages."""
    due = due_now(source, cycle, at=at)
    told = [span for span in spans(today(at)) if span.days > 0 or source.late]
    codes = [source.kind.code if span.days > 0 or not source.late else source.late.code for span in told]
    each = _REMIND_GROUP if source.grouped else _REMIND_EACH
    sql = due.sql + _REMIND.format(message=each)
    params = (
        *due.params,
        [span.days for span in told],
        [span.first_on for span in told],
        [span.last_on for span in told],
        codes,
        cycle.pk if source.grouped else str(cycle.year),
    )
    made, _people = _write(Statement(sql, params), source, at=at)
    if made:
        replace_earlier(set(codes), at=at)
    return made


def replace_earlier(codes: Collection[str], *, at: dt.datetime) -> None:
    """Let what was said at `at` take the place of what was said before to the same people about the same objects."""
    with connection.cursor() as cursor:
        # What was inserted a moment ago is in no statistics; a nested loop over 100,000 such rows took hours.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_REPLACE, {"at": at, "kinds": sorted(codes)})
        cursor.execute("SET LOCAL enable_nestloop = on")


@dataclass(frozen=True, slots=True)
class Asking:
    """A person reminds others: of which work, in which name, on which day (once a day for each object)."""

    kind: Kind
    actor_id: uuid.UUID
    by: str
    at: dt.datetime

    def statement(self, source: Source, cycle: Cycle, due: Statement) -> Statement:
        """The messages, not written yet; nobody reminds themselves."""
        sql = _ASK.format(subject="%s::uuid" if source.grouped else "subject")
        subject = (cycle.pk,) if source.grouped else ()
        occurrence = f"{source.code}:{today(self.at).isoformat()}"
        said = (self.kind.code, *subject, occurrence, self.by, source.code, self.actor_id, *subject)
        return Statement(due.sql + sql, (*due.params, *said))

    def write(self, source: Source, cycle: Cycle, due: Statement) -> tuple[int, int]:
        """Say it to whoever has not been reminded of it today; how many messages, to how many people."""
        return _write(self.statement(source, cycle, due), source, at=self.at)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many messages to how many people, how many were said today already, and the earliest last day."""

    messages: int
    people: int
    said: int
    until_on: str


def count(statement: Statement) -> Counted:
    """Count messages without writing them. One query."""
    with connection.cursor() as cursor:
        cursor.execute(statement.sql + _COUNT, statement.params)
        messages, people, said, until_on = cursor.fetchone()
    return Counted(messages, people, said, until_on or "")


def _write(messages: Statement, source: Source, *, at: dt.datetime) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            messages.sql + _WRITE,
            (*messages.params, source.path, str(_NOBODY), at, at),
        )
        made, people = cursor.fetchone()
    return made, people
