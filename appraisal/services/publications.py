"""Publication of an agency's results: supervisors first, employees later, recallable until the first has opened."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection, transaction
from django.db.models import Case, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.enums import HR_ROLES
from accounts.models import Agency
from appraisal import notices
from appraisal.enums import UNRATED, CycleState, NotAssessedReason, RatingState, ResultState
from appraisal.models import Cycle, Publication, Result
from appraisal.models.appraisal import AppraisalQuerySet
from appraisal.selectors.facts import agency_has_opened
from appraisal.selectors.publications import READY, appraisals_below, employees_see_at, preview_of
from core.audit import record
from core.clock import today
from core.errors import ActionRefused, NotAllowed
from core.notifications import Kind, Message, notify, withdraw

PUBLISHING_LOCK = 7_310_002


def _check_actor(actor: Actor, agency: Agency) -> None:
    if not any(actor.holds(role, agency.path) for role in HR_ROLES):
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
    is needed when there is any. Whoever publishes may be among those concerned: it is one act for all.
    Raises NotAllowed, ActionRefused outside the publication window, twice, or without any result.
    """
    _lock()
    cycle = Cycle.objects.select_for_update(of=("self",)).get(pk=cycle_id)
    agency = Agency.objects.get(pk=agency_id)
    _check_actor(actor, agency)
    scope = appraisals_below(cycle, agency)
    _lock_rows(scope)
    preview = preview_of(cycle, agency)
    reasons = list(preview.obstacles(at))
    if preview.left_out and not reason.strip():
        reasons.append(_("Some people have no rating. Write why they are left out; they can read it."))
    if reasons:
        raise ActionRefused(reasons)
    included = _show_to_supervisors(scope, at=at)
    close_unrated(scope.filter(rating_state__in=UNRATED))
    publication = Publication.objects.create(
        cycle=cycle,
        agency=agency,
        prepared_by_id=actor.id,
        to_supervisors_at=at,
        to_employees_at=employees_see_at(cycle, at),
        included=included,
        excluded=preview.left_out,
        left_out_reason=reason.strip() if preview.left_out else "",
    )
    event = record(
        actor_id=actor.id,
        act="results.shown_to_supervisors",
        object_type="publication",
        object_id=publication.pk,
        at=at,
        reason=publication.left_out_reason,
        after={"agency": agency.pk, "included": included, "excluded": preview.left_out},
    )
    _tell_supervisors(
        notices.RESULT_SHOWN,
        _raters(scope),
        publication,
        occurrence=str(event.pk),
        at=at,
        published_on=notices.iso(today(publication.to_employees_at)),
    )
    return publication


def _lock_rows(scope: AppraisalQuerySet) -> None:
    """Lock the appraisals in the order of their keys, before anything that hangs on them.

    Whoever revises a rating or opens a result locks the appraisal first as well, so the two wait for each other
    instead of crossing.
    """
    list(scope.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))


def _show_to_supervisors(scope: AppraisalQuerySet, *, at: dt.datetime) -> int:
    ready = scope.filter(rating_state__in=READY)
    Result.objects.filter(appraisal__in=ready, frozen_at=None).update(frozen_at=at)
    return ready.update(rating_state=RatingState.CONFIRMED, result_state=ResultState.WITH_SUPERVISOR)


def close_unrated(unrated: AppraisalQuerySet) -> None:
    """Close what has no rating, each with the reason that weighs most."""
    for condition, reason in (
        (Q(employee__left_on__isnull=False), NotAssessedReason.LEFT),
        (Q(plan_agreed_at=None), NotAssessedReason.NO_PLAN),
        (Q(), NotAssessedReason.UNRATED),
    ):
        unrated.filter(condition).update(rating_state=RatingState.NOT_ASSESSED, not_assessed_reason=reason)


def _reopen_left_out(scope: AppraisalQuerySet) -> None:
    """Put those who were left out back to where their rating stood."""
    scope.filter(rating_state=RatingState.NOT_ASSESSED).update(
        rating_state=Case(
            When(rating_first_saved_at=None, then=Value(RatingState.OPEN)),
            default=Value(RatingState.FIRST_SAVED),
        ),
        not_assessed_reason="",
    )


def _raters(scope: AppraisalQuerySet) -> list[uuid.UUID]:
    """Everybody whose ratings are shown in the scope."""
    shown = scope.filter(result_state__in=[ResultState.WITH_SUPERVISOR, ResultState.PUBLISHED])
    return list(
        shown.exclude(rated_by=None).order_by("rated_by").values_list("rated_by", flat=True).distinct()
    )


def _tell_supervisors(
    kind: Kind,
    raters: list[uuid.UUID],
    publication: Publication,
    *,
    occurrence: str,
    at: dt.datetime,
    **params: str,
) -> None:
    """One message to each rater, whatever the size of the team."""
    notify(
        [
            Message(
                kind=kind,
                recipient_id=rater,
                subject_id=publication.pk,
                occurrence=occurrence,
                path=reverse("team"),
                params={"year": str(publication.cycle.year), **params},
            )
            for rater in raters
        ],
        at=at,
    )


@transaction.atomic
def publish_due(*, at: dt.datetime) -> int:
    """Open to employees what is due, and tell those left out; run by the clock, twice is once.

    Returns how many results were opened.
    """
    _lock()
    due = (
        Publication.objects.filter(published_at=None, recalled_at=None, to_employees_at__lte=at)
        .select_related("agency", "cycle")
        .order_by("pk")
    )
    return sum(_open_to_employees(publication, at=at) for publication in due)


def _open_to_employees(publication: Publication, *, at: dt.datetime) -> int:
    scope = appraisals_below(publication.cycle, publication.agency)
    shown = scope.filter(result_state=ResultState.WITH_SUPERVISOR)
    people = list(shown.order_by("pk").values_list("pk", "employee_id"))
    without = list(
        scope.filter(rating_state=RatingState.NOT_ASSESSED).order_by("pk").values_list("pk", "employee_id")
    )
    shown.update(result_state=ResultState.PUBLISHED, result_published_at=at)
    publication.published_at = at
    publication.save(update_fields=["published_at"])
    event = record(
        actor_id=None,
        act="results.published",
        object_type="publication",
        object_id=publication.pk,
        at=at,
        after={"opened": len(people), "left_out": len(without)},
    )
    _tell_employees(notices.RESULT_PUBLISHED, people, publication, occurrence=str(event.pk), at=at)
    _tell_employees(notices.RESULT_NOT_ASSESSED, without, publication, occurrence=str(event.pk), at=at)
    return len(people)


def _tell_employees(
    kind: Kind,
    people: list[tuple[uuid.UUID, uuid.UUID]],
    publication: Publication,
    *,
    occurrence: str,
    at: dt.datetime,
    route: str = "result",
    **params: str,
) -> None:
    """One message to each (appraisal, employee)."""
    notify(
        [
            Message(
                kind=kind,
                recipient_id=employee_id,
                subject_id=appraisal_id,
                occurrence=occurrence,
                path=reverse(route, args=[appraisal_id]),
                params={"year": str(publication.cycle.year), **params},
            )
            for appraisal_id, employee_id in people
        ],
        at=at,
    )


@transaction.atomic
def recall_publication(
    *, actor: Actor, publication_id: uuid.UUID, reason: str, at: dt.datetime
) -> Publication:
    """Take a publication back before the first employee has opened a result.

    Ratings become sent again, and who was left out stands where they stood. Whoever had been told is told the reason,
    and what they were told before is withdrawn.
    Raises NotAllowed, ActionRefused when somebody has opened, it was recalled already, or there is no reason.
    """
    _lock()
    publication = (
        Publication.objects.select_related("agency", "cycle")
        .select_for_update(of=("self",))
        .get(pk=publication_id)
    )
    _check_actor(actor, publication.agency)
    scope = appraisals_below(publication.cycle, publication.agency)
    _lock_rows(scope)
    reasons = []
    if publication.cycle.state == CycleState.CLOSED:
        reasons.append(_("This year's appraisal is closed. It can be read, but not changed."))
    if publication.recalled_at is not None:
        reasons.append(_("These results have already been recalled."))
    elif agency_has_opened(publication.cycle_id, publication.agency.path):
        reasons.append(_("An employee has already opened a result, so it can no longer be recalled."))
    if not reason.strip():
        reasons.append(_("Write why the results are recalled."))
    if reasons:
        raise ActionRefused(reasons)
    raters = _raters(scope)
    told = _take_back(publication, scope, at=at)
    publication.recalled_at = at
    publication.recalled_by_id = actor.id
    publication.recall_reason = reason.strip()
    publication.save(update_fields=["recalled_at", "recalled_by_id", "recall_reason"])
    event = record(
        actor_id=actor.id,
        act="results.recalled",
        object_type="publication",
        object_id=publication.pk,
        at=at,
        reason=publication.recall_reason,
        after={"results": publication.included, "told": len(told)},
    )
    _tell_employees(
        notices.RESULT_RECALLED,
        told,
        publication,
        occurrence=str(event.pk),
        at=at,
        route="overview",
        reason=publication.recall_reason,
    )
    _tell_supervisors(
        notices.RESULT_RECALLED,
        raters,
        publication,
        occurrence=str(event.pk),
        at=at,
        reason=publication.recall_reason,
    )
    return publication


def _take_back(
    publication: Publication, scope: AppraisalQuerySet, *, at: dt.datetime
) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Hide the results again; returns the (appraisal, employee) pairs that had been told."""
    shown = scope.filter(result_state__in=[ResultState.WITH_SUPERVISOR, ResultState.PUBLISHED])
    concerned = scope.filter(Q(result_state=ResultState.PUBLISHED) | Q(rating_state=RatingState.NOT_ASSESSED))
    told = list(concerned.order_by("pk").values_list("pk", "employee_id")) if publication.published_at else []
    withdraw(kinds=[notices.RESULT_SHOWN], subject_ids=[publication.pk], at=at)
    withdraw(
        kinds=[notices.RESULT_PUBLISHED, notices.RESULT_NOT_ASSESSED],
        subject_ids=[appraisal_id for appraisal_id, _employee in told],
        at=at,
    )
    Result.objects.filter(appraisal__in=shown).update(frozen_at=None)
    shown.update(rating_state=RatingState.SENT, result_state=ResultState.HIDDEN, result_published_at=None)
    _reopen_left_out(scope)
    return told
