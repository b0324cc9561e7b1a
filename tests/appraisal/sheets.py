"""Sheets for the tests of the computation."""

from __future__ import annotations

from decimal import Decimal

from appraisal.enums import ItemKind, Rating
from appraisal.scoring.matrix import (
    CompetencyInput,
    Decision,
    ItemInput,
    MeasureInput,
    PeersInput,
    Sheet,
    ValueInput,
    rating_of_level,
    suggest_behavior,
    suggest_results,
)

LEVEL_RATINGS = (Rating.BELOW, Rating.BELOW, Rating.MEETS, Rating.ABOVE, Rating.ABOVE)
VALUES = ("BP", "AK", "KP", "HM", "LY", "AD", "KB")


def measure(
    realization: str | None = "98.4",
    *,
    target: str = "95",
    polarity: str = "maximize",
    upper: str | None = None,
    label: str = "Sekolah dengan data lengkap",
    aspect: str = "quantity",
) -> MeasureInput:
    """A measure in per cent."""
    return MeasureInput(
        label=label,
        aspect=aspect,
        unit="persen",
        polarity=polarity,
        target=Decimal(target),
        upper=Decimal(upper) if upper is not None else None,
        realization=Decimal(realization) if realization is not None else None,
    )


def item(
    rating: Rating = Rating.ABOVE,
    kind: ItemKind = ItemKind.MAIN,
    *,
    key: str = "1",
    measures: tuple[MeasureInput, ...] = (),
    reason: str = "",
    evidence: int = 1,
) -> ItemInput:
    """A rated plan item."""
    return ItemInput(
        key=key,
        label=f"Rencana {key}",
        kind=kind,
        rating=rating,
        reason=reason,
        evidence=evidence,
        measures=measures,
    )


def sheet(
    items: tuple[ItemInput, ...] = (item(measures=(measure(),)),),
    levels: tuple[int, ...] = (3,) * 7,
    *,
    results: Decision | None = None,
    behavior: Decision | None = None,
    competencies: tuple[CompetencyInput, ...] = (),
    self_assessment: str = "",
    peers: PeersInput | None = None,
) -> Sheet:
    """A sheet whose decisions follow the suggestions, unless they are given."""
    values = tuple(
        ValueInput(code=code, name=f"Nilai {code}", level=level, reason="")
        for code, level in zip(VALUES, levels, strict=False)
    )
    ratings = [rating_of_level(level, LEVEL_RATINGS) for level in levels]
    return Sheet(
        items=items,
        values=values,
        level_ratings=LEVEL_RATINGS,
        results=results or Decision(suggest_results([(one.kind, one.rating) for one in items]).rating),
        behavior=behavior or Decision(suggest_behavior(ratings).rating),
        competencies=competencies,
        self_assessment=self_assessment,
        peers=peers,
    )
