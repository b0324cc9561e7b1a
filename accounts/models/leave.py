"""Days on which a person is away for longer: that, and never why."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import LeaveKind
from accounts.models.employee import Employee
from core.constraints import one_of


class LeaveQuerySet(models.QuerySet["Leave"]):
    """Filters on leave."""

    def overlapping(self, first: dt.date, last: dt.date) -> LeaveQuerySet:
        """Leave that touches any day from `first` to `last`, both included."""
        return self.filter(period__overlap=(first, last + dt.timedelta(days=1)))


class Leave(models.Model):
    """A person on leave for a range of days [from, until). The kind decides rights; a medical reason is never kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    employee = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="leaves")
    kind = models.CharField(_("kind"), max_length=10, choices=LeaveKind)
    period = DateRangeField(_("away"))

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        constraints = [
            one_of("kind", LeaveKind, name="leave_kind_known"),
            models.CheckConstraint(
                condition=Q(period__isempty=False),
                name="leave_has_days",
                violation_error_message=_("The first day must be before the last."),
            ),
            ExclusionConstraint(
                name="leave_one_at_a_time",
                expressions=[("employee", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                violation_error_message=_("On these days the person is on leave already."),
            ),
        ]

    def __str__(self) -> str:
        return f"leave {self.id}"
