"""One appraisal: a placement in a cycle, with four tracks, and the small facts that hang on it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Agency, Employee, Placement
from appraisal import policies
from appraisal.enums import NotAssessedReason, Phase, PlanState, RatingState, ResultState, SelfState
from appraisal.models.cycle import Cycle
from core.constraints import not_blank, one_of, stamped_when


class AppraisalQuerySet(models.QuerySet["Appraisal"]):
    """Filters on appraisals; who may see is said by policies alone."""

    def visible_to(self, actor: Actor) -> AppraisalQuerySet:
        """Appraisals of which the actor may know that they exist and where they stand."""
        return self.filter(policies.visible_to(actor))

    def content_visible_to(self, actor: Actor) -> AppraisalQuerySet:
        """Appraisals whose plan, realisation, evidence and shared journal the actor may read."""
        return self.filter(policies.content_visible_to(actor))

    def outcome_visible_to(self, actor: Actor) -> AppraisalQuerySet:
        """Appraisals whose result, or the reason for having none, the actor may read."""
        return self.filter(policies.outcome_visible_to(actor))

    def record_visible_to(self, actor: Actor) -> AppraisalQuerySet:
        """Appraisals whose whole record the actor may read as auditor."""
        return self.filter(policies.record_visible_to(actor))

    def peer_page_visible_to(self, actor: Actor) -> AppraisalQuerySet:
        """Appraisals whose page of peers' figures the actor may open."""
        return self.filter(policies.peer_page_visible_to(actor))

    def told_visible_to(self, actor: Actor) -> AppraisalQuerySet:
        """Appraisals whose self-assessment the actor may read: their own, or one that was sent."""
        return self.filter(policies.self_assessment_visible_to(actor))

    def within(self, path: str) -> AppraisalQuerySet:
        """Appraisals in the unit with this path or below."""
        return self.filter(agency__path__startswith=path)


class Appraisal(models.Model):
    """A placement in a cycle. Each track is moved by appraisal.services alone, as workflow.TRANSITIONS allows.

    `supervisor` is the present one, re-resolved by services.assignments when people move; `superior` is the
    supervisor of whoever rates. `first_day` and `last_day` bound the segment, both included.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cycle = models.ForeignKey(Cycle, on_delete=models.RESTRICT, related_name="appraisals")
    placement = models.ForeignKey(Placement, on_delete=models.RESTRICT, related_name="appraisals")
    employee = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="appraisals")
    agency = models.ForeignKey(Agency, on_delete=models.RESTRICT, related_name="appraisals")
    supervisor = models.ForeignKey(Employee, on_delete=models.RESTRICT, null=True, related_name="supervised")
    superior = models.ForeignKey(Employee, on_delete=models.RESTRICT, null=True, related_name="overseen")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))

    plan_state = models.CharField(_("plan"), max_length=12, choices=PlanState, default=PlanState.DRAFT)
    plan_moved_at = models.DateTimeField(_("plan moved"), null=True, blank=True)
    plan_agreed_at = models.DateTimeField(_("a plan was agreed"), null=True, blank=True)

    self_state = models.CharField(
        _("self-assessment"), max_length=12, choices=SelfState, default=SelfState.DRAFT
    )
    self_sent_at = models.DateTimeField(_("self-assessment sent"), null=True, blank=True)
    self_sent_by_clock = models.BooleanField(_("sent when time was up"), default=False)
    self_returned_at = models.DateTimeField(_("self-assessment returned"), null=True, blank=True)
    self_return_comment = models.TextField(_("why it was returned"), blank=True)
    self_due_at = models.DateTimeField(_("to be sent again until"), null=True, blank=True)

    # Written by the clock, so that it need not look again at every appraisal each minute.
    nomination_closed_at = models.DateTimeField(_("nomination of reviewers closed"), null=True, blank=True)

    rating_state = models.CharField(_("rating"), max_length=14, choices=RatingState, default=RatingState.OPEN)
    rated_by = models.ForeignKey(Employee, on_delete=models.RESTRICT, null=True, related_name="rated")
    rating_first_saved_at = models.DateTimeField(_("first rating saved"), null=True, blank=True)
    rating_sent_at = models.DateTimeField(_("rating sent"), null=True, blank=True)
    passed_on_at = models.DateTimeField(_("passed on to the superior"), null=True, blank=True)
    not_assessed_reason = models.CharField(
        _("why not assessed"), max_length=12, choices=NotAssessedReason, blank=True, default=""
    )

    result_state = models.CharField(
        _("result"), max_length=16, choices=ResultState, default=ResultState.HIDDEN
    )
    result_published_at = models.DateTimeField(_("result published"), null=True, blank=True)
    result_received_at = models.DateTimeField(_("result received"), null=True, blank=True)
    result_acknowledged_at = models.DateTimeField(_("result acknowledged"), null=True, blank=True)
    objection_due_at = models.DateTimeField(_("objection possible until"), null=True, blank=True)
    acknowledgement_comment = models.TextField(_("comment of the employee"), blank=True)

    objects = AppraisalQuerySet.as_manager()

    class Meta:
        verbose_name = _("appraisal")
        verbose_name_plural = _("appraisals")
        constraints = [
            models.UniqueConstraint(fields=["cycle", "placement"], name="appraisal_once_per_placement"),
            one_of("plan_state", PlanState, name="appraisal_plan_state_known"),
            one_of("self_state", SelfState, name="appraisal_self_state_known"),
            one_of("rating_state", RatingState, name="appraisal_rating_state_known"),
            one_of("result_state", ResultState, name="appraisal_result_state_known"),
            models.CheckConstraint(
                condition=Q(first_day__lte=models.F("last_day")), name="appraisal_segment_in_order"
            ),
            stamped_when("plan_state", [PlanState.AGREED], "plan_agreed_at", name="appraisal_agreed_when"),
            stamped_when("self_state", [SelfState.SENT], "self_sent_at", name="appraisal_self_sent_when"),
            models.CheckConstraint(
                condition=~Q(self_state=SelfState.RETURNED)
                | (
                    Q(self_returned_at__isnull=False, self_due_at__isnull=False)
                    & Q(self_return_comment__regex=r"\S")
                ),
                name="appraisal_self_returned_with_comment",
                violation_error_message=_("Returning needs a comment."),
            ),
            stamped_when(
                "rating_state",
                [RatingState.FIRST_SAVED, RatingState.SENT, RatingState.REVISED, RatingState.CONFIRMED],
                "rating_first_saved_at",
                name="appraisal_first_saved_when",
            ),
            models.CheckConstraint(
                condition=~Q(rating_state__in=[RatingState.SENT, RatingState.REVISED, RatingState.CONFIRMED])
                | Q(rating_sent_at__isnull=False, rated_by__isnull=False, plan_agreed_at__isnull=False),
                name="appraisal_rated_with_plan_and_author",
                violation_error_message=_("A rating needs an agreed plan and an author."),
            ),
            models.CheckConstraint(
                condition=Q(
                    rating_state=RatingState.NOT_ASSESSED, not_assessed_reason__in=NotAssessedReason.values
                )
                | (~Q(rating_state=RatingState.NOT_ASSESSED) & Q(not_assessed_reason="")),
                name="appraisal_not_assessed_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(result_state=ResultState.HIDDEN) | Q(rating_state=RatingState.CONFIRMED),
                name="appraisal_result_only_when_confirmed",
            ),
            stamped_when(
                "result_state",
                [ResultState.PUBLISHED, ResultState.RECEIVED, ResultState.ACKNOWLEDGED],
                "result_published_at",
                name="appraisal_published_when",
            ),
            models.CheckConstraint(
                condition=~Q(result_state__in=[ResultState.RECEIVED, ResultState.ACKNOWLEDGED])
                | Q(result_received_at__isnull=False, objection_due_at__isnull=False),
                name="appraisal_received_with_deadline",
            ),
            stamped_when(
                "result_state",
                [ResultState.ACKNOWLEDGED],
                "result_acknowledged_at",
                name="appraisal_acknowledged_when",
            ),
            models.CheckConstraint(
                condition=Q(supervisor__isnull=True) | ~Q(supervisor=models.F("employee")),
                name="appraisal_nobody_supervises_themselves",
            ),
        ]
        indexes = [
            models.Index(fields=["employee", "cycle"], name="appraisal_of_employee"),
            models.Index(fields=["supervisor", "cycle"], name="appraisal_of_supervisor"),
            models.Index(fields=["superior", "cycle"], name="appraisal_of_superior"),
            models.Index(fields=["rated_by", "cycle"], name="appraisal_of_rater"),
            models.Index(fields=["cycle", "agency", "plan_state"], name="appraisal_plan_in_agency"),
            models.Index(fields=["cycle", "agency", "self_state"], name="appraisal_self_in_agency"),
            models.Index(fields=["cycle", "agency", "rating_state"], name="appraisal_rating_in_agency"),
            models.Index(fields=["cycle", "agency", "result_state"], name="appraisal_result_in_agency"),
            models.Index(
                fields=["cycle", "agency", "nomination_closed_at"], name="appraisal_nominated_in_agency"
            ),
            models.Index(
                fields=["self_due_at"],
                condition=Q(self_state=SelfState.RETURNED),
                name="appraisal_returned_due",
            ),
        ]

    def __str__(self) -> str:
        return f"appraisal {self.id}"


class Extension(models.Model):
    """More time for one person in one phase, with a reason that the person sees."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="extensions")
    phase = models.CharField(_("phase"), max_length=20, choices=Phase)
    closes_at = models.DateTimeField(_("closes"))
    reason = models.TextField(_("reason"))
    granted_by = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="+")
    granted_at = models.DateTimeField(_("granted"))

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "phase"], name="extension_once_per_phase"),
            one_of("phase", Phase, name="extension_phase_known"),
            not_blank("reason", name="extension_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.phase} {self.appraisal_id}"
