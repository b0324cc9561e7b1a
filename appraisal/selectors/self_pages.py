"""The self-assessment as a list of pages: in which order, which are done, which comes next."""

from __future__ import annotations

import enum
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appraisal.completeness import (
    Asked,
    missing_for_self_competency,
    missing_for_self_item,
    missing_for_self_value,
)
from appraisal.enums import CycleState, Phase, SelfState, Topic
from appraisal.facts import Facts, Reason
from appraisal.models import Appraisal
from appraisal.selectors.assessments import Answers, CompetencyPage, SelfForm, ValuePage
from appraisal.selectors.plans import ItemRow, asked_rows

MINUTES_PER_PAGE = 2


class Stage(enum.StrEnum):
    """How the self-assessment stands towards its writer."""

    AHEAD = "ahead"
    OPEN = "open"
    SENT = "sent"
    RETURNED = "returned"
    OVER = "over"


WRITABLE = frozenset({Stage.OPEN, Stage.RETURNED})


def stage_of(appraisal: Appraisal, facts: Facts) -> Stage:
    """Whether it can be written now, has been sent, is still ahead, or is over."""
    if facts.self_assessment == SelfState.SENT:
        return Stage.SENT
    if appraisal.cycle.state != CycleState.OPEN or facts.self_assessment == SelfState.NOT_SENT:
        return Stage.OVER
    if facts.self_assessment == SelfState.RETURNED:
        in_time = facts.self_due_at is not None and facts.at < facts.self_due_at
        return Stage.RETURNED if in_time else Stage.OVER
    if facts.is_open(Phase.SELF_ASSESSMENT):
        return Stage.OPEN
    return Stage.OVER if facts.has_closed(Phase.SELF_ASSESSMENT) else Stage.AHEAD


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `begun` when something was written, `missing` what it still lacks."""

    topic: Topic
    key: str
    name: str
    begun: bool
    missing: tuple[Reason, ...]

    @property
    def done(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def in_own_order(values: Iterable[ValuePage], appraisal_id: uuid.UUID) -> list[ValuePage]:
    """The seven values in an order of this person's own, always the same, so that no value is everybody's first."""
    return sorted(
        values, key=lambda value: hashlib.sha256(f"{appraisal_id}{value.code}".encode()).hexdigest()
    )


def item_pages(rows: Sequence[ItemRow], answers: Answers) -> list[Page]:
    """The planned results as pages."""
    items, realized = asked_rows(rows)
    pages = []
    for item in items:
        answer = answers.one(Topic.ITEM, item.key)
        begun = bool(answer) or any(key in realized for key in item.measures)
        missing = missing_for_self_item(item, answer, realized)
        pages.append(Page(Topic.ITEM, item.key, item.name, begun, missing))
    return pages


def value_pages_of(appraisal: Appraisal, values: Iterable[ValuePage], answers: Answers) -> list[Page]:
    """The core values as pages, in the person's own order."""
    return [
        _page(
            Topic.VALUE,
            value.asked,
            answers,
            missing_for_self_value(value.asked, answers.one(Topic.VALUE, value.code)),
        )
        for value in in_own_order(values, appraisal.pk)
    ]


def competency_pages_of(competencies: Iterable[CompetencyPage], answers: Answers) -> list[Page]:
    """The required competencies as pages."""
    return [
        _page(
            Topic.COMPETENCY,
            one.asked,
            answers,
            missing_for_self_competency(one.asked, answers.one(Topic.COMPETENCY, one.code)),
        )
        for one in competencies
    ]


def _page(topic: Topic, asked: Asked, answers: Answers, missing: tuple[Reason, ...]) -> Page:
    return Page(topic, asked.key, asked.name, _says_something(answers.one(topic, asked.key)), missing)


def _says_something(answer: Mapping[str, Any]) -> bool:
    return any(value not in (None, "", {}, []) for value in answer.values())


def all_pages(appraisal: Appraisal, form: SelfForm) -> list[Page]:
    """Every page in the order in which they are gone through."""
    return [
        *item_pages(form.rows, form.answers),
        *value_pages_of(appraisal, form.values, form.answers),
        *competency_pages_of(form.competencies, form.answers),
    ]


def minutes_left(pages: Iterable[Page]) -> int:
    """About how long the unfinished pages take."""
    return MINUTES_PER_PAGE * sum(not page.done for page in pages)
