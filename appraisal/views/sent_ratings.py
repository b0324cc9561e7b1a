"""A rating that was sent: first and final beside each other, with everything that was kept, and how to revise it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from appraisal.completeness import day_of, is_level
from appraisal.enums import Phase, Rating, RatingStage, Topic
from appraisal.models import RatingRecord
from appraisal.scoring.matrix import rating_of_level
from appraisal.scoring.sheet import Node
from appraisal.selectors.rating_changes import Change, changes_between
from appraisal.selectors.rating_pages import Place, records_of
from appraisal.selectors.result_words import LABELS, nine_cells
from appraisal.services.ratings import rating_content
from appraisal.views.rating_drafts import Desk
from appraisal.views.rating_words import url_of
from core.wording import NOTHING, day, number


@dataclass(frozen=True, slots=True)
class SentRow:
    """One answer: the first rating, the one that counts, and what was written for it. `url` is where to change it."""

    label: str
    first: str
    final: str
    reason: str = ""
    happened: str = ""
    url: str = ""

    @property
    def differs(self) -> bool:
        """Whether the rating was changed between the first save and now."""
        return self.first not in {self.final, NOTHING}


@dataclass(frozen=True, slots=True)
class Kept:
    """The records of one appraisal: the first save of the rater, and what counts now."""

    records: tuple[RatingRecord, ...]

    @property
    def final(self) -> RatingRecord:
        """The newest rating that was sent or revised."""
        return [record for record in self.records if record.stage != RatingStage.FIRST][-1]

    @property
    def first(self) -> Mapping[str, Any]:
        """The content of the first save by whoever sent; empty when there is none."""
        author = self.final.author_id
        return next(
            (
                record.content
                for record in self.records
                if record.stage == RatingStage.FIRST and record.author_id == author
            ),
            {},
        )


def sent_page(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The sent rating for those who may read it; everybody else sees where it stands."""
    led = desk.led
    calibration = led.facts.windows.get(Phase.CALIBRATION)
    context: dict[str, Any] = {"led": led, "appraisal": led.appraisal, "calibration": calibration}
    if not led.may_read_rating:
        return render(request, "appraisal/rating/unreadable.html", context)
    kept = Kept(records_of(led.appraisal))
    final = kept.final.content
    return render(
        request,
        "appraisal/rating/sent.html",
        {
            **context,
            "record": kept.final,
            "groups": [
                (_("Results of work"), _rows(desk, kept, Topic.ITEM)),
                (_("Behaviour at work"), _rows(desk, kept, Topic.VALUE)),
                (_("Competencies"), _rows(desk, kept, Topic.COMPETENCY)),
            ],
            "overall": _overall(kept),
            "overall_url": reverse("rate_overall", args=[led.appraisal.pk]) if led.is_revising else "",
            "feedback_url": reverse("rate_feedback", args=[led.appraisal.pk]) if led.is_revising else "",
            "matrix": nine_cells(Node(code="predicate", facts=_decided(final)), here_text=_("This rating")),
            "feedback": final["feedback"],
            "records": kept.records,
            "changes": unsent_changes(desk, kept) if led.is_revising else (),
        },
    )


def unsent_changes(desk: Desk, kept: Kept) -> Sequence[Change]:
    """What the rater has changed on the pages since the last rating and not sent yet. Costs no query."""
    if desk.form.missing:
        return ()
    earlier = kept.final.content
    return changes_between(
        earlier, rating_content(desk.form, self_assessment=str(earlier.get("self_assessment") or ""))
    )


def _decided(content: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(content["overall"][name]) for name in ("results", "behavior")}


_PARTS: Mapping[Topic, tuple[str, str, str]] = {
    Topic.ITEM: ("items", "key", "rating"),
    Topic.VALUE: ("values", "code", "level"),
    Topic.COMPETENCY: ("competencies", "code", "level"),
}


def _rows(desk: Desk, kept: Kept, topic: Topic) -> list[SentRow]:
    part, key, choice = _PARTS[topic]
    final = kept.final.content
    before = {row[key]: row.get(choice) for row in kept.first.get(part, ())}
    asked = {Topic.ITEM: {one.key for one in desk.form.items}}.get(topic)
    return [
        SentRow(
            label=row["name"],
            first=_told(before.get(row[key]), topic, final),
            final=_told(row[choice], topic, final),
            reason=row["reason"],
            happened=_day_text(row["incident_on"]),
            url=url_of(desk.appraisal, Place(topic, row[key]))
            if desk.led.is_revising and (asked is None or row[key] in asked)
            else "",
        )
        for row in final[part]
    ]


def _day_text(value: Any) -> str:
    happened = day_of(value)
    return day(happened) if happened else ""


def _told(value: Any, topic: Topic, content: Mapping[str, Any]) -> str:
    """A rating or a level in words; a level of a core value with what it counts as."""
    if topic == Topic.ITEM:
        return str(Rating(value).label) if value in Rating.values else NOTHING
    if not is_level(value):
        return NOTHING
    level = _("Level %(level)s") % {"level": number(value)}
    if topic == Topic.COMPETENCY:
        return level
    meaning = rating_of_level(value, [Rating(one) for one in content["level_ratings"]])
    return _("%(level)s, counts as: %(rating)s") % {"level": level, "rating": meaning.label}


def _overall(kept: Kept) -> list[SentRow]:
    final = kept.final.content["overall"]
    first = kept.first.get("overall", {})
    return [
        SentRow(
            label=str(LABELS[name]),
            first=_told(first.get(name), Topic.ITEM, {}),
            final=_told(final[name], Topic.ITEM, {}),
            reason=final[f"{name}_reason"],
        )
        for name in ("results", "behavior")
    ]
