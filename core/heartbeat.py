"""When the clock last ticked: the one row that tells whether beat and worker live."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.clock import today


class Heartbeat(models.Model):
    """The last run of a recurring job."""

    name = models.CharField(_("job"), max_length=40, primary_key=True)
    beaten_at = models.DateTimeField(_("last run"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return f"{self.name} {self.beaten_at:%Y-%m-%d %H:%M}"


def beat(name: str, *, at: dt.datetime) -> None:
    """Note that the job ran at `at`."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": at})


def last_beat_on(name: str) -> dt.date | None:
    """The day in Bandung on which the job last ran, None when it never did."""
    beaten_at = Heartbeat.objects.filter(name=name).values_list("beaten_at", flat=True).first()
    return today(beaten_at) if beaten_at else None
