"""Log lines as JSON with the request id. Never a NIP, an answer, a form value or a query string."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")

# 18 digits in a row, however grouped: a NIP or NI PPPK that slipped into a message.
_LONG_NUMBER = re.compile(r"\d(?:[ .\-]?\d){17}")


class RequestIdFilter(logging.Filter):
    """Adds `request_id` to every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Set the id and let the record pass."""
        record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line; numbers that look like a NIP are masked."""

    def format(self, record: logging.LogRecord) -> str:
        """Render the record; only the fields listed here ever leave the process."""
        entry = {
            "at": dt.datetime.fromtimestamp(record.created, tz=dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": _message(record),
        }
        entry.update(getattr(record, "facts", {}))
        if record.exc_info:
            entry["trace"] = _trace(record)
        return _LONG_NUMBER.sub("[number]", json.dumps(entry, ensure_ascii=False, default=str))


def _message(record: logging.LogRecord) -> str:
    """The message with the kind of an exception in the place of its text, which Celery puts into its own messages."""
    if record.name.startswith("celery.") and record.exc_info and record.exc_info[0] is not None:
        kind = record.exc_info[0].__qualname__
        task = record.args.get("name", "a task") if isinstance(record.args, dict) else "a task"
        return f"{task}: {kind}"
    return record.getMessage()


def _trace(record: logging.LogRecord) -> list[str]:
    """Where it happened, without the exception's text: a database error quotes the row it refused."""
    frames: list[str] = []
    exc: BaseException | None = record.exc_info[1] if record.exc_info else None
    while exc is not None:
        frames.append(type(exc).__qualname__)
        tb = exc.__traceback__
        while tb is not None:
            frames.append(f"{tb.tb_frame.f_code.co_filename}:{tb.tb_lineno} {tb.tb_frame.f_code.co_name}")
            tb = tb.tb_next
        exc = exc.__cause__ or exc.__context__
    return frames[-60:]
