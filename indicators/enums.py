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


class RangeType(models.TextChoices):
    """What lies above a range target: too much of it, or still better."""

    BAND = "band", _("Above the range is too much")
    MAXIMIZE = "maximize", _("Above the range is better")


class Formula(models.TextChoices):
    """How an achievement was computed; R is the realisation, T the target, L to U the range."""

    RATIO = "ratio", _("R / T × 100")
    INVERSE = "inverse", _("(1 + (1 − R / T)) × 100")
    SIGNED = "signed", _("(1 + (R − T) / |T|) × 100")
    SIGNED_INVERSE = "signed_inverse", _("(1 − (R − T) / |T|) × 100")
    DISTANCE = "distance", _("(1 − |R − T| / |T|) × 100")
    WITHIN = "within", _("Within the range: 100")
    BELOW_RANGE = "below_range", _("R / L × 100")
    ABOVE_BAND = "above_band", _("(1 + (1 − R / U)) × 100")
    ABOVE_MAXIMIZE = "above_maximize", _("R / U × 100")
    MILESTONES = "milestones", _("Done: 100, else the share of milestones")
    ZERO_TARGET = "zero_target", _("Target 0: reached or not")
    NONE = "none", _("Nothing to compute yet")


class AchievementReason(models.TextChoices):
    """What has to be known beside the figure of an achievement."""

    NOT_MEASURED = "not_measured", _("Not measured yet. It does not count as zero.")
    PROVISIONAL = "provisional", _("The figure is provisional and will be computed again when it is final.")
    CAPPED = "capped", _("The achievement counts up to 120 percent.")
    FLOORED = "floored", _("An achievement is never below 0 percent.")
    ZERO_REACHED = "zero_reached", _("The target of zero was reached.")
    ZERO_MISSED = "zero_missed", _("The target of zero was missed.")
    MAXIMUM = (
        "maximum",
        _("The target is the most that can be reached, so reaching it counts as 120 percent."),
    )


class Light(models.TextChoices):
    """An achievement in one word, never by colour alone."""

    GREEN = "green", _("Target reached")
    YELLOW = "yellow", _("Close to the target")
    RED = "red", _("Far from the target")
    NONE = "none", _("Not measured yet")
