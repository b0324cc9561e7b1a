"""From the stored content of a rating to the sheet that is computed, pure. The content holds everything the sheet needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from appraisal.enums import ItemKind, Rating, ReviewGroup
from appraisal.scoring.matrix import (
    CompetencyInput,
    Decision,
    ItemInput,
    MeasureInput,
    PeerGroupInput,
    PeersInput,
    PeerValueInput,
    Sheet,
    Suggestion,
    ValueInput,
    rating_of_level,
    suggest_behavior,
    suggest_results,
)


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _item(data: Mapping[str, Any]) -> ItemInput:
    return ItemInput(
        key=data["key"],
        label=data["name"],
        kind=ItemKind(data["kind"]),
        rating=Rating(data["rating"]),
        reason=data["reason"],
        evidence=int(data["evidence"]),
        measures=tuple(
            MeasureInput(
                label=measure["indicator"],
                aspect=measure["aspect"],
                unit=measure["unit"],
                polarity=measure["polarity"],
                target=Decimal(measure["target"]),
                upper=_decimal(measure["upper"]),
                realization=_decimal(measure["realization"]),
            )
            for measure in data["measures"]
        ),
    )


def sheet_of(content: Mapping[str, Any]) -> Sheet:
    """The sheet of a complete rating. Raises KeyError or ValueError when something is missing."""
    overall = content["overall"]
    return Sheet(
        items=tuple(_item(item) for item in content["items"]),
        values=tuple(
            ValueInput(
                code=value["code"], name=value["name"], level=int(value["level"]), reason=value["reason"]
            )
            for value in content["values"]
        ),
        level_ratings=tuple(Rating(rating) for rating in content["level_ratings"]),
        results=Decision(Rating(overall["results"]), overall["results_reason"]),
        behavior=Decision(Rating(overall["behavior"]), overall["behavior_reason"]),
        competencies=tuple(
            CompetencyInput(
                code=row["code"], name=row["name"], level=int(row["level"]), required=int(row["required"])
            )
            for row in content["competencies"]
        ),
        self_assessment=content["self_assessment"],
        peers=_peers(content),
    )


def _peers(content: Mapping[str, Any]) -> PeersInput | None:
    """The figures kept with the rating; None where the year asks no peers, as in every rating of the earlier rules."""
    kept = content.get("peers")
    if kept is None:
        return None
    return PeersInput(
        state=kept["state"],
        groups=tuple(
            _peer_group(group.value, kept["groups"][group.value], content["values"])
            for group in ReviewGroup
            if group.value in kept["groups"]
        ),
    )


def _peer_group(
    group: str, figures: Mapping[str, Any], values: Sequence[Mapping[str, Any]]
) -> PeerGroupInput:
    """The figures of one group, its values in the order of the rating: stored mappings have none of their own."""
    by_code = figures.get("values", {})
    return PeerGroupInput(
        group=group,
        asked=int(figures["asked"]),
        answered=int(figures["answered"]),
        overall=_decimal(figures.get("overall")),
        values=tuple(
            PeerValueInput(
                value["name"], by_code[value["code"]]["n"], Decimal(by_code[value["code"]]["mean"])
            )
            if by_code[value["code"]]["shown"]
            else PeerValueInput(value["name"])
            for value in values
            if value["code"] in by_code
        ),
    )


def suggested_results(items: Sequence[tuple[str, Any]]) -> Suggestion | None:
    """The suggestion for (kind, rating) pairs as typed so far; None while a rating or every main item is missing."""
    known = [(ItemKind(kind), Rating(rating)) for kind, rating in items if rating in Rating.values]
    if len(known) < len(items) or not any(kind == ItemKind.MAIN for kind, _rating in known):
        return None
    return suggest_results(known)


def suggested_behavior(levels: Sequence[Any], level_ratings: Sequence[str]) -> Suggestion | None:
    """The suggestion for levels as typed so far; None while one is missing."""
    mapping = [Rating(rating) for rating in level_ratings]
    if not levels or any(level not in range(1, 6) for level in levels):
        return None
    return suggest_behavior([rating_of_level(int(level), mapping) for level in levels])
