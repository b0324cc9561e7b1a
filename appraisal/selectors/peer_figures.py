"""What is shown of an opened box: figures by group and value, words without order, and why something is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from accounts.actors import Actor
from appraisal.enums import SEEN_BY_EMPLOYEE, Phase, RatingState, ReviewGroup, WordKind, WordState
from appraisal.facts import Facts
from appraisal.models import Appraisal, Box, Invitation, Review, WordReport
from appraisal.policies import peer_figures_visible_to
from appraisal.selectors.facts import facts_of
from appraisal.selectors.result_words import TOO_FEW_FOR_VALUE
from core import wording
from core.canonical import fingerprint
from core.errors import Sentence
from core.figures import Bars, Mean, mean_bars
from indicators.models import CoreValue

HIGHEST = 5
_RELATED = ("cycle", "agency", "employee", "supervisor", "superior", "rated_by", "placement__position")


# --- words --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """One text of one reviewer about one value. `key` names it in addresses and reports.

    `hidden_because` is the reason of the two people who hid it, then `text` is ""; `is_reported` tells that it was.
    """

    key: str
    text: str
    hidden_because: str = ""
    is_reported: bool = False


def word_key(review: Review, code: str, kind: WordKind) -> str:
    """The name of a text: it tells neither which review it belongs to nor which other texts do.

    It is a fingerprint over the random key of the review, which no page shows.
    """
    return fingerprint(f"{review.pk}:{code}:{kind.value}")


def words_of(
    reviews: Iterable[Review], code: str, kind: WordKind, reports: Mapping[str, Mapping[str, str]]
) -> tuple[Word, ...]:
    """What a group wrote about one value, in an order that says nothing and differs from value to value."""
    found = []
    for review in reviews:
        text = str(review.content["pages"].get(code, {}).get(kind.value) or "").strip()
        if not text:
            continue
        key = word_key(review, code, kind)
        report = reports.get(key)
        if report is not None and report["state"] == WordState.HIDDEN:
            found.append(Word(key, "", hidden_because=report["decision"]))
        else:
            found.append(Word(key, text, is_reported=report is not None))
    return tuple(sorted(found, key=lambda word: word.key))


def _reports_beside() -> ArraySubquery:
    """The reports of the same appraisal, beside each review: one query reads both."""
    return ArraySubquery(
        WordReport.objects.filter(appraisal=OuterRef("appraisal")).values(
            said=JSONObject(word="word", state="state", decision="decision")
        )
    )


# --- groups and values --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PeerValue:
    """One value in the eyes of one group. Without `mean` it is suppressed, and so are its words."""

    code: str
    name: str
    n: int = 0
    mean: Decimal | None = None
    spread: tuple[int, int] | None = None
    strengths: tuple[Word, ...] = ()
    wishes: tuple[Word, ...] = ()

    @property
    def has_words(self) -> bool:
        """Whether somebody wrote something that may be read."""
        return bool(self.strengths or self.wishes)


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """One group by itself; without `values` fewer than three people answered."""

    group: ReviewGroup
    asked: int
    answered: int
    overall: Decimal | None
    values: tuple[PeerValue, ...]

    @property
    def is_shown(self) -> bool:
        """Whether three or more answered."""
        return bool(self.values)

    @property
    def with_words(self) -> tuple[PeerValue, ...]:
        """The values about which somebody wrote."""
        return tuple(value for value in self.values if value.has_words)

    @property
    def figure(self) -> Bars:
        """Mean and count of each value."""
        return mean_bars(
            title=_("%(group)s: mean of each value") % {"group": self.group.label},
            label_title=_("Core value"),
            highest=HIGHEST,
            means=[Mean(value.name, value.mean, value.n, note=_note(value)) for value in self.values],
        )

    def value(self, code: str) -> PeerValue | None:
        """One of the values; None when the group shows none."""
        return next((value for value in self.values if value.code == code), None)


def _note(value: PeerValue) -> Sentence:
    if value.mean is None:
        return TOO_FEW_FOR_VALUE
    if value.spread is None:
        return ""
    low, high = value.spread
    return _("Without the lowest and the highest answer: from %(low)s to %(high)s.") % {
        "low": wording.number(low),
        "high": wording.number(high),
    }


def groups_from(
    figures: Mapping[str, Any],
    names: Mapping[str, str],
    *,
    reviews: Sequence[Review] = (),
    reports: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[PeerGroup, ...]:
    """The groups of a box with their words, as far as reviews are handed over. Costs no query.

    `names` gives the values their names and their order.
    """
    return tuple(
        PeerGroup(
            group=group,
            asked=figures[group]["asked"],
            answered=figures[group]["answered"],
            overall=_decimal(figures[group].get("overall")),
            values=tuple(
                _value(
                    code,
                    name,
                    figures[group]["values"][code],
                    [review for review in reviews if review.group == group],
                    reports or {},
                )
                for code, name in names.items()
                if code in figures[group].get("values", {})
            ),
        )
        for group in ReviewGroup
        if group in figures
    )


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _value(
    code: str,
    name: str,
    figures: Mapping[str, Any],
    reviews: Sequence[Review],
    reports: Mapping[str, Mapping[str, str]],
) -> PeerValue:
    if not figures["shown"]:
        return PeerValue(code, name)
    return PeerValue(
        code,
        name,
        n=figures["n"],
        mean=Decimal(figures["mean"]),
        spread=(figures["low"], figures["high"]) if figures["low"] is not None else None,
        strengths=words_of(reviews, code, WordKind.STRENGTH, reports),
        wishes=words_of(reviews, code, WordKind.WISH, reports),
    )


def groups_with_words(
    appraisal: Appraisal, figures: Mapping[str, Any], names: Mapping[str, str] | None = None
) -> tuple[PeerGroup, ...]:
    """The groups of an opened box that the reader may see, with their words. Two queries, one with `names`."""
    reviews = tuple(
        Review.objects.filter(appraisal=appraisal.pk).annotate(reports=_reports_beside()).order_by("pk")
    )
    return groups_from(
        figures,
        value_names() if names is None else names,
        reviews=reviews,
        reports={report["word"]: report for review in reviews[:1] for report in review.reports},
    )


def value_names() -> dict[str, str]:
    """The core values in order. One query."""
    return dict(CoreValue.objects.order_by("order").values_list("code", "name"))


# --- the page -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PeerPage:
    """The page of what peers said: the groups, or in `state` why there are none for this reader now.

    States: `shown`, `none` (a year without peers), `not_asked`, `sealed`, `waiting` (time is up, the box opens next),
    `first_save` and `publication` (the reader has to wait for these).
    """

    appraisal: Appraisal
    state: str
    own: bool
    rates: bool
    groups: tuple[PeerGroup, ...]
    closes_at: dt.datetime | None


def peer_page(actor: Actor, appraisal_id: Any, *, at: dt.datetime) -> PeerPage:
    """The page for employee, supervisor or superior. Four queries. Raises Appraisal.DoesNotExist for others."""
    appraisal = (
        Appraisal.objects.peer_page_visible_to(actor)
        .select_related(*_RELATED)
        .annotate(
            peers=Subquery(
                Box.objects.filter(peer_figures_visible_to(actor), appraisal=OuterRef("pk")).values("figures")
            ),
            was_opened=Exists(Box.objects.filter(appraisal=OuterRef("pk"), opened_at__isnull=False)),
            was_asked=Exists(Invitation.objects.filter(appraisal=OuterRef("pk"), approved_at__isnull=False)),
        )
        .get(pk=appraisal_id)
    )
    facts = facts_of(appraisal, at=at)
    window = facts.windows.get(Phase.PEER_REVIEW)
    state = _state(appraisal, actor, facts)
    return PeerPage(
        appraisal=appraisal,
        state=state,
        own=appraisal.employee_id == actor.id,
        rates=actor.id in {appraisal.supervisor_id, appraisal.rated_by_id},
        groups=groups_with_words(appraisal, appraisal.peers) if state == "shown" else (),
        closes_at=window.closes_at if window else None,
    )


def _state(appraisal: Any, actor: Actor, facts: Facts) -> str:
    """What the reader meets; to whom figures are not due yet, nothing of the box is told."""
    own = appraisal.employee_id == actor.id
    if facts.windows.get(Phase.PEER_REVIEW) is None and appraisal.peers is None:
        return "none"
    if appraisal.peers is not None:
        return "shown" if appraisal.peers else "not_asked"
    if not own and actor.id == appraisal.superior_id and appraisal.passed_on_at is None:
        if appraisal.result_state not in SEEN_BY_EMPLOYEE:
            return "publication"
    elif not own and (appraisal.rating_first_saved_at is None or facts.rating == RatingState.OPEN):
        return "first_save"
    if not facts.has_closed(Phase.PEER_REVIEW):
        return "sealed"
    return "waiting" if appraisal.was_asked else "not_asked"


# --- kept with the rating -----------------------------------------------------------------------


def peers_at_sending(appraisal: Appraisal, facts: Facts) -> dict[str, Any] | None:
    """What a rating keeps of peers at the moment of sending; None where the year asks none. Two queries at most.

    `state` is `not_asked`, `sealed` or `opened`; the groups are aggregates as the box has them.
    """
    box = Box.objects.filter(appraisal=appraisal.pk).first()
    if box is not None and box.opened_at is not None:
        return {"state": "opened" if box.figures else "not_asked", "groups": box.figures or {}}
    if facts.windows.get(Phase.PEER_REVIEW) is None:
        return None
    asked = Invitation.objects.filter(appraisal=appraisal.pk, approved_at__isnull=False).exists()
    return {"state": "sealed" if asked else "not_asked", "groups": {}}
