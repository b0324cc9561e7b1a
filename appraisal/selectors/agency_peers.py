"""What peers say over a whole agency: stored figures of ten people or more, or why there are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.enums import HR_ROLES, Role
from accounts.models import Agency
from appraisal.enums import ReviewGroup
from appraisal.models import AgencyPeerFigures, BallotKey, Cycle
from appraisal.selectors.peer_figures import HIGHEST
from core.figures import Bars, Mean, mean_bars

TOO_FEW_PEOPLE = gettext_lazy("Fewer than ten people have figures for this value, so nothing of it is shown.")


@dataclass(frozen=True, slots=True)
class AgencyGroup:
    """One group over the agency; without a figure fewer than ten people have any."""

    title: str
    appraisals: int
    figure: Bars | None


@dataclass(frozen=True, slots=True)
class AgencyPeers:
    """One agency: its groups, or in `state` why there are none (`sealed`, `too_few`)."""

    agency: Agency
    state: str
    groups: tuple[AgencyGroup, ...]


def agencies_with_peers(actor: Actor, cycle: Cycle) -> QuerySet[Agency]:
    """The top-level agencies that the actor leads or serves as HR, each with its stored figures. One query."""
    within = Q(pk__in=[])
    for path in actor.paths(*HR_ROLES, Role.AGENCY_HEAD):
        within |= Q(path__startswith=path)
    rows = AgencyPeerFigures.objects.filter(cycle=cycle.pk, agency=OuterRef("pk"))
    opened = BallotKey.objects.filter(cycle=cycle.pk, agency=OuterRef("pk"), destroyed_at__isnull=False)
    return (
        Agency.objects.filter(within, parent__isnull=False, parent__parent=None)
        .annotate(figures=Subquery(rows.values("figures")), all_opened=Exists(opened))
        .order_by("name", "pk")
    )


def state_of(agency: Any) -> str:
    """Whether an agency loaded with `agencies_with_peers` has figures to show, and if not, why."""
    if agency.figures:
        return "shown"
    return "too_few" if agency.all_opened or agency.figures is not None else "sealed"


def agency_peers(agency: Any, names: Mapping[str, str]) -> AgencyPeers:
    """The figures of one agency. Costs no query."""
    figures = agency.figures or {}
    return AgencyPeers(
        agency=agency,
        state=state_of(agency),
        groups=tuple(_group(group, figures.get(group.value), names) for group in ReviewGroup)
        if figures
        else (),
    )


def _group(group: ReviewGroup, figures: Mapping[str, Any] | None, names: Mapping[str, str]) -> AgencyGroup:
    if figures is None:
        return AgencyGroup(str(group.label), 0, None)
    values = figures["values"]
    return AgencyGroup(
        title=str(group.label),
        appraisals=figures["appraisals"],
        figure=mean_bars(
            title=_("%(group)s: mean of each value in the agency") % {"group": group.label},
            label_title=_("Core value"),
            count_title=_("People"),
            highest=HIGHEST,
            means=[
                Mean(name, Decimal(values[code]["mean"]), values[code]["appraisals"])
                if values[code]["shown"]
                else Mean(name, None, note=TOO_FEW_PEOPLE)
                for code, name in names.items()
                if code in values
            ],
        ),
    )
