"""What each page of the rating reads beside the form: proofs, notes of the year, anchors, the employee's words."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, Q, TextField, Value

from appraisal.enums import JournalKind, Topic
from appraisal.models import Appraisal, Evidence, JournalEntry, RatingRecord
from appraisal.selectors.assessments import Level
from appraisal.selectors.ratings import FEEDBACK, OVERALL, RatingForm
from indicators.models import BehaviorAnchor, CompetencyLevel, CoreValueStatement


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the rating: its topic, its key, its name."""

    topic: Topic
    key: str
    name: str = ""


def places_of(form: RatingForm) -> tuple[Place, ...]:
    """Every page in order: items, values, competencies, the overall ratings, the feedback."""
    return (
        *(Place(Topic.ITEM, item.key, item.name) for item in form.items),
        *(Place(Topic.VALUE, page.code, page.name) for page in form.values),
        *(Place(Topic.COMPETENCY, page.code, page.name) for page in form.competencies),
        Place(Topic.OVERALL, OVERALL),
        Place(Topic.FEEDBACK, FEEDBACK),
    )


# --- proofs and notes ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence: a text, a link, or both."""

    title: str
    url: str
    text: str
    dated_on: dt.date


@dataclass(frozen=True, slots=True)
class Note:
    """An entry of the journal."""

    kind: JournalKind
    text: str
    by: str
    happened_on: dt.date


@dataclass(frozen=True, slots=True)
class Record:
    """What was proved and noted in the year, in the order of the days."""

    proofs: tuple[Proof, ...]
    notes: tuple[Note, ...]


def record_of_item(appraisal: Appraisal, item_key: uuid.UUID, reader_id: uuid.UUID | None) -> Record:
    """The evidence and the entries of one plan item that the reader may see. One query."""
    text = TextField()
    proofs = (
        Evidence.objects.filter(appraisal=appraisal.pk, item_key=item_key)
        .order_by()
        .values_list(Value("", text), "dated_on", F("title"), F("url"), F("text"), Value("", text))
    )
    notes = (
        _readable_notes(reader_id)
        .filter(appraisal=appraisal.pk, item_key=item_key)
        .order_by()
        .values_list("kind", "happened_on", Value("", text), Value("", text), F("text"), F("author__name"))
    )
    rows = sorted(proofs.union(notes, all=True), key=lambda row: row[1])
    return Record(
        proofs=tuple(
            Proof(title=title, url=url, text=said, dated_on=day)
            for kind, day, title, url, said, _by in rows
            if not kind
        ),
        notes=tuple(
            Note(kind=JournalKind(kind), text=said, by=by, happened_on=day)
            for kind, day, _title, _url, said, by in rows
            if kind
        ),
    )


def notes_of_year(appraisal: Appraisal, reader_id: uuid.UUID | None) -> tuple[Note, ...]:
    """Every entry of the year that the reader may see, in the order of the days. One query."""
    rows = (
        _readable_notes(reader_id)
        .filter(appraisal=appraisal.pk)
        .order_by("happened_on", "written_at", "pk")
        .values_list("kind", "text", "author__name", "happened_on")
    )
    return tuple(
        Note(kind=JournalKind(kind), text=text, by=by, happened_on=day) for kind, text, by, day in rows
    )


def _readable_notes(reader_id: uuid.UUID | None) -> Any:
    return JournalEntry.objects.filter(Q(shared=True) | Q(author=reader_id))


# --- anchors ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ValueTexts:
    """The official statements of a core value, and its anchors from the highest level down."""

    statements: tuple[str, ...]
    levels: tuple[Level, ...]


def value_texts(code: str) -> ValueTexts:
    """What the page of a core value says. One query."""
    text = TextField()
    statements = (
        CoreValueStatement.objects.filter(value=code)
        .order_by()
        .values_list(Value("statement", CharField()), F("number"), Value("", text), F("text"))
    )
    anchors = (
        BehaviorAnchor.objects.filter(value=code)
        .order_by()
        .values_list(Value("anchor", CharField()), F("level"), F("title"), F("text"))
    )
    rows = sorted(statements.union(anchors, all=True))
    return ValueTexts(
        statements=tuple(said for kind, _n, _title, said in rows if kind == "statement"),
        levels=tuple(
            Level(level, title, said) for kind, level, title, said in reversed(rows) if kind == "anchor"
        ),
    )


def competency_texts(code: str) -> tuple[Level, ...]:
    """The levels of a competency with their signs, from the highest down. One query."""
    return tuple(
        Level(row.level, row.title, row.text, tuple(row.signs))
        for row in CompetencyLevel.objects.filter(competency=code).order_by("-level")
    )


# --- what the employee said ---------------------------------------------------------------------

_PARTS = {
    Topic.ITEM: ("items", "key"),
    Topic.VALUE: ("values", "code"),
    Topic.COMPETENCY: ("competencies", "code"),
}


def said_about(submission: Mapping[str, Any] | None, topic: Topic, key: str) -> Mapping[str, Any]:
    """The part of a sent self-assessment that is about one page; empty when nothing was sent about it."""
    if submission is None:
        return {}
    part, name = _PARTS[topic]
    return next((row for row in submission["content"].get(part, ()) if row[name] == key), {})


def words_of(said: Mapping[str, Any]) -> tuple[str, ...]:
    """The texts of a part, without the level that was chosen."""
    return tuple(str(said.get(name) or "").strip() for name in ("process", "impact", "text"))


def mended_since_return(
    earlier: Mapping[str, Any] | None, later: Mapping[str, Any] | None
) -> tuple[tuple[Topic, str, str], ...]:
    """The pages whose words or figures differ between the returned version and the one sent again: topic, key, name."""
    if earlier is None or later is None:
        return ()
    return tuple(_differing(earlier, later))


def _differing(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> Iterator[tuple[Topic, str, str]]:
    for topic, (part, name) in _PARTS.items():
        for row in later["content"].get(part, ()):
            before = said_about(earlier, topic, row[name])
            if _told(before) != _told(row):
                yield topic, row[name], row["name"]


def _told(row: Mapping[str, Any]) -> Any:
    """Everything that was told, apart from the level: that is shown after the first save alone."""
    return {name: value for name, value in row.items() if name != "level"}


# --- kept ratings -------------------------------------------------------------------------------


def records_of(appraisal: Appraisal) -> tuple[RatingRecord, ...]:
    """Every kept rating with its author, oldest first. One query."""
    return tuple(
        RatingRecord.objects.filter(appraisal=appraisal.pk).select_related("author").order_by("version", "pk")
    )
