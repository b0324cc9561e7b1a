"""A reviewer's own envelope, opened for the reviewer alone and in the request; and the check of a receipt."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from appraisal import ballot, key_files
from appraisal.completeness import Asked, missing_in_answer
from appraisal.facts import Reason
from appraisal.models import Envelope, Invitation, Review
from core.errors import ActionRefused


class EnvelopeBroken(ActionRefused):
    """The key is the right one, and still the envelope cannot be opened: its bytes were altered."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "What you saved before can no longer be read. Copy what you still see, then choose “Start again”."
            )
        )


@dataclass(frozen=True, slots=True)
class OwnPage:
    """What the reviewer wrote about one value: 1 to 5, 0 for "not observed enough", None for nothing yet."""

    level: int | None = None
    strength: str = ""
    wish: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """Where the reviewer's answer stands.

    `pages` are what is being written; after sending there are none, for a sent answer is never shown again. `sent` says
    that one was sent, `replacing` that a new one is being written in its place (until that is sent, the sent one
    counts). `complete` and `missing` are about `pages`. `begun_at` is when the first page was saved.
    """

    pages: Mapping[str, OwnPage] = field(default_factory=dict)
    sent: bool = False
    replacing: bool = False
    complete: bool = False
    begun_at: dt.datetime | None = None
    missing: tuple[Reason, ...] = ()

    @property
    def writable(self) -> bool:
        """Whether pages can be saved without beginning again first."""
        return self.replacing or not self.sent

    @property
    def counts(self) -> bool:
        """Whether there is something that will be counted if nothing more happens."""
        return self.sent or self.complete


def open_envelope(envelope: Envelope) -> dict[str, Any]:
    """What lies in an envelope; its key must be loaded. Raises KeyUnavailable, EnvelopeBroken."""
    key = key_files.read(envelope.key_id, envelope.key.fingerprint)
    try:
        return ballot.unseal(key, envelope.pk, envelope.sealed)
    except ballot.Unreadable as error:
        raise EnvelopeBroken from error


def own_answer(invitation: Invitation, values: Iterable[Asked]) -> OwnAnswer:
    """The reviewer's own answer; `values` are the pages of the form. One query.

    For the reviewer alone: the caller has loaded the invitation as one of theirs. Raises KeyUnavailable when the key
    file is missing, EnvelopeBroken when the envelope was altered.
    """
    asked = tuple(values)
    envelope = Envelope.objects.select_related("key").filter(pk=invitation.pk).first()
    return answer_in(open_envelope(envelope) if envelope else None, asked)


def answer_in(content: Mapping[str, Any] | None, values: tuple[Asked, ...]) -> OwnAnswer:
    """The answer as it stands in the content of an envelope, or with no envelope at all."""
    if content is None:
        return OwnAnswer(missing=missing_in_answer(values, {}))
    draft = content["draft"]
    written = draft["pages"] if draft else {}
    missing = missing_in_answer(values, written)
    return OwnAnswer(
        pages={code: OwnPage(**page, revision=draft["revisions"][code]) for code, page in written.items()},
        sent=content["sent"] is not None,
        replacing=content["sent"] is not None and draft is not None,
        complete=not missing,
        begun_at=dt.datetime.fromisoformat(content["begun_at"]),
        missing=missing,
    )


class ReceiptCheck(StrEnum):
    """What the holder of a receipt is told: never a word of the answer, so it proves nothing to anybody else."""

    NOT_YET = "not_yet"
    COUNTED = "counted"
    NOT_FOUND = "not_found"


def check_receipt(invitation: Invitation, receipt: str) -> ReceiptCheck:
    """Whether the answer with this receipt was counted, unaltered. The box of the appraisal must be loaded; one query.

    Before the opening nothing is told, so that nobody can be made to show that they answered.
    """
    box = getattr(invitation.appraisal, "box", None)
    if box is None or box.opened_at is None:
        return ReceiptCheck.NOT_YET
    reviews = Review.objects.filter(appraisal=invitation.appraisal_id, group=invitation.group)
    found = False
    for content, proof in reviews.values_list("content", "proof"):
        found |= hmac.compare_digest(ballot.proof_of(receipt, content), bytes(proof))
    return ReceiptCheck.COUNTED if found else ReceiptCheck.NOT_FOUND
