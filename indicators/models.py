"""What is measured: indicators of agencies with targets and measurements; core values; competencies.

Everything here speaks of a *year* and an *agency*, never of an appraisal cycle.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, PositionFamily, PositionLevel
from accounts.models.agency import ancestor_paths
from core.constraints import not_blank, one_of
from indicators.enums import CompetencyKind, Consolidation, MeasurementState, Polarity


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    """Filters on indicators."""

    def for_agency_path(self, path: str) -> IndicatorQuerySet:
        """Indicators of the unit with this path and of every unit above it: inherited from the parent."""
        return self.filter(agency__path__in=ancestor_paths(path), retired_on=None)


class Indicator(models.Model):
    """A key performance indicator (IKU) of an agency; every unit below inherits it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.RESTRICT, related_name="indicators")
    name = models.CharField(_("name"), max_length=200)
    unit = models.CharField(_("unit"), max_length=40)
    polarity = models.CharField(_("polarity"), max_length=12, choices=Polarity)
    consolidation = models.CharField(_("consolidation"), max_length=10, choices=Consolidation)
    formula = models.TextField(_("formula"))
    source = models.CharField(_("source of the data"), max_length=200, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.RESTRICT, null=True, blank=True, related_name="children"
    )
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        constraints = [
            models.UniqueConstraint(fields=["agency", "name"], name="indicator_once_per_agency"),
            one_of("polarity", Polarity, name="indicator_polarity_known"),
            one_of("consolidation", Consolidation, name="indicator_consolidation_known"),
            not_blank("formula", name="indicator_has_a_formula"),
            not_blank("unit", name="indicator_has_a_unit"),
        ]

    def __str__(self) -> str:
        return self.name


class Target(models.Model):
    """The target of an indicator for one unit and one year; a range has a lower and an upper bound."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    indicator = models.ForeignKey(Indicator, on_delete=models.RESTRICT, related_name="targets")
    agency = models.ForeignKey(Agency, on_delete=models.RESTRICT, related_name="targets")
    year = models.PositiveSmallIntegerField(_("year"))
    value = models.DecimalField(_("target"), max_digits=18, decimal_places=4)
    upper = models.DecimalField(_("upper bound"), max_digits=18, decimal_places=4, null=True, blank=True)
    maximum_attainable = models.BooleanField(_("the target is the most that can be reached"), default=False)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.UniqueConstraint(fields=["indicator", "agency", "year"], name="target_once_a_year"),
            models.CheckConstraint(
                condition=Q(upper__isnull=True) | Q(upper__gte=F("value")),
                name="target_range_in_order",
                violation_error_message=_("The upper bound cannot be below the lower one."),
            ),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="target_year_plausible"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.year}"


class Measurement(models.Model):
    """What was measured for one unit in one period of a year; raw numerator and denominator are kept.

    `period` 0 is the whole year, 1 to 4 are quarters.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    indicator = models.ForeignKey(Indicator, on_delete=models.RESTRICT, related_name="measurements")
    agency = models.ForeignKey(Agency, on_delete=models.RESTRICT, related_name="measurements")
    year = models.PositiveSmallIntegerField(_("year"))
    period = models.PositiveSmallIntegerField(_("period"), default=0)
    numerator = models.DecimalField(_("numerator"), max_digits=20, decimal_places=4, null=True, blank=True)
    denominator = models.DecimalField(
        _("denominator"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4)
    state = models.CharField(
        _("state"), max_length=12, choices=MeasurementState, default=MeasurementState.FINAL
    )
    source = models.CharField(_("source"), max_length=200, blank=True)
    measured_on = models.DateField(_("measured on"))

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "agency", "year", "period"], name="measurement_once_a_period"
            ),
            one_of("state", MeasurementState, name="measurement_state_known"),
            models.CheckConstraint(condition=Q(period__lte=4), name="measurement_period_known"),
            models.CheckConstraint(
                condition=Q(denominator__isnull=True) | ~Q(denominator=0),
                name="measurement_denominator_not_zero",
                violation_error_message=_("The denominator cannot be zero."),
            ),
            models.CheckConstraint(
                condition=Q(numerator__isnull=True) | Q(denominator__isnull=False),
                name="measurement_numerator_with_denominator",
                violation_error_message=_("A numerator needs its denominator."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.year}/{self.period}"


class CoreValue(models.Model):
    """One of the seven BerAKHLAK values (SE MenPANRB 20/2021)."""

    code = models.CharField(_("code"), max_length=4, primary_key=True)
    order = models.PositiveSmallIntegerField(_("order"), unique=True)
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("core value")
        verbose_name_plural = _("core values")

    def __str__(self) -> str:
        return self.name


class CoreValueStatement(models.Model):
    """One of the three official statements of a core value."""

    value = models.ForeignKey(CoreValue, on_delete=models.CASCADE, related_name="statements")
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints = [models.UniqueConstraint(fields=["value", "number"], name="statement_once")]

    def __str__(self) -> str:
        return self.text


class BehaviorAnchor(models.Model):
    """What behaviour at one of the five levels of a core value looks like."""

    value = models.ForeignKey(CoreValue, on_delete=models.CASCADE, related_name="anchors")
    level = models.PositiveSmallIntegerField(_("level"))
    title = models.CharField(_("title"), max_length=60)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("behavioural anchor")
        verbose_name_plural = _("behavioural anchors")
        constraints = [
            models.UniqueConstraint(fields=["value", "level"], name="anchor_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="anchor_level_1_to_5"),
        ]

    def __str__(self) -> str:
        return self.title


class Competency(models.Model):
    """A competency of the dictionary (PermenPANRB 38/2017) or a technical one of a position family."""

    code = models.CharField(_("code"), max_length=8, primary_key=True)
    order = models.PositiveSmallIntegerField(_("order"))
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=CompetencyKind)
    family = models.ForeignKey(
        PositionFamily, on_delete=models.RESTRICT, null=True, blank=True, related_name="competencies"
    )

    class Meta:
        verbose_name = _("competency")
        verbose_name_plural = _("competencies")
        constraints = [
            one_of("kind", CompetencyKind, name="competency_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=CompetencyKind.TECHNICAL, family__isnull=False)
                | (~Q(kind=CompetencyKind.TECHNICAL) & Q(family__isnull=True)),
                name="competency_technical_has_a_family",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CompetencyLevel(models.Model):
    """What a level of a competency looks like, with observable signs."""

    competency = models.ForeignKey(Competency, on_delete=models.CASCADE, related_name="levels")
    level = models.PositiveSmallIntegerField(_("level"))
    title = models.CharField(_("title"), max_length=120, blank=True)
    text = models.TextField(_("text"))
    signs = models.JSONField(_("observable signs"), default=list)

    class Meta:
        verbose_name = _("competency level")
        verbose_name_plural = _("competency levels")
        constraints = [
            models.UniqueConstraint(fields=["competency", "level"], name="competency_level_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="competency_level_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.competency_id} {self.level}"


class CompetencyRequirement(models.Model):
    """The level of the nine general competencies that a position level requires (configuration, unverified)."""

    position_level = models.OneToOneField(
        PositionLevel, on_delete=models.CASCADE, primary_key=True, related_name="competency_requirement"
    )
    level = models.PositiveSmallIntegerField(_("required level"))

    class Meta:
        verbose_name = _("competency requirement")
        verbose_name_plural = _("competency requirements")
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="requirement_level_1_to_5")
        ]

    def __str__(self) -> str:
        return f"{self.position_level_id}: {self.level}"
