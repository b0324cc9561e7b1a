"""Boxes: invitations closed when time is up, each box opened once, and the keys destroyed when the last one is open.

Nothing that leads from a review to its author is left: reviews are written in random order under random keys, and the
envelopes are gone in the same transaction (ADR 10).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction

from appraisal import ballot, box_notices, key_files
from appraisal.enums import STANDING_INVITATIONS, BulkAct, InvitationState
from appraisal.key_files import KeyUnavailable
from appraisal.models import AgencyPeerFigures, BallotKey, Batch, Box, Envelope, Invitation, Review
from appraisal.peer_figures import FEWEST_ANSWERS, agency_figures, figures_of
from appraisal.selectors.boxes import below, boxes_over, closable, cycles_with_closed_boxes, spent_keys
from appraisal.services import batches
from appraisal.services.batches import Act
from core.audit import record, record_all
from core.canonical import canonical, fingerprint
from core.notifications import notify
from indicators.models import CoreValue

log = logging.getLogger(__name__)

# Boxes in one transaction: so many answers lie in memory at once, and reviews are shuffled among so many people.
RANGE = 500

Group = tuple[uuid.UUID, str]  # appraisal, ReviewGroup


@dataclass
class Opened:
    """What came out of one group: its counted answers with their proofs, or only how many there were."""

    asked: int = 0
    answered: int = 0
    broken: int = 0
    answers: list[tuple[dict[str, Any], bytes]] = field(default_factory=list)

    @property
    def counted(self) -> list[Mapping[str, Any]]:
        """The answers as the figures read them; empty ones for a group that was destroyed unread."""
        return [answer for answer, _proof in self.answers] or [{}] * self.answered


class RefusedReviews(Exception):
    """The database refused a review. What it said is left out, because it quotes the row."""


# --- opening ------------------------------------------------------------------------------------


def _open_range(batch: Batch, at: dt.datetime) -> int:
    """Close the invitations of a range whose time is over, and open the boxes that wait for nobody any more.

    Appraisal and box first, then invitations, in the order of their keys: whoever is still saving is waited for. What
    somebody else has locked is left to the next run.
    """
    due = list(
        boxes_over(batch.cycle, at)
        .filter(pk__range=(batch.from_key, batch.to_key))
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    boxes = list(
        Box.objects.filter(pk__in=due, opened_at=None)
        .select_related("appraisal")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    invitations = list(
        Invitation.objects.filter(appraisal__in=[box.pk for box in boxes]).select_for_update().order_by("pk")
    )
    closed = _close(invitations, at)
    standing = {one.appraisal_id for one in invitations if one.state in STANDING_INVITATIONS}
    ready = [box for box in boxes if box.pk not in standing]
    return closed + _open(ready, invitations, at)


def _close(invitations: list[Invitation], at: dt.datetime) -> int:
    """Close what is closable; returns how many."""
    keys = [one.pk for one in invitations]
    due = set(Invitation.objects.filter(closable(at), pk__in=keys).values_list("pk", flat=True))
    Invitation.objects.filter(pk__in=due).update(state=InvitationState.CLOSED, ended_at=at)
    for one in invitations:
        if one.pk in due:
            one.state = InvitationState.CLOSED
    return len(due)


def _open(ready: list[Box], invitations: Iterable[Invitation], at: dt.datetime) -> int:
    """Open these boxes; returns how many could be opened."""
    boxes = {box.pk: box for box in ready}
    asked = {
        one.pk: one
        for one in invitations
        if one.appraisal_id in boxes and one.state == InvitationState.CLOSED and one.approved_at
    }
    complete = dict(Envelope.objects.filter(pk__in=asked, complete=True).values_list("pk", "key"))
    sizes = Counter((asked[pk].appraisal_id, asked[pk].group) for pk in complete)
    secrets = _secrets(set(complete.values()))
    found: dict[Group, Opened] = defaultdict(Opened)
    for one in asked.values():
        found[one.appraisal_id, one.group].asked += 1
    to_read = []
    for pk, key in complete.items():
        group = (asked[pk].appraisal_id, asked[pk].group)
        if sizes[group] < FEWEST_ANSWERS:
            found[group].answered += 1  # destroyed unread
        elif key not in secrets:
            boxes.pop(group[0], None)  # waits; never opened as if it were empty
        else:
            to_read.append(pk)
    _read(to_read, asked, secrets, found)
    _write(boxes, {group: one for group, one in found.items() if group[0] in boxes}, at)
    here = [one.pk for one in asked.values() if one.appraisal_id in boxes]
    Invitation.objects.filter(pk__in=[pk for pk in here if pk in complete]).update(answered=True)
    Invitation.objects.filter(pk__in=[pk for pk in here if pk not in complete]).update(answered=False)
    Envelope.objects.filter(invitation__appraisal__in=list(boxes)).delete()
    return len(boxes)


def _secrets(key_ids: set[uuid.UUID]) -> dict[uuid.UUID, bytes]:
    """The keys themselves, without those whose file must be restored first."""
    found = {}
    for pk, known in BallotKey.objects.filter(pk__in=key_ids).values_list("pk", "fingerprint"):
        with contextlib.suppress(KeyUnavailable):
            found[pk] = key_files.read(pk, known)
    return found


def _read(
    to_read: list[uuid.UUID],
    asked: Mapping[uuid.UUID, Invitation],
    secrets: Mapping[uuid.UUID, bytes],
    found: dict[Group, Opened],
) -> None:
    """Decrypt the answers of groups that are large enough; what cannot be read is counted apart."""
    rows = Envelope.objects.filter(pk__in=to_read).values_list("pk", "key", "sealed")
    for pk, key, sealed in rows.order_by().iterator(chunk_size=1_000):
        group = found[asked[pk].appraisal_id, asked[pk].group]
        try:
            group.answers.append(ballot.counted(ballot.unseal(secrets[key], pk, sealed)))
            group.answered += 1
        except ballot.Unreadable:
            group.broken += 1
    for group in found.values():
        if len(group.answers) < FEWEST_ANSWERS:
            group.answers = []


def _write(boxes: Mapping[uuid.UUID, Box], found: Mapping[Group, Opened], at: dt.datetime) -> None:
    """Write reviews, figures and fingerprints, one event for each box, and tell employee and supervisor."""
    codes = list(CoreValue.objects.order_by("order").values_list("code", flat=True))
    reviews = [
        Review(appraisal_id=appraisal_id, group=group, content=answer, proof=proof)
        for (appraisal_id, group), opened in found.items()
        for answer, proof in opened.answers
    ]
    random.SystemRandom().shuffle(reviews)
    try:
        Review.objects.bulk_create(reviews, batch_size=1_000)
    except (DataError, IntegrityError):
        # The database's own words would carry an answer into the log.
        raise RefusedReviews("the database took no review of this range") from None
    groups_of: dict[uuid.UUID, dict[str, Opened]] = defaultdict(dict)
    for (appraisal_id, group), opened in sorted(found.items()):
        groups_of[appraisal_id][group] = opened
    events = {}
    for pk, box in boxes.items():
        groups = groups_of[pk]
        box.opened_at = at
        box.figures = figures_of(
            {group: (opened.asked, opened.counted) for group, opened in groups.items()}, codes
        )
        box.digest = _digest(groups)
        events[pk] = {
            "groups": {
                group: {"asked": opened.asked, "answered": opened.answered, "unreadable": opened.broken}
                for group, opened in groups.items()
            },
            "digest": box.digest,
        }
    _mark_opened(boxes.values(), at)
    record_all(events, act="box.opened", object_type="appraisal", at=at)
    _tell(boxes.values(), found, at)


# One statement for all: bulk_update spends a quarter of the whole opening on making its CASE.
_MARK_OPENED = """
UPDATE appraisal_box SET opened_at = %(at)s, figures = new.figures::jsonb, digest = new.digest
FROM unnest(%(keys)s::uuid[], %(figures)s::text[], %(digests)s::text[]) AS new (id, figures, digest)
WHERE appraisal_id = new.id
"""


def _mark_opened(boxes: Iterable[Box], at: dt.datetime) -> None:
    rows = list(boxes)
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK_OPENED,
            {
                "at": at,
                "keys": [str(box.pk) for box in rows],
                "figures": [canonical(box.figures) for box in rows],
                "digests": [box.digest for box in rows],
            },
        )


def _digest(groups: Mapping[str, Opened]) -> str:
    """SHA-256 over the reviews in an order that only their words give."""
    return fingerprint(
        canonical(
            sorted(
                canonical([group, answer, proof.hex()])
                for group, opened in groups.items()
                for answer, proof in opened.answers
            )
        )
    )


def _tell(boxes: Iterable[Box], found: Mapping[Group, Opened], at: dt.datetime) -> None:
    asked = {owner for owner, _group in found}
    told = [box.appraisal for box in boxes if box.pk in asked]
    notify(box_notices.opened(told), at=at)
    broken = {owner for (owner, _group), opened in found.items() if opened.broken}
    if broken:
        log.error("%d boxes were opened without answers that could not be read", len(broken))


OPEN_BOXES = Act(BulkAct.OPEN_BOXES, RANGE, boxes_over, _open_range)


def plan_boxes(*, at: dt.datetime) -> None:
    """Cut the boxes that are due into ranges."""
    for cycle in cycles_with_closed_boxes():
        batches.plan(OPEN_BOXES, cycle=cycle, at=at)


def open_due_boxes(*, at: dt.datetime, seconds: float = 60.0) -> int:
    """Close and open what is due now, for so many seconds; returns how many rows changed. What the tick does in parts."""
    plan_boxes(at=at)
    return batches.run([OPEN_BOXES], at=at, seconds=seconds)


# --- destroying keys ----------------------------------------------------------------------------


def destroy_spent_keys(*, at: dt.datetime) -> int:
    """Destroy the keys that no box needs any more, with their copies; returns how many.

    The agency's figures are written first and committed, then the files go, then the row says so. Killed in between, the
    next run does the same again.
    """
    destroyed = 0
    for key in spent_keys(at):
        _keep_agency_figures(key, at)
        key_files.destroy(key.pk, key.fingerprint)
        destroyed += _mark_destroyed(key.pk, at)
    return destroyed


@transaction.atomic
def _keep_agency_figures(key: BallotKey, at: dt.datetime) -> None:
    """The peers' figures of a whole agency, of ten people or more; nothing when they are there already."""
    stored = Box.objects.filter(below(key.agency), appraisal__cycle=key.cycle_id).order_by()
    figures = agency_figures(
        (figures or {} for figures in stored.values_list("figures", flat=True).iterator(chunk_size=2_000)),
        list(CoreValue.objects.order_by("order").values_list("code", flat=True)),
    )
    if figures:
        AgencyPeerFigures.objects.get_or_create(
            cycle_id=key.cycle_id, agency_id=key.agency_id, defaults={"figures": figures, "made_at": at}
        )


@transaction.atomic
def _mark_destroyed(key_id: uuid.UUID, at: dt.datetime) -> int:
    key = BallotKey.objects.select_for_update().get(pk=key_id)
    if key.destroyed_at is not None:
        return 0
    key.destroyed_at = at
    key.save(update_fields=["destroyed_at"])
    record(
        actor_id=None,
        act="ballot_key.destroyed",
        object_type="cycle",
        object_id=key.cycle_id,
        at=at,
        after={"agency": key.agency_id, "key": key.pk, "fingerprint": key.fingerprint},
    )
    return 1
