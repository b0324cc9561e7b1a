"""Where each rule comes from, pure. An article is shown only where a source for its number was found.

A rule without an entry is a decision of this product, and the pages say so.
"""

from __future__ import annotations

from collections.abc import Mapping

from appraisal.scoring.sheet import LegalSource

_CATEGORICAL = LegalSource("PermenPANRB 6/2022")
_ACHIEVEMENT = LegalSource("PermenPANRB 8/2021")

SOURCES: Mapping[str, LegalSource] = {
    "matrix.cell": _CATEGORICAL,
    "matrix.results": _CATEGORICAL,
    "matrix.behavior": _CATEGORICAL,
    "matrix.level": _CATEGORICAL,
    "supervisor.decides": _CATEGORICAL,
    "reference.only": _CATEGORICAL,
    "achievement.ratio": _ACHIEVEMENT,
    "achievement.inverse": _ACHIEVEMENT,
    "achievement.below_range": _ACHIEVEMENT,
    "achievement.above_maximize": _ACHIEVEMENT,
}

OBJECTION = LegalSource("PP 30/2019", "Pasal 59", verified=True)
VALUES = LegalSource("SE MenPANRB 20/2021")
COMPETENCIES = LegalSource("PermenPANRB 38/2017")
