"""Bulk acts in ranges: one row for each range of keys, so that a killed run goes on where it stood."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from appraisal.enums import BatchState, BulkAct
from appraisal.models.cycle import Cycle
from core.constraints import one_of, stamped_when


class Batch(models.Model):
    """One range of a bulk act, done in one transaction together with this row. Written by services.batches alone.

    The keys bound the range, both included: primary keys of the table that drives the act. `occurrence` tells the
    runs of one act in a cycle apart; `size` is how many rows were waiting when the range was cut, `touched` how many
    were changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    act = models.CharField(_("act"), max_length=20, choices=BulkAct)
    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="batches")
    occurrence = models.PositiveIntegerField(_("run"))
    number = models.PositiveIntegerField(_("range"))
    from_key = models.UUIDField(_("first key"))
    to_key = models.UUIDField(_("last key"))
    size = models.PositiveIntegerField(_("rows waiting"))
    state = models.CharField(_("state"), max_length=10, choices=BatchState, default=BatchState.WAITING)
    touched = models.PositiveIntegerField(_("rows changed"), default=0)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("range of a bulk act")
        verbose_name_plural = _("ranges of bulk acts")
        constraints = [
            models.UniqueConstraint(fields=["cycle", "act", "occurrence", "number"], name="batch_once"),
            one_of("act", BulkAct, name="batch_act_known"),
            one_of("state", BatchState, name="batch_state_known"),
            stamped_when("state", [BatchState.DONE], "done_at", name="batch_done_when"),
            models.CheckConstraint(condition=Q(from_key__lte=F("to_key")), name="batch_keys_in_order"),
        ]
        indexes = [
            models.Index(fields=["cycle", "act"], condition=~Q(state=BatchState.DONE), name="batch_undone"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.occurrence}/{self.number}"
