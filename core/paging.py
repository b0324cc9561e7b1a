"""Lists in pages by key: each page says where the next begins, so page 500 costs what page 1 costs."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
Shown = TypeVar("Shown")
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True)
class Page(Generic[Shown]):
    """Some rows in order. `next_cursor` is "" on the last page; `first` tells whether the list begins here."""

    rows: tuple[Shown, ...]
    next_cursor: str
    first: bool

    def showing(self, rows: Iterable[Other]) -> Page[Other]:
        """The same page with its rows turned into what the template shows."""
        return Page(rows=tuple(rows), next_cursor=self.next_cursor, first=self.first)


def page_of(queryset: QuerySet[Row], *, order: Sequence[str], after: str = "", size: int = 50) -> Page[Row]:
    """The page that begins behind the cursor `after`. Costs one query.

    `order` names fields of the model or of a related one (`employee__sort_name`) as order_by does and ends with one
    that is unique. A cursor that cannot be read (a shortened link) answers the first page. Null values are not
    supported in `order`.
    """
    position = _position(queryset, order, after)
    if position is not None:
        queryset = queryset.filter(_behind(order, position))
    rows = list(queryset.order_by(*order)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(
        rows=tuple(rows),
        next_cursor=_cursor(rows[-1], order) if more else "",
        first=position is None,
    )


def page_of_rows(
    rows: Iterable[Shown], *, key: Callable[[Shown], tuple[str | int, ...]], after: str = "", size: int = 50
) -> Page[Shown]:
    """The page behind the cursor of rows that are held in memory anyway: the people of one team, ordered by urgency.

    `key` orders the rows and is unique. A cursor that cannot be read answers the first page. Costs no query.
    """
    kept = sorted(rows, key=key)
    position = tuple(_said(after) or ())
    try:
        kept = [row for row in kept if key(row) > position]
    except TypeError:  # a cursor of another list
        position = ()
    return Page(
        rows=tuple(kept[:size]),
        next_cursor=_sealed(list(key(kept[size - 1]))) if len(kept) > size else "",
        first=not position,
    )


def _names(order: Sequence[str]) -> list[str]:
    return [name.removeprefix("-") for name in order]


def _cursor(row: Model, order: Sequence[str]) -> str:
    return _sealed([_text(attrgetter(name.replace("__", "."))(row)) for name in _names(order)])


def _sealed(values: list[Any]) -> str:
    said = json.dumps(values, separators=(",", ":"))
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _said(after: str) -> list[Any] | None:
    """The values of a cursor, or None when it cannot be read."""
    try:
        said = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4))) if after else None
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, list) else None


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _position(queryset: QuerySet[Row], order: Sequence[str], after: str) -> list[Any] | None:
    """The values at which the page begins, or None when the cursor says nothing."""
    said, names = _said(after), _names(order)
    if said is None or len(said) != len(names):
        return None
    try:
        fields = [_field(queryset.model, name) for name in names]
        return [field.to_python(value) for field, value in zip(fields, said, strict=True)]
    except (ValueError, TypeError, ValidationError):
        return None


def _field(model: type[Model], name: str) -> Any:
    """The field at the end of a path of relations."""
    first, _separator, rest = name.partition("__")
    meta = model._meta  # noqa: SLF001  Django's public API
    field = meta.pk if first == "pk" else meta.get_field(first)
    return _field(field.related_model, rest) if rest else field  # type: ignore[arg-type]  # a relation has a model


def _behind(order: Sequence[str], position: Sequence[Any]) -> Q:
    """Rows strictly behind the position. The outer bound on the first field lets its index do the work."""
    (name, *names), (value, *values) = list(order), list(position)
    plain = name.removeprefix("-")
    beyond = f"{plain}__{'lt' if name.startswith('-') else 'gt'}"
    if not names:
        return Q(**{beyond: value})
    return Q(**{f"{beyond}e": value}) & (Q(**{beyond: value}) | _behind(names, values))
