"""The year: a cycle, its windows, and what HR decided in it."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Employee
from appraisal.enums import CycleState, Phase, Rating, Scheme
from core.constraints import not_blank, one_of, ordered


def default_level_ratings() -> list[str]:
    """What the five anchors mean as a rating: 1 and 2 below, 3 meets, 4 and 5 above."""
    return [Rating.BELOW, Rating.BELOW, Rating.MEETS, Rating.ABOVE, Rating.ABOVE]


class Cycle(models.Model):
    """One year of appraisal. Opened and closed by appraisal.services.cycles alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    state = models.CharField(_("state"), max_length=10, choices=CycleState, default=CycleState.DRAFT)
    scheme = models.CharField(_("scheme"), max_length=20, choices=Scheme, default=Scheme.CATEGORICAL)
    level_ratings = ArrayField(models.CharField(max_length=10), size=5, default=default_level_ratings)
    minimum_days = models.PositiveSmallIntegerField(_("shortest service that is appraised, days"), default=90)
    publication_delay_days = models.PositiveSmallIntegerField(
        _("days from supervisors to employees"), default=1
    )
    peers_minimum = models.PositiveSmallIntegerField(_("fewest reviewers of a person"), default=3)
    peers_maximum = models.PositiveSmallIntegerField(_("most reviewers of a person"), default=8)
    peers_drawn = models.PositiveSmallIntegerField(_("reviewers in a draw"), default=5)
    reviewer_maximum = models.PositiveSmallIntegerField(_("most people drawn for one reviewer"), default=8)
    escalation_days = models.PositiveSmallIntegerField(
        _("days until the superior hears of work that waits for a supervisor"), default=3
    )
    bulk_reminders_per_day = models.PositiveSmallIntegerField(
        _("bulk reminders a day for each unit and phase"), default=1
    )
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("cycle")
        verbose_name_plural = _("cycles")
        constraints = [
            one_of("state", CycleState, name="cycle_state_known"),
            one_of("scheme", Scheme, name="cycle_scheme_known"),
            models.CheckConstraint(
                condition=Q(level_ratings__len=5, level_ratings__contained_by=Rating.values),
                name="cycle_maps_five_levels",
                violation_error_message=_("Each of the five levels needs a rating."),
            ),
            models.CheckConstraint(
                # Fewer than three answers are never shown, so fewer than three reviewers are never enough.
                condition=Q(peers_minimum__gte=3)
                & Q(peers_drawn__gte=F("peers_minimum"))
                & Q(peers_maximum__gte=F("peers_drawn")),
                name="cycle_asks_enough_peers",
                violation_error_message=_("Ask at least three reviewers, and no more than the most."),
            ),
            models.CheckConstraint(
                condition=Q(escalation_days__gte=1),
                name="cycle_escalates_after_a_day",
                violation_error_message=_("Give supervisors at least one day."),
            ),
            models.CheckConstraint(
                condition=Q(state=CycleState.DRAFT, opened_at__isnull=True)
                | (~Q(state=CycleState.DRAFT) & Q(opened_at__isnull=False)),
                name="cycle_open_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(state=CycleState.CLOSED, closed_at__isnull=False)
                | (~Q(state=CycleState.CLOSED) & Q(closed_at__isnull=True)),
                name="cycle_closed_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)


class PhaseWindow(models.Model):
    """When a phase is open: for the whole city (no agency), or for one unit and everything below it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="windows")
    phase = models.CharField(_("phase"), max_length=20, choices=Phase)
    agency = models.ForeignKey(
        Agency, on_delete=models.CASCADE, null=True, blank=True, related_name="windows"
    )
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))

    class Meta:
        verbose_name = _("window")
        verbose_name_plural = _("windows")
        constraints = [
            one_of("phase", Phase, name="window_phase_known"),
            models.UniqueConstraint(
                fields=["cycle", "phase", "agency"], name="window_once_per_unit", nulls_distinct=False
            ),
            ordered(
                "opens_at",
                "closes_at",
                name="window_opens_first",
                message=_("A phase must open before it closes."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.phase} {self.cycle_id}"


class WindowChange(models.Model):
    """Why windows were changed after opening: shown to everyone concerned, with the name of who did it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="changes")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    phase = models.CharField(_("phase"), max_length=20, choices=Phase)
    reason = models.TextField(_("reason"))
    changed_by = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="+")
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("change of a window")
        verbose_name_plural = _("changes of windows")
        constraints = [
            one_of("phase", Phase, name="change_phase_known"),
            not_blank("reason", name="change_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.phase} {self.changed_at:%Y-%m-%d}"


class Publication(models.Model):
    """The publication of an agency's results: supervisors first, employees later, recallable until one has opened."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cycle = models.ForeignKey(Cycle, on_delete=models.RESTRICT, related_name="publications")
    agency = models.ForeignKey(Agency, on_delete=models.RESTRICT, related_name="publications")
    prepared_by = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="+")
    to_supervisors_at = models.DateTimeField(_("shown to supervisors"))
    to_employees_at = models.DateTimeField(_("due for employees"))
    published_at = models.DateTimeField(_("published to employees"), null=True, blank=True)
    recalled_at = models.DateTimeField(_("recalled"), null=True, blank=True)
    recalled_by = models.ForeignKey(
        Employee, on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    recall_reason = models.TextField(_("reason of the recall"), blank=True)
    included = models.PositiveIntegerField(_("results"), default=0)
    excluded = models.PositiveIntegerField(_("left out"), default=0)
    left_out_reason = models.TextField(_("why some were left out"), blank=True)

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "agency"],
                condition=Q(recalled_at__isnull=True),
                name="publication_one_at_a_time",
                violation_error_message=_("This agency's results are already published."),
            ),
            models.CheckConstraint(
                condition=Q(to_employees_at__gte=F("to_supervisors_at")),
                name="publication_supervisors_first",
                violation_error_message=_("Supervisors see the results before employees do."),
            ),
            models.CheckConstraint(
                condition=Q(recalled_at__isnull=True)
                | (Q(recalled_by__isnull=False) & Q(recall_reason__regex=r"\S")),
                name="publication_recall_has_a_reason",
                violation_error_message=_("Write why the results are recalled."),
            ),
            models.CheckConstraint(
                condition=Q(excluded=0) | Q(left_out_reason__regex=r"\S"),
                name="publication_left_out_has_a_reason",
                violation_error_message=_("Write why some people are left out."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.agency_id}"


class CycleProgress(models.Model):
    """How many appraisals of an agency stand in which state of a track; refreshed by the tick."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="progress")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    track = models.CharField(_("track"), max_length=20)
    state = models.CharField(_("state"), max_length=20)
    n = models.PositiveIntegerField(_("how many"))
    as_of = models.DateTimeField(_("data as of"))

    class Meta:
        verbose_name = _("progress")
        verbose_name_plural = _("progress")
        constraints = [
            models.UniqueConstraint(fields=["cycle", "agency", "track", "state"], name="progress_once"),
        ]

    def __str__(self) -> str:
        return f"{self.track} {self.state}: {self.n}"
