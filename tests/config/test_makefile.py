"""`make` alone lists every target with one line of help, and the CI script calls the same targets."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()


def targets() -> set[str]:
    """The targets meant for people; `environment` is only a step of the others."""
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony
    return set(phony.group(1).split()) - {"environment"}


def test_make_alone_says_what_there_is() -> None:
    # The tests run under make themselves; a make inside make says more.
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    said = subprocess.run(["make"], cwd=ROOT, env=outside, capture_output=True, text=True, check=True).stdout
    lines = [line.split(maxsplit=2) for line in said.splitlines()]
    assert all(words[0] == "make" and len(words) == 3 for words in lines)
    assert {words[1] for words in lines} == targets()


def test_a_demo_and_the_checks_first_make_the_environment_ready() -> None:
    for target in targets() - {"help", "clean"}:
        assert re.search(rf"^{target}: environment\b", MAKEFILE, re.MULTILINE), target


def test_the_ci_script_is_executable_and_calls_known_targets() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)
    called = set(re.findall(r"\bmake ([a-z-]+)", script.read_text()))
    assert {"check", "test", "long", "environment"} <= called <= targets() | {"environment"}
