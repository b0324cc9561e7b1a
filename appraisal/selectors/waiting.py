"""Whose move is awaited in one kind of work, for very many at once: rows that the reminders are made from.

Each selector answers a queryset with the same six columns: who is told, about which object, the unit whose window
holds, more time until (null without), since when it can be done (null: since the window opened), and a deadline that
stands in the place of the window (null without). Nothing is read here: services.due_messages puts the queryset into
one statement.
"""

from __future__ import annotations

from typing import Any

from django.db.models import DateTimeField, F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Cast

from appraisal.enums import INVITED, UNRATED, Phase, PlanState, ResultState, SelfState
from appraisal.models import Appraisal, Cycle, Invitation

Waiting = QuerySet[Any, Any]


def never() -> Cast:
    """A null that is a moment."""
    return Cast(Value(None), DateTimeField())


def _in_phase(rows: QuerySet[Appraisal], phase: Phase, *, recipient: str) -> Waiting:
    """The six columns of appraisals whose deadline is the window of a phase, extensions included."""
    return rows.annotate(
        more=FilteredRelation("extensions", condition=Q(extensions__phase=phase))
    ).values_list(recipient, "pk", "agency", F("more__closes_at"), F("more__granted_at"), never())


def plans_to_send(cycle: Cycle) -> Waiting:
    """Employees whose plan is not sent, or was returned; those who never opened it included."""
    rows = Appraisal.objects.filter(cycle=cycle, plan_state__in=[PlanState.DRAFT, PlanState.RETURNED])
    # A new version of an agreed plan is nobody's duty.
    return _in_phase(rows.filter(plan_agreed_at=None), Phase.PLANNING, recipient="employee")


def plans_to_agree(cycle: Cycle) -> Waiting:
    """Supervisors who have been sent a plan."""
    rows = Appraisal.objects.filter(cycle=cycle, plan_state=PlanState.SENT)
    return _in_phase(rows, Phase.PLANNING, recipient="supervisor")


def selfs_to_send(cycle: Cycle) -> Waiting:
    """Employees whose self-assessment is not sent; those who never opened it included."""
    rows = Appraisal.objects.filter(cycle=cycle, self_state=SelfState.DRAFT)
    return _in_phase(rows, Phase.SELF_ASSESSMENT, recipient="employee")


def selfs_to_resend(cycle: Cycle) -> Waiting:
    """Employees whose self-assessment was returned, by the deadline of the return."""
    return Appraisal.objects.filter(cycle=cycle, self_state=SelfState.RETURNED).values_list(
        "employee", "pk", "agency", never(), "self_returned_at", "self_due_at"
    )


def ratings_to_send(cycle: Cycle) -> Waiting:
    """Supervisors with people whose rating is not sent and has not passed on."""
    rows = Appraisal.objects.filter(cycle=cycle, rating_state__in=UNRATED, passed_on_at=None)
    return _in_phase(rows, Phase.SUPERVISOR_REVIEW, recipient="supervisor")


def ratings_passed_on(cycle: Cycle) -> Waiting:
    """Superiors to whom ratings came that are not sent."""
    rows = Appraisal.objects.filter(cycle=cycle, rating_state__in=UNRATED, passed_on_at__isnull=False)
    return rows.values_list("superior", "pk", "agency", never(), "passed_on_at", never())


def results_to_read(cycle: Cycle) -> Waiting:
    """Employees who have not opened their result, or not confirmed that they read it."""
    rows = Appraisal.objects.filter(
        cycle=cycle, result_state__in=[ResultState.PUBLISHED, ResultState.RECEIVED]
    )
    return rows.values_list("employee", "pk", "agency", never(), "result_published_at", never())


# --- peers and subordinates ---------------------------------------------------------------------


def reviewers_to_propose(cycle: Cycle) -> Waiting:
    """Employees who have not sent the names of those who know their work."""
    rows = Appraisal.objects.filter(cycle=cycle, box__proposed_at=None, box__approved_at=None)
    return rows.values_list("employee", "pk", "agency", never(), never(), never())


def reviewers_to_settle(cycle: Cycle) -> Waiting:
    """Supervisors to whom names were sent that they have not approved."""
    rows = Appraisal.objects.filter(cycle=cycle, box__proposed_at__isnull=False, box__approved_at=None)
    return rows.values_list("supervisor", "pk", "agency", never(), "box__proposed_at", never())


def answers_to_send(cycle: Cycle) -> Waiting:
    """Reviewers who are asked and have not sent their answer; the window is that of the appraised person."""
    rows = Invitation.objects.filter(appraisal__cycle=cycle, state__in=INVITED).exclude(envelope__sent=True)
    return rows.values_list("reviewer", "pk", "appraisal__agency", "extended_to", "approved_at", never())
