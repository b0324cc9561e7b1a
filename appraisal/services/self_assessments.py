"""Self-assessment: pages saved as drafts, sent whole with a receipt, taken back, returned once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from appraisal import notices
from appraisal.enums import Action, Party, SelfState, Topic
from appraisal.models import Appraisal, SelfSubmission
from appraisal.obstacles import return_deadline
from appraisal.selectors.assessments import self_form, standing_submission
from appraisal.services.drafts import Saved, store_draft
from appraisal.services.execution import check_realization, store_realizations
from appraisal.services.moves import check_move, check_time, lock_appraisal
from appraisal.services.submissions import submit, with_proofs
from core.audit import record
from core.clock import last_day
from core.errors import ActionRefused
from core.notifications import notify


def sending_action(state: str) -> Action:
    """Which move sends: the first time, or again after a return."""
    return Action.RESEND_SELF if state == SelfState.RETURNED else Action.SEND_SELF


@transaction.atomic
def save_answer(
    *,
    actor: Actor,
    appraisal_id: uuid.UUID,
    topic: Topic,
    key: str,
    data: Mapping[str, Any],
    revision: int,
    at: dt.datetime,
) -> Saved:
    """Save one page about a core value or a competency. Raises as `store_draft`, and when time is up."""
    appraisal = lock_appraisal(appraisal_id)
    check_time(sending_action(appraisal.self_state), appraisal, actor=actor, at=at, party=Party.EMPLOYEE)
    return store_draft(
        appraisal, author_id=appraisal.employee_id, topic=topic, key=key, data=data, revision=revision, at=at
    )


@transaction.atomic
def save_item(
    *,
    actor: Actor,
    appraisal_id: uuid.UUID,
    item_key: uuid.UUID,
    realizations: Mapping[uuid.UUID, Decimal | None],
    typed: Mapping[str, str],
    revision: int,
    at: dt.datetime,
    process: str | None = None,
    impact: str | None = None,
) -> Saved:
    """Save the page of one plan item: realisation, and the reflection on process and impact where it is given.

    `typed` keeps what stands in the fields as text, so that a half-written number is not lost; `realizations` holds
    the ones that are numbers. Reflection needs the self-assessment window; realisation is open all year.
    """
    appraisal = lock_appraisal(appraisal_id)
    check_realization(appraisal, actor=actor, at=at)
    data: dict[str, Any] = dict(_stored_item(appraisal, str(item_key)))
    data["typed"] = dict(typed)
    if process is not None or impact is not None:
        check_time(sending_action(appraisal.self_state), appraisal, actor=actor, at=at, party=Party.EMPLOYEE)
        data["process"] = process or ""
        data["impact"] = impact or ""
    saved = store_draft(
        appraisal,
        author_id=appraisal.employee_id,
        topic=Topic.ITEM,
        key=str(item_key),
        data=data,
        revision=revision,
        at=at,
    )
    store_realizations(appraisal, values=realizations, at=at)
    return saved


def _stored_item(appraisal: Appraisal, key: str) -> Mapping[str, Any]:
    stored = appraisal.drafts.filter(author=appraisal.employee_id, topic=Topic.ITEM, key=key).first()
    return stored.data if stored else {}


@transaction.atomic
def send_self_assessment(
    *, actor: Actor, appraisal_id: uuid.UUID, declared: bool, at: dt.datetime
) -> SelfSubmission:
    """Send the whole self-assessment; returns the submission with its receipt number.

    Raises ActionRefused with everything that is missing, the declaration included.
    """
    appraisal = lock_appraisal(appraisal_id)
    form = self_form(appraisal)
    check_move(
        sending_action(appraisal.self_state), appraisal, actor=actor, at=at, missing_in_self=form.missing
    )
    if not declared:
        raise ActionRefused(_("Tick the declaration that what you wrote is true."))
    [submission] = submit([(appraisal, with_proofs(appraisal, form))], at=at, by_clock=False)
    event = record(
        actor_id=actor.id,
        act="self_assessment.sent",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        after={"number": submission.number, "version": submission.version, "digest": submission.digest},
    )
    notify(notices.to_supervisor(notices.SELF_SENT, appraisal, event, route="rate", name=actor.name), at=at)
    return submission


@transaction.atomic
def withdraw_self_assessment(*, actor: Actor, appraisal_id: uuid.UUID, at: dt.datetime) -> None:
    """Take the sent self-assessment back while its window is open and nobody has rated."""
    appraisal = lock_appraisal(appraisal_id)
    check_move(Action.WITHDRAW_SELF, appraisal, actor=actor, at=at)
    submission = standing_submission(appraisal)
    if submission is not None:
        submission.withdrawn_at = at
        submission.save(update_fields=["withdrawn_at"])
    appraisal.self_state = SelfState.DRAFT
    appraisal.save(update_fields=["self_state"])
    event = record(
        actor_id=actor.id,
        act="self_assessment.withdrawn",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        after={"number": submission.number if submission else None},
    )
    notify(
        notices.to_supervisor(notices.SELF_WITHDRAWN, appraisal, event, route="rate", name=actor.name), at=at
    )


@transaction.atomic
def return_self_assessment(*, actor: Actor, appraisal_id: uuid.UUID, comment: str, at: dt.datetime) -> None:
    """Return the self-assessment once with a comment; the employee has until `self_due_at` to send it again."""
    appraisal = lock_appraisal(appraisal_id)
    facts = check_move(Action.RETURN_SELF, appraisal, actor=actor, at=at, comment=comment)
    appraisal.self_state = SelfState.RETURNED
    appraisal.self_returned_at = at
    appraisal.self_return_comment = comment
    appraisal.self_due_at = return_deadline(facts)
    appraisal.save(update_fields=["self_state", "self_returned_at", "self_return_comment", "self_due_at"])
    event = record(
        actor_id=actor.id,
        act="self_assessment.returned",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        reason=comment,
        after={"due_at": appraisal.self_due_at},
    )
    notify(
        [
            notices.to_employee(
                notices.SELF_RETURNED,
                appraisal,
                event,
                route="self_assessment",
                by=actor.name,
                due_on=notices.iso(last_day(appraisal.self_due_at)),
            )
        ],
        at=at,
    )
