"""A planned result as it is typed: the result, the IKU that it serves, and up to four measures."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appraisal.enums import ItemKind
from appraisal.models import PlanItem
from appraisal.services.plans import ItemData, MeasureData
from core.fields import DecimalField, LineField, TextField
from core.forms import BaseForm
from indicators.achievement import unusable
from indicators.enums import Aspect, Polarity
from indicators.models import Indicator

RESULT_LENGTH = 300
REASON_LENGTH = 1000


def _figure(**kwargs: Any) -> DecimalField:
    """A target: a number in a short field, empty where nothing is measured."""
    short = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "w-date"})
    return DecimalField(max_digits=18, decimal_places=4, required=False, widget=short, **kwargs)


def indicator_choices(indicators: Iterable[Indicator]) -> list[tuple[Any, Any]]:
    """One's own first, then the IKU by unit, the nearest unit first."""
    groups = groupby(indicators, key=lambda indicator: indicator.agency)
    return [
        ("", _("None: a result of my own")),
        *((agency.name, [(str(one.pk), one.name) for one in members]) for agency, members in groups),
    ]


class PlanItemForm(BaseForm):
    """The result itself. `key` lets the same empty form be sent twice and add one result."""

    version_field = "revision"

    result = LineField(
        label=_("What do you want to bring about?"),
        help_text=_("Name the result, not the activity: “Every pupil of class V reads fluently”."),
        max_length=RESULT_LENGTH,
    )
    kind = forms.ChoiceField(
        label=_("Which kind of result is it?"),
        help_text=_(
            "Main results come from your duty or from your supervisor's plan. Additional ones are agreed beside it."
        ),
        choices=ItemKind.choices,
        widget=forms.RadioSelect,
        initial=ItemKind.MAIN,
    )
    indicator = forms.ChoiceField(
        label=_("Indicator of the agency that it serves"),
        help_text=_("Your own unit's and those of the units above it."),
        required=False,
    )
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, indicators: Iterable[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = indicator_choices(indicators)  # type: ignore[attr-defined]  # a choice field


class MeasureForm(BaseForm):
    """How the result is measured in one aspect; empty where it is not."""

    mark_optional = False

    indicator = LineField(label=_("What is measured?"), max_length=200, required=False)
    target = _figure(label=_("Target"))
    target_upper = _figure(
        label=_("Upper bound"),
        help_text=_("Only where a range is best: the target is then its lower bound."),
    )
    unit = LineField(
        label=_("Unit of measure"),
        help_text=_("For example: percent, documents, days."),
        max_length=40,
        required=False,
    )
    polarity = forms.ChoiceField(
        label=_("Which way is better?"),
        choices=[("", _("Choose")), *Polarity.choices],
        required=False,
    )

    def __init__(self, *args: Any, aspect: Aspect, **kwargs: Any) -> None:
        self.aspect = aspect
        super().__init__(*args, prefix=aspect.value, **kwargs)

    @property
    def title(self) -> str:
        """The aspect in words."""
        return str(self.aspect.label)

    @property
    def is_open(self) -> bool:
        """Whether the group is shown unfolded: something stands in it."""
        return any(str(self[name].value() or "").strip() for name in self.fields)

    def clean(self) -> dict[str, Any]:
        """All of it or none of it, and a target that can be computed with."""
        cleaned = super().clean() or {}
        if not self.is_open:
            return cleaned
        needed = {
            "indicator": _("Say what is measured."),
            "target": _("Give the target."),
            "unit": _("Give the unit of the target."),
            "polarity": _("Choose which way is better."),
        }
        for name, sentence in needed.items():
            if name not in self.errors and cleaned.get(name) in (None, ""):
                self.add_error(name, sentence)
        if not self.errors:
            refusal = unusable(cleaned["polarity"], cleaned["target"], cleaned.get("target_upper"))
            if refusal is not None:
                about_upper = cleaned["polarity"] == Polarity.RANGE or cleaned.get("target_upper") is not None
                self.add_error("target_upper" if about_upper else "target", str(refusal))
        return cleaned

    @property
    def measure(self) -> MeasureData | None:
        """What was typed, or None for an empty group. The form is valid."""
        if not self.is_open:
            return None
        return MeasureData(
            aspect=self.aspect.value,
            indicator=self.cleaned_data["indicator"],
            unit=self.cleaned_data["unit"],
            polarity=self.cleaned_data["polarity"],
            target=self.cleaned_data["target"],
            target_upper=self.cleaned_data["target_upper"],
        )


class PlanItemForms:
    """The result with its four groups: one page, one submit, one list of errors."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        indicators: Sequence[Indicator],
        initial: Mapping[str, Any] | None = None,
        version: int,
    ) -> None:
        given = dict(initial or {})
        self.has_indicators = bool(indicators)
        self.item = PlanItemForm(data, indicators=indicators, initial=given, version=version)
        self.measures = tuple(
            MeasureForm(data, aspect=aspect, initial=_under(f"{aspect.value}-", given)) for aspect in Aspect
        )

    def is_valid(self) -> bool:
        """Whether everything can be stored; a result needs one measure at least."""
        forms_valid = [form.is_valid() for form in (self.item, *self.measures)]
        if not all(forms_valid):
            return False
        if not any(form.is_open for form in self.measures):
            self.item.add_error(None, _("Say in at least one aspect how the result is measured."))
            return False
        return True

    @property
    def data(self) -> ItemData:
        """What was typed. The forms are valid."""
        cleaned = self.item.cleaned_data
        return ItemData(
            result=cleaned["result"],
            kind=ItemKind(cleaned["kind"]),
            measures=tuple(form.measure for form in self.measures if form.measure is not None),
            indicator_id=uuid.UUID(cleaned["indicator"]) if cleaned["indicator"] else None,
        )

    @property
    def key(self) -> uuid.UUID | None:
        """The key that the empty form was given."""
        key: uuid.UUID | None = self.item.cleaned_data["key"]
        return key

    @property
    def revision(self) -> int:
        """The version that the form was made from."""
        revision: int = self.item.cleaned_data["revision"]
        return revision


def _under(start: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(start): value for name, value in values.items() if name.startswith(start)}


def typed_from(item: PlanItem) -> dict[str, Any]:
    """A stored result as the fields of the page."""
    values: dict[str, Any] = {
        "result": item.result,
        "kind": item.kind,
        "indicator": str(item.indicator_id or ""),
    }
    for measure in item.measures.all():
        for name in ("indicator", "unit", "polarity", "target", "target_upper"):
            values[f"{measure.aspect}-{name}"] = getattr(measure, name)
    return values


def filled_from(values: Mapping[str, Any], indicator: Indicator | None) -> dict[str, Any]:
    """What was typed so far with the chosen IKU's name, unit and direction put where the quantity is still empty."""
    filled = dict(values)
    if indicator is not None:
        start = f"{Aspect.QUANTITY.value}-"
        for name, value in (
            ("indicator", indicator.name),
            ("unit", indicator.unit),
            ("polarity", indicator.polarity),
        ):
            if not str(filled.get(start + name) or "").strip():
                filled[start + name] = value
    return filled


class ReasonForm(BaseForm):
    """Why an agreed plan is changed."""

    reason = TextField(
        label=_("Why does the plan change?"),
        help_text=_("For example: a new task, a changed budget, a transfer. Your supervisor reads this."),
        max_length=REASON_LENGTH,
        rows=4,
    )
