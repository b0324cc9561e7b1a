"""Reporting one text of a reviewer as abuse, and hiding it: two people agree, and the review itself stays as it was."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from appraisal import notices
from appraisal.enums import ReviewGroup, WordKind, WordState
from appraisal.models import Appraisal, Box, Review, WordReport
from appraisal.selectors.peer_figures import word_key
from appraisal.selectors.word_reports import judges_of
from appraisal.services.moves import lock_appraisal
from core.audit import AuditEvent, record
from core.clock import today
from core.errors import ActionRefused, NotAllowed
from core.notifications import notify

UNDECIDED = frozenset({WordState.REPORTED, WordState.PROPOSED})


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a text stands: in which group, about which value, as what."""

    group: ReviewGroup
    value: str
    kind: WordKind


def _place_of(appraisal: Appraisal, word: str) -> _Place | None:
    """The place of a text that is shown; None for a name that no shown text has."""
    box = Box.objects.filter(appraisal=appraisal.pk, opened_at__isnull=False).first()
    figures = (box.figures if box is not None else None) or {}
    for review in Review.objects.filter(appraisal=appraisal.pk).order_by("pk"):
        for code, page in review.content["pages"].items():
            shown = figures.get(review.group, {}).get("values", {}).get(code, {}).get("shown")
            for kind in WordKind:
                if shown and page.get(kind.value) and word_key(review, code, kind) == word:
                    return _Place(ReviewGroup(review.group), code, kind)
    return None


@transaction.atomic
def report_word(
    *, actor: Actor, appraisal_id: uuid.UUID, word: str, reason: str, at: dt.datetime
) -> WordReport:
    """Report one text. From now on HR of the agency and of the city may read this text and this reason.

    Raises Box.DoesNotExist for whoever may not read it, ActionRefused for a text that is not there, was reported
    already, or without a reason.
    """
    appraisal = lock_appraisal(appraisal_id)
    Box.objects.figures_visible_to(actor).get(appraisal=appraisal.pk)
    place = _place_of(appraisal, word)
    reasons = []
    if place is None:
        reasons.append(_("This text is not there. Open the page again and choose a text on it."))
    elif WordReport.objects.filter(appraisal=appraisal.pk, word=word).exists():
        reasons.append(_("This text has already been reported."))
    if not reason.strip():
        reasons.append(_("Write what is wrong with this text."))
    if place is None or reasons:
        raise ActionRefused(reasons)
    report = WordReport.objects.create(
        appraisal=appraisal,
        word=word,
        group=place.group,
        value=place.value,
        kind=place.kind,
        reported_by_id=actor.id,
        reason=reason.strip(),
        reported_at=at,
    )
    event = _record("peer_word.reported", report, actor=actor, at=at)
    notify(notices.to_judges(report, appraisal, event, judges_of(appraisal, report, day=today(at))), at=at)
    return report


@transaction.atomic
def decide_word(
    *, actor: Actor, report_id: uuid.UUID, hide: bool, reason: str, at: dt.datetime
) -> WordReport:
    """Keep a reported text, ask for it to be hidden, or, as a second person, hide it.

    Raises NotAllowed for anybody but HR of the agency or the city who is no party and was not asked for feedback
    there; ActionRefused when it is decided, without a reason, or by the same person twice.
    """
    report = WordReport.objects.select_for_update(of=("self",)).get(pk=report_id)
    appraisal = Appraisal.objects.select_related("agency", "cycle", "employee").get(pk=report.appraisal_id)
    if not WordReport.objects.judged_by(actor).filter(pk=report.pk).exists():
        raise NotAllowed(_("This text is judged by HR who are no party to this appraisal."))
    reasons = []
    if report.state not in UNDECIDED:
        reasons.append(_("This report has already been decided."))
    elif hide and report.first_by_id == actor.id:
        reasons.append(_("You have asked for it to be hidden. A second person has to agree."))
    if not reason.strip():
        reasons.append(_("Write your reason; everybody who reads the page can read it."))
    if reasons:
        raise ActionRefused(reasons)
    act = _decide(report, actor=actor, hide=hide, reason=reason.strip(), at=at)
    event = _record(act, report, actor=actor, at=at, reason=report.decision)
    if report.state not in UNDECIDED:
        notify([notices.to_reporter(report, appraisal, event)], at=at)
    return report


def _decide(report: WordReport, *, actor: Actor, hide: bool, reason: str, at: dt.datetime) -> str:
    """Write the decision; the act by which it is recorded. Hidden is told with both reasons."""
    if hide and report.state == WordState.REPORTED:
        report.state, report.first_by_id, report.first_at = WordState.PROPOSED, actor.id, at
        report.decision = reason
        report.save(update_fields=["state", "first_by", "first_at", "decision"])
        return "peer_word.hiding_asked"
    if hide:
        report.state = WordState.HIDDEN
        report.decision = "\n".join(dict.fromkeys([report.decision, reason]))
    else:
        report.state = WordState.KEPT
        report.decision = reason
    report.decided_by_id, report.decided_at = actor.id, at
    report.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    return f"peer_word.{report.state.value}"


def _record(act: str, report: WordReport, *, actor: Actor, at: dt.datetime, reason: str = "") -> AuditEvent:
    """The event: which report, never which review and never the text."""
    return record(
        actor_id=actor.id,
        act=act,
        object_type="appraisal",
        object_id=report.appraisal_id,
        at=at,
        reason=reason,
        after={"report": report.pk},
    )
