"""What happened in the invented year, on record: events as the services would have written them, and the inbox.

Written in bulk, in the order of time. Timeliness was never at stake here, so the events carry the moments of the rows.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from appraisal import notices
from appraisal.demo.cases import Case
from appraisal.enums import RatingStage
from core.audit import AuditDetail, AuditEvent, event_digest
from core.canonical import canonical, fingerprint, plain
from core.clock import today
from core.notifications import Kind, Notification

READ_AFTER = dt.timedelta(days=3)
BATCH = 1000


@dataclass(slots=True)
class Told:
    """One event, and who was told of it: (kind, recipient, route, parameters)."""

    act: str
    at: dt.datetime
    actor_id: uuid.UUID | None
    case: Case
    reason: str = ""
    after: Mapping[str, Any] | None = None
    to: tuple[Kind, uuid.UUID | None, str, dict[str, Any]] | None = None


@dataclass(slots=True)
class Chronicle:
    """Collects what happened to some appraisals, and writes it down at once."""

    names: Mapping[uuid.UUID, str]
    _told: list[Told] = field(default_factory=list)

    def tell(self, case: Case) -> None:
        """Take down everything that happened to one appraisal."""
        self._told.extend(self._plan_events(case))
        self._told.extend(self._self_events(case))
        self._told.extend(self._rating_events(case))
        self._told.extend(self._result_events(case))

    def _plan_events(self, case: Case) -> Iterator[Told]:
        employee, supervisor = case.person.employee, case.appraisal.supervisor_id
        for plan in case.plans:
            version = {"version": plan.version}
            if plan.version > 1:
                yield Told(
                    "plan.reopened", plan.created_at, employee.id, case, plan.change_reason, version,
                    (notices.PLAN_REOPENED, supervisor, "team_plan", {"by": employee.name, "name": employee.name}),
                )  # fmt: skip
            if plan.sent_at is not None:
                yield Told(
                    "plan.sent", plan.sent_at, employee.id, case, "", {**version, "late": plan.was_late},
                    (notices.PLAN_SENT, supervisor, "team_plan", {"name": employee.name}),
                )  # fmt: skip
            if plan.returned_at is not None:
                yield Told(
                    "plan.returned", plan.returned_at, supervisor, case, plan.return_comment, version,
                    (notices.PLAN_RETURNED, employee.id, "plan", {"by": self._name(supervisor)}),
                )  # fmt: skip
            if plan.agreed_at is not None:
                yield Told(
                    "plan.agreed", plan.agreed_at, supervisor, case, "", version,
                    (notices.PLAN_AGREED, employee.id, "plan", {"by": self._name(supervisor)}),
                )  # fmt: skip

    def _self_events(self, case: Case) -> Iterator[Told]:
        employee, appraisal = case.person.employee, case.appraisal
        for row in case.submissions:
            after = {"number": row.number, "version": row.version, "digest": row.digest}
            if row.sent_by_clock:
                yield Told(
                    "self_assessment.sent_by_clock", row.sent_at, None, case, "", after,
                    (notices.SELF_CLOSED, employee.id, "self_assessment", {}),
                )  # fmt: skip
            else:
                yield Told(
                    "self_assessment.sent", row.sent_at, employee.id, case, "", after,
                    (notices.SELF_SENT, appraisal.supervisor_id, "rate", {"name": employee.name}),
                )  # fmt: skip
        if appraisal.self_returned_at is not None and appraisal.self_due_at is not None:
            yield Told(
                "self_assessment.returned", appraisal.self_returned_at, appraisal.supervisor_id, case,
                appraisal.self_return_comment, {"due_at": appraisal.self_due_at},
                (notices.SELF_RETURNED, employee.id, "self_assessment",
                 {"by": self._name(appraisal.supervisor_id), "due_on": notices.iso(today(appraisal.self_due_at))}),
            )  # fmt: skip

    def _rating_events(self, case: Case) -> Iterator[Told]:
        acts = {
            RatingStage.FIRST: "rating.first_saved",
            RatingStage.FINAL: "rating.sent",
            RatingStage.REVISED: "rating.revised",
        }
        name = case.person.employee.name
        for row in case.ratings:
            after = {"version": row.version, "content": fingerprint(canonical(row.content))}
            to = None
            if row.stage == RatingStage.REVISED:
                by = self._name(row.author_id)
                to = (
                    notices.RATING_REVISED,
                    case.appraisal.superior_id,
                    "overview",
                    {"by": by, "name": name},
                )
            yield Told(acts[RatingStage(row.stage)], row.saved_at, row.author_id, case, row.reason, after, to)
        if case.appraisal.passed_on_at is not None:
            yield Told(
                "rating.passed_on", case.appraisal.passed_on_at, None, case, "", None,
                (notices.RATING_PASSED_ON, case.appraisal.superior_id, "rate", {"name": name}),
            )  # fmt: skip

    def _result_events(self, case: Case) -> Iterator[Told]:
        appraisal, employee = case.appraisal, case.person.employee
        if appraisal.result_received_at is not None:
            after = {"objection_due_at": appraisal.objection_due_at}
            yield Told("result.received", appraisal.result_received_at, employee.id, case, "", after)
        if appraisal.result_acknowledged_at is not None:
            yield Told(
                "result.acknowledged", appraisal.result_acknowledged_at, employee.id, case, "",
                {"comment": bool(appraisal.acknowledgement_comment)},
                (notices.RESULT_ACKNOWLEDGED, appraisal.rated_by_id, "overview", {"name": employee.name}),
            )  # fmt: skip

    def _name(self, person_id: uuid.UUID | None) -> str:
        return self.names.get(person_id, "") if person_id else ""

    def write(self, *, at: dt.datetime) -> dict[str, int]:
        """Store events and messages; what is older than a few days has been read. Returns how many of each."""
        self._told.sort(key=lambda told: told.at)
        pairs = [_event(told) for told in self._told]
        AuditEvent.objects.bulk_create([event for event, _detail in pairs], batch_size=BATCH)
        for event, detail in pairs:
            detail.event = event
        AuditDetail.objects.bulk_create([detail for _event_row, detail in pairs], batch_size=BATCH)
        messages = [
            message
            for told, (event, _detail) in zip(self._told, pairs, strict=True)
            if (message := _message(told, event, at)) is not None
        ]
        Notification.objects.bulk_create(messages, batch_size=BATCH)
        return {"events": len(pairs), "messages": len(messages)}


def _event(told: Told) -> tuple[AuditEvent, AuditDetail]:
    """The rows that core.audit.record would have written."""
    salt = secrets.token_bytes(16)
    appraisal_id = told.case.appraisal.pk
    said: dict[str, Any] = {
        "actor_id": told.actor_id,
        "act": told.act,
        "object_type": "appraisal",
        "object_id": appraisal_id,
        "at": told.at,
        "reason": told.reason,
    }
    after = plain(told.after) if told.after is not None else None
    event = AuditEvent(**said, digest=event_digest(**said, before=None, after=told.after, salt=salt))
    return event, AuditDetail(before=None, after=after, salt=salt)


def _message(told: Told, event: AuditEvent, at: dt.datetime) -> Notification | None:
    """The row that core.notifications.notify would have written."""
    if told.to is None:
        return None
    kind, recipient_id, route, params = told.to
    if recipient_id is None:
        return None
    appraisal = told.case.appraisal
    return Notification(
        kind=kind.code,
        recipient_id=recipient_id,
        subject_id=appraisal.pk,
        occurrence=str(event.pk),
        params=plain({"year": str(appraisal.cycle.year), **params}),
        path=reverse(route, args=[appraisal.pk]),
        created_at=told.at,
        read_at=told.at + dt.timedelta(hours=5) if told.at < at - READ_AFTER else None,
    )
