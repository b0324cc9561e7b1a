"""Two beats at once, a day without any, a clock set back an hour: nothing is done twice, nothing is lost."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from accounts.actors import Actor
from appraisal.enums import Phase, SelfState
from appraisal.models import Appraisal, Box, SelfSubmission
from appraisal.services import self_assessments
from core.audit import AuditEvent
from core.clock import now
from core.errors import ActionRefused
from core.heartbeat import beat
from tests.faults import acts, rows
from tests.faults.machine import Machine
from tests.mail_server import mail_server

pytestmark = [pytest.mark.long, pytest.mark.worker, pytest.mark.timeout(300)]

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def drafts() -> int:
    """How many self-assessments are still open."""
    return Appraisal.objects.filter(self_state=SelfState.DRAFT).count()


def everything_at_once() -> int:
    """A year opened, a phase closed and boxes opened in the same minute."""
    return acts.open_year() + acts.close_self_assessments() + acts.open_boxes()


def test_two_beats_at_once_do_everything_once(machine, undisturbed) -> None:
    expected = undisturbed(everything_at_once)
    known = rows.known_ids()
    everything_at_once()
    machine.start("worker", "beat", "beat2")
    machine.wait(acts.nothing_waits, what="the end of all three")
    machine.wait_for_ticks(3)
    machine.stop()
    # What another act has locked at the moment is left to a later range, so the ranges may be others.
    found = rows.differences(rows.rows(known), expected)
    assert {line.split()[1] for line in found} <= {"appraisal_batch:", "record:"}, found
    made = AuditEvent.objects.filter(object_type="appraisal").values_list("act", "object_id")
    assert max(Counter(made).values()) == 1
    assert Counter(act for act, _appraisal in made) == {
        "box.opened": 300,
        "self_assessment.sent_by_clock": 150,
    }


def test_two_beats_at_once_send_each_mail_once(machine) -> None:
    expected = acts.write_messages(500)
    with mail_server() as server:
        machine.variables["EMAIL_URL"] = server.url
        machine.start("worker", "beat", "beat2")
        machine.wait(acts.nothing_waits, what="an empty outbox")
        machine.wait_for_ticks()
        machine.stop()
    assert Counter(server.ids) == Counter(expected)


# --- a day without beat -------------------------------------------------------------------------


def closed_in_time() -> None:
    """Both windows closed, the clock did its work at once, and a day went by."""
    acts.close_window(Phase.SELF_ASSESSMENT)
    acts.close_window(Phase.PEER_REVIEW)
    acts.let_time_work()
    rows.move_times(-DAY)
    beat("audit.head", at=now())  # its message depends on the seals


def test_a_day_without_beat_is_made_up_for(machine, undisturbed) -> None:
    expected = undisturbed(closed_in_time)
    known = rows.known_ids()
    acts.close_window(Phase.SELF_ASSESSMENT)
    acts.close_window(Phase.PEER_REVIEW)
    rows.move_times(-DAY)
    beat("audit.head", at=now())

    # Nobody has closed anything, and still nobody is let in late.
    late = Appraisal.objects.filter(self_state=SelfState.DRAFT).exclude(drafts=None).earliest("pk")
    with pytest.raises(ActionRefused):
        self_assessments.send_self_assessment(
            actor=Actor(id=late.employee_id), appraisal_id=late.pk, declared=True, at=now()
        )
    assert drafts() > 200
    assert not Box.objects.exclude(opened_at=None).exists()

    machine.start("worker", "beat")
    machine.wait_for_ticks()
    machine.wait(acts.nothing_waits, what="the end of what was left")
    machine.wait_for_ticks()
    machine.stop()
    assert drafts() == 0
    assert rows.differences(rows.rows(known), expected) == []


# --- a clock set back ---------------------------------------------------------------------------


def the_clock_moves(machine: Machine, by: dt.timedelta) -> None:
    """Every process dies in the middle, the clock is moved, and they live again."""
    machine.kill("worker", "beat")
    rows.move_times(by)
    machine.start("worker", "beat")
    machine.wait_for_ticks()


def test_a_clock_set_back_an_hour_opens_and_closes_nothing_again(machine, undisturbed) -> None:
    expected = undisturbed(acts.close_self_assessments)
    known = rows.known_ids()
    of = acts.close_self_assessments()
    before = acts.done_ranges()
    machine.start("worker", "beat")
    mark = machine.dice.randint(of // 10, of // 2)
    machine.wait(lambda: acts.done_ranges() - before >= mark, what=f"{mark} of {of} ranges", pause=0.005)

    the_clock_moves(machine, HOUR)  # the window is open again, for an hour
    open_now = drafts()
    assert open_now > 0
    machine.wait_for_ticks()
    assert drafts() == open_now

    the_clock_moves(machine, -HOUR)
    machine.wait(lambda: drafts() == 0, what="the closing of the others")
    machine.wait(acts.nothing_waits, what="the end of everything")
    machine.wait_for_ticks()
    machine.stop()
    # The ranges that came too early were empty, so there are others; what was done is the same.
    found = rows.differences(rows.rows(known), expected)
    assert {line.split()[1] for line in found} <= {"appraisal_batch:", "record:"}, found
    sent = AuditEvent.objects.filter(act="self_assessment.sent_by_clock").values_list("object_id", flat=True)
    assert Counter(sent) == Counter(
        SelfSubmission.objects.filter(sent_by_clock=True).values_list("appraisal", flat=True)
    )
    assert len(sent) == 150
