"""Can a year be closed? Its counts, what stands in the way, and who would be left without a rating."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import Agency
from appraisal.enums import (
    RATED,
    SEEN_BY_EMPLOYEE,
    UNRATED,
    BatchState,
    CycleState,
    NotAssessedReason,
    Phase,
    Predicate,
    RatingState,
    ResultState,
)
from appraisal.models import Appraisal, Batch, Closing, Cycle, Extension, PhaseWindow, Result
from appraisal.models.appraisal import AppraisalQuerySet
from appraisal.selectors.due import GRACE
from core import wording
from core.errors import Sentence

NAMES_SHOWN = 5


def unrated(cycle: Cycle) -> AppraisalQuerySet:
    """Who has no rating: closed as not assessed together with the year."""
    return Appraisal.objects.filter(cycle=cycle, rating_state__in=UNRATED)


def unpublished(cycle: Cycle) -> QuerySet[Appraisal]:
    """Sent ratings whose results employees cannot see yet."""
    return Appraisal.objects.filter(cycle=cycle, rating_state__in=RATED).exclude(
        result_state__in=SEEN_BY_EMPLOYEE
    )


def counts_of(cycle: Cycle) -> dict[str, dict[str, int]]:
    """How many appraisals stand in which state of the rating and the result, and how many have which predicate."""
    rows = Appraisal.objects.filter(cycle=cycle)
    return {
        "rating": _by(rows, "rating_state"),
        "result": _by(rows.filter(rating_state=RatingState.CONFIRMED), "result_state"),
        "not_assessed": _by(rows.filter(rating_state=RatingState.NOT_ASSESSED), "not_assessed_reason"),
        "predicate": _by(
            Result.objects.filter(appraisal__cycle=cycle, appraisal__rating_state=RatingState.CONFIRMED),
            "predicate",
        ),
    }


def _by(rows: QuerySet[Any], field: str) -> dict[str, int]:
    return dict(rows.order_by(field).values_list(field).annotate(n=Count("pk")))


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the year can be closed, and what closing would do."""

    obstacles: tuple[Sentence, ...]
    left_out: int
    counts: Mapping[str, Mapping[str, int]]


def readiness_to_close(cycle: Cycle, *, at: dt.datetime) -> Readiness:
    """Every reason why the year cannot be closed at `at`. Nine queries at most."""
    if cycle.state != CycleState.OPEN:
        return Readiness((_("Only an open year can be closed."),), 0, {})
    found: list[Sentence] = []
    last = (
        PhaseWindow.objects.filter(cycle=cycle, phase=Phase.PUBLICATION)
        .order_by("-closes_at")
        .values_list("closes_at", flat=True)
        .first()
    )
    if last is None or last > at - GRACE:
        found.append(
            _("Publication is open until %(moment)s. Close the year after that.")
            % {"moment": wording.deadline(last)}
            if last
            else _("This cycle has no time for this step.")
        )
    found.extend(_unpublished(cycle))
    more_time = Extension.objects.filter(appraisal__cycle=cycle, closes_at__gt=at - GRACE).count()
    if more_time:
        found.append(
            ngettext_lazy(
                "%(n)d person still has more time.", "%(n)d people still have more time.", more_time
            )
            % {"n": more_time}
        )
    if Batch.objects.filter(cycle=cycle).exclude(state=BatchState.DONE).exists():
        found.append(_("The system is still working on this year. Wait until it has finished."))
    return Readiness(tuple(found), unrated(cycle).count(), counts_of(cycle))


def _unpublished(cycle: Cycle) -> list[Sentence]:
    """Which agencies have results that their employees cannot see."""
    rows = unpublished(cycle)
    count = rows.count()
    if not count:
        return []
    agencies = Agency.objects.filter(pk__in=rows.order_by().values("agency")).order_by("path")
    names = list(agencies.values_list("name", flat=True)[: NAMES_SHOWN + 1])
    told = ", ".join(names[:NAMES_SHOWN]) + (" …" if len(names) > NAMES_SHOWN else "")
    return [
        ngettext_lazy(
            "%(n)d sent rating is not published to its employee yet: %(units)s.",
            "%(n)d sent ratings are not published to their employees yet: %(units)s.",
            count,
        )
        % {"n": count, "units": told}
    ]


def closing_of(cycle: Cycle) -> Closing | None:
    """The closing record; None while the year is open, or where it was closed before there were records. One query."""
    return Closing.objects.filter(cycle=cycle).select_related("closed_by").first()


@dataclass(frozen=True, slots=True)
class Group:
    """One list of the closing record: what is counted, and how many of each."""

    title: Sentence
    rows: tuple[tuple[Sentence, int], ...]


_GROUPS: tuple[tuple[str, Sentence, type[TextChoices]], ...] = (
    ("rating", _("Ratings"), RatingState),
    ("predicate", _("Predicates"), Predicate),
    ("not_assessed", _("Not assessed"), NotAssessedReason),
    ("result", _("Results"), ResultState),
)


def groups_of(closing: Closing) -> tuple[Group, ...]:
    """The counts of the record as the page shows them; a group that counts nothing is left out."""
    return tuple(
        Group(title, tuple((code.label, counted[code]) for code in codes if counted.get(code)))
        for key, title, codes in _GROUPS
        if (counted := closing.counts.get(key))
    )
