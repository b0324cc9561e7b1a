"""Make .venv ready: the locked packages of requirements-dev.txt, by hash, only when the file changed.

This one file must be readable by any Python 3, so that one that is too old can be told so in a sentence.
Run by make before everything else, with the machine's own Python; needs only the standard library.
"""

import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)
PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / ".venv"
PYTHON = FOLDER / "bin" / "python"
REQUIREMENTS = PROJECT / "requirements-dev.txt"
STAMP = FOLDER / "installed-requirements"


def main():
    """Create or refresh the environment; the exit code is 0 when it is ready."""
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        return refuse(
            f"Python {OLDEST[0]}.{OLDEST[1]} atau lebih baru diperlukan; {sys.executable} adalah Python {found}. "
            "Pasang yang lebih baru, atau sebutkan letaknya: make demo PYTHON=/letak/python3.11"
        )
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if wanted == installed() and runs():
        return 0
    started = time.monotonic()
    print("Paket Python dipasang (hanya bila daftarnya berubah, beberapa menit) ...", flush=True)
    if not runs() and subprocess.call([sys.executable, "-m", "venv", "--clear", str(FOLDER)]) != 0:
        shutil.rmtree(str(FOLDER), ignore_errors=True)
        return refuse("Lingkungan Python tidak dapat dibuat; di Debian pasang dahulu paket python3-venv.")
    command = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
    ]
    if subprocess.call([*command, "--requirement", str(REQUIREMENTS)]) != 0:
        return refuse(
            "Paket Python tidak dapat dipasang; sebabnya tertulis di atas. Periksa jaringan, lalu ulangi."
        )
    STAMP.write_text(wanted)
    print(f"Paket Python siap dalam {time.monotonic() - started:.0f} detik.", flush=True)
    return 0


def refuse(sentence):
    """Say why it cannot go on; returns the exit code."""
    print(sentence, file=sys.stderr)
    return 1


def installed():
    """The hash of what was installed completely, or None."""
    return STAMP.read_text() if STAMP.is_file() else None


def runs():
    """Whether the environment has a Python that is new enough, with pip."""
    probe = f"import sys, pip; sys.exit(sys.version_info < {OLDEST!r})"
    try:
        return subprocess.call([str(PYTHON), "-c", probe], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
