"""The kept ratings of one appraisal beside each other: first save, sent, each revision. Reads nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from appraisal.enums import Rating, RatingStage
from appraisal.models import RatingRecord
from appraisal.selectors.result_words import LABELS
from core import wording
from core.errors import Sentence


@dataclass(frozen=True, slots=True)
class Column:
    """One kept rating: which, by whom, when."""

    stage: Sentence
    author: str
    saved_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rating says about one thing."""

    value: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in every rating; `differs` when the ratings do not agree."""

    label: Sentence
    answers: tuple[Answer, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one kind."""

    title: Sentence
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class RatingTable:
    """All ratings side by side."""

    columns: tuple[Column, ...]
    groups: tuple[Group, ...]


def rating_table(records: Sequence[RatingRecord]) -> RatingTable:
    """The ratings in the order of their versions."""
    contents = [record.content for record in records]
    return RatingTable(
        columns=tuple(
            Column(
                stage=RatingStage(record.stage).label,
                author=record.author.name,
                saved_at=record.saved_at,
            )
            for record in records
        ),
        groups=(
            *_revisions(records),
            Group(_("Plan items"), _rows(contents, "items", "key", _item)),
            Group(_("Core values"), _rows(contents, "values", "code", _levelled)),
            Group(_("Competencies"), _rows(contents, "competencies", "code", _levelled)),
            Group(_("Overall ratings"), tuple(_overall(contents, name) for name in ("results", "behavior"))),
            Group(_("Feedback"), tuple(_feedback(contents))),
        ),
    )


def _revisions(records: Sequence[RatingRecord]) -> Iterable[Group]:
    """Why a rating was revised, when one was."""
    if any(record.reason for record in records):
        answers = tuple(Answer("", record.reason) for record in records)
        yield Group(_("Revision"), (Line(label=_("Reason"), answers=answers, differs=False),))


def _line(label: Sentence, answers: Iterable[Answer]) -> Line:
    kept = tuple(answers)
    return Line(label=label, answers=kept, differs=len(set(kept)) > 1)


def _rows(contents: Sequence[Mapping[str, Any]], part: str, key: str, told: Any) -> tuple[Line, ...]:
    names: dict[str, str] = {}
    for content in contents:
        names.update({row[key]: row["name"] for row in content[part]})
    by_key = [{row[key]: row for row in content[part]} for content in contents]
    return tuple(
        _line(name, (told(rows[code]) if code in rows else Answer(wording.NOTHING) for rows in by_key))
        for code, name in names.items()
    )


def _item(row: Mapping[str, Any]) -> Answer:
    return Answer(_rating(row["rating"]), row["reason"])


def _levelled(row: Mapping[str, Any]) -> Answer:
    level = row["level"]
    return Answer(_("Level %(level)s") % {"level": level} if level else wording.NOTHING, row["reason"])


def _rating(value: str | None) -> str:
    return str(Rating(value).label) if value in Rating.values else wording.NOTHING


def _overall(contents: Sequence[Mapping[str, Any]], name: str) -> Line:
    return _line(
        LABELS[name],
        (
            Answer(_rating(content["overall"][name]), content["overall"][f"{name}_reason"])
            for content in contents
        ),
    )


def _feedback(contents: Sequence[Mapping[str, Any]]) -> Iterable[Line]:
    for name, label in (
        ("strengths", _("What is strong")),
        ("improvements", _("What can be improved")),
        ("next_steps", _("Next steps")),
    ):
        yield _line(label, (Answer("", "\n".join(content["feedback"][name])) for content in contents))
