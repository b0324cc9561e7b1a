"""Ratings and results of the invented year: each content is built by services.ratings itself, from a form in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from appraisal.demo import figures, texts
from appraisal.demo.answers import Pages, competencies_of, first_pages, keep_drafts, required_of
from appraisal.demo.cases import Case
from appraisal.demo.dice import Dice
from appraisal.demo.harvest import Harvest
from appraisal.enums import Phase, RatingStage, RatingState, ResultState, Topic
from appraisal.models import NextStep, RatingRecord
from appraisal.models import Result as StoredResult
from appraisal.obstacles import objection_end
from appraisal.scoring.content import sheet_of, suggested_behavior, suggested_results
from appraisal.scoring.matrix import RULE_VERSION, compute
from appraisal.scoring.sheet import digest_of, to_text
from appraisal.selectors.assessments import Answers, CompetencyPage, ValuePage
from appraisal.selectors.plans import ItemRow, MeasureRow
from appraisal.selectors.ratings import RatingForm
from appraisal.services.ratings import rating_content

REVISED_VALUE = "KB"


def rate(dice: Dice, case: Case, harvest: Harvest) -> None:
    """The rating as far as the standing says: pages, the first save, the sent one, a revision; and its result."""
    standing, appraisal = case.standing, case.appraisal
    rated = standing.rating not in {RatingState.OPEN, RatingState.NOT_ASSESSED}
    appraisal.rating_state = standing.rating
    appraisal.not_assessed_reason = standing.not_assessed or ""
    if standing.passed_on or standing.rating == RatingState.NOT_ASSESSED:
        closes_at = case.windows[Phase.SUPERVISOR_REVIEW].closes_at
        appraisal.passed_on_at = closes_at + dt.timedelta(minutes=2, seconds=dice.number(1, 55))
    if not (rated or standing.rating_filled):
        return
    pages = _rating_pages(dice, case)
    final = _revised(dice, case, pages) if standing.rating == RatingState.REVISED else pages
    saved = case.within(dice, Phase.SUPERVISOR_REVIEW, share=80)
    if appraisal.self_sent_at is not None and saved <= appraisal.self_sent_at:
        saved = case.after(dice, appraisal.self_sent_at, 1)
    if case.setting.is_open:
        kept = final if rated else first_pages(pages, standing.rating_filled)
        keep_drafts(dice, case, harvest, kept, author_id=appraisal.supervisor_id, moment=saved)
    if rated:
        saved += dt.timedelta(minutes=4 * len(pages)) if case.setting.is_open else dt.timedelta()
        _save_ratings(dice, case, harvest, _rating_content(case, pages), _rating_content(case, final), saved)
        harvest.add(*case.ratings)


def _rating_pages(dice: Dice, case: Case) -> Pages:
    pages: Pages = {}
    for result in case.ordered:
        rating = figures.item_rating(dice, case.quality)
        pages[(Topic.ITEM, str(result.item.key))] = {
            "rating": rating.value,
            "reason": dice.pick(texts.texts(f"item_{rating.value}")),
            "incident_on": None if rating.value == "meets" else _incident(dice, case),
        }
    for code, _name in case.setting.values:
        level = figures.value_level(dice, case.quality)
        words = texts.texts("rated_high" if level > 3 else "rated_low", code)[0] if level != 3 else ""
        pages[(Topic.VALUE, code)] = {
            "level": level,
            "reason": words,
            "incident_on": None if level == 3 else _incident(dice, case),
        }
    for code, _name in competencies_of(case):
        level = figures.competency_level(dice, case.quality, required_of(case))
        pages[(Topic.COMPETENCY, code)] = {"level": level, "reason": ""}
    pages[(Topic.OVERALL, "overall")] = _overall(case, pages)
    pages[(Topic.FEEDBACK, "feedback")] = {
        "strengths": dice.some(texts.texts("strength"), dice.number(1, 2)),
        "improvements": dice.some(texts.texts("improvement"), 1),
        "next_steps": dice.some(texts.texts("next_step"), dice.number(1, 2)),
    }
    return pages


def _incident(dice: Dice, case: Case) -> str | None:
    return dice.day(*case.lived).isoformat() if case.lived else None


def _overall(case: Case, pages: Pages) -> dict[str, Any]:
    """The supervisor follows the rule's suggestion."""
    results = suggested_results(
        [(result.item.kind, pages[(Topic.ITEM, str(result.item.key))]["rating"]) for result in case.results]
    )
    behavior = suggested_behavior(
        [pages[(Topic.VALUE, code)]["level"] for code, _name in case.setting.values],
        case.setting.cycle.level_ratings,
    )
    return {
        "results": results.rating.value if results else "",
        "results_reason": "",
        "behavior": behavior.rating.value if behavior else "",
        "behavior_reason": "",
    }


def _rating_content(case: Case, pages: Pages) -> dict[str, Any]:
    """What the service keeps of these pages, from a form that was filled without a query."""
    by_topic: dict[Topic, dict[str, Mapping[str, Any]]] = {}
    for (topic, key), data in pages.items():
        by_topic.setdefault(topic, {})[key] = data
    rows = tuple(
        ItemRow(
            item=result.item,
            measures=tuple(
                MeasureRow(measure, result.values.get(measure.key), None) for measure in result.measures
            ),
            evidence_count=len(result.evidence),
        )
        for result in case.ordered
    )
    form = RatingForm(
        rows=rows,
        items=tuple(row.asked for row in rows),
        values=tuple(
            ValuePage(code=code, name=name, order=order)
            for order, (code, name) in enumerate(case.setting.values, start=1)
        ),
        competencies=tuple(
            CompetencyPage(code=code, name=name, kind="", required=required_of(case))
            for code, name in competencies_of(case)
        ),
        answers=Answers(by_topic=by_topic),
        level_ratings=tuple(case.setting.cycle.level_ratings),
        segment=(case.appraisal.first_day, case.appraisal.last_day),
    )
    return rating_content(form, self_assessment=case.submissions[-1].number if case.submissions else "")


def _revised(dice: Dice, case: Case, pages: Pages) -> Pages:
    """The same rating with one value seen one level differently after calibration."""
    revised = {key: dict(data) for key, data in pages.items()}
    changed = revised[(Topic.VALUE, REVISED_VALUE)]
    if changed["level"] == 3:
        changed.update(
            level=4, reason=texts.texts("rated_high", REVISED_VALUE)[0], incident_on=_incident(dice, case)
        )
    else:
        changed.update(level=3, reason="", incident_on=None)
    revised[(Topic.OVERALL, "overall")] = _overall(case, revised)
    return revised


def _save_ratings(
    dice: Dice,
    case: Case,
    harvest: Harvest,
    content: dict[str, Any],
    revised: dict[str, Any],
    saved: dt.datetime,
) -> None:
    appraisal, state = case.appraisal, case.standing.rating
    first = {**content, "feedback": {"strengths": [], "improvements": [], "next_steps": []}}
    _add_rating(dice, case, RatingStage.FIRST, 1, first, saved)
    appraisal.rating_first_saved_at = saved
    if state == RatingState.FIRST_SAVED:
        return
    sent = case.after(dice, saved, 2)
    content = {**content, "peers": case.peers_at(sent)}
    _add_rating(dice, case, RatingStage.FINAL, 2, content, sent)
    appraisal.rated_by_id, appraisal.rating_sent_at = appraisal.supervisor_id, sent
    counts, computed = content, sent
    if state == RatingState.REVISED:
        computed = case.within(dice, Phase.CALIBRATION)
        counts = {**revised, "peers": case.peers_at(computed)}
        reason = dice.pick(texts.texts("revision"))
        _add_rating(dice, case, RatingStage.REVISED, 3, counts, computed, reason=reason)
    _compute(case, harvest, counts, computed)
    for position, text in enumerate(counts["feedback"]["next_steps"], start=1):
        harvest.add(NextStep(id=dice.uuid(), appraisal=appraisal, position=position, text=text))


def _add_rating(
    dice: Dice,
    case: Case,
    stage: RatingStage,
    version: int,
    content: Mapping[str, Any],
    at: dt.datetime,
    *,
    reason: str = "",
) -> None:
    case.ratings.append(
        RatingRecord(
            id=dice.uuid(),
            appraisal=case.appraisal,
            author_id=case.supervisor_id,
            stage=stage,
            version=version,
            content=content,
            reason=reason,
            saved_at=at,
        )
    )


def _compute(case: Case, harvest: Harvest, content: Mapping[str, Any], at: dt.datetime) -> None:
    root = compute(sheet_of(content))
    text = to_text(root, rule_version=RULE_VERSION)
    harvest.add(
        StoredResult(
            appraisal=case.appraisal,
            tree=text,
            digest=digest_of(text),
            rule_version=RULE_VERSION,
            predicate=root.value or "",
            result_rating=root.facts["results"],
            behavior_rating=root.facts["behavior"],
            computed_at=at,
            frozen_at=None if case.setting.is_open else case.windows[Phase.PUBLICATION].opens_at,
        )
    )


def receive(dice: Dice, case: Case, *, published: dt.datetime) -> None:
    """What became of a published result: shown, opened, confirmed, as far as the standing says."""
    appraisal, state = case.appraisal, case.standing.result
    appraisal.result_state = state
    if state in {ResultState.HIDDEN, ResultState.WITH_SUPERVISOR}:
        return
    appraisal.result_published_at = published
    if state == ResultState.PUBLISHED:
        return
    received = case.after(dice, published + dt.timedelta(hours=8), 4)
    appraisal.result_received_at = received
    appraisal.objection_due_at = objection_end(received)
    if state == ResultState.ACKNOWLEDGED:
        appraisal.result_acknowledged_at = case.after(dice, received, 2)
        appraisal.acknowledgement_comment = dice.pick(texts.texts("acknowledgement"))
