"""Whom a superior sees below their supervisors: where each appraisal stands, without any draft or content."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Q

from accounts.actors import Actor
from appraisal.enums import RATED, CycleState
from appraisal.models import Appraisal
from appraisal.policies import parties_of
from appraisal.selectors.steps import standing_of
from appraisal.selectors.team import TeamRow, facts_by_appraisal, leading_rows, plain_name, segments_of
from core.paging import Page, page_of

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Group:
    """The people of one supervisor on this page; the counts are over all of them."""

    supervisor: str
    rated: int
    total: int
    rows: tuple[TeamRow, ...]


@dataclass(frozen=True, slots=True)
class Below:
    """One page of people by supervisor, and how many ratings wait for the superior."""

    page: Page[Group]
    waiting: int


def below_of(actor: Actor, *, name: str = "", after: str = "", at: dt.datetime) -> Below:
    """The people below the actor's supervisors, by supervisor and name. Three queries whatever the number."""
    overseen = leading_rows(Q(superior=actor.id, supervisor__isnull=False))
    if name:
        overseen = overseen.filter(employee__sort_name__contains=plain_name(name))
    page = page_of(
        overseen,
        order=("supervisor__sort_name", "supervisor_id", "employee__sort_name", "id"),
        after=after,
        size=PAGE_SIZE,
    )
    rows = _rows(actor, page.rows, at=at)
    counts = _counts(actor, {row.appraisal.supervisor_id for row in rows})
    groups = []
    for supervisor_id, people in groupby(rows, key=lambda row: row.appraisal.supervisor_id):
        kept = tuple(people)
        rated, total = counts.get(supervisor_id, (0, 0))
        groups.append(Group(str(kept[0].appraisal.supervisor), rated, total, kept))
    return Below(page=page.showing(groups), waiting=sum(row.waits for row in rows))


def _rows(actor: Actor, appraisals: Sequence[Appraisal], *, at: dt.datetime) -> list[TeamRow]:
    facts = facts_by_appraisal(appraisals, at=at)
    return [
        TeamRow(
            appraisal=one,
            facts=facts[one.pk],
            parties=parties_of(actor, one),
            standing=standing_of(facts[one.pk], parties_of(actor, one)),
            segments=segments_of(one),
        )
        for one in appraisals
    ]


def _counts(actor: Actor, supervisor_ids: set[uuid.UUID | None]) -> dict[uuid.UUID | None, tuple[int, int]]:
    """How many people of each supervisor are rated, and how many there are. One query."""
    rows = (
        Appraisal.objects.filter(
            superior=actor.id, supervisor__in=supervisor_ids, cycle__state=CycleState.OPEN
        )
        .order_by("supervisor")
        .values_list("supervisor")
        .annotate(rated=Count("pk", filter=Q(rating_state__in=RATED)), total=Count("pk"))
    )
    return {supervisor_id: (rated, total) for supervisor_id, rated, total in rows}
