"""The audit record, messages, the access log and their times: who sent is there, what became of it is not."""

from __future__ import annotations

import pytest

from tests.appraisal import peers as p
from tests.attacks.ballots import BOXES, PEERS, TOO_FEW, Seen
from tests.attacks.seen import as_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def events(seen: Seen, act: str) -> list[dict]:
    return [row for row in seen.after["core_auditevent"] if row["act"] == act]


def details(seen: Seen) -> dict[int, dict]:
    return {row["event_id"]: row for row in seen.after["core_auditdetail"]}


def test_saving_is_not_on_record_and_sending_without_detail(seen: Seen) -> None:
    sent = events(seen, "answer.sent")
    assert [row["object_id"] for row in sorted(sent, key=lambda row: row["id"])] == seen.sent
    assert {(details(seen)[row["id"]]["before"], details(seen)[row["id"]]["after"]) for row in sent} == {
        (None, None)
    }
    assert {row["reason"] for row in sent} == {""}
    acts = {row["act"] for row in seen.after["core_auditevent"] if row["object_type"] == "invitation"}
    assert acts == {"answer.sent"}


def test_an_opening_says_how_many_and_names_nobody(seen: Seen) -> None:
    opened = events(seen, "box.opened")
    assert {row["object_id"] for row in opened} == set(seen.asked)
    for row in opened:
        said = details(seen)[row["id"]]
        assert row["actor_id"] is None
        assert said["before"] is None
        assert set(said["after"]) == {"groups", "digest"}
        assert said["after"]["groups"] == {
            "peer": {"asked": PEERS, "answered": PEERS, "unreadable": 0},
            "subordinate": {"asked": TOO_FEW, "answered": TOO_FEW, "unreadable": 0},
        }


def test_nothing_after_the_opening_has_a_time_of_its_own(seen: Seen) -> None:
    closed = seen.after["appraisal_invitation"]
    assert len({(row["ended_at"], row["state"], row["answered"], row["xmin"]) for row in closed}) == 1
    assert len({row["opened_at"] for row in seen.after["appraisal_box"]}) == 1
    assert len({(row["at"], row["transaction_id"]) for row in events(seen, "box.opened")}) == 1


def test_messages_go_to_both_sides_of_the_box_and_say_no_number(seen: Seen) -> None:
    told = [row for row in seen.after["core_notification"] if row["kind"].startswith("box.")]
    people = {row["employee_id"] for row in seen.after["appraisal_appraisal"]}
    people |= {row["supervisor_id"] for row in seen.after["appraisal_appraisal"]}
    assert len(told) >= BOXES
    assert {row["recipient_id"] for row in told} <= people
    assert len({row["created_at"] for row in told}) == 1
    held = as_bytes({"told": told})
    mine = [row for row in seen.after["appraisal_invitation"] if row["state"] == "closed"]
    assert not [row for row in mine if row["id"].encode() in held or row["reviewer_id"].encode() in held]


def test_the_services_leave_nothing_in_the_access_log_or_in_sessions(seen: Seen) -> None:
    assert seen.after["core_accesslogentry"] == []
    assert seen.after["django_session"] == []
    assert p.DURING.isoformat()[:10].encode() not in as_bytes({"reviews": seen.after["appraisal_review"]})
