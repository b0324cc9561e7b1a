"""What reviewers of the invented year did: accepted or declined, and wrote into envelopes sealed with the real keys."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Any

from appraisal import ballot, key_files, peer_notices
from appraisal.completeness import LEVELS_WITH_STRENGTH, LEVELS_WITH_WISH
from appraisal.demo import figures, texts
from appraisal.demo.cases import Case
from appraisal.demo.chronicle import Chronicle, Told
from appraisal.demo.dice import Dice
from appraisal.demo.harvest import BATCH, Harvest
from appraisal.enums import INVITED, DeclineReason, InvitationState, Phase
from appraisal.models import BallotKey, Envelope, Invitation
from appraisal.services.ballot_keys import top_path


class Course(Enum):
    """How far a reviewer has come."""

    ASKED = auto()
    ACCEPTED = auto()
    HALF = auto()
    COMPLETE = auto()
    SENT = auto()
    AGAIN = auto()  # sent, and writing a new answer
    DECLINED = auto()


UNDER_WAY: tuple[tuple[int, Course], ...] = (
    (20, Course.ASKED),
    (12, Course.ACCEPTED),
    (18, Course.HALF),
    (7, Course.COMPLETE),
    (38, Course.SENT),
    (2, Course.AGAIN),
    (3, Course.DECLINED),
)
AT_THE_END: tuple[tuple[int, Course], ...] = (
    (6, Course.ASKED),
    (4, Course.ACCEPTED),
    (5, Course.HALF),
    (6, Course.COMPLETE),
    (75, Course.SENT),
    (1, Course.AGAIN),
    (3, Course.DECLINED),
)

# Reviewer and reviewed, where it is no chance.
PAIRS: Mapping[tuple[str, str], Course] = {
    ("hadi", "ani"): Course.ASKED,
    ("intan", "ani"): Course.HALF,
    ("joko", "ani"): Course.SENT,
    ("mira", "budi"): Course.ASKED,
    ("ani", "mira"): Course.ASKED,
    ("ani", "dadan"): Course.HALF,
}
# Whatever else these are asked, they have sent it.
DILIGENT = frozenset({"ani"})
# The first reviewer of these has declined, and nobody was asked in the place.
DECLINED_TO = frozenset({"joko"})

STRENGTH_PERCENT, WISH_PERCENT = 40, 30
INVITATION_FIELDS = ["state", "accepted_at", "ended_at", "decline_reason", "comment"]


class Words:
    """What is said about one person: no sentence twice, as long as there are others."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._left: dict[tuple[str, str], list[str]] = {}

    def take(self, kind: str, code: str) -> str:
        """A sentence of the kind about the value."""
        left = self._left.get((kind, code))
        if not left:
            written = texts.texts(kind, code)
            left = self._left[(kind, code)] = self._dice.some(written, len(written))
        return left.pop()


class Desk:
    """Where reviewers answer, appraisal by appraisal."""

    def __init__(self, dice: Dice, chronicle: Chronicle, *, at: dt.datetime) -> None:
        self._dice = dice
        self._chronicle = chronicle
        self._at = at
        self._keys: dict[str, tuple[BallotKey, bytes]] = {
            key.agency.path: (key, key_files.read(key.pk, key.fingerprint))
            for key in BallotKey.objects.filter(destroyed_at=None).select_related("agency").order_by("pk")
        }

    def answer(self, cases: Sequence[Case]) -> None:
        """What became of all invitations about these people until yesterday, or until peer review was over."""
        by_appraisal: dict[uuid.UUID, list[Invitation]] = {case.appraisal.pk: [] for case in cases}
        standing = Invitation.objects.filter(appraisal__in=list(by_appraisal), state__in=sorted(INVITED))
        for invitation in standing.select_related("reviewer").order_by("appraisal", "reviewer"):
            by_appraisal[invitation.appraisal_id].append(invitation)
        harvest = Harvest()
        changed = [
            invitation
            for case in cases
            for invitation in self._answer_about(case, by_appraisal[case.appraisal.pk], harvest)
        ]
        Invitation.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=INVITATION_FIELDS,
            batch_size=BATCH,
        )
        harvest.store()

    def _answer_about(
        self, case: Case, invitations: Sequence[Invitation], harvest: Harvest
    ) -> Iterator[Invitation]:
        words = Words(self._dice)
        key, secret = self._keys[top_path(case.placement.agency.path)]
        for place, invitation in enumerate(invitations):
            course = self._course(case, invitation, place)
            if course == Course.ASKED:
                continue
            done = case.within(self._dice, Phase.PEER_REVIEW)
            if course == Course.DECLINED:
                self._decline(case, invitation, done)
                yield invitation
                continue
            self._accept(case, invitation, done)
            yield invitation
            if course == Course.ACCEPTED:
                continue
            content = self._content(case, invitation, course, words, done)
            sent = content["sent"] is not None
            harvest.add(
                Envelope(
                    invitation=invitation,
                    key=key,
                    sealed=ballot.seal(secret, invitation.pk, content),
                    complete=sent or course == Course.COMPLETE,
                    sent=sent,
                )
            )
            if sent:
                self._chronicle.take(
                    Told("answer.sent", done, invitation.reviewer_id, case, invitation=invitation)
                )

    def _course(self, case: Case, invitation: Invitation, place: int) -> Course:
        is_over = case.windows[Phase.PEER_REVIEW].has_closed(self._at)
        by_chance = self._dice.weighted(AT_THE_END if is_over else UNDER_WAY)
        reviewer, reviewed = invitation.reviewer.login, case.person.login
        if reviewed in DECLINED_TO and place == 0:
            return Course.DECLINED
        if (reviewer, reviewed) in PAIRS:
            return PAIRS[reviewer, reviewed]
        if reviewer in DILIGENT or (is_over and case.person.persona):
            return Course.SENT
        # One refusal is enough for anybody else, so that few are left with too few.
        return Course.SENT if by_chance == Course.DECLINED and place else by_chance

    # --- the steps ------------------------------------------------------------------------------

    def _accept(self, case: Case, invitation: Invitation, done: dt.datetime) -> None:
        earliest = case.windows[Phase.PEER_REVIEW].opens_at + dt.timedelta(hours=7)
        before = done - dt.timedelta(minutes=self._dice.number(40, 2880))
        invitation.state = InvitationState.ACCEPTED
        invitation.accepted_at = max(before, earliest)
        self._chronicle.take(
            Told(
                "invitation.accepted", invitation.accepted_at, invitation.reviewer_id, case,
                after={"appraisal": case.appraisal.pk}, invitation=invitation,
            )
        )  # fmt: skip

    def _decline(self, case: Case, invitation: Invitation, done: dt.datetime) -> None:
        why = self._dice.pick([DeclineReason.TOO_LITTLE, DeclineReason.NO_TIME, DeclineReason.CONFLICT])
        invitation.state = InvitationState.DECLINED
        invitation.decline_reason = why
        invitation.comment = self._dice.pick(texts.texts("decline", why.value))
        invitation.ended_at = done
        names = {"by": invitation.reviewer.name, "name": case.person.employee.name}
        self._chronicle.take(
            Told(
                "invitation.declined", done, invitation.reviewer_id, case, invitation.comment,
                {"appraisal": case.appraisal.pk, "why": why.value},
                (peer_notices.DECLINED, case.appraisal.supervisor_id, "team_reviewers", names),
                invitation=invitation,
            )
        )  # fmt: skip

    # --- the answer -----------------------------------------------------------------------------

    def _content(
        self, case: Case, invitation: Invitation, course: Course, words: Words, done: dt.datetime
    ) -> dict[str, Any]:
        """What lies in the envelope, as services.peer_answers would have put it there."""
        accepted = invitation.accepted_at or done
        codes = ballot.value_order(invitation.pk, [code for code, _name in case.setting.values])
        pages = self._pages(case, words)
        half = {code: pages[code] for code in codes[: len(codes) // 2]}
        content: dict[str, Any] = {
            "v": ballot.VERSION,
            "begun_at": (accepted + (done - accepted) / 2).isoformat(),
            "draft": None,
            "sent": None,
        }
        if course in {Course.SENT, Course.AGAIN}:
            content["sent"] = {
                "pages": ballot.final(pages),
                "receipt": ballot.new_receipt(),
                "attempt": "",
                "sent_at": done.isoformat(),
            }
        if course != Course.SENT:
            kept = pages if course == Course.COMPLETE else half
            content["draft"] = {"pages": kept, "revisions": dict.fromkeys(kept, 1)}
        return content

    def _pages(self, case: Case, words: Words) -> dict[str, dict[str, Any]]:
        pages = {}
        for code, _name in case.setting.values:
            level = figures.peer_level(self._dice, case.quality)
            keep = level in LEVELS_WITH_STRENGTH or (level > 2 and self._dice.chance(STRENGTH_PERCENT))
            change = level in LEVELS_WITH_WISH or (0 < level < 5 and self._dice.chance(WISH_PERCENT))
            pages[code] = {
                "level": level,
                "strength": words.take("peer_strength", code) if keep else "",
                "wish": words.take("peer_wish", code) if change else "",
            }
        if not any(page["level"] for page in pages.values()):
            pages[code]["level"] = 3
        return pages
