"""The opening of boxes, killed at line after line: whatever was done stays done, and the rest is done afterwards.

The rows are those of an undisturbed run, up to what is random.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from django.db import models, transaction

from accounts.models import Agency
from appraisal import key_files
from appraisal.models import (
    AgencyPeerFigures,
    BallotKey,
    Batch,
    Box,
    Envelope,
    Invitation,
    Review,
)
from appraisal.services import batches, boxes, cycles
from core.audit import AuditEvent
from core.notifications import Notification
from tests.appraisal import peers as p
from tests.factories.people import EmployeeFactory, PlacementFactory
from tests.killing import Line, run_and_kill

pytestmark = pytest.mark.django_db(transaction=True)

# In this order they can be written again; in the other they can be deleted.
TABLES: tuple[type[models.Model], ...] = (
    Box,
    Invitation,
    BallotKey,
    Envelope,
    Review,
    Batch,
    AgencyPeerFigures,
)
WATCHED = (boxes, batches, key_files, transaction)


class Before:
    """The rows and the key file as they were, to begin again from."""

    def __init__(self) -> None:
        self.rows = {table: list(table._default_manager.all()) for table in TABLES}
        self.key = BallotKey.objects.get()
        self.secret = key_files.read(self.key.pk, self.key.fingerprint)
        self.last_event = AuditEvent.objects.latest("id").pk

    def restore(self) -> None:
        for table in reversed(TABLES):
            table._default_manager.all().delete()
        for table in TABLES:
            table._default_manager.bulk_create(self.rows[table])
        Notification.objects.all().delete()
        key_files.destroy(self.key.pk, self.key.fingerprint)
        key_files.write_new(self.key.pk, self.secret)
        self.last_event = AuditEvent.objects.latest("id").pk

    def outcome(self) -> dict[str, Any]:
        """Everything that the opening changed, without keys that are random."""
        events = AuditEvent.objects.filter(pk__gt=self.last_event).select_related("detail")
        return {
            "boxes": list(Box.objects.order_by("pk").values()),
            "invitations": list(Invitation.objects.order_by("pk").values()),
            "envelopes": Envelope.objects.count(),
            "reviews": sorted(
                (str(one.appraisal_id), one.group, str(one.content), bytes(one.proof))
                for one in Review.objects.all()
            ),
            "keys": list(BallotKey.objects.values()),
            "files": key_files.states(self.key.pk, self.key.fingerprint),
            "ranges": list(
                Batch.objects.order_by("number").values("act", "occurrence", "number", "state", "touched")
            ),
            "events": sorted((e.act, str(e.object_id), str(e.detail.after)) for e in events),
            "told": sorted(Notification.objects.values_list("kind", "recipient", "subject_id", "occurrence")),
            "figures": list(AgencyPeerFigures.objects.values("cycle", "agency", "figures", "made_at")),
        }


def work() -> None:
    boxes.open_due_boxes(at=p.SWEPT)
    boxes.destroy_spent_keys(at=p.SWEPT)


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> Before:
    """Five boxes in ranges of two: large groups, a small one, and one for which nobody answered."""
    year, asked = p.build_box(peers=3, subordinates=3)
    for one in asked:
        p.put(one, 3)
    school = Agency.objects.get(pk=year.school.pk)
    for number in range(4):
        PlacementFactory(employee=EmployeeFactory(login=f"guru{number}"), agency=school)
    cycles.open_cycle(actor=year.gita, cycle_id=year.cycle.pk, at=p.DURING)
    others = year.cycle.appraisals.filter(employee__login__startswith="guru").select_related(
        "agency", "cycle"
    )
    for answers, appraisal in zip((4, 3, 2, 0), others.order_by("employee__login"), strict=True):
        reviewers = [p.invite(appraisal) for _unused in range(4)]
        for one in reviewers[:answers]:
            p.put(one, 4)
    Batch.objects.all().delete()
    Notification.objects.all().delete()
    # Smaller ranges, so that there are several.
    monkeypatch.setattr(boxes, "OPEN_BOXES", replace(boxes.OPEN_BOXES, size=2))
    return Before()


def undisturbed(before: Before) -> tuple[dict[str, Any], Counter[Line]]:
    lines = run_and_kill(work, at=None, modules=WATCHED)
    assert lines is not None
    expected = before.outcome()
    assert expected["envelopes"] == 0
    assert len(expected["reviews"]) == 3 + 3 + 4 + 3
    assert len(expected["ranges"]) == 3
    assert {event[0] for event in expected["events"]} == {"box.opened", "ballot_key.destroyed"}
    return expected, lines


def kill_everywhere(before: Before, *, step: int) -> None:
    """Kill at every `step`-th line, the first time and the last time that it is reached."""
    expected, lines = undisturbed(before)
    points = [(line, nth) for line, n in sorted(lines.items()) for nth in sorted({1, n})]
    assert len(points) > 200
    killed = 0
    for line, nth in points[::step]:
        before.restore()
        # How often a loop comes round differs a little with the random order of keys.
        killed += run_and_kill(work, at=line, nth=nth, modules=WATCHED) is None
        between = Box.objects.exclude(opened_at=None).count()
        assert between in {0, 2, 4, 5}, line  # whole ranges only
        work()
        assert before.outcome() == expected, line
    assert killed >= 0.9 * len(points[::step])


def test_a_kill_at_many_lines_loses_and_doubles_nothing(before: Before) -> None:
    kill_everywhere(before, step=17)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_kill_at_any_line_loses_and_doubles_nothing(before: Before) -> None:
    kill_everywhere(before, step=1)
