"""`make stampede` in small, and its verdict: every kind of fault is found where there is one, and none where there is none."""

from __future__ import annotations

import datetime as dt
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.urls import reverse

from appraisal.enums import Phase, SelfState
from appraisal.models import Appraisal, DraftAnswer, SelfSubmission
from appraisal.selectors.due import GRACE
from appraisal.services import self_assessments
from config.stampede_count import Verdict, judge
from config.stampede_plan import LAST_PART, Person, moments, schedule
from config.stampede_told import Save, Sending, Told
from config.stampede_verdict import read
from core.clock import day_end
from tests.appraisal import year as y
from tests.appraisal.ranges import close_self

ROOT = Path(__file__).resolve().parents[2]
CLOSES = day_end(y.DATES[Phase.SELF_ASSESSMENT][1])
CLOSES_AT = CLOSES.timestamp()
AT = y.during(Phase.SELF_ASSESSMENT).timestamp()


@dataclass
class Evening:
    """Ani's evening as it was told to her; the database beside it can be tampered with."""

    person: Person
    told: Told

    @property
    def appraisal(self) -> Appraisal:
        return Appraisal.objects.get(pk=self.person.appraisal)

    def page(self, page: str) -> DraftAnswer:
        topic, key = page.split(":")
        return DraftAnswer.objects.get(appraisal=self.person.appraisal, topic=topic, key=key)

    def verdict(self) -> Verdict:
        stored = read([self.appraisal.pk])
        return judge([self.person], {self.person.appraisal: self.told}, stored, closes_at=CLOSES_AT)


def only(verdict: Verdict, kind: str) -> list[str]:
    """What was found, which must be of this kind alone."""
    assert {name for name, found in verdict.kinds() if found} == {kind}
    return dict(verdict.kinds())[kind]


def evening(*, sent: bool) -> Evening:
    """Every page saved once and told so; sent with a receipt, or left to the clock."""
    year = y.build_year()
    y.with_agreed_plan(year)
    y.fill_self_assessment(year)
    stored = read([year.appraisal.pk])[str(year.appraisal_id)]
    pages = [page for page in stored.drafts if not page.startswith("competency:")]
    items = {str(item.key): item for item in y.agreed_plan(year.appraisal).items.all()}
    person = Person(
        login="ani",
        password="",
        appraisal=str(year.appraisal_id),
        address="198.18.0.1",
        kind="sender" if sent else "forgetful",
        urls={page: reverse("self_check", args=[year.appraisal_id]) for page in pages},
        pages=pages,
        figures={
            f"item:{key}": [f"figure-{one.key}" for one in item.measures.all()] for key, item in items.items()
        },
    )
    told = Told(
        saves=[
            Save(page, dict(draft.fields), 0, AT, AT + 0.1, 200, revision=1)
            for page, draft in stored.drafts.items()
            if page in pages
        ]
    )
    if sent:
        submission = self_assessments.send_self_assessment(
            actor=year.ani,
            appraisal_id=year.appraisal_id,
            declared=True,
            at=dt.datetime.fromtimestamp(AT, tz=dt.UTC),
        )
        told.sendings.append(Sending(AT, AT + 0.1, 302, submission.number))
    else:
        close_self(year.cycle, at=CLOSES + GRACE)
    return Evening(person, told)


# --- the verdict --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("sent", [True, False], ids=["by hand", "by the clock"])
def test_where_everything_is_as_it_was_told_nothing_is_found(sent: bool) -> None:
    one = evening(sent=sent)
    assert SelfSubmission.objects.get().sent_by_clock is not sent
    assert one.verdict().faults == 0


@pytest.mark.django_db
def test_a_draft_that_was_dropped_is_lost() -> None:
    one = evening(sent=True)
    one.page(one.person.pages[0]).delete()
    found = one.verdict()
    assert any("revision 1 is not there" in said for said in found.lost)


def _older(draft: DraftAnswer) -> None:
    draft.revision = 0


def _other_text(draft: DraftAnswer) -> None:
    draft.data = {**draft.data, "text": "Lain.", "process": "Lain."}


def _text_of_nobody(draft: DraftAnswer) -> None:
    _other_text(draft)
    draft.revision = 2


@pytest.mark.django_db
@pytest.mark.parametrize("tamper", [_older, _other_text, _text_of_nobody])
def test_a_draft_that_holds_something_else_is_lost(tamper: Callable[[DraftAnswer], None]) -> None:
    one = evening(sent=True)
    draft = one.page(one.person.pages[-1])
    tamper(draft)
    draft.save()
    assert only(one.verdict(), "lost")


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["items", "values"])
def test_a_text_that_is_missing_from_what_was_sent_is_lost(part: str) -> None:
    one = evening(sent=True)
    submission = SelfSubmission.objects.get()
    submission.content[part][0] |= {"process": "", "text": "", "level": 1}
    submission.save()
    assert len(only(one.verdict(), "lost")) == 1


@pytest.mark.django_db
def test_a_figure_that_is_missing_from_what_was_sent_is_lost() -> None:
    one = evening(sent=True)
    submission = SelfSubmission.objects.get()
    submission.content["items"][0]["measures"][0]["realization"] = None
    submission.save()
    assert len(only(one.verdict(), "lost")) == 1


@pytest.mark.django_db
def test_a_receipt_that_nobody_has_is_lost() -> None:
    one = evening(sent=True)
    SelfSubmission.objects.update(number="PD-2026-AAAA-11")
    assert "is nobody's" in only(one.verdict(), "lost")[0]


@pytest.mark.django_db
def test_a_second_submission_is_doubled() -> None:
    one = evening(sent=True)
    second = SelfSubmission.objects.get()
    second.pk, second.version, second.number = None, 2, "PD-2026-AAAA-11"
    second.save(force_insert=True)
    assert only(one.verdict(), "doubled") == ["ani: 2 submissions"]


@pytest.mark.django_db
def test_two_receipts_for_one_person_are_doubled() -> None:
    one = evening(sent=True)
    one.told.sendings.append(Sending(AT + 1, AT + 2, 302, "PD-2026-AAAA-11"))
    assert "told 2 receipts" in one.verdict().doubled[0]


@pytest.mark.django_db
@pytest.mark.parametrize("told_late", [True, False], ids=["by the proxy", "by the stored moment"])
def test_a_late_submission_is_found(told_late: bool) -> None:
    one = evening(sent=True)
    if told_late:
        one.told.sendings[0] = replace(one.told.sendings[0], started=CLOSES_AT)
    else:
        SelfSubmission.objects.update(sent_at=CLOSES)
    assert len(only(one.verdict(), "late accepted")) == 1


@pytest.mark.django_db
def test_a_late_save_that_was_acknowledged_is_found() -> None:
    one = evening(sent=True)
    one.told.saves[0] = replace(one.told.saves[0], started=CLOSES_AT + 0.001)
    assert "0.001 s after the closing" in only(one.verdict(), "late accepted")[0]


@pytest.mark.django_db
def test_what_was_refused_in_time_is_found_and_what_was_refused_late_is_right() -> None:
    one = evening(sent=True)
    refused = Save(one.person.pages[0], {}, 1, CLOSES_AT - 0.001, CLOSES_AT, 422)
    one.told.saves.append(replace(refused, started=CLOSES_AT))
    assert one.verdict().faults == 0
    one.told.saves.append(refused)
    one.told.sendings.append(Sending(CLOSES_AT - 0.5, CLOSES_AT, 200))
    assert len(only(one.verdict(), "timely refused")) == 2


@pytest.mark.django_db
def test_an_older_version_that_was_taken_is_lost() -> None:
    one = evening(sent=True)
    one.told.saves[0] = replace(one.told.saves[0], stale=True)
    assert "unseen" in only(one.verdict(), "lost")[0]


@pytest.mark.django_db
def test_a_complete_one_that_the_clock_closed_as_not_sent_is_found() -> None:
    one = evening(sent=False)
    SelfSubmission.objects.all().delete()
    Appraisal.objects.filter(pk=one.person.appraisal).update(self_state=SelfState.NOT_SENT)
    assert "not_sent with 0 submissions" in only(one.verdict(), "closed wrongly")[0]


@pytest.mark.django_db
def test_an_error_of_the_server_and_a_missing_answer_are_found_but_a_busy_server_is_not() -> None:
    one = evening(sent=True)
    one.told.statuses += [200, 503]
    assert one.verdict().faults == 0
    one.told.statuses.append(500)
    assert only(one.verdict(), "server errors") == ["ani: 500"]
    one.told.statuses.append(0)
    assert one.verdict().unexpected == ["ani: no answer"]


@pytest.mark.django_db
def test_a_text_whose_answer_never_came_may_be_there_or_not() -> None:
    one = evening(sent=False)
    page = next(page for page in one.person.pages if page.startswith("value:"))
    unheard = {"level": "3", "text": "Jawaban terputus."}
    one.told.saves.append(Save(page, unheard, 1, AT + 1, AT + 2, 0))
    assert one.verdict().faults == 0
    draft = one.page(page)
    draft.data, draft.revision = {"level": 3, "text": "Jawaban terputus."}, 2
    draft.save()
    assert only(one.verdict(), "lost")[0].startswith(f"ani, {page}: another text in")


# --- the plan -----------------------------------------------------------------------------------


def test_the_last_part_is_five_times_as_dense() -> None:
    found = list(moments(22_000, 0.0, 180.0))
    late = sum(moment >= 180 * (1 - LAST_PART) for moment in found)
    assert found == sorted(found)
    assert late == pytest.approx(22_000 * 5 / 22, abs=1)


def test_everybody_does_what_the_design_says_in_their_own_order() -> None:
    pages = [*(f"item:{n}" for n in range(3)), *(f"value:{n}" for n in range(3))]
    figures = {page: ["figure-1"] for page in pages[:3]}
    sender = Person("p1", "", "1", "198.18.0.1", "sender", {}, pages, figures)
    others = [replace(sender, login=f"p{n}") for n in range(2, 12)]
    people = [sender, *others]
    steps = schedule(people, starts_at=0.0, closes_at=180.0, dice=random.Random(1))  # noqa: S311  # no secret
    for mine in steps:
        kinds = Counter(step.kind.split()[0] for step in mine)
        # Sending opens the check once more and ends at the receipt: ten pages.
        assert kinds == {"look": 2, "open": 6, "save": 30, "send": 1}
        assert [step.at for step in mine] == sorted(step.at for step in mine)
        assert mine[-1].kind in {"send", "send twice"}
        assert mine[-1].at < 180


# --- the whole in small ---------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.timeout(400)
def test_thirty_people_lose_nothing_when_the_window_closes_on_them(tmp_path: Path) -> None:
    results = tmp_path / "stampede.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "config.stampede"),
            *("--people", "30", "--minutes", "1.5", "--employees", "300", "--results", str(results)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(results.read_text())
    assert found["people"] == found["ready"] == 30
    assert found["found"] == {name: [] for name, _found in Verdict().kinds()}
    assert found["after_closing"] > 0
    assert int(found["saves"]["422"]) > 0
    assert {"sent by hand", "sent by the clock", "not sent"} <= found["ended"].keys()
    assert sum(found["ended"].values()) == 30
