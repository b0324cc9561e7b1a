"""The plan: written by the employee, agreed with the supervisor, changed only as a new version."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from appraisal import notices
from appraisal.completeness import MAX_ITEMS, missing_in_plan
from appraisal.enums import Action, ItemKind, Party, PlanState
from appraisal.models import Appraisal, Measure, Plan, PlanItem
from appraisal.selectors.plans import asked_items, open_plan, plan_of_last_year
from appraisal.services.moves import check_move, check_time, lock_appraisal
from appraisal.workflow import is_late
from core.audit import record
from core.errors import ActionRefused, StaleWrite
from core.notifications import notify
from indicators.enums import Aspect
from indicators.models import Indicator

EDITABLE = frozenset({PlanState.DRAFT, PlanState.RETURNED})


@dataclass(frozen=True, slots=True)
class MeasureData:
    """One measure as typed."""

    aspect: str
    indicator: str
    unit: str
    polarity: str
    target: Decimal
    target_upper: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ItemData:
    """One plan item as typed."""

    result: str
    kind: ItemKind
    measures: tuple[MeasureData, ...]
    indicator_id: uuid.UUID | None = None


def _editable_plan(appraisal: Appraisal, *, actor: Actor, at: dt.datetime) -> Plan:
    """The open version, made on first use. Raises ActionRefused when it has been sent or time is up."""
    check_time(Action.SEND_PLAN, appraisal, actor=actor, at=at, party=Party.EMPLOYEE)
    plan = open_plan(appraisal)
    if plan is None:
        plan = Plan.objects.create(appraisal=appraisal, version=1, state=PlanState.DRAFT, created_at=at)
    return plan


def _check_indicator(appraisal: Appraisal, indicator_id: uuid.UUID | None) -> None:
    """An IKU must belong to the unit or be inherited from above."""
    if indicator_id is None:
        return
    known = Indicator.objects.for_agency_path(appraisal.agency.path).filter(pk=indicator_id)
    if not known.exists():
        raise ActionRefused(_("Choose an indicator of your own agency."))


def _write_measures(item: PlanItem, measures: Iterable[MeasureData]) -> None:
    """Replace the measures, keeping the key of each aspect so that its realisation stays."""
    keys = dict(item.measures.values_list("aspect", "key"))
    item.measures.all().delete()
    Measure.objects.bulk_create(
        [
            Measure(
                item=item,
                key=keys.get(measure.aspect, uuid.uuid4()),
                aspect=measure.aspect,
                indicator=measure.indicator,
                unit=measure.unit,
                polarity=measure.polarity,
                target=measure.target,
                target_upper=measure.target_upper,
            )
            for measure in measures
        ]
    )


@transaction.atomic
def add_item(
    *,
    actor: Actor,
    appraisal_id: uuid.UUID,
    data: ItemData,
    at: dt.datetime,
    key: uuid.UUID | None = None,
) -> PlanItem:
    """Add a result to the open version. Raises ActionRefused when the plan is full, sent, or time is up.

    `key` is the one that the empty form was given: the same form sent twice adds one result.
    """
    appraisal = lock_appraisal(appraisal_id)
    plan = _editable_plan(appraisal, actor=actor, at=at)
    if key is not None and (added := plan.items.filter(key=key).first()) is not None:
        return added
    if plan.items.count() >= MAX_ITEMS:
        raise ActionRefused(_("A plan has at most twelve results."))
    _check_indicator(appraisal, data.indicator_id)
    last = plan.items.aggregate(last=Max("position"))["last"] or 0
    item = PlanItem.objects.create(
        plan=plan,
        key=key or uuid.uuid4(),
        position=last + 1,
        kind=data.kind,
        result=data.result,
        indicator_id=data.indicator_id,
    )
    _write_measures(item, data.measures)
    return item


def _stored_as(item: PlanItem) -> ItemData:
    """A stored result in the shape in which it is typed."""
    order = list(Aspect)
    return ItemData(
        result=item.result,
        kind=ItemKind(item.kind),
        measures=tuple(
            MeasureData(
                aspect=measure.aspect,
                indicator=measure.indicator,
                unit=measure.unit,
                polarity=measure.polarity,
                target=measure.target,
                target_upper=measure.target_upper,
            )
            for measure in sorted(item.measures.all(), key=lambda one: order.index(Aspect(one.aspect)))
        ),
        indicator_id=item.indicator_id,
    )


@transaction.atomic
def change_item(
    *,
    actor: Actor,
    appraisal_id: uuid.UUID,
    item_id: uuid.UUID,
    data: ItemData,
    revision: int,
    at: dt.datetime,
) -> PlanItem:
    """Change a result of the open version; what is already stored changes nothing (a second click).

    Raises StaleWrite when `revision` is older than the stored one, ActionRefused when it has been sent or time is up.
    """
    appraisal = lock_appraisal(appraisal_id)
    plan = _editable_plan(appraisal, actor=actor, at=at)
    item = PlanItem.objects.select_for_update(of=("self",)).get(pk=item_id, plan=plan)
    if _stored_as(item) == data:
        return item
    if item.revision != revision:
        raise StaleWrite(_("This result was changed in another window or on another device."), current=item)
    _check_indicator(appraisal, data.indicator_id)
    item.kind = data.kind
    item.result = data.result
    item.indicator_id = data.indicator_id
    item.revision += 1
    item.save(update_fields=["kind", "result", "indicator_id", "revision"])
    _write_measures(item, data.measures)
    return item


@transaction.atomic
def remove_item(*, actor: Actor, appraisal_id: uuid.UUID, item_id: uuid.UUID, at: dt.datetime) -> None:
    """Remove a result from the open version."""
    appraisal = lock_appraisal(appraisal_id)
    plan = _editable_plan(appraisal, actor=actor, at=at)
    PlanItem.objects.filter(pk=item_id, plan=plan).delete()


@transaction.atomic
def copy_last_year(*, actor: Actor, appraisal_id: uuid.UUID, at: dt.datetime) -> int:
    """Copy last year's agreed results into an empty open version; returns how many.

    Raises ActionRefused when the plan already has results or there was no agreed plan last year.
    """
    appraisal = lock_appraisal(appraisal_id)
    plan = _editable_plan(appraisal, actor=actor, at=at)
    if plan.items.exists():
        raise ActionRefused(
            _("Your plan already has results. Remove them first if you want to copy last year's.")
        )
    earlier = plan_of_last_year(appraisal)
    if earlier is None:
        raise ActionRefused(_("There is no agreed plan of last year to copy."))
    usable = set(Indicator.objects.for_agency_path(appraisal.agency.path).values_list("pk", flat=True))
    return _copy_items(earlier, plan, keep_keys=False, indicators=usable)


def _copy_items(
    source: Plan, target: Plan, *, keep_keys: bool, indicators: set[uuid.UUID] | None = None
) -> int:
    """Copy items and measures; a new version keeps the keys, a new year gets fresh ones."""
    items = list(source.items.prefetch_related("measures").order_by("position", "pk"))
    copies: list[PlanItem] = []
    measures: list[Measure] = []
    for item in items:
        copy = PlanItem(
            plan=target,
            key=item.key if keep_keys else uuid.uuid4(),
            position=item.position,
            kind=item.kind,
            result=item.result,
            indicator_id=item.indicator_id if indicators is None or item.indicator_id in indicators else None,
        )
        copies.append(copy)
        measures.extend(
            Measure(
                item=copy,
                key=measure.key if keep_keys else uuid.uuid4(),
                aspect=measure.aspect,
                indicator=measure.indicator,
                unit=measure.unit,
                polarity=measure.polarity,
                target=measure.target,
                target_upper=measure.target_upper,
            )
            for measure in item.measures.all()
        )
    PlanItem.objects.bulk_create(copies)
    Measure.objects.bulk_create(measures)
    return len(copies)


def _move_plan(appraisal: Appraisal, plan: Plan, state: PlanState, at: dt.datetime, **stamps: Any) -> None:
    """Write the state to the version and to the appraisal's track."""
    plan.state = state
    for name, value in stamps.items():
        setattr(plan, name, value)
    plan.save(update_fields=["state", *stamps])
    appraisal.plan_state = state
    appraisal.plan_moved_at = at
    fields = ["plan_state", "plan_moved_at"]
    if state == PlanState.AGREED:
        appraisal.plan_agreed_at = at
        fields.append("plan_agreed_at")
    appraisal.save(update_fields=fields)


def _open_version(appraisal: Appraisal) -> Plan:
    plan = open_plan(appraisal)
    if plan is None:
        raise ActionRefused(_("There is nothing to send yet. Add a result first."))
    return plan


@transaction.atomic
def send_plan(*, actor: Actor, appraisal_id: uuid.UUID, at: dt.datetime) -> Plan:
    """Send the open version to the supervisor. Raises ActionRefused with everything that is missing."""
    appraisal = lock_appraisal(appraisal_id)
    missing = missing_in_plan(asked_items(open_plan(appraisal)))
    facts = check_move(Action.SEND_PLAN, appraisal, actor=actor, at=at, missing_in_plan=missing)
    plan = _open_version(appraisal)
    _move_plan(appraisal, plan, PlanState.SENT, at, sent_at=at, was_late=is_late(Action.SEND_PLAN, facts))
    event = record(
        actor_id=actor.id,
        act="plan.sent",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        after={"version": plan.version, "items": plan_content(plan), "late": plan.was_late},
    )
    notify(
        notices.to_supervisor(notices.PLAN_SENT, appraisal, event, route="team_plan", name=actor.name), at=at
    )
    return plan


@transaction.atomic
def withdraw_plan(*, actor: Actor, appraisal_id: uuid.UUID, at: dt.datetime) -> Plan:
    """Take a sent plan back before the supervisor has answered."""
    appraisal = lock_appraisal(appraisal_id)
    check_move(Action.WITHDRAW_PLAN, appraisal, actor=actor, at=at)
    plan = _open_version(appraisal)
    _move_plan(appraisal, plan, PlanState.DRAFT, at)
    record(
        actor_id=actor.id,
        act="plan.withdrawn",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        after={"version": plan.version},
    )
    return plan


def _check_seen(plan: Plan, seen_at: dt.datetime | None) -> None:
    """Nobody answers to a plan that was taken back and sent anew since they read it."""
    if seen_at is not None and plan.sent_at != seen_at:
        raise StaleWrite(
            _("The plan was sent again after you opened it. Read the new one, then answer."), current=plan
        )


@transaction.atomic
def return_plan(
    *,
    actor: Actor,
    appraisal_id: uuid.UUID,
    comment: str,
    at: dt.datetime,
    seen_at: dt.datetime | None = None,
) -> Plan:
    """Return a sent plan with a comment. `seen_at` is when the plan that the reader saw was sent.

    Raises StaleWrite when another one has been sent since.
    """
    appraisal = lock_appraisal(appraisal_id)
    check_move(Action.RETURN_PLAN, appraisal, actor=actor, at=at, comment=comment)
    plan = _open_version(appraisal)
    _check_seen(plan, seen_at)
    _move_plan(appraisal, plan, PlanState.RETURNED, at, returned_at=at, return_comment=comment)
    event = record(
        actor_id=actor.id,
        act="plan.returned",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        reason=comment,
        after={"version": plan.version},
    )
    notify([notices.to_employee(notices.PLAN_RETURNED, appraisal, event, route="plan", by=actor.name)], at=at)
    return plan


@transaction.atomic
def agree_plan(
    *, actor: Actor, appraisal_id: uuid.UUID, at: dt.datetime, seen_at: dt.datetime | None = None
) -> Plan:
    """Agree to a sent plan: from now on this version counts. `seen_at` is when the plan that the reader saw was sent.

    Raises StaleWrite when another one has been sent since.
    """
    appraisal = lock_appraisal(appraisal_id)
    missing = missing_in_plan(asked_items(open_plan(appraisal)))
    check_move(Action.AGREE_PLAN, appraisal, actor=actor, at=at, missing_in_plan=missing)
    plan = _open_version(appraisal)
    _check_seen(plan, seen_at)
    _move_plan(appraisal, plan, PlanState.AGREED, at, agreed_at=at, agreed_by_id=actor.id)
    event = record(
        actor_id=actor.id,
        act="plan.agreed",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        after={"version": plan.version, "items": plan_content(plan)},
    )
    notify([notices.to_employee(notices.PLAN_AGREED, appraisal, event, route="plan", by=actor.name)], at=at)
    return plan


@transaction.atomic
def revise_plan(*, actor: Actor, appraisal_id: uuid.UUID, reason: str, at: dt.datetime) -> Plan:
    """Begin a new version of an agreed plan; the agreed one counts until the new one is agreed."""
    appraisal = lock_appraisal(appraisal_id)
    check_move(Action.REVISE_PLAN, appraisal, actor=actor, at=at, comment=reason)
    earlier = appraisal.plans.filter(state=PlanState.AGREED).order_by("-version", "pk")[0]
    plan = Plan.objects.create(
        appraisal=appraisal, version=earlier.version + 1, created_at=at, change_reason=reason
    )
    _copy_items(earlier, plan, keep_keys=True)
    appraisal.plan_state = PlanState.DRAFT
    appraisal.plan_moved_at = at
    appraisal.save(update_fields=["plan_state", "plan_moved_at"])
    event = record(
        actor_id=actor.id,
        act="plan.reopened",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        reason=reason,
        after={"version": plan.version},
    )
    other = (
        notices.to_supervisor(
            notices.PLAN_REOPENED,
            appraisal,
            event,
            route="team_plan",
            by=actor.name,
            name=appraisal.employee.name,
        )
        if actor.id == appraisal.employee_id
        else [
            notices.to_employee(
                notices.PLAN_REOPENED,
                appraisal,
                event,
                route="plan",
                by=actor.name,
                name=appraisal.employee.name,
            )
        ]
    )
    notify(other, at=at)
    return plan


def plan_content(plan: Plan) -> list[dict[str, Any]]:
    """The plan as the record keeps it."""
    return [
        {
            "key": item.key,
            "kind": item.kind,
            "result": item.result,
            "indicator": item.indicator_id,
            "measures": [
                {
                    "aspect": measure.aspect,
                    "indicator": measure.indicator,
                    "unit": measure.unit,
                    "polarity": measure.polarity,
                    "target": measure.target,
                    "upper": measure.target_upper,
                }
                for measure in sorted(item.measures.all(), key=lambda measure: measure.aspect)
            ],
        }
        for item in plan.items.prefetch_related("measures").order_by("position", "pk")
    ]
