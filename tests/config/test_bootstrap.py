"""The first step of make: an old Python is told so, and packages are installed only when the list changed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAKED = "import runpy, sys; sys.version_info = {version!r}; runpy.run_path('config/bootstrap.py', run_name='__main__')"


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=project, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with nothing but the first step, and an empty list of packages."""
    (tmp_path / "config").mkdir()
    shutil.copy(ROOT / "config/bootstrap.py", tmp_path / "config")
    (tmp_path / "requirements-dev.txt").write_text("# none\n")
    return tmp_path


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 10, 13)])
def test_a_python_that_is_too_old_is_told_so_in_one_sentence(project: Path, version: tuple[int, ...]) -> None:
    done = run(project, "-c", FAKED.format(version=version))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("Python 3.11 atau lebih baru diperlukan;")
    assert f"adalah Python {'.'.join(map(str, version))}." in line
    assert not (project / ".venv").exists()


def test_it_is_readable_by_a_python_that_is_too_old() -> None:
    # Feature version 3.6 rejects what came later; f-strings are as new as it gets.
    compile((ROOT / "config/bootstrap.py").read_text(), "bootstrap.py", "exec", _feature_version=6)


@pytest.mark.long
def test_the_environment_is_made_once_and_refreshed_when_the_list_changes(project: Path) -> None:
    first = run(project, "config/bootstrap.py")
    assert first.returncode == 0, first.stderr
    assert "Paket Python siap" in first.stdout
    stamp = project / ".venv" / "installed-requirements"
    assert stamp.read_text() == hashlib.sha256(b"# none\n").hexdigest()

    again = run(project, "config/bootstrap.py")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    (project / "requirements-dev.txt").write_text("# still none\n")
    assert "Paket Python siap" in run(project, "config/bootstrap.py").stdout
    assert stamp.read_text() == hashlib.sha256(b"# still none\n").hexdigest()

    # A package without its hash is refused, and the list does not count as installed.
    (project / "requirements-dev.txt").write_text("six==1.17.0\n")
    refused = run(project, "config/bootstrap.py")
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("Paket Python tidak dapat dipasang;")
    assert stamp.read_text() == hashlib.sha256(b"# still none\n").hexdigest()
