"""Thirty-two boxes as a real peer review fills and opens them, and all that somebody with the database sees of it.

Five peers and two subordinates look at each person: in a known order, page by page, with corrections, some answers
replaced, one of each five complete and not sent. Who wrote what is known to the test by the words alone. What is seen is
taken as the owner of the database would: a dump after every sending, all versions of all rows, the WAL, the counters.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from appraisal import key_files
from appraisal.ballot import value_order
from appraisal.enums import ReviewGroup
from appraisal.models import Appraisal, BallotKey, Envelope, Invitation
from appraisal.services import ballot_keys, boxes, peer_answers
from tests.appraisal import peers as p
from tests.appraisal import year as y
from tests.attacks.seen import Dump, Wal, dump_of, envelopes_now, here, keeping_wal, tuples_of
from tests.factories.people import EmployeeFactory, PlacementFactory

BOXES = 32
PEERS = 5
TOO_FEW = 2
# Begins every text that a reviewer writes; whatever contains it has leaked an answer. No other test writes it.
CANARY = f"kenari-{secrets.token_hex(6)}-"
WATCHED = ("appraisal_envelope", "appraisal_review", "appraisal_invitation", "appraisal_box")


@dataclass
class Seen:
    """What was seen, and what the attackers do not know: `author`, review to invitation, and the key."""

    dice: random.Random
    asked: dict[str, list[str]] = field(
        default_factory=dict
    )  # appraisal: invitations of peers, in order of asking
    saved: list[str] = field(default_factory=list)  # invitations in the order of their first save
    sent: list[str] = field(default_factory=list)  # and of each sending
    letters: dict[str, int] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)
    steps: list[dict[str, tuple[Any, ...]]] = field(default_factory=list)  # envelopes after each sending
    before: Dump = field(default_factory=dict)
    after: Dump = field(default_factory=dict)
    tuples_before: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tuples_after: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    wal_writing: Wal = field(default_factory=Wal)
    wal_opening: Wal = field(default_factory=Wal)
    sealed: dict[str, bytes] = field(default_factory=dict)
    secret: bytes = b""
    author: dict[str, str] = field(default_factory=dict)


def see_a_year() -> Seen:
    """Let the year happen and look at it. Commits; whoever calls empties the database afterwards."""
    seen = Seen(random.Random(20261210))  # noqa: S311  # the same year every time
    invitations = _ask(seen)
    with keeping_wal() as wal_between:
        started = here()
        _write_all(seen, invitations)
        key = BallotKey.objects.get()
        seen.secret = key_files.read(key.pk, key.fingerprint)
        seen.sealed = {str(pk): bytes(sealed) for pk, sealed in Envelope.objects.values_list("pk", "sealed")}
        seen.before, seen.tuples_before = dump_of(), {table: tuples_of(table) for table in WATCHED}
        closing = here()
        boxes.open_due_boxes(at=p.SWEPT)
        opened = here()
        seen.after, seen.tuples_after = dump_of(), {table: tuples_of(table) for table in WATCHED}
        seen.wal_writing, seen.wal_opening = wal_between(started, closing), wal_between(closing, opened)
    assert boxes.destroy_spent_keys(at=p.SWEPT) == 1
    seen.author = dict(_authors(seen.after))
    return seen


def _ask(seen: Seen) -> list[Invitation]:
    """A school of thirty-two people; each asks five colleagues and two who report to them."""
    year = y.build_year()
    p.peer_windows(year.cycle)
    ballot_keys.make_keys(at=p.DURING)
    first = year.appraisal
    everybody = [first]
    for number in range(BOXES - 1):
        employee = EmployeeFactory(name=f"Orang {number}")
        placement = PlacementFactory(employee=employee, agency=first.agency)
        copy = Appraisal(cycle=first.cycle, placement=placement, employee=employee, agency=first.agency)
        copy.supervisor_id, copy.superior_id = first.supervisor_id, first.superior_id
        copy.first_day, copy.last_day = first.first_day, first.last_day
        copy.save(force_insert=True)
        everybody.append(copy)
    invitations = []
    for appraisal in everybody:
        groups = [ReviewGroup.PEER] * PEERS + [ReviewGroup.SUBORDINATE] * TOO_FEW
        mine = [p.invite(appraisal, group=group) for group in groups]
        seen.asked[str(appraisal.pk)] = [str(one.pk) for one in mine[:PEERS]]
        invitations += mine
    return invitations


def _write_all(seen: Seen, invitations: list[Invitation]) -> None:
    """Everybody writes, in one order, and sends, in another; one of each five never sends, a fifth of the rest replaces."""
    writing, sending = list(invitations), list(invitations)
    seen.dice.shuffle(writing)
    seen.dice.shuffle(sending)
    unsent = {seen.dice.choice(mine) for mine in seen.asked.values()}
    for one in writing:
        if one.group == ReviewGroup.SUBORDINATE:
            p.put(one, 5)
            continue
        _fill(seen, one, corrections=seen.dice.choice((0, 0, 1, 2)))
        seen.saved.append(str(one.pk))
    for one in sending:
        if one.group == ReviewGroup.PEER and str(one.pk) not in unsent:
            _send(seen, one)
    for one in sending:
        if str(one.pk) not in unsent and one.group == ReviewGroup.PEER and seen.dice.random() < 1 / PEERS:
            peer_answers.begin_again(actor=p.reviewer_of(one), invitation_id=one.pk, at=p.DURING)
            _fill(seen, one, corrections=0)
            _send(seen, one)


def _send(seen: Seen, one: Invitation) -> None:
    seen.receipts[str(one.pk)] = p.send(one)
    seen.sent.append(str(one.pk))
    seen.steps.append(envelopes_now())


def _fill(seen: Seen, one: Invitation, *, corrections: int) -> None:
    """All seven pages in the reviewer's own order; how much somebody writes is their habit and differs widely."""
    habit = seen.letters.setdefault(str(one.pk), seen.dice.choice((60, 200, 350, 550, 750, 950)))
    order = value_order(one.pk, y.CODES)
    levels = {code: seen.dice.randint(1, 5) for code in order}
    for code in order:
        p.save(one, code, _page(one, code, levels[code], habit))
    for code in order[:corrections]:
        p.save(one, code, _page(one, code, levels[code], habit + 40), revision=1)


def _page(one: Invitation, code: str, level: int, letters: int) -> dict[str, Any]:
    text = f"{CANARY}{one.pk}-{code} ".ljust(letters, "w")
    return p.page(level, strength=text, wish=text if level < 3 else "")


def _authors(after: Dump) -> Iterator[tuple[str, str]]:
    """Who wrote which review: the words say it, to the test alone."""
    for row in after["appraisal_review"]:
        [text] = {page["strength"][len(CANARY) :][:36] for page in row["content"]["pages"].values()}
        yield row["id"], text
