"""Computes the whole record again: digests, roots, chain; says what was changed, removed, added or moved.

What it cannot see is a record rewritten with every hash computed anew: that only a head kept elsewhere shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.audit import AuditDetail, AuditEvent, event_digest
from core.merkle import root_of
from core.seals import NO_HEAD, AuditSeal, SealedEvent, UnsealedEvent, head_of, latest_seal, leaf_of

# Seals are read together up to so many events, and rows in portions of CHUNK: memory does not grow with the record.
EVENTS_AT_ONCE = 20_000
CHUNK = 2_000
PROBLEMS_KEPT = 1_000
# An act may be dated before the seal that precedes its own: it arrived before a long transaction, or the clock was
# set back. More than this is no such accident.
BACK_DATED = dt.timedelta(hours=2)
NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
# Beyond this a waiting event means that the clock's tick does not run, or that a transaction never ends.
PATIENCE = dt.timedelta(minutes=15)

TEXTS: dict[str, str | Promise] = {
    "digest": _("Event %(event)s in seal %(seal)s was changed: its digest does not match its content."),
    "missing": _("Event %(event)s was removed: seal %(seal)s has a place for it."),
    "place": _("Seal %(seal)s was rearranged: event %(event)s stands in the wrong place."),
    "back_dated": _(
        "Event %(event)s in seal %(seal)s is dated %(at)s, long before the seal that precedes it: back-dated."
    ),
    "count": _("Seal %(seal)s was written over %(said)s events, now it holds %(found)s."),
    "root": _(
        "Seal %(seal)s does not match its events: one was changed, exchanged, added, removed or moved."
    ),
    "head": _("Seal %(seal)s was changed: its head does not match what it says."),
    "link": _("Seal %(seal)s is not chained to the seal before it."),
    "gap": _("Seal %(seal)s is missing."),
    "orphans": _("%(found)s events point to seal %(seal)s, which does not exist."),
    "late": _("Event %(event)s, dated %(at)s, has waited too long for its seal."),
    "stray": _("Event %(event)s is in no seal and does not wait for one: it was not written by the system."),
    "lost": _("Event %(event)s was removed while it waited for its seal."),
    "unknown_head": _("The head %(head)s is not in this record: it was rewritten after that head was noted."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `code` names the kind for machines, `params` fill its sentence."""

    code: str
    params: dict[str, int | str]

    @property
    def text(self) -> str:
        """The sentence in the language in force."""
        return str(TEXTS[self.code]) % self.params


@dataclass(slots=True)
class Report:
    """What was found. `erased` counts events whose detail is gone: their rows are proved, their details cannot be."""

    seals: int = 0
    events: int = 0
    erased: int = 0
    waiting: int = 0
    latest: AuditSeal | None = None
    asked_head: str = ""
    asked_seal: AuditSeal | None = None
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem_count == 0

    def note(self, code: str, **params: int | str) -> None:
        """Add a problem; beyond a thousand they are only counted."""
        self.problem_count += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(Problem(code, params))


def check_record(*, at: dt.datetime, head: str = "", patience: dt.timedelta = PATIENCE) -> Report:
    """Check everything up to the latest seal, and what waits longer than `patience` before `at`.

    `head` is one that was kept elsewhere, as 64 hexadecimal digits: the report says to which seal it belongs.
    """
    report = Report(latest=latest_seal(), asked_head=head.strip().lower())
    _check_seals(report)
    _check_outside(report, at - patience)
    if report.asked_head and report.asked_seal is None:
        report.note("unknown_head", head=report.asked_head)
    return report


def event_is_same(event: AuditEvent, detail: AuditDetail) -> bool:
    """Whether the event still has the digest of the moment in which it was written."""
    return bytes(event.digest) == event_digest(
        actor_id=event.actor_id,
        act=event.act,
        object_type=event.object_type,
        object_id=event.object_id,
        at=event.at,
        reason=event.reason,
        before=detail.before,
        after=detail.after,
        salt=bytes(detail.salt),
    )


# --- seals and what is in them ------------------------------------------------------------------


def _check_seals(report: Report) -> None:
    """Every seal up to the latest one, in order."""
    if report.latest is None:
        return
    before: AuditSeal | None = None
    last_tick = newest = NEVER
    for seals in _together(AuditSeal.objects.filter(number__lte=report.latest.number).order_by("number")):
        places = groupby(_places(seals[0].number, seals[-1].number), key=attrgetter("seal_id"))
        number, held = next(places, (None, iter(())))
        for seal in seals:
            while number is not None and number < seal.number:  # places of a removed seal: the gap is told
                number, held = next(places, (None, iter(())))
            if before is not None and before.sealed_at != seal.sealed_at:
                last_tick = before.sealed_at
            _check_chain(report, seal, before)
            # A backlog of a day may be sealed by several ticks: then its own earlier events set the bound.
            bound = min(last_tick, newest)
            found = _check_events(report, seal, held if number == seal.number else iter(()), bound)
            before, newest = seal, max(newest, found)


def _together(seals: QuerySet[AuditSeal]) -> Iterator[list[AuditSeal]]:
    """Neighbouring seals with at most EVENTS_AT_ONCE events between them."""
    portion: list[AuditSeal] = []
    events = 0
    for seal in seals.iterator(chunk_size=CHUNK):
        if portion and events + seal.count > EVENTS_AT_ONCE:
            yield portion
            portion, events = [], 0
        portion.append(seal)
        events += seal.count
    if portion:
        yield portion


def _places(first: int, last: int) -> Iterator[SealedEvent]:
    """The places of these seals with event and detail, in order; those of removed events are left out."""
    return (
        SealedEvent.objects.filter(seal__gte=first, seal__lte=last)
        .select_related("event__detail")
        .order_by("seal", "position")
        .iterator(chunk_size=CHUNK)
    )


def _check_chain(report: Report, seal: AuditSeal, before: AuditSeal | None) -> None:
    """Number, link to the seal before, head; and whether this is the head that was asked for."""
    report.seals += 1
    expected = before.number + 1 if before else 1
    for number in range(expected, seal.number)[:PROBLEMS_KEPT]:
        report.note("gap", seal=number)
    if seal.number == expected and bytes(seal.previous) != (bytes(before.head) if before else NO_HEAD):
        report.note("link", seal=seal.number)
    head = head_of(
        number=seal.number,
        root=bytes(seal.root),
        count=seal.count,
        sealed_at=seal.sealed_at,
        previous=bytes(seal.previous),
    )
    if head != bytes(seal.head):
        report.note("head", seal=seal.number)
    elif head.hex() == report.asked_head:
        report.asked_seal = seal


def _check_events(
    report: Report, seal: AuditSeal, places: Iterator[SealedEvent], bound: dt.datetime
) -> dt.datetime:
    """The digest of each event, their order and dates, and the root over them all; returns the latest date."""
    leaves: list[bytes] = []
    last_id, newest = 0, NEVER
    for place in places:
        event = place.event
        detail: AuditDetail | None = getattr(event, "detail", None)
        if detail is None:
            report.erased += 1
        elif not event_is_same(event, detail):
            report.note("digest", event=event.pk, seal=seal.number)
        if place.position != len(leaves) or event.pk <= last_id:
            report.note("place", event=event.pk, seal=seal.number)
        if bound - event.at > BACK_DATED:
            report.note("back_dated", event=event.pk, seal=seal.number, at=event.at.isoformat())
        leaves.append(leaf_of(event))
        last_id, newest = event.pk, max(newest, event.at)
    report.events += len(leaves)
    if len(leaves) != seal.count:
        report.note("count", seal=seal.number, said=seal.count, found=len(leaves))
        for event_id in _removed_from(seal):
            report.note("missing", event=event_id, seal=seal.number)
    if not leaves or root_of(leaves) != bytes(seal.root):
        report.note("root", seal=seal.number)
    return newest


def _removed_from(seal: AuditSeal) -> Iterator[int]:
    """The events that have a place in the seal and are gone."""
    return (
        SealedEvent.objects.filter(seal=seal.number)
        .exclude(Exists(AuditEvent.objects.filter(pk=OuterRef("event_id"))))
        .order_by("position")
        .values_list("event_id", flat=True)[:PROBLEMS_KEPT]
        .iterator(chunk_size=CHUNK)
    )


# --- what is in no seal -------------------------------------------------------------------------


def _check_outside(report: Report, waiting_since: dt.datetime) -> None:
    """Events without a seal, waiting places without an event, places without a seal."""
    unsealed = (
        AuditEvent.objects.filter(place=None)
        .annotate(waits=Exists(UnsealedEvent.objects.filter(event_id=OuterRef("pk"))))
        .order_by("pk")
        .values_list("pk", "at", "waits")
    )
    for event_id, at, waits in unsealed.iterator(chunk_size=CHUNK):
        if not waits:
            report.note("stray", event=event_id)
        elif at < waiting_since:
            report.note("late", event=event_id, at=at.isoformat())
        else:
            report.waiting += 1
    lost = UnsealedEvent.objects.exclude(Exists(AuditEvent.objects.filter(pk=OuterRef("event_id"))))
    for event_id in lost.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK):
        report.note("lost", event=event_id)
    orphans = SealedEvent.objects.exclude(Exists(AuditSeal.objects.filter(pk=OuterRef("seal_id"))))
    for seal, found in orphans.order_by("seal").values_list("seal_id").annotate(Count("pk")):
        report.note("orphans", seal=seal, found=found)
