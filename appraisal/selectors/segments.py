"""What stands around one appraisal: who may read which part, other segments of the same year, who mends its data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, Q

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Agency, RoleGrant
from accounts.models.agency import ancestor_paths
from appraisal.models import Appraisal
from appraisal.policies import content_visible_to, result_visible_to, self_assessment_visible_to
from core.clock import today


@dataclass(frozen=True, slots=True)
class Reading:
    """Which parts of an appraisal somebody may read."""

    content: bool
    self_assessment: bool
    result: bool


def _holds(rule: Q) -> ExpressionWrapper[Q]:
    return ExpressionWrapper(rule, output_field=BooleanField())


def reading_of(actor: Actor, appraisal: Appraisal) -> Reading:
    """What the actor may read of it, asked of the policies. One query."""
    content, self_assessment, result = (
        Appraisal.objects.filter(pk=appraisal.pk)
        .annotate(
            reads_content=_holds(content_visible_to(actor)),
            reads_self=_holds(self_assessment_visible_to(actor)),
            reads_result=_holds(result_visible_to(actor)),
        )
        .values_list("reads_content", "reads_self", "reads_result")
        .get()
    )
    return Reading(bool(content), bool(self_assessment), bool(result))


def other_segments(actor: Actor, appraisal: Appraisal) -> list[Appraisal]:
    """The other appraisals of the same person in the same year that the actor may see: a transfer makes two. One query."""
    return list(
        Appraisal.objects.visible_to(actor)
        .filter(employee=appraisal.employee_id, cycle=appraisal.cycle_id)
        .exclude(pk=appraisal.pk)
        .select_related("agency", "placement__position")
        .order_by("first_day", "pk")
    )


def units_above(appraisal: Appraisal) -> list[Agency]:
    """The unit and those above it without the city itself, nearest first. One query."""
    return [
        unit for unit in reversed(Agency.objects.above(appraisal.agency.path)) if unit.parent_id is not None
    ]


def managers_of(appraisal: Appraisal, *, at: dt.datetime) -> list[RoleGrant]:
    """The performance managers who keep the data of the unit, the nearest first. One query."""
    grants = (
        RoleGrant.objects.filter(
            role=Role.PERFORMANCE_MANAGER, agency__path__in=ancestor_paths(appraisal.agency.path)
        )
        .valid_on(today(at))
        .select_related("employee", "agency")
        .order_by("-agency__path", "employee__sort_name", "pk")
    )
    return list(grants)
