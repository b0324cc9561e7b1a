"""What HR types: dates of phases, more time for a person, filters of lists."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from appraisal.enums import PEER_PHASES, Phase, Track
from appraisal.selectors.late import LATE_PHASES
from appraisal.services.cycles import WindowDates
from appraisal.windows import WindowRow
from core.clock import CITY_TIME, day_end, day_start, last_day
from core.fields import DateField, LineField, TextField
from core.forms import BaseForm, FilterForm

REASON_LIMIT = 1000
FIRST_YEAR, LAST_YEAR = 2020, 2099


class PrepareForm(BaseForm):
    """Which year to prepare."""

    year = forms.IntegerField(
        label=_("Year"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-date", "autocomplete": "off"}),
        error_messages={"invalid": _("Write a year, for example 2027.")},
    )


class WindowsForm(BaseForm):
    """First and last day of every phase: of the whole city, or of one unit, where empty means as the city.

    The two phases of the peers may stay empty for the city, too: then the year does without them.
    Days that have passed in an open cycle are shown, not asked.
    """

    def __init__(
        self,
        *args: Any,
        rows: Mapping[Phase, WindowRow],
        locked: Mapping[Phase, tuple[bool, bool]],
        for_unit: bool,
        needs_reason: bool,
        **kwargs: Any,
    ) -> None:
        self.rows = rows
        self.for_unit = for_unit
        super().__init__(*args, **kwargs)
        for phase in Phase:
            row = rows.get(phase)
            opens_locked, closes_locked = locked.get(phase, (False, False))
            if not opens_locked:
                self.fields[f"{phase}_first"] = DateField(
                    label=_("%(phase)s: first day") % {"phase": phase.label},
                    required=not for_unit and phase not in PEER_PHASES,
                    initial=row.opens_at.astimezone(CITY_TIME).date() if row else None,
                )
            if not closes_locked:
                self.fields[f"{phase}_last"] = DateField(
                    label=_("%(phase)s: last day") % {"phase": phase.label},
                    required=not for_unit and phase not in PEER_PHASES,
                    initial=last_day(row.closes_at) if row else None,
                )
        if needs_reason:
            self.fields["reason"] = TextField(
                label=_("Reason for the change"),
                help_text=_("Shown to everybody concerned, together with your name."),
                max_length=REASON_LIMIT,
                rows=2,
            )

    def clean(self) -> dict[str, Any]:
        """A unit's phase has both days or neither; the last day is not before the first."""
        cleaned = super().clean() or {}
        for phase in Phase:
            first, last = self._day(phase, "first", cleaned), self._day(phase, "last", cleaned)
            if (first is None) != (last is None):
                name = f"{phase}_{'first' if first is None else 'last'}"
                if name in self.fields and name not in self.errors:
                    self.add_error(name, _("Fill in both days, or leave both empty."))
            elif first is not None and last is not None and last < first and f"{phase}_last" in self.fields:
                self.add_error(f"{phase}_last", _("The last day cannot lie before the first."))
        return cleaned

    def _day(self, phase: Phase, end: str, cleaned: Mapping[str, Any]) -> dt.date | None:
        """The day as typed, or as stored where it is locked."""
        if f"{phase}_{end}" in self.fields:
            value: dt.date | None = cleaned.get(f"{phase}_{end}")
            return value
        row = self.rows.get(phase)
        if row is None:
            return None
        return row.opens_at.astimezone(CITY_TIME).date() if end == "first" else last_day(row.closes_at)

    def changes(self, unit: uuid.UUID | None) -> dict[tuple[Phase, uuid.UUID | None], WindowDates | None]:
        """What to hand to set_windows; a stored moment that is not a midnight stays when its day stays."""
        found: dict[tuple[Phase, uuid.UUID | None], WindowDates | None] = {}
        for phase in Phase:
            first = self._day(phase, "first", self.cleaned_data)
            last = self._day(phase, "last", self.cleaned_data)
            row = self.rows.get(phase)
            if first is None or last is None:
                if row is not None:
                    found[(phase, unit)] = None
                continue
            opens_at, closes_at = day_start(first), day_end(last)
            if row is not None and row.opens_at.astimezone(CITY_TIME).date() == first:
                opens_at = row.opens_at
            if row is not None and last_day(row.closes_at) == last:
                closes_at = row.closes_at
            found[(phase, unit)] = WindowDates(opens_at, closes_at)
        return found


class UnitForm(FilterForm):
    """Which unit gets dates of its own."""

    unit = forms.ChoiceField(label=_("Unit"))

    def __init__(self, *args: Any, units: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("Choose a unit")),
            *((str(unit.pk), unit.name) for unit in units),
        ]


class ExtensionForm(BaseForm):
    """More time for one person in one phase."""

    phase = forms.ChoiceField(label=_("Phase"), widget=forms.RadioSelect)
    until = DateField(label=_("New last day"), help_text=_("Open until 23.59 WIB of this day."))
    reason = TextField(
        label=_("Reason"),
        help_text=_("The person reads it, together with your name."),
        max_length=REASON_LIMIT,
        rows=3,
    )

    def __init__(self, *args: Any, phases: Sequence[Phase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phase"].choices = [(phase.value, phase.label) for phase in phases]  # type: ignore[attr-defined]  # a ChoiceField


class LateFilter(FilterForm):
    """Who is late: name, phase, unit."""

    q = LineField(label=_("Name"), max_length=80)
    phase = forms.ChoiceField(label=_("Phase"), choices=[(phase.value, phase.label) for phase in LATE_PHASES])
    unit = forms.ChoiceField(label=_("Unit"))

    def __init__(self, *args: Any, units: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("All")),
            *((str(unit.pk), unit.name) for unit in units),
        ]


class ProgressFilter(FilterForm):
    """Which track to count."""

    track = forms.ChoiceField(label=_("Step"), choices=Track.choices)
