"""Which boxes are due, and which keys nobody needs any more."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Agency
from appraisal import key_files
from appraisal.enums import STANDING_INVITATIONS, CycleState, Phase
from appraisal.key_files import FileState
from appraisal.models import Appraisal, BallotKey, Box, Cycle, Envelope, Invitation
from appraisal.selectors.due import GRACE, units_closed
from appraisal.selectors.facts import window_rows
from appraisal.windows import WindowRow, window_for


def closable(at: dt.datetime) -> Q:
    """Invitations that time closes once peer review is over in their unit: those whose own extension is over too."""
    return Q(state__in=STANDING_INVITATIONS) & (Q(extended_to=None) | Q(extended_to__lte=at - GRACE))


def boxes_over(cycle: Cycle, at: dt.datetime) -> QuerySet[Appraisal]:
    """Appraisals whose box has an invitation to close, or no standing one any more and so is ready to be opened.

    A box that waits for a lost key is left out until the key is back, so that it stops nobody else.
    """
    units = units_closed(Phase.PEER_REVIEW, window_rows(cycle.pk), at - GRACE)
    if units is None:
        return Appraisal.objects.none()
    own = Invitation.objects.filter(appraisal=OuterRef("pk"))
    locked_away = Envelope.objects.filter(
        invitation__appraisal=OuterRef("pk"), complete=True, key__in=keys_not_found(cycle)
    )
    ready = ~Exists(own.filter(state__in=STANDING_INVITATIONS)) & ~Exists(locked_away)
    closed_boxes = Box.objects.filter(opened_at=None).values("pk")
    return Appraisal.objects.filter(
        Exists(own.filter(closable(at))) | ready, pk__in=closed_boxes, cycle=cycle, agency__in=units
    )


def keys_not_found(cycle: Cycle) -> list[uuid.UUID]:
    """The keys of the cycle whose file is missing or wrong. One query, and a look at each file."""
    keys = BallotKey.objects.filter(cycle=cycle, destroyed_at=None).order_by("pk")
    return [
        pk
        for pk, fingerprint in keys.values_list("pk", "fingerprint")
        if key_files.states(pk, fingerprint)[0] != FileState.GOOD
    ]


def cycles_with_closed_boxes() -> QuerySet[Cycle]:
    """The cycles in which a box still waits to be opened."""
    waiting = Box.objects.filter(opened_at=None, appraisal__cycle=OuterRef("pk"))
    return Cycle.objects.filter(Exists(waiting)).exclude(state=CycleState.DRAFT).order_by("year")


def below(agency: Agency) -> Q:
    """Appraisals about people of a top-level agency; the root's own people are its alone."""
    if agency.parent_id is None:
        return Q(appraisal__agency=agency)
    return Q(appraisal__agency__path__startswith=agency.path)


def spent_keys(at: dt.datetime) -> list[BallotKey]:
    """Keys that no box needs any more: peer review is over in the whole agency, and nothing is left to open."""
    found = []
    rows: dict[uuid.UUID, tuple[WindowRow, ...]] = {}
    keys = BallotKey.objects.filter(destroyed_at=None, envelopes=None).select_related("agency", "cycle")
    for key in keys.order_by("pk"):
        if key.cycle_id not in rows:
            rows[key.cycle_id] = window_rows(key.cycle_id)
        if _is_over(key.agency, rows[key.cycle_id], at) and not _is_waited_for(key):
            found.append(key)
    return found


def _is_over(agency: Agency, rows: Iterable[WindowRow], at: dt.datetime) -> bool:
    """Whether peer review is over everywhere in a top-level agency."""
    kept = tuple(rows)
    own = window_for(Phase.PEER_REVIEW, agency.path, kept)
    inside = [row for row in kept if row.phase == Phase.PEER_REVIEW and row.path.startswith(agency.path)]
    if agency.parent_id is None:
        inside = []
    ends = [window.closes_at for window in (own, *inside) if window is not None]
    return bool(ends) and max(ends) <= at - GRACE


def _is_waited_for(key: BallotKey) -> bool:
    here = below(key.agency) & Q(appraisal__cycle=key.cycle_id)
    return (
        Box.objects.filter(here, opened_at=None).exists()
        or Invitation.objects.filter(here, state__in=STANDING_INVITATIONS).exists()
    )
