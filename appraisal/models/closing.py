"""The record that closes a year: who closed it, with which counts, and the head of the sealed record."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Employee
from appraisal.models.cycle import Cycle


class Closing(models.Model):
    """The closing record of a cycle, written once by services.closing and never changed.

    `counts` holds how many appraisals there were, by how they ended and by predicate; `left_out` how many of them had
    no rating and were closed as not assessed by this act. `seal_head` is the head of the sealed record at that moment.
    """

    cycle = models.OneToOneField(Cycle, on_delete=models.RESTRICT, primary_key=True, related_name="closing")
    closed_by = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="+")
    closed_at = models.DateTimeField(_("closed"))
    counts = models.JSONField(_("counts"))
    left_out = models.PositiveIntegerField(_("left out"))
    left_out_reason = models.TextField(_("why some have no rating"), blank=True)
    seal_head = models.CharField(_("head of the sealed record"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("closing record")
        verbose_name_plural = _("closing records")
        constraints = [
            models.CheckConstraint(
                condition=Q(left_out=0) | Q(left_out_reason__regex=r"\S"),
                name="closing_left_out_has_a_reason",
                violation_error_message=_("Write why some people are left out."),
            ),
        ]

    def __str__(self) -> str:
        return f"closing of {self.cycle_id}"
