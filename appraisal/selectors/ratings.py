"""What the supervisor's form asks and holds, and what may be shown beside it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from appraisal.completeness import (
    AskedItem,
    OverallAnswer,
    is_level,
    missing_in_change,
    missing_in_feedback,
    missing_in_rating,
)
from appraisal.enums import Rating, RatingStage, RatingState, Topic
from appraisal.facts import Reason
from appraisal.models import Appraisal, Plan
from appraisal.scoring.content import suggested_behavior, suggested_results
from appraisal.scoring.matrix import Suggestion, rating_of_level
from appraisal.selectors.assessments import (
    Answers,
    CompetencyPage,
    ValuePage,
    answers_of,
    competency_pages,
    value_pages,
)
from appraisal.selectors.plans import ItemRow, agreed_rows, asked_rows

OVERALL = "overall"
FEEDBACK = "feedback"
CHANGE = "change"


@dataclass(frozen=True, slots=True)
class RatingForm:
    """Everything that a rating asks and holds for one author.

    `first` is the content of their first save until they send; None before it and afterwards.
    """

    rows: tuple[ItemRow, ...]
    items: tuple[AskedItem, ...]
    values: tuple[ValuePage, ...]
    competencies: tuple[CompetencyPage, ...]
    answers: Answers
    level_ratings: tuple[str, ...]
    segment: tuple[dt.date, dt.date]
    first: Mapping[str, Any] | None = None

    @property
    def plan(self) -> Plan | None:
        """The agreed version that is rated."""
        return self.rows[0].item.plan if self.rows else None

    @property
    def missing(self) -> tuple[Reason, ...]:
        """What the first save still lacks."""
        return missing_in_rating(
            items=self.items,
            values=[page.asked for page in self.values],
            competencies=[page.asked for page in self.competencies],
            item_answers=self.answers.of(Topic.ITEM),
            value_answers=self.answers.of(Topic.VALUE),
            competency_answers=self.answers.of(Topic.COMPETENCY),
        )

    @property
    def results_suggestion(self) -> Suggestion | None:
        """What the rule makes of the items rated so far."""
        return suggested_results(
            [(item.kind, self.answers.one(Topic.ITEM, item.key).get("rating")) for item in self.items]
        )

    @property
    def behavior_suggestion(self) -> Suggestion | None:
        """What the rule makes of the values rated so far."""
        return suggested_behavior(
            [self.answers.one(Topic.VALUE, page.code).get("level") for page in self.values],
            self.level_ratings,
        )

    @property
    def value_ratings(self) -> Mapping[str, Rating]:
        """The rating that each chosen level means in this cycle."""
        mapping = [Rating(rating) for rating in self.level_ratings]
        chosen = {page.code: self.answers.one(Topic.VALUE, page.code).get("level") for page in self.values}
        return {code: rating_of_level(level, mapping) for code, level in chosen.items() if is_level(level)}

    def overall(self, name: str, suggestion: Suggestion | None) -> OverallAnswer:
        """One overall rating as decided so far (`results` or `behavior`)."""
        answer = self.answers.one(Topic.OVERALL, OVERALL)
        return OverallAnswer(
            decided=str(answer.get(name) or ""),
            suggested=str(suggestion.rating.value) if suggestion else "",
            reason=str(answer.get(f"{name}_reason") or ""),
        )

    @property
    def changed_since_first(self) -> tuple[str, ...]:
        """The names of the results, values and competencies that are rated otherwise than at the first save."""
        if self.first is None:
            return ()
        parts = (
            (Topic.ITEM, "items", "key", "rating", [(item.key, item.name) for item in self.items]),
            (Topic.VALUE, "values", "code", "level", [(page.code, page.name) for page in self.values]),
            (
                Topic.COMPETENCY,
                "competencies",
                "code",
                "level",
                [(page.code, page.name) for page in self.competencies],
            ),
        )
        return tuple(
            name
            for topic, part, key, choice, pages in parts
            for code, name in pages
            if {row[key]: row[choice] for row in self.first[part]}.get(code)
            != self.answers.one(topic, code).get(choice)
        )

    @property
    def change_reason(self) -> str:
        """Why something was changed since the first save; "" when nothing was."""
        written = str(self.answers.one(Topic.OVERALL, CHANGE).get("reason") or "").strip()
        return written if self.changed_since_first else ""

    @property
    def missing_for_sending(self) -> tuple[Reason, ...]:
        """What sending lacks beyond the first save."""
        return (
            *self._missing_in_words,
            *missing_in_change(self.changed_since_first, self.change_reason),
        )

    @property
    def _missing_in_words(self) -> tuple[Reason, ...]:
        return missing_in_feedback(
            items=self.items,
            values=[page.asked for page in self.values],
            item_answers=self.answers.of(Topic.ITEM),
            value_answers=self.answers.of(Topic.VALUE),
            value_ratings=self.value_ratings,
            results=self.overall("results", self.results_suggestion),
            behavior=self.overall("behavior", self.behavior_suggestion),
            feedback=self.answers.one(Topic.FEEDBACK, FEEDBACK),
            segment=self.segment,
        )


def rating_form(appraisal: Appraisal, author_id: uuid.UUID, *, with_texts: bool = False) -> RatingForm:
    """The form of one author. Six queries at most, three more with the texts of every page."""
    rows = agreed_rows(appraisal)
    return RatingForm(
        rows=rows,
        items=asked_rows(rows)[0],
        values=value_pages(with_texts=with_texts),
        competencies=competency_pages(appraisal, with_texts=with_texts),
        answers=answers_of(appraisal, author_id),
        level_ratings=tuple(appraisal.cycle.level_ratings),
        segment=(appraisal.first_day, appraisal.last_day),
        first=first_content(appraisal, author_id),
    )


def first_content(appraisal: Appraisal, author_id: uuid.UUID) -> Mapping[str, Any] | None:
    """The first save of an author who has not sent yet. One query, none in any other state."""
    if appraisal.rating_state != RatingState.FIRST_SAVED:
        return None
    kept: Mapping[str, Any] | None = (
        appraisal.ratings.filter(author=author_id, stage=RatingStage.FIRST)
        .values_list("content", flat=True)
        .first()
    )
    return kept


def self_ratings_revealed(appraisal: Appraisal, reader_id: uuid.UUID) -> bool:
    """Whether the rater may see the levels that the employee chose: after the first save of their own ratings.

    A first save of somebody who rated before (an earlier supervisor) reveals nothing. One query at most.
    """
    if appraisal.rating_state == RatingState.OPEN:
        return False
    return appraisal.ratings.filter(author=reader_id, stage=RatingStage.FIRST).exists()


def self_levels(content: Mapping[str, Any] | None) -> dict[str, int]:
    """The employee's own level per core value and competency code, from a submission."""
    if content is None:
        return {}
    return {
        row["code"]: row["level"]
        for row in [*content.get("values", ()), *content.get("competencies", ())]
        if row.get("level") is not None
    }
