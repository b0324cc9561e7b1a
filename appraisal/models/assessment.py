"""Answers while they are written, and what was sent: drafts are rows that change, submissions never do."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Employee
from appraisal.enums import RatingStage, Topic
from appraisal.models.appraisal import Appraisal
from core.constraints import one_of


class DraftAnswer(models.Model):
    """One page of a form as its writer left it: visible to the writer alone.

    `revision` is what an autosave must name; a write made from an older one is refused, so two tabs never
    overwrite each other unseen. `data` holds the fields of the page (see services.drafts for the shapes).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="+")
    topic = models.CharField(_("topic"), max_length=12, choices=Topic)
    key = models.CharField(_("key"), max_length=40)
    data = models.JSONField(_("fields"), default=dict)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("draft answer")
        verbose_name_plural = _("draft answers")
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "author", "topic", "key"], name="draft_once"),
            one_of("topic", Topic, name="draft_topic_known"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class SelfSubmission(models.Model):
    """A self-assessment as it was sent. Several may exist (withdrawn, returned); the latest standing one counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="submissions")
    number = models.CharField(_("receipt number"), max_length=24, unique=True)
    version = models.PositiveSmallIntegerField(_("version"))
    content = models.JSONField(_("content"))
    digest = models.CharField(_("fingerprint"), max_length=64)
    sent_at = models.DateTimeField(_("sent"))
    sent_by_clock = models.BooleanField(_("sent when time was up"), default=False)
    withdrawn_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("self-assessment")
        verbose_name_plural = _("self-assessments")
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "version"], name="submission_version_once"),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="submission_has_a_digest"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RatingRecord(models.Model):
    """A rating as it was saved at one stage, with its author: the first save, the sent one, each revision."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="ratings")
    author = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="+")
    stage = models.CharField(_("stage"), max_length=10, choices=RatingStage)
    version = models.PositiveSmallIntegerField(_("version"))
    content = models.JSONField(_("content"))
    reason = models.TextField(_("reason"), blank=True)
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "version"], name="rating_version_once"),
            models.UniqueConstraint(
                fields=["appraisal", "author"], condition=Q(stage=RatingStage.FIRST), name="rating_first_once"
            ),
            one_of("stage", RatingStage, name="rating_stage_known"),
            models.CheckConstraint(
                condition=~Q(stage=RatingStage.REVISED) | Q(reason__regex=r"\S"),
                name="rating_revision_has_a_reason",
                violation_error_message=_("A revision needs a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.appraisal_id}"


class NextStep(models.Model):
    """A next step that supervisor and employee agreed on; it stands beside next year's plan."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="next_steps")
    position = models.PositiveSmallIntegerField(_("order"))
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("next step")
        verbose_name_plural = _("next steps")
        constraints = [models.UniqueConstraint(fields=["appraisal", "position"], name="next_step_once")]

    def __str__(self) -> str:
        return self.text


class Result(models.Model):
    """The computed result: the canonical text of its tree, frozen at publication, and its fingerprint."""

    appraisal = models.OneToOneField(
        Appraisal, on_delete=models.CASCADE, primary_key=True, related_name="result"
    )
    tree = models.TextField(_("tree"))
    digest = models.CharField(_("fingerprint"), max_length=64)
    rule_version = models.CharField(_("version of the rules"), max_length=20)
    result_rating = models.CharField(_("rating of results"), max_length=10)
    behavior_rating = models.CharField(_("rating of behaviour"), max_length=10)
    predicate = models.CharField(_("predicate"), max_length=20)
    computed_at = models.DateTimeField(_("computed"))
    frozen_at = models.DateTimeField(_("frozen"), null=True, blank=True)

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="result_has_a_digest"),
        ]

    def __str__(self) -> str:
        return f"result of {self.appraisal_id}"
