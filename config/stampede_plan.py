"""Who comes on the last evening and when they do what: pure, the same for the same dice.

Design section 4: 20,000 people over 3 hours, each 30 autosaves, 10 pages and one submit; in the last ten minutes five
times as many requests as before.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

DESIGN_PEOPLE, DESIGN_MINUTES = 20_000, 180
LAST_PART, TIMES = 10 / 180, 5
SAVES = {"item": 6, "value": 4}  # 3 items and 3 values: 30 saves
PAGES_EACH, SAVES_EACH = 10, 30
EARLY_SECONDS = 1.0  # the scheduled load ends so long before the closing; what hugs the closing comes on top
CUT_SHARE, STALE_SHARE = 1 / 30, 1 / 20

# sender: sends in time; last: sends about the closing moment; typist: complete, never sends, types over the closing;
# forgetful: complete, never sends; unfinished: types over the closing and leaves a page empty.
Kind = Literal["sender", "last", "typist", "forgetful", "unfinished"]
KINDS: tuple[Kind, ...] = (
    "sender", "last", "sender", "typist", "sender", "unfinished", "sender", "last", "sender", "forgetful",
)  # fmt: skip

WORDS = ["Pada", "triwulan", "ketiga", "saya", "menata", "ulang", "jadwal", "belajar", "bersama", "guru", "kelas", "lain", "&", "wali", "murid;", "yang", "semula", "tertunda", "menjadi", "selesai", "tepat", "waktu.", "Anak-anak", "yang", '"tertinggal"', "kami", "dampingi", "<setiap>", "Selasa", "dan", "Kamis", "sesudah", "jam", "pelajaran,", "lalu", "hasilnya", "kami", "bahas", "setiap", "akhir", "bulan", "dengan", "kepala", "sekolah."]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One visitor, made by config.stampede_ground; `pages` are those still to be written, keys of `urls`."""

    login: str
    password: str
    appraisal: str
    address: str
    kind: Kind
    urls: dict[str, str]
    pages: list[str]
    figures: dict[str, list[str]]  # of an item's page: the names of its figure fields


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a person does at a moment (seconds since 1970)."""

    kind: Literal["look", "open", "save", "send", "send twice"]
    page: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    stale: bool = False  # from a tab that was opened earlier
    cut: bool = False  # the network dies before the answer
    at: float = 0.0


def words(person: Person, page: str, number: int, dice: random.Random) -> str:
    """What stands in a text after so many saves; no two saves have the same."""
    length = min(len(WORDS), 6 + 5 * number + dice.randrange(4))
    return f"{' '.join(WORDS[:length])} ({person.login}, {page[-6:]}, {number})"


def typed(person: Person, page: str, number: int, dice: random.Random) -> dict[str, str]:
    """The fields of a page after so many saves."""
    if page.startswith("item:"):
        figures = dict.fromkeys(person.figures[page], f"{90 + number % 10},5")
        return {**figures, **{name: words(person, page, number, dice) for name in ("process", "impact")}}
    return {"level": str(3 + number % 2), "text": words(person, page, number, dice)}


def steps_of(person: Person, dice: random.Random) -> list[Step]:
    """What a person does up to the last seconds, without times."""
    steps = [Step("look", "tasks")]
    written = person.pages[:-1] if person.kind == "unfinished" else person.pages
    for page in written:
        steps.append(Step("open", page))
        steps += [
            Step(
                "save",
                page,
                typed(person, page, number, dice),
                stale=dice.random() < STALE_SHARE,
                cut=dice.random() < CUT_SHARE,
            )
            for number in range(1, SAVES[page.split(":")[0]] + 1)
        ]
    if person.kind in {"sender", "last"}:
        steps.append(Step("look", "check"))
    if person.kind == "sender":
        steps.append(Step("send twice" if dice.random() < 0.2 else "send"))
    return steps


def about_the_closing(person: Person, dice: random.Random) -> list[Step]:
    """What happens in the seconds about the closing, `at` counted from it."""
    if person.kind == "last":
        # Sending opens the check once more before the click, so the click comes a little later than this.
        return [Step(dice.choice(("send", "send twice")), at=dice.uniform(-0.5, 0.2))]
    if person.kind in {"typist", "unfinished"}:
        page = person.pages[0]
        moments = sorted(dice.uniform(-0.5, 0.4) for _save in range(4))
        return [
            Step("save", page, typed(person, page, 10 + number, dice), at=moment)
            for number, moment in enumerate(moments)
        ]
    return []


def moments(count: int, starts_at: float, ends_at: float) -> Iterator[float]:
    """So many moments, evenly spread but for the last part, which is five times as dense."""
    long = ends_at - starts_at
    before = 1 - LAST_PART
    mass = before + TIMES * LAST_PART
    for number in range(count):
        share = (number + 0.5) / count * mass
        place = share if share < before else before + (share - before) / TIMES
        yield starts_at + place * long


def schedule(
    people: Sequence[Person], *, starts_at: float, closes_at: float, dice: random.Random
) -> list[list[Step]]:
    """Everybody's steps with their moments: some are through early, most near the end."""
    waiting = [steps_of(person, dice)[::-1] for person in people]
    haste = [dice.uniform(1.0, 4.0) for _person in people]
    timed: list[list[Step]] = [[] for _person in people]
    count = sum(map(len, waiting))
    for moment in moments(count, starts_at, closes_at - EARLY_SECONDS):
        unfinished = [number for number, steps in enumerate(waiting) if steps]
        [chosen] = dice.choices(unfinished, [haste[number] for number in unfinished])
        timed[chosen].append(_at(waiting[chosen].pop(), moment))
    for person, steps in zip(people, timed, strict=True):
        steps += [_at(step, closes_at + step.at) for step in about_the_closing(person, dice)]
    return timed


def _at(step: Step, moment: float) -> Step:
    return Step(step.kind, step.page, step.fields, step.stale, step.cut, moment)
