"""A reviewer's answer: pages saved into the sealed envelope, sent whole with a receipt, replaced whole.

Each act locks the invitation, so two devices wait for each other and the opening of the box waits for both; whoever
comes after the opening finds the invitation closed.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from appraisal import ballot, key_files
from appraisal.completeness import MAX_CHARACTERS, Asked, is_answered, missing_in_answer
from appraisal.enums import Action, CycleState, InvitationState
from appraisal.models import Envelope, Invitation
from appraisal.obstacles import answer_refusals
from appraisal.policies import parties_to_invitation
from appraisal.selectors.assessments import value_pages
from appraisal.selectors.facts import facts_of_invitation
from appraisal.selectors.peer_answers import EnvelopeBroken, open_envelope
from appraisal.services.ballot_keys import key_for
from appraisal.services.drafts import Saved
from appraisal.services.moves import lock_invitation
from appraisal.workflow import obstacles_to
from core.audit import record
from core.errors import ActionRefused, NotAllowed, StaleWrite

TEXTS = ("strength", "wish")
# The second click of one form, within so long, is answered as the first: whoever clicked twice sees the receipt.
ONE_CLICK = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page as it is stored: what StaleWrite carries as `current`. No time is kept of single pages."""

    data: Mapping[str, Any]
    revision: int
    saved_at: None = None


@transaction.atomic
def save_peer_page(
    *,
    actor: Actor,
    invitation_id: uuid.UUID,
    code: str,
    data: Mapping[str, Any],
    revision: int,
    at: dt.datetime,
) -> Saved:
    """Save one page: `data` holds `level` (1 to 5, 0 for "not observed enough", None), `strength` and `wish`.

    `revision` is the one the page was made from, 0 for a page never saved; the same fields again change nothing.
    Raises StaleWrite with the stored page as `current`; ActionRefused when the invitation is not accepted, time is up,
    a text or all together are too long, the answer was sent and not begun again, or the key is not there; NotAllowed
    for anybody else.
    """
    invitation = lock_invitation(invitation_id)
    _check_writing(invitation, actor=actor, at=at)
    values = [page.asked for page in value_pages()]
    page = _clean(code, data, values)
    envelope, content = _opened(invitation)
    content = content or {"v": ballot.VERSION, "begun_at": at.isoformat(), "draft": _nothing(), "sent": None}
    draft = content["draft"]
    if draft is None:
        raise ActionRefused(
            _("Your answer has been sent. Choose “Write a new answer” if you want to replace it.")
        )
    stored = draft["pages"].get(code)
    if stored == page:
        return Saved(draft["revisions"][code], at)
    standing = draft["revisions"].get(code, 0)
    if stored is not None and standing != revision:
        raise StaleWrite(
            _(
                "You also changed this page in another window or on another device. Choose which version counts."
            ),
            current=StoredPage(stored, standing),
        )
    draft["pages"][code] = page
    if not ballot.fits(draft["pages"]):
        raise ActionRefused(
            _(
                "Your texts about all values together are too long: there is room for about 15,000 characters. "
                "Shorten this text, then save again."
            )
        )
    draft["revisions"][code] = standing + 1
    _store(invitation, envelope, content, values, at)
    return Saved(standing + 1, at)


@transaction.atomic
def send_answer(*, actor: Actor, invitation_id: uuid.UUID, at: dt.datetime, attempt: str = "") -> str:
    """Send what is written, in the place of what was sent before; returns the receipt, to be shown once and kept nowhere.

    Raises ActionRefused with every reason, also when nothing was written since the last sending: that is a second
    click. `attempt` is a random word of the form; the same form within two minutes gets the same receipt again.
    """
    invitation = lock_invitation(invitation_id)
    _check_person(invitation, actor)
    values = [page.asked for page in value_pages()]
    envelope, content = _opened(invitation)
    draft, sent = (content["draft"], content["sent"]) if content else (None, None)
    missing = missing_in_answer(values, draft["pages"] if draft else {}) if draft or not sent else ()
    facts = facts_of_invitation(invitation, at=at, missing_in_answer=missing)
    if reasons := obstacles_to(Action.SEND_ANSWER, facts, parties_to_invitation(actor, invitation)):
        raise ActionRefused([str(reason) for reason in reasons])
    if draft is None or content is None:
        return _same_click(sent, attempt, at)
    receipt = ballot.new_receipt()
    content["sent"] = {
        "pages": ballot.final(draft["pages"]),
        "receipt": receipt,
        "attempt": attempt,
        "sent_at": at.isoformat(),
    }
    content["draft"] = None
    _store(invitation, envelope, content, values, at)
    record(actor_id=actor.id, act="answer.sent", object_type="invitation", object_id=invitation.pk, at=at)
    return receipt


def _same_click(sent: Mapping[str, Any] | None, attempt: str, at: dt.datetime) -> str:
    again = sent is not None and attempt != "" and sent["attempt"] == attempt
    if sent and again and abs(at - dt.datetime.fromisoformat(sent["sent_at"])) <= ONE_CLICK:
        return str(sent["receipt"])
    raise ActionRefused(
        _("Your answer has already been sent and counts. You can replace it by a new one until time is up.")
    )


@transaction.atomic
def begin_again(*, actor: Actor, invitation_id: uuid.UUID, at: dt.datetime) -> None:
    """Begin a new answer in the place of a sent one, which counts until the new one is sent.

    An envelope that can no longer be read is replaced by an empty one. Raises ActionRefused when nothing was sent, or
    the time is wrong; when a new answer was begun already nothing happens.
    """
    invitation = lock_invitation(invitation_id)
    _check_writing(invitation, actor=actor, at=at)
    try:
        envelope, content = _opened(invitation)
    except EnvelopeBroken:
        Envelope.objects.filter(pk=invitation.pk).delete()
        return
    if content is None or content["sent"] is None:
        raise ActionRefused(_("You have not sent an answer yet, so there is nothing to replace."))
    if content["draft"] is None:
        content["draft"] = _nothing()
        _store(invitation, envelope, content, [], at)


# --- the steps that these share -----------------------------------------------------------------


def _check_person(invitation: Invitation, actor: Actor) -> None:
    if invitation.reviewer_id != actor.id:
        raise NotAllowed(_("This step is not yours to take."))
    if invitation.appraisal.cycle.state != CycleState.OPEN:
        raise ActionRefused(_("This year's appraisal is closed. It can be read, but not changed."))


def _check_writing(invitation: Invitation, *, actor: Actor, at: dt.datetime) -> None:
    _check_person(invitation, actor)
    if reasons := answer_refusals(facts_of_invitation(invitation, at=at)):
        raise ActionRefused([str(reason) for reason in reasons])
    if invitation.state != InvitationState.ACCEPTED:
        raise ActionRefused(_("Read the promise and accept the invitation first. Then you can write."))


def _nothing() -> dict[str, Any]:
    return {"pages": {}, "revisions": {}}


def _clean(code: str, data: Mapping[str, Any], values: list[Asked]) -> dict[str, Any]:
    """The three fields of a page, fit to be stored. Raises ActionRefused."""
    level = data.get("level")
    if code not in {value.key for value in values} or not (level is None or is_answered(level)):
        raise ActionRefused(_("Choose one of the answers on the page."))
    texts = {name: str(data.get(name) or "") for name in TEXTS}
    if any(len(text) > MAX_CHARACTERS for text in texts.values()):
        raise ActionRefused(_("A text has at most 4,000 characters. Shorten it, then save again."))
    # What no database column can hold would otherwise stop the box from opening.
    fit = {name: text.replace("\x00", "").encode("utf-8", "ignore").decode() for name, text in texts.items()}
    return {"level": level, **fit}


def _opened(invitation: Invitation) -> tuple[Envelope | None, dict[str, Any] | None]:
    """The envelope and what lies in it. Raises KeyUnavailable, EnvelopeBroken."""
    envelope = Envelope.objects.select_related("key").filter(pk=invitation.pk).first()
    return envelope, open_envelope(envelope) if envelope else None


def _store(
    invitation: Invitation,
    envelope: Envelope | None,
    content: Mapping[str, Any],
    values: list[Asked],
    at: dt.datetime,
) -> None:
    """Seal the content and write the envelope with its two flags."""
    draft, sent = content["draft"], content["sent"] is not None
    complete = sent or not missing_in_answer(values, draft["pages"])
    new = envelope is None
    if envelope is None:
        appraisal = invitation.appraisal
        key = key_for(cycle_id=appraisal.cycle_id, path=appraisal.agency.path, at=at)
        envelope = Envelope(invitation=invitation, key=key)
    secret = key_files.read(envelope.key_id, envelope.key.fingerprint)
    envelope.sealed = ballot.seal(secret, invitation.pk, content)
    envelope.complete, envelope.sent = complete, sent
    envelope.save(force_insert=new)
