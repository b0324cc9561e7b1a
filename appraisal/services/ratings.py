"""The supervisor's rating: drafts, the first save, sending with words that help, revision in calibration.

First save and final rating are both kept, each with its author; a revision adds a record and a reason.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.selectors.supervisors import supervisor_of_employee
from appraisal import notices
from appraisal.completeness import AskedItem
from appraisal.enums import Action, RatingStage, RatingState, Topic
from appraisal.models import Appraisal, NextStep, RatingRecord
from appraisal.selectors.assessments import standing_submission
from appraisal.selectors.peer_figures import peers_at_sending
from appraisal.selectors.plans import ItemRow
from appraisal.selectors.ratings import FEEDBACK, OVERALL, RatingForm, rating_form
from appraisal.services.drafts import Saved, store_draft
from appraisal.services.moves import check_move, check_rating_time, lock_appraisal
from appraisal.services.results import store_result
from core.audit import record
from core.canonical import canonical, fingerprint, plain
from core.clock import today
from core.errors import ActionRefused, DomainError
from core.notifications import notify


@transaction.atomic
def save_rating_answer(
    *,
    actor: Actor,
    appraisal_id: uuid.UUID,
    topic: Topic,
    key: str,
    data: Mapping[str, Any],
    revision: int,
    at: dt.datetime,
) -> Saved:
    """Save one page of the rating as the actor's own draft. Raises as `store_draft`, and when it is not their time."""
    appraisal = lock_appraisal(appraisal_id)
    check_rating_time(appraisal, actor=actor, at=at)
    return store_draft(
        appraisal, author_id=actor.id, topic=topic, key=key, data=data, revision=revision, at=at
    )


def rating_content(
    form: RatingForm, *, self_assessment: str, peers: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The rating as it is kept: answers beside the targets and realisations that they judge.

    `self_assessment` is the receipt number of the one that stood at that time, "" when none did; `peers` what
    `peers_at_sending` gave, None for a first save and where the year asks no peers. Costs no query.
    """
    rows = {str(row.item.key): row for row in form.rows}
    overall = form.answers.one(Topic.OVERALL, OVERALL)
    feedback = form.answers.one(Topic.FEEDBACK, FEEDBACK)
    content: dict[str, Any] = plain(
        {
            "plan_version": form.plan.version if form.plan else None,
            "self_assessment": self_assessment,
            "peers": peers,
            "level_ratings": list(form.level_ratings),
            "items": [_item(item, rows[item.key], form) for item in form.items],
            "values": [
                {
                    "code": page.code,
                    "name": page.name,
                    **_answer(form.answers.one(Topic.VALUE, page.code), "level"),
                }
                for page in form.values
            ],
            "competencies": [
                {
                    "code": page.code,
                    "name": page.name,
                    "required": page.required,
                    **_answer(form.answers.one(Topic.COMPETENCY, page.code), "level"),
                }
                for page in form.competencies
            ],
            "overall": {
                name: str(overall.get(name) or "")
                for name in ("results", "results_reason", "behavior", "behavior_reason")
            },
            "feedback": {
                name: [str(text).strip() for text in feedback.get(name, ()) if str(text).strip()]
                for name in ("strengths", "improvements", "next_steps")
            },
        }
    )
    return content


def _item(item: AskedItem, row: ItemRow, form: RatingForm) -> dict[str, Any]:
    """One plan item as it is kept: the answer beside target and realisation of each measure."""
    return {
        "key": item.key,
        "name": item.name,
        "kind": item.kind.value,
        "evidence": item.evidence,
        **_answer(form.answers.one(Topic.ITEM, item.key), "rating"),
        "measures": [
            {
                "indicator": measure.measure.indicator,
                "aspect": measure.measure.aspect,
                "unit": measure.measure.unit,
                "polarity": measure.measure.polarity,
                "target": measure.measure.target,
                "upper": measure.measure.target_upper,
                "realization": measure.value,
            }
            for measure in row.measures
        ],
    }


def _standing_number(appraisal: Appraisal) -> str:
    submission = standing_submission(appraisal)
    return submission.number if submission else ""


def _answer(answer: Mapping[str, Any], choice: str) -> dict[str, Any]:
    return {
        choice: answer.get(choice),
        "reason": str(answer.get("reason") or "").strip(),
        "incident_on": answer.get("incident_on") or None,
    }


def _add_record(
    appraisal: Appraisal,
    *,
    author_id: uuid.UUID,
    stage: RatingStage,
    content: Mapping[str, Any],
    at: dt.datetime,
    reason: str = "",
) -> RatingRecord:
    last = appraisal.ratings.aggregate(last=Max("version"))["last"] or 0
    return RatingRecord.objects.create(
        appraisal=appraisal,
        author_id=author_id,
        stage=stage,
        version=last + 1,
        content=content,
        reason=reason,
        saved_at=at,
    )


@transaction.atomic
def save_first_rating(*, actor: Actor, appraisal_id: uuid.UUID, at: dt.datetime) -> RatingRecord:
    """Keep the first rating; from now on the employee's own levels are shown beside it.

    Raises ActionRefused with every page that is not rated yet.
    """
    appraisal = lock_appraisal(appraisal_id)
    form = rating_form(appraisal, actor.id)
    check_move(Action.SAVE_FIRST, appraisal, actor=actor, at=at, missing_in_rating=form.missing)
    # Who first saved, lost the rating (passed on, another supervisor) and got it back, keeps that first rating.
    kept = appraisal.ratings.filter(stage=RatingStage.FIRST, author=actor.id).first() or _add_record(
        appraisal,
        author_id=actor.id,
        stage=RatingStage.FIRST,
        content=rating_content(form, self_assessment=_standing_number(appraisal)),
        at=at,
    )
    appraisal.rating_state = RatingState.FIRST_SAVED
    appraisal.rating_first_saved_at = at
    appraisal.save(update_fields=["rating_state", "rating_first_saved_at"])
    _record_rating("rating.first_saved", kept, actor=actor, at=at)
    return kept


@transaction.atomic
def send_rating(*, actor: Actor, appraisal_id: uuid.UUID, at: dt.datetime) -> RatingRecord:
    """Send the rating: it is kept as final, its result is computed, its next steps are written down.

    Peers' figures are kept in it as they stand now. Where it differs from the first save, the reason that the rater
    wrote is kept with it. Raises ActionRefused with everything that is missing.
    """
    appraisal = lock_appraisal(appraisal_id)
    form = rating_form(appraisal, actor.id)
    facts = check_move(
        Action.SEND_RATING,
        appraisal,
        actor=actor,
        at=at,
        missing_in_rating=form.missing,
        missing_in_feedback=form.missing_for_sending,
    )
    content = rating_content(
        form,
        self_assessment=_standing_number(appraisal),
        peers=peers_at_sending(appraisal, facts),
    )
    kept = _add_record(
        appraisal,
        author_id=actor.id,
        stage=RatingStage.FINAL,
        content=content,
        at=at,
        reason=form.change_reason,
    )
    by_superior = actor.id == appraisal.superior_id
    appraisal.rating_state = RatingState.SENT
    appraisal.rated_by_id = actor.id
    appraisal.rating_sent_at = at
    if by_superior:
        # Nobody decides an objection to their own rating: the superior is always the rater's own supervisor.
        appraisal.superior_id = supervisor_of_employee(actor.id, today(at))
    appraisal.save(update_fields=["rating_state", "rated_by_id", "rating_sent_at", "superior_id"])
    _write_next_steps(appraisal, content)
    store_result(appraisal, content, at=at)
    _record_rating("rating.sent", kept, actor=actor, at=at, reason=kept.reason)
    return kept


@transaction.atomic
def revise_rating(*, actor: Actor, appraisal_id: uuid.UUID, reason: str, at: dt.datetime) -> RatingRecord:
    """Replace a sent rating in the calibration window, with a reason; the earlier one is kept.

    Raises ActionRefused when nothing changed, something is missing, or there is no reason.
    """
    appraisal = lock_appraisal(appraisal_id)
    form = rating_form(appraisal, actor.id)
    facts = check_move(
        Action.REVISE_RATING,
        appraisal,
        actor=actor,
        at=at,
        comment=reason,
        missing_in_rating=form.missing,
        missing_in_feedback=form.missing_for_sending,
    )
    content = rating_content(
        form,
        self_assessment=_standing_number(appraisal),
        peers=peers_at_sending(appraisal, facts),
    )
    earlier = appraisal.ratings.exclude(stage=RatingStage.FIRST).order_by("-version", "pk")[0]
    # A box that has opened since is no change of the rating.
    if canonical({**earlier.content, "peers": None}) == canonical({**content, "peers": None}):
        raise ActionRefused(_("Nothing has changed since the last rating, so there is nothing to revise."))
    kept = _add_record(
        appraisal, author_id=actor.id, stage=RatingStage.REVISED, content=content, at=at, reason=reason
    )
    appraisal.rating_state = RatingState.REVISED
    appraisal.save(update_fields=["rating_state"])
    _write_next_steps(appraisal, content)
    store_result(appraisal, content, at=at)
    event = _record_rating("rating.revised", kept, actor=actor, at=at, reason=reason)
    notify(
        notices.to_superior(
            notices.RATING_REVISED,
            appraisal,
            event,
            route="overview",
            by=actor.name,
            name=appraisal.employee.name,
        ),
        at=at,
    )
    return kept


@dataclass(frozen=True, slots=True)
class SentAll:
    """What sending a team came to."""

    sent: tuple[uuid.UUID, ...]
    refused: Mapping[uuid.UUID, tuple[Any, ...]]


def send_ready_ratings(*, actor: Actor, appraisal_ids: list[uuid.UUID], at: dt.datetime) -> SentAll:
    """Send every rating of the list that is ready, each in its own transaction; the others keep their reasons."""
    sent: list[uuid.UUID] = []
    refused: dict[uuid.UUID, tuple[Any, ...]] = {}
    for appraisal_id in sorted(appraisal_ids):
        try:
            send_rating(actor=actor, appraisal_id=appraisal_id, at=at)
        except DomainError as error:
            refused[appraisal_id] = error.reasons
        else:
            sent.append(appraisal_id)
    return SentAll(sent=tuple(sent), refused=refused)


def _write_next_steps(appraisal: Appraisal, content: Mapping[str, Any]) -> None:
    """The agreed next steps as rows: they stand beside next year's plan."""
    NextStep.objects.filter(appraisal=appraisal).delete()
    NextStep.objects.bulk_create(
        [
            NextStep(appraisal=appraisal, position=number, text=text)
            for number, text in enumerate(content["feedback"]["next_steps"], start=1)
        ]
    )


def _record_rating(act: str, kept: RatingRecord, *, actor: Actor, at: dt.datetime, reason: str = "") -> Any:
    """The event of a kept rating: which version, and the fingerprint of its content."""
    return record(
        actor_id=actor.id,
        act=act,
        object_type="appraisal",
        object_id=kept.appraisal_id,
        at=at,
        reason=reason,
        after={"version": kept.version, "content": fingerprint(canonical(kept.content))},
    )
