"""A command on the data of a running demo: it finds the demo's own servers, or says that there is none."""

from __future__ import annotations

import pytest

from config import demo_command, demo_state
from config.demo_state import Place


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A project in which a demo may have run."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    made = Place(tmp_path)
    made.prepare()
    return made


def test_without_a_demo_it_says_so(place, monkeypatch, capsys):
    monkeypatch.setattr(demo_command, "PROJECT", place.project)
    assert demo_command.main(["demo_phase", "1.01.01", "planning"]) == 1
    assert "make demo" in capsys.readouterr().err


def test_it_reaches_the_servers_that_the_demo_noted(place, tmp_path):
    noted = {
        "postgres": {"home": str(tmp_path), "port": 5433, "password": "rahasia"},
        "redis": {"port": 6380, "password": "rahasia"},
    }
    demo_state.save(place, {**demo_state.load(place), **noted})
    env = demo_command.environment(place)
    assert (env["APP_ENV"], ":5433/" in env["DATABASE_URL"], ":6380/" in env["REDIS_URL"]) == (
        "demo",
        True,
        True,
    )


def test_named_servers_go_first(place, tmp_path, monkeypatch):
    demo_state.save(
        place,
        {
            **demo_state.load(place),
            "postgres": {"home": str(tmp_path), "port": 5433, "password": "x"},
            "redis": {"port": 6380, "password": "x"},
        },
    )
    monkeypatch.setenv("DATABASE_URL", "postgres://u@127.0.0.1:1/d")
    assert demo_command.environment(place)["DATABASE_URL"] == "postgres://u@127.0.0.1:1/d"
