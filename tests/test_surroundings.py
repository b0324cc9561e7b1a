"""The surroundings of the tests themselves: services, strictness, worker, browser."""

from __future__ import annotations

import datetime as dt
import os
import time
import uuid
from pathlib import Path

import pytest
import redis
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.template import Context, Template

from config.alive import process_is_alive
from config.celery import app
from config.processes import Child
from core.audit import AuditEvent
from tests import services
from tests.strictness import UnknownVariable

MOMENT = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)


def an_event() -> AuditEvent:
    return AuditEvent.objects.create(
        act="test", object_type="test", object_id=uuid.uuid4(), at=MOMENT, digest=b"0" * 32
    )


def test_an_unknown_template_variable_fails() -> None:
    with pytest.raises(UnknownVariable, match=r"person\.name is unknown"):
        Template("{{ person.name }}").render(Context({}))


def test_a_known_but_empty_variable_is_fine() -> None:
    assert Template("[{{ person }}]").render(Context({"person": ""})) == "[]"


@pytest.mark.django_db
def test_audit_rows_cannot_be_truncated_by_the_product() -> None:
    event = an_event()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            cursor.execute("TRUNCATE core_auditevent CASCADE")
    assert list(AuditEvent.objects.all()) == [event]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", [1, 2])
def test_the_flush_between_tests_empties_audit_rows_too(_round: int) -> None:
    assert not AuditEvent.objects.exists()
    an_event()


@pytest.mark.django_db
@pytest.mark.parametrize("_round", [1, 2])
def test_redis_is_empty_at_the_start(_round: int, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
    cache.set("key", "value")


def test_each_test_process_has_a_redis_database_of_its_own(redis_url: str) -> None:
    assert services.numbered("redis://:secret@127.0.0.1:6379/3", 2) == "redis://:secret@127.0.0.1:6379/5"
    assert services.numbered("redis://127.0.0.1:6379", 1) == "redis://127.0.0.1:6379/1"
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        assert int(redis_url.rsplit("/", 1)[1]) > int(worker.removeprefix("gw"))


@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_takes_jobs_from_both_queues(celery_worker_process: Child, tmp_path: Path) -> None:
    with app.connection_for_write() as line:
        (answer,) = app.control.inspect(timeout=2, connection=line).active_queues().values()
    assert {queue["name"] for queue in answer} == {"default", "bulk"}
    assert process_is_alive(str(tmp_path / "alive"), now=time.time())


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("theme", "width"), [("light", 360), ("dark", 1280)])
def test_axe_finds_what_is_wrong_in_a_real_browser(page_factory, axe, theme: str, width: int) -> None:
    page = page_factory(theme=theme, width=width)
    page.set_content(
        '<!doctype html><html lang="id"><title>Uji</title><main><h1>Uji</h1>'
        '<label><input type="radio" name="a" aria-describedby="nowhere"> A</label><img src="data:,"></main></html>'
    )
    assert page.evaluate("innerWidth") == width
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == (theme == "dark")
    with pytest.raises(AssertionError) as found:
        axe(page)
    said = str(found.value)
    assert "image-alt" in said
    assert "radio without fieldset and legend" in said
    assert "aria-describedby names no element" in said


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_axe_passes_a_clean_page(page_factory, axe) -> None:
    page = page_factory()
    page.set_content('<!doctype html><html lang="id"><title>Uji</title><main><h1>Uji</h1></main></html>')
    axe(page)
