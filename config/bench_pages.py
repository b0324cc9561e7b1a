"""One size of the bench: signs people in, asks the pages of a running server, and explains their queries.

Run by config.bench in a process of its own; prints JSON.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402  # needs the settings
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.enums import Role  # noqa: E402
from accounts.models import Agency, Employee, RoleGrant  # noqa: E402
from appraisal.enums import Phase, RatingState, SelfState  # noqa: E402
from appraisal.models import Appraisal, Cycle, DraftAnswer, PhaseWindow  # noqa: E402
from appraisal.services.progress import refresh_progress  # noqa: E402
from core.clock import day_end, day_start, now, today  # noqa: E402
from indicators.models import CoreValue  # noqa: E402

WARM_UP = 30
# Reading a table of a page or two is what an index would cost; only larger scans grow with employees.
TINY = 100
CONTROLS = re.compile(rb"<(?:input|select|textarea|button)\b(?![^>]*type=\"hidden\")")
GROWING = re.compile(
    r"^(accounts_(employee|placement|personnelnumber|gradehistory)|appraisal_(appraisal|plan|planitem|measure|realization|evidence|journalentry|draftanswer|selfsubmission|ratingrecord|result|nextstep|extension)|core_(notification|auditevent|auditdetail|sealedevent|auditseal|accesslogentry)|django_session)$"
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One page to be measured; `fields` makes it an autosave by a script."""

    name: str
    employee: Employee
    path: str
    fields: Callable[[int], Mapping[str, str]] | None = None


@dataclass(slots=True)
class Visitor:
    """A signed-in browser on one kept-alive connection."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    wire: http.client.HTTPConnection | None = None

    def ask(self, path: str, data: Mapping[str, str] | None) -> tuple[int, bytes, float]:
        """Status, body and milliseconds of one request."""
        if self.wire is None:
            self.wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if data is not None:
            body = "&".join(f"{name}={value}" for name, value in data.items())
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Requested-With": "fetch",
                "X-CSRFToken": self.cookies["csrftoken"],
            }
        started = time.perf_counter()
        self.wire.request("POST" if body is not None else "GET", path, body, headers)
        answer = self.wire.getresponse()
        content = answer.read()
        return answer.status, content, (time.perf_counter() - started) * 1000


def open_windows(cycle: Cycle) -> None:
    """Self-assessment and supervisor review open today, for everybody."""
    PhaseWindow.objects.filter(cycle=cycle).delete()
    first, last = day_start(today()), day_end(today())
    PhaseWindow.objects.bulk_create(
        [PhaseWindow(cycle=cycle, phase=phase, opens_at=first, closes_at=last) for phase in Phase]
    )


def subjects(cycle: Cycle) -> list[Ask]:
    """The people and pages: an employee, a supervisor with a full team, and the HR admin of the city."""
    led = (
        Appraisal.objects.filter(cycle=cycle)
        .exclude(supervisor=None)
        .exclude(plan_agreed_at=None)
        .select_related("employee", "supervisor")
        .order_by("pk")
    )
    rated = led[0]
    mine = led.exclude(pk=rated.pk)[0]
    Appraisal.objects.filter(pk=mine.pk).update(self_state=SelfState.DRAFT, rating_state=RatingState.OPEN)
    DraftAnswer.objects.filter(appraisal=mine, topic="value").delete()
    value = CoreValue.objects.order_by("order")[0]
    hr = Employee.objects.filter(
        pk__in=RoleGrant.objects.filter(role=Role.HR_CITY).values("employee")
    ).first()
    if hr is None:
        hr = Employee.objects.exclude(pk__in=[mine.employee_id, rated.supervisor_id]).order_by("pk")[0]
        RoleGrant.objects.create(
            employee=hr,
            role=Role.HR_CITY,
            agency=Agency.objects.get(parent=None),
            period=(today(), None),
            reason="Bench.",
        )
    supervisor = Employee.objects.get(supervised=rated)
    page = reverse("self_value", args=[mine.pk, value.code])
    return [
        Ask("floor", mine.employee, reverse("floor")),
        Ask("employee home", mine.employee, reverse("home")),
        Ask("own appraisal", mine.employee, reverse("overview", args=[mine.pk])),
        Ask("one value's form", mine.employee, page),
        Ask(
            "autosave POST",
            mine.employee,
            page,
            lambda n: {"level": str(n % 3 + 2), "text": "", "revision": str(n)},
        ),
        Ask("supervisor's team", supervisor, reverse("team")),
        Ask("rating page", supervisor, reverse("rate_value", args=[rated.pk, value.code])),
        Ask("HR progress", hr, reverse("progress")),
    ]


def signed_in(employee: Employee, port: int) -> tuple[Client, Visitor]:
    """The same session for the client in this process and for the visitor of the server."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(employee)
    client.get(reverse("account"))
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    cookies.setdefault("csrftoken", "a" * 32)
    return client, Visitor(port, cookies)


def explain(statements: Sequence[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """Blocks and index scans of each SELECT, and the sequential scans of tables that grow with employees."""
    plans, sequential = [], []
    for sql in statements:
        if not sql.lstrip().upper().startswith("SELECT"):
            continue
        shape = re.sub(r"'[0-9a-f-]{32,36}'::uuid|'[^']*'", "?", sql)
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql.replace("%", "%%"), [])
            plan = cursor.fetchone()[0][0]["Plan"]
        nodes = list(walk(plan))
        plans.append(
            {
                "sql": shape,
                "blocks": plan.get("Shared Hit Blocks", 0) + plan.get("Shared Read Blocks", 0),
                "index_scans": sum(
                    node.get("Actual Loops", 1) for node in nodes if "Index" in node["Node Type"]
                ),
            }
        )
        sequential += [
            f"sequential scan of {node['Relation Name']}: {shape[:160]}"
            for node in nodes
            if node["Node Type"] == "Seq Scan"
            and GROWING.match(node["Relation Name"])
            and node["Actual Rows"] + node.get("Rows Removed by Filter", 0) > TINY
        ]
    return plans, sequential


def walk(plan: Mapping[str, Any]) -> Any:
    """Every node of a plan."""
    yield plan
    for inner in plan.get("Plans", ()):
        yield from walk(inner)


def measure(ask: Ask, port: int, requests: int) -> dict[str, Any]:
    """Time the page on the server, then count and explain its statements in this process."""
    client, visitor = signed_in(ask.employee, port)
    times = []
    body = b""
    for number in range(WARM_UP + requests):
        data = ask.fields(number) if ask.fields else None
        status, body, took = visitor.ask(ask.path, data)
        if status != 200:
            raise SystemExit(f"{ask.name}: {ask.path} answered {status}: {body[:300]!r}")
        if number >= WARM_UP:
            times.append(took)
    with CaptureQueriesContext(connection) as captured:
        if ask.fields:
            sent = client.post(
                ask.path, dict(ask.fields(WARM_UP + requests)), headers={"X-Requested-With": "fetch"}
            )
        else:
            sent = client.get(ask.path)
    if sent.status_code != 200:
        raise SystemExit(f"{ask.name}: {ask.path} answered {sent.status_code} in this process")
    statements = [query["sql"] for query in captured.captured_queries]
    plans, sequential = explain(statements)
    return {
        "median": round(statistics.median(times), 2),
        "p95": round(statistics.quantiles(times, n=20)[18], 2),
        "statements": len(statements),
        "bytes": len(body),
        "controls": 0 if ask.fields else len(CONTROLS.findall(body)),
        "plans": plans,
        "sequential": sequential,
    }


def wait_for(port: int) -> None:
    """Until the server answers."""
    for _try in range(200):
        try:
            Visitor(port).ask("/healthz", None)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the web server did not start")


def main(arguments: Sequence[str]) -> int:
    """Measure every page and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--requests", type=int, required=True)
    given = parser.parse_args(arguments)
    cycle = Cycle.objects.order_by("-year")[0]
    open_windows(cycle)
    refresh_progress(cycle_id=cycle.pk, at=now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    wait_for(given.port)
    pages = {ask.name: measure(ask, given.port, given.requests) for ask in subjects(cycle)}
    print(json.dumps({"pages": pages}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
