"""What happened in the invented year, on record: events as the services would have written them, and the inbox.

Written in bulk, in the order of time. Timeliness was never at stake here, so the events carry the moments of the rows.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.urls import reverse

from appraisal import notices, peer_notices
from appraisal.demo.cases import Case
from appraisal.demo.copying import NULL, cell, copy_rows, hexed
from appraisal.enums import RatingStage
from appraisal.models import Invitation
from core.audit import AuditDetail, AuditEvent, event_digest
from core.canonical import canonical, fingerprint
from core.clock import today
from core.notifications import Kind, Notification

READ_AFTER = dt.timedelta(days=3)

Row = tuple[Any, ...]
EVENT = ("id", "actor_id", "act", "object_type", "object_id", "at", "reason", "digest")
DETAIL = ("event_id", "before", "after", "salt")
MESSAGE = (
    "id", "kind", "recipient_id", "subject_id", "occurrence", "params", "path", "created_at", "read_at"
)  # fmt: skip


@dataclass(slots=True)
class Told:
    """One event, and who was told of it: (kind, recipient, route, parameters).

    `invitation` is what an event of one reviewer is about; `invited` are those who were invited by the event.
    """

    act: str
    at: dt.datetime
    actor_id: uuid.UUID | None
    case: Case
    reason: str = ""
    after: Mapping[str, Any] | None = None
    to: tuple[Kind, uuid.UUID | None, str, dict[str, Any]] | None = None
    invitation: Invitation | None = None
    invited: Sequence[Invitation] = ()


@dataclass(slots=True)
class Chronicle:
    """Collects what happened to some appraisals, and writes it down at once."""

    names: Mapping[uuid.UUID, str]
    _told: list[Told] = field(default_factory=list)
    _written: Counter[str] = field(default_factory=Counter)

    def tell(self, case: Case) -> None:
        """Take down everything that happened to one appraisal, but for its reviewers."""
        self.tell_beginning(case)
        self.tell_end(case)

    def tell_beginning(self, case: Case) -> None:
        """Take down what happened to the plan and the self-assessment."""
        self._told.extend(self._plan_events(case))
        self._told.extend(self._self_events(case))

    def tell_end(self, case: Case) -> None:
        """Take down what happened to the rating and the result."""
        self._told.extend(self._rating_events(case))
        self._told.extend(self._result_events(case))

    def take(self, told: Told) -> None:
        """Take down one event."""
        self._told.append(told)

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
                    (notices.PLAN_RETURNED, employee.id, "plan", {"by": self.name(supervisor)}),
                )  # fmt: skip
            if plan.agreed_at is not None:
                yield Told(
                    "plan.agreed", plan.agreed_at, supervisor, case, "", version,
                    (notices.PLAN_AGREED, employee.id, "plan", {"by": self.name(supervisor)}),
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
                 {"by": self.name(appraisal.supervisor_id), "due_on": notices.iso(today(appraisal.self_due_at))}),
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
                by = self.name(row.author_id)
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

    def name(self, person_id: uuid.UUID | None) -> str:
        """What somebody is called; "" for nobody."""
        return self.names.get(person_id, "") if person_id else ""

    def write(self, *, at: dt.datetime, until: dt.datetime | None = None) -> dict[str, int]:
        """Store what was told, or what happened `until` a moment before which a service writes its own.

        What is older than a few days has been read. Returns how many events and messages it has been so far.
        """
        due = [told for told in self._told if until is None or told.at <= until]
        self._told = [told for told in self._told if until is not None and told.at > until]
        due.sort(key=lambda told: told.at)
        events = [_event(told, key) for told, key in zip(due, _next_keys(len(due)), strict=True)]
        copy_rows(AuditEvent, EVENT, (event for event, _detail in events))
        copy_rows(AuditDetail, DETAIL, (detail for _event_row, detail in events))
        messages = [
            message
            for told, (event, _detail) in zip(due, events, strict=True)
            for message in _messages(told, event[0], at)
        ]
        copy_rows(Notification, MESSAGE, messages)
        self._written.update(events=len(events), messages=len(messages))
        return dict(self._written)


def _next_keys(number: int) -> list[int]:
    """So many keys of events, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [AuditEvent._meta.db_table, number],  # noqa: SLF001  # documented by Django
        )
        return [key for (key,) in cursor.fetchall()]


def _event(told: Told, key: int) -> tuple[Row, Row]:
    """The rows that core.audit.record would have written: event and detail."""
    salt = secrets.token_bytes(16)
    said: dict[str, Any] = {
        "actor_id": told.actor_id,
        "act": told.act,
        "object_type": "invitation" if told.invitation else "appraisal",
        "object_id": (told.invitation or told.case.appraisal).pk,
        "at": told.at,
        "reason": told.reason,
    }
    digest = event_digest(**said, before=None, after=told.after, salt=salt)
    after = NULL if told.after is None else cell(canonical(told.after))
    return (
        (
            key, told.actor_id or NULL, told.act, said["object_type"], said["object_id"], told.at.isoformat(),
            cell(told.reason), hexed(digest),
        ),
        (key, NULL, after, hexed(salt)),
    )  # fmt: skip


def _messages(told: Told, key: int, at: dt.datetime) -> Iterator[Row]:
    """The rows that core.notifications.notify would have written."""
    appraisal = told.case.appraisal
    kind, recipient_id, route, params = told.to or (None, None, "", {})
    if kind is not None and recipient_id is not None:
        subject_id = (told.invitation or appraisal).pk
        said = {"year": str(appraisal.cycle.year), **params}
        yield _message(
            told, key, kind, recipient_id, subject_id, reverse(route, args=[appraisal.pk]), said, at
        )
    for one in told.invited:
        path = reverse("invitation", args=[one.pk])
        name = {"name": told.case.person.employee.name}
        yield _message(told, key, peer_notices.INVITED, one.reviewer_id, one.pk, path, name, at)


def _message(
    told: Told,
    key: int,
    kind: Kind,
    recipient_id: uuid.UUID,
    subject_id: uuid.UUID,
    path: str,
    params: Mapping[str, Any],
    at: dt.datetime,
) -> Row:
    read_at = (told.at + dt.timedelta(hours=5)).isoformat() if told.at < at - READ_AFTER else NULL
    return (
        uuid.uuid4(), kind.code, recipient_id, subject_id, key, cell(canonical(params)), path, told.at.isoformat(),
        read_at,
    )  # fmt: skip
