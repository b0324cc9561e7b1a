"""The self-assessments of very many people at once, for the clock: the same forms as one by one, in a few queries."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F, Prefetch

from appraisal.enums import PlanState
from appraisal.models import Appraisal, DraftAnswer, Evidence, Measure, Plan, PlanItem, Realization
from appraisal.selectors.assessments import (
    DRAFT_FIELDS,
    Answers,
    CompetencyPage,
    Draft,
    SelfForm,
    answers_from,
    competency_pages,
    value_pages,
)
from appraisal.selectors.plans import ItemRow, MeasureRow, asked_rows, in_aspect_order, main_first


def self_forms(appraisals: Sequence[Appraisal]) -> list[SelfForm]:
    """The forms in the same order, evidence included. Seven queries, and one for each kind of position among them.

    The placements with their positions must be loaded.
    """
    rows = _agreed_rows([appraisal.pk for appraisal in appraisals])
    answers = _answers([appraisal.pk for appraisal in appraisals])
    values = value_pages()
    competencies: dict[tuple[object, object], tuple[CompetencyPage, ...]] = {}
    forms = []
    for appraisal in appraisals:
        position = appraisal.placement.position
        kind = (position.family_id, position.level_id)
        if kind not in competencies:
            competencies[kind] = competency_pages(appraisal)
        items, realized = asked_rows(rows[appraisal.pk])
        forms.append(
            SelfForm(
                rows=rows[appraisal.pk],
                items=items,
                values=values,
                competencies=competencies[kind],
                answers=answers.get(appraisal.pk, Answers()),
                realized=realized,
            )
        )
    return forms


def _answers(keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, Answers]:
    """What the employees themselves wrote. One query."""
    drafts: dict[uuid.UUID, list[Draft]] = defaultdict(list)
    own = DraftAnswer.objects.filter(appraisal__in=keys, author=F("appraisal__employee"))
    for key, *draft in own.values_list("appraisal_id", *DRAFT_FIELDS):
        drafts[key].append(tuple(draft))
    return {key: answers_from(found) for key, found in drafts.items()}


def _agreed_rows(keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[ItemRow, ...]]:
    """The items of the agreed versions that count, as `plans.agreed_rows` gives them for one. Five queries."""
    agreed = (
        Plan.objects.filter(appraisal__in=keys, state=PlanState.AGREED)
        .order_by("appraisal", "-version", "pk")
        .distinct("appraisal")
    )
    plans = {plan.pk: plan for plan in agreed}
    realized: dict[tuple[uuid.UUID, uuid.UUID], tuple[Decimal, dt.date]] = {
        (key, measure): (value, as_of)
        for key, measure, value, as_of in Realization.objects.filter(appraisal__in=keys).values_list(
            "appraisal_id", "measure_key", "value", "as_of"
        )
    }
    proofs: dict[tuple[uuid.UUID, uuid.UUID], list[Evidence]] = defaultdict(list)
    for proof in Evidence.objects.filter(appraisal__in=keys).order_by("dated_on", "pk"):
        proofs[proof.appraisal_id, proof.item_key].append(proof)
    items: dict[uuid.UUID, list[PlanItem]] = defaultdict(list)
    for item in (
        PlanItem.objects.filter(plan__in=list(plans))
        .prefetch_related(Prefetch("measures", queryset=Measure.objects.order_by("aspect", "pk")))
        .order_by("position", "pk")
    ):
        item.plan = plans[item.plan_id]
        items[item.plan.appraisal_id].append(item)
    return {
        key: tuple(
            ItemRow(
                item=item,
                measures=tuple(
                    MeasureRow(measure, *realized.get((key, measure.key), (None, None)))
                    for measure in in_aspect_order(item)
                ),
                evidence_count=len(proofs[key, item.key]),
                evidence=tuple(proofs[key, item.key]),
            )
            for item in main_first(items[key])
        )
        for key in keys
    }
