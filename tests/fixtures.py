"""The people and the year of tests/personas.py and tests/walk.py, as fixtures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.clock import now
from tests.personas import City, build_city
from tests.walk import Stage, World, build_world


@pytest.fixture
def city(db: None) -> City:
    """Places and people, without a cycle."""
    return build_city()


@pytest.fixture
def world_in(db: None) -> Callable[[Stage], World]:
    """Builds the city in a stage of the year, with the right phase open now. Once in a test."""
    return lambda stage: build_world(stage, now=now())
