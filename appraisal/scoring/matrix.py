"""The categorical scheme, pure: items and values to two overall ratings, and these to one of nine cells.

Sources: PermenPANRB 6/2022 (nine cells; text of the annex on totals not verified, so the totals are a *suggestion*
that the supervisor may deviate from with a reason). Decimal and counting only, never float.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from appraisal.enums import ItemKind, Predicate, Rating
from appraisal.scoring.sheet import Node
from indicators.achievement import achievement
from indicators.enums import Polarity

RULE_VERSION = "2026.2"
# Earlier rules that come to the same tree where nothing new is in the rating: 2026.2 added peers, beside the result.
SAME_RULES = frozenset({"2026.1", RULE_VERSION})

CELLS: Mapping[tuple[Rating, Rating], Predicate] = {
    (Rating.ABOVE, Rating.ABOVE): Predicate.VERY_GOOD,
    (Rating.ABOVE, Rating.MEETS): Predicate.GOOD,
    (Rating.ABOVE, Rating.BELOW): Predicate.POOR,
    (Rating.MEETS, Rating.ABOVE): Predicate.GOOD,
    (Rating.MEETS, Rating.MEETS): Predicate.GOOD,
    (Rating.MEETS, Rating.BELOW): Predicate.POOR,
    (Rating.BELOW, Rating.ABOVE): Predicate.NEEDS_IMPROVEMENT,
    (Rating.BELOW, Rating.MEETS): Predicate.NEEDS_IMPROVEMENT,
    (Rating.BELOW, Rating.BELOW): Predicate.VERY_POOR,
}

HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class MeasureInput:
    """One measure of an item as it stood when it was rated. `realization` None means not measured."""

    label: str
    aspect: str
    unit: str
    polarity: str
    target: Decimal
    upper: Decimal | None
    realization: Decimal | None


@dataclass(frozen=True, slots=True)
class ItemInput:
    """One plan item with the supervisor's rating."""

    key: str
    label: str
    kind: ItemKind
    rating: Rating
    reason: str
    evidence: int
    measures: tuple[MeasureInput, ...]


@dataclass(frozen=True, slots=True)
class ValueInput:
    """One core value with the level of the five anchors."""

    code: str
    name: str
    level: int
    reason: str


@dataclass(frozen=True, slots=True)
class CompetencyInput:
    """One competency: level shown and level required. It feeds development, never the predicate."""

    code: str
    name: str
    level: int
    required: int


@dataclass(frozen=True, slots=True)
class PeerValueInput:
    """What one group says about one core value: an aggregate, never a form. `mean` None: too few answered it."""

    name: str
    n: int | None = None
    mean: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PeerGroupInput:
    """The figures of peers or of subordinates. Without `values` fewer than three people answered."""

    group: str
    asked: int
    answered: int
    overall: Decimal | None = None
    values: tuple[PeerValueInput, ...] = ()


@dataclass(frozen=True, slots=True)
class PeersInput:
    """Peers as they stood when the rating was sent: nobody `asked`, still `sealed`, or `opened` with their groups."""

    state: str
    groups: tuple[PeerGroupInput, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """An overall rating that the supervisor decided, with the reason where it deviates from the suggestion."""

    rating: Rating
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the computation reads."""

    items: tuple[ItemInput, ...]
    values: tuple[ValueInput, ...]
    level_ratings: tuple[Rating, ...]
    results: Decision
    behavior: Decision
    competencies: tuple[CompetencyInput, ...] = ()
    self_assessment: str = ""
    peers: PeersInput | None = None  # None: this year asks no peers


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the rule makes of the parts, with the counts that led there."""

    rating: Rating
    counted: int
    above: int
    below: int


def suggest_results(items: Sequence[tuple[ItemKind, Rating]]) -> Suggestion:
    """The rule's suggestion for the results.

    With m main items and a additional ones rated above (other additional items do not count): above if
    (main above + a) / (m + a) is at least one half and no main item is below; below if more than half of the main
    items are below; else meets. Raises ValueError without a main item.
    """
    main = [rating for kind, rating in items if kind == ItemKind.MAIN]
    if not main:
        raise ValueError("a plan has at least one main item")
    extra = sum(1 for kind, rating in items if kind == ItemKind.ADDITIONAL and rating == Rating.ABOVE)
    return _suggest(
        above=main.count(Rating.ABOVE) + extra,
        below=main.count(Rating.BELOW),
        counted=len(main) + extra,
        base=len(main),
    )


def suggest_behavior(ratings: Sequence[Rating]) -> Suggestion:
    """The rule's suggestion for behaviour: the same over the values, so four of seven above and none below.

    Raises ValueError without a value.
    """
    if not ratings:
        raise ValueError("behaviour has at least one value")
    return _suggest(
        above=ratings.count(Rating.ABOVE),
        below=ratings.count(Rating.BELOW),
        counted=len(ratings),
        base=len(ratings),
    )


def _suggest(*, above: int, below: int, counted: int, base: int) -> Suggestion:
    if Decimal(above) / counted >= HALF and below == 0:
        rating = Rating.ABOVE
    elif Decimal(below) / base > HALF:
        rating = Rating.BELOW
    else:
        rating = Rating.MEETS
    return Suggestion(rating=rating, counted=counted, above=above, below=below)


def rating_of_level(level: int, level_ratings: Sequence[Rating]) -> Rating:
    """What a level of the anchors means in this cycle. Raises ValueError outside 1 to 5."""
    if not 1 <= level <= len(level_ratings):
        raise ValueError(f"level {level} is outside 1 to {len(level_ratings)}")
    return Rating(level_ratings[level - 1])


def predicate_of(results: Rating, behavior: Rating) -> Predicate:
    """The cell where the two overall ratings cross."""
    return CELLS[(results, behavior)]


def compute(sheet: Sheet) -> Node:
    """The tree of the result; its root's value is the predicate.

    Raises ValueError when there is no main item or no value, or when a decision deviates from the suggestion without a
    reason.
    """
    results = _results_node(sheet)
    behavior = _behavior_node(sheet)
    predicate = predicate_of(sheet.results.rating, sheet.behavior.rating)
    return Node(
        code="predicate",
        value=str(predicate.value),
        rule="matrix.cell",
        facts={"results": str(sheet.results.rating.value), "behavior": str(sheet.behavior.rating.value)},
        inputs=(results, behavior, _reference_node(sheet)),
    )


def _decided(
    code: str, rule: str, suggestion: Suggestion, decision: Decision, inputs: tuple[Node, ...]
) -> Node:
    facts = {
        "suggested": str(suggestion.rating.value),
        "counted": str(suggestion.counted),
        "above": str(suggestion.above),
        "below": str(suggestion.below),
    }
    if decision.rating != suggestion.rating:
        if not decision.reason.strip():
            raise ValueError("a deviation from the suggestion needs a reason")
        facts["deviation"] = decision.reason
    return Node(code=code, value=str(decision.rating.value), rule=rule, facts=facts, inputs=inputs)


def _results_node(sheet: Sheet) -> Node:
    suggestion = suggest_results([(item.kind, item.rating) for item in sheet.items])
    return _decided(
        "results",
        "matrix.results",
        suggestion,
        sheet.results,
        tuple(_item_node(item) for item in sheet.items),
    )


def _item_node(item: ItemInput) -> Node:
    facts = {"kind": str(item.kind.value), "evidence": str(item.evidence)}
    if item.reason:
        facts["reason"] = item.reason
    return Node(
        code="item",
        label=item.label,
        value=str(item.rating.value),
        rule="supervisor.decides",
        facts=facts,
        inputs=tuple(_measure_node(measure) for measure in item.measures),
    )


def _measure_node(measure: MeasureInput) -> Node:
    reached = achievement(
        Polarity(measure.polarity), measure.target, measure.realization, upper=measure.upper
    )
    facts = {
        "aspect": measure.aspect,
        "unit": measure.unit,
        "polarity": measure.polarity,
        "target": _text(measure.target),
    }
    if measure.upper is not None:
        facts["upper"] = _text(measure.upper)
    if measure.realization is not None:
        facts["realization"] = _text(measure.realization)
    if reached.uncapped is not None and reached.uncapped != reached.percent:
        facts["uncapped"] = _text(reached.uncapped)
    return Node(
        code="measure",
        label=measure.label,
        value=_text(reached.percent) if reached.percent is not None else None,
        rule=f"achievement.{reached.formula}",
        facts=facts,
    )


def _behavior_node(sheet: Sheet) -> Node:
    ratings = [rating_of_level(value.level, sheet.level_ratings) for value in sheet.values]
    suggestion = suggest_behavior(ratings)
    inputs = tuple(
        Node(
            code="value",
            label=value.name,
            value=str(rating.value),
            rule="matrix.level",
            facts={"level": str(value.level), **({"reason": value.reason} if value.reason else {})},
        )
        for value, rating in zip(sheet.values, ratings, strict=True)
    )
    return _decided("behavior", "matrix.behavior", suggestion, sheet.behavior, inputs)


def _reference_node(sheet: Sheet) -> Node:
    """What is shown but not counted: the self-assessment, the competencies, what peers said."""
    inputs = [
        Node(
            code="self_assessment",
            value=None,
            rule="reference.only",
            facts={"number": sheet.self_assessment} if sheet.self_assessment else {},
        )
    ]
    inputs.extend(
        Node(
            code="competency",
            label=competency.name,
            value=str(competency.level),
            rule="reference.only",
            facts={"required": str(competency.required)},
        )
        for competency in sheet.competencies
    )
    if sheet.peers is not None:
        inputs.append(_peers_node(sheet.peers))
    return Node(code="reference", rule="reference.only", inputs=tuple(inputs))


def _peers_node(peers: PeersInput) -> Node:
    """Peers with weight zero: each group by itself down to the mean of each value, and what is suppressed with why."""
    return Node(
        code="peers",
        rule="reference.only",
        facts={"weight": "0", "state": peers.state},
        inputs=tuple(_peer_group_node(group) for group in peers.groups),
    )


def _peer_group_node(group: PeerGroupInput) -> Node:
    facts = {"asked": str(group.asked), "answered": str(group.answered)}
    if not group.values:
        facts["suppressed"] = "too_few"
    elif group.overall is None:
        facts["suppressed"] = "value_suppressed"
    return Node(
        code="peer_group",
        label=group.group,
        value=_text(group.overall) if group.overall is not None else None,
        rule="peers.overall",
        facts=facts,
        inputs=tuple(
            Node(
                code="peer_value",
                label=value.name,
                value=_text(value.mean) if value.mean is not None else None,
                rule="peers.mean",
                facts={"n": str(value.n)} if value.mean is not None else {"suppressed": "too_few"},
            )
            for value in group.values
        ),
    )


def _text(value: Decimal) -> str:
    """A decimal without trailing zeros and without an exponent."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
