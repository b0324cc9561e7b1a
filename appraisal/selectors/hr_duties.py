"""What HR has to do, counted for whole subtrees: who is late, what can be published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from django.db.models import Exists, Max, OuterRef, Q, Sum

from accounts.actors import Actor
from accounts.enums import HR_ROLES, WATCHING_ROLES
from accounts.models import Agency
from appraisal.enums import Phase, PlanState, RatingState, SelfState, Track
from appraisal.models import CycleProgress, Publication
from appraisal.selectors.facts import OpenCycle
from appraisal.selectors.worklist import Duty, Kind
from appraisal.windows import WindowRow, window_for

# As the list of late people counts them, from the counts of the tick.
_UNFINISHED: Mapping[Phase, Q] = {
    Phase.PLANNING: Q(track=Track.PLAN) & ~Q(state=PlanState.AGREED),
    Phase.SELF_ASSESSMENT: Q(track=Track.SELF_ASSESSMENT) & ~Q(state=SelfState.SENT),
    Phase.SUPERVISOR_REVIEW: Q(track=Track.RATING, state__in=[RatingState.OPEN, RatingState.FIRST_SAVED]),
}


def _within(paths: Sequence[str], field: str = "agency__path") -> Q:
    found = Q(pk__in=[])
    for path in paths:
        found |= Q(**{f"{field}__startswith": path})
    return found


def _where_closed(phase: Phase, rows: Sequence[WindowRow], at: dt.datetime) -> Q:
    """The units in which the phase is over: below each closed window, but not below a nearer one."""
    own = [row for row in rows if row.phase == phase]
    found = Q(pk__in=[])
    for row in own:
        if row.closes_at <= at:
            here = Q(agency__path__startswith=row.path)
            for nearer in own:
                if nearer.path != row.path and nearer.path.startswith(row.path):
                    here &= ~Q(agency__path__startswith=nearer.path)
            found |= here
    return found


def overdue(
    actor: Actor, cycles: Sequence[OpenCycle], at: dt.datetime
) -> tuple[tuple[Duty, ...], dt.datetime | None]:
    """How many are unfinished in each closed phase, and when they were counted. One query for each open cycle."""
    duties = []
    counted_at = None
    for cycle in cycles:
        counts = CycleProgress.objects.filter(
            _within(actor.paths(*WATCHING_ROLES)), cycle=cycle.id
        ).aggregate(
            as_of=Max("as_of"),
            **{
                phase.value: Sum("n", filter=unfinished & _where_closed(phase, cycle.rows, at))
                for phase, unfinished in _UNFINISHED.items()
            },
        )
        counted_at = counts.pop("as_of") or counted_at
        duties += [
            Duty(Kind.OVERDUE, n=n, phase=Phase(phase), year=cycle.year) for phase, n in counts.items() if n
        ]
    return tuple(duties), counted_at


def to_publish(actor: Actor, cycles: Sequence[OpenCycle], at: dt.datetime) -> Iterator[Duty]:
    """Agencies whose publication is open and has not been made. One query for each cycle in which one may be open."""
    for cycle in cycles:
        if not any(
            row.phase == Phase.PUBLICATION and row.opens_at <= at < row.closes_at for row in cycle.rows
        ):
            continue
        standing = Publication.objects.filter(cycle=cycle.id, recalled_at=None)
        done = standing.filter(Q(agency=OuterRef("pk")) | Q(agency__parent=None))
        agencies = Agency.objects.filter(
            _within(actor.paths(*HR_ROLES), "path"), ~Exists(done), parent__isnull=False, parent__parent=None
        ).order_by("path")
        windows = [window_for(Phase.PUBLICATION, agency.path, cycle.rows) for agency in agencies]
        closings = [window.closes_at for window in windows if window is not None and window.is_open(at)]
        if closings:
            yield Duty(Kind.PUBLISH, closes_at=min(closings), n=len(closings), year=cycle.year)
