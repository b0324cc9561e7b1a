"""The keys of the boxes: made, found, given back from their copies. Destroying them is the last act of boxes.py."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import Agency, RoleGrant
from accounts.models.agency import ancestor_paths
from appraisal import box_notices, key_files
from appraisal.ballot import new_key
from appraisal.enums import CycleState, Phase
from appraisal.key_files import FileState, KeyUnavailable
from appraisal.models import Appraisal, BallotKey, Cycle, Envelope
from core import locks
from core.audit import record
from core.clock import today
from core.errors import ActionRefused, Sentence
from core.notifications import notify

log = logging.getLogger(__name__)

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


@transaction.atomic
def replace_lost_key(*, key_id: uuid.UUID, reason: str, at: dt.datetime) -> int:
    """Give a key up as lost and make another in its place; returns how many envelopes are lost with it.

    They are deleted, so that their reviewers count as due again while there is time, and boxes need not wait for ever.
    Raises ActionRefused without a reason, when the key is destroyed, or when a good file or copy is still there.
    """
    key = BallotKey.objects.select_for_update(of=("self",)).get(pk=key_id)
    reasons: list[Sentence] = []
    if not reason.strip():
        reasons.append(_("Write how the key was lost. It stays on record."))
    if key.destroyed_at is not None:
        reasons.append(_("This key has been destroyed, as it should be."))
    elif FileState.GOOD in key_files.states(key.pk, key.fingerprint):
        reasons.append(_("A good copy of this key is there. Restore it instead."))
    if reasons:
        raise ActionRefused(reasons)
    lost, _each = Envelope.objects.filter(key=key).delete()
    secret = new_key()
    before, key.fingerprint = key.fingerprint, key_files.fingerprint_of(secret)
    key.save(update_fields=["fingerprint"])
    record(
        actor_id=None,
        act="ballot_key.replaced",
        object_type="cycle",
        object_id=key.cycle_id,
        at=at,
        reason=reason,
        before={"fingerprint": before},
        after={
            "agency": key.agency_id,
            "key": key.pk,
            "fingerprint": key.fingerprint,
            "envelopes_lost": lost,
        },
    )
    key_files.replace(key.pk, secret)
    return lost


def warn_of_keys(*, at: dt.datetime) -> int:
    """Tell HR of the agency and of the city, once a day, which keys of open cycles are not found; returns how many."""
    lost = [
        key
        for key in BallotKey.objects.filter(destroyed_at=None, cycle__state=CycleState.OPEN)
        .select_related("agency")
        .order_by("pk")
        if key_files.states(key.pk, key.fingerprint)[0] != FileState.GOOD
    ]
    if lost:
        log.error("%d keys of boxes are missing or wrong", len(lost))
        _tell_hr(lost, at)
    return len(lost)


@transaction.atomic
def _tell_hr(lost: list[BallotKey], at: dt.datetime) -> None:
    day = today(at)
    grants = RoleGrant.objects.filter(role__in=[Role.HR_AGENCY, Role.HR_CITY]).valid_on(day)
    scopes = list(grants.order_by("employee", "pk").values_list("employee", "agency__path"))
    for key in lost:
        people = dict.fromkeys(person for person, path in scopes if key.agency.path.startswith(path))
        notify(box_notices.key_not_found(key, people, day=day), at=at)


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
