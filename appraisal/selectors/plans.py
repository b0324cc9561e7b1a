"""What pages and services read of plans, realisation, evidence and journal."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet
from indicators.achievement import Achievement, achievement

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
from indicators.models import Indicator


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


def agreed_plan(appraisal: Appraisal) -> Plan | None:
    """The agreed version that counts. Three queries at most."""
    return (
        _with_items(appraisal.plans.filter(state=PlanState.AGREED))
        .select_related("agreed_by")
        .order_by("-version", "pk")
        .first()
    )


def latest_plan(appraisal: Appraisal) -> Plan | None:
    """The newest version, whatever its state."""
    return _with_items(appraisal.plans.all()).select_related("agreed_by").order_by("-version", "pk").first()


def main_first(items: list[PlanItem]) -> list[PlanItem]:
    """Main results before additional ones, each in the order of the plan."""
    return sorted(items, key=lambda item: (item.kind != ItemKind.MAIN, item.position, str(item.pk)))


def asked_items(plan: Plan | None, evidence: Mapping[uuid.UUID, int] | None = None) -> tuple[AskedItem, ...]:
    """The items of a plan as the completeness rules read them."""
    if plan is None:
        return ()
    return tuple(
        AskedItem(
            key=str(item.key),
            name=item.result,
            kind=ItemKind(item.kind),
            measures=tuple(str(measure.key) for measure in item.measures.all()),
            evidence=(evidence or {}).get(item.key, 0),
        )
        for item in main_first(list(plan.items.all()))
    )


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
    """A measure with what was reached."""

    measure: Measure
    realization: Realization | None
    achievement: Achievement

    @property
    def value(self) -> Decimal | None:
        """The realisation, None when it was not measured."""
        return self.realization.value if self.realization else None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A plan item with its measures, realisation and evidence."""

    item: PlanItem
    measures: tuple[MeasureRow, ...]
    evidence: tuple[Evidence, ...]


def item_rows(appraisal: Appraisal, plan: Plan | None) -> tuple[ItemRow, ...]:
    """Every item of the plan with what was reached and proved. Two queries."""
    if plan is None:
        return ()
    realized = {row.measure_key: row for row in appraisal.realizations.all()}
    proofs: dict[uuid.UUID, list[Evidence]] = {}
    for evidence in appraisal.evidence.order_by("dated_on", "pk"):
        proofs.setdefault(evidence.item_key, []).append(evidence)
    return tuple(
        ItemRow(
            item=item,
            measures=tuple(
                _measure_row(measure, realized.get(measure.key)) for measure in item.measures.all()
            ),
            evidence=tuple(proofs.get(item.key, ())),
        )
        for item in main_first(list(plan.items.all()))
    )


def _measure_row(measure: Measure, realization: Realization | None) -> MeasureRow:
    return MeasureRow(
        measure=measure,
        realization=realization,
        achievement=achievement(
            measure.polarity,
            measure.target,
            realization.value if realization else None,
            upper=measure.target_upper,
        ),
    )


def journal_of(appraisal: Appraisal, reader_id: uuid.UUID | None) -> QuerySet[JournalEntry]:
    """The entries that the reader may see: shared ones, and their own notes. Newest first."""
    return (
        appraisal.journal.filter(Q(shared=True) | Q(author=reader_id))
        .select_related("author")
        .order_by("-happened_on", "-written_at", "pk")
    )
