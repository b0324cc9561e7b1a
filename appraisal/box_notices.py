"""What is said when a box is opened, and to HR when a key is not where it should be."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appraisal.models import Appraisal, BallotKey
from appraisal.notices import WORK, iso, of_the_clock
from core.notifications import Kind, Message, register

BOX_OPENED = register(
    Kind(
        "box.opened",
        _("The feedback of your colleagues has been opened"),
        _(
            "You see what was counted, without names. Answers of fewer than three people were destroyed unread."
        ),
        label=_("The feedback of your colleagues is opened"),
        topic=WORK,
        compulsory=False,
    )
)
BOX_OPENED_OF_TEAM = register(
    Kind(
        "box.opened_of_team",
        _("The feedback about somebody in your team has been opened"),
        _("You see it as soon as you have saved your own first rating."),
        label=_("The feedback about somebody in your team is opened"),
        topic=WORK,
        compulsory=False,
    )
)
KEY_NOT_FOUND = register(
    Kind(
        "ballot_key.not_found",
        _("The key for peers' answers of %(agency)s is missing or wrong"),
        _(
            "Nobody can write about people of this agency, and no box is opened, until it is restored from its copy. "
            "Ask the people who run the server today."
        ),
        choice=False,
    )
)


def opened(appraisals: Collection[Appraisal]) -> Iterator[Message]:
    """To the employee and the supervisor of each opened box; it is opened once, so it is said once."""
    said: dict[str, Any] = {}
    employees = [(one.pk, one.employee_id, said) for one in appraisals]
    supervisors = [(one.pk, one.supervisor_id, said) for one in appraisals if one.supervisor_id is not None]
    for kind, rows in ((BOX_OPENED, employees), (BOX_OPENED_OF_TEAM, supervisors)):
        yield from of_the_clock(kind, rows, route="peer_figures", occurrence="opened")


def key_not_found(key: BallotKey, recipients: Iterable[uuid.UUID], *, day: dt.date) -> Iterator[Message]:
    """To HR, once a day while it lasts."""
    for recipient_id in recipients:
        yield Message(
            kind=KEY_NOT_FOUND,
            recipient_id=recipient_id,
            subject_id=key.pk,
            occurrence=iso(day),
            path=reverse("cycle", args=[key.cycle_id]),
            params={"agency": key.agency.label},
        )
