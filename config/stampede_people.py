"""The visitors of `make stampede`: they sign in, write their last pages, send them or forget to, and keep what they were told.

Speaks with config.stampede by pipes: says `{"ready": …}` when all have signed in and the floor is measured, then reads the
closing moment, and writes what was told into a file. A person is one browser that does one thing after the other, as a
page does; what a page would do with 409, 503 or a dead connection is done here (static/js/autosave.js).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from config.stampede_plan import Person, Step, schedule
from config.stampede_told import Fields, Save, Sending, Told
from config.stampede_wire import Answer, Browser, NoAnswer, Proxy, hidden

FLOOR_REQUESTS, WARM_UP = 200, 40
SIGNING_IN_AT_ONCE = 4
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 2.0, 60.0
MOST_TRIES = 8
# How long after the closing somebody goes on trying.
AFTERMATH_SECONDS = 20.0


class Visitor:
    """One person with a browser."""

    def __init__(self, person: Person, proxy: Proxy, dice: random.Random) -> None:
        self.person = person
        self.browser = Browser(proxy, person.address)
        self.dice = dice
        self.told = Told()
        self.revisions: dict[str, int] = {}
        self.typed: dict[str, Fields] = {}
        self.ends_at = 0.0

    # --- signing in ---

    async def sign_in(self) -> None:
        """Through the form, as everybody does."""
        page = await self._page("sign-in page", self.person.urls["sign_in"])
        if page is None:
            return
        fields = {
            "csrfmiddlewaretoken": hidden(page.text, "csrfmiddlewaretoken") or "",
            "login": self.person.login,
            "password": self.person.password,
        }
        answer = await self._timed("sign-in", lambda: self.browser.post(self.person.urls["sign_in"], fields))
        if answer is None or answer.status != 302:
            self._note("sign-in", answer)
            return
        await self._page("home", answer.header("location"))

    # --- the evening ---

    async def live(self, steps: Sequence[Step], *, ends_at: float) -> None:
        """Every step at its time, or at once where the one before took longer."""
        self.ends_at = ends_at
        for step in steps:
            await asyncio.sleep(max(0.0, step.at - time.time()))
            self.told.behind = max(self.told.behind, time.time() - step.at)
            if step.kind == "open":
                await self._open(step.page)
            elif step.kind == "save":
                await self._save(step)
            elif step.kind == "look":
                await self._page("page", self.person.urls[step.page])
            else:
                await self._send(twice=step.kind == "send twice")

    async def _open(self, page: str) -> None:
        answer = await self._page("page", self.person.urls[page])
        revision = hidden(answer.text, "revision") if answer is not None else None
        if revision is not None:
            self.revisions[page] = int(revision)

    async def _save(self, step: Step) -> None:
        """Save what was typed on a page, until it is stored or refused."""
        if step.page not in self.revisions:
            return  # the page told that the time is up instead of showing its form
        fields = {**self.typed.get(step.page, {}), **step.fields}
        self.typed[step.page] = fields
        base, waits = self.revisions[step.page], 0.0
        stale = step.stale and base > 0
        if stale:
            base -= 1  # as a second tab that was opened earlier would
        cut = step.cut
        for _try in range(MOST_TRIES):
            save, wanted = await self._post(step.page, fields, base, stale=stale, cut=cut)
            self.told.saves.append(save)
            stale = cut = False
            if save.status == 200:
                self.revisions[step.page] = save.revision
                return
            if save.status == 409 and save.current is not None:
                base = save.revision
                if all(save.current.get(name, "") == value for name, value in fields.items()):
                    self.revisions[step.page] = base
                    return
                continue  # keep mine
            if save.status not in {0, 503}:
                if save.status != 422:
                    self.told.unexpected.append(f"autosave {save.status}")
                return
            waits = min(2 * waits or FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS)
            await asyncio.sleep(max(waits, wanted) * (1 + self.dice.random() / 2))
            if time.time() > self.ends_at:
                return

    async def _post(
        self, page: str, fields: Fields, base: int, *, stale: bool, cut: bool
    ) -> tuple[Save, float]:
        """One attempt, and how many seconds the server asked to wait."""
        url = self.person.urls[page]
        try:
            answer = await self.browser.post_by_script(url, {**fields, "revision": str(base)}, cut=cut)
        except NoAnswer as error:
            if not cut:
                self.told.statuses.append(0)
            return Save(page, fields, base, error.started, time.time(), 0, stale=stale), 0.0
        self._count("autosave", answer)
        said = _data(answer)
        save = Save(
            page, fields, base, answer.started, answer.ended, answer.status,
            revision=int(said.get("revision", 0)), current=said.get("current"), stale=stale,
        )  # fmt: skip
        return save, float(answer.header("retry-after") or 0)

    async def _send(self, *, twice: bool) -> None:
        """Open the check, tick the declaration, send; again when no answer came."""
        page = await self._page("page", self.person.urls["check"])
        token = hidden(page.text, "csrfmiddlewaretoken") if page is not None else None
        if token is None or hidden(page.text if page else "", "declared") is None:
            return  # the time is up, or it was sent already
        fields = {"csrfmiddlewaretoken": token, "declared": "on"}
        # The check was read before; the click comes at the time that the person chose.
        clicks = [self._click(fields) for _click in range(2 if twice else 1)]
        await asyncio.gather(*clicks)

    async def _click(self, fields: Fields) -> None:
        for _try in range(MOST_TRIES):
            try:
                answer = await self.browser.post(self.person.urls["check"], fields)
            except NoAnswer as error:
                self.told.statuses.append(0)
                self.told.sendings.append(Sending(error.started, time.time(), 0))
            else:
                self._count("submit", answer)
                await self._take(answer)
                if answer.status != 503:
                    return
            await asyncio.sleep(FIRST_RETRY_SECONDS * (1 + self.dice.random()))
            if time.time() > self.ends_at:
                return

    async def _take(self, answer: Answer) -> None:
        """Keep what was said to a sending: a receipt, or the page with the reasons."""
        number = ""
        if answer.status == 302:
            receipt = await self._page("receipt", answer.header("location"))
            shown = answer.header("location").rstrip("/").rsplit("/", 1)[-1]
            number = shown if receipt is not None and shown in receipt.text else ""
        if (answer.status == 302) != bool(number) or answer.status not in {200, 302, 503}:
            self._note("submit", answer)
        self.told.sendings.append(Sending(answer.started, answer.ended, answer.status, number))

    # --- asking ---

    async def _page(self, kind: str, path: str) -> Answer | None:
        """A page and where it leads; tried again while the server is busy. None when it never came."""
        for _try in range(MOST_TRIES):
            answer = await self._timed(kind, partial(self.browser.get, path))
            if answer is not None and answer.status in {301, 302}:
                path = answer.header("location")
                if path.startswith(self.person.urls["sign_in"]):
                    break
                continue
            if answer is not None and answer.status == 200:
                return answer
            if answer is not None and answer.status != 503:
                break
            await asyncio.sleep(FIRST_RETRY_SECONDS * (1 + self.dice.random()))
        else:
            answer = None
        self._note(f"{kind} {path}", answer)
        return None

    async def _timed(self, kind: str, ask: Callable[[], Awaitable[Answer]]) -> Answer | None:
        try:
            answer = await ask()
        except NoAnswer:
            self.told.statuses.append(0)
            return None
        self._count(kind, answer)
        return answer

    def _count(self, kind: str, answer: Answer) -> None:
        self.told.statuses.append(answer.status)
        self.told.times.append((kind, answer.started, answer.ended - answer.started))

    def _note(self, what: str, answer: Answer | None) -> None:
        self.told.unexpected.append(f"{what}: {answer.status if answer is not None else 'no answer'}")


def _data(answer: Answer) -> dict[str, Any]:
    """What a script is told; {} for a page."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


async def sign_in_all(visitors: Sequence[Visitor]) -> float:
    """A few at a time, since each costs a tenth of a second of a core; returns the seconds it took."""
    gate = asyncio.Semaphore(SIGNING_IN_AT_ONCE)

    async def one(visitor: Visitor) -> None:
        async with gate:
            await visitor.sign_in()

    started = time.perf_counter()
    await asyncio.gather(*map(one, visitors))
    return time.perf_counter() - started


async def floor(visitor: Visitor) -> list[float]:
    """Milliseconds of the bench's floor page, one request after the other."""
    times = []
    for number in range(WARM_UP + FLOOR_REQUESTS):
        answer = await visitor.browser.get("/floor/")
        if answer.status != 200:
            raise SystemExit(f"the floor answered {answer.status}")
        if number >= WARM_UP:
            times.append((answer.ended - answer.started) * 1000)
    return times


async def evening(visitors: Sequence[Visitor], *, starts_at: float, closes_at: float, seed: int) -> None:
    """Everybody's steps, until the last one has given up."""
    people = [visitor.person for visitor in visitors]
    steps = schedule(people, starts_at=starts_at, closes_at=closes_at, dice=random.Random(seed))  # noqa: S311  # no secret
    assert all(a.at <= b.at for mine in steps for a, b in pairwise(mine))  # noqa: S101  # else the load would be another
    async with asyncio.timeout_at(
        asyncio.get_running_loop().time() + closes_at - time.time() + 120 + AFTERMATH_SECONDS
    ):
        await asyncio.gather(
            *(
                visitor.live(mine, ends_at=closes_at + AFTERMATH_SECONDS)
                for visitor, mine in zip(visitors, steps, strict=True)
            )
        )


async def run(people: Sequence[Person], *, port: int, told: Path, seed: int) -> None:
    """Sign in, measure the floor, say so, wait for the closing moment, live through the evening, write."""
    proxy = Proxy(port)
    visitors = [
        Visitor(person, proxy, random.Random(f"{seed}:{person.login}"))  # noqa: S311  # no secret
        for person in people
    ]
    seconds = await sign_in_all(visitors)
    floors = await floor(visitors[0])
    print(json.dumps({"ready": len(visitors), "signing_in_seconds": seconds}), flush=True)
    moments = json.loads(await asyncio.to_thread(sys.stdin.readline))
    await evening(visitors, starts_at=moments["starts_at"], closes_at=moments["closes_at"], seed=seed)
    proxy.close()
    told.write_text(
        json.dumps(
            {"floor_ms": floors, "people": {one.person.appraisal: asdict(one.told) for one in visitors}}
        )
    )


def main(arguments: Sequence[str]) -> int:
    """Let the people of a file come."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--people", type=Path, required=True, help="what config.stampede_ground wrote")
    parser.add_argument("--told", type=Path, required=True, help="where what they are told is written")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    people = [Person(**one) for one in json.loads(given.people.read_text())]
    asyncio.run(run(people, port=given.port, told=given.told, seed=given.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
