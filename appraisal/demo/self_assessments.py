"""Self-assessments of the invented year, in the shape of services.self_assessments; a test compares the two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from appraisal.demo import figures, texts
from appraisal.demo.answers import Pages, competencies_of, first_pages, keep_drafts, required_of
from appraisal.demo.cases import Case, Result
from appraisal.demo.dice import Dice, at_hour
from appraisal.demo.harvest import Harvest
from appraisal.enums import Phase, RatingState, SelfState, Topic
from appraisal.models import SelfSubmission
from appraisal.obstacles import RETURN_DAYS
from core.canonical import canonical, fingerprint, plain


def assess_self(dice: Dice, case: Case, harvest: Harvest) -> None:
    """The self-assessment as far as the standing says: drafts, and what was sent, returned, or closed by the clock."""
    state = case.standing.self_assessment
    sent = state in {SelfState.SENT, SelfState.RETURNED}
    pages = _self_pages(dice, case)
    filled = 100 if sent else case.standing.self_filled
    kept = first_pages(pages, filled)
    if case.setting.is_open and kept:
        moment = case.within(dice, Phase.SELF_ASSESSMENT, share=60)
        keep_drafts(dice, case, harvest, kept, author_id=case.person.employee.id, moment=moment)
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
    required = required_of(case)
    for code, _name in competencies_of(case):
        level = figures.competency_level(dice, case.quality, required)
        pages[(Topic.COMPETENCY, code)] = {
            "level": level,
            "text": dice.pick(texts.texts("competency_note")),
        }
    return pages


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
                {"code": code, "name": name, "required": required_of(case), **pages[(Topic.COMPETENCY, code)]}
                for code, name in competencies_of(case)
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
