"""What is said about invitations: to reviewers, to the supervisor, to the employee. Never whether anything was answered."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appraisal.models import Invitation
from core.audit import AuditEvent
from core.notifications import Kind, Message, register

PEERS = _("Colleagues' views")

INVITED = register(
    Kind(
        "invitation.made",
        _("You are asked for your view of %(name)s"),
        _("Read what is promised to you, then accept or decline."),
        label=_("You are asked for your view of a colleague"),
        topic=PEERS,
        watched=True,
    )
)
INVITED_TO_MANY = register(
    Kind(
        "invitation.drawn",
        _("You are asked for your view of colleagues: %(n)s"),
        _("Read what is promised to you, then accept or decline each."),
        label=_("You are asked for your view of several colleagues"),
        topic=PEERS,
        watched=True,
    )
)
ENDED = register(
    Kind(
        "invitation.ended",
        _("You are no longer asked for your view of %(name)s"),
        _("What you may have written about %(name)s was deleted unread."),
        label=_("You are no longer asked for your view of a colleague"),
        topic=PEERS,
        watched=True,
    )
)
MORE_TIME = register(
    Kind(
        "invitation.extended",
        _("You have more time for your view of %(name)s"),
        _("You can answer until %(until_on)s. Reason: %(reason)s"),
        label=_("You get more time for your view of a colleague"),
        topic=PEERS,
        mail=_("You can answer until %(until_on)s. The reason stands in your inbox."),
        watched=True,
    )
)
PROPOSED = register(
    Kind(
        "nomination.sent",
        _("%(name)s proposed reviewers for %(year)s"),
        _("Look at the names, change them if needed, and approve them."),
        label=_("Somebody proposes reviewers to you"),
        topic=PEERS,
        compulsory=False,
        watched=True,
    )
)
DECLINED = register(
    Kind(
        "invitation.declined",
        _("%(by)s declined to give a view of %(name)s"),
        _("You read the reason on the page, and can ask somebody else."),
        label=_("Somebody declines to give a view"),
        topic=PEERS,
        watched=True,
    )
)
WITHDRAWN = register(
    Kind(
        "invitation.withdrawn",
        _("%(by)s is no longer asked for a view of %(name)s"),
        _("You can ask somebody else."),
        label=_("A reviewer of somebody you lead is no longer asked"),
        topic=PEERS,
        watched=True,
    )
)
TOO_FEW = register(
    Kind(
        "nomination.too_few",
        _("There are too few reviewers for %(name)s"),
        _("With fewer than three answers nothing is shown. You can ask more people until %(until_on)s."),
        label=_("There are too few reviewers for somebody you lead"),
        topic=PEERS,
        watched=True,
    )
)


def to_reviewer(kind: Kind, invitation: Invitation, event: AuditEvent, **params: Any) -> Message:
    """A message to the reviewer about one invitation. One that has ended leads to their list."""
    ended = kind is ENDED
    return Message(
        kind=kind,
        recipient_id=invitation.reviewer_id,
        subject_id=invitation.pk,
        occurrence=str(event.pk),
        path=reverse("invitations") if ended else reverse("invitation", args=[invitation.pk]),
        params={"name": invitation.appraisal.employee.name, **params},
    )


def to_reviewer_of_many(reviewer_id: uuid.UUID, subject_id: uuid.UUID, n: int) -> Message:
    """One message about all invitations that a range of the draw made for a reviewer; `subject_id` is the range."""
    return Message(
        kind=INVITED_TO_MANY,
        recipient_id=reviewer_id,
        subject_id=subject_id,
        occurrence="drawn",
        path=reverse("invitations"),
        params={"n": str(n)},
    )


def to_supervisor_of(kind: Kind, invitation: Invitation, event: AuditEvent) -> list[Message]:
    """A message to the supervisor about one reviewer; nothing when nobody supervises."""
    appraisal = invitation.appraisal
    if appraisal.supervisor_id is None:
        return []
    return [
        Message(
            kind=kind,
            recipient_id=appraisal.supervisor_id,
            subject_id=invitation.pk,
            occurrence=str(event.pk),
            path=reverse("team_reviewers", args=[appraisal.pk]),
            params={"by": invitation.reviewer.name, "name": appraisal.employee.name},
        )
    ]
