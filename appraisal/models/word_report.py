"""Reports of texts in peers' answers: two people hide a text, and nothing here leads to who wrote it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Employee
from appraisal import policies
from appraisal.enums import ReviewGroup, WordKind, WordState
from appraisal.models.appraisal import Appraisal
from core.constraints import not_blank, one_of


class WordReportQuerySet(models.QuerySet["WordReport"]):
    """Filters on reports; who may see is said by policies alone."""

    def judged_by(self, actor: Actor) -> WordReportQuerySet:
        """Reports that the actor may read and decide."""
        asked = policies.judges_words(actor)
        return self.filter(asked).exclude(
            appraisal__invitations__reviewer=actor.id, appraisal__invitations__approved_at__isnull=False
        )


class WordReport(models.Model):
    """One text that a reader reported. The review itself stays as it was counted; pages leave the text out.

    `word` names the text (selectors.peer_figures.word_key), not the review: two texts of the same review have nothing
    in common here. `first_by` asked for it to be hidden, `decided_by` agreed, or kept it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="word_reports")
    word = models.CharField(_("name of the text"), max_length=64)
    group = models.CharField(_("group"), max_length=12, choices=ReviewGroup)
    value = models.CharField(_("core value"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=WordKind)
    state = models.CharField(_("state"), max_length=10, choices=WordState, default=WordState.REPORTED)
    reported_by = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="+")
    reason = models.TextField(_("why it was reported"))
    reported_at = models.DateTimeField(_("reported"))
    first_by = models.ForeignKey(Employee, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    first_at = models.DateTimeField(_("hiding asked for"), null=True, blank=True)
    decision = models.TextField(_("reason of the decision"), blank=True)
    decided_by = models.ForeignKey(
        Employee, on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = WordReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("reported text")
        verbose_name_plural = _("reported texts")
        constraints = [
            models.UniqueConstraint(
                fields=["appraisal", "word"],
                name="word_reported_once",
                violation_error_message=_("This text has already been reported."),
            ),
            one_of("group", ReviewGroup, name="word_group_known"),
            one_of("kind", WordKind, name="word_kind_known"),
            one_of("state", WordState, name="word_state_known"),
            not_blank("reason", name="word_reported_with_reason"),
            models.CheckConstraint(
                condition=~Q(state__in=[WordState.PROPOSED, WordState.HIDDEN])
                | Q(first_by__isnull=False, first_at__isnull=False, decision__regex=r"\S"),
                name="word_hiding_has_a_reason",
                violation_error_message=_("Write why the text is to be hidden."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[WordState.HIDDEN, WordState.KEPT],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    decision__regex=r"\S",
                )
                | (
                    ~Q(state__in=[WordState.HIDDEN, WordState.KEPT])
                    & Q(decided_by__isnull=True, decided_at__isnull=True)
                ),
                name="word_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=WordState.HIDDEN)
                | (
                    ~Q(decided_by=F("first_by"))
                    & ~Q(decided_by=F("reported_by"))
                    & ~Q(first_by=F("reported_by"))
                ),
                name="word_hidden_by_two",
                violation_error_message=_("A second person has to agree."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["reported_at"],
                name="word_undecided",
                condition=Q(state__in=[WordState.REPORTED, WordState.PROPOSED]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.id}"
