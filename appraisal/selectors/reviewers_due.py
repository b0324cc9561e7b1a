"""Reviewers whose view is still due: who, where, how many. Never about whom, and nothing of what was written.

Whether something was sent is the one thing beside a sealed envelope that is no secret of the system: without it nobody
could be reminded.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Employee, Placement
from appraisal.enums import INVITED, Phase
from appraisal.models import Appraisal, Invitation
from appraisal.selectors.colleagues import serving
from appraisal.selectors.late import COUNTED_UP_TO, Watch
from appraisal.windows import window_for
from core.clock import today
from core.paging import Page, page_of


@dataclass(frozen=True, slots=True)
class DueRow:
    """One reviewer with the number of views that are still due."""

    employee: Employee
    placement: Placement | None
    n: int


def _due(seen: Watch) -> QuerySet[Invitation]:
    """Invitations of the watched appraisals that stand and whose answer was not sent, where peer review has opened."""
    opened = [
        unit
        for unit, path in seen.units
        if (window := window_for(Phase.PEER_REVIEW, path, seen.rows)) is not None
        and window.opens_at <= seen.at
    ]
    appraisals = seen.appraisals.filter(agency__in=opened)
    return Invitation.objects.filter(
        Q(envelope=None) | Q(envelope__sent=False),
        appraisal__in=Appraisal.objects.filter(pk__in=appraisals.order_by().values("pk")),
        appraisal__box__opened_at=None,
        state__in=INVITED,
    )


def _reviewers(seen: Watch) -> QuerySet[Employee]:
    mine = _due(seen).filter(reviewer=OuterRef("pk"))
    counted = mine.order_by().values("reviewer").annotate(n=Count("pk")).values("n")
    return Employee.objects.filter(Exists(mine)).annotate(due=Coalesce(Subquery(counted), 0))


def due_page(seen: Watch, *, name: str = "", after: str = "") -> Page[DueRow]:
    """A page of reviewers by name, filtered by a part of it. Two queries."""
    reviewers = _reviewers(seen)
    if name:
        reviewers = reviewers.filter(sort_name__contains=name.casefold())
    page = page_of(reviewers, order=("sort_name", "pk"), after=after)
    placements = serving(today(seen.at)).filter(employee__in=[row.pk for row in page.rows])
    places = {place.employee_id: place for place in placements.select_related("agency")}
    return page.showing(
        DueRow(row, places.get(row.pk), row.due)  # type: ignore[attr-defined]  # annotated
        for row in page.rows
    )


def due_count(seen: Watch, *, ceiling: int = COUNTED_UP_TO) -> int:
    """How many reviewers, counted up to one more than `ceiling`. One query."""
    reviewers = _due(seen).order_by().values("reviewer").distinct()
    return reviewers[: ceiling + 1].count()
