"""Target and realisation of a measure in words: a percentage never stands alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.selectors.plans import MeasureRow
from appraisal.views.plan_view import target_text
from core.components import Badge
from core.wording import number, percent
from indicators.enums import Aspect, Light, Polarity

_LIGHTS: Mapping[Light, Badge] = {
    Light.GREEN: Badge(gettext_lazy("Target reached"), "check", "ok"),
    Light.YELLOW: Badge(gettext_lazy("Close to the target"), "half", "info"),
    Light.RED: Badge(gettext_lazy("Far from the target"), "down"),
    Light.NONE: Badge(gettext_lazy("Not measured yet"), "ring"),
}


@dataclass(frozen=True, slots=True)
class Achieved:
    """One measure as pages show it. `percent` is empty while nothing is measured; `notes` say what has to be known."""

    aspect: str
    indicator: str
    target: str
    polarity: str
    realization: str
    as_of: dt.date | None
    percent: str
    badge: Badge
    notes: tuple[str, ...]


def achieved(row: MeasureRow) -> Achieved:
    """Target, what was reached, and what that is in per cent of the target."""
    measure, found = row.measure, row.achievement
    value = _("not measured yet") if row.value is None else f"{number(row.value)} {measure.unit}"
    return Achieved(
        aspect=str(Aspect(measure.aspect).label),
        indicator=measure.indicator,
        target=target_text(measure),
        polarity=str(Polarity(measure.polarity).label),
        realization=value,
        as_of=row.as_of,
        percent=percent(found.percent) if found.is_measured else "",
        badge=_LIGHTS[found.light],
        notes=tuple(str(reason.label) for reason in found.reasons) if found.is_measured else (),
    )
