"""Seeing as the owner of the database sees: dumps with the places of rows, every version of a row, and the WAL.

Needs a superuser and the extensions pageinspect and pg_walinspect, which come with PostgreSQL's contrib.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.db.utils import Error

Dump = dict[str, list[dict[str, Any]]]
Lsn = str


@dataclass(frozen=True)
class Record:
    """One record of the WAL: which table, which block, which place in it, what was done."""

    transaction: int
    kind: str
    file: int
    block: int
    place: int


@dataclass(frozen=True)
class Wal:
    """A part of the WAL: its bytes, its heap records in order, and which file each table has."""

    data: bytes = b""
    records: tuple[Record, ...] = ()
    files: tuple[tuple[str, int], ...] = ()

    def of(self, table: str, kind: str) -> list[Record]:
        """The records of a kind (INSERT, UPDATE, DELETE, also HOT_UPDATE) on a table, in order."""
        file = dict(self.files)[table]
        return [one for one in self.records if one.file == file and kind in one.kind]


def _rows(statement: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


def dump_of() -> Dump:
    """Every row of every table with its place (`ctid`) and transaction (`xmin`), in the order of the table."""
    dump = {}
    with connection.cursor() as cursor:
        names = sorted(connection.introspection.table_names(cursor))
    for name in names:
        found = _rows(f'SELECT to_jsonb(t)::text, ctid::text, xmin::text FROM "{name}" t')  # noqa: S608  # our own tables
        dump[name] = [
            {**json.loads(row), "ctid": _place(ctid), "xmin": int(xmin)} for row, ctid, xmin in found
        ]
    return dump


def _place(ctid: str) -> tuple[int, int]:
    block, place = ctid.strip("()").split(",")
    return int(block), int(place)


def envelopes_now() -> dict[str, tuple[Any, ...]]:
    """What a dump holds of each envelope: its bytes (by their hash), length, flags, place and transaction."""
    found = _rows(
        "SELECT invitation_id::text, md5(sealed), length(sealed), complete, sent, ctid::text, xmin::text::bigint"
        " FROM appraisal_envelope"
    )
    return {pk: (*rest, _place(ctid), xmin) for pk, *rest, ctid, xmin in found}


# --- versions of rows ---------------------------------------------------------------------------


def demand(extension: str) -> None:
    """Create an extension that looks behind the tables; without it the tests fail, they are not skipped."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    except Error as error:
        pytest.fail(
            f"PostgreSQL has no extension {extension} ({error}). Install its contrib package, or unset DATABASE_URL so "
            "that the tests start their own server, and run again."
        )


def tuples_of(table: str) -> list[dict[str, Any]]:
    """Every version of every row that is still in the pages of a table and of its TOAST table, dead ones too."""
    demand("pageinspect")
    found = []
    [(toast,)] = _rows("SELECT reltoastrelid::regclass::text FROM pg_class WHERE oid = %s::regclass", table)
    for name in (table, toast):
        [(pages,)] = _rows("SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::int", name)
        rows = _rows(
            "SELECT page, lp, t_xmin::text::bigint, t_xmax::text::bigint, t_ctid::text, t_data"
            " FROM generate_series(0, %s::int - 1) page, heap_page_items(get_raw_page(%s, page))"
            " WHERE t_data IS NOT NULL",
            pages,
            name,
        )
        found += [
            {
                "toast": name == toast,
                "place": (page, place),
                "xmin": xmin,
                "xmax": xmax,
                "next": _place(after),
                "data": bytes(data),
            }
            for page, place, xmin, xmax, after, data in rows
        ]
    return found


# --- the WAL ------------------------------------------------------------------------------------


def here() -> Lsn:
    """The present end of the WAL, on disk."""
    _rows("SELECT txid_current(), pg_switch_wal()")
    [(lsn,)] = _rows("SELECT pg_current_wal_flush_lsn()::text")
    return str(lsn)


@contextlib.contextmanager
def keeping_wal() -> Iterator[Callable[[Lsn, Lsn], Wal]]:
    """Let no segment be recycled meanwhile; gives the function that reads a part of the WAL."""
    demand("pg_walinspect")
    slot = f"attacks_{connection.settings_dict['NAME']}"
    _rows("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s", slot)
    _rows("SELECT pg_create_physical_replication_slot(%s, true)", slot)
    try:
        yield _read
    finally:
        _rows("SELECT pg_drop_replication_slot(%s)", slot)


_RECORDS = """
SELECT xid::text::bigint, record_type, block_ref, description
FROM pg_get_wal_records_info(%s, %s) WHERE resource_manager IN ('Heap', 'Heap2')
"""
_BLOCK = re.compile(r"rel \d+/(\d+)/(\d+) (?:fork main )?blk (\d+)")
_OFFSET = re.compile(r"\boff:? (\d+)")


def _read(start: Lsn, end: Lsn) -> Wal:
    """The WAL is one for the whole server: of other databases there are bytes, but no records."""
    [(mine,)] = _rows("SELECT oid::bigint FROM pg_database WHERE datname = current_database()")
    records = []
    for xid, kind, block, description in _rows(_RECORDS, start, end):
        where, offset = _BLOCK.search(block or ""), _OFFSET.search(description or "")
        if where and offset and int(where[1]) == mine:
            records.append(Record(xid, kind, int(where[2]), int(where[3]), int(offset[1])))
    files = _rows("SELECT relname::text, pg_relation_filenode(oid)::bigint FROM pg_class WHERE relkind = 'r'")
    return Wal(_bytes(start, end), tuple(records), tuple(files))


def _bytes(start: Lsn, end: Lsn) -> bytes:
    [(first, last, size)] = _rows(
        "SELECT (%s::pg_lsn - '0/0')::bigint, (%s::pg_lsn - '0/0')::bigint, "
        "(SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size')",
        start,
        end,
    )
    beginning = first - first % size
    held = b""
    for number in range(beginning, last, size):
        # A boundary belongs to the segment before it.
        [(part,)] = _rows(
            "SELECT pg_read_binary_file('pg_wal/' || pg_walfile_name('0/0'::pg_lsn + %s::numeric))",
            number + 1,
        )
        held += bytes(part)
    return held[first - beginning : last - beginning]


def as_bytes(dump: Dump) -> bytes:
    """A dump as one text, with what binary columns hold as well."""
    text = json.dumps(dump, default=str, ensure_ascii=False)
    hidden = (bytes.fromhex(found) for found in re.findall(r"\\\\x((?:[0-9a-f]{2})+)", text))
    return text.encode() + b"\n".join(hidden)
