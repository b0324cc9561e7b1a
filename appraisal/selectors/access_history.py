"""Who looked at a person's own appraisals, for that person and for the auditor."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from appraisal.enums import LookPurpose
from appraisal.models import Appraisal
from core.access_log import AccessLogEntry
from core.errors import Sentence
from core.paging import Page, page_of

LOOKS_A_PAGE = 50
LOOKS_OF_ONE = 30


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody opened an appraisal in the hour that begins at `hour`."""

    name: str
    purpose: Sentence
    hour: dt.datetime
    appraisal_id: uuid.UUID
    year: int
    unit: str


def looks_at_own(employee_id: uuid.UUID, *, after: str = "") -> Page[Look]:
    """The looks of others at the person's own appraisals, newest first. Two queries."""
    own = {
        appraisal.pk: appraisal
        for appraisal in Appraisal.objects.filter(employee=employee_id).select_related("cycle", "agency")
    }
    page = page_of(
        AccessLogEntry.objects.filter(object_type="appraisal", object_id__in=list(own))
        .exclude(actor=employee_id)
        .select_related("actor"),
        order=("-hour", "-id"),
        after=after,
        size=LOOKS_A_PAGE,
    )
    return page.showing(_look(entry, own[entry.object_id]) for entry in page.rows)


def looks_at(appraisal: Appraisal) -> tuple[Look, ...]:
    """The newest looks at one appraisal (its cycle and agency must be loaded). One query."""
    entries = (
        AccessLogEntry.objects.filter(object_type="appraisal", object_id=appraisal.pk)
        .select_related("actor")
        .order_by("-hour", "-id")[:LOOKS_OF_ONE]
    )
    return tuple(_look(entry, appraisal) for entry in entries)


def _look(entry: AccessLogEntry, appraisal: Appraisal) -> Look:
    known = entry.purpose in LookPurpose.values
    return Look(
        name=entry.actor.name,
        purpose=LookPurpose(entry.purpose).label if known else entry.purpose,
        hour=entry.hour,
        appraisal_id=appraisal.pk,
        year=appraisal.cycle.year,
        unit=appraisal.agency.name,
    )
