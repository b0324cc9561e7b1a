"""What a supervisor writes on the pages of a rating. Nothing is required while it is a draft; nothing is preset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from appraisal.completeness import MAX_CHARACTERS
from appraisal.enums import Rating
from appraisal.selectors.assessments import Level
from core.errors import Sentence
from core.fields import DateField, TextField
from core.forms import BaseForm
from core.rating import RatingChoice, RatingField

LINES = 3

_RESULT_CHOICES = (
    RatingChoice(
        Rating.ABOVE,
        Rating.ABOVE.label,
        _("The result goes beyond the target, and others than those agreed upon benefit from it."),
    ),
    RatingChoice(
        Rating.MEETS,
        Rating.MEETS.label,
        _(
            "The target was reached. Where it was narrowly missed, the cause lay beyond the employee's control."
        ),
    ),
    RatingChoice(
        Rating.BELOW,
        Rating.BELOW.label,
        _("The target was not reached, and the agreed steps to mend it were not taken."),
    ),
)
_OVERALL_RESULTS = (
    RatingChoice(
        Rating.ABOVE,
        Rating.ABOVE.label,
        _("Most results go beyond what was agreed, and no main one falls short."),
    ),
    RatingChoice(Rating.MEETS, Rating.MEETS.label, _("Most results are as agreed.")),
    RatingChoice(Rating.BELOW, Rating.BELOW.label, _("Most main results fall short of what was agreed.")),
)
_OVERALL_BEHAVIOR = (
    RatingChoice(
        Rating.ABOVE,
        Rating.ABOVE.label,
        _("Most values are lived beyond what is expected, and none falls short."),
    ),
    RatingChoice(Rating.MEETS, Rating.MEETS.label, _("The values are lived as expected.")),
    RatingChoice(Rating.BELOW, Rating.BELOW.label, _("Most values fall short of what is expected.")),
)


def _text(label: Sentence, hint: Sentence = "", *, rows: int = 4) -> TextField:
    return TextField(label=label, help_text=hint, max_length=MAX_CHARACTERS, rows=rows, required=False)


class DraftForm(BaseForm):
    """A page that is saved as a draft: as its `data`, which `initial_of` reads back."""

    version_field = "revision"

    @classmethod
    def initial_of(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """A stored draft by the names of the fields."""
        return dict(data)

    @property
    def draft(self) -> dict[str, Any]:
        """The page as it is stored."""
        raise NotImplementedError  # each page has its own shape


class _WithEvent(DraftForm):
    """A choice with its reason and the day of the event that shows it."""

    choice: ClassVar[str]
    may_stay_empty = ("rating", "level", "reason", "incident_on")

    @property
    def draft(self) -> dict[str, Any]:
        """Choice, reason and the day as an ISO text."""
        day: dt.date | None = self.cleaned_data["incident_on"]
        return {
            self.choice: self.cleaned_data[self.choice] or None,
            "reason": self.cleaned_data["reason"],
            "incident_on": day.isoformat() if day else None,
        }


_DAY_HINT = _("Needed when no evidence stands beside the result. Within the appraised part of the year.")


class ItemForm(_WithEvent):
    """One plan item."""

    choice = "rating"

    rating = RatingField(
        label=_("How is this result?"),
        help_text=_("Compare with the agreed target, not with other people."),
        rating_choices=_RESULT_CHOICES,
        required=False,
    )
    reason = _text(
        _("Reason and a real event"),
        _("Needed above and below expectation. Say what happened and when."),
    )
    incident_on = DateField(label=_("Day of the event"), help_text=_DAY_HINT, required=False)


class ValueForm(_WithEvent):
    """One core value on its five anchors, the highest first."""

    choice = "level"

    def __init__(
        self, *args: Any, levels: Sequence[Level], level_ratings: Sequence[str], **kwargs: Any
    ) -> None:
        self.base_fields = {  # type: ignore[misc]  # this form's own, copied by Form.__init__
            "level": RatingField(
                label=_("Which description fits best over the whole year?"),
                help_text=_("Think of events from January to December, not only of this month."),
                rating_choices=_anchors(levels, level_ratings),
                coerce=int,
                empty_value=None,
                required=False,
            ),
            "reason": _text(
                _("Reason and a real event"),
                _(
                    "Needed where the level counts as above or below expectation. Situation, what was done, effect."
                ),
            ),
            "incident_on": DateField(
                label=_("Day of the event"),
                help_text=_("Needed together with the reason. Within the appraised part of the year."),
                required=False,
            ),
        }
        super().__init__(*args, **kwargs)


def _anchors(levels: Iterable[Level], level_ratings: Sequence[str]) -> list[RatingChoice]:
    """The anchors as cards; each says what its level means in this cycle."""
    return [
        RatingChoice(
            str(level.number),
            level.title,
            format_html(
                '{}<span class="soft small d-block mt-1">{}</span>',
                level.text,
                _COUNTS_AS[Rating(level_ratings[level.number - 1])],
            ),
            str(level.number),
        )
        for level in levels
    ]


_COUNTS_AS: Mapping[Rating, Sentence] = {
    Rating.ABOVE: _("Counts as above expectation this year."),
    Rating.MEETS: _("Counts as meeting expectation this year."),
    Rating.BELOW: _("Counts as below expectation this year."),
}


class CompetencyForm(DraftForm):
    """One competency by level, the highest first."""

    may_stay_empty = ("level",)

    def __init__(self, *args: Any, levels: Sequence[Level], required: int, **kwargs: Any) -> None:
        self.base_fields = {  # type: ignore[misc]  # this form's own, copied by Form.__init__
            "level": RatingField(
                label=_("Which level has the employee shown this year?"),
                help_text=_("Choose the highest level of which you have seen the signs."),
                rating_choices=_levels(levels, required),
                coerce=int,
                empty_value=None,
                required=False,
            ),
            "reason": _text(_("What you have seen"), _("An event helps in the talk about growth.")),
        }
        super().__init__(*args, **kwargs)

    @property
    def draft(self) -> dict[str, Any]:
        """Level and reason."""
        return {"level": self.cleaned_data["level"], "reason": self.cleaned_data["reason"]}


def _levels(levels: Iterable[Level], required: int) -> list[RatingChoice]:
    """The levels as cards with their signs; the required one says so."""
    return [
        RatingChoice(
            str(level.number),
            format_html("{} – {}", level.title, _REQUIRED) if level.number == required else level.title,
            format_html("{}{}", level.text, format_html_join("", _SIGN, ((sign,) for sign in level.signs))),
            str(level.number),
        )
        for level in levels
    ]


_REQUIRED = _("required by the position")
_SIGN = '<span class="sign-of-level soft small">{}</span>'


class OverallForm(DraftForm):
    """Both overall ratings, and why where one differs from what the rule suggests."""

    may_stay_empty = ("results", "results_reason", "behavior", "behavior_reason")

    results = RatingField(
        label=_("Results of work as a whole"), rating_choices=_OVERALL_RESULTS, required=False
    )
    results_reason = _text(
        _("Why the results differ from the suggestion"), _("Needed only when your choice differs."), rows=3
    )
    behavior = RatingField(
        label=_("Behaviour at work as a whole"), rating_choices=_OVERALL_BEHAVIOR, required=False
    )
    behavior_reason = _text(
        _("Why behaviour differs from the suggestion"), _("Needed only when your choice differs."), rows=3
    )

    @property
    def draft(self) -> dict[str, Any]:
        """The four fields as texts."""
        names = ("results", "results_reason", "behavior", "behavior_reason")
        return {name: self.cleaned_data[name] or "" for name in names}


@dataclass(frozen=True, slots=True)
class FeedbackPart:
    """One of the three parts of the feedback: the field that is asked, and more where there is more to say."""

    title: Sentence
    first: forms.BoundField
    more: tuple[forms.BoundField, ...]
    is_open: bool


class FeedbackForm(DraftForm):
    """Up to three strengths, things to improve and agreed next steps."""

    may_stay_empty = ("strengths_1", "improvements_1", "next_steps_1")
    PARTS: ClassVar[tuple[tuple[str, Sentence, Sentence], ...]] = (
        ("strengths", _("Strength"), _("A situation, what the employee did, and what came of it.")),
        ("improvements", _("To improve"), _("What you saw, its effect, and what you expect instead.")),
        (
            "next_steps",
            _("Agreed next step"),
            _("Who does what, and by when. It stands beside next year's plan."),
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.base_fields = {  # type: ignore[misc]  # this form's own, copied by Form.__init__
            f"{part}_{number}": _text(_numbered(label, number), hint if number == 1 else "", rows=3)
            for part, label, hint in self.PARTS
            for number in range(1, LINES + 1)
        }
        super().__init__(*args, **kwargs)

    @property
    def parts(self) -> list[FeedbackPart]:
        """The fields part by part; a second and third one open when something stands there."""
        found = []
        for part, label, _hint in self.PARTS:
            first, *more = [self[f"{part}_{number}"] for number in range(1, LINES + 1)]
            found.append(
                FeedbackPart(label, first, tuple(more), any(field.value() or field.errors for field in more))
            )
        return found

    @classmethod
    def initial_of(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """The lists spread over the fields."""
        return {
            f"{part}_{number}": text
            for part, _label, _hint in cls.PARTS
            for number, text in enumerate([*data.get(part, ()), *[""] * LINES][:LINES], start=1)
        }

    @property
    def draft(self) -> dict[str, Any]:
        """Each part as the list of what was written."""
        return {
            part: [text for number in range(1, LINES + 1) if (text := self.cleaned_data[f"{part}_{number}"])]
            for part, _label, _hint in self.PARTS
        }


def _numbered(label: Sentence, number: int) -> Sentence:
    return label if number == 1 else f"{label} {number}"
