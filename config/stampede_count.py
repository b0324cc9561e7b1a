"""The verdict of `make stampede`: what people were told against what is in the database.

`read` takes the rows out, `judge` compares, pure: so that a test can show that every kind of fault is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from config.stampede_plan import Person
from config.stampede_told import Fields, Save, Sending, Told


@dataclass(frozen=True, slots=True)
class Draft:
    """A page as it is stored, as the fields of its form."""

    revision: int
    fields: Fields


@dataclass(frozen=True, slots=True)
class Submission:
    """What was sent; `pages` as the fields of their forms, figures by their places in the plan."""

    number: str
    sent_at: float
    by_clock: bool
    items: Mapping[str, tuple[str, str, tuple[Decimal | None, ...]]]
    values: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database holds of one person."""

    state: str
    drafts: Mapping[str, Draft]
    submissions: Sequence[Submission]


@dataclass(slots=True)
class Verdict:
    """What was found, a sentence each; all must be empty."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    late_accepted: list[str] = field(default_factory=list)
    timely_refused: list[str] = field(default_factory=list)
    closed_wrongly: list[str] = field(default_factory=list)
    server_errors: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    def kinds(self) -> Iterator[tuple[str, list[str]]]:
        """Each kind with what was found."""
        for name in self.__slots__:
            yield name.replace("_", " "), getattr(self, name)

    @property
    def faults(self) -> int:
        """How many in all."""
        return sum(len(found) for _kind, found in self.kinds())


def judge(
    people: Sequence[Person],
    told: Mapping[str, Told],
    stored: Mapping[str, Stored],
    *,
    closes_at: float,
) -> Verdict:
    """Compare. `told` and `stored` by the id of the appraisal; `closes_at` in seconds since 1970."""
    verdict = Verdict()
    for person in people:
        _judge_answers(person, told[person.appraisal], closes_at, verdict)
        kept = {
            page: _kept(person, page, told[person.appraisal], stored[person.appraisal], verdict)
            for page in person.pages
        }
        _judge_sendings(person, told[person.appraisal], stored[person.appraisal], closes_at, verdict)
        _judge_end(person, told[person.appraisal], stored[person.appraisal], kept, verdict)
    return verdict


# --- what was said ------------------------------------------------------------------------------


def _judge_answers(person: Person, told: Told, closes_at: float, verdict: Verdict) -> None:
    """Whether each answer was the right one for its time."""
    verdict.server_errors += [f"{person.login}: {one}" for one in told.statuses if one >= 500 and one != 503]
    verdict.unexpected += [f"{person.login}: {one}" for one in told.unexpected]
    verdict.unexpected += [f"{person.login}: no answer" for one in told.statuses if one == 0]
    for save in told.saves:
        timely, where = save.started < closes_at, f"{person.login}, {save.page}"
        if save.status == 200 and not timely:
            verdict.late_accepted.append(f"{where}: saved {save.started - closes_at:.3f} s after the closing")
        if save.status == 422 and timely:
            verdict.timely_refused.append(f"{where}: {closes_at - save.started:.3f} s before the closing")
        if save.status == 200 and save.stale:
            verdict.lost.append(f"{where}: an older version replaced revision {save.base + 1} unseen")


def _kept(person: Person, page: str, told: Told, stored: Stored, verdict: Verdict) -> Fields | None:
    """The text of the page as it must be found in what was sent; None where nothing was ever stored."""
    said = [one for one in told.saves if one.page == page]
    unheard = [one.fields for one in said if one.status in {0, 503} or one.status >= 500]
    heard = {one.revision: one.fields for one in said if one.status == 200}
    heard_at_all = [(one.revision, one.fields) for one in said if one.status == 200]
    # A conflict in which both versions were the same: the page takes it for saved.
    heard |= {one.revision: one.fields for one in said if one.status == 409 and _same(one)}
    where, draft = f"{person.login}, {page}", stored.drafts.get(page)
    if any(heard[revision] != fields for revision, fields in heard_at_all):
        verdict.lost.append(f"{where}: two texts were told to be the same revision")
    last = max(heard, default=0)
    if draft is None:
        if heard:
            verdict.lost.append(f"{where}: revision {last} is not there")
        return None
    if draft.revision < last:
        verdict.lost.append(f"{where}: told revision {last}, there is {draft.revision}")
    elif draft.revision == last and draft.fields != heard[last]:
        verdict.lost.append(f"{where}: revision {last} holds another text")
    elif draft.revision > last and draft.fields not in unheard:
        verdict.lost.append(f"{where}: revision {draft.revision} holds a text that nobody sent")
    return draft.fields


def _same(save: Save) -> bool:
    current = save.current or {}
    return all(current.get(name, "") == value for name, value in save.fields.items())


# --- sending ------------------------------------------------------------------------------------


def _judge_sendings(person: Person, told: Told, stored: Stored, closes_at: float, verdict: Verdict) -> None:
    """One submission at most, in time or by the clock, and every receipt is there."""
    numbers = {one.number for one in stored.submissions}
    receipts = {one.receipt for one in told.sendings if one.receipt}
    if len(stored.submissions) > 1:
        verdict.doubled.append(f"{person.login}: {len(stored.submissions)} submissions")
    if len(receipts) > 1:
        verdict.doubled.append(f"{person.login}: told {len(receipts)} receipts")
    verdict.lost += [f"{person.login}: the receipt {number} is nobody's" for number in receipts - numbers]
    for one in stored.submissions:
        in_time = any(sending.started < closes_at for sending in told.sendings)
        if not one.by_clock and (one.sent_at >= closes_at or not in_time):
            verdict.late_accepted.append(f"{person.login}: submission {one.number}")
    for sending in told.sendings:
        if sending.status == 200 and sending.started < closes_at:
            verdict.timely_refused.append(f"{person.login}: sent {closes_at - sending.started:.3f} s before")


def _judge_end(
    person: Person,
    told: Told,
    stored: Stored,
    kept: Mapping[str, Fields | None],
    verdict: Verdict,
) -> None:
    """Complete ones are sent, by hand or by the clock, with every text; incomplete ones are not."""
    complete = all(fields is not None for fields in kept.values())
    wanted = "sent" if complete else "not_sent"
    if stored.state != wanted or bool(stored.submissions) != complete:
        verdict.closed_wrongly.append(
            f"{person.login} ({person.kind}): {stored.state} with {len(stored.submissions)} submissions, not {wanted}"
        )
    by_hand = any(one.receipt for one in told.sendings)
    for one in stored.submissions:
        if by_hand and one.by_clock and not _answered_later(told.sendings, one):
            verdict.closed_wrongly.append(f"{person.login}: {one.number} was sent by the clock once more")
        verdict.lost += [
            f"{person.login}, {page}: another text in {one.number}"
            for page, fields in kept.items()
            if fields is not None and not _holds(one, page, fields, person)
        ]


def _answered_later(sendings: Sequence[Sending], one: Submission) -> bool:
    """Whether every receipt was shown after the clock had sent: a late click that only shows what is there."""
    return all(sending.started >= one.sent_at for sending in sendings if sending.receipt)


def _holds(submission: Submission, page: str, fields: Fields, person: Person) -> bool:
    """Whether the submission has these fields on this page."""
    topic, key = page.split(":", 1)
    if topic == "value":
        return submission.values.get(key) == (fields["level"], fields["text"])
    figures = tuple(_figure(fields.get(name, "")) for name in person.figures[page])
    return submission.items.get(key) == (fields["process"], fields["impact"], figures)


def _figure(text: str) -> Decimal | None:
    """A figure as it is typed, with a comma."""
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
