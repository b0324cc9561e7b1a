"""The pages of the self-assessment about a core value or a competency, and the declaration at its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appraisal.completeness import MAX_CHARACTERS
from appraisal.selectors.assessments import Level
from core.fields import TextField
from core.forms import BaseForm
from core.rating import RatingChoice, RatingField


class _LevelFields(forms.Form):
    """The five levels, highest first, none of them chosen beforehand, and room for words."""

    def __init__(
        self, *args: Any, levels: tuple[Level, ...], question: str, hint: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"] = RatingField(
            label=question,
            help_text=hint,
            rating_choices=[
                RatingChoice(
                    str(level.number), level.title or _level_name(level), level.text, number=str(level.number)
                )
                for level in reversed(levels)
            ],
            coerce=int,
            empty_value=None,
            required=False,
        )
        self.fields["text"] = TextField(
            label=_("Tell one real event"), max_length=MAX_CHARACTERS, rows=6, required=False
        )


def _level_name(level: Level) -> str:
    """What a level without a title of its own is called."""
    return gettext("Level %(number)s") % {"number": level.number}


class LevelForm(BaseForm, _LevelFields):
    """One level with words. It may be saved unfinished; what is missing is asked for when going on."""

    version_field = "revision"
    mark_optional = False

    def __init__(self, *args: Any, words_hint: str, words_are_optional: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = words_hint
        self.fields["text"].optional_mark = words_are_optional  # type: ignore[attr-defined]  # read by the field template

    @property
    def answer(self) -> dict[str, Any]:
        """What is stored."""
        return {"level": self.cleaned_data["level"], "text": self.cleaned_data["text"]}


def fields_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """A stored page as the fields of its form."""
    level = data.get("level")
    return {"level": "" if level is None else str(level), "text": data.get("text", "")}


class DeclarationForm(BaseForm):
    """What is declared by sending."""

    declared = forms.BooleanField(
        label=_("What I wrote is true to the best of my knowledge, and the evidence can be opened."),
        error_messages={"required": _("Tick the declaration that what you wrote is true.")},
    )
