"""What may be shown of peers' answers, pure: figures of each group and value, and nothing below three answers.

`Box.figures` is what `figures_of` makes of an opened box, one entry per ReviewGroup that was asked:

    {"peer": {"asked": 5, "answered": 4, "shown": true, "overall": "3.5" | null,
              "values": {code: {"shown": true, "n": 4, "mean": "4.0", "low": null, "high": null}
                             | {"shown": false}}},
     "subordinate": {"asked": 3, "answered": 2, "shown": false}}

A group that is not shown has no values at all, a value that is not shown not even its n. `low` and `high` are the
lowest and highest level among those that are left when one lowest and one highest answer are taken away; they are
told from five answers on. There is never a figure over peers and subordinates together.

An answer is `{"pages": {code: {"level": 0..5, "strength": str, "wish": str}}}`; level 0 is "not observed enough".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

FEWEST_ANSWERS = 3
# From here on a mean is exact and without its extremes; below it is rounded to half a level and has no spread.
ENOUGH_ANSWERS = 5
FEWEST_APPRAISALS = 10

_EXACT = Decimal("0.01")

Answer = Mapping[str, Any]


def figures_of(
    groups: Mapping[str, tuple[int, Sequence[Answer]]], codes: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """The figures of a box: `groups` holds for each group how many were asked, and the counted answers.

    A group that is destroyed unread comes with as many answers as it had, which may be empty mappings.
    """
    return {group: group_figures(asked, answers, codes) for group, (asked, answers) in groups.items()}


def group_figures(asked: int, answers: Sequence[Answer], codes: Sequence[str]) -> dict[str, Any]:
    """The figures of one group, as the module describes them."""
    figures: dict[str, Any] = {
        "asked": asked,
        "answered": len(answers),
        "shown": len(answers) >= FEWEST_ANSWERS,
    }
    if figures["shown"]:
        values = {code: value_figures(levels_of(answers, code)) for code in codes}
        figures |= {"values": values, "overall": _overall(values.values())}
    return figures


def levels_of(answers: Iterable[Answer], code: str) -> list[int]:
    """The levels that were chosen for a value; who has not observed enough is not among them."""
    levels = (answer["pages"].get(code, {}).get("level") for answer in answers)
    return [level for level in levels if level]


def value_figures(levels: Sequence[int]) -> dict[str, Any]:
    """The figures of one value from its levels 1 to 5."""
    n = len(levels)
    if n < FEWEST_ANSWERS:
        return {"shown": False}
    if n < ENOUGH_ANSWERS:
        return {"shown": True, "n": n, "mean": str(_halves(_mean(levels))), "low": None, "high": None}
    kept = sorted(levels)[1:-1]
    return {"shown": True, "n": n, "mean": str(_exact(_mean(kept))), "low": kept[0], "high": kept[-1]}


def _overall(values: Iterable[Mapping[str, Any]]) -> str | None:
    """The mean of the shown means, as exact as the least exact of them; None when a value is suppressed.

    It is made of what is shown, so it tells nothing that the values do not tell.
    """
    shown = list(values)
    if not shown or not all(value["shown"] for value in shown):
        return None
    mean = _mean([Decimal(value["mean"]) for value in shown])
    exact = all(value["n"] >= ENOUGH_ANSWERS for value in shown)
    return str(_exact(mean) if exact else _halves(mean))


def agency_figures(boxes: Iterable[Mapping[str, Any]], codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The figures of an agency from those of its opened boxes: per group and value the mean of the shown means.

    Each person counts once, however many answered. A value stands for ten people or more, else it is not shown:

        {"peer": {"appraisals": 41, "values": {code: {"shown": true, "appraisals": 38, "mean": "3.94"}
                                                   | {"shown": false}}}}
    """
    found: dict[str, list[Mapping[str, Any]]] = {}
    for box in boxes:
        for group, figures in box.items():
            if figures["shown"]:
                found.setdefault(group, []).append(figures["values"])
    return {
        group: {
            "appraisals": len(people),
            "values": {
                code: _agency_value(
                    [Decimal(values[code]["mean"]) for values in people if values[code]["shown"]]
                )
                for code in codes
            },
        }
        for group, people in found.items()
        if len(people) >= FEWEST_APPRAISALS
    }


def _agency_value(means: Sequence[Decimal]) -> dict[str, Any]:
    if len(means) < FEWEST_APPRAISALS:
        return {"shown": False}
    return {"shown": True, "appraisals": len(means), "mean": str(_exact(_mean(means)))}


def _mean(numbers: Sequence[int] | Sequence[Decimal]) -> Decimal:
    return Decimal(sum(numbers)) / len(numbers)


def _exact(number: Decimal) -> Decimal:
    return number.quantize(_EXACT, ROUND_HALF_UP)


def _halves(number: Decimal) -> Decimal:
    """Rounded to half a level, with one decimal."""
    return ((number * 2).quantize(Decimal(1), ROUND_HALF_UP) / 2).quantize(Decimal("0.1"))
