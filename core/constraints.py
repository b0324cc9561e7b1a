"""Helpers for database constraints, so that each recurring shape has one name and one message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def one_of(
    field: str, choices: type[models.TextChoices], *, name: str, null: bool = False
) -> models.CheckConstraint:
    """The column holds a member of `choices` (or NULL when `null`)."""
    condition = Q(**{f"{field}__in": choices.values})
    if null:
        condition |= Q(**{f"{field}__isnull": True})
    return models.CheckConstraint(
        condition=condition, name=name, violation_error_message=_("Choose one of the listed options.")
    )


def stamped_when(
    state: str, states: Iterable[str], timestamp: str, *, name: str, message: StrOrPromise | None = None
) -> models.CheckConstraint:
    """In each of `states` the timestamp is set: a state and its moment cannot disagree."""
    return models.CheckConstraint(
        condition=~Q(**{f"{state}__in": tuple(states)}) | Q(**{f"{timestamp}__isnull": False}),
        name=name,
        violation_error_message=message or _("The state and its time do not agree."),
    )


def not_blank(field: str, *, name: str, message: StrOrPromise | None = None) -> models.CheckConstraint:
    """The text has at least one character that is not white space."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__regex": r"\S"}),
        name=name,
        violation_error_message=message or _("Write at least a few words."),
    )


def ordered(earlier: str, later: str, *, name: str, message: StrOrPromise) -> models.CheckConstraint:
    """`earlier` is before `later` (rows where either is NULL pass)."""
    return models.CheckConstraint(
        condition=Q(**{f"{earlier}__lt": models.F(later)}),
        name=name,
        violation_error_message=message,
    )
