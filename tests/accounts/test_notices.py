"""What is said to people about their account."""

import os
import subprocess
import sys

import pytest
from django.utils import translation

from core.notifications import kind_of


def test_every_process_knows_the_kinds_without_opening_a_page() -> None:
    script = (
        "import django; django.setup(); from core.notifications import kinds; "
        "print(*(kind.code for kind in kinds() if kind.code.startswith('account.')))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ
    )

    assert done.stdout.split() == [
        "account.browser_paused",
        "account.password_changed",
        "account.sign_in_paused",
    ]


@pytest.mark.parametrize("code", ["account.sign_in_paused", "account.browser_paused"])
def test_a_pause_is_told_with_its_numbers(code: str) -> None:
    with translation.override("en"):
        body = kind_of(code).body_for({"failures": 10, "minutes": 5})

    assert "After 10 wrong passwords" in body
    assert "5 minutes" in body
