"""The ground of `make stampede`: people of a seeded city whose self-assessments are half written, and the closing moment.

`prepare` writes who comes into a file; `close-at` stores the closing moment; `wait-out` moves the stored closing two minutes back
(a clock is never moved) and waits until the real tick has closed everything. Run by config.stampede in the environment of the city.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import django

django.setup()

from django.db import connection, transaction  # noqa: E402  # needs the settings
from django.urls import reverse  # noqa: E402

from appraisal.demo.personas import PASSWORD  # noqa: E402
from appraisal.enums import Phase, SelfState, Topic  # noqa: E402
from appraisal.models import Appraisal, Cycle, DraftAnswer, PhaseWindow, Realization, SelfSubmission  # noqa: E402
from appraisal.selectors.assessments import competency_pages, value_pages  # noqa: E402
from appraisal.selectors.due import GRACE  # noqa: E402
from appraisal.selectors.plans import agreed_rows  # noqa: E402
from config.stampede_plan import KINDS, Person  # noqa: E402
from core.clock import now  # noqa: E402

VALUES_LEFT = 3
SECONDS_FOR_A_TICK = 150.0


def choose(count: int) -> list[Appraisal]:
    """So many people who are nobody's supervisor. Raises SystemExit when the city has fewer."""
    leaders = Appraisal.objects.exclude(supervisor=None).values("supervisor")
    found = (
        Appraisal.objects.filter(cycle=_cycle())
        .exclude(employee__in=leaders)
        .exclude(plan_agreed_at=None)
        .select_related("employee", "placement__position", "cycle")
        .order_by("pk")[:count]
    )
    if len(found) < count:
        raise SystemExit(f"The city has only {len(found)} people without a team; make it larger.")
    return list(found)


def _cycle() -> Cycle:
    return Cycle.objects.order_by("-year")[0]


@transaction.atomic
def take_back(appraisals: Sequence[Appraisal]) -> None:
    """As if nothing had been sent: the competencies and all but the last values are written, the rest is not."""
    keys = [one.pk for one in appraisals]
    SelfSubmission.objects.filter(appraisal__in=keys).delete()
    Realization.objects.filter(appraisal__in=keys).delete()
    Appraisal.objects.filter(pk__in=keys).update(self_state=SelfState.DRAFT, self_sent_at=None)
    values = value_pages()[:-VALUES_LEFT]
    at = now()
    DraftAnswer.objects.bulk_create(
        DraftAnswer(
            appraisal=one,
            author=one.employee,
            topic=topic,
            key=page.code,
            data={"level": 3, "text": ""},
            saved_at=at,
        )
        for one in appraisals
        for topic, pages in ((Topic.VALUE, values), (Topic.COMPETENCY, competency_pages(one)))
        for page in pages
    )


def person_of(number: int, appraisal: Appraisal) -> Person:
    """The visitor with the addresses of the pages that are left; each comes from an address of their own."""
    rows = agreed_rows(appraisal)
    urls = {
        "sign_in": reverse("account_login"),
        "tasks": reverse("self_assessment", args=[appraisal.pk]),
        "check": reverse("self_check", args=[appraisal.pk]),
        **{f"item:{row.item.key}": reverse("self_item", args=[appraisal.pk, row.item.key]) for row in rows},
        **{
            f"value:{value.code}": reverse("self_value", args=[appraisal.pk, value.code])
            for value in value_pages()[-VALUES_LEFT:]
        },
    }
    return Person(
        login=appraisal.employee.login,
        password=PASSWORD,
        appraisal=str(appraisal.pk),
        address=f"198.18.{number // 250}.{number % 250 + 1}",
        kind=KINDS[number % len(KINDS)],
        urls=urls,
        pages=[page for page in urls if ":" in page],
        figures={
            f"item:{row.item.key}": [f"figure-{one.measure.key}" for one in row.measures] for row in rows
        },
    )


def prepare(people: int, into: Path) -> None:
    """Choose the people, take back what they sent, write who they are."""
    chosen = choose(people)
    take_back(chosen)
    into.write_text(json.dumps([asdict(person_of(number, one)) for number, one in enumerate(chosen)]))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def close_at(moment: dt.datetime) -> None:
    """Let the window of self-assessment close at the moment, for everybody."""
    PhaseWindow.objects.filter(cycle=_cycle(), phase=Phase.SELF_ASSESSMENT).update(closes_at=moment)


def wait_out() -> float:
    """Move the stored closing back by the grace, and wait for the tick; returns the seconds until all was closed."""
    for window in PhaseWindow.objects.filter(cycle=_cycle(), phase=Phase.SELF_ASSESSMENT):
        close_at(window.closes_at - GRACE)
    started = time.monotonic()
    while Appraisal.objects.filter(cycle=_cycle(), self_state=SelfState.DRAFT).exists():
        if time.monotonic() - started > SECONDS_FOR_A_TICK:
            raise SystemExit("The tick has not closed the self-assessments.")
        time.sleep(0.5)
    return time.monotonic() - started


def main(arguments: Sequence[str]) -> int:
    """One of the three."""
    parser = argparse.ArgumentParser()
    kinds = parser.add_subparsers(dest="act", required=True)
    preparing = kinds.add_parser("prepare")
    preparing.add_argument("--people", type=int, required=True)
    preparing.add_argument("--into", type=Path, required=True)
    kinds.add_parser("close-at").add_argument("moment", type=float)
    kinds.add_parser("wait-out")
    given = parser.parse_args(arguments)
    if given.act == "prepare":
        prepare(given.people, given.into)
    elif given.act == "close-at":
        close_at(dt.datetime.fromtimestamp(given.moment, tz=dt.UTC))
    else:
        print(json.dumps({"closed_after": wait_out()}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
