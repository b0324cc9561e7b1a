"""The pages of a rating: the list of its parts, and a page for each result, value and competency."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import actor_of
from appraisal.enums import Phase, Topic
from appraisal.forms.ratings import CompetencyForm, FeedbackForm, ItemForm, OverallForm, ValueForm
from appraisal.prompts import prompts_for
from appraisal.scoring.sheet import Node
from appraisal.selectors.assessments import Level
from appraisal.selectors.peer_figures import PeerGroup, PeerValue, groups_with_words
from appraisal.selectors.rating_forms import rated_count
from appraisal.selectors.rating_pages import (
    Place,
    competency_texts,
    mended_since_return,
    notes_of_year,
    places_of,
    record_of_item,
    said_about,
    value_texts,
    words_of,
)
from appraisal.selectors.ratings import OVERALL
from appraisal.selectors.result_words import nine_cells
from appraisal.views.achieved import achieved
from appraisal.views.rating_drafts import Desk, desk_of, draft_page, place_or_404, rater_desk
from appraisal.views.rating_words import (
    closing_tasks,
    hints_of,
    name_of,
    next_place,
    suggestion_text,
    tasks_of,
    url_of,
)
from appraisal.views.sent_ratings import sent_page
from core.access import access
from core.clock import arrival
from core.components import Matrix
from core.forms import initial_from_carried

_READERS = "Rater, Plh, superior and agency head read what stands there; only the rater writes, and sees their draft."
_RATER = "Only the rater opens it: the supervisor, or the superior to whom the rating was passed on."
_METHODS = ["GET", "HEAD", "POST"]


@access(
    reason="Rater, Plh, superior and agency head see where it stands; a sent rating is read by those who may."
)
@require_safe
def rate(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """The list of the parts, or the sent rating once there is one."""
    desk = desk_of(request, appraisal_id, arrival(request))
    if desk.led.is_sent:
        return sent_page(request, desk)
    led = desk.led
    late = led.facts.has_closed(Phase.SUPERVISOR_REVIEW)
    return render(
        request,
        "appraisal/rating/rate.html",
        {
            "led": led,
            "appraisal": led.appraisal,
            "peers_asked": led.is_rater and led.facts.windows.get(Phase.PEER_REVIEW) is not None,
            "review": led.facts.windows.get(Phase.CALIBRATION if late else Phase.SUPERVISOR_REVIEW),
            "mended": [
                (url_of(led.appraisal, Place(topic, key)), name)
                for topic, key, name in mended_since_return(led.returned, led.submission)
            ],
            **(_work(desk) if led.is_rater else {}),
            "groups": [(topic, _parts(desk, topic)) for topic in (Topic.ITEM, Topic.VALUE, Topic.COMPETENCY)],
        },
    )


def _work(desk: Desk) -> dict[str, object]:
    """How far the rater is, where to go on, and what is left to do as a whole."""
    form, saved_first, reasons = desk.form, desk.led.revealed, desk.form.missing_for_sending
    following = next_place(form, saved_first=saved_first, reasons=reasons)
    rated, asked = rated_count(form)
    return {
        "rated": rated,
        "asked": asked,
        "next_name": name_of(following) if following and desk.led.can_write else "",
        "next_url": url_of(desk.appraisal, following) if following else "",
        "all_rated": bool(form.items) and not form.missing,
        "hints": hints_of(form),
        "closing": closing_tasks(desk.appraisal, form, saved_first=saved_first, reasons=reasons),
    }


def _parts(desk: Desk, topic: Topic) -> Sequence[object]:
    """The pages of a topic as the rater's tasks; for readers their names and addresses, without any draft."""
    if not desk.led.is_rater:
        return [
            (name_of(place), url_of(desk.appraisal, place))
            for place in places_of(desk.form)
            if place.topic == topic
        ]
    reasons = desk.form.missing_for_sending
    following = next_place(desk.form, saved_first=desk.led.revealed, reasons=reasons)
    return tasks_of(desk.appraisal, desk.form, topic, reasons, following)


@access(reason=_READERS)
@require_http_methods(_METHODS)
def rate_item(request: HttpRequest, appraisal_id: uuid.UUID, key: uuid.UUID) -> HttpResponse:
    """One plan item: target, realisation, evidence and the employee's words beside the rating."""
    desk = desk_of(request, appraisal_id, arrival(request))
    place = place_or_404(desk, Topic.ITEM, str(key))
    row = next(row for row in desk.form.rows if row.item.key == key)
    said = said_about(desk.led.submission, Topic.ITEM, place.key)
    return draft_page(
        request,
        desk,
        place,
        partial(ItemForm),
        "appraisal/rating/item.html",
        item=row.item,
        measures=[achieved(measure) for measure in row.measures],
        record=record_of_item(desk.appraisal, key, actor_of(request).id),
        words=words_of(said),
        **_mended(desk, place),
    )


@access(reason=_READERS)
@require_http_methods(_METHODS)
def rate_value(request: HttpRequest, appraisal_id: uuid.UUID, code: str) -> HttpResponse:
    """One core value: its statements, its five anchors, and what each level counts as in this cycle."""
    desk = desk_of(request, appraisal_id, arrival(request))
    place = place_or_404(desk, Topic.VALUE, code)
    texts = value_texts(code)
    said = said_about(desk.led.submission, Topic.VALUE, code)
    return draft_page(
        request,
        desk,
        place,
        partial(ValueForm, levels=texts.levels, level_ratings=desk.form.level_ratings),
        "appraisal/rating/value.html",
        statements=texts.statements,
        words=words_of(said),
        own_level=_own_level(desk, said.get("level"), texts.levels),
        peers=_peers(desk, code),
        **_mended(desk, place),
    )


@access(reason=_READERS)
@require_http_methods(_METHODS)
def rate_competency(request: HttpRequest, appraisal_id: uuid.UUID, code: str) -> HttpResponse:
    """One competency by level, with the signs of each level and the level that the position requires."""
    desk = desk_of(request, appraisal_id, arrival(request))
    place = place_or_404(desk, Topic.COMPETENCY, code)
    required = next(page.required for page in desk.form.competencies if page.code == code)
    levels = competency_texts(code)
    said = said_about(desk.led.submission, Topic.COMPETENCY, code)
    return draft_page(
        request,
        desk,
        place,
        partial(CompetencyForm, levels=levels, required=required),
        "appraisal/rating/competency.html",
        required=required,
        words=words_of(said),
        own_level=_own_level(desk, said.get("level"), levels),
        **_mended(desk, place),
    )


def _own_level(desk: Desk, number: object, levels: tuple[Level, ...]) -> Level | None:
    """The level that the employee chose, once the rater has saved a first rating of their own."""
    if not desk.led.revealed:
        return None
    return next((level for level in levels if level.number == number), None)


def _peers(desk: Desk, code: str) -> list[tuple[PeerGroup, PeerValue | None]]:
    """What each group says of one value, once the rater has saved a first rating of their own. One query at most."""
    if not desk.led.revealed or not desk.led.peers:
        return []
    names = {page.code: page.name for page in desk.form.values if page.code == code}
    groups = groups_with_words(desk.appraisal, desk.led.peers, names)
    return [(group, group.value(code)) for group in groups]


def _mended(desk: Desk, place: Place) -> dict[str, object]:
    """What the employee had written before the self-assessment was returned, where it differs now."""
    if desk.led.returned is None:
        return {"earlier_words": ()}
    before = words_of(said_about(desk.led.returned, place.topic, place.key))
    now = words_of(said_about(desk.led.submission, place.topic, place.key))
    return {"earlier_words": before if before != now else ()}


# --- overall and feedback -----------------------------------------------------------------------


@access(reason=_RATER)
@require_http_methods(_METHODS)
def rate_overall(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Both overall ratings beside what the rule suggests, and the cell in which they meet."""
    desk = rater_desk(request, appraisal_id, arrival(request))
    results, behavior = desk.form.results_suggestion, desk.form.behavior_suggestion
    is_ready = results is not None and behavior is not None and desk.led.revealed
    if not is_ready and request.method != "POST" and not initial_from_carried(request):
        return redirect("rate", desk.appraisal.pk)
    place = places_of(desk.form)[-2]
    return draft_page(
        request,
        desk,
        place,
        partial(OverallForm),
        "appraisal/rating/overall.html",
        results_suggestion=suggestion_text(results, of_results=True) if results else "",
        behavior_suggestion=suggestion_text(behavior, of_results=False) if behavior else "",
        matrix=_cells(desk),
        hints=hints_of(desk.form),
    )


def _cells(desk: Desk) -> Matrix:
    """The nine cells, with the one in which the saved choices meet."""
    answer = desk.form.answers.one(Topic.OVERALL, OVERALL)
    if not answer.get("results") or not answer.get("behavior"):
        return nine_cells()
    chosen = {"results": str(answer["results"]), "behavior": str(answer["behavior"])}
    return nine_cells(Node(code="predicate", facts=chosen), here_text=_("Your present choice"))


@access(reason=_RATER)
@require_http_methods(_METHODS)
def rate_feedback(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """Strengths first, then what to improve, then the next steps that both agree on."""
    desk = rater_desk(request, appraisal_id, arrival(request))
    return draft_page(
        request,
        desk,
        places_of(desk.form)[-1],
        partial(FeedbackForm),
        "appraisal/rating/feedback.html",
        fields_template="appraisal/rating/_feedback_fields.html",
        prompts=(
            prompts_for("supervisor", "strength", "continue"),
            prompts_for("supervisor", "improve", "stop"),
            prompts_for("supervisor", "start"),
        ),
        notes=notes_of_year(desk.appraisal, actor_of(request).id),
    )
