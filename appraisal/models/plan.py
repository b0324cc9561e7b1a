"""The plan (SKP): versions, results, measures; and what was realised, proved and noted during the year.

`key` lives on through the versions of a plan, so realisation and evidence stay with their result when it changes.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Employee
from appraisal.enums import ItemKind, JournalKind, PlanState
from appraisal.models.appraisal import Appraisal
from core.constraints import not_blank, one_of, stamped_when
from indicators.enums import Aspect, Polarity
from indicators.models import Indicator


class Plan(models.Model):
    """One version of a plan. Agreed versions are never changed; the highest agreed one counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="plans")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=12, choices=PlanState, default=PlanState.DRAFT)
    created_at = models.DateTimeField(_("created"))
    change_reason = models.TextField(_("why it was changed"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)
    return_comment = models.TextField(_("why it was returned"), blank=True)
    agreed_at = models.DateTimeField(_("agreed"), null=True, blank=True)
    agreed_by = models.ForeignKey(
        Employee, on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    was_late = models.BooleanField(_("sent after planning closed"), default=False)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "version"], name="plan_version_once"),
            models.UniqueConstraint(
                fields=["appraisal"], condition=~Q(state=PlanState.AGREED), name="plan_one_open_version"
            ),
            one_of("state", PlanState, name="plan_state_known"),
            stamped_when("state", [PlanState.SENT, PlanState.AGREED], "sent_at", name="plan_sent_when"),
            models.CheckConstraint(
                condition=~Q(state=PlanState.AGREED) | Q(agreed_at__isnull=False, agreed_by__isnull=False),
                name="plan_agreed_when_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state=PlanState.RETURNED)
                | (Q(returned_at__isnull=False) & Q(return_comment__regex=r"\S")),
                name="plan_returned_with_comment",
                violation_error_message=_("Returning needs a comment."),
            ),
            models.CheckConstraint(
                condition=Q(version=1) | Q(change_reason__regex=r"\S"),
                name="plan_change_has_a_reason",
                violation_error_message=_("Changing an agreed plan needs a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.version} of {self.appraisal_id}"


class PlanItem(models.Model):
    """One result that the person will bring about (rencana hasil kerja), with one to four measures."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="items")
    key = models.UUIDField(_("key"), default=uuid.uuid4)
    position = models.PositiveSmallIntegerField(_("order"))
    kind = models.CharField(_("kind"), max_length=12, choices=ItemKind, default=ItemKind.MAIN)
    result = models.CharField(_("result"), max_length=300)
    indicator = models.ForeignKey(
        Indicator, on_delete=models.RESTRICT, null=True, blank=True, related_name="plan_items"
    )
    revision = models.PositiveIntegerField(_("revision"), default=1)

    class Meta:
        verbose_name = _("plan item")
        verbose_name_plural = _("plan items")
        constraints = [
            models.UniqueConstraint(fields=["plan", "key"], name="plan_item_key_once"),
            one_of("kind", ItemKind, name="plan_item_kind_known"),
            not_blank("result", name="plan_item_has_a_result"),
        ]

    def __str__(self) -> str:
        return self.result


class Measure(models.Model):
    """How a result is measured in one aspect (indikator kinerja individu). A range target has an upper bound."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(PlanItem, on_delete=models.CASCADE, related_name="measures")
    key = models.UUIDField(_("key"), default=uuid.uuid4)
    aspect = models.CharField(_("aspect"), max_length=10, choices=Aspect)
    indicator = models.CharField(_("indicator"), max_length=200)
    unit = models.CharField(_("unit"), max_length=40)
    polarity = models.CharField(_("polarity"), max_length=12, choices=Polarity)
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=4)
    target_upper = models.DecimalField(
        _("upper bound"), max_digits=18, decimal_places=4, null=True, blank=True
    )

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        constraints = [
            models.UniqueConstraint(fields=["item", "aspect"], name="measure_once_per_aspect"),
            one_of("aspect", Aspect, name="measure_aspect_known"),
            one_of("polarity", Polarity, name="measure_polarity_known"),
            not_blank("indicator", name="measure_has_an_indicator"),
            models.CheckConstraint(
                condition=~Q(polarity=Polarity.MAXIMIZE) | ~Q(target=0),
                name="measure_maximize_target_not_zero",
                violation_error_message=_("Where higher is better, the target cannot be zero."),
            ),
            models.CheckConstraint(
                condition=Q(
                    polarity=Polarity.RANGE, target_upper__isnull=False, target_upper__gte=F("target")
                )
                | (~Q(polarity=Polarity.RANGE) & Q(target_upper__isnull=True)),
                name="measure_range_has_bounds",
                violation_error_message=_("A range needs a lower and an upper bound."),
            ),
        ]

    def __str__(self) -> str:
        return self.indicator


class Realization(models.Model):
    """What was reached for one measure so far; absent means not measured, which is never zero."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="realizations")
    measure_key = models.UUIDField(_("measure"))
    value = models.DecimalField(_("realisation"), max_digits=18, decimal_places=4)
    as_of = models.DateField(_("as of"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("realisation")
        verbose_name_plural = _("realisations")
        constraints = [models.UniqueConstraint(fields=["appraisal", "measure_key"], name="realization_once")]

    def __str__(self) -> str:
        return f"{self.value}"


class Evidence(models.Model):
    """A proof for one plan item: a text, a link, or both. Links are never fetched by the server."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="evidence")
    item_key = models.UUIDField(_("plan item"))
    title = models.CharField(_("title"), max_length=160)
    url = models.URLField(_("link"), max_length=500, blank=True)
    text = models.TextField(_("description"), blank=True)
    dated_on = models.DateField(_("date"))
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            not_blank("title", name="evidence_has_a_title"),
            models.CheckConstraint(
                condition=Q(url="") | Q(url__regex=r"^https?://"),
                name="evidence_link_is_http",
                violation_error_message=_("A link begins with http:// or https://."),
            ),
            models.CheckConstraint(
                condition=~Q(url="") | Q(text__regex=r"\S"),
                name="evidence_says_something",
                violation_error_message=_("Describe the evidence or give a link."),
            ),
        ]
        indexes = [models.Index(fields=["appraisal", "item_key"], name="evidence_of_item")]

    def __str__(self) -> str:
        return self.title


class JournalEntry(models.Model):
    """A dated note of the year: an achievement, or feedback of the supervisor."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="journal")
    author = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=JournalKind)
    text = models.TextField(_("text"))
    happened_on = models.DateField(_("day"))
    item_key = models.UUIDField(_("plan item"), null=True, blank=True)
    shared = models.BooleanField(_("shared with the other side"), default=True)
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        constraints = [
            one_of("kind", JournalKind, name="journal_kind_known"),
            not_blank("text", name="journal_has_a_text"),
        ]
        indexes = [models.Index(fields=["appraisal", "-happened_on", "id"], name="journal_of_appraisal")]

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_on}"
