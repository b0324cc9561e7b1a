"""Reads the rows of those who came to `make stampede` and prints the verdict as JSON; run in the environment of the city."""

from __future__ import annotations

import argparse
import json
import sys
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

django.setup()

from appraisal.models import Appraisal, DraftAnswer, SelfSubmission  # noqa: E402  # needs the settings
from config.stampede_count import Draft, Stored, Submission, judge  # noqa: E402
from config.stampede_plan import Person  # noqa: E402
from config.stampede_told import told_from  # noqa: E402


def read(appraisals: Sequence[uuid.UUID]) -> dict[str, Stored]:
    """What the database holds of these appraisals, by their ids."""
    drafts: dict[str, dict[str, Draft]] = defaultdict(dict)
    for row in DraftAnswer.objects.filter(appraisal__in=appraisals).order_by("pk"):
        page = f"{row.topic}:{row.key}"
        drafts[str(row.appraisal_id)][page] = Draft(row.revision, fields_of(row.topic, row.data))
    sent: dict[str, list[Submission]] = defaultdict(list)
    for submission in SelfSubmission.objects.filter(appraisal__in=appraisals).order_by("version"):
        sent[str(submission.appraisal_id)].append(_submission(submission))
    states = Appraisal.objects.filter(pk__in=appraisals).values_list("pk", "self_state")
    return {str(key): Stored(state, drafts[str(key)], sent[str(key)]) for key, state in states}


def fields_of(topic: str, data: Mapping[str, Any]) -> dict[str, str]:
    """A stored page as a browser would send it."""
    if topic == "item":
        figures = {f"figure-{key}": text for key, text in data.get("typed", {}).items()}
        return {**figures, "process": data.get("process", ""), "impact": data.get("impact", "")}
    return {"level": str(data.get("level") or ""), "text": data.get("text", "")}


def _submission(row: SelfSubmission) -> Submission:
    return Submission(
        number=row.number,
        sent_at=row.sent_at.timestamp(),
        by_clock=row.sent_by_clock,
        items={
            item["key"]: (
                item["process"],
                item["impact"],
                tuple(
                    None if one["realization"] is None else Decimal(one["realization"])
                    for one in item["measures"]
                ),
            )
            for item in row.content["items"]
        },
        values={one["code"]: (str(one["level"] or ""), one["text"]) for one in row.content["values"]},
    )


def main(arguments: Sequence[str]) -> int:
    """Judge, and print what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=Path, required=True)
    parser.add_argument("--told", type=Path, required=True)
    parser.add_argument("--closes-at", type=float, required=True)
    given = parser.parse_args(arguments)
    people = [Person(**one) for one in json.loads(given.people.read_text())]
    told = {key: told_from(raw) for key, raw in json.loads(given.told.read_text())["people"].items()}
    stored = read([uuid.UUID(person.appraisal) for person in people])
    verdict = judge(people, told, stored, closes_at=given.closes_at)
    ended: dict[str, int] = defaultdict(int)
    for one in stored.values():
        how = "by the clock" if any(sent.by_clock for sent in one.submissions) else "by hand"
        ended[f"sent {how}" if one.submissions else one.state.replace("_", " ")] += 1
    print(json.dumps({"found": dict(verdict.kinds()), "faults": verdict.faults, "ended": ended}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
