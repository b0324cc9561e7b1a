"""A box as the opening leaves it, for tests of what is shown: reviews without author, and their figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db.models import Model

from appraisal.enums import InvitationOrigin, InvitationState, ReviewGroup
from appraisal.models import Appraisal, Box, Invitation, Review
from appraisal.peer_figures import figures_of
from indicators.models import CoreValue

STRENGTH = "kenari-kekuatan-rekan: selalu menjawab pertanyaan operator sekolah"
WISH = "kenari-harapan-rekan: bagikan rangkuman rapat lebih awal"
PEER, SUBORDINATE = ReviewGroup.PEER, ReviewGroup.SUBORDINATE


def answer(level: int, *, words: bool = True, **levels: int) -> dict[str, object]:
    """An answer with the same level for every value, other levels by the code of the value."""
    return {
        "pages": {
            code: {
                "level": levels.get(code, level),
                "strength": f"{STRENGTH} ({code})" if words else "",
                "wish": f"{WISH} ({code})" if words else "",
            }
            for code in CoreValue.objects.order_by("order").values_list("code", flat=True)
        }
    }


def open_box(
    appraisal: Appraisal,
    answers: Mapping[ReviewGroup, Sequence[Mapping[str, object]]],
    *,
    at: dt.datetime,
    asked: int = 5,
) -> Box:
    """The box of an appraisal, opened with these answers."""
    codes = list(CoreValue.objects.order_by("order").values_list("code", flat=True))
    figures = figures_of({group.value: (asked, given) for group, given in answers.items()}, codes)
    Review.objects.bulk_create(
        Review(appraisal=appraisal, group=group, content=content, proof=bytes(32))
        for group, given in answers.items()
        if figures[group.value]["shown"]
        for content in given
    )
    box, _made = Box.objects.update_or_create(
        appraisal=appraisal, defaults={"opened_at": at, "figures": figures, "digest": "a" * 64}
    )
    return box


def invited(appraisal: Appraisal, reviewer: Model, *, at: dt.datetime) -> Invitation:
    """Somebody who was asked for feedback and whose invitation has closed."""
    return Invitation.objects.create(
        appraisal=appraisal,
        reviewer=reviewer,
        group=PEER,
        origin=InvitationOrigin.EMPLOYEE,
        state=InvitationState.CLOSED,
        proposed_at=at,
        approved_at=at,
        accepted_at=at,
        ended_at=at,
        answered=True,
    )
