"""The result of an appraisal: computed when the rating changes, frozen at publication, received and acknowledged."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from appraisal import notices
from appraisal.enums import Action, ResultState
from appraisal.models import Appraisal, Result
from appraisal.obstacles import objection_deadline
from appraisal.scoring.content import sheet_of
from appraisal.scoring.matrix import RULE_VERSION, compute
from appraisal.scoring.sheet import digest_of, to_text
from appraisal.services.moves import check_move, lock_appraisal
from core.audit import record
from core.notifications import notify

COMMENT_LIMIT = 4000


def store_result(appraisal: Appraisal, content: Mapping[str, Any], *, at: dt.datetime) -> Result:
    """Compute the tree from a rating's content and store its canonical text. The caller holds the lock."""
    root = compute(sheet_of(content))
    text = to_text(root, rule_version=RULE_VERSION)
    result, _made = Result.objects.update_or_create(
        appraisal=appraisal,
        defaults={
            "tree": text,
            "digest": digest_of(text),
            "rule_version": RULE_VERSION,
            "predicate": str(root.value),
            "result_rating": root.facts["results"],
            "behavior_rating": root.facts["behavior"],
            "computed_at": at,
        },
    )
    return result


@transaction.atomic
def receive_result(*, actor: Actor, appraisal_id: uuid.UUID, at: dt.datetime) -> Appraisal:
    """The employee opens the result: the receipt starts the fourteen days for an objection (PP 30/2019 Pasal 59).

    Raises ActionRefused when there is nothing published, or it was received already.
    """
    appraisal = lock_appraisal(appraisal_id)
    facts = check_move(Action.RECEIVE, appraisal, actor=actor, at=at)
    appraisal.result_state = ResultState.RECEIVED
    appraisal.result_received_at = at
    appraisal.objection_due_at = objection_deadline(facts)
    appraisal.save(update_fields=["result_state", "result_received_at", "objection_due_at"])
    record(
        actor_id=actor.id,
        act="result.received",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        after={"objection_due_at": appraisal.objection_due_at},
    )
    return appraisal


@transaction.atomic
def acknowledge_result(*, actor: Actor, appraisal_id: uuid.UUID, comment: str, at: dt.datetime) -> Appraisal:
    """The employee confirms having read; reading is not agreeing, and a comment may stand there."""
    appraisal = lock_appraisal(appraisal_id)
    check_move(Action.ACKNOWLEDGE, appraisal, actor=actor, at=at)
    appraisal.result_state = ResultState.ACKNOWLEDGED
    appraisal.result_acknowledged_at = at
    appraisal.acknowledgement_comment = comment
    appraisal.save(update_fields=["result_state", "result_acknowledged_at", "acknowledgement_comment"])
    event = record(
        actor_id=actor.id,
        act="result.acknowledged",
        object_type="appraisal",
        object_id=appraisal.pk,
        at=at,
        after={"comment": bool(comment.strip())},
    )
    notify(
        notices.to_supervisor(notices.RESULT_ACKNOWLEDGED, appraisal, event, route="result", name=actor.name),
        at=at,
    )
    return appraisal
