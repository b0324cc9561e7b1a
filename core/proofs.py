"""A proof file: the events on some objects, with the path of each to the head of the record.

docs/verify_proof.py checks it with Python's standard library alone. The text is written in portions, since the chain
has a link for every minute in which something happened.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from core.audit import AuditDetail, AuditEvent
from core.canonical import canonical
from core.merkle import levels_of, path_of
from core.seals import NO_HEAD, AuditSeal, latest_seal, leaf_content, leaves_of

FORMAT = "kinerja-audit-proof-1"
SEALS_AT_ONCE = 2_000


def proof_of(subject_id: uuid.UUID, object_ids: Iterable[uuid.UUID]) -> Iterator[str]:
    """The proof of every event on these objects, as JSON text in portions. `subject_id` is what the file is about.

    Events that no seal holds yet are counted, not proved. Costs two queries, one for each seal concerned and one for
    every 2,000 links of the chain.
    """
    latest = latest_seal()
    events = (
        AuditEvent.objects.filter(object_id__in=list(object_ids))
        .select_related("detail", "place")
        .order_by("place__seal", "place__position", "pk")
    )
    sealed = [event for event in events if _seal_of(event, latest) is not None]
    yield "{" + _pair("format", FORMAT) + "," + _pair("subject", subject_id) + ","
    yield _pair("unsealed", len(events) - len(sealed)) + ',"events":['
    separator = ""
    for number, group in groupby(sealed, key=lambda event: _seal_of(event, latest)):
        levels = levels_of(leaves_of(number or 0))
        for event in group:
            yield separator + canonical(_proved(event, levels))
            separator = ",\n"
    first = sealed[0].place.seal_id if sealed else 1
    yield "]," + _pair("before", _head_before(first).hex()) + ',"seals":['
    separator = ""
    for seal in _links(first, latest) if sealed else ():
        yield separator + canonical(_link(seal))
        separator = ",\n"
    yield "]," + _pair("head", latest.head_text if latest and sealed else NO_HEAD.hex()) + "}\n"


def _pair(key: str, value: Any) -> str:
    return f"{canonical(key)}:{canonical(value)}"


def _seal_of(event: AuditEvent, latest: AuditSeal | None) -> int | None:
    """The number of the event's seal, unless it is newer than the head on which this file ends."""
    place = getattr(event, "place", None)
    return place.seal_id if place and latest and place.seal_id <= latest.number else None


def _proved(event: AuditEvent, levels: list[list[bytes]]) -> dict[str, Any]:
    detail: AuditDetail | None = getattr(event, "detail", None)
    position = event.place.position
    return {
        "event": leaf_content(event),
        "detail": detail
        and {"before": detail.before, "after": detail.after, "salt": bytes(detail.salt).hex()},
        "seal": event.place.seal_id,
        "position": position,
        "path": [partner.hex() for partner in path_of(levels, position)],
    }


def _head_before(number: int) -> bytes:
    """The head to which the first link of the file is chained."""
    seal = AuditSeal.objects.filter(number=number).only("previous").first()
    return bytes(seal.previous) if seal else NO_HEAD


def _links(first: int, latest: AuditSeal | None) -> Iterator[AuditSeal]:
    if latest is not None:
        seals = AuditSeal.objects.filter(number__gte=first, number__lte=latest.number).order_by("number")
        yield from seals.iterator(chunk_size=SEALS_AT_ONCE)


def _link(seal: AuditSeal) -> dict[str, Any]:
    return {
        "number": seal.number,
        "root": bytes(seal.root).hex(),
        "count": seal.count,
        "sealed_at": seal.sealed_at,
    }
