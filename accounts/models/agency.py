"""Places: the tree of agencies, and the positions that exist in them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import AgencyKind, PositionType
from core.constraints import not_blank, one_of


class AgencyQuerySet(models.QuerySet["Agency"]):
    """Filters on the tree; `path` does the work, so no query is recursive."""

    def within(self, path: str) -> AgencyQuerySet:
        """The unit with this path and everything below it."""
        return self.filter(path__startswith=path)

    def above(self, path: str) -> AgencyQuerySet:
        """The unit with this path and everything above it, nearest last."""
        return self.filter(path__in=ancestor_paths(path)).order_by("path", "pk")


def ancestor_paths(path: str) -> list[str]:
    """Every prefix of a path that is itself a path, the root first and the path itself last."""
    parts = path.strip("/").split("/")
    return ["/".join(parts[: n + 1]) + "/" for n in range(len(parts))]


class Agency(models.Model):
    """A unit of the city at any level. Its path is kept by accounts.services.agencies alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=160)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=AgencyKind)
    parent = models.ForeignKey(
        "self", on_delete=models.RESTRICT, null=True, blank=True, related_name="children"
    )
    path = models.CharField(_("path"), max_length=400, unique=True, db_collation="C")
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        constraints = [
            one_of("kind", AgencyKind, name="agency_kind_known"),
            not_blank("name", name="agency_has_a_name"),
            models.CheckConstraint(
                condition=Q(parent__isnull=False, path__contains="/") | Q(parent__isnull=True),
                name="agency_path_below_parent",
                violation_error_message=_("The unit must stand below its parent."),
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(parent__isnull=True),
                name="agency_one_root",
                violation_error_message=_("The tree has one root."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name

    @property
    def depth(self) -> int:
        """0 for the city, 1 for an agency, and so on."""
        return self.path.count("/") - 1


class PositionFamily(models.Model):
    """A group of positions that share plans, journal examples and one technical competency."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("position family")
        verbose_name_plural = _("position families")

    def __str__(self) -> str:
        return self.name


class PositionLevel(models.Model):
    """A level of positions; competencies are required by level (configuration, to be checked with BKPSDM)."""

    code = models.CharField(_("code"), max_length=20, primary_key=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("position level")
        verbose_name_plural = _("position levels")

    def __str__(self) -> str:
        return self.name


class Position(models.Model):
    """A title that people hold, such as Guru Kelas Ahli Pertama."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("title"), max_length=120)
    family = models.ForeignKey(PositionFamily, on_delete=models.RESTRICT, related_name="positions")
    level = models.ForeignKey(PositionLevel, on_delete=models.RESTRICT, related_name="positions")
    position_type = models.CharField(_("type"), max_length=20, choices=PositionType)
    unit_kind = models.CharField(_("kind of unit"), max_length=20, choices=AgencyKind)
    grade_from = models.CharField(_("lowest grade"), max_length=10, blank=True)
    grade_to = models.CharField(_("highest grade"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints = [
            models.UniqueConstraint(fields=["title", "unit_kind"], name="position_once_per_kind"),
            one_of("position_type", PositionType, name="position_type_known"),
            one_of("unit_kind", AgencyKind, name="position_unit_kind_known"),
        ]

    def __str__(self) -> str:
        return self.title
