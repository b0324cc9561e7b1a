"""One appraisal as those who lead open it: who they are to it, what they may read, whether they can write."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from accounts.actors import Actor
from appraisal.enums import (
    RATED,
    SEEN_BY_EMPLOYEE,
    Action,
    CycleState,
    LookPurpose,
    Party,
    Phase,
    Predicate,
    Rating,
    RatingStage,
    RatingState,
    SelfState,
)
from appraisal.facts import Facts, Reason
from appraisal.models import Appraisal, Box, NextStep, RatingRecord, Result, SelfSubmission
from appraisal.obstacles import no_agreed_plan, self_still_expected
from appraisal.policies import (
    content_visible_to,
    look_purpose,
    must_wait_for_calibration,
    parties_of,
    peer_figures_visible_to,
    rating_visible_to,
)
from appraisal.selectors.facts import facts_of
from appraisal.workflow import available, obstacles_to, rating_refusals

_RELATED = (
    "cycle",
    "agency",
    "employee",
    "supervisor",
    "superior",
    "rated_by",
    "placement__position",
)


@dataclass(frozen=True, slots=True)
class LastYear:
    """What came out a year ago, as far as it was published: the overall ratings, the predicate, the next steps."""

    year: int
    results: Rating
    behavior: Rating
    predicate: Predicate
    next_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Led:
    """An appraisal, the reader's parties in it, and what holds now.

    `leads` tells whether the reader opens the content (plan, evidence, what the employee wrote) as somebody who leads:
    rater, Plh, superior, agency head. `may_read_rating` is about a rating that was sent.
    `first` is the reader's own first save, `peers` the figures of an opened box that they may see, `submission` the
    self-assessment that counts, `returned` the version that was returned before it.
    """

    appraisal: Appraisal
    facts: Facts
    parties: frozenset[Party]
    refusals: tuple[Reason, ...]
    leads: bool
    may_read_rating: bool
    first: Mapping[str, Any] | None
    peers: Mapping[str, Any]
    submission: Mapping[str, Any] | None
    returned: Mapping[str, Any] | None
    last_year: LastYear | None

    @property
    def is_rater(self) -> bool:
        """Whether rating is the reader's: as the supervisor, or as the superior once it has come to them."""
        if self.facts.rating in RATED or self.facts.rating == RatingState.NOT_ASSESSED:
            return Party.SUPERVISOR in self.parties
        if Party.SUPERIOR in self.parties:
            return self.facts.has_closed(Phase.SUPERVISOR_REVIEW)
        return Party.SUPERVISOR in self.parties

    @property
    def can_write(self) -> bool:
        """Whether the reader can write the pages of the rating now."""
        return self.is_rater and not self.refusals and self.appraisal.cycle.state == CycleState.OPEN

    @property
    def stands_in(self) -> bool:
        """Whether the reader is here as Plh of the supervisor."""
        return Party.DELEGATE in self.parties and Party.SUPERVISOR not in self.parties

    @property
    def own_first(self) -> bool:
        """Whether the reader has saved a first rating."""
        return self.first is not None

    @property
    def first_unsent(self) -> Mapping[str, Any] | None:
        """The reader's first save while the rating is not sent yet."""
        return self.first if self.facts.rating == RatingState.FIRST_SAVED else None

    @property
    def revealed(self) -> bool:
        """Whether the levels that the employee chose may stand beside the reader's own."""
        return self.own_first and self.facts.rating != RatingState.OPEN

    @property
    def submission_sent_at(self) -> dt.datetime | None:
        """When the self-assessment that counts was sent."""
        return dt.datetime.fromisoformat(self.submission["sent_at"]) if self.submission else None

    @property
    def may_return_self(self) -> bool:
        """Whether the reader may return the self-assessment now."""
        return Action.RETURN_SELF in available(self.facts, self.parties) and not obstacles_to(
            Action.RETURN_SELF, self.facts, self.parties
        )

    @property
    def waits_for_self(self) -> tuple[Reason, ...]:
        """Why the first save has to wait for the employee, or for an agreed plan."""
        if self.facts.rating != RatingState.OPEN:
            return ()
        return (*no_agreed_plan(self.facts), *self_still_expected(self.facts))

    @property
    def is_sent(self) -> bool:
        """Whether there is a sent rating."""
        return self.facts.rating in RATED

    @property
    def is_revising(self) -> bool:
        """Whether what the reader writes is a revision of what was sent."""
        return self.is_sent and self.can_write


def led_appraisal(actor: Actor, appraisal_id: uuid.UUID, *, at: dt.datetime) -> Led:
    """The appraisal, if the actor may know where it stands. Two queries. Raises Appraisal.DoesNotExist."""
    appraisal = (
        Appraisal.objects.visible_to(actor)
        .select_related(*_RELATED)
        .annotate(
            may_read=_matches(content_visible_to(actor)),
            may_read_rating=_matches(rating_visible_to(actor)),
            own_first=Subquery(
                RatingRecord.objects.filter(
                    appraisal=OuterRef("pk"), author=actor.id, stage=RatingStage.FIRST
                ).values("content")
            ),
            peers=Subquery(
                Box.objects.filter(peer_figures_visible_to(actor), appraisal=OuterRef("pk")).values("figures")
            ),
            sent_self=_submissions(),
            last_year=_last_year(),
        )
        .get(pk=appraisal_id)
    )
    facts = facts_of(appraisal, at=at)
    parties = parties_of(actor, appraisal)
    sent = appraisal.sent_self if facts.self_assessment in {SelfState.SENT, SelfState.RETURNED} else []
    return Led(
        appraisal=appraisal,
        facts=facts,
        parties=parties,
        refusals=rating_refusals(facts, parties),
        leads=appraisal.may_read and _leads(actor, appraisal, parties),
        may_read_rating=appraisal.may_read_rating and not must_wait_for_calibration(actor, appraisal, facts),
        first=appraisal.own_first,
        peers=appraisal.peers or {},
        submission=sent[0] if sent else None,
        returned=sent[1] if len(sent) > 1 and facts.self_returned_at is not None else None,
        last_year=_as_last_year(appraisal.last_year),
    )


_LEADING = frozenset({LookPurpose.SUPERVISOR, LookPurpose.SUPERIOR, LookPurpose.AGENCY_HEAD})


def _leads(actor: Actor, appraisal: Appraisal, parties: frozenset[Party]) -> bool:
    """The auditor reads elsewhere, where every look is logged."""
    return Party.DELEGATE in parties or look_purpose(actor, appraisal) in _LEADING


def _matches(condition: Q) -> Exists:
    return Exists(Appraisal.objects.filter(condition, pk=OuterRef("pk")))


def _submissions() -> ArraySubquery:
    """The self-assessments that were not taken back, the one that counts first."""
    rows = SelfSubmission.objects.filter(appraisal=OuterRef("pk"), withdrawn_at=None).order_by(
        "-version", "pk"
    )
    return ArraySubquery(
        rows.values(said=JSONObject(number="number", sent_at="sent_at", content="content"))[:2]
    )


def _last_year() -> Subquery:
    steps = NextStep.objects.filter(appraisal=OuterRef("appraisal")).order_by("position", "pk")
    results = Result.objects.filter(
        appraisal__employee=OuterRef("employee"),
        appraisal__cycle__year=OuterRef("cycle__year") - 1,
        appraisal__result_state__in=SEEN_BY_EMPLOYEE,
    ).order_by("-appraisal__last_day", "pk")
    return Subquery(
        results.values(
            said=JSONObject(
                year="appraisal__cycle__year",
                results="result_rating",
                behavior="behavior_rating",
                predicate="predicate",
                steps=ArraySubquery(steps.values("text")),
            )
        )[:1]
    )


def _as_last_year(said: Mapping[str, Any] | None) -> LastYear | None:
    if said is None:
        return None
    return LastYear(
        year=said["year"],
        results=Rating(said["results"]),
        behavior=Rating(said["behavior"]),
        predicate=Predicate(said["predicate"]),
        next_steps=tuple(said["steps"]),
    )
