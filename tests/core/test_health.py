"""What a load balancer is told, whatever is broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from core.heartbeat import Heartbeat, beat
from tests.core.outage import database_down

WELL = {"status": "ok", "database": True, "migrations": True, "redis": True, "clock": True}


@pytest.fixture
def ticking(db: None) -> None:
    beat("tick", at=timezone.now())


@pytest.fixture
def no_database(transactional_db: None) -> Iterator[None]:
    with database_down():
        yield


def test_healthz_asks_nothing(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.usefixtures("ticking")
def test_all_is_well(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, WELL)


@pytest.mark.usefixtures("ticking")
@pytest.mark.parametrize("minutes", [4, 60])
def test_a_late_tick_degrades(client: Client, minutes: int) -> None:
    Heartbeat.objects.update(beaten_at=timezone.now() - dt.timedelta(minutes=minutes))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, WELL | {"status": "degraded", "clock": False})


@pytest.mark.django_db
def test_a_clock_that_never_ticked_degrades(client: Client) -> None:
    assert client.get("/readyz").json() == WELL | {"status": "degraded", "clock": False}


@pytest.mark.usefixtures("ticking")
def test_a_migration_that_was_not_applied_degrades(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("core", "0001_initial")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, WELL | {"status": "degraded", "migrations": False})


@pytest.mark.usefixtures("ticking")
def test_redis_away_degrades(client: Client, settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, WELL | {"status": "degraded", "redis": False})


@pytest.mark.usefixtures("no_database")
def test_without_a_database_nothing_can_be_served(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable",
        "database": False,
        "migrations": False,
        "redis": True,
        "clock": False,
    }
    assert client.get("/healthz").status_code == 200
