"""What is written during the year: realisation with the reflection on it, evidence, journal."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from appraisal.completeness import MAX_CHARACTERS
from appraisal.enums import JournalKind
from appraisal.models import PlanItem
from appraisal.selectors.plans import ItemRow
from core.fields import DateField, DecimalField, LineField, TextField
from core.forms import BaseForm
from indicators.enums import Polarity

NOTE_LENGTH = 2000


def figure_name(measure_key: uuid.UUID) -> str:
    """The name of the field that asks for a measure's figure."""
    return f"figure-{measure_key}"


class _FigureFields(forms.Form):
    """One field for each measure of a planned result; its sentences name the measure."""

    def __init__(
        self, *args: Any, row: ItemRow, hints: Mapping[uuid.UUID, str], reflecting: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        for one in row.measures:
            milestones = one.measure.polarity == Polarity.BINARY
            self.fields[figure_name(one.measure.key)] = DecimalField(
                label=one.measure.indicator,
                help_text=hints.get(one.measure.key, ""),
                max_digits=18,
                decimal_places=4,
                required=False,
                min_value=0 if milestones else None,
                widget=forms.TextInput(
                    attrs={"inputmode": "decimal", "autocomplete": "off", "class": "w-date"}
                ),
            )
        if reflecting:
            for name, label, hint in (
                ("process", _("How did you work on it?"), _PROCESS_HINT),
                ("impact", _("What did it bring about?"), _IMPACT_HINT),
            ):
                self.fields[name] = TextField(
                    label=label, help_text=hint, max_length=MAX_CHARACTERS, rows=6, required=False
                )


_PROCESS_HINT = _("What you did, what stood in the way, what you changed. Three to five sentences.")
_IMPACT_HINT = _(
    "Who feels the difference, and what shows it. Tell it as it is, also where the target was missed."
)


class ResultForm(BaseForm, _FigureFields):
    """The realisation of one planned result, and with `reflecting` the reflection on how it came about.

    `hints` say the target of each measure. It may be saved half-written: `typed` keeps what stands in the fields, `figures` those that can be read as numbers.
    """

    version_field = "revision"
    mark_optional = False

    @property
    def figures(self) -> dict[uuid.UUID, Decimal | None]:
        """What was reached by measure; None where a field is empty or cannot be read as a number."""
        return {
            one.measure.key: self.cleaned_data.get(figure_name(one.measure.key)) for one in self.row.measures
        }

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the fields of the figures, by measure, cut to what a number can need."""
        return {
            str(one.measure.key): str(self.data.get(figure_name(one.measure.key), ""))[:40]
            for one in self.row.measures
        }

    @property
    def only_figures_are_wrong(self) -> bool:
        """Whether everything but the figures can be stored."""
        return all(name.startswith("figure-") for name in self.errors)


class LinkField(forms.URLField):
    """An address of the web; the server never fetches it."""

    default_validators = [URLValidator(schemes=["http", "https"])]


class EvidenceForm(BaseForm):
    """A proof: a title with a link, a description, or both."""

    title = LineField(
        label=_("What is the evidence?"),
        help_text=_("For example: Attendance list of the reading group, first half-year."),
        max_length=160,
    )
    url = LinkField(
        label=_("Link"),
        help_text=_("Where your supervisor can open it. Cover private data of citizens, pupils or patients."),
        max_length=500,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("Write a whole address that begins with https://.")},
    )
    text = TextField(
        label=_("Description"),
        help_text=_("Needed when there is no link: what it shows, and where it lies."),
        max_length=NOTE_LENGTH,
        rows=3,
        required=False,
    )
    dated_on = DateField(label=_("Day of the evidence"))

    def clean(self) -> dict[str, Any]:
        """A proof says something: a link or a description."""
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("url") and not cleaned.get("text"):
            self.add_error("text", _("Describe the evidence or give a link."))
        return cleaned


class JournalForm(BaseForm):
    """A quick note of the year. Feedback of the supervisor is always shared, so only the employee is asked."""

    kind = forms.ChoiceField(label=_("What is it?"), widget=forms.RadioSelect)
    text = TextField(label=_("What happened?"), max_length=NOTE_LENGTH, rows=4)
    happened_on = DateField(label=_("On which day?"))
    item = forms.ChoiceField(label=_("Planned result"), required=False)
    private = forms.BooleanField(label=_("Only for me, not shared with my supervisor"), required=False)

    def __init__(
        self,
        *args: Any,
        kinds: Iterable[JournalKind],
        items: Iterable[PlanItem],
        may_be_private: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offered = [(kind.value, kind.label) for kind in kinds]
        self.fields["kind"].choices = offered  # type: ignore[attr-defined]  # a choice field
        self.fields["kind"].initial = offered[0][0] if len(offered) == 1 else None
        results = [(str(item.key), item.result) for item in items]
        self.fields["item"].choices = [("", _("None in particular")), *results]  # type: ignore[attr-defined]  # a ChoiceField
        if not results:
            del self.fields["item"]
        if not may_be_private:
            del self.fields["private"]

    @property
    def item_key(self) -> uuid.UUID | None:
        """The planned result that it belongs to."""
        chosen = self.cleaned_data.get("item")
        return uuid.UUID(chosen) if chosen else None

    @property
    def shared(self) -> bool:
        """Whether the other side may read it."""
        return not self.cleaned_data.get("private")
