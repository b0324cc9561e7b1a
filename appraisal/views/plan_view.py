"""A version of a plan as pages show it, with the differences to another version marked word by field.

`templates/appraisal/plan/_plan.html` draws it; its comment says what it needs.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from appraisal.enums import ItemKind
from appraisal.models import Measure, PlanItem
from appraisal.selectors.plans import in_aspect_order, main_first
from core.wording import number
from indicators.enums import Aspect, Polarity

Change = Literal["", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Words:
    """What a field says now, and what it said before when that differs."""

    now: str
    was: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True)
class MeasureView:
    """How a result is measured in one aspect."""

    aspect: str
    indicator: Words
    target: Words
    polarity: Words
    change: Change = ""


@dataclass(frozen=True, slots=True)
class ItemView:
    """A planned result. `indicator` names the IKU that it serves; its `now` is empty where it is one's own."""

    id: uuid.UUID
    key: uuid.UUID
    result: Words
    indicator: Words
    measures: tuple[MeasureView, ...]
    change: Change = ""


@dataclass(frozen=True, slots=True)
class PlanView:
    """A version with its main and additional results; `compared` when differences are marked."""

    main: tuple[ItemView, ...]
    additional: tuple[ItemView, ...]
    compared: bool = False

    @property
    def groups(self) -> tuple[tuple[str, tuple[ItemView, ...]], ...]:
        """The kinds that have results, each with its heading."""
        kinds = ((_("Main results"), self.main), (_("Additional results"), self.additional))
        return tuple((heading, items) for heading, items in kinds if items)


def plan_view(items: Iterable[PlanItem], *, compared_with: Iterable[PlanItem] | None = None) -> PlanView:
    """The items of a version, main ones first. With another version's items, differences to it are marked.

    The items have their measures and their IKU at hand (`appraisal.selectors.plans.items_of`).
    """
    now = main_first(list(items))
    before = {item.key: item for item in compared_with} if compared_with is not None else None
    shown = [(item.kind, _item(item, before)) for item in now]
    if before is not None:
        kept = {item.key for item in now}
        gone = main_first([item for key, item in before.items() if key not in kept])
        shown += [(item.kind, _item(item, None, change="removed")) for item in gone]
    return PlanView(
        main=tuple(view for kind, view in shown if kind == ItemKind.MAIN),
        additional=tuple(view for kind, view in shown if kind != ItemKind.MAIN),
        compared=before is not None,
    )


def _item(item: PlanItem, before: Mapping[uuid.UUID, PlanItem] | None, *, change: Change = "") -> ItemView:
    """One result. `before` is None where nothing is compared; a result that is not in it was added."""
    earlier = before.get(item.key) if before is not None else None
    if before is not None and earlier is None:
        change = "added"
    return ItemView(
        id=item.pk,
        key=item.key,
        result=_words(item.result, earlier.result if earlier else None),
        indicator=_words(_indicator(item), _indicator(earlier) if earlier else None),
        measures=_measures(in_aspect_order(item), in_aspect_order(earlier) if earlier else None),
        change=change,
    )


def _words(now: str, was: str | None) -> Words:
    return Words(now) if was is None or was == now else Words(now, was, changed=True)


def _indicator(item: PlanItem) -> str:
    return item.indicator.name if item.indicator else ""


def _measures(now: Sequence[Measure], before: Sequence[Measure] | None) -> tuple[MeasureView, ...]:
    """Measures meet by their aspect; what stands on one side only is marked as a whole."""
    earlier = {measure.aspect: measure for measure in before or ()}
    shown = [
        _measure(
            measure,
            earlier.get(measure.aspect),
            change="added" if before is not None and measure.aspect not in earlier else "",
        )
        for measure in now
    ]
    kept = {measure.aspect for measure in now}
    shown += [
        _measure(measure, None, change="removed") for aspect, measure in earlier.items() if aspect not in kept
    ]
    return tuple(shown)


def _measure(measure: Measure, earlier: Measure | None, *, change: Change) -> MeasureView:
    return MeasureView(
        aspect=str(Aspect(measure.aspect).label),
        indicator=_words(measure.indicator, earlier.indicator if earlier else None),
        target=_words(target_text(measure), target_text(earlier) if earlier else None),
        polarity=_words(_polarity(measure), _polarity(earlier) if earlier else None),
        change=change,
    )


def _polarity(measure: Measure) -> str:
    return str(Polarity(measure.polarity).label)


def target_text(measure: Measure) -> str:
    """The target with its unit: "98 persen", "2–5 hari"."""
    lower = number(measure.target)
    if measure.target_upper is None:
        return f"{lower} {measure.unit}"
    return f"{lower}–{number(measure.target_upper)} {measure.unit}"
