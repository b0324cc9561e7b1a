"""Pages of forms as people left them: what self-assessments and ratings of the invented year share."""

from __future__ import annotations

import datetime as dt
from typing import Any

from appraisal.demo.cases import Case
from appraisal.demo.dice import Dice
from appraisal.demo.harvest import Harvest
from appraisal.enums import Topic
from appraisal.models import DraftAnswer

Pages = dict[tuple[Topic, str], dict[str, Any]]


def first_pages(pages: Pages, percent: int) -> Pages:
    """The first pages of the form; the last of them was left in the middle."""
    number = len(pages) * percent // 100
    kept = {key: dict(data) for key, data in list(pages.items())[:number]}
    if kept and percent < 100:
        last = list(kept.values())[-1]
        if "impact" in last:
            last["impact"] = ""
    return kept


def keep_drafts(
    dice: Dice, case: Case, harvest: Harvest, pages: Pages, *, author_id: Any, moment: dt.datetime
) -> None:
    """Store these pages as drafts of their writer, one every few minutes."""
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


def competencies_of(case: Case) -> tuple[tuple[str, str], ...]:
    """Code and name of the nine and of the technical one of the family."""
    return (*case.setting.competencies[""], *case.setting.competencies.get(case.family, ()))


def required_of(case: Case) -> int:
    """The level that the position requires."""
    return case.setting.required.get(case.placement.position.level_id, 1)
