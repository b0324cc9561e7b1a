"""The words of a result in the reader's language: what each rule says with its source, what each part is called.

Shared by the result, the record for the auditor and the page of the rules; reads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.enums import ItemKind, Predicate, Rating
from appraisal.scoring import sheet
from appraisal.scoring.matrix import CELLS
from appraisal.scoring.sources import SOURCES
from core import wording
from core.components import AxisLabel, Cell, Matrix
from core.errors import Sentence

RULES: Mapping[str, Sentence] = {
    "matrix.cell": gettext_lazy(
        "The predicate is where the rating of results and the rating of behaviour cross in the table of nine cells."
    ),
    "matrix.results": gettext_lazy(
        "Above expectation when at least half of the counted results are above and no main result is below. Below "
        "expectation when more than half of the main results are below. Otherwise it meets the expectation. An "
        "additional result counts only when it is above: it can add, never take away. The rule suggests, the "
        "supervisor decides; a different decision needs a reason."
    ),
    "matrix.behavior": gettext_lazy(
        "Above expectation when at least half of the values are above (four of seven) and none is below. Below "
        "expectation when more than half are below. Otherwise it meets the expectation. The rule suggests, the "
        "supervisor decides; a different decision needs a reason."
    ),
    "matrix.level": gettext_lazy(
        "The supervisor chooses the level whose description fits; this year's mapping says what each level means."
    ),
    "supervisor.decides": gettext_lazy(
        "The supervisor decides after reading the targets, what was reached, and the evidence. The measures below "
        "stand beside the decision; they do not compute it."
    ),
    "reference.only": gettext_lazy("Shown so that you know it. It does not change the predicate."),
    "peers.mean": gettext_lazy(
        "Each group and each value by itself. Fewer than three answers are not shown. Three and four give a mean rounded "
        "to half a level; from five on it is the mean without the lowest and the highest answer. “Not observed enough” is "
        "not counted, never as zero."
    ),
    "peers.overall": gettext_lazy(
        "The mean of the values below, each with the same weight. It is shown only when every value is shown."
    ),
    "achievement.ratio": gettext_lazy("Realisation divided by target, times 100."),
    "achievement.inverse": gettext_lazy(
        "Lower is better: 100 plus as many per cent as the realisation lies below the target, or minus as many as it "
        "lies above."
    ),
    "achievement.signed": gettext_lazy(
        "The target is below zero: 100 plus the distance of the realisation from the target, in per cent of the "
        "target's size."
    ),
    "achievement.signed_inverse": gettext_lazy(
        "The target is below zero and lower is better: 100 minus the distance of the realisation from the target, in "
        "per cent of the target's size."
    ),
    "achievement.distance": gettext_lazy(
        "Closest to the target is best: 100 minus the distance from the target, in per cent of the target."
    ),
    "achievement.within": gettext_lazy("A realisation inside the range is 100 per cent."),
    "achievement.below_range": gettext_lazy(
        "Below the range: realisation divided by the lower bound, times 100."
    ),
    "achievement.above_band": gettext_lazy(
        "Above the range: 100 minus as many per cent as the realisation lies above the upper bound."
    ),
    "achievement.above_maximize": gettext_lazy(
        "Above the range is better: realisation divided by the upper bound, times 100."
    ),
    "achievement.milestones": gettext_lazy(
        "The share of the milestones that are done; all of them are 100 per cent."
    ),
    "achievement.zero_target": gettext_lazy(
        "The target is zero: 100 per cent when it was reached, else 0 per cent."
    ),
    "achievement.none": gettext_lazy("Nothing was measured. What is missing is never counted as zero."),
}

LABELS: Mapping[str, Sentence] = {
    "predicate": gettext_lazy("Predicate"),
    "results": gettext_lazy("Results of work"),
    "behavior": gettext_lazy("Behaviour at work"),
    "item": gettext_lazy("Plan item"),
    "measure": gettext_lazy("Measure"),
    "value": gettext_lazy("Core value"),
    "reference": gettext_lazy("What is not counted"),
    "self_assessment": gettext_lazy("Self-assessment"),
    "competency": gettext_lazy("Competency"),
    "peers": gettext_lazy("Feedback of peers and subordinates"),
    "peer_group": gettext_lazy("Group of reviewers"),
    "peer_value": gettext_lazy("Core value in the eyes of a group"),
}

SHORT: Mapping[str, Sentence] = {
    Rating.BELOW: gettext_lazy("Below"),
    Rating.MEETS: gettext_lazy("Meets"),
    Rating.ABOVE: gettext_lazy("Above"),
}
KINDS: Mapping[str, Sentence] = {
    ItemKind.MAIN: gettext_lazy("Main result."),
    ItemKind.ADDITIONAL: gettext_lazy("Additional result. It can only add, never take away."),
}
_AXIS = (Rating.BELOW, Rating.MEETS, Rating.ABOVE)


def rule_of(code: str) -> str:
    """The sentence of a rule with its source, or with the word that it is a decision of this product."""
    source = SOURCES.get(code)
    said = (
        _("Source: %(source)s.") % {"source": source.shown}
        if source
        else _("Source: a decision of this product.")
    )
    return f"{RULES[code]} {said}"


def quoted(text: str) -> str:
    """What somebody wrote, in quotation marks."""
    return _("“%(text)s”") % {"text": text}


def out_of_five(mean: Decimal) -> str:
    """A mean of levels on their scale."""
    return _("%(mean)s of 5") % {"mean": wording.number(mean)}


def asked_and_answered(asked: int, answered: int) -> str:
    """How many were asked and how many answered, without a word on who."""
    return _("%(asked)s asked, %(answered)s answered.") % {
        "asked": wording.number(asked),
        "answered": wording.number(answered),
    }


TOO_FEW_IN_GROUP = gettext_lazy("Fewer than three people answered, so nothing of this group is shown.")
TOO_FEW_FOR_VALUE = gettext_lazy("Fewer than three people could judge this value, so nothing of it is shown.")
NO_OVERALL = gettext_lazy("There is no overall mean, because it would let a suppressed value be computed.")


def gap_words(shown: int, required: int) -> str:
    """How a level shown lies to the level required, in words."""
    if shown == required:
        return _("As the position asks.")
    distance = abs(shown - required)
    if shown > required:
        return (
            _("One level more than the position asks.")
            if distance == 1
            else _("%(n)d levels more than the position asks.") % {"n": distance}
        )
    return (
        _("One level still to grow.") if distance == 1 else _("%(n)d levels still to grow.") % {"n": distance}
    )


def nine_cells(root: sheet.Node | None = None, *, here_text: Sentence | None = None) -> Matrix:
    """The table of predicates; with a result, its row and column meet in the marked cell."""
    rows = tuple(reversed(_AXIS))
    here = None
    if root is not None:
        here = (rows.index(Rating(root.facts["results"])), _AXIS.index(Rating(root.facts["behavior"])))
    return Matrix(
        caption=rule_of("matrix.cell"),
        row_title=LABELS["results"],
        column_title=LABELS["behavior"],
        columns=tuple(_axis(rating) for rating in _AXIS),
        rows=tuple(
            (
                _axis(results),
                tuple(Cell(Predicate(CELLS[results, behavior]).label) for behavior in _AXIS),
            )
            for results in rows
        ),
        here=here,
        **({"here_text": here_text} if here_text is not None else {}),
    )


def _axis(rating: Rating) -> AxisLabel:
    """ "Below" with the rest of the word that a phone leaves out."""
    return AxisLabel(SHORT[rating], _("expectation"))
