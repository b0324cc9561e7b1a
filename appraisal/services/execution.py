"""The year's work: realisation per measure, evidence per result, and the journal."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from appraisal import notices
from appraisal.enums import CycleState, JournalKind, Party
from appraisal.models import Appraisal, Evidence, JournalEntry, Realization
from appraisal.obstacles import realization_refusals
from appraisal.policies import parties_of
from appraisal.selectors.facts import facts_of
from appraisal.selectors.plans import agreed_measures
from appraisal.services.moves import lock_appraisal
from core.audit import record
from core.clock import today
from core.errors import ActionRefused, NotAllowed
from core.notifications import notify

EMPLOYEE_KINDS = frozenset({JournalKind.ACHIEVEMENT, JournalKind.EVIDENCE})
SUPERVISOR_KINDS = frozenset({JournalKind.FEEDBACK_POSITIVE, JournalKind.FEEDBACK_IMPROVE})
MAX_EVIDENCE = 20


def check_realization(appraisal: Appraisal, *, actor: Actor, at: dt.datetime) -> None:
    """Raise NotAllowed or ActionRefused when the actor cannot write realisation or evidence now."""
    if Party.EMPLOYEE not in parties_of(actor, appraisal):
        raise NotAllowed(_("This step is not yours to take."))
    if appraisal.cycle.state != CycleState.OPEN:
        raise ActionRefused(_("This year's appraisal is closed. It can be read, but not changed."))
    reasons = realization_refusals(facts_of(appraisal, at=at))
    if reasons:
        raise ActionRefused([str(reason) for reason in reasons])


def store_realizations(
    appraisal: Appraisal, *, values: Mapping[uuid.UUID, Decimal | None], at: dt.datetime
) -> None:
    """Write the value of each measure; None removes it (not measured is never zero).

    The caller has locked the appraisal and checked the time. Raises ActionRefused for a measure that is not in the
    agreed plan.
    """
    known = set(agreed_measures(appraisal).filter(key__in=list(values)).values_list("key", flat=True))
    if not set(values) <= known:
        raise ActionRefused(_("This measure is not part of your agreed plan any more. Open the page again."))
    stored = {row.measure_key: row for row in appraisal.realizations.filter(measure_key__in=list(values))}
    for key, value in values.items():
        row = stored.get(key)
        if value is None:
            if row is not None:
                row.delete()
        elif row is None:
            Realization.objects.create(
                appraisal=appraisal, measure_key=key, value=value, as_of=today(at), saved_at=at
            )
        elif row.value != value:
            row.value = value
            row.as_of = today(at)
            row.saved_at = at
            row.revision += 1
            row.save(update_fields=["value", "as_of", "saved_at", "revision"])


@dataclass(frozen=True, slots=True)
class EvidenceData:
    """One piece of evidence as typed."""

    title: str
    url: str
    text: str
    dated_on: dt.date


@transaction.atomic
def add_evidence(
    *, actor: Actor, appraisal_id: uuid.UUID, item_key: uuid.UUID, data: EvidenceData, at: dt.datetime
) -> Evidence:
    """Add a proof to a plan item.

    The same title and link twice is one piece of evidence (a second click). Raises ActionRefused for a day after today, an
    unknown item, more than twenty pieces, or when time is up.
    """
    appraisal = lock_appraisal(appraisal_id)
    check_realization(appraisal, actor=actor, at=at)
    if not agreed_measures(appraisal).filter(item__key=item_key).exists():
        raise ActionRefused(_("This result is not part of your agreed plan any more. Open the page again."))
    if data.dated_on > today(at):
        raise ActionRefused(_("The day cannot lie in the future."))
    existing = appraisal.evidence.filter(item_key=item_key)
    same = existing.filter(title=data.title, url=data.url, text=data.text, dated_on=data.dated_on).first()
    if same is not None:
        return same
    if existing.count() >= MAX_EVIDENCE:
        raise ActionRefused(_("Twenty pieces of evidence for one result are enough. Remove one first."))
    evidence = Evidence.objects.create(
        appraisal=appraisal,
        item_key=item_key,
        title=data.title,
        url=data.url,
        text=data.text,
        dated_on=data.dated_on,
        added_at=at,
        added_by_id=actor.id,
    )
    record(
        actor_id=actor.id,
        act="evidence.added",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        after={"item": item_key, "title": data.title, "url": data.url, "dated_on": data.dated_on},
    )
    return evidence


@transaction.atomic
def remove_evidence(
    *, actor: Actor, appraisal_id: uuid.UUID, evidence_id: uuid.UUID, at: dt.datetime
) -> None:
    """Remove one's own proof; a second click finds nothing and changes nothing."""
    appraisal = lock_appraisal(appraisal_id)
    check_realization(appraisal, actor=actor, at=at)
    evidence = appraisal.evidence.filter(pk=evidence_id).first()
    if evidence is None:
        return
    record(
        actor_id=actor.id,
        act="evidence.removed",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        before={"item": evidence.item_key, "title": evidence.title, "url": evidence.url},
    )
    evidence.delete()


@transaction.atomic
def write_journal(
    *,
    actor: Actor,
    appraisal_id: uuid.UUID,
    kind: JournalKind,
    text: str,
    happened_on: dt.date,
    shared: bool,
    at: dt.datetime,
    item_key: uuid.UUID | None = None,
) -> JournalEntry:
    """Add a dated note: achievements by the employee, feedback by the supervisor (always shared).

    The same entry twice is one entry. Raises NotAllowed for the wrong party, ActionRefused for a day outside the segment or
    in the future, or a closed year.
    """
    appraisal = lock_appraisal(appraisal_id)
    parties = parties_of(actor, appraisal)
    by_employee = Party.EMPLOYEE in parties
    by_leader = bool(parties & {Party.SUPERVISOR, Party.DELEGATE})
    if not (by_employee and kind in EMPLOYEE_KINDS) and not (by_leader and kind in SUPERVISOR_KINDS):
        raise NotAllowed(_("This step is not yours to take."))
    if appraisal.cycle.state != CycleState.OPEN:
        raise ActionRefused(_("This year's appraisal is closed. It can be read, but not changed."))
    if not appraisal.first_day <= happened_on <= min(appraisal.last_day, today(at)):
        raise ActionRefused(_("Choose a day of this year's service that is not in the future."))
    entry, made = JournalEntry.objects.get_or_create(
        appraisal=appraisal,
        author_id=actor.id,
        kind=kind,
        text=text,
        happened_on=happened_on,
        item_key=item_key,
        defaults={"shared": shared or by_leader, "written_at": at},
    )
    if made and by_leader:
        event = record(
            actor_id=actor.id,
            act="journal.feedback_written",
            object_type="appraisal",
            object_id=appraisal.pk,
            at=at,
            after={"entry": entry.pk, "kind": kind, "happened_on": happened_on},
        )
        notify(
            [notices.to_employee(notices.FEEDBACK_WRITTEN, appraisal, event, route="journal", by=actor.name)],
            at=at,
        )
    return entry


@transaction.atomic
def remove_journal_entry(
    *, actor: Actor, appraisal_id: uuid.UUID, entry_id: uuid.UUID, at: dt.datetime
) -> None:
    """Remove one's own achievement note; feedback stays, because the other side has read it."""
    appraisal = lock_appraisal(appraisal_id)
    if appraisal.cycle.state != CycleState.OPEN:
        raise ActionRefused(_("This year's appraisal is closed. It can be read, but not changed."))
    entry = appraisal.journal.filter(pk=entry_id, author=actor.id).first()
    if entry is None:
        return
    if entry.kind in SUPERVISOR_KINDS:
        raise ActionRefused(_("Feedback stays in the journal, because the other side has been told of it."))
    record(
        actor_id=actor.id,
        act="journal.removed",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        before={"kind": entry.kind, "happened_on": entry.happened_on},
    )
    entry.delete()
