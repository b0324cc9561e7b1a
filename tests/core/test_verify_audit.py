"""The command that checks the record: what it says, in which language, and its exit code."""

# ruff: noqa: S608  # attacks are statements built from ids and columns of the tests themselves

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core import verification
from tests.core.record import as_owner, events_in, sealed_record

pytestmark = pytest.mark.django_db

# The acts of these tests lie in the past or future of the true clock: a month of patience keeps that out of them.
PATIENCE = f"--patience={60 * 24 * 36_500}"


def said(*options: str, whole: bool = True) -> str:
    """What the command prints; it must end as expected."""
    out = StringIO()
    if whole:
        call_command("verify_audit", PATIENCE, *options, stdout=out)
    else:
        with pytest.raises(SystemExit) as ended:
            call_command("verify_audit", PATIENCE, *options, stdout=out)
        assert ended.value.code == 1
    return out.getvalue()


def test_a_whole_record_is_told_with_its_latest_head() -> None:
    seals = sealed_record((2, 3))
    assert said("--language=en").splitlines() == [
        "Checked: 5 events in 2 seals; 0 events wait for the next seal.",
        f"Latest seal: 2, head {seals[-1].head_text}.",
        "The record is whole.",
    ]
    assert said().splitlines()[-1] == "Catatan utuh."


def test_a_head_is_told_with_its_seal() -> None:
    first, _second = sealed_record((2, 3))
    assert (
        "The head you gave is that of seal 1, sealed 2026-11-24T08:31:00+00:00."
        in said("--language=en", f"--head={first.head_text}").splitlines()
    )


def test_what_is_wrong_is_named_by_event_and_seal() -> None:
    sealed_record((2, 3))
    event = events_in(2)[1]
    as_owner(f"UPDATE core_auditevent SET reason = 'lain' WHERE id = {event}")
    assert said("--language=en", whole=False).splitlines()[:2] == [
        f"Event {event} in seal 2 was changed: its digest does not match its content.",
        "Seal 2 does not match its events: one was changed, exchanged, added, removed or moved.",
    ]
    assert said("--language=en", whole=False).splitlines()[-1] == "The record is NOT whole: 2 problems."
    assert f"Peristiwa {event} dalam segel 2 telah diubah" in said("--language=id", whole=False)


def test_an_unknown_head_ends_with_an_error() -> None:
    sealed_record((1,))
    answer = said("--language=en", "--head", "ab" * 32, whole=False)
    assert f"The head {'ab' * 32} is not in this record" in answer


@pytest.mark.parametrize("head", ["ab", "g" * 64, "ab" * 33])
def test_what_is_no_head_is_refused_with_a_sentence(head: str) -> None:
    with pytest.raises(CommandError, match="64"):
        call_command("verify_audit", "--head", head)


def test_machines_get_the_same_as_json() -> None:
    first, second = sealed_record((2, 3))
    answer = json.loads(said("--json", f"--head={first.head_text}"))
    assert answer == {
        "whole": True,
        "events": 5,
        "seals": 2,
        "erased": 0,
        "waiting": 0,
        "latest": {"number": 2, "head": second.head_text},
        "asked_seal": 1,
        "problem_count": 0,
        "problems": [],
    }
    as_owner("DELETE FROM core_auditseal WHERE number = 1")
    answer = json.loads(said("--json", "--language=en", whole=False))
    assert [(each["code"], each["seal"]) for each in answer["problems"]] == [("gap", 1), ("orphans", 1)]
    assert answer["problems"][0]["text"] == "Seal 1 is missing."


def test_many_problems_are_counted_and_erased_details_told(monkeypatch) -> None:
    monkeypatch.setattr(verification, "PROBLEMS_KEPT", 2)
    sealed_record((4,))
    as_owner(
        "UPDATE core_auditevent SET reason = 'lain'",
        f"DELETE FROM core_auditdetail WHERE event_id = {events_in(1)[0]}",
    )
    lines = said("--language=en", whole=False).splitlines()
    assert "And 2 more." in lines
    assert "Of 1 events the detail was erased by the retention rule; the seal still proves the rest." in lines


@pytest.mark.parametrize("code", sorted(verification.TEXTS))
def test_every_kind_of_problem_has_a_sentence(code: str) -> None:
    params = {"event": 12, "seal": 3, "at": "2026-11-24", "said": 4, "found": 5, "head": "ab"}
    text = verification.Problem(code, params).text
    assert "%" not in text
    assert any(str(value) in text for value in params.values())
