"""Who serves where and when: each history in its own table, every row a range of days [from, until)."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import ActingKind
from accounts.models.agency import Agency, Position
from accounts.models.employee import Employee
from core.constraints import not_blank, one_of


class PlacementQuerySet(models.QuerySet["Placement"]):
    """Filters on placements."""

    def on(self, day: dt.date) -> PlacementQuerySet:
        """Placements in force on the day."""
        return self.filter(period__contains=day)

    def overlapping(self, first: dt.date, last: dt.date) -> PlacementQuerySet:
        """Placements that touch any day from `first` to `last`, both included."""
        return self.filter(period__overlap=(first, last + dt.timedelta(days=1)))

    def within(self, path: str) -> PlacementQuerySet:
        """Placements in the unit with this path or below."""
        return self.filter(agency__path__startswith=path)


class Placement(models.Model):
    """A person in a position at an agency for a range of days: the segment that is appraised."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    employee = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="placements")
    agency = models.ForeignKey(Agency, on_delete=models.RESTRICT, related_name="placements")
    position = models.ForeignKey(Position, on_delete=models.RESTRICT, related_name="placements")
    is_head = models.BooleanField(_("heads the unit"), default=False)
    period = DateRangeField(_("served"))

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        constraints = [
            ExclusionConstraint(
                name="placement_one_at_a_time",
                expressions=[("employee", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                violation_error_message=_("A person holds one position at a time."),
            ),
            ExclusionConstraint(
                name="placement_one_head_at_a_time",
                expressions=[("agency", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(is_head=True),
                violation_error_message=_("A unit has one head at a time."),
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False),
                name="placement_has_days",
                violation_error_message=_("The first day must be before the last."),
            ),
        ]
        indexes = [models.Index(fields=["agency", "employee"], name="placement_by_agency")]

    def __str__(self) -> str:
        return f"placement {self.id}"


class Acting(models.Model):
    """Somebody who stands in for the head of a unit. Never appraised for it; a Plh may not rate."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    employee = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="acting_posts")
    agency = models.ForeignKey(Agency, on_delete=models.RESTRICT, related_name="acting_heads")
    kind = models.CharField(_("kind"), max_length=5, choices=ActingKind)
    period = DateRangeField(_("served"))
    decree = models.CharField(_("decree"), max_length=120)

    class Meta:
        verbose_name = _("acting official")
        verbose_name_plural = _("acting officials")
        constraints = [
            one_of("kind", ActingKind, name="acting_kind_known"),
            not_blank("decree", name="acting_has_a_decree"),
            ExclusionConstraint(
                name="acting_one_at_a_time",
                expressions=[("agency", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                violation_error_message=_("A unit has one acting head at a time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class GradeHistory(models.Model):
    """The grade (golongan) a person held."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="grades")
    grade = models.CharField(_("grade"), max_length=10)
    period = DateRangeField(_("held"))

    class Meta:
        verbose_name = _("grade")
        verbose_name_plural = _("grades")
        constraints = [
            ExclusionConstraint(
                name="grade_one_at_a_time",
                expressions=[("employee", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                violation_error_message=_("A person holds one grade at a time."),
            )
        ]

    def __str__(self) -> str:
        return self.grade


class SupervisorOverride(models.Model):
    """HR decided that somebody else than the head of the unit supervises this placement."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    placement = models.ForeignKey(Placement, on_delete=models.CASCADE, related_name="overrides")
    supervisor = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="+")
    period = DateRangeField(_("valid"))
    reason = models.TextField(_("reason"))
    decided_by = models.ForeignKey(Employee, on_delete=models.RESTRICT, null=True, related_name="+")

    class Meta:
        verbose_name = _("supervisor override")
        verbose_name_plural = _("supervisor overrides")
        constraints = [
            not_blank("reason", name="override_has_a_reason"),
            ExclusionConstraint(
                name="override_one_at_a_time",
                expressions=[("placement", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                violation_error_message=_("One supervisor at a time can be decided."),
            ),
        ]

    def __str__(self) -> str:
        return f"override {self.id}"
