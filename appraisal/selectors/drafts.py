"""What the employee has written on one page and not sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from appraisal.enums import Topic
from appraisal.models import Appraisal, DraftAnswer


@dataclass(frozen=True, slots=True)
class Draft:
    """A page as it is stored; revision 0 when nothing was written."""

    data: Mapping[str, Any] = field(default_factory=dict)
    revision: int = 0
    saved_at: dt.datetime | None = None


def draft_of(appraisal: Appraisal, topic: Topic, key: str) -> Draft:
    """The employee's own page. One query."""
    row = DraftAnswer.objects.filter(
        appraisal=appraisal, author=appraisal.employee_id, topic=topic, key=key
    ).first()
    return Draft(row.data, row.revision, row.saved_at) if row else Draft()
