"""Decimal numbers as people type them: with a comma or a point, with or without thousands."""

from __future__ import annotations

import re
from decimal import Decimal

_SPACES = re.compile(r"[\s\u00a0\u202f']")
_PLAIN = re.compile(r"[+-]?[0-9]+")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}([.,])[0-9]{3}(?:\1[0-9]{3})*")
_WITH_BOTH = re.compile(r"([+-]?[0-9]{1,3}(?:([.,])[0-9]{3})(?:\2[0-9]{3})*)(?!\2)([.,])([0-9]+)")
_WITH_ONE = re.compile(r"([+-]?[0-9]*)([.,])([0-9]+)")


class Unreadable(ValueError):
    """This is no number."""


class Ambiguous(ValueError):
    """The number can be read in two ways: `whole` with thousands, `fraction` with decimals."""

    def __init__(self, typed: str, whole: Decimal, fraction: Decimal) -> None:
        super().__init__(typed)
        self.typed, self.whole, self.fraction = typed, whole, fraction


def parse_decimal(typed: str, *, separator: str) -> Decimal:
    """Read "12,5", "12.5", "1.234,5" or "1234". `separator` is the decimal separator of the reader's language.

    One separator before exactly three digits is a decimal one only if it is the language's own ("1,234" in
    Indonesian); the other one could be either. Raises Ambiguous or Unreadable.
    """
    text = _SPACES.sub("", typed).replace("\u2212", "-")
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if found := _WITH_BOTH.fullmatch(text):
        whole, thousands, _point, fraction = found.groups()
        return Decimal(f"{whole.replace(thousands, '')}.{fraction}")
    if found := _GROUPED.fullmatch(text):
        mark = found.group(1)
        leads_with_zero = text.lstrip("+-").startswith("0")
        whole = Decimal(text.replace(mark, ""))
        if text.count(mark) > 1:
            if leads_with_zero:
                raise Unreadable(typed)
            return whole
        fraction = Decimal(text.replace(mark, "."))
        if mark == separator or leads_with_zero:
            return fraction
        raise Ambiguous(typed.strip(), whole, fraction)
    if found := _WITH_ONE.fullmatch(text):
        return Decimal(f"{found.group(1)}.{found.group(3)}")
    raise Unreadable(typed)
