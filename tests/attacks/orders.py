"""Every order in which somebody with the database sees reviewers, before or after, and every order of the reviews."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from tests.attacks.ballots import Seen

Order = Callable[[Seen], Mapping[str, Any]]


def _of_invitations(seen: Seen, column: str, *, after: bool = False) -> dict[str, Any]:
    rows = (seen.after if after else seen.before)["appraisal_invitation"]
    return {row["id"]: row[column] for row in rows}


def _of_envelopes(seen: Seen, column: str) -> dict[str, Any]:
    return {row["invitation_id"]: row[column] for row in seen.before["appraisal_envelope"]}


def _last(order: list[str]) -> dict[str, int]:
    return {one: place for place, one in enumerate(order)}


def _sending(seen: Seen, *, first: bool) -> dict[str, int]:
    """The events of sending on record; who never sent comes last."""
    events = [row for row in seen.before["core_auditevent"] if row["act"] == "answer.sent"]
    found = {one: 10**9 for mine in seen.asked.values() for one in mine}
    for row in sorted(events, key=lambda row: row["id"], reverse=first):
        found[row["object_id"]] = row["id"]
    return found


def _changes(seen: Seen) -> dict[str, int]:
    """How often an envelope was different in the next dump."""
    return {
        one: sum(before[one] != after[one] for before, after in zip(seen.steps, seen.steps[1:], strict=False))
        for one in seen.steps[0]
    }


def versions(
    seen: Seen, table: str, keys: Mapping[str, bytes], *, after: bool = True
) -> dict[str, list[Any]]:
    """Where the versions of rows with these keys lie in the pages of a table, dead ones too."""
    found: dict[str, list[Any]] = {one: [] for one in keys}
    owner = {key: one for one, key in keys.items()}
    for row in (seen.tuples_after if after else seen.tuples_before)[table]:
        # The key is the first column of each of these tables, and fixed in length.
        one = owner.get(row["data"][:16])
        if one is not None and not row["toast"]:
            found[one].append((row["xmin"], row["place"]))
    return {one: sorted(places) for one, places in found.items()}


def raw(keys: Any) -> dict[str, bytes]:
    """Keys as they lie in a page."""
    return {str(key): UUID(str(key)).bytes for key in keys}


def _peers(seen: Seen) -> list[str]:
    return [one for mine in seen.asked.values() for one in mine]


def _in_wal(seen: Seen, table: str, kind: str) -> dict[str, int]:
    """In which order the opening touched the rows of reviewers, by where their last version lay."""
    places = versions(seen, table, raw(_peers(seen)))
    owner = {place: one for one, found in places.items() for _xmin, place in found}
    order: dict[str, int] = dict.fromkeys(_peers(seen), -1)
    for number, record in enumerate(seen.wal_opening.of(table, kind)):
        if (one := owner.get((record.block, record.place))) is not None:
            order[one] = number
    return order


REVIEWERS: dict[str, Order] = {
    "id": lambda seen: {one: one for one in _peers(seen)},
    "reviewer": lambda seen: _of_invitations(seen, "reviewer_id"),
    "asked": lambda seen: _last(_peers(seen)),
    "invitation_place": lambda seen: _of_invitations(seen, "ctid"),
    "invitation_place_after": lambda seen: _of_invitations(seen, "ctid", after=True),
    "first_save": lambda seen: _last(seen.saved),
    "first_sending": lambda seen: _sending(seen, first=True),
    "last_sending": lambda seen: _sending(seen, first=False),
    "sent": lambda seen: _of_envelopes(seen, "sent"),
    "envelope_place": lambda seen: _of_envelopes(seen, "ctid"),
    "envelope_transaction": lambda seen: _of_envelopes(seen, "xmin"),
    "envelope_bytes": lambda seen: _of_envelopes(seen, "sealed"),
    "envelope_length": lambda seen: {one: len(sealed) for one, sealed in seen.sealed.items()},
    "changes": _changes,
    "dead_envelopes": lambda seen: versions(seen, "appraisal_envelope", raw(_peers(seen)), after=False),
    "dead_envelopes_after": lambda seen: versions(seen, "appraisal_envelope", raw(_peers(seen))),
    "dead_invitations_after": lambda seen: versions(seen, "appraisal_invitation", raw(_peers(seen))),
    "wal_of_deleted_envelopes": lambda seen: _in_wal(seen, "appraisal_envelope", "DELETE"),
    "wal_of_closed_invitations": lambda seen: _in_wal(seen, "appraisal_invitation", "UPDATE"),
}


def _of_reviews(seen: Seen, column: str) -> dict[str, Any]:
    return {row["id"]: row[column] for row in seen.after["appraisal_review"]}


def _contents(seen: Seen, measure: Callable[[Any], Any]) -> dict[str, Any]:
    return {one: measure(content) for one, content in _of_reviews(seen, "content").items()}


REVIEWS: dict[str, Order] = {
    "id": lambda seen: {one: one for one in seen.author},
    "place": lambda seen: _of_reviews(seen, "ctid"),
    "proof": lambda seen: _of_reviews(seen, "proof"),
    "length": lambda seen: _contents(seen, lambda content: len(json.dumps(content))),
    "levels": lambda seen: _contents(
        seen, lambda content: [content["pages"][code]["level"] for code in sorted(content["pages"])]
    ),
    "versions": lambda seen: versions(seen, "appraisal_review", raw(seen.author)),
    "wal": lambda seen: {one: seen.wal_opening.data.find(key) for one, key in raw(seen.author).items()},
}
