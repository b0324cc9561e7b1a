"""Four invitations for each employee of the bench, and on request the sealed answers to them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

from appraisal import ballot, key_files
from appraisal.demo.copying import NULL, copy_rows, hexed
from appraisal.demo.shape import APPRAISAL, EMPLOYEE, INVITATION, REVIEWERS, Shape, scattered
from appraisal.enums import InvitationOrigin, InvitationState, ReviewGroup
from appraisal.models import BallotKey, Box, Cycle, Envelope, Invitation
from appraisal.services.ballot_keys import key_for
from indicators.models import CoreValue

WORDS = "Contoh umpan balik untuk pengukuran: saat data terlambat, ia datang dan menuntaskannya bersama kami."


class Peers:
    """The boxes, invitations and envelopes of some employees after the draw. `paths` are the top-level agencies.

    With `envelopes` everybody has accepted and sent an answer, so that every box can be opened; without, every second
    reviewer has not accepted yet and nobody has written.
    """

    def __init__(
        self, shape: Shape, cycle: Cycle, drawn_at: dt.datetime, paths: list[str], *, envelopes: bool
    ) -> None:
        self._shape = shape
        self._drawn = drawn_at.isoformat()
        self._accepted = (drawn_at + dt.timedelta(hours=8)).isoformat()
        self._keys: list[tuple[BallotKey, bytes]] = []
        if envelopes:
            keys = [key_for(cycle_id=cycle.pk, path=path, at=drawn_at) for path in paths]
            self._keys = [(key, key_files.read(key.pk, key.fingerprint)) for key in keys]
        page = {"level": 4, "strength": WORDS, "wish": ""}
        self._pages = dict.fromkeys(CoreValue.objects.order_by("order").values_list("code", flat=True), page)

    def copy(self, numbers: range) -> None:
        """Copy what belongs to these people; their appraisals and all employees up to them must be there."""
        copy_rows(
            Box,
            ["appraisal_id", "drawn_at", "digest"],
            ((scattered(APPRAISAL, n), self._drawn, "") for n in numbers),
        )
        copy_rows(
            Invitation,
            [
                "id", "appraisal_id", "reviewer_id", "group", "origin", "state", "proposed_at", "approved_at",
                "accepted_at", "decline_reason", "comment",
            ],
            (self._invitation(n, place, reviewer) for n, place, reviewer in self._asked(numbers)),
        )  # fmt: skip
        if self._keys:
            copy_rows(
                Envelope,
                ["invitation_id", "key_id", "sealed", "complete", "sent"],
                (self._envelope(n, place) for n, place, _reviewer in self._asked(numbers)),
            )

    def _asked(self, numbers: range) -> Iterator[tuple[int, int, int]]:
        """Each invitation: the person, its place, the reviewer."""
        for number in numbers:
            for place, reviewer in enumerate(self._shape.reviewers_of(number)):
                yield number, place, reviewer

    def _invitation(self, number: int, place: int, reviewer: int) -> tuple[object, ...]:
        accepted = bool(self._keys) or place % 2 == 0
        return (
            scattered(INVITATION, number * REVIEWERS + place), scattered(APPRAISAL, number),
            scattered(EMPLOYEE, reviewer), ReviewGroup.PEER.value, InvitationOrigin.DRAW.value,
            (InvitationState.ACCEPTED if accepted else InvitationState.APPROVED).value, self._drawn, self._drawn,
            self._accepted if accepted else NULL, "", "",
        )  # fmt: skip

    def _envelope(self, number: int, place: int) -> tuple[object, ...]:
        key, secret = self._keys[self._shape.agency_of(number)]
        invitation = uuid.UUID(scattered(INVITATION, number * REVIEWERS + place))
        sent = {
            "pages": self._pages,
            "receipt": ballot.new_receipt(),
            "attempt": "",
            "sent_at": self._accepted,
        }
        content = {"v": ballot.VERSION, "begun_at": self._accepted, "draft": None, "sent": sent}
        return invitation, key.pk, hexed(ballot.seal(secret, invitation, content)), "t", "t"
