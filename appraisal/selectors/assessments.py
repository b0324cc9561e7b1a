"""What the forms of self-assessment and rating ask, and what was answered so far."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db.models import Prefetch, Q, Subquery, Value
from django.db.models.functions import Coalesce

from appraisal.completeness import Asked, AskedItem, missing_in_self
from appraisal.enums import RatingStage, Topic
from appraisal.facts import Reason
from appraisal.models import Appraisal, DraftAnswer, Plan, RatingRecord, SelfSubmission
from appraisal.selectors.plans import ItemRow, agreed_rows, asked_rows
from indicators.enums import CompetencyKind
from indicators.models import (
    BehaviorAnchor,
    Competency,
    CompetencyLevel,
    CompetencyRequirement,
    CoreValue,
    CoreValueStatement,
)

DEFAULT_REQUIRED_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Level:
    """One of five levels: what it looks like."""

    number: int
    title: str
    text: str
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ValuePage:
    """A core value as a page of a form."""

    code: str
    name: str
    order: int
    statements: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()

    @property
    def asked(self) -> Asked:
        """The page as the completeness rules read it."""
        return Asked(key=self.code, name=self.name)


@dataclass(frozen=True, slots=True)
class CompetencyPage:
    """A competency as a page of a form, with the level that the position requires."""

    code: str
    name: str
    kind: str
    required: int
    levels: tuple[Level, ...] = ()

    @property
    def asked(self) -> Asked:
        """The page as the completeness rules read it."""
        return Asked(key=self.code, name=self.name)


def value_pages(*, with_texts: bool = False, texts_of: str = "") -> tuple[ValuePage, ...]:
    """The seven core values in order. One query, three with statements and anchors (of all, or of the one named)."""
    values = CoreValue.objects.order_by("order")
    told = with_texts or bool(texts_of)
    if told:
        one = {"value": texts_of} if texts_of else {}
        values = values.prefetch_related(
            Prefetch("statements", queryset=CoreValueStatement.objects.filter(**one).order_by("number")),
            Prefetch("anchors", queryset=BehaviorAnchor.objects.filter(**one).order_by("level")),
        )
    return tuple(
        ValuePage(
            code=value.code,
            name=value.name,
            order=value.order,
            statements=tuple(row.text for row in value.statements.all()) if told else (),
            levels=tuple(Level(row.level, row.title, row.text) for row in value.anchors.all())
            if told
            else (),
        )
        for value in values
    )


def competency_pages(
    appraisal: Appraisal, *, with_texts: bool = False, texts_of: str = ""
) -> tuple[CompetencyPage, ...]:
    """The competencies that the appraised position requires: the nine, and the technical one of its family.

    One query, one more with the texts (of all, or of the one named). A position level without a stored requirement
    asks for level 1.
    """
    position = appraisal.placement.position
    required = CompetencyRequirement.objects.filter(position_level=position.level_id).values("level")
    competencies = (
        Competency.objects.filter(~Q(kind=CompetencyKind.TECHNICAL) | Q(family=position.family_id))
        .annotate(required=Coalesce(Subquery(required), DEFAULT_REQUIRED_LEVEL))
        .order_by("order", "code")
    )
    told = with_texts or bool(texts_of)
    if told:
        one = {"competency": texts_of} if texts_of else {}
        competencies = competencies.prefetch_related(
            Prefetch("levels", queryset=CompetencyLevel.objects.filter(**one).order_by("level"))
        )
    return tuple(
        CompetencyPage(
            code=row.code,
            name=row.name,
            kind=row.kind,
            required=row.required,
            levels=_competency_levels(row) if told else (),
        )
        for row in competencies
    )


def _competency_levels(competency: Competency) -> tuple[Level, ...]:
    return tuple(Level(one.level, one.title, one.text, tuple(one.signs)) for one in competency.levels.all())


_TITLES_KEY, _TITLES_SECONDS = "level_titles", 600


def level_titles() -> dict[tuple[Topic, str, int], str]:
    """What the levels of core values and competencies are called. One query, or none for ten minutes."""
    titles: dict[tuple[Topic, str, int], str] | None = cache.get(_TITLES_KEY)
    if titles is None:
        titles = _read_titles()
        cache.set(_TITLES_KEY, titles, _TITLES_SECONDS)
    return titles


def _read_titles() -> dict[tuple[Topic, str, int], str]:
    anchors = BehaviorAnchor.objects.annotate(topic=Value(Topic.VALUE.value)).values_list(
        "topic", "value_id", "level", "title"
    )
    levels = CompetencyLevel.objects.annotate(topic=Value(Topic.COMPETENCY.value)).values_list(
        "topic", "competency_id", "level", "title"
    )
    return {
        (Topic(topic), code, level): title
        for topic, code, level, title in anchors.order_by().union(levels.order_by(), all=True)
    }


@dataclass(frozen=True, slots=True)
class Answers:
    """A writer's drafts by topic and key, with their revisions and when they were saved."""

    by_topic: Mapping[Topic, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    revisions: Mapping[tuple[Topic, str], int] = field(default_factory=dict)
    saved_ats: Mapping[tuple[Topic, str], dt.datetime] = field(default_factory=dict)

    def of(self, topic: Topic) -> Mapping[str, Mapping[str, Any]]:
        """The answers of one topic by key."""
        return self.by_topic.get(topic, {})

    def one(self, topic: Topic, key: str) -> Mapping[str, Any]:
        """One page's answer, empty when nothing was written."""
        return self.of(topic).get(key, {})

    def revision(self, topic: Topic, key: str) -> int:
        """The revision that a form starts from: 0 when nothing was written."""
        return self.revisions.get((topic, key), 0)

    def saved_at(self, topic: Topic, key: str) -> dt.datetime | None:
        """When the page was last saved."""
        return self.saved_ats.get((topic, key))

    @property
    def last_saved_at(self) -> dt.datetime | None:
        """When something was saved last."""
        return max(self.saved_ats.values(), default=None)


def answers_of(appraisal: Appraisal, author_id: uuid.UUID) -> Answers:
    """All drafts of one writer in an appraisal. One query."""
    drafts = DraftAnswer.objects.filter(appraisal=appraisal, author=author_id)
    return answers_from(drafts.values_list(*DRAFT_FIELDS))


DRAFT_FIELDS = ("topic", "key", "data", "revision", "saved_at")
Draft = tuple[str, str, Mapping[str, Any], int, dt.datetime]


def answers_from(drafts: Iterable[Draft]) -> Answers:
    """Drafts of one writer in one appraisal by topic and key, from their `DRAFT_FIELDS`."""
    by_topic: dict[Topic, dict[str, Mapping[str, Any]]] = {}
    revisions: dict[tuple[Topic, str], int] = {}
    saved_ats: dict[tuple[Topic, str], dt.datetime] = {}
    for code, key, data, revision, saved_at in drafts:
        topic = Topic(code)
        by_topic.setdefault(topic, {})[key] = data
        revisions[topic, key] = revision
        saved_ats[topic, key] = saved_at
    return Answers(by_topic=by_topic, revisions=revisions, saved_ats=saved_ats)


@dataclass(frozen=True, slots=True)
class SelfForm:
    """Everything a self-assessment asks and holds."""

    rows: tuple[ItemRow, ...]
    items: tuple[AskedItem, ...]
    values: tuple[ValuePage, ...]
    competencies: tuple[CompetencyPage, ...]
    answers: Answers
    realized: frozenset[str]

    @property
    def plan(self) -> Plan | None:
        """The agreed version that is told about."""
        return self.rows[0].item.plan if self.rows else None

    @property
    def missing(self) -> tuple[Reason, ...]:
        """What is still missing, page by page."""
        return missing_in_self(
            items=self.items,
            values=[page.asked for page in self.values],
            competencies=[page.asked for page in self.competencies],
            item_answers=self.answers.of(Topic.ITEM),
            value_answers=self.answers.of(Topic.VALUE),
            competency_answers=self.answers.of(Topic.COMPETENCY),
            realized=self.realized,
        )


def self_form(appraisal: Appraisal, *, with_texts: bool = False) -> SelfForm:
    """The employee's form. Five queries, three more with the texts of every page."""
    rows = agreed_rows(appraisal)
    items, realized = asked_rows(rows)
    return SelfForm(
        rows=rows,
        items=items,
        values=value_pages(with_texts=with_texts),
        competencies=competency_pages(appraisal, with_texts=with_texts),
        answers=answers_of(appraisal, appraisal.employee_id),
        realized=realized,
    )


def standing_submission(appraisal: Appraisal) -> SelfSubmission | None:
    """The self-assessment that counts: the latest that was not taken back."""
    return appraisal.submissions.filter(withdrawn_at=None).order_by("-version", "pk").first()


def latest_rating(appraisal: Appraisal) -> RatingRecord | None:
    """The rating that counts: the newest one that was sent or revised."""
    return (
        appraisal.ratings.exclude(stage=RatingStage.FIRST)
        .select_related("author")
        .order_by("-version", "pk")
        .first()
    )


def first_rating(appraisal: Appraisal) -> RatingRecord | None:
    """The first save, kept beside the final one."""
    return appraisal.ratings.filter(stage=RatingStage.FIRST).select_related("author").first()
