"""Somebody reminds: HR everybody of a unit who is due in a phase, a supervisor one person. Once a day each."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.enums import HR_ROLES
from accounts.models import Agency
from appraisal import reminder_notices as notices
from appraisal.enums import CycleState, Party, Phase
from appraisal.models import Cycle
from appraisal.policies import parties_of
from appraisal.services.due_messages import Asking, Source, count, due_now
from appraisal.services.moves import lock_appraisal
from appraisal.services.reminders import SOURCES
from core import locks
from core.audit import AuditEvent, record
from core.clock import day_start, today
from core.errors import ActionRefused, NotAllowed
from core.notifications import Kind

SENT = "reminders.sent"
# Phases of which HR can remind in bulk, in the order of the year.
PHASES: tuple[Phase, ...] = tuple(dict.fromkeys(source.phase for source in SOURCES))


@dataclass(frozen=True, slots=True)
class Preview:
    """What a bulk reminder would say: one line for each kind of work that has somebody to be reminded."""

    lines: tuple[PreviewLine, ...]
    sent_today: int
    limit: int

    @property
    def messages(self) -> int:
        """How many would be written now."""
        return sum(line.messages for line in self.lines)

    @property
    def may_send(self) -> bool:
        """Whether the daily limit of the unit and phase leaves room."""
        return self.sent_today < self.limit


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """Of one kind of work: the text, to how many it would be said, and how many have been reminded today already."""

    title: str
    body: str
    messages: int
    said: int


def _check_unit(actor: Actor, unit: Agency) -> None:
    if not any(unit.path.startswith(path) for path in actor.paths(*HR_ROLES)):
        raise NotAllowed(_("Only HR of the unit may remind its people."))


def _asking(actor: Actor, at: dt.datetime) -> Asking:
    return Asking(kind=notices.ASKED, actor_id=actor.id, by=actor.name, at=at)


def _sources(phase: Phase) -> tuple[Source, ...]:
    return tuple(source for source in SOURCES if source.phase == phase)


def _sent_today(unit: Agency, phase: Phase, at: dt.datetime) -> int:
    return AuditEvent.objects.filter(
        object_id=unit.pk, act=SENT, at__gte=day_start(today(at)), detail__after__phase=phase
    ).count()


def preview_bulk(*, actor: Actor, cycle: Cycle, phase: Phase, unit: Agency, at: dt.datetime) -> Preview:
    """What `remind_unit` would do at `at`. Writes nothing. Raises NotAllowed for a unit of others."""
    _check_unit(actor, unit)
    asking = _asking(actor, at)
    lines = []
    for source in _sources(phase):
        counted = count(asking.statement(source, cycle, due_now(source, cycle, at=at, path=unit.path)))
        if counted.messages:
            params = {"by": actor.name, "work": source.code, "until_on": counted.until_on}
            kind: Kind = asking.kind
            lines.append(
                PreviewLine(
                    title=kind.title_for(params),
                    body=kind.body_for(params),
                    messages=counted.messages - counted.said,
                    said=counted.said,
                )
            )
    return Preview(
        lines=tuple(lines), sent_today=_sent_today(unit, phase, at), limit=cycle.bulk_reminders_per_day
    )


@transaction.atomic
def remind_unit(*, actor: Actor, cycle_id: uuid.UUID, phase: Phase, unit: Agency, at: dt.datetime) -> int:
    """Remind everybody in the unit and below who is due in the phase; how many messages. One event for all.

    Whoever has been reminded of the same work today is not reminded again, by whomever. Raises NotAllowed for a unit
    of others, ActionRefused when the day's limit is reached or nobody is left to remind.
    """
    _check_unit(actor, unit)
    locks.hold(f"{SENT} {unit.pk} {phase}")
    cycle = Cycle.objects.get(pk=cycle_id)
    if cycle.state != CycleState.OPEN:
        raise ActionRefused(_("This year's appraisal is closed. It can be read, but not changed."))
    if _sent_today(unit, phase, at) >= cycle.bulk_reminders_per_day:
        raise ActionRefused(_("This unit has had its reminder for this phase today. Remind again tomorrow."))
    asking = _asking(actor, at)
    made = {}
    for source in _sources(phase):
        messages, _people = asking.write(source, cycle, due_now(source, cycle, at=at, path=unit.path))
        if messages:
            made[source.code] = messages
    if not made:
        raise ActionRefused(_("Nobody is left to remind: nothing is due, or they were reminded today."))
    record(
        actor_id=actor.id,
        act=SENT,
        object_type="agency",
        object_id=unit.pk,
        at=at,
        after={"year": cycle.year, "phase": phase, "messages": made},
    )
    return sum(made.values())


@transaction.atomic
def remind_person(*, actor: Actor, appraisal_id: uuid.UUID, at: dt.datetime) -> None:
    """Remind the employee of what is due in the appraisal. Raises NotAllowed for anybody but who leads the person.

    Raises ActionRefused when nothing is due of the employee, or they have been reminded today.
    """
    appraisal = lock_appraisal(appraisal_id)
    if not parties_of(actor, appraisal) & {Party.SUPERVISOR, Party.DELEGATE}:
        raise NotAllowed(_("Only the supervisor reminds a person."))
    cycle = appraisal.cycle
    asking = _asking(actor, at)
    due, made = 0, {}
    for source in SOURCES:
        if source.grouped or cycle.state != CycleState.OPEN:
            continue
        statement = due_now(source, cycle, at=at, subject=appraisal.pk)
        found = count(asking.statement(source, cycle, statement))
        due += found.messages
        if found.messages > found.said:
            made[source.code], _people = asking.write(source, cycle, statement)
    name = {"name": appraisal.employee.name}
    if not due:
        raise ActionRefused(_("Nothing is due of %(name)s now.") % name)
    if not made:
        raise ActionRefused(
            _("%(name)s has been reminded today already. One reminder a day is enough.") % name
        )
    record(
        actor_id=actor.id,
        act="reminder.sent",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        after={"messages": made},
    )
