"""What HR sees before and after publishing an agency's results: counts, dates and who is left out, never content."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.enums import HR_ROLES
from accounts.models import Agency, Employee
from accounts.models.agency import ancestor_paths
from appraisal.enums import (
    OPENED_BY_EMPLOYEE,
    RATED,
    UNRATED,
    CycleState,
    NotAssessedReason,
    Phase,
    RatingState,
    Track,
)
from appraisal.models import Appraisal, Cycle, CycleProgress, Publication
from appraisal.models.appraisal import AppraisalQuerySet
from appraisal.selectors.facts import window_rows
from appraisal.windows import Window, WindowRow, window_for
from core.clock import day_start, today
from core.errors import Sentence
from core.paging import Page, page_of

READY = (RatingState.SENT, RatingState.REVISED)
LEFT_OUT = UNRATED | {RatingState.NOT_ASSESSED}
UNITS_A_PAGE = 50
PEOPLE_A_PAGE = 50

Stage = Literal["published", "with_supervisors", "ready", "waiting", "early", "late"]


# --- scope --------------------------------------------------------------------------------------


def publishing_units(actor: Actor) -> QuerySet[Agency]:
    """The units whose results the actor publishes: the agencies of the city for its HR, else the granted units."""
    paths = actor.paths(*HR_ROLES)
    cities = [path for path in paths if path.count("/") == 1]
    return Agency.objects.filter(Q(path__in=set(paths) - set(cities)) | Q(parent__path__in=cities))


def cycles_to_publish() -> QuerySet[Cycle]:
    """The cycles that have been opened, newest first."""
    return Cycle.objects.exclude(state=CycleState.DRAFT).order_by("-year")


def appraisals_below(cycle: Cycle, unit: Agency) -> AppraisalQuerySet:
    """The appraisals that a publication of the unit covers."""
    return Appraisal.objects.filter(cycle=cycle).within(unit.path)


def standing_publications(cycle: Cycle, unit: Agency) -> QuerySet[Publication]:
    """Publications in force that cover the unit, contain it, or lie inside it."""
    return Publication.objects.filter(cycle=cycle, recalled_at=None).filter(
        Q(agency__path__in=ancestor_paths(unit.path)) | Q(agency__path__startswith=unit.path)
    )


def employees_see_at(cycle: Cycle, at: dt.datetime) -> dt.datetime:
    """When employees see results that are shown to supervisors at `at`: at midnight, some days later."""
    return max(at, day_start(today(at) + dt.timedelta(days=cycle.publication_delay_days)))


# --- what a publication would do ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Preview:
    """How many results a publication of the unit would show, and how many people it would leave out."""

    ready: int
    left_out: int
    window: Window | None
    cycle_is_open: bool
    is_standing: bool

    def obstacles(self, at: dt.datetime) -> tuple[Sentence, ...]:
        """Every reason why nothing can be published at `at`."""
        found: list[str | Promise] = []
        if not self.cycle_is_open:
            found.append(_("This year's appraisal is not open."))
        if self.window is None or not self.window.is_open(at):
            found.append(
                _("Results can be published only while the publication phase of this agency is open.")
            )
        if self.is_standing:
            found.append(_("This agency's results are already published."))
        if not self.ready:
            found.append(_("There is no sent rating to publish yet."))
        return tuple(found)


def preview_of(cycle: Cycle, unit: Agency) -> Preview:
    """The preview as things stand now. Three queries."""
    counts = appraisals_below(cycle, unit).aggregate(
        ready=Count("pk", filter=Q(rating_state__in=READY)),
        left_out=Count("pk", filter=Q(rating_state__in=UNRATED)),
    )
    return Preview(
        ready=counts["ready"],
        left_out=counts["left_out"],
        window=window_for(Phase.PUBLICATION, unit.path, window_rows(cycle.pk, [unit.path])),
        cycle_is_open=cycle.state == CycleState.OPEN,
        is_standing=standing_publications(cycle, unit).exists(),
    )


# --- the list of units --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit: its window, its counts as of the last tick, its publication in force."""

    unit: Agency
    window: Window | None
    rated: int
    total: int
    publication: Publication | None
    stage: Stage

    @property
    def unrated(self) -> int:
        """Who has no sent rating."""
        return self.total - self.rated


@dataclass(frozen=True, slots=True)
class Units:
    """A page of units and the moment of the counts (None before the first tick)."""

    page: Page[UnitRow]
    as_of: dt.datetime | None


def publication_units(actor: Actor, cycle: Cycle, *, at: dt.datetime, after: str = "") -> Units:
    """Where the actor's units stand, by name. Four queries."""
    page = page_of(publishing_units(actor), order=("name", "id"), after=after, size=UNITS_A_PAGE)
    paths = [unit.path for unit in page.rows]
    counts, as_of = _counts(cycle, paths)
    windows = window_rows(cycle.pk, paths)
    published = {
        publication.agency_id: publication
        for publication in Publication.objects.filter(
            cycle=cycle, recalled_at=None, agency__in=[unit.pk for unit in page.rows]
        )
    }
    rows = (_unit_row(unit, counts, windows, published.get(unit.pk), at) for unit in page.rows)
    return Units(page=page.showing(rows), as_of=as_of)


def _counts(cycle: Cycle, paths: Iterable[str]) -> tuple[dict[tuple[str, bool], int], dt.datetime | None]:
    """How many are rated and not, by the path of the unit. One query."""
    below = Q(pk__in=[])
    for path in paths:
        below |= Q(agency__path__startswith=path)
    found: dict[tuple[str, bool], int] = {}
    as_of = None
    rows = CycleProgress.objects.filter(below, cycle=cycle, track=Track.RATING)
    for path, state, n, counted_at in rows.values_list("agency__path", "state", "n", "as_of"):
        as_of = counted_at
        for top in ancestor_paths(path):
            found[top, state in RATED] = found.get((top, state in RATED), 0) + n
    return found, as_of


def _unit_row(
    unit: Agency,
    counts: Mapping[tuple[str, bool], int],
    windows: tuple[WindowRow, ...],
    publication: Publication | None,
    at: dt.datetime,
) -> UnitRow:
    window = window_for(Phase.PUBLICATION, unit.path, windows)
    rated = counts.get((unit.path, True), 0)
    return UnitRow(
        unit=unit,
        window=window,
        rated=rated,
        total=rated + counts.get((unit.path, False), 0),
        publication=publication,
        stage=_stage(window, rated, publication, at),
    )


def _stage(window: Window | None, rated: int, publication: Publication | None, at: dt.datetime) -> Stage:
    if publication is not None:
        return "published" if publication.published_at else "with_supervisors"
    if window is None or at < window.opens_at:
        return "early"
    if window.has_closed(at):
        return "late"
    return "ready" if rated else "waiting"


# --- one unit -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitPage:
    """Where one unit's publication stands. `sees_at` is when employees would see, or do see, their results."""

    unit: Agency
    cycle: Cycle
    preview: Preview
    obstacles: tuple[Sentence, ...]
    publication: Publication | None
    earlier: tuple[Publication, ...]
    opened: int
    sees_at: dt.datetime

    @property
    def may_recall(self) -> bool:
        """Whether the publication in force can still be taken back."""
        return self.publication is not None and not self.opened


def unit_page(cycle: Cycle, unit: Agency, *, at: dt.datetime) -> UnitPage:
    """One unit in one cycle. Six queries at most."""
    preview = preview_of(cycle, unit)
    history = list(
        Publication.objects.filter(cycle=cycle, agency=unit)
        .select_related("prepared_by", "recalled_by")
        .order_by("-to_supervisors_at", "pk")
    )
    standing = next((row for row in history if row.recalled_at is None), None)
    opened = (
        appraisals_below(cycle, unit).filter(result_state__in=OPENED_BY_EMPLOYEE).count() if standing else 0
    )
    return UnitPage(
        unit=unit,
        cycle=cycle,
        preview=preview,
        obstacles=preview.obstacles(at),
        publication=standing,
        earlier=tuple(row for row in history if row.recalled_at is not None),
        opened=opened,
        sees_at=standing.to_employees_at if standing else employees_see_at(cycle, at),
    )


# --- who is left out ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One appraisal without a result, and why."""

    appraisal_id: uuid.UUID
    name: str
    unit: str
    reason: Sentence
    whose: str


def left_out(cycle: Cycle, unit: Agency, *, after: str = "") -> Page[LeftOut]:
    """Who would be, or was, left out of the publication, by name. Two queries; a page has so many people."""
    appraisals = appraisals_below(cycle, unit).filter(rating_state__in=LEFT_OUT)
    page = page_of(
        Employee.objects.filter(Exists(appraisals.filter(employee=OuterRef("pk")))),
        order=("sort_name", "id"),
        after=after,
        size=PEOPLE_A_PAGE,
    )
    rows = (
        appraisals.filter(employee__in=[person.pk for person in page.rows])
        .select_related("employee", "agency", "supervisor", "superior")
        .order_by("employee__sort_name", "employee", "first_day", "pk")
    )
    return page.showing(_left_out(row) for row in rows)


def _left_out(row: Appraisal) -> LeftOut:
    reason, whose = _why(row)
    return LeftOut(
        appraisal_id=row.pk, name=row.employee.name, unit=row.agency.name, reason=reason, whose=whose
    )


def _why(row: Appraisal) -> tuple[Sentence, str]:
    """Why there is no result, and the name of the person whose move it is or was."""
    if row.not_assessed_reason == NotAssessedReason.LEFT or row.employee.left_on is not None:
        return _("Left the service."), ""
    if row.plan_agreed_at is None:
        return _("There is no agreed plan."), row.supervisor.name if row.supervisor else ""
    if row.passed_on_at is not None:
        return _(
            "The rating had passed to the superior and was not sent."
        ), row.superior.name if row.superior else ""
    return _("The rating was not sent."), row.supervisor.name if row.supervisor else ""
