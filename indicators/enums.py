"""Kinds of indicators, competencies and aspects."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Polarity(models.TextChoices):
    """Which way is better."""

    MAXIMIZE = "maximize", _("Higher is better")
    MINIMIZE = "minimize", _("Lower is better")
    STABILIZE = "stabilize", _("Closest to the target is best")
    RANGE = "range", _("Within a range is best")
    BINARY = "binary", _("Done or not done")


class Consolidation(models.TextChoices):
    """How the values of a year's periods become the value of the year."""

    SUM = "sum", _("Sum of the periods")
    AVERAGE = "average", _("Average of the periods")
    LAST = "last", _("Latest value")


class Aspect(models.TextChoices):
    """What an individual measure looks at."""

    QUANTITY = "quantity", _("Quantity")
    QUALITY = "quality", _("Quality")
    TIME = "time", _("Time")
    COST = "cost", _("Cost")


class MeasurementState(models.TextChoices):
    """Whether a figure is final; lagging statistics arrive as provisional."""

    PROVISIONAL = "provisional", _("Provisional")
    FINAL = "final", _("Final")


class CompetencyKind(models.TextChoices):
    """The three kinds of competency."""

    MANAGERIAL = "managerial", _("Managerial")
    SOCIO_CULTURAL = "sociocultural", _("Socio-cultural")
    TECHNICAL = "technical", _("Technical")
