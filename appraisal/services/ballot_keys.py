"""The keys of the boxes: made, found, given back from their copies. Destroying them is the last act of boxes.py."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from accounts.models import Agency
from accounts.models.agency import ancestor_paths
from appraisal import key_files
from appraisal.ballot import new_key
from appraisal.enums import CycleState, Phase
from appraisal.key_files import FileState, KeyUnavailable
from appraisal.models import Appraisal, BallotKey, Cycle
from core import locks
from core.audit import record

LOCK = "appraisal.ballot-keys"


def top_path(path: str) -> str:
    """The path of the top-level agency in which a unit stands; the root's own people belong to the root."""
    return ancestor_paths(path)[:2][-1]


def key_for(*, cycle_id: uuid.UUID, path: str, at: dt.datetime) -> BallotKey:
    """The key that seals answers about people in the unit with this path; made now if the clock has not made it yet.

    Call it in a transaction. Raises KeyUnavailable when a new file cannot be written, or the key is destroyed.
    """
    agency_path = top_path(path)
    key = BallotKey.objects.filter(cycle=cycle_id, agency__path=agency_path).first()
    if key is None:
        try:
            key = _make_missing(cycle_id, Agency.objects.get(path=agency_path), at)
        except OSError as error:
            raise KeyUnavailable from error
    if key.destroyed_at is not None:
        raise KeyUnavailable
    return key


def _make_missing(cycle_id: uuid.UUID, agency: Agency, at: dt.datetime) -> BallotKey:
    """The key of the agency, with its files, unless somebody else has just made it.

    The files are on disk before the row is committed; files whose row never came are of no use to anybody.
    """
    locks.hold(LOCK)
    found = BallotKey.objects.filter(cycle=cycle_id, agency=agency).first()
    if found is not None:
        return found
    secret = new_key()
    key = BallotKey(
        cycle_id=cycle_id, agency=agency, fingerprint=key_files.fingerprint_of(secret), made_at=at
    )
    key_files.write_new(key.pk, secret)
    key.save(force_insert=True)
    record(
        actor_id=None,
        act="ballot_key.made",
        object_type="cycle",
        object_id=cycle_id,
        at=at,
        after={"agency": agency.pk, "key": key.pk, "fingerprint": key.fingerprint},
    )
    return key


def make_keys(*, at: dt.datetime) -> int:
    """Make the keys that are missing in open cycles with peer review; returns how many. Each commits by itself.

    Raises OSError when a folder cannot be written.
    """
    made = 0
    cycles = Cycle.objects.filter(state=CycleState.OPEN, windows__phase=Phase.PEER_REVIEW).distinct()
    for cycle in cycles.order_by("year"):
        for agency in agencies_without_key(cycle):
            with transaction.atomic():
                _make_missing(cycle.pk, agency, at)
            made += 1
    return made


def agencies_without_key(cycle: Cycle) -> list[Agency]:
    """The top-level agencies in which the cycle appraises people and that have no key. Two queries."""
    units = Appraisal.objects.filter(cycle=cycle).order_by().values("agency").distinct()
    paths = {top_path(path) for path in Agency.objects.filter(pk__in=units).values_list("path", flat=True)}
    return list(
        Agency.objects.filter(path__in=paths).exclude(ballot_keys__cycle=cycle).order_by("path", "pk")
    )


def restore_copies(*, at: dt.datetime) -> list[BallotKey]:
    """Put key files that are missing or wrong back from their copies, and copies from their files; returns those mended.

    Each mended key is an event of its own. Raises OSError when a folder cannot be written.
    """
    mended = []
    for key in BallotKey.objects.filter(destroyed_at=None).select_related("agency", "cycle").order_by("pk"):
        before = key_files.states(key.pk, key.fingerprint)
        if set(before) == {FileState.GOOD} or not key_files.restore(key.pk, key.fingerprint):
            continue
        with transaction.atomic():
            record(
                actor_id=None,
                act="ballot_key.restored",
                object_type="cycle",
                object_id=key.cycle_id,
                at=at,
                after={
                    "agency": key.agency_id,
                    "key": key.pk,
                    "file": before[0].value,
                    "copy": before[1].value,
                },
            )
        mended.append(key)
    return mended
