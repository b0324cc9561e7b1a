"""Is this complete? Pure: what was written goes in, the reasons why it cannot be sent come out.

The list that guards a move is the list that the page shows. `key` names the page where it can be mended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from django.utils.translation import gettext_lazy as _

from appraisal.enums import ItemKind, Rating
from appraisal.facts import Reason

MIN_WORDS = 20
MAX_CHARACTERS = 4000
MAX_ITEMS = 12
LEVELS = (1, 2, 3, 4, 5)
LEVELS_WITH_WORDS = frozenset({1, 2, 5})
RATINGS_WITH_EVIDENCE = frozenset({Rating.BELOW, Rating.ABOVE})

Answers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One page of a form: its key and the name that people know."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class AskedItem:
    """A plan item as a page: its measures, its evidence, and how it counts."""

    key: str
    name: str
    kind: ItemKind = ItemKind.MAIN
    measures: tuple[str, ...] = ()
    evidence: int = 0


def too_short(text: Any) -> bool:
    """Whether a text says less than the twenty characters asked for."""
    return len(str(text or "").strip()) < MIN_WORDS


def is_level(value: Any) -> TypeGuard[int]:
    """Whether the value is one of the five levels."""
    return value in LEVELS and not isinstance(value, bool)


def _named(code: str, text: Any, asked: Asked | AskedItem, topic: str) -> Reason:
    return Reason(code, text, values={"name": asked.name}, key=f"{topic}:{asked.key}")


# --- the plan -----------------------------------------------------------------------------------


def missing_in_plan(items: Sequence[AskedItem]) -> tuple[Reason, ...]:
    """A plan needs one main item, a measure in each, and no more than twelve items."""
    reasons: list[Reason] = []
    if not any(item.kind == ItemKind.MAIN for item in items):
        reasons.append(Reason("no_main_item", _("Add at least one main result."), key="plan"))
    if len(items) > MAX_ITEMS:
        reasons.append(Reason("too_many_items", _("A plan has at most twelve results."), key="plan"))
    reasons.extend(
        _named("no_measure", _("Say how “%(name)s” is measured."), item, "item")
        for item in items
        if not item.measures
    )
    return tuple(reasons)


# --- the self-assessment ------------------------------------------------------------------------


def missing_for_self_item(
    item: AskedItem, answer: Mapping[str, Any], realized: frozenset[str]
) -> tuple[Reason, ...]:
    """Each measure has a realisation, and process and impact are told in at least twenty characters."""
    reasons = []
    if any(key not in realized for key in item.measures):
        reasons.append(_named("no_realization", _("Fill in the realisation of “%(name)s”."), item, "item"))
    if too_short(answer.get("process")):
        reasons.append(_named("no_process", _("Tell how you worked on “%(name)s”."), item, "item"))
    if too_short(answer.get("impact")):
        reasons.append(_named("no_impact", _("Tell what “%(name)s” brought about."), item, "item"))
    return tuple(reasons)


def missing_for_self_value(value: Asked, answer: Mapping[str, Any]) -> tuple[Reason, ...]:
    """A level, and words at levels 1, 2 and 5."""
    if not is_level(answer.get("level")):
        return (_named("no_level", _("Choose one level for %(name)s."), value, "value"),)
    if answer["level"] in LEVELS_WITH_WORDS and too_short(answer.get("text")):
        return (_named("no_words", _("Tell an event that shows your level for %(name)s."), value, "value"),)
    return ()


def missing_for_self_competency(competency: Asked, answer: Mapping[str, Any]) -> tuple[Reason, ...]:
    """A level."""
    if not is_level(answer.get("level")):
        return (_named("no_level", _("Choose one level for %(name)s."), competency, "competency"),)
    return ()


def missing_in_self(
    *,
    items: Sequence[AskedItem],
    values: Sequence[Asked],
    competencies: Sequence[Asked],
    item_answers: Answers,
    value_answers: Answers,
    competency_answers: Answers,
    realized: frozenset[str],
) -> tuple[Reason, ...]:
    """Everything that a self-assessment still lacks, page by page."""
    reasons: list[Reason] = []
    for item in items:
        reasons.extend(missing_for_self_item(item, item_answers.get(item.key, {}), realized))
    for value in values:
        reasons.extend(missing_for_self_value(value, value_answers.get(value.key, {})))
    for competency in competencies:
        reasons.extend(missing_for_self_competency(competency, competency_answers.get(competency.key, {})))
    return tuple(reasons)


# --- a reviewer's answer ------------------------------------------------------------------------

NOT_OBSERVED = 0
LEVELS_WITH_STRENGTH = frozenset({5})
LEVELS_WITH_WISH = frozenset({1, 2})


def is_answered(level: Any) -> bool:
    """Whether a reviewer chose one of the five levels, or that they have not seen enough."""
    return isinstance(level, int) and not isinstance(level, bool) and level in (NOT_OBSERVED, *LEVELS)


def missing_for_answer_page(value: Asked, answer: Mapping[str, Any]) -> tuple[Reason, ...]:
    """A level or "not observed enough"; at 5 what to keep, at 1 and 2 what to start or stop, each as an event."""
    level = answer.get("level")
    if not is_answered(level):
        return (_named("no_level", _("Choose one answer for %(name)s."), value, "value"),)
    if level in LEVELS_WITH_STRENGTH and too_short(answer.get("strength")):
        text = _("Tell an event that shows what to keep for %(name)s (20 characters).")
        return (_named("no_strength", text, value, "value"),)
    if level in LEVELS_WITH_WISH and too_short(answer.get("wish")):
        text = _("Tell what to start or stop for %(name)s, with an event (20 characters).")
        return (_named("no_wish", text, value, "value"),)
    return ()


def missing_in_answer(values: Sequence[Asked], answers: Answers) -> tuple[Reason, ...]:
    """Everything that a reviewer's answer still lacks, page by page; one value at least must have been observed."""
    reasons = [
        reason for value in values for reason in missing_for_answer_page(value, answers.get(value.key, {}))
    ]
    levels = [answers.get(value.key, {}).get("level") for value in values]
    if values and all(level == NOT_OBSERVED and is_answered(level) for level in levels):
        text = _(
            "You have not seen enough of any value, so there is nothing to count. Decline the invitation instead, and "
            "say that you have worked with this person too little."
        )
        reasons.append(Reason("nothing_observed", text))
    return tuple(reasons)


# --- the rating ---------------------------------------------------------------------------------


def missing_for_rated_item(item: AskedItem, answer: Mapping[str, Any]) -> tuple[Reason, ...]:
    """A rating."""
    if answer.get("rating") not in Rating.values:
        return (_named("no_rating", _("Choose a rating for “%(name)s”."), item, "item"),)
    return ()


def missing_for_rated_value(value: Asked, answer: Mapping[str, Any]) -> tuple[Reason, ...]:
    """A level."""
    if not is_level(answer.get("level")):
        return (_named("no_level", _("Choose one level for %(name)s."), value, "value"),)
    return ()


def missing_in_rating(
    *,
    items: Sequence[AskedItem],
    values: Sequence[Asked],
    competencies: Sequence[Asked],
    item_answers: Answers,
    value_answers: Answers,
    competency_answers: Answers,
) -> tuple[Reason, ...]:
    """Which items, values and competencies are not rated yet: the first save needs them all."""
    reasons: list[Reason] = []
    for item in items:
        reasons.extend(missing_for_rated_item(item, item_answers.get(item.key, {})))
    for value in values:
        reasons.extend(missing_for_rated_value(value, value_answers.get(value.key, {})))
    reasons.extend(
        _named("no_level", _("Choose one level for %(name)s."), competency, "competency")
        for competency in competencies
        if not is_level(competency_answers.get(competency.key, {}).get("level"))
    )
    return tuple(reasons)


def missing_evidence(
    asked: Asked | AskedItem, topic: str, answer: Mapping[str, Any], *, segment: tuple[dt.date, dt.date]
) -> tuple[Reason, ...]:
    """A rating below or above needs words, and one piece of evidence or an incident dated within the segment."""
    reasons = []
    if too_short(answer.get("reason")):
        reasons.append(
            _named("no_reason", _("Write the reason and a real event for “%(name)s”."), asked, topic)
        )
    happened = day_of(answer.get("incident_on"))
    evidence = asked.evidence if isinstance(asked, AskedItem) else 0
    if happened is not None and not segment[0] <= happened <= segment[1]:
        reasons.append(
            _named(
                "incident_outside",
                _("The day of the event for “%(name)s” lies outside this year."),
                asked,
                topic,
            )
        )
    elif happened is None and not evidence:
        reasons.append(_named("no_evidence", _("Give the day of the event for “%(name)s”."), asked, topic))
    return tuple(reasons)


def day_of(value: Any) -> dt.date | None:
    """The date of an ISO text, or None."""
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class OverallAnswer:
    """An overall rating as decided, beside the rule's suggestion."""

    decided: str
    suggested: str
    reason: str


def missing_in_feedback(
    *,
    items: Sequence[AskedItem],
    values: Sequence[Asked],
    item_answers: Answers,
    value_answers: Answers,
    value_ratings: Mapping[str, Rating],
    results: OverallAnswer,
    behavior: OverallAnswer,
    feedback: Mapping[str, Sequence[str]],
    segment: tuple[dt.date, dt.date],
) -> tuple[Reason, ...]:
    """What sending needs beyond the first save: reasons and evidence, both overall ratings, and words that help."""
    reasons: list[Reason] = []
    for item in items:
        answer = item_answers.get(item.key, {})
        if answer.get("rating") in RATINGS_WITH_EVIDENCE:
            reasons.extend(missing_evidence(item, "item", answer, segment=segment))
    for value in values:
        if value_ratings.get(value.key) in RATINGS_WITH_EVIDENCE:
            reasons.extend(
                missing_evidence(value, "value", value_answers.get(value.key, {}), segment=segment)
            )
    reasons.extend(_missing_overall("results", results))
    reasons.extend(_missing_overall("behavior", behavior))
    for name, text in (
        ("strengths", _("Write at least one strength (20 characters).")),
        ("improvements", _("Write at least one thing to improve (20 characters).")),
        ("next_steps", _("Write at least one agreed next step (20 characters).")),
    ):
        written = [entry for entry in feedback.get(name, ()) if str(entry).strip()]
        if not written or any(too_short(entry) for entry in written):
            reasons.append(Reason(f"no_{name}", text, key="feedback:feedback"))
    return tuple(reasons)


def missing_in_change(changed: Sequence[str], reason: Any) -> tuple[Reason, ...]:
    """What sending needs when parts were rated otherwise than at the first save: why, for both ratings stay on record.

    `changed` are the names of those parts.
    """
    if changed and too_short(reason):
        return (
            Reason(
                "no_change_reason",
                _("Say why you changed your first rating (20 characters)."),
                key="change:change",
            ),
        )
    return ()


def _missing_overall(name: str, answer: OverallAnswer) -> tuple[Reason, ...]:
    if answer.decided not in Rating.values:
        text = (
            _("Choose the overall rating of the results.")
            if name == "results"
            else _("Choose the overall rating of behaviour.")
        )
        return (Reason(f"no_overall_{name}", text, key="overall:overall"),)
    if answer.decided != answer.suggested and too_short(answer.reason):
        text = (
            _("Say why the rating of the results differs from the suggestion.")
            if name == "results"
            else _("Say why the rating of behaviour differs from the suggestion.")
        )
        return (Reason(f"no_deviation_{name}", text, key="overall:overall"),)
    return ()
