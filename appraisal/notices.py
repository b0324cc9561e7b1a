"""What is said to whom: plain functions that build notification rows from the act that caused them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appraisal.enums import Phase, WordState
from appraisal.models import Appraisal, WordReport
from core.audit import AuditEvent
from core.notifications import Kind, Message, register
from core.seals import AuditSeal

# The headings under which people choose how they are told.
DEADLINE = _("Dates and deadlines")
PLAN = _("Plan")
WORK = _("Work and feedback")
SELF = _("Self-assessment")
RATING = _("Rating")
RESULT = _("Result")

PLAN_SENT = register(
    Kind(
        "plan.sent",
        _("%(name)s sent a plan for %(year)s"),
        _("Read it together, then agree or return it with a comment."),
        label=_("Somebody sends you a plan"),
        topic=PLAN,
        compulsory=False,
        watched=True,
    )
)
PLAN_RETURNED = register(
    Kind(
        "plan.returned",
        _("Your plan for %(year)s was returned"),
        _("%(by)s wrote a comment. Mend the plan and send it again."),
        label=_("Your plan is returned"),
        topic=PLAN,
        watched=True,
    )
)
PLAN_AGREED = register(
    Kind(
        "plan.agreed",
        _("Your plan for %(year)s is agreed"),
        _("Agreed by %(by)s. Realisation can be filled in now."),
        label=_("Your plan is agreed"),
        topic=PLAN,
        compulsory=False,
        watched=True,
    )
)
PLAN_REOPENED = register(
    Kind(
        "plan.reopened",
        _("A new version of the plan for %(year)s was begun"),
        _("%(by)s is changing the plan of %(name)s. The agreed version counts until the new one is agreed."),
        label=_("A new version of a plan is begun"),
        topic=PLAN,
        compulsory=False,
        watched=True,
    )
)
FEEDBACK_WRITTEN = register(
    Kind(
        "journal.feedback",
        _("%(by)s wrote feedback for you"),
        _("It stands in your journal of %(year)s."),
        label=_("Somebody writes feedback for you"),
        topic=WORK,
        compulsory=False,
    )
)
SELF_SENT = register(
    Kind(
        "self.sent",
        _("%(name)s sent a self-assessment"),
        _("You can read it now."),
        label=_("Somebody sends you a self-assessment"),
        topic=SELF,
        compulsory=False,
        watched=True,
    )
)
SELF_WITHDRAWN = register(
    Kind(
        "self.withdrawn",
        _("%(name)s took the self-assessment back"),
        _("A new version will follow."),
        label=_("Somebody takes a self-assessment back"),
        topic=SELF,
        compulsory=False,
        watched=True,
    )
)
SELF_RETURNED = register(
    Kind(
        "self.returned",
        _("Your self-assessment was returned"),
        _(
            "%(by)s wrote a comment. You can send it again until %(due_on)s. After that the earlier version counts."
        ),
        label=_("Your self-assessment is returned"),
        topic=SELF,
        watched=True,
    )
)
SELF_CLOSED = register(
    Kind(
        "self.closed",
        _("Your self-assessment was sent when time was up"),
        _("It was complete, so it counts. You need not do anything."),
        label=_("Your self-assessment is sent when time is up"),
        topic=SELF,
        watched=True,
    )
)
SELF_NOT_SENT = register(
    Kind(
        "self.not_sent",
        _("The time for self-assessment is over"),
        _("Your self-assessment was not complete, so it was not sent. Your supervisor rates without it."),
        label=_("The time for your self-assessment is over"),
        topic=SELF,
        watched=True,
    )
)
RATING_PASSED_ON = register(
    Kind(
        "rating.passed_on",
        _("The rating of %(name)s has come to you"),
        _("It was not sent in time by the supervisor. You can rate during calibration."),
        label=_("A rating comes to you as superior"),
        topic=RATING,
        watched=True,
    )
)
RATING_REVISED = register(
    Kind(
        "rating.revised",
        _("The rating of %(name)s was revised"),
        _("%(by)s gave a reason. Both ratings are kept."),
        label=_("A rating is revised"),
        topic=RATING,
        compulsory=False,
        watched=True,
    )
)
RESULT_SHOWN = register(
    Kind(
        "result.shown",
        _("The results of your team for %(year)s are ready"),
        _("Talk with each person. Employees see their own result from %(published_on)s."),
        label=_("The results of your team are ready"),
        topic=RESULT,
        watched=True,
    )
)
RESULT_PUBLISHED = register(
    Kind(
        "result.published",
        _("Your result for %(year)s is open"),
        _("You see how it came about, and what comes next."),
        label=_("Your result is open"),
        topic=RESULT,
        watched=True,
    )
)
RESULT_NOT_ASSESSED = register(
    Kind(
        "result.not_assessed",
        _("There is no result for you for %(year)s"),
        _("You were not assessed. You see why, and whom you can ask."),
        label=_("You were not assessed"),
        topic=RESULT,
        watched=True,
    )
)
RESULT_RECALLED = register(
    Kind(
        "result.recalled",
        _("The results for %(year)s were taken back"),
        _("HR gave this reason: %(reason)s. You will be told when they open again."),
        label=_("Results are taken back"),
        topic=RESULT,
        watched=True,
        mail=_("HR gave a reason, which stands in your inbox. You will be told when they open again."),
    )
)
RESULT_ACKNOWLEDGED = register(
    Kind(
        "result.acknowledged",
        _("%(name)s has read the result"),
        _("Reading is not agreeing. A comment may stand there."),
        label=_("Somebody has read the result"),
        topic=RESULT,
        compulsory=False,
        watched=True,
    )
)
EXTENDED = register(
    Kind(
        "window.extended",
        _("You have more time"),
        _("%(phase)s is open to you until %(until_on)s. Reason: %(reason)s"),
        label=_("You get more time"),
        topic=DEADLINE,
        watched=True,
        mail=_("%(phase)s is open to you until %(until_on)s. The reason stands in your inbox."),
        words={"phase": dict(Phase.choices)},
    )
)
CYCLE_OPENED = register(
    Kind(
        "cycle.opened",
        _("The appraisal year %(year)s is open"),
        _("Begin with your plan. Your supervisor agrees on it with you."),
        label=_("A year of appraisal opens"),
        topic=DEADLINE,
        watched=True,
    )
)
WORD_REPORTED = register(
    Kind(
        "peer_word.reported",
        _("A text of a reviewer was reported"),
        _("Read this one text and decide. Hiding it takes two people."),
        label=_("A text of a reviewer is reported to you"),
        topic=RESULT,
    )
)
WORD_DECIDED = register(
    Kind(
        "peer_word.decided",
        _("The text that you reported: %(state)s"),
        _("The reason stands with the text."),
        label=_("A text that you reported is decided"),
        topic=RESULT,
        words={"state": dict(WordState.choices)},
    )
)
AUDIT_HEAD = register(
    Kind(
        "audit.head",
        _("Head of the record on %(day_on)s: seal %(number)s"),
        _("Keep it outside this system. With it, every later change of the record is found out: %(head)s"),
        choice=False,
    )
)


def to_employee(kind: Kind, appraisal: Appraisal, event: AuditEvent, *, route: str, **params: Any) -> Message:
    """A message to the appraised person."""
    return _message(kind, appraisal, event, appraisal.employee_id, route, params)


def to_supervisor(
    kind: Kind, appraisal: Appraisal, event: AuditEvent, *, route: str, **params: Any
) -> list[Message]:
    """A message to the present supervisor; nothing when there is none."""
    if appraisal.supervisor_id is None:
        return []
    return [_message(kind, appraisal, event, appraisal.supervisor_id, route, params)]


def to_superior(
    kind: Kind, appraisal: Appraisal, event: AuditEvent, *, route: str, **params: Any
) -> list[Message]:
    """A message to the superior; nothing when there is none."""
    if appraisal.superior_id is None:
        return []
    return [_message(kind, appraisal, event, appraisal.superior_id, route, params)]


def of_the_clock(
    kind: Kind, rows: Iterable[tuple[uuid.UUID, uuid.UUID, Mapping[str, Any]]], *, route: str, occurrence: str
) -> Iterator[Message]:
    """What time did to very many appraisals: (appraisal, recipient, parameters) each."""
    path = reverse(route, args=[_ANY])
    for appraisal_id, recipient_id, params in rows:
        yield Message(
            kind=kind,
            recipient_id=recipient_id,
            subject_id=appraisal_id,
            occurrence=occurrence,
            path=path.replace(str(_ANY), str(appraisal_id)),
            params=params,
        )


_ANY = uuid.UUID(int=0)


def _message(
    kind: Kind,
    appraisal: Appraisal,
    event: AuditEvent,
    recipient_id: uuid.UUID,
    route: str,
    params: dict[str, Any],
) -> Message:
    return Message(
        kind=kind,
        recipient_id=recipient_id,
        subject_id=appraisal.pk,
        occurrence=str(event.pk),
        path=reverse(route, args=[appraisal.pk]),
        params={"year": str(appraisal.cycle.year), **params},
    )


def to_judges(
    report: WordReport, appraisal: Appraisal, event: AuditEvent, judges: Iterable[uuid.UUID]
) -> list[Message]:
    """To HR who may judge a reported text. The message says nothing of it, nor whose it is about."""
    path = reverse("word_decision", args=[report.pk])
    return [
        Message(
            kind=WORD_REPORTED,
            recipient_id=judge,
            subject_id=appraisal.pk,
            occurrence=str(event.pk),
            path=path,
        )
        for judge in judges
    ]


def to_reporter(report: WordReport, appraisal: Appraisal, event: AuditEvent) -> Message:
    """To whoever reported a text: what two people of HR decided."""
    return _message(
        WORD_DECIDED, appraisal, event, report.reported_by_id, "peer_figures", {"state": str(report.state)}
    )


def iso(day: dt.date) -> str:
    """A date as a stored parameter; keys that end in `_on` are shown as dates in the reader's language."""
    return day.isoformat()


def audit_head(auditor_id: uuid.UUID, city_id: uuid.UUID, seal: AuditSeal, *, day: dt.date) -> Message:
    """The head of the record, to an auditor of the city, once a day."""
    return Message(
        kind=AUDIT_HEAD,
        recipient_id=auditor_id,
        subject_id=city_id,
        occurrence=iso(day),
        path=reverse("audit"),
        params={"day_on": iso(day), "number": str(seal.number), "head": seal.head_text},
    )
