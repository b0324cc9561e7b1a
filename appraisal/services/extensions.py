"""More time for one person, given by HR with a reason that the person sees."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.enums import Role
from appraisal import notices
from appraisal.enums import PEER_PHASES, Action, CycleState, Phase, SelfState
from appraisal.models import Appraisal, Extension
from appraisal.selectors.facts import facts_of
from appraisal.services.moves import check_move, lock_appraisal
from core.audit import record
from core.clock import day_end, last_day
from core.errors import ActionRefused, NotAllowed, Sentence
from core.notifications import notify


def _against_more_time(
    appraisal: Appraisal, phase: Phase, closes_at: dt.datetime, reason: str, at: dt.datetime
) -> list[Sentence]:
    """Every reason why this person cannot get more time until then."""
    windows = facts_of(appraisal, at=at).windows
    window, review = windows.get(phase), windows.get(Phase.SUPERVISOR_REVIEW)
    reasons: list[Sentence] = []
    if appraisal.cycle.state != CycleState.OPEN:
        reasons.append(_("This year's appraisal is closed. It can be read, but not changed."))
    if phase in PEER_PHASES:
        reasons.append(_("More time to give a view is given to one reviewer, on the page of who was asked."))
    if not reason.strip():
        reasons.append(_("Write why this person gets more time."))
    if window is None or closes_at <= window.closes_at or closes_at <= at:
        reasons.append(_("Choose a day after the present deadline."))
    if phase == Phase.SELF_ASSESSMENT and review is not None and closes_at > review.closes_at:
        reasons.append(
            _("Choose a day up to %(day)s, when supervisor review closes.")
            % {"day": last_day(review.closes_at)}
        )
    return reasons


@transaction.atomic
def extend_window(
    *, actor: Actor, appraisal_id: uuid.UUID, phase: Phase, until: dt.date, reason: str, at: dt.datetime
) -> Extension:
    """Give one person more time in a phase, until the end of `until`, with a reason that the person sees.

    A self-assessment that time has closed as not sent is opened again. Raises NotAllowed for anybody but HR of the
    unit, ActionRefused without a reason, for a day that is not later than today's deadline, or past supervisor review.
    """
    appraisal = lock_appraisal(appraisal_id)
    if not any(actor.holds(role, appraisal.agency.path) for role in (Role.HR_AGENCY, Role.HR_CITY)):
        raise NotAllowed(_("Only HR may give more time."))
    if appraisal.employee_id == actor.id:
        raise NotAllowed(_("Nobody gives more time to themselves. Ask another HR admin."))
    closes_at = day_end(until)
    reasons = _against_more_time(appraisal, phase, closes_at, reason, at)
    if reasons:
        raise ActionRefused(reasons)
    extension, _made = Extension.objects.update_or_create(
        appraisal=appraisal,
        phase=phase,
        defaults={"closes_at": closes_at, "reason": reason, "granted_by_id": actor.id, "granted_at": at},
    )
    if phase == Phase.SELF_ASSESSMENT and appraisal.self_state == SelfState.NOT_SENT:
        check_move(Action.REOPEN_SELF, appraisal, actor=actor, at=at, comment=reason)
        appraisal.self_state = SelfState.DRAFT
        appraisal.save(update_fields=["self_state"])
    event = record(
        actor_id=actor.id,
        act="window.extended",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        reason=reason,
        after={"phase": phase, "closes_at": closes_at},
    )
    notify(
        [
            notices.to_employee(
                notices.EXTENDED,
                appraisal,
                event,
                route="overview",
                phase=str(phase.value),
                until_on=notices.iso(until),
                reason=reason,
            )
        ],
        at=at,
    )
    return extension
