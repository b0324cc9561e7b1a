"""The year of appraisal: prepared from last year's, its windows set, opened for everybody in scope."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Agency
from appraisal.enums import CycleState, Phase
from appraisal.models import Cycle, PhaseWindow, WindowChange
from appraisal.selectors.facts import window_rows
from appraisal.selectors.readiness import blockers, disorder_texts, readiness
from appraisal.services import batches
from appraisal.services.openings import CREATE
from core.audit import record
from core.clock import today
from core.errors import ActionRefused, NotAllowed, Sentence

OPENING_LOCK = 7_310_001
# So many seconds a request spends on making appraisals; whoever is left is made by the clock.
PATIENCE = 3.0
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class WindowDates:
    """When a phase is open."""

    opens_at: dt.datetime
    closes_at: dt.datetime


Changes = Mapping[tuple[Phase, uuid.UUID | None], WindowDates | None]


def _require_city_hr(actor: Actor) -> None:
    if Role.HR_CITY not in actor.roles:
        raise NotAllowed(_("Only the HR admin of the city may do this."))


# What HR decided once holds on, until HR decides otherwise.
_COPIED = (
    "scheme",
    "level_ratings",
    "minimum_days",
    "publication_delay_days",
    "peers_minimum",
    "peers_maximum",
    "peers_drawn",
    "reviewer_maximum",
    "escalation_days",
    "bulk_reminders_per_day",
)


@transaction.atomic
def prepare_cycle(*, actor: Actor, year: int, at: dt.datetime) -> Cycle:
    """Prepare the cycle of a year as a copy of the latest earlier one, all dates moved by whole years.

    Raises ActionRefused when the year exists already, NotAllowed for anybody but the HR admin of the city.
    """
    _require_city_hr(actor)
    if Cycle.objects.filter(year=year).exists():
        raise ActionRefused(_("This year has already been prepared."))
    earlier = Cycle.objects.filter(year__lt=year).order_by("-year").first()
    cycle = Cycle(year=year)
    if earlier is not None:
        for field in _COPIED:
            setattr(cycle, field, getattr(earlier, field))
    cycle.save(force_insert=True)
    if earlier is not None:
        PhaseWindow.objects.bulk_create(
            [
                PhaseWindow(
                    cycle=cycle,
                    phase=window.phase,
                    agency_id=window.agency_id,
                    opens_at=_shifted(window.opens_at, year - earlier.year),
                    closes_at=_shifted(window.closes_at, year - earlier.year),
                )
                for window in earlier.windows.order_by("pk")
            ]
        )
    record(
        actor_id=actor.id,
        act="cycle.prepared",
        object_type="cycle",
        object_id=cycle.pk,
        at=at,
        after={"year": year, "copied_from": earlier.year if earlier else None},
    )
    return cycle


def _shifted(moment: dt.datetime, years: int) -> dt.datetime:
    """The same day some years later; 29 February becomes 28."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)


def _lock_cycle(cycle_id: uuid.UUID) -> Cycle:
    return Cycle.objects.select_for_update(of=("self",)).get(pk=cycle_id)


@transaction.atomic
def set_windows(*, actor: Actor, cycle_id: uuid.UUID, changes: Changes, reason: str, at: dt.datetime) -> None:
    """Set, move or remove windows of the city (agency None) or of units.

    Once the cycle is open a change needs a reason that everybody concerned can read, what has passed stays as it was,
    and the windows must stay in order. HR of an agency may change only rows of its own units. Raises NotAllowed,
    ActionRefused with every reason.
    """
    cycle = _lock_cycle(cycle_id)
    if cycle.state == CycleState.CLOSED:
        raise ActionRefused(_("This year's appraisal is closed. It can be read, but not changed."))
    _check_scope(actor, changes)
    stored = {(Phase(row.phase), row.agency_id): row for row in cycle.windows.all()}
    changed = {
        key: dates
        for key, dates in changes.items()
        if (dates is None and key in stored)
        or (
            dates is not None
            and (
                key not in stored
                or (stored[key].opens_at, stored[key].closes_at) != (dates.opens_at, dates.closes_at)
            )
        )
    }
    if not changed:
        raise ActionRefused(_("Nothing has changed yet. Move a date first."))
    if cycle.state == CycleState.OPEN:
        _refuse_changing_the_past(stored, changed, reason, at)
    before = {
        f"{phase}:{unit or 'city'}": [row.opens_at, row.closes_at] for (phase, unit), row in stored.items()
    }
    _write_windows(cycle, stored, changed)
    if cycle.state == CycleState.OPEN:
        if problems := disorder_texts(window_rows(cycle.pk)):
            raise ActionRefused(problems)
        WindowChange.objects.bulk_create(
            [
                WindowChange(
                    cycle=cycle,
                    agency_id=unit,
                    phase=phase,
                    reason=reason,
                    changed_by_id=actor.id,
                    changed_at=at,
                )
                for phase, unit in changed
            ]
        )
    record(
        actor_id=actor.id,
        act="cycle.windows_set",
        object_type="cycle",
        object_id=cycle.pk,
        at=at,
        reason=reason,
        before=before,
        after={
            f"{phase}:{unit or 'city'}": [dates.opens_at, dates.closes_at] if dates else None
            for (phase, unit), dates in changed.items()
        },
    )


def _check_scope(actor: Actor, changes: Changes) -> None:
    units = {unit for _phase, unit in changes}
    if Role.HR_CITY in actor.roles:
        return
    paths = dict(Agency.objects.filter(pk__in=[unit for unit in units if unit]).values_list("pk", "path"))
    if None in units or not all(
        unit in paths and actor.holds(Role.HR_AGENCY, paths[unit]) for unit in units if unit is not None
    ):
        raise NotAllowed(_("You may change dates of your own agency only."))


def _refuse_changing_the_past(
    stored: Mapping[tuple[Phase, uuid.UUID | None], PhaseWindow],
    changed: Changes,
    reason: str,
    at: dt.datetime,
) -> None:
    reasons: list[Sentence] = []
    if not reason.strip():
        reasons.append(_("Write why the dates change. Everybody concerned can read it."))
    for key, dates in changed.items():
        row = stored.get(key)
        label = key[0].label
        if row is not None and row.closes_at <= at:
            reasons.append(
                _("%(phase)s has passed and stays as it was. Give more time to a unit or a person instead.")
                % {"phase": label}
            )
            continue
        if row is not None and row.opens_at <= at and (dates is None or dates.opens_at != row.opens_at):
            reasons.append(_("%(phase)s is already open. Its opening stays as it was.") % {"phase": label})
        if dates is not None and dates.closes_at <= at and (row is None or dates.closes_at != row.closes_at):
            reasons.append(_("%(phase)s cannot close in the past.") % {"phase": label})
    if reasons:
        raise ActionRefused(reasons)


def _write_windows(
    cycle: Cycle, stored: Mapping[tuple[Phase, uuid.UUID | None], PhaseWindow], changed: Changes
) -> None:
    for (phase, unit), dates in changed.items():
        row = stored.get((phase, unit))
        if dates is not None and dates.opens_at >= dates.closes_at:
            raise ActionRefused(_("%(phase)s must open before it closes.") % {"phase": phase.label})
        if dates is None:
            if row is not None:
                row.delete()
        elif row is None:
            PhaseWindow.objects.create(
                cycle=cycle, phase=phase, agency_id=unit, opens_at=dates.opens_at, closes_at=dates.closes_at
            )
        else:
            row.opens_at = dates.opens_at
            row.closes_at = dates.closes_at
            row.save(update_fields=["opens_at", "closes_at"])


def open_cycle(*, actor: Actor, cycle_id: uuid.UUID, at: dt.datetime) -> int:
    """Open the cycle for every placement in scope; returns how many appraisals were made.

    A city of up to five thousand is made at once, by the first ranges; a larger one by the clock, range by range, while
    HR sees how far it is. On an open cycle it adds those who came since, so running it twice is running it once.
    Raises NotAllowed for anybody but the HR admin of the city, ActionRefused with every reason why it is not ready.
    """
    cycle, waiting = _mark_open(actor, cycle_id, at)
    return batches.run([CREATE], at=at, seconds=PATIENCE, cycle=cycle) if waiting <= AT_ONCE else 0


@transaction.atomic
def _mark_open(actor: Actor, cycle_id: uuid.UUID, at: dt.datetime) -> tuple[Cycle, int]:
    """The open cycle and how many people wait for their appraisal."""
    _require_city_hr(actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [OPENING_LOCK])
    cycle = _lock_cycle(cycle_id)
    if cycle.state == CycleState.CLOSED:
        raise ActionRefused(_("This year's appraisal is closed. It can be read, but not changed."))
    first_time = cycle.state == CycleState.DRAFT
    if first_time:
        found = blockers(readiness(cycle, day=today(at)))
        if found:
            raise ActionRefused([check.text for check in found])
        cycle.state = CycleState.OPEN
        cycle.opened_at = at
        cycle.save(update_fields=["state", "opened_at"])
    waiting = batches.plan(CREATE, cycle=cycle, at=at)
    if first_time or waiting:
        record(
            actor_id=actor.id,
            act="cycle.opened" if first_time else "cycle.extended_to_newcomers",
            object_type="cycle",
            object_id=cycle.pk,
            at=at,
            after={"people": waiting},
        )
    return cycle, waiting
