"""What was changed in a rating after it was sent: the earlier and the later record beside each other. Reads nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from appraisal.enums import Predicate, Rating, RatingStage
from appraisal.models import RatingRecord
from appraisal.scoring.matrix import predicate_of
from appraisal.selectors.result_words import LABELS, quoted
from core import wording
from core.components import Node


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that differs: what, before, after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision in calibration with everything that it changed."""

    by: str
    at: dt.datetime
    reason: str
    before: Predicate
    after: Predicate
    changes: tuple[Change, ...]


def predicate_in(content: Mapping[str, Any]) -> Predicate:
    """The predicate to which the overall ratings of a complete rating lead."""
    overall = content["overall"]
    return predicate_of(Rating(overall["results"]), Rating(overall["behavior"]))


def revisions_of(records: Iterable[RatingRecord]) -> tuple[Revision, ...]:
    """The revisions among the records of one appraisal, oldest first. First saves are left out: they were no rating yet."""
    sent = sorted(
        (record for record in records if record.stage != RatingStage.FIRST),
        key=lambda record: record.version,
    )
    return tuple(
        Revision(
            by=later.author.name,
            at=later.saved_at,
            reason=later.reason,
            before=predicate_in(earlier.content),
            after=predicate_in(later.content),
            changes=changes_between(earlier.content, later.content),
        )
        for earlier, later in pairwise(sent)
    )


def changes_between(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> tuple[Change, ...]:
    """Ratings and levels that differ, and that words were changed; the words themselves stand in the records."""
    changes = choices_between(earlier, later)
    for name in ("results", "behavior"):
        before, after = earlier["overall"][name], later["overall"][name]
        if before != after:
            changes.append(Change(str(LABELS[name]), _rated(before), _rated(after)))
    if _words(earlier) != _words(later):
        changes.append(Change(_("Reasons and feedback"), _("Earlier wording"), _("New wording")))
    return tuple(changes)


def choices_between(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> list[Change]:
    """The ratings of items and the levels that differ."""
    return [
        *_in_list(earlier, later, "items", "key", "rating", _rated),
        *_in_list(earlier, later, "values", "code", "level", _level),
        *_in_list(earlier, later, "competencies", "code", "level", _level),
    ]


def _in_list(
    earlier: Mapping[str, Any], later: Mapping[str, Any], part: str, key: str, choice: str, told: Any
) -> list[Change]:
    before = {row[key]: row[choice] for row in earlier[part]}
    return [
        Change(
            row["name"],
            told(before[row[key]]) if row[key] in before else wording.NOTHING,
            told(row[choice]),
        )
        for row in later[part]
        if before.get(row[key]) != row[choice]
    ]


def _rated(value: str) -> str:
    return str(Rating(value).label)


def _level(value: int) -> str:
    return _("Level %(level)d") % {"level": value}


def _words(content: Mapping[str, Any]) -> tuple[Any, ...]:
    """Everything that was written, apart from what was chosen."""
    overall = content["overall"]
    return (
        [(row["reason"], row["incident_on"]) for part in ("items", "values") for row in content[part]],
        [row["reason"] for row in content["competencies"]],
        overall["results_reason"],
        overall["behavior_reason"],
        content["feedback"],
    )


def change_nodes(records: Sequence[RatingRecord]) -> tuple[Node, ...]:
    """Every change of a rating that was kept, as lines of the tree: after the first save, then in calibration."""
    return (*_first_change(records), *revision_nodes(revisions_of(records)))


def _first_change(records: Sequence[RatingRecord]) -> tuple[Node, ...]:
    """That the rating was sent otherwise than its author had first saved it, with the reason."""
    final = next((record for record in records if record.stage == RatingStage.FINAL), None)
    first = next(
        (
            record
            for record in records
            if final is not None and record.stage == RatingStage.FIRST and record.author_id == final.author_id
        ),
        None,
    )
    if final is None or first is None:
        return ()
    changes = choices_between(first.content, final.content)
    if not changes:
        return ()
    return (
        Node(
            label=_("Changed after the first save of %(day)s") % {"day": wording.day(first.saved_at)},
            value=_("Changes: %(n)d") % {"n": len(changes)},
            why=_("%(name)s gave this reason: %(reason)s")
            % {"name": final.author.name, "reason": quoted(final.reason)}
            if final.reason
            else "",
            children=_change_lines(changes),
        ),
    )


def _change_lines(changes: Iterable[Change]) -> tuple[Node, ...]:
    return tuple(
        Node(
            label=change.label,
            value=change.after,
            why=_("Before: %(before)s.") % {"before": change.before},
        )
        for change in changes
    )


def revision_nodes(revisions: Sequence[Revision]) -> tuple[Node, ...]:
    """The revisions as lines of the tree."""
    return tuple(
        Node(
            label=_("Changed in calibration on %(day)s") % {"day": wording.day(revision.at)},
            value=_predicates(revision),
            why=_("%(name)s gave this reason: %(reason)s")
            % {"name": revision.by, "reason": quoted(revision.reason)},
            children=_change_lines(revision.changes),
        )
        for revision in revisions
    )


def _predicates(revision: Revision) -> str:
    if revision.before == revision.after:
        return _("Same predicate")
    return _("%(before)s became %(after)s") % {
        "before": revision.before.label,
        "after": revision.after.label,
    }
