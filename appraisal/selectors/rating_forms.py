"""The rating forms of one person or of a whole team, in a constant number of queries."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import Position
from appraisal.completeness import AskedItem
from appraisal.enums import ItemKind, PlanState, RatingStage, RatingState, Topic
from appraisal.models import Appraisal, DraftAnswer, Evidence, Plan, PlanItem, RatingRecord
from appraisal.selectors.assessments import (
    DEFAULT_REQUIRED_LEVEL,
    Answers,
    CompetencyPage,
    ValuePage,
    answers_of,
)
from appraisal.selectors.plans import agreed_rows, asked_rows
from appraisal.selectors.ratings import RatingForm
from indicators.enums import CompetencyKind
from indicators.models import Competency, CompetencyRequirement, CoreValue

# What `forms_of` and `form_of` need of an appraisal beside its own row.
RELATED = ("cycle", "placement__position")


@dataclass(frozen=True, slots=True)
class _Asked:
    """The core values, and the competencies by family ("" for the nine that everybody has)."""

    values: tuple[ValuePage, ...]
    competencies: tuple[tuple[str, str, str, str], ...]  # code, name, kind, family
    required: dict[str, int]  # by position level

    def competencies_of(self, position: Position) -> tuple[CompetencyPage, ...]:
        """The pages of a position: the nine, and the technical one of its family."""
        required = self.required.get(position.level_id, DEFAULT_REQUIRED_LEVEL)
        return tuple(
            CompetencyPage(code=code, name=name, kind=kind, required=required)
            for code, name, kind, family in self.competencies
            if family in {"", position.family_id}
        )


def _asked_of(positions: Iterable[Position]) -> _Asked:
    """What a rating asks of people in these positions beside their plans. One query."""
    known = list(positions)
    text = CharField()
    values = CoreValue.objects.order_by().values_list(
        Value(Topic.VALUE.value, text), F("order"), F("code"), F("name"), Value("", text), Value("", text)
    )
    competencies = (
        Competency.objects.filter(
            ~Q(kind=CompetencyKind.TECHNICAL) | Q(family__in={one.family_id for one in known})
        )
        .order_by()
        .values_list(
            Value(Topic.COMPETENCY.value, text),
            F("order"),
            F("code"),
            F("name"),
            F("kind"),
            Coalesce(F("family_id"), Value("", text)),
        )
    )
    levels = (
        CompetencyRequirement.objects.filter(position_level__in={one.level_id for one in known})
        .order_by()
        .values_list(
            Value("required", text),
            F("level"),
            F("position_level_id"),
            Value("", text),
            Value("", text),
            Value("", text),
        )
    )
    rows = sorted(values.union(competencies, levels, all=True))
    return _Asked(
        values=tuple(
            ValuePage(code=code, name=name, order=order)
            for topic, order, code, name, _kind, _family in rows
            if topic == Topic.VALUE
        ),
        competencies=tuple(row[2:] for row in rows if row[0] == Topic.COMPETENCY),
        required={row[2]: row[1] for row in rows if row[0] == "required"},
    )


def _items_of(appraisal_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[AskedItem]]:
    """The items of the agreed version of each appraisal, main ones first, with the number of proofs. One query."""
    agreed = (
        Plan.objects.filter(appraisal__in=appraisal_ids, state=PlanState.AGREED)
        .order_by("appraisal", "-version")
        .distinct("appraisal")
        .values("pk")
    )
    proofs = (
        Evidence.objects.filter(appraisal=OuterRef("plan__appraisal"), item_key=OuterRef("key"))
        .order_by()
        .values("item_key")
        .annotate(n=Count("pk"))
        .values("n")
    )
    found: dict[uuid.UUID, list[AskedItem]] = {}
    rows = (
        PlanItem.objects.filter(plan__in=agreed)
        .annotate(proofs=Coalesce(Subquery(proofs), 0))
        .order_by("position", "pk")
        .values_list("plan__appraisal", "key", "result", "kind", "proofs")
    )
    for appraisal_id, key, result, kind, count in rows:
        found.setdefault(appraisal_id, []).append(
            AskedItem(key=str(key), name=result, kind=ItemKind(kind), evidence=count)
        )
    for items in found.values():
        items.sort(key=lambda item: item.kind != ItemKind.MAIN)
    return found


def _written(
    appraisal_ids: Sequence[uuid.UUID], author_id: uuid.UUID
) -> tuple[dict[uuid.UUID, Answers], dict[uuid.UUID, dict[str, Any]]]:
    """The drafts of one writer in several appraisals, and the contents of their first saves. One query."""
    drafts = (
        DraftAnswer.objects.filter(appraisal__in=appraisal_ids, author=author_id)
        .order_by()
        .values_list("appraisal_id", "topic", "key", "data", "revision")
    )
    saved = (
        RatingRecord.objects.filter(appraisal__in=appraisal_ids, author=author_id, stage=RatingStage.FIRST)
        .order_by()
        .values_list("appraisal_id", Value("", CharField()), Value("", CharField()), "content", F("version"))
    )
    answers: dict[uuid.UUID, dict[Topic, dict[str, dict[str, object]]]] = {}
    revisions: dict[uuid.UUID, dict[tuple[Topic, str], int]] = {}
    firsts: dict[uuid.UUID, dict[str, Any]] = {}
    for appraisal_id, topic, key, data, revision in drafts.union(saved, all=True):
        if not topic:
            firsts[appraisal_id] = data
            continue
        answers.setdefault(appraisal_id, {}).setdefault(Topic(topic), {})[key] = data
        revisions.setdefault(appraisal_id, {})[Topic(topic), key] = revision
    drafted = {key: Answers(by_topic=answers[key], revisions=revisions[key]) for key in answers}
    return drafted, firsts


def forms_of(appraisals: Sequence[Appraisal], author_id: uuid.UUID) -> dict[uuid.UUID, RatingForm]:
    """The forms of one author for several appraisals, without rows of measures. Three queries, none for none.

    The appraisals come with RELATED selected.
    """
    if not appraisals:
        return {}
    ids = [appraisal.pk for appraisal in appraisals]
    asked = _asked_of(appraisal.placement.position for appraisal in appraisals)
    items = _items_of(ids)
    answers, firsts = _written(ids, author_id)
    return {
        appraisal.pk: RatingForm(
            rows=(),
            items=tuple(items.get(appraisal.pk, ())),
            values=asked.values,
            competencies=asked.competencies_of(appraisal.placement.position),
            answers=answers.get(appraisal.pk, Answers()),
            level_ratings=tuple(appraisal.cycle.level_ratings),
            segment=(appraisal.first_day, appraisal.last_day),
            first=firsts.get(appraisal.pk) if appraisal.rating_state == RatingState.FIRST_SAVED else None,
        )
        for appraisal in appraisals
    }


def form_of(
    appraisal: Appraisal, author_id: uuid.UUID, *, first: Mapping[str, Any] | None = None
) -> RatingForm:
    """The form of one author for one appraisal, with its plan and what was reached. Four queries.

    `first` is their first save, where it is not sent yet.
    """
    rows = agreed_rows(appraisal)
    asked = _asked_of([appraisal.placement.position])
    return RatingForm(
        rows=rows,
        items=asked_rows(rows)[0],
        values=asked.values,
        competencies=asked.competencies_of(appraisal.placement.position),
        answers=answers_of(appraisal, author_id),
        level_ratings=tuple(appraisal.cycle.level_ratings),
        segment=(appraisal.first_day, appraisal.last_day),
        first=first,
    )


def rated_count(form: RatingForm) -> tuple[int, int]:
    """How many of the items, values and competencies are rated, and how many there are."""
    total = len(form.items) + len(form.values) + len(form.competencies)
    return total - len(form.missing), total
