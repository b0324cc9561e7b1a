"""The whole demo once for all tests of a module, gone afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Employee
from appraisal.demo.year import make_year
from appraisal.enums import CycleState
from appraisal.models import Appraisal, Cycle
from indicators.imports import load_all

AT = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def year(django_db_setup, django_db_blocker) -> Iterator[dict[str, int]]:
    """The demo, made at AT; what a module does to it is rolled back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_all(at=AT)
        yield make_year(at=AT)
        transaction.set_rollback(True)


@pytest.fixture
def cycle(year) -> Cycle:
    """This year's cycle."""
    return Cycle.objects.get(state=CycleState.OPEN)


@pytest.fixture
def changing(year, db, settings) -> Iterator[None]:
    """What a test of the demo changes is taken back, in the folders of the keys, too."""
    folders = [Path(settings.BALLOT_KEYS_DIR), Path(settings.BALLOT_KEY_COPIES_DIR)]
    files = {path: path.read_bytes() for folder in folders for path in folder.glob("*.key")}
    yield
    for path, content in files.items():
        if not path.exists():
            path.write_bytes(content)


def person(login: str) -> Employee:
    """Somebody by login."""
    return Employee.objects.get(login=login)


def own(login: str, cycle: Cycle) -> QuerySet[Appraisal]:
    """Their appraisals of a cycle, in order."""
    return Appraisal.objects.filter(employee__login=login, cycle=cycle).order_by("first_day")
