"""What is disturbed: a year opened, self-assessments closed, boxes opened, each cut into many small ranges; and mail.

Ranges are rows, so small ones are laid out beforehand and the worker does them as it does large ones. Windows are moved,
never the clock.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.core.management import call_command
from django.db import connection

from accounts.actors import Actor, Grant
from accounts.enums import Role
from accounts.models import Agency, Employee, RoleGrant
from appraisal import notices
from appraisal.enums import BatchState, CycleState, Phase, SelfState
from appraisal.models import Appraisal, Batch, Cycle, PhaseWindow, SelfSubmission
from appraisal.services import batches, boxes, clock, closings, cycles, openings
from config.bench_bulk import DRAFTS
from core import outbox
from core.clock import now
from core.heartbeat import beat
from core.notifications import MailState, Message, Notification, notify

# The closing waits two minutes for whoever is still saving.
AGO = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class BulkWork:
    """Something that the clock does range by range; `prepare` makes it due and returns how many ranges there are."""

    name: str
    prepare: Callable[[], int]

    def __str__(self) -> str:
        return self.name


def done_ranges() -> int:
    """How many ranges are done."""
    return Batch.objects.filter(state=BatchState.DONE).count()


def nothing_waits() -> bool:
    """Whether every range is done and every message has left the outbox."""
    return (
        not Batch.objects.exclude(state=BatchState.DONE).exists()
        and not Notification.objects.filter(mail_state=MailState.WAITING).exists()
    )


def let_time_work() -> None:
    """What beat and worker do, in this process, until nothing waits; then once more."""
    for _minute in range(20):
        clock.tick(at=now())
        while outbox.drain(at=now()):
            pass
        if nothing_waits():
            break
    clock.tick(at=now())
    assert nothing_waits()


def the_cycle() -> Cycle:
    """The seeded year, in which self-assessment is open."""
    return Cycle.objects.earliest("year")


def hr() -> Actor:
    """The HR admin of the city."""
    root = Agency.objects.get(parent=None)
    person = RoleGrant.objects.get(role=Role.HR_CITY).employee
    return Actor(id=person.pk, name=person.name, grants=(Grant(Role.HR_CITY, root.path),))


def close_window(phase: Phase, ago: dt.timedelta = AGO) -> None:
    """The window of the phase has closed a while ago."""
    assert PhaseWindow.objects.filter(cycle=the_cycle(), phase=phase).update(closes_at=now() - ago) == 1


def _plan(act: batches.Act, size: int, cycle: Cycle) -> int:
    assert batches.plan(replace(act, size=size), cycle=cycle, at=now()) > 5 * size
    return Batch.objects.filter(cycle=cycle, act=act.code, state=BatchState.WAITING).count()


# --- the ground ---------------------------------------------------------------------------------


def lay(people: int) -> None:
    """Fill an empty database: the seeded year with sealed answers, next year prepared, today's daily work done."""
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    call_command("seed", employees=people, envelopes=True)
    cycles.prepare_cycle(actor=hr(), year=the_cycle().year + 1, at=now())
    write_drafts()
    clock.tick(at=now())
    for once_a_day in ("assignments", "reminders", "audit.head"):
        beat(once_a_day, at=now())
    Notification.objects.all().delete()


def write_drafts() -> None:
    """Half of the self-assessments are written and not sent, a quarter is empty."""
    keys = list(Appraisal.objects.order_by("pk").values_list("pk", flat=True))
    complete, empty = keys[::2], keys[1::4]
    with connection.cursor() as cursor:
        # As their authors would have left them, from what they sent in the seeded year.
        cursor.execute(DRAFTS, {"ids": [str(key) for key in complete]})
    SelfSubmission.objects.filter(appraisal__in=[*complete, *empty]).delete()
    Appraisal.objects.filter(pk__in=[*complete, *empty]).update(self_state=SelfState.DRAFT, self_sent_at=None)


# --- bulk work ----------------------------------------------------------------------------------


def open_year() -> int:
    """HR opens next year; the ranges are left to the clock, as in a large city."""
    cycle = Cycle.objects.get(state=CycleState.DRAFT)
    count = plan_year(cycle)
    cycles._mark_open(hr(), cycle.pk, now())
    return count


def plan_year(cycle: Cycle) -> int:
    """Lay out the ranges of next year's opening."""
    return _plan(openings.CREATE, 5, cycle)


def close_self_assessments() -> int:
    """The window of self-assessment has just closed."""
    close_window(Phase.SELF_ASSESSMENT)
    return _plan(closings.CLOSE_SELF, 5, the_cycle())


def open_boxes() -> int:
    """The window of peer review has just closed."""
    close_window(Phase.PEER_REVIEW)
    return _plan(boxes.OPEN_BOXES, 5, the_cycle())


ALL = (
    BulkWork("opening", open_year),
    BulkWork("closing", close_self_assessments),
    BulkWork("boxes", open_boxes),
)


# --- mail ---------------------------------------------------------------------------------------


def write_messages(count: int) -> list[str]:
    """So many messages for one person with an address, one a second; returns their Message-IDs in order."""
    person = Employee.objects.get(login="p0000100")
    Employee.objects.filter(pk=person.pk).update(email="p0000100@bandung.example")
    began = now() - dt.timedelta(hours=3)
    params = {"year": str(began.year), "by": "Budi"}
    for n in range(count):
        message = Message(notices.PLAN_AGREED, person.pk, uuid.uuid4(), str(n), "/", params)
        notify([message], at=began + dt.timedelta(seconds=n))
    keys = Notification.objects.order_by("created_at").values_list("pk", flat=True)
    return [f"<{pk}@127.0.0.1>" for pk in keys]
