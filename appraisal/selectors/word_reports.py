"""Reported texts of reviewers: who judges them, and what those people read of the one text that was reported."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant
from accounts.models.agency import ancestor_paths
from appraisal.enums import ReviewGroup, WordKind, WordState
from appraisal.models import Appraisal, Review, WordReport
from appraisal.selectors.peer_figures import word_key
from core.paging import Page, page_of

REPORTS_A_PAGE = 50
_RELATED = (
    "appraisal__cycle",
    "appraisal__agency",
    "appraisal__employee",
    "reported_by",
    "first_by",
    "decided_by",
)


def judges_of(appraisal: Appraisal, report: WordReport, *, day: dt.date) -> tuple[uuid.UUID, ...]:
    """HR of the agency and of the city on a day who may judge a report: no party, and not asked for feedback there."""
    parties = {
        appraisal.employee_id,
        appraisal.supervisor_id,
        appraisal.rated_by_id,
        appraisal.superior_id,
        report.reported_by_id,
        *appraisal.invitations.filter(approved_at__isnull=False).values_list("reviewer", flat=True),
    }
    holders = (
        RoleGrant.objects.filter(
            role__in=[Role.HR_AGENCY, Role.HR_CITY], agency__path__in=ancestor_paths(appraisal.agency.path)
        )
        .valid_on(day)
        .order_by("employee")
        .values_list("employee", flat=True)
        .distinct()
    )
    return tuple(person for person in holders if person not in parties)


def reports_to_judge(actor: Actor, *, after: str = "") -> Page[WordReport]:
    """The reports that the actor may judge, the newest first. One query."""
    return page_of(
        WordReport.objects.judged_by(actor).select_related(*_RELATED),
        order=("-reported_at", "-id"),
        after=after,
        size=REPORTS_A_PAGE,
    )


@dataclass(frozen=True, slots=True)
class Reported:
    """One report with the text that it is about, for those who judge it."""

    report: WordReport
    text: str
    group: str
    kind: str
    is_open: bool
    asked_by_me: bool


def reported(actor: Actor, report_id: uuid.UUID) -> Reported:
    """One report, if the actor may judge it. Two queries. Raises WordReport.DoesNotExist."""
    report = WordReport.objects.judged_by(actor).select_related(*_RELATED).get(pk=report_id)
    kind = WordKind(report.kind)
    text = next(
        (
            str(review.content["pages"][report.value][kind.value])
            for review in Review.objects.filter(appraisal=report.appraisal_id, group=report.group).order_by(
                "pk"
            )
            if word_key(review, report.value, kind) == report.word
        ),
        "",
    )
    return Reported(
        report=report,
        text=text,
        group=str(ReviewGroup(report.group).label),
        kind=str(kind.label),
        is_open=report.state in {WordState.REPORTED, WordState.PROPOSED},
        asked_by_me=report.first_by_id == actor.id,
    )
