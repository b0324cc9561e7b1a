"""Filters of the lists of those who lead, and the comments with which they return or change something."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appraisal.completeness import MAX_CHARACTERS
from appraisal.selectors.team import Filters
from core.errors import Sentence
from core.fields import LineField, TextField
from core.forms import BaseForm, FilterForm

LONGEST_NAME = 160


class TeamFilter(FilterForm):
    """Part of a name or NIP, a state, an order: all in the URL."""

    q = LineField(
        label=_("Name or NIP"), max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("All")),
            ("mine", _("Waiting for me")),
            ("late", _("Overdue")),
            ("rated", _("Rated")),
        ],
    )
    sort = forms.ChoiceField(label=_("Order"), choices=[("", _("Most urgent")), ("name", _("Name"))])

    @property
    def filters(self) -> Filters:
        """What was asked for; what cannot be read asks for nothing."""
        asked = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return Filters(**{name: asked.get(name, "") for name in ("q", "state", "sort")})


class NameFilter(FilterForm):
    """Part of a name."""

    q = LineField(label=_("Name"), max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"type": "search"}))

    @property
    def name(self) -> str:
        """The part of the name; "" when it cannot be read."""
        return str(self.cleaned_data.get("q", "")) if self.is_valid() else ""


class CommentForm(BaseForm):
    """One comment that the other side reads. It may be empty here: the table asks for it where it is needed."""

    may_stay_empty = ("comment",)

    def __init__(self, *args: Any, label: Sentence, hint: Sentence, **kwargs: Any) -> None:
        self.base_fields = {  # type: ignore[misc]  # this form's own, copied by Form.__init__
            "comment": TextField(
                label=label, help_text=hint, max_length=MAX_CHARACTERS, rows=4, required=False
            )
        }
        super().__init__(*args, **kwargs)
