"""The record of the city: sealed by each tick, and its head told to the auditors once a day."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.enums import Role
from accounts.models import RoleGrant
from appraisal import notices
from core.clock import today
from core.heartbeat import beat, last_beat_on
from core.notifications import notify
from core.seals import latest_seal, seal_events


def seal_record(*, at: dt.datetime) -> int:
    """Seal what has happened and tell the day's head; returns how many events were sealed. May run twice."""
    sealed = seal_events(at=at)
    if last_beat_on("audit.head") != today(at):
        tell_head(at=at)
    return sealed


@transaction.atomic
def tell_head(*, at: dt.datetime) -> None:
    """Send the head of the record to every auditor of the city, once a day (of Bandung); nothing before any seal.

    Only a head that is kept outside the database shows that somebody with its keys rewrote the whole record.
    """
    seal = latest_seal()
    if seal is None:
        return
    auditors = (
        RoleGrant.objects.filter(role=Role.AUDITOR, agency__parent=None)
        .valid_on(today(at))
        .order_by("employee", "pk")
        .values_list("employee", "agency")
    )
    notify((notices.audit_head(auditor, city, seal, day=today(at)) for auditor, city in auditors), at=at)
    beat("audit.head", at=at)
