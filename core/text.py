"""Text that people typed or pasted: what is kept, and how its length is counted.

The browser counts the same way (static/js/counter.js): line breaks as one, characters as code points.
"""

from __future__ import annotations

import re

_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Control characters other than tab and line break (NUL among them), lone surrogates, the byte order mark, and marks
# that turn the direction of writing around. Joiners stay: they hold emoji together.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u202a-\u202e\u2066-\u2069]")


def clean_text(value: str) -> str:
    """The text with plain line breaks, without control characters, and without space around it."""
    return _UNWANTED.sub("", _BREAKS.sub("\n", value)).strip()


def clean_line(value: str) -> str:
    """The same on one line: breaks and tabs become a space."""
    return re.sub(r"[\n\t]+", " ", clean_text(value)).strip()
