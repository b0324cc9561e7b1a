"""What readers of peers' words and HR type: why a first rating changed, a report, a decision, the numbers of a year."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from appraisal.completeness import MAX_CHARACTERS
from core.fields import TextField
from core.forms import BaseForm

REASON_LIMIT = 1000
MOST = 50


class ChangeForm(BaseForm):
    """Why the rating that is sent differs from the first save. It may stay empty until then."""

    version_field = "revision"
    may_stay_empty = ("reason",)

    reason = TextField(
        label=_("Why did you change your first rating?"),
        help_text=_(
            "At least 20 characters. Both ratings stay. Your superior reads the reason from calibration on, the employee "
            "with the result. Do not quote peers."
        ),
        max_length=MAX_CHARACTERS,
        rows=3,
        required=False,
    )


class ReportForm(BaseForm):
    """What is wrong with a text."""

    reason = TextField(
        label=_("What is wrong with this text?"),
        help_text=_(
            "An insult, an untrue accusation, or something private. HR reads it together with the text."
        ),
        max_length=REASON_LIMIT,
        rows=3,
    )


class DecisionForm(BaseForm):
    """Hide or keep a reported text, with the reason that readers of the page will find."""

    choice = forms.ChoiceField(label=_("What shall happen to this text?"), widget=forms.RadioSelect)
    reason = TextField(
        label=_("Reason"),
        help_text=_("Shown in the place of the text when it is hidden. Do not repeat the text."),
        max_length=REASON_LIMIT,
        rows=3,
    )

    HIDE: ClassVar[str] = "hide"
    KEEP: ClassVar[str] = "keep"

    def __init__(self, *args: Any, is_second: bool, asked_by_me: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hide = _("Hide it, as the second person") if is_second else _("Ask for it to be hidden")
        self.fields["choice"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            *([] if asked_by_me else [(self.HIDE, hide)]),
            (self.KEEP, _("Keep it")),
        ]


def _number(label: Any, hint: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=hint,
        min_value=1,
        max_value=MOST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-date", "autocomplete": "off"}),
        error_messages={"invalid": _("Write a whole number, for example 5.")},
    )


class PeerNumbersForm(BaseForm):
    """How many reviewers a person has, and how many people one reviewer may be drawn for."""

    peers_minimum = _number(
        _("Fewest reviewers of a person"), _("At least 3: what fewer than three say is never shown.")
    )
    peers_maximum = _number(_("Most reviewers of a person"))
    peers_drawn = _number(
        _("Reviewers drawn by lot"),
        _("For whoever has too few when nomination closes. Not below the fewest."),
    )
    reviewer_maximum = _number(_("Most people drawn for one reviewer"))

    def clean(self) -> dict[str, Any]:
        """Three or more, and the draw between the fewest and the most."""
        cleaned = super().clean() or {}
        fewest, drawn, most = (
            cleaned.get(name) for name in ("peers_minimum", "peers_drawn", "peers_maximum")
        )
        if fewest is not None and fewest < 3:
            self.add_error("peers_minimum", _("Ask at least three reviewers."))
        if fewest is not None and drawn is not None and drawn < fewest:
            self.add_error("peers_drawn", _("The draw cannot be smaller than the fewest reviewers."))
        if most is not None and drawn is not None and drawn > most:
            self.add_error("peers_drawn", _("The draw cannot be larger than the most reviewers."))
        return cleaned
