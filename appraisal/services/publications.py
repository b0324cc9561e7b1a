"""Publication of an agency's results: supervisors first, employees later, recallable until the first has opened."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Agency
from accounts.models.agency import ancestor_paths
from appraisal import notices
from appraisal.enums import (
    UNRATED,
    CycleState,
    NotAssessedReason,
    Phase,
    RatingState,
    ResultState,
)
from appraisal.models import Appraisal, Cycle, Publication, Result
from appraisal.models.appraisal import AppraisalQuerySet
from appraisal.selectors.facts import agency_has_opened, window_rows
from appraisal.windows import window_for
from core.audit import record
from core.clock import day_start, today
from core.errors import ActionRefused, NotAllowed
from core.notifications import Message, notify

PUBLISHING_LOCK = 7_310_002
READY = (RatingState.SENT, RatingState.REVISED)


def _check_actor(actor: Actor, agency: Agency) -> None:
    if not any(actor.holds(role, agency.path) for role in (Role.HR_AGENCY, Role.HR_CITY)):
        raise NotAllowed(_("Only HR of this agency or of the city may publish its results."))


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING_LOCK])


@transaction.atomic
def publish_agency(
    *, actor: Actor, cycle_id: uuid.UUID, agency_id: uuid.UUID, reason: str, at: dt.datetime
) -> Publication:
    """Confirm every sent rating of the agency and everything below it, freeze the results and show them to supervisors.

    Employees see theirs `publication_delay_days` later. What is unrated is closed as not assessed with `reason`, which
    is needed when there is any. Raises NotAllowed, ActionRefused outside the publication window, twice, or without any
    result.
    """
    _lock()
    cycle = Cycle.objects.select_for_update(of=("self",)).get(pk=cycle_id)
    agency = Agency.objects.get(pk=agency_id)
    _check_actor(actor, agency)
    scope = Appraisal.objects.filter(cycle=cycle).within(agency.path)
    window = window_for(Phase.PUBLICATION, agency.path, window_rows(cycle.pk, [agency.path]))
    unrated = scope.filter(rating_state__in=UNRATED)
    missing = unrated.count()
    reasons = []
    if cycle.state != CycleState.OPEN:
        reasons.append(_("This year's appraisal is not open."))
    if window is None or not window.is_open(at):
        reasons.append(_("Results can be published only while the publication phase of this agency is open."))
    if _standing(cycle, agency).exists():
        reasons.append(_("This agency's results are already published."))
    if not scope.filter(rating_state__in=READY).exists():
        reasons.append(_("There is no sent rating to publish yet."))
    if missing and not reason.strip():
        reasons.append(_("Some people have no rating. Write why they are left out; they can read it."))
    if reasons:
        raise ActionRefused(reasons)
    included = _show_to_supervisors(scope, at=at)
    _close_unrated(unrated)
    publication = Publication.objects.create(
        cycle=cycle,
        agency=agency,
        prepared_by_id=actor.id,
        to_supervisors_at=at,
        to_employees_at=max(at, day_start(today(at) + dt.timedelta(days=cycle.publication_delay_days))),
        included=included,
        excluded=missing,
        left_out_reason=reason.strip() if missing else "",
    )
    event = record(
        actor_id=actor.id,
        act="results.shown_to_supervisors",
        object_type="publication",
        object_id=publication.pk,
        at=at,
        reason=reason,
        after={"agency": agency.pk, "included": included, "excluded": missing},
    )
    _tell_supervisors(scope, publication, occurrence=str(event.pk), at=at)
    return publication


def _standing(cycle: Cycle, agency: Agency) -> QuerySet[Publication]:
    """Publications in force that cover the agency, contain it, or lie inside it."""
    return Publication.objects.filter(cycle=cycle, recalled_at=None).filter(
        Q(agency__path__in=ancestor_paths(agency.path)) | Q(agency__path__startswith=agency.path)
    )


def _show_to_supervisors(scope: AppraisalQuerySet, *, at: dt.datetime) -> int:
    ready = scope.filter(rating_state__in=READY)
    Result.objects.filter(appraisal__in=ready, frozen_at=None).update(frozen_at=at)
    return ready.update(rating_state=RatingState.CONFIRMED, result_state=ResultState.WITH_SUPERVISOR)


def _close_unrated(unrated: AppraisalQuerySet) -> None:
    unrated.filter(plan_agreed_at=None).update(
        rating_state=RatingState.NOT_ASSESSED, not_assessed_reason=NotAssessedReason.NO_PLAN
    )
    unrated.update(rating_state=RatingState.NOT_ASSESSED, not_assessed_reason=NotAssessedReason.UNRATED)


def _tell_supervisors(
    scope: AppraisalQuerySet, publication: Publication, *, occurrence: str, at: dt.datetime
) -> None:
    shown = scope.filter(result_state=ResultState.WITH_SUPERVISOR).exclude(rated_by=None)
    notify(
        [
            Message(
                kind=notices.RESULT_SHOWN,
                recipient_id=rater,
                subject_id=publication.pk,
                occurrence=occurrence,
                path=reverse("team"),
                params={
                    "year": str(publication.cycle.year),
                    "published_on": notices.iso(today(publication.to_employees_at)),
                },
            )
            for rater in shown.order_by("rated_by").values_list("rated_by", flat=True).distinct()
        ],
        at=at,
    )


@transaction.atomic
def publish_due(*, at: dt.datetime) -> int:
    """Open to employees what is due; run by the clock, twice is once. Returns how many results were opened."""
    _lock()
    opened = 0
    due = (
        Publication.objects.filter(published_at=None, recalled_at=None, to_employees_at__lte=at)
        .select_related("agency", "cycle")
        .order_by("pk")
    )
    for publication in due:
        scope = Appraisal.objects.filter(
            cycle=publication.cycle, result_state=ResultState.WITH_SUPERVISOR
        ).within(publication.agency.path)
        people = list(scope.order_by("pk").values_list("pk", "employee_id"))
        scope.update(result_state=ResultState.PUBLISHED, result_published_at=at)
        publication.published_at = at
        publication.save(update_fields=["published_at"])
        event = record(
            actor_id=None,
            act="results.published",
            object_type="publication",
            object_id=publication.pk,
            at=at,
            after={"opened": len(people)},
        )
        notify(
            [
                Message(
                    kind=notices.RESULT_PUBLISHED,
                    recipient_id=employee_id,
                    subject_id=appraisal_id,
                    occurrence=str(event.pk),
                    path=reverse("result", args=[appraisal_id]),
                    params={"year": str(publication.cycle.year)},
                )
                for appraisal_id, employee_id in people
            ],
            at=at,
        )
        opened += len(people)
    return opened


@transaction.atomic
def recall_publication(
    *, actor: Actor, publication_id: uuid.UUID, reason: str, at: dt.datetime
) -> Publication:
    """Take a publication back before the first employee has opened a result; ratings become sent again.

    Raises NotAllowed, ActionRefused when somebody has opened, it was recalled already, or there is no reason.
    """
    _lock()
    publication = (
        Publication.objects.select_related("agency", "cycle")
        .select_for_update(of=("self",))
        .get(pk=publication_id)
    )
    _check_actor(actor, publication.agency)
    reasons = []
    if publication.recalled_at is not None:
        reasons.append(_("These results have already been recalled."))
    if agency_has_opened(publication.cycle_id, publication.agency.path):
        reasons.append(_("An employee has already opened a result, so it can no longer be recalled."))
    if not reason.strip():
        reasons.append(_("Write why the results are recalled."))
    if reasons:
        raise ActionRefused(reasons)
    scope = Appraisal.objects.filter(
        cycle=publication.cycle, result_state__in=[ResultState.WITH_SUPERVISOR, ResultState.PUBLISHED]
    ).within(publication.agency.path)
    people = list(scope.order_by("pk").values_list("pk", "employee_id", "result_state"))
    Result.objects.filter(appraisal__in=scope).update(frozen_at=None)
    scope.update(rating_state=RatingState.SENT, result_state=ResultState.HIDDEN, result_published_at=None)
    publication.recalled_at = at
    publication.recalled_by_id = actor.id
    publication.recall_reason = reason
    publication.save(update_fields=["recalled_at", "recalled_by_id", "recall_reason"])
    event = record(
        actor_id=actor.id,
        act="results.recalled",
        object_type="publication",
        object_id=publication.pk,
        at=at,
        reason=reason,
        after={"results": len(people)},
    )
    notify(
        [
            Message(
                kind=notices.RESULT_RECALLED,
                recipient_id=employee_id,
                subject_id=appraisal_id,
                occurrence=str(event.pk),
                path=reverse("overview", args=[appraisal_id]),
                params={"year": str(publication.cycle.year), "reason": reason},
            )
            for appraisal_id, employee_id, state in people
            if state == ResultState.PUBLISHED
        ],
        at=at,
    )
    return publication
