"""The web while its neighbours die: it answers, or says 503 and when to come again; never 500. And its own death."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter

import pytest
from django.conf import settings
from django.test import Client

from accounts.enums import Role
from accounts.models import RoleGrant
from appraisal.enums import CycleState
from appraisal.models import Cycle
from tests.faults import acts, rows
from tests.faults.machine import Machine

pytestmark = [pytest.mark.long, pytest.mark.worker, pytest.mark.timeout(300)]

TOKEN = "t" * 32


class Browser:
    """The HR admin of the city, signed in."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        client = Client()
        client.force_login(RoleGrant.objects.get(role=Role.HR_CITY).employee)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"

    def ask(self, method: str, path: str) -> tuple[int, str | None]:
        """The status and Retry-After of an answer; 0 when nobody answered."""
        line = http.client.HTTPConnection("127.0.0.1", self.machine.port, timeout=30)
        body = f"csrfmiddlewaretoken={TOKEN}" if method == "POST" else None
        headers = {"Cookie": self.cookies, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return 0, None
        else:
            return answer.status, answer.headers["Retry-After"]
        finally:
            line.close()

    def wait(self) -> None:
        """Until the web answers."""
        self.machine.wait(lambda: self.ask("GET", "/kotak-masuk/")[0] == 200, what="the web")


class Reader:
    """Reads pages without a pause in a thread of its own and keeps every answer."""

    def __init__(self, browser: Browser, *paths: str) -> None:
        self.browser, self.paths = browser, paths
        self.answers: Counter[tuple[int, str | None]] = Counter()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._over.is_set():
            for path in self.paths:
                self.answers[self.browser.ask("GET", path)] += 1


def pages() -> tuple[str, ...]:
    """Pages that ask the database much, little and, beside the session, nothing."""
    return "/kotak-masuk/", f"/siklus/{acts.the_cycle().pk}/", "/bantuan/"


def test_without_its_database_the_web_says_when_to_come_again(machine) -> None:
    browser = Browser(machine)
    paths = pages()
    machine.start("web")
    browser.wait()
    with Reader(browser, *paths) as reader:
        time.sleep(machine.dice.uniform(0.3, 1))
        machine.kill("postgres")
        time.sleep(1)
        machine.start("postgres")
        time.sleep(1)
    assert reader.answers.keys() == {(200, None), (503, "5")}, reader.answers
    assert [browser.ask("GET", path) for path in paths] == [(200, None)] * len(paths)


def test_without_redis_the_web_answers_as_ever(machine) -> None:
    browser = Browser(machine)
    paths = pages()
    machine.start("web")
    browser.wait()
    with Reader(browser, *paths) as reader:
        time.sleep(machine.dice.uniform(0.3, 1))
        machine.kill("redis")
        time.sleep(2)
        machine.start("redis")
        time.sleep(1)
    assert reader.answers.keys() == {(200, None)}, reader.answers


@pytest.mark.parametrize("victim", ["web", "postgres"])
def test_a_year_that_hr_opens_survives_the_death_of(victim, machine, undisturbed) -> None:
    """The request itself makes the first ranges; whatever it leaves is made by the clock."""
    expected = undisturbed(acts.open_year)
    known = rows.known_ids()
    cycle = Cycle.objects.get(state=CycleState.DRAFT)
    of = acts.plan_year(cycle)
    before = acts.done_ranges()
    browser = Browser(machine)
    machine.start("web")
    browser.wait()
    answers = []
    path = f"/siklus/{cycle.pk}/buka/"
    click = threading.Thread(target=lambda: answers.append(browser.ask("POST", path)))
    click.start()
    done = machine.kill_at(lambda: acts.done_ranges() - before, of=of, names=(victim,))
    click.join()
    assert done < of, "nothing was left to be done: this was not the middle"
    assert answers == [(0, None) if victim == "web" else (503, "5")]

    machine.start("worker", "beat", *(["web"] if victim == "web" else []))
    machine.wait(acts.nothing_waits, what="the end of the opening")
    machine.wait_for_ticks()
    browser.wait()
    assert browser.ask("POST", path) == (302, None)  # HR tries again: everybody has one already
    machine.stop()
    ours = {table: bag for table, bag in rows.rows(known).items() if not table.startswith("accounts_")}
    assert rows.differences(ours, {table: expected[table] for table in ours}) == []
