"""Who looked at whose data: the only writing that a GET may do, insert-only, one row an hour at most."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessLogEntry(models.Model):
    """One look of one person at one object in one hour."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.RESTRICT, related_name="+")
    object_type = models.CharField(_("kind of object"), max_length=40)
    object_id = models.UUIDField(_("object"))
    hour = models.DateTimeField(_("hour"))
    purpose = models.CharField(_("page"), max_length=60)

    class Meta:
        verbose_name = _("access log entry")
        verbose_name_plural = _("access log entries")
        constraints = [
            models.UniqueConstraint(
                fields=["object_id", "actor", "hour", "purpose"], name="access_log_one_per_hour"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.object_type} {self.object_id}"


def note_access(
    *, actor_id: uuid.UUID, object_type: str, object_id: uuid.UUID, purpose: str, at: dt.datetime
) -> None:
    """Record that the actor opened the object; a second look in the same hour adds nothing."""
    AccessLogEntry.objects.bulk_create(
        [
            AccessLogEntry(
                actor_id=actor_id,
                object_type=object_type,
                object_id=object_id,
                purpose=purpose,
                hour=at.replace(minute=0, second=0, microsecond=0),
            )
        ],
        ignore_conflicts=True,
    )
