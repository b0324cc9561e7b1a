"""What the home page shows: whose move it is, where the year stands, what is under way, what came out of past years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Q

from accounts.actors import Actor
from accounts.enums import HR_ROLES, WATCHING_ROLES, Role
from appraisal.enums import (
    OPENED_BY_EMPLOYEE,
    STANDING_INVITATIONS,
    UNRATED,
    CycleState,
    InvitationState,
    Phase,
    ReviewGroup,
)
from appraisal.models import Appraisal, Invitation
from appraisal.policies import leads
from appraisal.selectors.facts import extensions_of, open_cycles
from appraisal.selectors.hr_duties import overdue, to_publish
from appraisal.selectors.invitations import reviewing_duty, standing_rows
from appraisal.selectors.own_year import (
    Current,
    count_of,
    current_ones,
    duties_of_closed_years,
    own_appraisals,
)
from appraisal.selectors.worklist import Duty, Kind, in_order, led_duties, own_duties
from appraisal.windows import Window, windows_for
from core.notifications import Notification

MESSAGES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Home:
    """Everything on the page. `windows` are those of the person's own unit, else of the city; `year` is theirs."""

    duties: tuple[Duty, ...]
    current: tuple[Current, ...]
    past: tuple[Appraisal, ...]
    messages: tuple[Notification, ...]
    windows: Mapping[Phase, Window]
    year: int | None
    counted_at: dt.datetime | None

    @property
    def dated(self) -> tuple[Duty, ...]:
        """What has a deadline."""
        return tuple(duty for duty in self.duties if duty.closes_at is not None)


def home_page(actor: Actor, *, at: dt.datetime) -> Home:
    """The page of one person. Eight queries at most for employee, supervisor and reviewer, two more for HR."""
    own = own_appraisals(actor)
    led = _led_appraisals(actor)
    asked = standing_rows(actor)
    watches = bool(WATCHING_ROLES & actor.roles)
    cycles = open_cycles(None if watches else _paths(actor, [*own, *led, *(one.appraisal for one in asked)]))
    rows = {cycle.id: cycle.rows for cycle in cycles}
    extensions = extensions_of([row.pk for row in (*own, *led) if row.cycle_id in rows])
    current = current_ones(own, rows, extensions, at)
    counted = overdue(actor, cycles, at) if watches else ((), None)
    duties = in_order(
        [
            *(duty for one in current for duty in own_duties(one.work)),
            *duties_of_closed_years(own, rows, at),
            *reviewing_duty(asked, rows, at),
            *led_duties(actor, led, rows=rows, extensions=extensions, at=at),
            *counted[0],
            *(to_publish(actor, cycles, at) if HR_ROLES & actor.roles else ()),
            *([Duty(Kind.AUDIT)] if Role.AUDITOR in actor.roles else []),
        ]
    )
    shown = current[0] if current else None
    city = cycles[0] if cycles else None
    return Home(
        duties=duties,
        current=current,
        past=tuple(row for row in own if row.result_state in OPENED_BY_EMPLOYEE),
        messages=tuple(Notification.objects.of(actor.id).order_by("-created_at", "-pk")[:MESSAGES_SHOWN]),
        windows=shown.work.facts.windows
        if shown
        else windows_for(_first_path(actor), city.rows)
        if city
        else {},
        year=shown.appraisal.cycle.year if shown else city.year if city else None,
        counted_at=counted[1],
    )


def _paths(actor: Actor, appraisals: Sequence[Appraisal]) -> set[str]:
    return {row.agency.path for row in appraisals} | {grant.path for grant in actor.grants}


def _first_path(actor: Actor) -> str:
    return min((grant.path for grant in actor.grants), key=len, default="")


def _led_appraisals(actor: Actor) -> list[Appraisal]:
    """Those whom the actor rates or stands in for, and those passed on to them, in open cycles. One query."""
    peers = Invitation.objects.filter(appraisal=OuterRef("pk"), group=ReviewGroup.PEER)
    passed_on = Q(superior=actor.id, passed_on_at__isnull=False, rating_state__in=UNRATED)
    return list(
        Appraisal.objects.filter(leads(actor) | passed_on, cycle__state=CycleState.OPEN)
        .exclude(employee=actor.id)
        .select_related("agency", "cycle", "employee", "box")
        .defer("box__figures")
        .annotate(
            peers_standing=count_of(peers.filter(state__in=STANDING_INVITATIONS)),
            peers_gone=count_of(
                peers.filter(state__in=[InvitationState.DECLINED, InvitationState.WITHDRAWN])
            ),
        )
        .order_by("employee__sort_name", "pk")
    )
