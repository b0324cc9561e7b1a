"""What time has closed and nobody has done yet: the appraisals that the clock, or the closing of a year, acts on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Agency
from appraisal.enums import UNRATED, Phase, SelfState, Topic
from appraisal.models import Appraisal, Cycle, DraftAnswer, Extension
from appraisal.selectors.facts import window_rows
from appraisal.windows import WindowRow
from indicators.models import CoreValue

# A closing is materialised so much later, so that a submission that arrived in time but waited for a lock is not lost.
GRACE = dt.timedelta(minutes=2)


def units_closed(phase: Phase, rows: Iterable[WindowRow], moment: dt.datetime) -> QuerySet[Agency] | None:
    """The units in which the phase is over at the moment: each by the row of the nearest unit upwards that has one.

    None when there is no such row, so that nothing need be asked.
    """
    of_phase = [row for row in rows if row.phase == phase]
    over = [row for row in of_phase if row.closes_at <= moment]
    if not over:
        return None
    found = Q(pk__in=[])
    for row in over:
        here = Q(path__startswith=row.path)
        for other in of_phase:
            if other.path != row.path and other.path.startswith(row.path):
                here &= ~Q(path__startswith=other.path)
        found |= here
    return Agency.objects.filter(found)


def _over(phase: Phase, cycle: Cycle, at: dt.datetime) -> QuerySet[Appraisal]:
    """The appraisals for which the phase is over, grace and extensions included."""
    units = units_closed(phase, window_rows(cycle.pk), at - GRACE)
    if units is None:
        return Appraisal.objects.none()
    running = Extension.objects.filter(appraisal=OuterRef("pk"), phase=phase, closes_at__gt=at - GRACE)
    return Appraisal.objects.filter(~Exists(running), cycle=cycle, agency__in=units)


def drafts_over(cycle: Cycle, at: dt.datetime) -> QuerySet[Appraisal]:
    """Self-assessments that were not sent and whose time is over."""
    return _over(Phase.SELF_ASSESSMENT, cycle, at).filter(self_state=SelfState.DRAFT)


def hollow(drafts: QuerySet[Appraisal]) -> QuerySet[Appraisal]:
    """Those that cannot be complete: without an agreed plan, or with fewer answers than there are core values.

    It spares reading most of the empty ones; the rule of completeness itself stands in `completeness.missing_in_self`.
    """
    answered = (
        DraftAnswer.objects.filter(appraisal=OuterRef("pk"), author=OuterRef("employee"), topic=Topic.VALUE)
        .order_by()
        .values("appraisal")
        .annotate(n=Count("pk"))
        .values("n")
    )
    asked = CoreValue.objects.count()
    return drafts.alias(answered=Coalesce(Subquery(answered), 0)).filter(
        Q(plan_agreed_at=None) | Q(answered__lt=asked)
    )


def returns_over(cycle: Cycle, at: dt.datetime) -> QuerySet[Appraisal]:
    """Returned self-assessments that were not sent again by their deadline."""
    return Appraisal.objects.filter(cycle=cycle, self_state=SelfState.RETURNED, self_due_at__lte=at - GRACE)


def unrated_over(cycle: Cycle, at: dt.datetime) -> QuerySet[Appraisal]:
    """Appraisals without a sent rating when supervisor review is over, with somebody to pass them on to."""
    return _over(Phase.SUPERVISOR_REVIEW, cycle, at).filter(
        rating_state__in=UNRATED, passed_on_at=None, superior__isnull=False
    )
