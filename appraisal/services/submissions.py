"""What is sent as a self-assessment: the whole form as plain data, a receipt number, a fingerprint; one or very many."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Max

from appraisal.enums import SelfState, Topic
from appraisal.models import Appraisal, SelfSubmission
from appraisal.selectors.assessments import SelfForm
from appraisal.selectors.plans import with_evidence
from core.canonical import canonical, fingerprint, plain

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def _receipt_number(year: int) -> str:
    """A number that people can read to each other over the telephone: PD-2026-7K4M-31."""
    word = "".join(secrets.choice(_ALPHABET) for _unused in range(4))
    return f"PD-{year}-{word}-{secrets.randbelow(90) + 10}"


def receipt_numbers(year: int, count: int) -> list[str]:
    """So many numbers that no submission has. One query, seldom more: there are 73 million in a year."""
    found: set[str] = set()
    while len(found) < count:
        drawn = {_receipt_number(year) for _unused in range(count - len(found))}
        taken = SelfSubmission.objects.filter(number__in=drawn).values_list("number", flat=True)
        found |= drawn - set(taken)
    return list(found)


def with_proofs(appraisal: Appraisal, form: SelfForm) -> SelfForm:
    """The form with the evidence of each item at hand, as sending needs it. One query."""
    return replace(form, rows=with_evidence(appraisal, form.rows))


def self_content(form: SelfForm) -> dict[str, Any]:
    """What is sent, as plain data: the whole form with the texts as they stood; its evidence must be at hand."""
    items = []
    for row in form.rows:
        answer = form.answers.one(Topic.ITEM, str(row.item.key))
        items.append(
            {
                "key": row.item.key,
                "name": row.item.result,
                "kind": row.item.kind,
                "process": answer.get("process", ""),
                "impact": answer.get("impact", ""),
                "measures": [
                    {
                        "indicator": measure.measure.indicator,
                        "aspect": measure.measure.aspect,
                        "unit": measure.measure.unit,
                        "polarity": measure.measure.polarity,
                        "target": measure.measure.target,
                        "upper": measure.measure.target_upper,
                        "realization": measure.value,
                    }
                    for measure in row.measures
                ],
                "evidence": [
                    {"title": proof.title, "url": proof.url, "text": proof.text, "dated_on": proof.dated_on}
                    for proof in row.evidence
                ],
            }
        )
    content: dict[str, Any] = plain(
        {
            "plan_version": form.plan.version if form.plan else None,
            "items": items,
            "values": [
                {
                    "code": page.code,
                    "name": page.name,
                    "level": form.answers.one(Topic.VALUE, page.code).get("level"),
                    "text": form.answers.one(Topic.VALUE, page.code).get("text", ""),
                }
                for page in form.values
            ],
            "competencies": [
                {
                    "code": page.code,
                    "name": page.name,
                    "required": page.required,
                    "level": form.answers.one(Topic.COMPETENCY, page.code).get("level"),
                    "text": form.answers.one(Topic.COMPETENCY, page.code).get("text", ""),
                }
                for page in form.competencies
            ],
        }
    )
    return content


def submit(
    forms: Sequence[tuple[Appraisal, SelfForm]], *, at: dt.datetime, by_clock: bool
) -> list[SelfSubmission]:
    """Write the submissions and move the tracks to sent; the caller has locked the appraisals, which are of one cycle.

    Returns the submissions in the same order. Four statements, whatever the number.
    """
    keys = [appraisal.pk for appraisal, _form in forms]
    versions = dict(
        SelfSubmission.objects.filter(appraisal__in=keys)
        .order_by()
        .values_list("appraisal")
        .annotate(last=Max("version"))
    )
    numbers = receipt_numbers(forms[0][0].cycle.year, len(forms)) if forms else []
    submissions = []
    for (appraisal, form), number in zip(forms, numbers, strict=True):
        content = self_content(form)
        submissions.append(
            SelfSubmission(
                appraisal=appraisal,
                number=number,
                version=versions.get(appraisal.pk, 0) + 1,
                content=content,
                digest=fingerprint(canonical(content)),
                sent_at=at,
                sent_by_clock=by_clock,
            )
        )
        appraisal.self_state = SelfState.SENT
        appraisal.self_sent_at = at
        appraisal.self_sent_by_clock = by_clock
    SelfSubmission.objects.bulk_create(submissions)
    Appraisal.objects.filter(pk__in=keys).update(
        self_state=SelfState.SENT, self_sent_at=at, self_sent_by_clock=by_clock
    )
    return submissions
