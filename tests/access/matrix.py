"""The access matrix: who gets which answer from which page, of whose object, in which stage of the year.

The tables in tests/access/rows/ are written by hand from what the programme promises, never derived from the policies.
A row names the status for every persona and for a stranger; a persona left out, or named twice, is an error. To add a
page, add a row to the module of its role (any module in rows/ with a list ROWS is read).

    Row("plan", whose="ani", stage=Stage.EXECUTION, answers={
        200: "ani budi citra kartika fajar",
        404: "hadi intan joko mira lukman dewi eko nina gita surya rahmat",
        SIGN_IN: "stranger",
    })
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse

from core.access_log import AccessLogEntry
from tests.access import rows
from tests.personas import PERSONAS
from tests.walk import CANARIES, Stage, World

STRANGER = "stranger"
AUDITOR = "fajar"
SIGN_IN = "sign-in"
EVERYBODY = " ".join(PERSONAS)
ASKING = (*PERSONAS, STRANGER)

Build = Callable[[World], Mapping[str, Any]]


def others(*named: str) -> str:
    """Every persona who is not among these: for rows in which most get the same answer."""
    known = set(" ".join(named).split())
    return " ".join(name for name in PERSONAS if name not in known)


@dataclass(frozen=True)
class Row:
    """One page, or one act, in one stage.

    `whose` fills `appraisal_id` with that persona's appraisal; `kwargs` and `data` build anything else from the world;
    `query` is the query string. `answers` maps a status (or SIGN_IN) to the personas who get it.
    """

    route: str
    answers: Mapping[int | str, str]
    stage: Stage = Stage.EXECUTION
    whose: str = ""
    method: str = "get"
    kwargs: Build | None = None
    data: Build | None = None
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def expected(self) -> dict[str, int | str]:
        """The answer for each persona. Raises ValueError when one is missing or named twice."""
        named = [(name, answer) for answer, names in self.answers.items() for name in names.split()]
        wrong = sorted(
            {name for name, n in Counter(name for name, _answer in named).items() if n > 1}
            | (set(ASKING) ^ {name for name, _answer in named})
        )
        if wrong:
            raise ValueError(f"{self}: each of {', '.join(wrong)} must be named once.")
        return dict(named)

    def url(self, world: World) -> str:
        """The address in this world."""
        values = dict(self.kwargs(world)) if self.kwargs else {}
        if self.whose:
            values["appraisal_id"] = world.appraisals[self.whose].pk
        return reverse(self.route, kwargs=values) + (f"?{self.query}" if self.query else "")

    def __str__(self) -> str:
        of = f" of {self.whose}" if self.whose else ""
        return f"{self.method.upper()} {self.route}{of} in {self.stage.name}"


def all_rows() -> list[Row]:
    """The rows of every module in tests/access/rows/."""
    found: list[Row] = []
    for module in sorted(pkgutil.iter_modules(rows.__path__), key=lambda each: each.name):
        found += importlib.import_module(f"{rows.__name__}.{module.name}").ROWS
    return found


@dataclass
class Visitors:
    """One browser for every persona, signed in, and one for a stranger."""

    clients: dict[str, Client]

    @classmethod
    def of(cls, world: World) -> Visitors:
        """Sign everybody in."""
        clients = {STRANGER: _browser()}
        for name in PERSONAS:
            clients[name] = _browser()
            clients[name].force_login(world.city.person(name))
        return cls(clients)

    def ask(self, name: str, row: Row, world: World) -> Any:
        """The answer to one persona; whatever it changed is taken back."""
        url = row.url(world)
        data = dict(row.data(world)) if row.data else {}
        client = self.clients[name]
        cookies = deepcopy(client.cookies)
        with transaction.atomic():
            answer = getattr(client, row.method)(url, data, headers=dict(row.headers))
            body(answer)
            answer.logged = name == AUDITOR and AccessLogEntry.objects.exists()
            transaction.set_rollback(True)
        client.cookies = cookies
        return answer


def _browser() -> Client:
    """A browser that gets the error page instead of the exception."""
    return Client(raise_request_exception=False)


def body(answer: Any) -> str:
    """The text of an answer, read once also when it streams."""
    if answer.streaming:
        answer.streaming_content = [b"".join(answer.streaming_content)]
        return b"".join(answer.streaming_content).decode(errors="replace")
    return answer.content.decode(errors="replace")


def status_of(answer: Any) -> int | str:
    """The status, or SIGN_IN when the door answered in the page's place."""
    door = reverse("account_login")
    if answer.status_code == 302 and answer.headers["Location"].split("?")[0] == door:
        return SIGN_IN
    if answer.status_code == 200 and 'name="carried"' in body(answer):
        return SIGN_IN
    return int(answer.status_code)


def differences(world: World, visitors: Visitors, chosen: list[Row]) -> Iterator[str]:
    """Where an answer is not the expected one, or shows a canary to somebody who may not read it."""
    for row in chosen:
        for name, expected in row.expected().items():
            answer = visitors.ask(name, row, world)
            got = status_of(answer)
            if got != expected:
                yield f"{row}: {name} expected {expected}, got {got}"
            if row.whose and name == AUDITOR and got == 200 and not answer.logged:
                yield f"{row}: the look of the auditor is not logged"
            for canary in seen_canaries(body(answer)):
                if name not in readers_of(canary, world.stage):
                    yield f"{row}: {name} must not read the {canary} of ani"


# --- private words ------------------------------------------------------------------------------

PARTIES = "ani budi citra kartika fajar"  # employee, supervisor, superior, agency head, and the auditor
HR = "dewi gita"

# From which stage on who may read what Ani and Budi wrote. The auditor reads what is stored except drafts.
READERS: Mapping[str, Mapping[Stage, str]] = {
    "plan": {
        Stage.PLANNING: "ani",
        Stage.EXECUTION: PARTIES,
        Stage.PUBLISHED: f"{PARTIES} {HR}",  # the tree of the result names what was planned
    },
    "journal": {Stage.EXECUTION: PARTIES},
    "private_note": {Stage.EXECUTION: "ani"},
    "evidence": {Stage.EXECUTION: PARTIES, Stage.PUBLISHED: f"{PARTIES} {HR}"},
    "self": {Stage.SELF_DRAFT: "ani", Stage.SELF_SENT: PARTIES},
    "rating": {
        Stage.FIRST_SAVED: "budi",
        Stage.RATED: "budi citra kartika fajar",
        Stage.PUBLISHED: f"{PARTIES} {HR}",
    },
    "feedback": {
        Stage.FIRST_SAVED: "budi",
        Stage.RATED: "budi citra kartika fajar",
        Stage.PUBLISHED: f"{PARTIES} {HR}",
    },
    "next_step": {
        Stage.FIRST_SAVED: "budi",
        Stage.RATED: "budi citra kartika fajar",
        Stage.PUBLISHED: f"{PARTIES} {HR}",
    },
}


def readers_of(canary: str, stage: Stage) -> frozenset[str]:
    """Who may read it in this stage."""
    reached = [since for since in READERS[canary] if since <= stage]
    return frozenset(READERS[canary][max(reached)].split()) if reached else frozenset()


def seen_canaries(text: str) -> list[str]:
    """Which private words occur in a text."""
    return [name for name, words in CANARIES.items() if words.split(":")[0] in text]


def assert_read_only_by(visitors: Visitors, row: Row, world: World, words: str, readers: str) -> None:
    """The words stand in the answer of each of the readers, and in nobody else's."""
    found = {name for name in ASKING if words in body(visitors.ask(name, row, world))}
    assert found == set(readers.split()), (
        f"{row}: {sorted(found)} read {words!r}, not {sorted(readers.split())}"
    )
