"""One size of the bench: opening, closing and ending a year for everybody, each beside the bare statement.

The bare statement changes as many appraisals in one go, without ranges, locks, messages or record; the second floor also
writes the messages, by one INSERT. Run by config.bench in a process of its own, so that its memory can be told; prints
JSON.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402  # needs the settings

from accounts.actors import Actor, Grant  # noqa: E402
from accounts.enums import Role  # noqa: E402
from accounts.models import Agency, RoleGrant  # noqa: E402
from appraisal.enums import CycleState, Phase  # noqa: E402
from appraisal.models import Appraisal, Batch, Cycle, PhaseWindow, SelfSubmission  # noqa: E402
from appraisal.services import batches, clock, closings, cycle_closing, cycles  # noqa: E402
from appraisal.services.assignments import assign_supervisors  # noqa: E402
from appraisal.services.progress import refresh_progress  # noqa: E402
from core.clock import day_end, day_start, now  # noqa: E402

ONE_IN = 10  # so many drafts are complete when self-assessment closes, the others empty

BARE_OPENING = """
INSERT INTO appraisal_appraisal (
    id, cycle_id, placement_id, employee_id, agency_id, first_day, last_day, plan_state, self_state,
    self_sent_by_clock, self_return_comment, rating_state, not_assessed_reason, result_state, acknowledgement_comment
)
SELECT gen_random_uuid(), %(cycle)s, p.id, p.employee_id, p.agency_id, %(first)s, %(last)s, 'draft', 'draft', FALSE, '',
       'open', '', 'hidden', ''
FROM accounts_placement p JOIN accounts_employee e ON e.id = p.employee_id
WHERE e.employment_type <> 'elected'
"""
BARE = {
    "self-assessments, empty": "UPDATE appraisal_appraisal SET self_state = 'not_sent' WHERE cycle_id = %(cycle)s",
    "ratings passed on": """
        UPDATE appraisal_appraisal SET rating_state = 'open', rating_first_saved_at = NULL, passed_on_at = now()
        WHERE cycle_id = %(cycle)s AND superior_id IS NULL""",
    "closing the year": """
        UPDATE appraisal_appraisal SET rating_state = 'not_assessed', not_assessed_reason = 'no_plan'
        WHERE cycle_id = %(cycle)s""",
}
BARE_MESSAGES = """
INSERT INTO core_notification (id, kind, recipient_id, subject_id, occurrence, params, path, created_at)
SELECT gen_random_uuid(), 'bench', employee_id, id, %(occurrence)s, '{"year": "2026"}', '/penilaian/' || id || '/', now()
FROM appraisal_appraisal WHERE cycle_id = %(cycle)s AND (%(ids)s IS NULL OR id = ANY(%(ids)s::uuid[]))
"""
# Drafts as the employees of the seeded year would have left them, from what they sent.
DRAFTS = """
INSERT INTO appraisal_draftanswer (id, appraisal_id, author_id, topic, key, data, revision, saved_at)
SELECT gen_random_uuid(), a.id, a.employee_id, part.topic, part.key, part.data, 1, now()
FROM appraisal_appraisal a
JOIN appraisal_selfsubmission s ON s.appraisal_id = a.id
JOIN accounts_placement placement ON placement.id = a.placement_id
JOIN accounts_position position ON position.id = placement.position_id
CROSS JOIN LATERAL (
    SELECT 'item' AS topic, item ->> 'key' AS key,
           jsonb_build_object('process', item -> 'process', 'impact', item -> 'impact') AS data
    FROM jsonb_array_elements(s.content -> 'items') AS item
    UNION ALL
    SELECT 'value', page ->> 'code', jsonb_build_object('level', page -> 'level', 'text', '')
    FROM jsonb_array_elements(s.content -> 'values') AS page
    UNION ALL
    SELECT 'competency', c.code, jsonb_build_object('level', 2, 'text', '')
    FROM indicators_competency c WHERE c.family_id IS NULL OR c.family_id = position.family_id
) AS part
WHERE a.id = ANY(%(ids)s::uuid[])
"""
BARE_SENDING = """
WITH sent AS (
    UPDATE appraisal_appraisal SET self_state = 'sent', self_sent_by_clock = TRUE WHERE id = ANY(%(ids)s::uuid[])
    RETURNING id
)
INSERT INTO appraisal_selfsubmission (id, appraisal_id, number, version, content, digest, sent_at, sent_by_clock)
SELECT gen_random_uuid(), s.appraisal_id, 'X' || s.number, 9, s.content, s.digest, now(), TRUE
FROM appraisal_selfsubmission s WHERE s.appraisal_id IN (SELECT id FROM sent)
"""


def execute(statement: str, params: Mapping[str, Any]) -> int:
    """Run one statement; returns how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """What the call returned, and the seconds it took."""
    started = time.perf_counter()
    result = call()
    return result, time.perf_counter() - started


def prepared(year: int) -> Cycle:
    """A year in preparation with windows one month after the other."""
    cycle = Cycle.objects.create(year=year)
    PhaseWindow.objects.bulk_create(
        PhaseWindow(
            cycle=cycle,
            phase=phase,
            opens_at=day_start(dt.date(year, month, 1)),
            closes_at=day_end(dt.date(year, month, 27)),
        )
        for month, phase in enumerate(Phase, start=1)
    )
    return cycle


def over(cycle: Cycle, phase: Phase) -> dt.datetime:
    """An hour after a phase of the city."""
    window = PhaseWindow.objects.get(cycle=cycle, phase=phase, agency=None)
    return window.closes_at + dt.timedelta(hours=1)


def do_all(at: dt.datetime) -> int:
    """Every range that waits, as the job on the bulk queue does them."""
    rows = 0
    while Batch.objects.exclude(state="done").exists():
        rows += clock.do_ranges(at=at, seconds=clock.BULK_SECONDS)
    return rows


def row(name: str, done: tuple[int, float], bare: tuple[int, float], messages: float = 0) -> dict[str, Any]:
    """One line of the table, with the highest memory of this process so far.

    `done` and `bare` are rows and seconds; `messages` the seconds of inserting as many messages as bare rows.
    """
    (rows, seconds), (bare_rows, bare_seconds) = done, bare
    as_many = rows / bare_rows
    return {
        "act": name,
        "rows": rows,
        "seconds": round(seconds, 2),
        "bare_seconds": round(bare_seconds * as_many, 2),
        "times": round(seconds / (bare_seconds * as_many), 2),
        "with_messages": round((bare_seconds + messages) * as_many, 2),
        "times_with_messages": round(seconds / ((bare_seconds + messages) * as_many), 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def messages(cycle: Cycle, occurrence: str, ids: list[str] | None = None) -> float:
    """The seconds of one INSERT of a message about each appraisal of the cycle, or each of these."""
    params = {"cycle": cycle.pk, "occurrence": occurrence, "ids": ids}
    return timed(lambda: execute(BARE_MESSAGES, params))[1]


def opening(actor: Actor, cycle: Cycle, floor: Cycle) -> tuple[dict[str, Any], float]:
    """Opening for everybody, and the seconds of HR's click alone."""
    first, last = dt.date(floor.year, 1, 1), dt.date(floor.year, 12, 31)
    bare = timed(lambda: execute(BARE_OPENING, {"cycle": floor.pk, "first": first, "last": last}))
    at = day_start(dt.date(cycle.year, 1, 2))
    made, click = timed(lambda: cycles.open_cycle(actor=actor, cycle_id=cycle.pk, at=at))
    rows, seconds = timed(lambda: do_all(at))
    return row("opening", (made + rows, click + seconds), bare), click


def closing(name: str, act: batches.Act, cycle: Cycle, floor: Cycle, phase: Phase) -> dict[str, Any]:
    """What time does to everybody when a phase closes."""
    at = over(cycle, phase)
    bare = timed(lambda: execute(BARE[name], {"cycle": floor.pk}))
    said = messages(floor, name)

    def close() -> int:
        batches.plan(act, cycle=cycle, at=at)
        return do_all(at)

    return row(name, timed(close), bare, said)


def sending(year: Cycle, count: int) -> dict[str, Any]:
    """Complete drafts that the clock sends."""
    # The measured pages have left drafts with some people.
    untouched = Appraisal.objects.filter(cycle=year, self_state="sent", drafts=None)
    keys = list(untouched.order_by("pk").values_list("pk", flat=True)[: 2 * count])
    ours, bare_keys = keys[:count], keys[count:]
    for some in range(0, len(ours), 10_000):
        execute(DRAFTS, {"ids": [str(key) for key in ours[some : some + 10_000]]})
    Appraisal.objects.filter(pk__in=ours).update(self_state="draft")
    execute("ANALYZE", {})
    texts = [str(key) for key in bare_keys]
    bare = timed(lambda: execute(BARE_SENDING, {"ids": texts}))
    said = messages(year, "sent", texts)
    at = over(year, Phase.SELF_ASSESSMENT)

    def close() -> int:
        batches.plan(closings.CLOSE_SELF, cycle=year, at=at)
        return do_all(at)

    rows, seconds = timed(close)
    if SelfSubmission.objects.filter(sent_by_clock=True, version=2).count() != count:
        raise SystemExit("not every complete draft was sent")
    return row("self-assessments, complete", (rows, seconds), bare, said)


def ending(actor: Actor, cycle: Cycle, floor: Cycle) -> dict[str, Any]:
    """Closing the year with nobody rated."""
    bare = timed(lambda: execute(BARE["closing the year"], {"cycle": floor.pk}))
    said = messages(floor, "year")
    at = over(cycle, Phase.PUBLICATION)

    def close() -> int:
        closed = cycle_closing.close_cycle(actor=actor, cycle_id=cycle.pk, reason="Ukur.", at=at)
        do_all(at)
        return closed.left_out

    return row("closing the year", timed(close), bare, said)


def idle(cycle: Cycle, at: dt.datetime) -> dict[str, float]:
    """Seconds of the steps of a tick when nothing is due any more."""
    steps = {
        "supervisors, once a day": lambda: assign_supervisors(cycle_id=cycle.pk, day=at.date()),
        "closings, nothing due": lambda: closings.plan_closings(at=at),
        "progress": lambda: refresh_progress(cycle_id=cycle.pk, at=at),
    }
    return {name: round(timed(step)[1], 3) for name, step in steps.items()}


def main(_arguments: Sequence[str]) -> int:
    """Measure every bulk act and print JSON."""
    argparse.ArgumentParser(description=__doc__).parse_args(_arguments)
    root = Agency.objects.get(parent=None)
    hr = RoleGrant.objects.filter(role=Role.HR_CITY).select_related("employee").order_by("pk")[0].employee
    actor = Actor(id=hr.pk, name=hr.name, grants=(Grant(Role.HR_CITY, root.path),))
    year = Cycle.objects.get(state=CycleState.OPEN)
    cycle, floor = prepared(year.year + 1), prepared(year.year + 2)
    first, click = opening(actor, cycle, floor)
    rows = [first]
    execute("VACUUM ANALYZE appraisal_appraisal", {})
    rows.append(sending(year, Appraisal.objects.filter(cycle=year).count() // ONE_IN))
    rows.append(closing("self-assessments, empty", closings.CLOSE_SELF, cycle, floor, Phase.SELF_ASSESSMENT))
    rows.append(closing("ratings passed on", closings.PASS_ON, cycle, floor, Phase.SUPERVISOR_REVIEW))
    idle_seconds = idle(cycle, now())
    rows.append(ending(actor, cycle, floor))
    print(json.dumps({"rows": rows, "click_seconds": round(click, 2), "idle_seconds": idle_seconds}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
