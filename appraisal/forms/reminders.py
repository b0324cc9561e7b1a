"""What HR types about messages: filters, whom to remind, and the rules of reminders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from appraisal.selectors.told import watched_kinds
from appraisal.services.asking import PHASES
from core.fields import LineField
from core.forms import BaseForm, FilterForm
from core.notifications import MailState


def _unit_choices(units: Iterable[Agency]) -> list[tuple[str, str]]:
    return [(str(unit.pk), unit.name) for unit in units]


class ToldFilter(FilterForm):
    """Whom, of which kind, with which mail, in which unit."""

    q = LineField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"))
    state = forms.ChoiceField(label=_("Mail"), choices=[("", _("All")), *MailState.choices])
    unit = forms.ChoiceField(label=_("Unit"))

    def __init__(self, *args: Any, units: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("All")),
            *((kind.code, kind.name) for kind in watched_kinds()),
        ]
        self.fields["unit"].choices = [("", _("All")), *_unit_choices(units)]  # type: ignore[attr-defined]  # a ChoiceField


class RemindFilter(FilterForm):
    """Of which phase and in which unit to remind."""

    phase = forms.ChoiceField(label=_("Phase"), choices=[(phase.value, phase.label) for phase in PHASES])
    unit = forms.ChoiceField(label=_("Unit"))

    def __init__(self, *args: Any, units: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = _unit_choices(units)  # type: ignore[attr-defined]  # a ChoiceField


def _whole_number(label: Any, help_text: Any, *, lowest: int, highest: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=lowest,
        max_value=highest,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-date", "autocomplete": "off"}),
        error_messages={"invalid": _("Write a whole number.")},
    )


class ReminderRulesForm(BaseForm):
    """When a superior hears of waiting work, and how often HR may remind in bulk."""

    escalation_days = _whole_number(
        _("Days until the superior hears of it"),
        _("So long a supervisor may leave a sent plan unanswered."),
        lowest=1,
        highest=60,
    )
    bulk_reminders_per_day = _whole_number(
        _("Bulk reminders a day"),
        _("For each unit and phase. 0 switches them off."),
        lowest=0,
        highest=5,
    )
