"""What was answered in the invented year: self-assessments, ratings and results, in the shapes of the services.

Ratings are built by services.ratings itself; a test compares the self-assessments with what services.self_assessments
builds from the same rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from appraisal.demo import figures, texts
from appraisal.demo.cases import Case, Result
from appraisal.demo.dice import Dice, at_hour
from appraisal.demo.harvest import Harvest
from appraisal.enums import Phase, RatingStage, RatingState, ResultState, SelfState, Topic
from appraisal.models import DraftAnswer, NextStep, RatingRecord, SelfSubmission
from appraisal.models import Result as StoredResult
from appraisal.obstacles import OBJECTION_DAYS, RETURN_DAYS
from appraisal.scoring.content import sheet_of, suggested_behavior, suggested_results
from appraisal.scoring.matrix import RULE_VERSION, compute
from appraisal.scoring.sheet import digest_of, to_text
from appraisal.selectors.assessments import Answers, CompetencyPage, ValuePage
from appraisal.selectors.plans import ItemRow, MeasureRow
from appraisal.selectors.ratings import RatingForm
from appraisal.services.ratings import rating_content
from core.canonical import canonical, fingerprint, plain

REVISED_VALUE = "KB"
Pages = dict[tuple[Topic, str], dict[str, Any]]

# --- self-assessment ----------------------------------------------------------------------------


def assess_self(dice: Dice, case: Case, harvest: Harvest) -> None:
    """The self-assessment as far as the standing says: drafts, and what was sent, returned, or closed by the clock."""
    state = case.standing.self_assessment
    sent = state in {SelfState.SENT, SelfState.RETURNED}
    pages = _self_pages(dice, case)
    filled = 100 if sent else case.standing.self_filled
    kept = _first_pages(pages, filled)
    if case.setting.is_open and kept:
        moment = case.within(dice, Phase.SELF_ASSESSMENT, share=60)
        _keep_drafts(dice, case, harvest, kept, author_id=case.person.employee.id, moment=moment)
    if sent:
        _send_self(dice, case, harvest, pages)
    case.appraisal.self_state = state


def _self_pages(dice: Dice, case: Case) -> Pages:
    pages: Pages = {}
    for result in case.ordered if case.appraisal.plan_agreed_at else ():
        pages[(Topic.ITEM, str(result.item.key))] = {
            "typed": {},
            "process": dice.pick(texts.texts("process")),
            "impact": dice.pick(texts.texts("impact")),
        }
    for code, _name in case.setting.values:
        level = figures.own_level(dice, case.quality)
        told = texts.texts("value_low" if level < 3 else "value_high", code)[0] if level != 3 else ""
        pages[(Topic.VALUE, code)] = {"level": level, "text": told}
    required = _required(case)
    for code, _name in _competencies(case):
        level = figures.competency_level(dice, case.quality, required)
        pages[(Topic.COMPETENCY, code)] = {
            "level": level,
            "text": dice.pick(texts.texts("competency_note")),
        }
    return pages


def _first_pages(pages: Pages, percent: int) -> Pages:
    """The first pages of the form; the last of them was left in the middle."""
    number = len(pages) * percent // 100
    kept = {key: dict(data) for key, data in list(pages.items())[:number]}
    if kept and percent < 100:
        key, data = list(kept.items())[-1]
        if key[0] == Topic.ITEM:
            data["impact"] = ""
    return kept


def _keep_drafts(
    dice: Dice, case: Case, harvest: Harvest, pages: Pages, *, author_id: Any, moment: dt.datetime
) -> None:
    for number, ((topic, key), data) in enumerate(pages.items()):
        harvest.add(
            DraftAnswer(
                id=dice.uuid(),
                appraisal=case.appraisal,
                author_id=author_id,
                topic=topic,
                key=key,
                data=data,
                revision=dice.number(1, 6),
                saved_at=moment + dt.timedelta(minutes=4 * number),
            )
        )


def _send_self(dice: Dice, case: Case, harvest: Harvest, pages: Pages) -> None:
    appraisal, standing = case.appraisal, case.standing
    sent = case.within(dice, Phase.SELF_ASSESSMENT)
    if standing.by_clock:
        sent = case.windows[Phase.SELF_ASSESSMENT].closes_at + dt.timedelta(
            minutes=2, seconds=dice.number(1, 55)
        )
    elif standing.rating != RatingState.OPEN or standing.self_assessment == SelfState.RETURNED:
        sent = case.within(dice, Phase.SELF_ASSESSMENT, share=50)
    content = _self_content(case, pages)
    case.submissions.append(_submission(dice, case, content, version=1, at=sent, by_clock=standing.by_clock))
    if standing.self_assessment == SelfState.RETURNED or standing.was_returned:
        _return_self(dice, case, sent)
    if standing.was_returned:
        sent = case.after(dice, appraisal.self_returned_at or sent, 2)
        case.submissions.append(_submission(dice, case, content, version=2, at=sent, by_clock=False))
    harvest.add(*case.submissions)
    appraisal.self_sent_at, appraisal.self_sent_by_clock = sent, standing.by_clock


def _return_self(dice: Dice, case: Case, sent: dt.datetime) -> None:
    """Returned yesterday when it waits to be mended, so that three days are not over; else soon after it was sent."""
    appraisal = case.appraisal
    appraisal.self_returned_at = (
        at_hour(case.setting.yesterday, 15, dice.number(0, 59))
        if case.standing.self_assessment == SelfState.RETURNED
        else case.after(dice, sent, 2)
    )
    appraisal.self_return_comment = dice.pick(texts.texts("self_return"))
    due = appraisal.self_returned_at + dt.timedelta(days=RETURN_DAYS)
    appraisal.self_due_at = min(
        max(due, case.windows[Phase.SELF_ASSESSMENT].closes_at),
        case.windows[Phase.SUPERVISOR_REVIEW].closes_at,
    )


def _submission(
    dice: Dice, case: Case, content: Mapping[str, Any], *, version: int, at: dt.datetime, by_clock: bool
) -> SelfSubmission:
    number = ""
    while not number or number in case.setting.numbers:
        number = f"PD-{case.setting.cycle.year}-{dice.word(4)}-{dice.number(10, 99)}"
    case.setting.numbers.add(number)
    return SelfSubmission(
        id=dice.uuid(),
        appraisal=case.appraisal,
        number=number,
        version=version,
        content=content,
        digest=fingerprint(canonical(content)),
        sent_at=at,
        sent_by_clock=by_clock,
    )


def _self_content(case: Case, pages: Pages) -> dict[str, Any]:
    content: dict[str, Any] = plain(
        {
            "plan_version": case.plans[-1].version,
            "items": [
                {
                    "key": result.item.key,
                    "name": result.item.result,
                    "kind": result.item.kind,
                    "process": pages[(Topic.ITEM, str(result.item.key))]["process"],
                    "impact": pages[(Topic.ITEM, str(result.item.key))]["impact"],
                    "measures": _measures(result),
                    "evidence": [
                        {
                            "title": proof.title,
                            "url": proof.url,
                            "text": proof.text,
                            "dated_on": proof.dated_on,
                        }
                        for proof in sorted(result.evidence, key=lambda proof: (proof.dated_on, proof.pk))
                    ],
                }
                for result in case.ordered
            ],
            "values": [
                {"code": code, "name": name, **pages[(Topic.VALUE, code)]}
                for code, name in case.setting.values
            ],
            "competencies": [
                {"code": code, "name": name, "required": _required(case), **pages[(Topic.COMPETENCY, code)]}
                for code, name in _competencies(case)
            ],
        }
    )
    return content


def _measures(result: Result) -> list[dict[str, Any]]:
    return [
        {
            "indicator": measure.indicator,
            "aspect": measure.aspect,
            "unit": measure.unit,
            "polarity": measure.polarity,
            "target": measure.target,
            "upper": measure.target_upper,
            "realization": result.values.get(measure.key),
        }
        for measure in result.measures
    ]


def _competencies(case: Case) -> tuple[tuple[str, str], ...]:
    return (*case.setting.competencies[""], *case.setting.competencies.get(case.family, ()))


def _required(case: Case) -> int:
    return case.setting.required.get(case.placement.position.level_id, 1)


# --- the rating ---------------------------------------------------------------------------------


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
        kept = final if rated else _first_pages(pages, standing.rating_filled)
        _keep_drafts(dice, case, harvest, kept, author_id=appraisal.supervisor_id, moment=saved)
    if rated:
        saved += dt.timedelta(minutes=4 * len(pages)) if case.setting.is_open else dt.timedelta()
        _save_ratings(
            dice,
            case,
            harvest,
            _rating_content(case, pages),
            _rating_content(case, final),
            saved,
        )
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
    for code, _name in _competencies(case):
        level = figures.competency_level(dice, case.quality, _required(case))
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
            CompetencyPage(code=code, name=name, kind="", required=_required(case))
            for code, name in _competencies(case)
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
    _add_rating(dice, case, RatingStage.FINAL, 2, content, sent)
    appraisal.rated_by_id, appraisal.rating_sent_at = appraisal.supervisor_id, sent
    computed = sent
    if state == RatingState.REVISED:
        computed = case.within(dice, Phase.CALIBRATION)
        reason = dice.pick(texts.texts("revision"))
        _add_rating(dice, case, RatingStage.REVISED, 3, revised, computed, reason=reason)
    _compute(case, harvest, revised, computed)
    for position, text in enumerate(revised["feedback"]["next_steps"], start=1):
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
            author_id=case.appraisal.supervisor_id,
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


# --- after the publication ----------------------------------------------------------------------


def receive(dice: Dice, case: Case, *, published: dt.datetime) -> None:
    """What became of a published result: shown, opened, confirmed, as far as the standing says."""
    appraisal, state = case.appraisal, case.standing.result
    appraisal.result_state = state
    if state in {ResultState.HIDDEN, ResultState.WITH_SUPERVISOR}:
        return
    appraisal.result_published_at = published
    if state in {ResultState.RECEIVED, ResultState.ACKNOWLEDGED}:
        received = case.after(dice, published + dt.timedelta(hours=8), 4)
        appraisal.result_received_at = received
        appraisal.objection_due_at = received + dt.timedelta(days=OBJECTION_DAYS)
    if state == ResultState.ACKNOWLEDGED:
        appraisal.result_acknowledged_at = case.after(dice, received, 2)
        appraisal.acknowledgement_comment = dice.pick(texts.texts("acknowledgement"))
