"""Is a cycle ready to be opened? Reasons with counts, names and where to mend them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Employee
from accounts.selectors.data_quality import DataQuality, data_quality
from appraisal import key_files
from appraisal.enums import Phase
from appraisal.models import Cycle
from appraisal.selectors.ballot_keys import has_peer_review
from appraisal.selectors.facts import window_rows
from appraisal.windows import Disorder, WindowRow, disorders
from indicators.models import BehaviorAnchor, CompetencyRequirement, CoreValue

NAMES_SHOWN = 5

_DISORDER_TEXTS = {
    "missing": _("%(unit)s: %(later)s has no dates."),
    "empty": _("%(unit)s: %(later)s closes before it opens."),
    "opens_before": _("%(unit)s: %(later)s opens before %(earlier)s."),
    "closes_before": _("%(unit)s: %(later)s closes before %(earlier)s."),
    "closes_after": _("%(unit)s: %(earlier)s must close before %(later)s closes."),
    "closes_after_opening": _("%(unit)s: %(earlier)s must close before %(later)s opens."),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the readiness check: fulfilled, a warning, or a reason that blocks."""

    code: str
    text: str | Promise
    passed: bool
    blocks: bool = True
    count: int = 0
    names: tuple[str, ...] = ()


def disorder_text(disorder: Disorder, unit_names: dict[str, str]) -> str:
    """The sentence of a disorder in the reader's language."""
    return str(_DISORDER_TEXTS[disorder.code]) % {
        "unit": unit_names.get(disorder.path, str(_("Whole city"))),
        "earlier": Phase(disorder.earlier).label if disorder.earlier else "",
        "later": Phase(disorder.later).label if disorder.later else "",
    }


def disorder_texts(rows: tuple[WindowRow, ...]) -> tuple[str, ...]:
    """Why these windows cannot be used, in sentences. One query when there is something to say."""
    found = disorders(rows)
    if not found:
        return ()
    names = dict(Agency.objects.filter(path__in={item.path for item in found}).values_list("path", "name"))
    return tuple(disorder_text(item, names) for item in found)


def readiness(cycle: Cycle, *, day: dt.date) -> tuple[Check, ...]:
    """Every check before opening, fulfilled ones included. About twelve queries, whatever the number of people."""
    windows = disorder_texts(window_rows(cycle.pk))
    dates = Check(
        "windows",
        _("The dates of all phases are in order."),
        passed=not windows,
        count=len(windows),
        names=windows,
    )
    checks = (dates, *_checks_of_people(data_quality(day)), *_checks_of_reference())
    return (*checks, _check_of_folders()) if has_peer_review(cycle) else checks


def _check_of_folders() -> Check:
    return Check(
        "key_folders",
        _("The keys of the boxes and their copies have two places of their own."),
        passed=key_files.folders_in_order(),
    )


def _checks_of_people(quality: DataQuality) -> tuple[Check, ...]:
    in_loops = [person for ring in quality.loops for person in ring]
    headless = Agency.objects.filter(pk__in=quality.units_without_head[:NAMES_SHOWN]).order_by("path")
    return (
        Check(
            "without_supervisor",
            _("Everybody has a supervisor."),
            passed=not quality.without_supervisor,
            count=len(quality.without_supervisor),
            names=_names(Employee.objects.filter(placements__in=quality.without_supervisor[:NAMES_SHOWN])),
        ),
        Check(
            "loops",
            _("Nobody supervises themselves in a circle."),
            passed=not quality.loops,
            count=len(in_loops),
            names=_names(Employee.objects.filter(pk__in=in_loops[:NAMES_SHOWN])),
        ),
        Check(
            "headless",
            _("Every unit has a head."),
            passed=not quality.units_without_head,
            blocks=False,
            count=len(quality.units_without_head),
            names=tuple(headless.values_list("name", flat=True)),
        ),
        Check(
            "doubles",
            _("No person stands in the records twice."),
            passed=not quality.doubles,
            blocks=False,
            count=len(quality.doubles),
        ),
    )


def _checks_of_reference() -> tuple[Check, ...]:
    anchors = BehaviorAnchor.objects.count()
    values = CoreValue.objects.count()
    levels = CompetencyRequirement.objects.count()
    return (
        Check(
            "anchors",
            _("The seven values have five anchors each."),
            passed=values == 7 and anchors == 5 * values,
            count=anchors,
        ),
        Check(
            "requirements",
            _("Every position level has its required competency level."),
            passed=levels > 0,
            count=levels,
        ),
    )


def blockers(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """The checks that stop the opening."""
    return tuple(check for check in checks if check.blocks and not check.passed)


def _names(people: QuerySet[Employee]) -> tuple[str, ...]:
    return tuple(people.order_by("sort_name", "pk").values_list("name", flat=True))
