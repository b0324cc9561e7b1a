"""Drafts: what a writer has typed so far. A write made from an older revision is refused, never merged unseen."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from appraisal.completeness import MAX_CHARACTERS
from appraisal.enums import Topic
from appraisal.models import Appraisal, DraftAnswer
from core.errors import ActionRefused, StaleWrite


@dataclass(frozen=True, slots=True)
class Saved:
    """Where a draft stands after a write."""

    revision: int
    saved_at: dt.datetime


def _refuse_too_long(data: Mapping[str, Any]) -> None:
    for value in data.values():
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and len(text) > MAX_CHARACTERS for text in texts):
            raise ActionRefused(_("A text has at most 4,000 characters. Shorten it, then save again."))


def store_draft(
    appraisal: Appraisal,
    *,
    author_id: uuid.UUID,
    topic: Topic,
    key: str,
    data: Mapping[str, Any],
    revision: int,
    at: dt.datetime,
) -> Saved:
    """Write one page of a form; the caller has locked the appraisal and checked the time.

    `revision` is the one the page was made from, 0 for a page never saved. The same fields again change nothing (a
    second click). Raises StaleWrite with the stored draft as `current`, ActionRefused when a text is too long.
    """
    _refuse_too_long(data)
    stored = DraftAnswer.objects.filter(appraisal=appraisal, author=author_id, topic=topic, key=key).first()
    if stored is None:
        stored = DraftAnswer.objects.create(
            appraisal=appraisal, author_id=author_id, topic=topic, key=key, data=dict(data), saved_at=at
        )
        return Saved(stored.revision, stored.saved_at)
    if stored.data == dict(data):
        return Saved(stored.revision, stored.saved_at)
    if stored.revision != revision:
        raise StaleWrite(
            _(
                "You also changed this page in another window or on another device. Choose which version counts."
            ),
            current=stored,
        )
    stored.data = dict(data)
    stored.revision += 1
    stored.saved_at = at
    stored.save(update_fields=["data", "revision", "saved_at"])
    return Saved(stored.revision, stored.saved_at)
