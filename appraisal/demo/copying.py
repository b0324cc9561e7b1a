"""Rows into a table by COPY, streamed: the memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models

NULL = "\\N"


def cell(text: str) -> str:
    """Any text as a cell: what COPY would take for the end of a cell or a row is escaped."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def hexed(data: bytes) -> str:
    """Bytes as a cell."""
    return f"\\\\x{data.hex()}"


class _Stream:
    """A file that COPY reads: lines are made while it reads."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._rest = ""

    def read(self, size: int = 8192) -> str:
        """At least `size` characters, fewer only at the end."""
        parts, length = [self._rest], len(self._rest)
        for line in self._lines:
            parts.append(line)
            length += len(line)
            if length >= size:
                break
        text = "".join(parts)
        self._rest = text[size:]
        return text[:size]


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Copy rows into the model's table, in the running transaction.

    A cell is a number, NULL, or a text without tab, line break and backslash, as `cell` makes it of any. All checks of the table hold.
    """
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001  # documented by Django
    statement = f"COPY {table} ({names}) FROM STDIN"
    lines = ("\t".join(map(str, row)) + "\n" for row in rows)
    with connection.cursor() as cursor:
        cursor.copy_expert(statement, _Stream(lines), 1 << 16)
