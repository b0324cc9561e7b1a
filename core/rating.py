"""Rating cards: a choice whose every option has a title and the anchor that describes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms

from core.errors import Sentence


@dataclass(frozen=True, slots=True)
class RatingChoice:
    """One row. `number` stands at its end; `apart` sets it off, for "not enough observed"."""

    value: str
    title: Sentence
    anchor: Sentence = ""
    number: str = ""
    apart: bool = False


@dataclass(frozen=True, slots=True)
class RatingOption:
    """A row as it is drawn."""

    choice: RatingChoice
    id: str
    checked: bool


class RatingSelect(forms.RadioSelect):
    """Native radio buttons; the field template draws the rows."""


class RatingField(forms.TypedChoiceField):
    """One of the rating choices, none of them preset. The cleaned value is a string unless `coerce` says otherwise."""

    widget = RatingSelect

    def __init__(self, *, rating_choices: Iterable[RatingChoice], **kwargs: Any) -> None:
        self.rating_choices = tuple(rating_choices)
        super().__init__(choices=[(choice.value, choice.title) for choice in self.rating_choices], **kwargs)


def options_of(field: forms.BoundField) -> list[RatingOption]:
    """The rows of a bound rating field."""
    value = field.value()
    chosen = "" if value is None else str(value)
    return [
        RatingOption(
            choice=choice, id=f"{field.auto_id}_{index}", checked=bool(chosen) and choice.value == chosen
        )
        for index, choice in enumerate(field.field.rating_choices)  # type: ignore[attr-defined]  # a RatingField
    ]
