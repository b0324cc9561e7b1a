"""The catalogue and the services first, then Django, then the fixtures that every folder may use.

`redis_url`, `reference_data` here; `celery_worker_process` in tests/worker.py; `browser`,
`page_factory` and `axe` in tests/browser.py.
"""

from __future__ import annotations

import os
from pathlib import Path

import django
import pytest
from django.conf import settings

from config import catalogues
from tests import services

if settings.configured:
    pytest.exit("Unset DJANGO_SETTINGS_MODULE: the tests choose their settings after their services.", 4)
if "PYTEST_XDIST_WORKER" not in os.environ:
    catalogues.run_compile(Path(__file__).parents[1])  # the pages speak the language of this checkout
services.provide()
django.setup()

from django.core.cache import cache  # noqa: E402  # needs the settings

from tests import strictness  # noqa: E402

strictness.make_unknown_variables_fail()
strictness.let_the_flush_pass_the_guards()

pytest_plugins = ["tests.browser", "tests.fixtures", "tests.worker"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """The workers, too, must load their settings after their part of the services is known."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_unconfigure() -> None:
    """End the services of this run, also after Ctrl-C."""
    services.end()


@pytest.fixture
def redis_url() -> str:
    """The Redis database of this test process; empty at the start of every test that uses the database."""
    return settings.REDIS_URL


@pytest.fixture(autouse=True)
def _empty_redis(request: pytest.FixtureRequest) -> None:
    """Throttles, idle times and queued jobs of one test are not seen by the next."""
    if {"db", "transactional_db", "redis_url"} & set(request.fixturenames):
        cache.clear()


@pytest.fixture
def reference_data(request: pytest.FixtureRequest) -> None:
    """The agencies, indicators, values and competencies of the city, as `manage.py load_reference` makes them.

    Loaded for the test that asks and gone after it, also where the test flushes instead of rolling back.
    """
    request.getfixturevalue("transactional_db" if "transactional_db" in request.fixturenames else "db")
    from indicators.imports import load_all  # noqa: PLC0415  # only tests that need it pay for it

    load_all()
