"""A box in the middle of peer review: the year of tests/appraisal/year.py, peer windows, accepted invitations."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from accounts.actors import Actor
from appraisal import ballot
from appraisal.enums import InvitationOrigin, InvitationState, Phase, ReviewGroup
from appraisal.models import Appraisal, Box, Cycle, Envelope, Invitation, PhaseWindow
from appraisal.selectors.peer_answers import open_envelope
from appraisal.services import peer_answers
from core.clock import day_end, day_start
from tests.appraisal import year as y
from tests.factories.people import EmployeeFactory, PlacementFactory

NOMINATION = (dt.date(2026, 12, 1), dt.date(2026, 12, 9))
REVIEW = (dt.date(2026, 12, 10), dt.date(2026, 12, 27))
DURING = day_start(dt.date(2026, 12, 12)) + dt.timedelta(hours=10)
CLOSED = day_end(REVIEW[1])
# The clock closes two minutes later.
SWEPT = CLOSED + dt.timedelta(minutes=3)
KEEP = "Waktu data tiga sekolah macet, ia datang dan menuntaskannya."
WISH = "Mulai memberi kabar sebelum rapat, supaya kami sempat bersiap."


def peer_windows(cycle: Cycle) -> None:
    """Nomination and peer review of the whole city."""
    for phase, (first, last) in ((Phase.NOMINATION, NOMINATION), (Phase.PEER_REVIEW, REVIEW)):
        PhaseWindow.objects.get_or_create(
            cycle=cycle,
            phase=phase,
            agency=None,
            defaults={"opens_at": day_start(first), "closes_at": day_end(last)},
        )


def invite(
    appraisal: Appraisal,
    *,
    group: ReviewGroup = ReviewGroup.PEER,
    state: InvitationState = InvitationState.ACCEPTED,
) -> Invitation:
    """A colleague of the same unit who was asked, and has accepted unless said otherwise."""
    reviewer = EmployeeFactory()
    PlacementFactory(employee=reviewer, agency=appraisal.agency)
    before = day_start(NOMINATION[0])
    Box.objects.get_or_create(appraisal=appraisal, defaults={"proposed_at": before, "approved_at": before})
    accepted = state == InvitationState.ACCEPTED
    return Invitation.objects.create(
        appraisal=appraisal,
        reviewer=reviewer,
        group=group,
        origin=InvitationOrigin.EMPLOYEE,
        state=state,
        proposed_at=before,
        approved_at=None if state == InvitationState.PROPOSED else before,
        accepted_at=before if accepted else None,
    )


def build_box(*, peers: int = 3, subordinates: int = 0) -> tuple[y.Year, list[Invitation]]:
    """The year with peer windows, and so many people who have accepted to look at Ani's work."""
    year = y.build_year()
    peer_windows(year.cycle)
    groups = [ReviewGroup.PEER] * peers + [ReviewGroup.SUBORDINATE] * subordinates
    return year, [invite(year.appraisal, group=group) for group in groups]


def reviewer_of(invitation: Invitation) -> Actor:
    """Whoever was asked, as they act."""
    return Actor(id=invitation.reviewer_id, name="Rekan")


def page(level: int | None = 4, **texts: str) -> dict[str, Any]:
    """One page, with the words that its level asks for."""
    words = {"strength": KEEP if level == 5 else "", "wish": WISH if level in {1, 2} else ""}
    return {"level": level, **words, **texts}


def save(
    invitation: Invitation,
    code: str = "BP",
    data: Mapping[str, Any] | None = None,
    *,
    revision: int = 0,
    at: dt.datetime = DURING,
) -> Any:
    """Save one page as the reviewer."""
    return peer_answers.save_peer_page(
        actor=reviewer_of(invitation),
        invitation_id=invitation.pk,
        code=code,
        data=page() if data is None else data,
        revision=revision,
        at=at,
    )


def fill(
    invitation: Invitation,
    levels: Mapping[str, int] | int = 4,
    *,
    codes: Iterable[str] = y.CODES,
    at: dt.datetime = DURING,
) -> None:
    """Save every page."""
    for code in codes:
        save(invitation, code, page(levels if isinstance(levels, int) else levels[code]), at=at)


def send(invitation: Invitation, *, at: dt.datetime = DURING, attempt: str = "") -> str:
    """Send as the reviewer; returns the receipt."""
    return peer_answers.send_answer(
        actor=reviewer_of(invitation), invitation_id=invitation.pk, at=at, attempt=attempt
    )


def answer(invitation: Invitation, levels: Mapping[str, int] | int = 4, *, at: dt.datetime = DURING) -> str:
    """Write everything and send it; returns the receipt."""
    fill(invitation, levels, at=at)
    return send(invitation, at=at)


def put(invitation: Invitation, level: int = 4, *, at: dt.datetime = DURING) -> str:
    """Lay a sent answer into the envelope in one step; returns the receipt. What `answer` does, without its pages."""
    receipt = ballot.new_receipt()
    pages = {code: page(level) for code in y.CODES}
    sent = {"pages": pages, "receipt": receipt, "attempt": "", "sent_at": at.isoformat()}
    content = {"v": ballot.VERSION, "begun_at": at.isoformat(), "draft": None, "sent": sent}
    peer_answers._store(invitation, None, content, [], at)
    return receipt


def inside(invitation_id: uuid.UUID) -> dict[str, Any]:
    """What lies in the stored envelope."""
    return open_envelope(Envelope.objects.select_related("key").get(pk=invitation_id))
