"""The tree of a result in the reader's language: what, value, why, and the rule with its source. Reads nothing.

The stored tree holds codes and what people wrote; every sentence of the page is made here, from its facts alone, so
the explanation can never differ from the computation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from appraisal.enums import Rating, ReviewGroup
from appraisal.scoring import sheet
from appraisal.selectors.result_words import (
    KINDS,
    LABELS,
    NO_OVERALL,
    RULES,
    SHORT,
    TOO_FEW_FOR_VALUE,
    TOO_FEW_IN_GROUP,
    asked_and_answered,
    gap_words,
    out_of_five,
    quoted,
    rule_of,
)
from core import wording
from core.components import Node

_LEVELS = 5


def result_tree(
    root: sheet.Node, *, changes: Sequence[Node] = (), with_peers: bool = False
) -> tuple[Node, ...]:
    """The lines below the predicate: results, behaviour, and what is not counted.

    `changes` are the lines of what was changed after the first save and in calibration; without any, one line says so.
    `with_peers` tells whether the reader may see peers' figures: not everybody who reads a result may.
    """
    return tuple(_branch(node, changes, with_peers=with_peers) for node in root.inputs)


def lines_of_peers(tree: Sequence[Node]) -> tuple[Node, ...]:
    """What the printed document says of peers: one line for each group, or the one line that says why there is none."""
    line = next(node for node in tree[-1].children if node.label == LABELS["peers"])
    return line.children or (line,)


def _rule(code: str) -> str:
    return _("Rule: %(rule)s") % {"rule": rule_of(code)}


def _branch(node: sheet.Node, changes: Sequence[Node], *, with_peers: bool) -> Node:
    if node.code == "reference":
        return _reference(node, changes, with_peers=with_peers)
    return Node(
        label=LABELS[node.code],
        value=Rating(node.value or "").label,
        why=" ".join((_counts(node), *_decision(node))),
        rule=_rule(node.rule),
        children=tuple(_item(inner) if inner.code == "item" else _value(inner) for inner in node.inputs),
        open=node.code == "results",
    )


def _counts(node: sheet.Node) -> str:
    """How many were counted, above and below."""
    facts = node.facts
    counts = {"above": facts["above"], "counted": facts["counted"], "below": facts["below"]}
    if node.code == "results":
        return " ".join(
            (
                _("%(above)s of %(counted)s counted results are above expectation.") % counts,
                _("No main result is below.")
                if facts["below"] == "0"
                else _("Main results below expectation: %(below)s.") % counts,
            )
        )
    return " ".join(
        (
            _("%(above)s of %(counted)s values are above expectation.") % counts,
            _("None is below.") if facts["below"] == "0" else _("Below expectation: %(below)s.") % counts,
        )
    )


def _decision(node: sheet.Node) -> tuple[str, ...]:
    """That the supervisor followed the suggestion says nothing more; a deviation is told with its reason."""
    if "deviation" not in node.facts:
        return ()
    return (
        _("The rule suggested: %(suggested)s. The supervisor decided differently: %(reason)s")
        % {
            "suggested": Rating(node.facts["suggested"]).label,
            "reason": quoted(node.facts["deviation"]),
        },
    )


def _item(node: sheet.Node) -> Node:
    decided = Node(
        label=_("Decided by the supervisor"),
        value=SHORT[node.value or ""],
        why=" ".join(
            (*((quoted(node.facts["reason"]),) if "reason" in node.facts else ()), _proofs(node.facts))
        ),
    )
    return Node(
        label=node.label,
        value=SHORT[node.value or ""],
        why=KINDS[node.facts["kind"]],
        rule=_rule(node.rule),
        children=(*(_measure(inner) for inner in node.inputs), decided),
    )


def _proofs(facts: Mapping[str, str]) -> str:
    count = int(facts["evidence"])
    if count == 0:
        return _("No evidence was given.")
    return _("One piece of evidence.") if count == 1 else _("Pieces of evidence: %(n)d.") % {"n": count}


def _measure(node: sheet.Node) -> Node:
    facts = node.facts
    said = [_target(facts)]
    if "realization" in facts:
        said.append(
            _("Realisation %(value)s %(unit)s.")
            % {"value": wording.number(Decimal(facts["realization"])), "unit": facts["unit"]}
        )
    return Node(
        label=node.label,
        value=_("Not measured") if node.value is None else wording.percent(Decimal(node.value)),
        why=" ".join((*said, *_limit(node))),
        rule=_rule(node.rule),
    )


def _target(facts: Mapping[str, str]) -> str:
    target = wording.number(Decimal(facts["target"]))
    if "upper" in facts:
        return _("Target %(lower)s to %(upper)s %(unit)s.") % {
            "lower": target,
            "upper": wording.number(Decimal(facts["upper"])),
            "unit": facts["unit"],
        }
    return _("Target %(target)s %(unit)s.") % {"target": target, "unit": facts["unit"]}


def _limit(node: sheet.Node) -> tuple[str, ...]:
    """That the figure was brought into the range from 0 to 120."""
    if "uncapped" not in node.facts or node.value is None:
        return ()
    values = {
        "computed": wording.percent(Decimal(node.facts["uncapped"])),
        "counted": wording.percent(Decimal(node.value)),
    }
    if Decimal(node.facts["uncapped"]) > Decimal(node.value):
        return (_("Computed %(computed)s, counted as %(counted)s at most.") % values,)
    return (_("Computed %(computed)s, counted as %(counted)s at least.") % values,)


def _value(node: sheet.Node) -> Node:
    rating = Rating(node.value or "")
    means = _("Level %(level)s of %(levels)d, which means this year: %(rating)s.") % {
        "level": node.facts["level"],
        "levels": _LEVELS,
        "rating": rating.label,
    }
    return Node(
        label=node.label,
        value=SHORT[rating],
        why=" ".join((means, *((quoted(node.facts["reason"]),) if "reason" in node.facts else ()))),
    )


# --- what is not counted ------------------------------------------------------------------------


def _reference(node: sheet.Node, changes: Sequence[Node], *, with_peers: bool) -> Node:
    peers = next((inner for inner in node.inputs if inner.code == "peers"), None)
    return Node(
        label=LABELS["reference"],
        why=RULES["reference.only"],
        children=(
            *(_self_assessment(inner) for inner in node.inputs if inner.code == "self_assessment"),
            *(_competency(inner) for inner in node.inputs if inner.code == "competency"),
            _what_peers_said(peers, with_peers=with_peers),
            *(changes or (_unchanged(),)),
        ),
    )


def _what_peers_said(node: sheet.Node | None, *, with_peers: bool) -> Node:
    """The branch of peers; one line in a year without them, and for whoever may not read their figures."""
    if node is None:
        return Node(
            label=LABELS["peers"],
            value=_("None"),
            why=_("Peer feedback is not part of this year's result."),
        )
    if node.inputs and not with_peers:
        return Node(
            label=LABELS["peers"],
            why=_(
                "Read by the employee, the supervisor and the superior alone. It does not change the predicate."
            ),
        )
    return _peers(node)


def _peers(node: sheet.Node) -> Node:
    """What peers said, as it stood when the rating was sent; or why there is nothing to show."""
    shown = any(group.inputs for group in node.inputs)
    return Node(
        label=LABELS["peers"],
        value=_("For reference") if shown else _("Nothing to show"),
        why=_why_of_peers(node.facts["state"], shown=shown),
        rule=_rule(node.rule) if shown else "",
        children=tuple(_peer_group(group) for group in node.inputs),
    )


def _why_of_peers(state: str, *, shown: bool) -> str:
    if state == "not_asked":
        return _("Nobody was asked for feedback.")
    if state == "sealed":
        return _("The answers were still sealed when the rating was sent.")
    if not shown:
        return _("Too few people answered. What fewer than three say is shown to nobody.")
    return _("Shown beside the rating with weight zero, as it stood when the rating was sent.")


def _peer_group(node: sheet.Node) -> Node:
    said = [asked_and_answered(int(node.facts["asked"]), int(node.facts["answered"]))]
    if not node.inputs:
        said.append(str(TOO_FEW_IN_GROUP))
    elif node.value is None:
        said.append(str(NO_OVERALL))
    return Node(
        label=ReviewGroup(node.label).label,
        value=_("Not shown") if node.value is None else out_of_five(Decimal(node.value)),
        why=" ".join(said),
        rule=_rule(node.rule) if node.inputs else "",
        children=tuple(_peer_value(value) for value in node.inputs),
    )


def _peer_value(node: sheet.Node) -> Node:
    if node.value is None:
        return Node(label=node.label, value=_("Not shown"), why=TOO_FEW_FOR_VALUE)
    return Node(
        label=node.label,
        value=out_of_five(Decimal(node.value)),
        why=_("Answers counted: %(n)s.") % {"n": node.facts["n"]},
        rule=_rule(node.rule),
    )


def _unchanged() -> Node:
    return Node(label=_("Changes in calibration"), value=_("None"))


def _self_assessment(node: sheet.Node) -> Node:
    number = node.facts.get("number")
    if number is None:
        return Node(
            label=LABELS["self_assessment"], value=_("Not sent"), why=_("The supervisor rated without it.")
        )
    return Node(
        label=LABELS["self_assessment"],
        value=_("For reference"),
        why=_("Receipt number %(number)s. The supervisor rated with it at hand.") % {"number": number},
    )


def _competency(node: sheet.Node) -> Node:
    shown, required = int(node.value or 0), int(node.facts["required"])
    asked = _("The position asks for level %(level)d.") % {"level": required}
    return Node(
        label=node.label,
        value=_("Level %(level)d") % {"level": shown},
        why=f"{asked} {gap_words(shown, required)}",
    )
