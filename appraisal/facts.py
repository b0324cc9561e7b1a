"""What the rules know of one appraisal at one moment, and what they answer: facts and reasons, pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise

from appraisal.enums import InvitationState, Phase, PlanState, RatingState, ResultState, SelfState, Track
from appraisal.windows import Window
from core import wording

State = PlanState | SelfState | InvitationState | RatingState | ResultState


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a move cannot be made: a code for tests and links, a sentence for people, and where to mend it.

    `moment` is when something closes (told as its last minute), or opens when the code is `too_early`.
    """

    code: str
    text: str | Promise
    values: Mapping[str, str] = field(default_factory=dict)
    moment: dt.datetime | None = None
    key: str = ""

    def __str__(self) -> str:
        """The sentence in the reader's language."""
        values = dict(self.values)
        if self.moment is not None:
            told = wording.moment if self.code == "too_early" else wording.deadline
            values["moment"] = told(self.moment)
        return str(self.text) % values


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rules need to know of one appraisal at one moment.

    The `missing_*` lists are filled by pages and services that are about to move that track; a worklist leaves
    them empty, so an action that it lists may still be refused with reasons on its own page. `invitation` is set where
    one invitation is looked at; then its own extension stands in the window of peer review.
    """

    at: dt.datetime
    windows: Mapping[Phase, Window]
    plan: PlanState = PlanState.DRAFT
    self_assessment: SelfState = SelfState.DRAFT
    invitation: InvitationState | None = None
    rating: RatingState = RatingState.OPEN
    result: ResultState = ResultState.HIDDEN
    has_agreed_plan: bool = False
    self_returned_at: dt.datetime | None = None
    self_due_at: dt.datetime | None = None
    agency_opened: bool = False
    box_opened: bool = False
    missing_in_plan: tuple[Reason, ...] = ()
    missing_in_self: tuple[Reason, ...] = ()
    missing_in_answer: tuple[Reason, ...] = ()
    missing_in_rating: tuple[Reason, ...] = ()
    missing_in_feedback: tuple[Reason, ...] = ()

    def state(self, track: Track) -> State | None:
        """The state of a track; None for an invitation when none is looked at."""
        states: dict[Track, State | None] = {
            Track.PLAN: self.plan,
            Track.SELF_ASSESSMENT: self.self_assessment,
            Track.INVITATION: self.invitation,
            Track.RATING: self.rating,
            Track.RESULT: self.result,
        }
        return states[track]

    def is_open(self, phase: Phase) -> bool:
        """Whether the phase is open to this appraisal at `at`."""
        window = self.windows.get(phase)
        return window is not None and window.is_open(self.at)

    def has_closed(self, phase: Phase) -> bool:
        """Whether the phase is over for this appraisal at `at`."""
        window = self.windows.get(phase)
        return window is not None and window.has_closed(self.at)
