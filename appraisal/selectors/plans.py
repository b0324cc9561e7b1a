"""What pages and services read of plans, realisation, evidence and journal."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from appraisal.completeness import AskedItem
from appraisal.enums import ItemKind, PlanState
from appraisal.models import (
    Appraisal,
    Evidence,
    JournalEntry,
    Measure,
    NextStep,
    Plan,
    PlanItem,
    Realization,
)
from indicators.achievement import Achievement, achievement
from indicators.enums import Aspect, Polarity
from indicators.models import Indicator

_ASPECTS: list[str] = [aspect.value for aspect in Aspect]


def _with_items(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """Items in order, each with its measures and its IKU."""
    return plans.prefetch_related(
        Prefetch(
            "items",
            queryset=PlanItem.objects.select_related("indicator").order_by("kind", "position", "pk"),
        ),
        Prefetch("items__measures", queryset=Measure.objects.order_by("aspect", "pk")),
    )


def open_plan(appraisal: Appraisal) -> Plan | None:
    """The version that is not agreed yet. Three queries at most."""
    return _with_items(appraisal.plans.exclude(state=PlanState.AGREED)).order_by("-version", "pk").first()


def versions_of(appraisal: Appraisal) -> list[Plan]:
    """All versions, the newest first. One query."""
    return list(appraisal.plans.select_related("agreed_by").order_by("-version", "pk"))


def readable_versions(appraisal: Appraisal, reader_id: uuid.UUID | None) -> list[Plan]:
    """The versions that a reader of the plan may see: one that is being written is its writer's alone. One query."""
    readable = {PlanState.SENT, PlanState.AGREED}
    own = reader_id == appraisal.employee_id
    return [plan for plan in versions_of(appraisal) if own or plan.state in readable]


def items_of(plans: Iterable[Plan]) -> dict[uuid.UUID, tuple[PlanItem, ...]]:
    """The items of several versions by the version's id, each with its measures and its IKU. Two queries."""
    found: dict[uuid.UUID, list[PlanItem]] = {plan.pk: [] for plan in plans}
    items = (
        PlanItem.objects.filter(plan__in=list(found))
        .select_related("indicator")
        .prefetch_related(Prefetch("measures", queryset=Measure.objects.order_by("aspect", "pk")))
        .order_by("position", "pk")
    )
    for item in items:
        found[item.plan_id].append(item)
    return {plan_id: tuple(main_first(rows)) for plan_id, rows in found.items()}


def open_items(appraisal: Appraisal) -> QuerySet[PlanItem]:
    """The items of the version that is not agreed yet, with their measures and IKU."""
    return (
        PlanItem.objects.filter(plan__appraisal=appraisal)
        .exclude(plan__state=PlanState.AGREED)
        .select_related("indicator")
        .prefetch_related(Prefetch("measures", queryset=Measure.objects.order_by("aspect", "pk")))
        .order_by("position", "pk")
    )


def asked_of(items: Iterable[PlanItem]) -> tuple[AskedItem, ...]:
    """Items that are being written, as the completeness rules read them; their measures are at hand."""
    return tuple(
        AskedItem(
            key=str(item.key),
            name=item.result,
            kind=ItemKind(item.kind),
            measures=tuple(str(measure.key) for measure in item.measures.all()),
        )
        for item in items
    )


def in_aspect_order(item: PlanItem) -> list[Measure]:
    """The measures of an item as the regulation names their aspects: quantity, quality, time, cost."""
    return sorted(item.measures.all(), key=lambda measure: _ASPECTS.index(measure.aspect))


def main_first(items: list[PlanItem]) -> list[PlanItem]:
    """Main results before additional ones, each in the order of the plan."""
    return sorted(items, key=lambda item: (item.kind != ItemKind.MAIN, item.position, str(item.pk)))


def asked_items(plan: Plan | None) -> tuple[AskedItem, ...]:
    """The items of a version that is being written, as the completeness rules read them."""
    return asked_of(main_first(list(plan.items.all()))) if plan is not None else ()


def plan_of_last_year(appraisal: Appraisal) -> Plan | None:
    """The agreed plan of the same person in the year before, of their last segment."""
    return (
        Plan.objects.filter(
            appraisal__employee=appraisal.employee_id,
            appraisal__cycle__year=appraisal.cycle.year - 1,
            state=PlanState.AGREED,
        )
        .order_by("-appraisal__last_day", "-version", "pk")
        .first()
    )


def next_steps_of_last_year(appraisal: Appraisal) -> QuerySet[NextStep]:
    """What was agreed last year: it stands beside this year's plan."""
    return NextStep.objects.filter(
        appraisal__employee=appraisal.employee_id, appraisal__cycle__year=appraisal.cycle.year - 1
    ).order_by("position", "pk")


def indicators_for(appraisal: Appraisal) -> QuerySet[Indicator]:
    """The IKU that a plan item may serve: of the unit and of every unit above."""
    return (
        Indicator.objects.for_agency_path(appraisal.agency.path)
        .select_related("agency")
        .order_by("-agency__path", "name", "pk")
    )


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure with what was reached: `value` is None when it was not measured."""

    measure: Measure
    value: Decimal | None
    as_of: dt.date | None

    @property
    def achievement(self) -> Achievement:
        """Realisation against target."""
        return achievement(
            Polarity(self.measure.polarity),
            self.measure.target,
            self.value,
            upper=self.measure.target_upper,
        )


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A plan item with its measures and what was reached; `evidence` is filled by `with_evidence` alone."""

    item: PlanItem
    measures: tuple[MeasureRow, ...]
    evidence_count: int = 0
    evidence: tuple[Evidence, ...] = ()

    @property
    def asked(self) -> AskedItem:
        """The item as the completeness rules read it."""
        return AskedItem(
            key=str(self.item.key),
            name=self.item.result,
            kind=ItemKind(self.item.kind),
            measures=tuple(str(row.measure.key) for row in self.measures),
            evidence=self.evidence_count,
        )

    @property
    def measured(self) -> int:
        """How many of the measures have a realisation."""
        return sum(row.value is not None for row in self.measures)


def agreed_measures(appraisal: Appraisal) -> QuerySet[Measure]:
    """The measures of the agreed version that counts."""
    agreed = appraisal.plans.filter(state=PlanState.AGREED).order_by("-version", "pk")
    return Measure.objects.filter(item__plan=Subquery(agreed.values("pk")[:1]))


def agreed_items(appraisal: Appraisal) -> tuple[PlanItem, ...]:
    """The names of the agreed results, main ones first. One query."""
    agreed = appraisal.plans.filter(state=PlanState.AGREED).order_by("-version", "pk")
    items = PlanItem.objects.filter(plan=Subquery(agreed.values("pk")[:1])).order_by("position", "pk")
    return tuple(main_first(list(items)))


def agreed_rows(appraisal: Appraisal, *, item_key: uuid.UUID | None = None) -> tuple[ItemRow, ...]:
    """The items of the agreed version that counts, main ones first, each with its plan at hand; or one of them.

    Two queries: the realisation stands beside each measure, the number of proofs beside each item.
    """
    agreed = Plan.objects.filter(appraisal=appraisal.pk, state=PlanState.AGREED).order_by("-version", "pk")
    proofs = (
        Evidence.objects.filter(appraisal=appraisal.pk, item_key=OuterRef("key"))
        .order_by()
        .values("item_key")
        .annotate(n=Count("pk"))
        .values("n")
    )
    realized = Realization.objects.filter(appraisal=appraisal.pk, measure_key=OuterRef("key"))
    measures = Measure.objects.annotate(
        realized=Subquery(realized.values("value")), realized_on=Subquery(realized.values("as_of"))
    ).order_by("aspect", "pk")
    items = (
        PlanItem.objects.filter(plan=Subquery(agreed.values("pk")[:1]))
        .select_related("plan__agreed_by", "indicator__agency")
        .annotate(proofs=Coalesce(Subquery(proofs), 0))
        .prefetch_related(Prefetch("measures", queryset=measures))
        .order_by("position", "pk")
    )
    if item_key is not None:
        items = items.filter(key=item_key)
    return tuple(
        ItemRow(
            item=item,
            measures=tuple(
                MeasureRow(measure, measure.realized, measure.realized_on)  # type: ignore[attr-defined]  # annotated
                for measure in in_aspect_order(item)
            ),
            evidence_count=item.proofs,  # type: ignore[attr-defined]  # annotated
        )
        for item in main_first(list(items))
    )


def with_evidence(appraisal: Appraisal, rows: Iterable[ItemRow]) -> tuple[ItemRow, ...]:
    """The same rows with their proofs. One query."""
    kept = list(rows)
    proofs: dict[uuid.UUID, list[Evidence]] = {row.item.key: [] for row in kept}
    for evidence in appraisal.evidence.filter(item_key__in=list(proofs)).order_by("dated_on", "pk"):
        proofs[evidence.item_key].append(evidence)
    return tuple(replace(row, evidence=tuple(proofs[row.item.key])) for row in kept)


def asked_rows(rows: Sequence[ItemRow]) -> tuple[tuple[AskedItem, ...], frozenset[str]]:
    """The items as the completeness rules read them, and the keys of the measures that have a realisation."""
    realized = frozenset(
        str(row.measure.key) for item in rows for row in item.measures if row.value is not None
    )
    return tuple(row.asked for row in rows), realized


def journal_of(appraisal: Appraisal, reader_id: uuid.UUID | None) -> QuerySet[JournalEntry]:
    """The entries that the reader may see: shared ones, and their own notes. Newest first."""
    return (
        appraisal.journal.filter(Q(shared=True) | Q(author=reader_id))
        .select_related("author")
        .order_by("-happened_on", "-written_at", "pk")
    )
