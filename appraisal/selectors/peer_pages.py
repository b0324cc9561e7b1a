"""What a reviewer's form shows beside the envelope: its pages in the reviewer's own order, names nearby, and one date."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import asdict

from django.db.models import Max, Q

from accounts.models import Placement
from accounts.models.agency import ancestor_paths
from appraisal.ballot import value_order
from appraisal.completeness import missing_for_answer_page
from appraisal.enums import Phase, Topic
from appraisal.models import Appraisal, Invitation, PhaseWindow
from appraisal.selectors.assessments import ValuePage
from appraisal.selectors.peer_answers import OwnAnswer, OwnPage
from appraisal.selectors.self_pages import Page

_NOTHING = OwnPage()


def answer_pages(invitation: Invitation, values: Iterable[ValuePage], answer: OwnAnswer) -> list[Page]:
    """The values as pages, in the reviewer's own order."""
    by_code = {value.code: value for value in values}
    pages = []
    for code in value_order(invitation.pk, by_code):
        written = answer.pages.get(code, _NOTHING)
        missing = missing_for_answer_page(by_code[code].asked, asdict(written))
        begun = written.level is not None or bool(written.strength or written.wish)
        pages.append(Page(Topic.VALUE, code, by_code[code].name, begun, missing))
    return pages


def names_nearby(appraisal: Appraisal, *, without: uuid.UUID, day: dt.date) -> list[str]:
    """Who works in the unit of the appraised person, and who leads them; without the two of the invitation.

    One query; supervisor and superior must be loaded, or each costs another.
    """
    unit = Placement.objects.on(day).filter(agency=appraisal.agency_id)
    unit = unit.exclude(employee__in=[appraisal.employee_id, without]).order_by("employee__name", "pk")
    leaders = [leader.name for leader in (appraisal.supervisor, appraisal.superior) if leader]
    return [*leaders, *unit.values_list("employee__name", flat=True)]


def links_gone_by(appraisal: Appraisal) -> dt.datetime | None:
    """When, at the latest, nobody can tell any more who wrote what: the end of supervisor review in the whole agency.

    By then every box of the agency is open, also one that waited for a reviewer with more time, and its key destroyed.
    None when the cycle has no such window. One query.
    """
    above = ancestor_paths(appraisal.agency.path)
    top = above[:2][-1]
    rows = PhaseWindow.objects.filter(
        Q(agency=None) | Q(agency__path__startswith=top) | Q(agency__path__in=above),
        cycle=appraisal.cycle_id,
        phase=Phase.SUPERVISOR_REVIEW,
    )
    latest: dt.datetime | None = rows.aggregate(latest=Max("closes_at"))["latest"]
    return latest
