"""The measure of the fault tests itself: it sees one changed row, and does not see random ids and times."""

from __future__ import annotations

import datetime as dt

import pytest

from appraisal.models import Appraisal, Review
from core.heartbeat import Heartbeat
from core.notifications import Notification
from tests.faults import acts, rows

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


def test_two_runs_are_equal_and_one_changed_row_is_seen(machine, undisturbed) -> None:
    expected = undisturbed(acts.open_boxes)
    known = rows.known_ids()
    acts.open_boxes()
    acts.let_time_work()
    assert rows.differences(rows.rows(known), expected) == []
    assert sum(expected["appraisal_review"].values()) == Review.objects.count() > 1_000
    assert sum(expected["record"].values()) > 250

    Notification.objects.filter(kind="box.opened").first().delete()
    Appraisal.objects.filter(pk=Appraisal.objects.first().pk).update(plan_agreed_at=None, plan_state="draft")
    found = rows.differences(rows.rows(known), expected)
    assert {line.split()[1] for line in found} == {"appraisal_appraisal:", "core_notification:"}
    assert len(found) == 3


def test_moved_times_are_moved_everywhere_but_in_the_record(machine) -> None:
    known = rows.known_ids()
    before = rows.rows(known)
    window = acts.the_cycle().windows.earliest("closes_at").closes_at
    beaten = Heartbeat.objects.get(name="tick").beaten_at
    hour = dt.timedelta(hours=1)
    rows.move_times(hour)
    assert acts.the_cycle().windows.earliest("closes_at").closes_at == window + hour
    assert Heartbeat.objects.get(name="tick").beaten_at == beaten + hour
    assert rows.differences(rows.rows(known), before) == []
