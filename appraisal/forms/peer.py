"""The forms of a reviewer: one value per page, and the check of a receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appraisal.completeness import MAX_CHARACTERS, NOT_OBSERVED
from appraisal.selectors.assessments import Level
from core.fields import LineField, TextField
from core.forms import BaseForm
from core.rating import RatingChoice, RatingField


class _Answer(forms.Form):
    """The five levels, highest first, and apart from them "not enough observed"; then what to keep and what to change."""

    strength = TextField(
        label=_("What to keep"),
        help_text=_(
            "One event: the situation, what this person did, and what came of it. Needed for level 5, welcome at every "
            "level."
        ),
        max_length=MAX_CHARACTERS,
        rows=5,
        required=False,
    )
    wish = TextField(
        label=_("What to start or stop"),
        help_text=_(
            "One event: the situation, what this person did, and what came of it; then what you would like to see. "
            "Needed for levels 1 and 2, welcome at every level."
        ),
        max_length=MAX_CHARACTERS,
        rows=5,
        required=False,
    )

    def __init__(self, *args: Any, levels: tuple[Level, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"level": _level_field(levels), **self.fields}


class ValueForm(BaseForm, _Answer):
    """One value. Nothing is chosen beforehand; it may be saved unfinished, and going on asks for what is missing."""

    version_field = "revision"
    mark_optional = False

    @property
    def answer(self) -> dict[str, Any]:
        """What is stored."""
        return {name: self.cleaned_data[name] for name in ("level", "strength", "wish")}

    @property
    def texts(self) -> list[str]:
        """What was typed, as it was typed: for copying where it can no longer be saved."""
        typed = [str(self[name].value() or "") for name in ("strength", "wish")]
        return [text for text in typed if text.strip()]


def _level_field(levels: tuple[Level, ...]) -> RatingField:
    cards = [
        RatingChoice(str(level.number), level.title, level.text, number=str(level.number))
        for level in reversed(levels)
    ]
    cards.append(
        RatingChoice(
            str(NOT_OBSERVED),
            _("Not enough observed"),
            _("You have seen too little of this to judge it fairly. It lowers nobody's result."),
            apart=True,
        )
    )
    return RatingField(
        label=_("Which description fits best what you saw?"),
        help_text=_(
            "Choose one. Think of the whole year, not only of the last weeks or of what others told you."
        ),
        rating_choices=cards,
        coerce=int,
        empty_value=None,
        required=False,
    )


def fields_of(page: Mapping[str, Any]) -> dict[str, Any]:
    """A stored page as the fields of its form."""
    level = page["level"]
    return {
        "level": "" if level is None else str(level),
        "strength": page["strength"],
        "wish": page["wish"],
    }


class SendForm(BaseForm):
    """Sending; `attempt` is a random word by which a second click of the same button is known for what it is."""

    mark_optional = False

    attempt = LineField(max_length=40, required=False, widget=forms.HiddenInput())


class ReceiptForm(BaseForm):
    """The code of a receipt, typed from paper or from a photograph."""

    receipt = LineField(
        label=_("Your receipt"),
        help_text=_("26 letters and digits. Dashes, spaces and small letters do not matter."),
        max_length=100,
        error_messages={"required": _("Type the receipt that you wrote down when you sent your answer.")},
    )
