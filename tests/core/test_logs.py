"""Log lines carry no NIP and no text of an exception."""

import json
import logging
import sys
import uuid

import pytest
from django.db import IntegrityError

from core.logs import JsonFormatter, RequestIdFilter, request_id

NIP = "198503152010031007"


def line(message: str, *args: object, facts: dict | None = None, error: Exception | None = None) -> dict:
    """The entry that a message becomes."""
    caught = None
    if error is not None:
        try:
            raise error
        except type(error):
            caught = sys.exc_info()
    record = logging.LogRecord("core.test", logging.WARNING, __file__, 1, message, args, caught)
    if facts is not None:
        record.facts = facts
    RequestIdFilter().filter(record)
    return json.loads(JsonFormatter().format(record))


def test_a_line_is_one_json_object_with_the_request_id() -> None:
    token = request_id.set("abc123")
    try:
        entry = line("sign-in of %s", "somebody", facts={"status": 200, "route": "plan/<uuid:id>"})
    finally:
        request_id.reset(token)

    assert entry.pop("at").endswith("+00:00")
    assert entry == {
        "level": "WARNING",
        "logger": "core.test",
        "request_id": "abc123",
        "message": "sign-in of somebody",
        "status": 200,
        "route": "plan/<uuid:id>",
    }


def test_outside_a_request_the_id_is_a_dash() -> None:
    assert line("tick")["request_id"] == "-"


@pytest.mark.parametrize(
    "written",
    [
        NIP,
        "19850315 201003 1 007",
        "19850315-201003-1-007",
        "19850315.201003.1.007",
        "1 9 8 5 0 3 1 5 2 0 1 0 0 3 1 0 0 7",
    ],
)
@pytest.mark.parametrize("place", ["message", "argument", "facts"])
def test_a_nip_is_masked_wherever_it_slips_in(written: str, place: str) -> None:
    entry = {
        "message": lambda: line(f"import of {written} failed"),
        "argument": lambda: line("import of %s failed", written),
        "facts": lambda: line("import failed", facts={"nested": {"row": [written]}}),
    }[place]()

    text = json.dumps(entry)
    assert "[number]" in text
    assert written not in text
    assert "201003" not in text


def test_shorter_numbers_and_ids_stay_readable() -> None:
    employee = uuid.UUID("7f9c24e8-3b12-4fef-91d8-0c1e2d3a4b5c")
    assert (
        line("%s rows for %s", 12345678901234567, employee)["message"]
        == f"12345678901234567 rows for {employee}"
    )


def test_the_text_of_an_exception_is_not_logged() -> None:
    canary = "Key (digits)=(kenari-rahasia) already exists"
    entry = line("import failed", error=IntegrityError(canary))

    assert entry["trace"][0] == "IntegrityError"
    assert "test_logs.py" in entry["trace"][1]
    assert "kenari-rahasia" not in json.dumps(entry)


def test_causes_are_told_by_their_type_alone() -> None:
    def fail() -> None:
        try:
            raise KeyError("kenari-rahasia")
        except KeyError as error:
            raise RuntimeError("kenari-lain") from error

    try:
        fail()
    except RuntimeError:
        record = logging.LogRecord("core.test", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())

    entry = json.loads(JsonFormatter().format(record))
    assert [frame for frame in entry["trace"] if ":" not in frame] == ["RuntimeError", "KeyError"]
    assert "kenari" not in json.dumps(entry)


def test_celery_puts_no_text_of_an_exception_into_its_message() -> None:
    try:
        raise IntegrityError("Failing row contains (kenari-rahasia)")
    except IntegrityError:
        said = {
            "name": "appraisal.tasks.tick",
            "exc": "IntegrityError('kenari-rahasia')",
            "traceback": "kenari-rahasia",
        }
        record = logging.LogRecord(
            "celery.app.trace",
            logging.ERROR,
            __file__,
            1,
            "Task %(name)s: %(exc)s\n%(traceback)s",
            (said,),
            sys.exc_info(),
        )

    entry = json.loads(JsonFormatter().format(record))
    assert entry["message"] == "appraisal.tasks.tick: IntegrityError"
    assert "kenari" not in json.dumps(entry)
    assert line("Task %s received", "appraisal.tasks.tick")["message"] == "Task appraisal.tasks.tick received"
