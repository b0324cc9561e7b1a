"""kill -9 of each process in the middle of bulk work: the rows are those of an undisturbed run, nothing is done twice."""

from __future__ import annotations

from collections import Counter

import pytest

from appraisal.enums import BatchState
from appraisal.models import Batch
from core.audit import AuditEvent
from core.clock import now
from core.verification import check_record
from tests.faults import acts, rows
from tests.faults.machine import Machine

pytestmark = [pytest.mark.long, pytest.mark.worker, pytest.mark.timeout(300)]

VICTIMS = {
    "worker": ("worker",),
    "beat": ("beat",),
    "redis": ("redis",),
    "postgres": ("postgres",),
    "all at once": ("worker", "beat", "web", "redis", "postgres"),
}


def survives(machine: Machine, undisturbed, work: acts.BulkWork, victims: tuple[str, ...]) -> None:
    """Kill the victims twice, each time at another moment, start them again, and compare."""
    expected = undisturbed(work.prepare)
    known = rows.known_ids()
    of = work.prepare()
    before = acts.done_ranges()
    machine.start("worker", "beat", *(["web"] if "web" in victims else []))

    def progress() -> int:
        return acts.done_ranges() - before

    done = machine.kill_at(progress, of=of, names=victims)
    if {"worker", "postgres"} & set(victims):
        assert done < of, "nothing was left to be done: this was not the middle"
    machine.start(*(name for name in reversed(victims) if name != "postgres"))
    machine.wait(acts.nothing_waits, what=f"the end of {work}")
    machine.wait_for_ticks()
    machine.stop()

    assert rows.differences(rows.rows(known), expected) == []
    assert set(Batch.objects.values_list("state", flat=True)) == {BatchState.DONE}
    twice = Counter(AuditEvent.objects.filter(object_type="batch").values_list("object_id", "act"))
    assert max(twice.values(), default=1) == 1
    assert check_record(at=now()).is_whole


@pytest.mark.parametrize("victims", VICTIMS.values(), ids=list(VICTIMS))
@pytest.mark.parametrize("work", acts.ALL, ids=str)
def test_bulk_work_survives_the_death_of(victims, work, machine, undisturbed) -> None:
    survives(machine, undisturbed, work, victims)
