"""What is typed about reviewers: a part of a name, why one declines or is withdrawn, more time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from appraisal.enums import DeclineReason
from core.fields import DateField, LineField, TextField
from core.forms import BaseForm, FilterForm

REASON_LIMIT = 1000


class ColleagueFilter(FilterForm):
    """Parts of a colleague's name."""

    q = LineField(
        label=_("Name of a colleague"), max_length=160, widget=forms.TextInput(attrs={"type": "search"})
    )

    @property
    def typed(self) -> str:
        """What was typed; "" when it cannot be read."""
        return str(self.cleaned_data.get("q", "")) if self.is_valid() else ""


class DueFilter(FilterForm):
    """Reviewers whose view is due: name, unit of the appraised."""

    q = LineField(label=_("Name"), max_length=80)
    unit = forms.ChoiceField(label=_("Unit"))

    def __init__(self, *args: Any, units: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("All")),
            *((str(unit.pk), unit.name) for unit in units),
        ]


class DeclineForm(BaseForm):
    """Why a reviewer cannot answer."""

    reason = forms.ChoiceField(
        label=_("Why can you not do it?"),
        widget=forms.RadioSelect,
        choices=DeclineReason.choices,
        error_messages={"required": _("Choose one reason.")},
    )
    comment = TextField(
        label=_("In a few words"),
        help_text=_(
            "So that the supervisor can ask the right person instead. Write nothing about the work itself."
        ),
        max_length=REASON_LIMIT,
        rows=3,
    )


class WithdrawForm(BaseForm):
    """Why somebody is taken off the list."""

    reason = TextField(
        label=_("Reason"),
        help_text=_("It stays in the record; the auditor can read it."),
        max_length=REASON_LIMIT,
        rows=3,
    )


class MoreTimeForm(BaseForm):
    """More time for one reviewer."""

    until = DateField(label=_("New last day"), help_text=_("Open until 23.59 WIB of this day."))
    reason = TextField(
        label=_("Reason"),
        help_text=_("The reviewer reads it."),
        max_length=REASON_LIMIT,
        rows=3,
    )
