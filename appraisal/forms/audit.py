"""How an auditor finds an appraisal: by name in the URL, by number in a POST, so that no number stands in a log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.nip import LENGTH, clean_number
from core.fields import LineField
from core.forms import BaseForm, FilterForm


class AuditFilter(FilterForm):
    """Name, agency and year of a list of appraisals."""

    q = LineField(label=_("Name"), max_length=80)
    unit = forms.ChoiceField(label=_("Agency"))
    year = forms.ChoiceField(label=_("Year"))

    def __init__(self, *args: Any, units: Sequence[Agency], years: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("All")),
            *((str(unit.pk), unit.name) for unit in units),
        ]
        self.fields["year"].choices = [(str(year), str(year)) for year in years]  # type: ignore[attr-defined]  # a ChoiceField


class NumberForm(BaseForm):
    """The exact NIP or NI PPPK of one person."""

    number = LineField(
        label=_("NIP or NI PPPK"),
        help_text=_("18 digits. The number is not kept in the address or in any log."),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "w-nip", "inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        """The digits without the signs people group them by."""
        digits = clean_number(self.cleaned_data["number"])
        if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()):
            raise ValidationError(_("A NIP or NI PPPK has 18 digits."), code="malformed")
        return digits
