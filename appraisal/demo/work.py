"""The year's work: what was reached for each measure, what proves it, and the journal."""

from __future__ import annotations

import datetime as dt

from appraisal.demo import figures, texts
from appraisal.demo.cases import Case, Result
from appraisal.demo.dice import Dice, at_hour
from appraisal.demo.harvest import Harvest
from appraisal.demo.standings import Standing
from appraisal.enums import JournalKind, SelfState
from appraisal.models import Evidence, JournalEntry, Measure, Realization


def work(dice: Dice, case: Case, harvest: Harvest, *, realized: int) -> None:
    """Realisation of so many percent of the measures, evidence, and a journal, all within the days lived."""
    agreed = case.appraisal.plan_agreed_at
    if case.lived is None or agreed is None:
        return
    first, last = case.lived
    for number, result in enumerate(case.ordered):
        if (number + 1) * 100 > realized * len(case.results) and realized < 100:
            continue
        for measure in result.measures:
            _realize(dice, case, harvest, result, measure, first, last)
        if dice.chance({"exemplary": 95, "good": 70, "plain": 45, "weak": 15}[case.quality]):
            _prove(dice, case, harvest, result, first, last)
    _note(dice, case, harvest, first, last)


def _realize(
    dice: Dice,
    case: Case,
    harvest: Harvest,
    result: Result,
    measure: Measure,
    first: dt.date,
    last: dt.date,
) -> None:
    value = figures.realization(
        dice, case.quality, measure.polarity, measure.target, measure.target_upper, measure.unit
    )
    result.values[measure.key] = value
    as_of = dice.day(max(first, last - dt.timedelta(days=40)), last)
    harvest.add(
        Realization(
            id=dice.uuid(),
            appraisal=case.appraisal,
            measure_key=measure.key,
            value=value,
            as_of=as_of,
            note=dice.pick(texts.texts("realization_note")),
            saved_at=at_hour(as_of, dice.number(8, 16), dice.number(0, 59)),
        )
    )


def _prove(dice: Dice, case: Case, harvest: Harvest, result: Result, first: dt.date, last: dt.date) -> None:
    dated = dice.day(first, last)
    written = [*texts.journal_for(case.family, JournalKind.EVIDENCE), *texts.texts("evidence_text")]
    proof = Evidence(
        id=dice.uuid(),
        appraisal=case.appraisal,
        item_key=result.item.key,
        title=dice.pick(texts.texts("evidence_title")),
        url=f"https://arsip.contoh.invalid/{dice.word(8).lower()}" if dice.chance(40) else "",
        text=dice.pick(written),
        dated_on=dated,
        added_at=at_hour(dated, 16, dice.number(0, 59)),
        added_by=case.person.employee,
    )
    result.evidence.append(proof)
    harvest.add(proof)


def _note(dice: Dice, case: Case, harvest: Harvest, first: dt.date, last: dt.date) -> None:
    employee = case.person.employee
    feedback = JournalKind.FEEDBACK_IMPROVE if dice.chance(40) else JournalKind.FEEDBACK_POSITIVE
    entries = [(JournalKind.ACHIEVEMENT, employee.id)]
    if dice.chance(55):
        entries.append((JournalKind.ACHIEVEMENT, employee.id))
    if case.appraisal.supervisor_id is not None and dice.chance(65):
        entries.append((feedback, case.appraisal.supervisor_id))
    told: set[str] = set()
    for kind, author_id in entries:
        text = dice.pick(texts.journal_for(case.family, kind))
        if text in told:
            continue
        told.add(text)
        happened = dice.day(first, last)
        harvest.add(
            JournalEntry(
                id=dice.uuid(),
                appraisal=case.appraisal,
                author_id=author_id,
                kind=kind,
                text=text,
                happened_on=happened,
                shared=author_id != employee.id or dice.chance(80),
                written_at=at_hour(happened, dice.number(12, 16), dice.number(0, 59)),
            )
        )


def realized_share(standing: Standing) -> int:
    """How many percent of the measures have a realisation: all of them once the self-assessment was sent."""
    if standing.self_assessment in {SelfState.SENT, SelfState.RETURNED} or standing.self_filled == 100:
        return 100
    return 67 if standing.self_assessment == SelfState.DRAFT else 34
