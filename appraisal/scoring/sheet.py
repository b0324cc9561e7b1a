"""The result as a tree, pure: every node has a value, the rule that made it, and its inputs; the root is the result.

The explanation is the computation: pages show this tree and nothing else explains. It holds codes and decimals as
strings and the words that people wrote, but no translated word, so the same tree reads in any language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.canonical import canonical, fingerprint


@dataclass(frozen=True, slots=True)
class LegalSource:
    """Where a rule comes from. The locator is shown only when it was verified in a source."""

    regulation: str
    locator: str = ""
    verified: bool = False

    @property
    def shown(self) -> str:
        """The regulation, with its article when that was verified."""
        return f"{self.regulation}, {self.locator}" if self.verified and self.locator else self.regulation


@dataclass(frozen=True, slots=True)
class Node:
    """One step of the computation.

    `code` says what it is, `label` is data (the text of a result, the name of a value), `value` a code or a decimal
    as text, None when there is none; `rule` the code of the rule; `facts` what the rule used, as text.
    """

    code: str
    label: str = ""
    value: str | None = None
    rule: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[Node, ...] = ()

    def find(self, code: str) -> tuple[Node, ...]:
        """All nodes with this code, in order, this one included."""
        found: tuple[Node, ...] = (self,) if self.code == code else ()
        for node in self.inputs:
            found += node.find(code)
        return found


def to_data(node: Node) -> dict[str, Any]:
    """The node and its inputs as plain data."""
    return {
        "code": node.code,
        "label": node.label,
        "value": node.value,
        "rule": node.rule,
        "facts": dict(node.facts),
        "inputs": [to_data(inner) for inner in node.inputs],
    }


def from_data(data: Mapping[str, Any]) -> Node:
    """The node that `to_data` gave."""
    return Node(
        code=data["code"],
        label=data["label"],
        value=data["value"],
        rule=data["rule"],
        facts=dict(data["facts"]),
        inputs=tuple(from_data(inner) for inner in data["inputs"]),
    )


def to_text(root: Node, *, rule_version: str) -> str:
    """The canonical text that is frozen at publication."""
    return canonical({"rule_version": rule_version, "root": to_data(root)})


def from_text(text: str) -> Node:
    """The tree of a canonical text."""
    return from_data(json.loads(text)["root"])


def digest_of(text: str) -> str:
    """The fingerprint of a canonical text: SHA-256, 64 hexadecimal digits."""
    return fingerprint(text)
