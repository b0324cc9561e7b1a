"""The generated pages of docs/ are as the code would write them today."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from appraisal.enums import Action, Phase
from appraisal.management.commands.write_docs import pages
from tests.house import routes


def test_the_pages_of_the_repository_are_up_to_date() -> None:
    call_command("write_docs", check=True)


def test_pages_are_written_in_english_and_alike_whatever_the_language() -> None:
    with translation.override("id"):
        indonesian = pages()
    with translation.override("en"):
        assert pages() == indonesian


def test_a_stale_page_is_named_and_not_touched(tmp_path: Path) -> None:
    call_command("write_docs", folder=tmp_path)
    (tmp_path / "workflow.md").write_text("old", encoding="utf-8")

    with pytest.raises(CommandError, match=r"^Out of date, run write_docs: workflow\.md\.$"):
        call_command("write_docs", folder=tmp_path, check=True)
    assert (tmp_path / "workflow.md").read_text(encoding="utf-8") == "old"

    call_command("write_docs", folder=tmp_path)
    call_command("write_docs", folder=tmp_path, check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["permissions.md", "workflow.md"]


def test_every_action_and_phase_is_told() -> None:
    text = pages()["workflow.md"]
    assert [action for action in Action if f"`{action}`" not in text] == []
    in_use = set(Phase) - {Phase.NOMINATION, Phase.PEER_REVIEW}
    with translation.override("en"):
        assert [phase for phase in in_use if f"| {phase.label} |" not in text] == []
    assert "sent --> returned: Return the plan (Supervisor, Day-to-day head (Plh))" in text


def test_every_route_is_told_with_its_rule() -> None:
    lines = pages()["permissions.md"].splitlines()
    for path, pattern in routes():
        (line,) = [line for line in lines if line.startswith(f"| `{path}` | `{pattern.name}` |")]
        assert line.endswith(f" | {pattern.callback.access.reason} |")
