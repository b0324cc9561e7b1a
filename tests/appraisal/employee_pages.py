"""Support for tests of the employee's pages: browsers in English, addresses, and what a form would send."""

from __future__ import annotations

import html
import re
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Employee
from appraisal.models import PlanItem
from tests.personas import PASSWORD
from tests.walk import World

FETCH = {"X-Requested-With": "fetch"}


def browser_of(person: Employee, **options: Any) -> Client:
    """A browser of that person, in English so that sentences can be compared."""
    Employee.objects.filter(pk=person.pk).update(language="en")
    client = Client(**options)
    client.force_login(Employee.objects.get(pk=person.pk))
    return client


def words(answer: HttpResponse) -> str:
    """What stands on a page, without tags and with single spaces."""
    text = re.sub(r"<(script|style|template)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def url(world: World, route: str, *more: object) -> str:
    """A page of Ani's appraisal."""
    return reverse(route, args=[world.ani.pk, *more])


def items(world: World) -> list[PlanItem]:
    """The results of Ani's newest plan, in order."""
    plan = world.ani.plans.order_by("-version").first()
    return list(plan.items.order_by("position")) if plan else []


def typed_item(**changed: str) -> dict[str, str]:
    """The form of a result with one measure, as a browser sends it."""
    empty = {
        f"{aspect}-{name}": ""
        for aspect in ("quantity", "quality", "time", "cost")
        for name in ("indicator", "target", "target_upper", "unit", "polarity")
    }
    return {
        **empty,
        "result": "Semua siswa kelas V membaca lancar",
        "kind": "main",
        "indicator": "",
        "revision": "0",
        "quantity-indicator": "Siswa yang membaca lancar",
        "quantity-target": "92,5",
        "quantity-unit": "persen",
        "quantity-polarity": "maximize",
        **changed,
    }


def sign_in_again(answer: HttpResponse, client: Client, login: str) -> HttpResponse:
    """Sign in at the page that a POST without a session was answered with; what comes back is the form."""
    page = answer.content.decode()
    carried = re.search(r'name="carried" value="([^"]+)"', page)
    action = re.search(r'<form\s+method="post"\s+action="([^"]+)"', page)
    assert carried, words(answer)[:400]
    assert action
    return client.post(
        html.unescape(action.group(1)),
        {"login": login, "password": PASSWORD, "carried": html.unescape(carried.group(1))},
    )
