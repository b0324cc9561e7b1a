"""One's own appraisals as the home page tells of them: whose move it is, how far the pages are, what was agreed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, JSONObject

from accounts.actors import Actor
from appraisal.completeness import (
    Asked,
    AskedItem,
    missing_for_self_competency,
    missing_for_self_item,
    missing_for_self_value,
)
from appraisal.enums import CycleState, Phase, PlanState, SelfState, Topic
from appraisal.models import (
    Appraisal,
    DraftAnswer,
    JournalEntry,
    Measure,
    Plan,
    PlanItem,
    Realization,
    WindowChange,
)
from appraisal.selectors.facts import assemble_facts
from appraisal.selectors.worklist import Duty, OwnWork, own_duties
from appraisal.windows import Window, WindowRow
from indicators.enums import CompetencyKind
from indicators.models import Competency, CoreValue

YEARS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class DateChange:
    """Why dates were moved, and by whom."""

    phase: Phase
    reason: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Current:
    """One's own appraisal of an open cycle."""

    work: OwnWork
    plan_version: int | None
    plan_agreed_by: str
    journal_entries: int
    change: DateChange | None

    @property
    def appraisal(self) -> Appraisal:
        """The appraisal itself."""
        return self.work.appraisal


def count_of(rows: QuerySet[Any, Any]) -> Coalesce:
    """How many rows a correlated subquery finds."""
    counted = rows.order_by().annotate(whole=Value(1)).values("whole").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def own_appraisals(actor: Actor) -> list[Appraisal]:
    """The person's appraisals, latest first, with what the page tells of each. One query."""
    agreed = Plan.objects.filter(appraisal=OuterRef("pk"), state=PlanState.AGREED).order_by("-version", "pk")
    items = PlanItem.objects.filter(plan=OuterRef("agreed_plan_id"))
    reached = Realization.objects.filter(
        appraisal=OuterRef("item__plan__appraisal"), measure_key=OuterRef("key")
    )
    unmeasured = Measure.objects.filter(~Exists(reached), item=OuterRef("pk"))
    changes = (
        WindowChange.objects.filter(cycle=OuterRef("cycle"))
        .annotate(path=ExpressionWrapper(OuterRef("agency__path"), output_field=CharField()))
        .filter(Q(agency=None) | Q(path__startswith=F("agency__path")))
        .order_by("-changed_at", "pk")
    )
    return list(
        Appraisal.objects.filter(employee=actor.id)
        .exclude(cycle__state=CycleState.DRAFT)
        .select_related("cycle", "agency", "placement__position", "supervisor", "rated_by", "result", "box")
        .defer("result__tree", "box__figures")
        .annotate(
            agreed_plan_id=Subquery(agreed.values("pk")[:1]),
            plan_version=Subquery(agreed.values("version")[:1]),
            plan_agreed_by=Subquery(agreed.values("agreed_by__name")[:1]),
            item_keys=ArraySubquery(items.values("key")),
            open_item_keys=ArraySubquery(items.filter(Exists(unmeasured)).values("key")),
            values_asked=count_of(CoreValue.objects.all()),
            competencies_asked=count_of(
                Competency.objects.filter(
                    ~Q(kind=CompetencyKind.TECHNICAL) | Q(family=OuterRef("placement__position__family"))
                )
            ),
            journal_entries=count_of(
                JournalEntry.objects.filter(appraisal=OuterRef("pk")).filter(
                    Q(shared=True) | Q(author=actor.id)
                )
            ),
            change=Subquery(
                changes.values(
                    json=JSONObject(phase="phase", reason="reason", by="changed_by__name", at="changed_at")
                )[:1]
            ),
        )
        .order_by("-cycle__year", "-last_day", "pk")[:YEARS_SHOWN]
    )


def current_ones(
    own: Sequence[Appraisal],
    rows: Mapping[uuid.UUID, Sequence[WindowRow]],
    extensions: Mapping[uuid.UUID, Mapping[Phase, dt.datetime]],
    at: dt.datetime,
) -> tuple[Current, ...]:
    """The appraisals of open cycles, those whose year has begun first. One query for the pages written so far."""
    found = []
    facts = {
        row.pk: assemble_facts(row, at=at, rows=rows[row.cycle_id], extensions=extensions.get(row.pk))
        for row in own
        if row.cycle_id in rows
    }
    being_written = [
        row
        for row in own
        if row.pk in facts
        and row.self_state in {SelfState.DRAFT, SelfState.RETURNED}
        and (row.self_due_at is not None or facts[row.pk].is_open(Phase.SELF_ASSESSMENT))
    ]
    written = _written(being_written)
    for row in own:
        if row.pk not in facts:
            continue
        asked = len(row.item_keys) + row.values_asked + row.competencies_asked  # type: ignore[attr-defined]  # annotated
        work = OwnWork(
            appraisal=row,
            facts=facts[row.pk],
            done=min(written.get(row.pk, 0), asked),
            asked=asked,
            realized=len(row.item_keys) - len(row.open_item_keys),  # type: ignore[attr-defined]  # annotated
            results=len(row.item_keys),  # type: ignore[attr-defined]  # annotated
        )
        found.append(
            Current(
                work=work,
                plan_version=row.plan_version,  # type: ignore[attr-defined]  # annotated
                plan_agreed_by=row.plan_agreed_by or "",  # type: ignore[attr-defined]  # annotated
                journal_entries=row.journal_entries,  # type: ignore[attr-defined]  # annotated
                change=_change(row.change),  # type: ignore[attr-defined]  # annotated
            )
        )
    return tuple(sorted(found, key=lambda one: not _has_begun(one.work.facts.windows, at)))


def _has_begun(windows: Mapping[Phase, Window], at: dt.datetime) -> bool:
    return any(window.opens_at <= at for window in windows.values())


def _change(stored: Mapping[str, str] | None) -> DateChange | None:
    if stored is None:
        return None
    return DateChange(
        Phase(stored["phase"]), stored["reason"], stored["by"], dt.datetime.fromisoformat(stored["at"])
    )


def _written(appraisals: Sequence[Appraisal]) -> dict[uuid.UUID, int]:
    """How many pages of each self-assessment are complete. One query, none when nothing is being written."""
    if not appraisals:
        return {}
    by_id = {row.pk: row for row in appraisals}
    done: dict[uuid.UUID, int] = {}
    drafts = DraftAnswer.objects.filter(appraisal__in=by_id, author=appraisals[0].employee_id)
    for appraisal_id, topic, key, data in drafts.values_list("appraisal_id", "topic", "key", "data"):
        if _is_complete(by_id[appraisal_id], Topic(topic), key, data):
            done[appraisal_id] = done.get(appraisal_id, 0) + 1
    return done


def _is_complete(appraisal: Appraisal, topic: Topic, key: str, data: Mapping[str, Any]) -> bool:
    if topic == Topic.VALUE:
        return not missing_for_self_value(Asked(key, ""), data)
    if topic == Topic.COMPETENCY:
        return not missing_for_self_competency(Asked(key, ""), data)
    if topic != Topic.ITEM or key not in map(str, appraisal.item_keys):  # type: ignore[attr-defined]  # annotated
        return False
    unmeasured = key in map(str, appraisal.open_item_keys)  # type: ignore[attr-defined]  # annotated
    item = AskedItem(key, "", measures=("",) if unmeasured else ())
    return not missing_for_self_item(item, data, frozenset())


def duties_of_closed_years(
    own: Sequence[Appraisal], rows: Mapping[uuid.UUID, Any], at: dt.datetime
) -> Iterator[Duty]:
    """A result can be opened and confirmed after its year was closed."""
    for row in own:
        if row.cycle_id not in rows:
            yield from own_duties(OwnWork(row, assemble_facts(row, at=at, rows=())))
