"""One track of an appraisal on its overview, and the one of its reviewers, which is a list and no single state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from appraisal.enums import Party, Phase, Track
from appraisal.facts import Facts
from appraisal.models import Appraisal, Box
from appraisal.selectors.nominations import stored_box
from core.components import DONE, IN_PROGRESS, NOT_STARTED, Badge, Fact
from core.wording import deadline, moment


@dataclass(frozen=True, slots=True)
class Step:
    """A move of this reader: its page when it can be made, else the reasons why not."""

    label: str
    url: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrackView:
    """One track: its state, its dates, its pages, and the reader's moves."""

    title: str
    badge: Badge
    facts: tuple[Fact, ...]
    links: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]


def reviewers_track(appraisal: Appraisal, facts: Facts, parties: frozenset[Party]) -> TrackView:
    """Where the reviewers stand: dates only, and the list for whoever may read it. One query."""
    box = stored_box(appraisal)
    return TrackView(
        title=str(Track.INVITATION.label),
        badge=_badge(box),
        facts=tuple(_facts(box, facts)),
        links=tuple(_links(appraisal, parties)),
        steps=(),
    )


def _badge(box: Box | None) -> Badge:
    if box is None:
        return NOT_STARTED
    if box.opened_at is not None:
        return Badge(_("Answers counted"), "seal", "final")
    if box.approved_at is not None or box.drawn_at is not None:
        return DONE
    return IN_PROGRESS


def _facts(box: Box | None, facts: Facts) -> Iterator[Fact]:
    nomination, review = facts.windows.get(Phase.NOMINATION), facts.windows.get(Phase.PEER_REVIEW)
    if nomination is not None:
        yield Fact(_("Nomination opens"), moment(nomination.opens_at))
        yield Fact(_("Nomination closes"), deadline(nomination.closes_at))
    if review is not None:
        yield Fact(_("Peer review opens"), moment(review.opens_at))
        yield Fact(_("Peer review closes"), deadline(review.closes_at))
    if box is None:
        return
    for label, at in (
        (_("List sent"), box.proposed_at),
        (_("List settled"), box.approved_at),
        (_("Drawn by lot"), box.drawn_at),
        (_("Box opened"), box.opened_at),
    ):
        if at is not None:
            yield Fact(label, moment(at))


def _links(appraisal: Appraisal, parties: frozenset[Party]) -> Iterator[tuple[str, str]]:
    key = [appraisal.pk]
    if Party.EMPLOYEE in parties:
        yield _("Your list of reviewers"), reverse("reviewers", args=key)
    if parties & {Party.SUPERVISOR, Party.DELEGATE, Party.SUPERIOR}:
        yield _("List of reviewers"), reverse("team_reviewers", args=key)
    if Party.HR in parties:
        yield _("Who was asked"), reverse("reviewers_asked", args=key)
