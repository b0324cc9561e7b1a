"""The keys of the boxes, as files: one in the keys' folder and a copy in another place, never in the database.

The folders are settings.BALLOT_KEYS_DIR and settings.BALLOT_KEY_COPIES_DIR. A file holds 64 hexadecimal digits; its name
is the id of its row, its SHA-256 stands there as the fingerprint (ADR 10).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import uuid
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.errors import ActionRefused


class KeyUnavailable(ActionRefused):
    """The key file is missing, wrong or not readable: nothing can be sealed or opened until it is restored."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Your words cannot be locked away safely right now, so nothing was saved. They still stand on this "
                "page. HR sees the problem; please try again later."
            )
        )


class FileState(StrEnum):
    """How a key file was found."""

    GOOD = "good"
    MISSING = "missing"
    WRONG = "wrong"


def fingerprint_of(key: bytes) -> str:
    """SHA-256 of a key: recognises it and tells nothing about it."""
    return hashlib.sha256(key).hexdigest()


def _file(folder: str | Path, key_id: uuid.UUID) -> Path:
    return Path(folder) / f"{key_id}.key"


def _places(key_id: uuid.UUID) -> tuple[Path, Path]:
    return _file(settings.BALLOT_KEYS_DIR, key_id), _file(settings.BALLOT_KEY_COPIES_DIR, key_id)


def _content(path: Path) -> bytes | None:
    """The key in a file, or None when there is none that can be read."""
    try:
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return b""


def read(key_id: uuid.UUID, fingerprint: str) -> bytes:
    """The key, checked against its fingerprint. Raises KeyUnavailable."""
    key = _content(_places(key_id)[0])
    if not key or fingerprint_of(key) != fingerprint:
        raise KeyUnavailable
    return key


def states(key_id: uuid.UUID, fingerprint: str) -> tuple[FileState, FileState]:
    """How the key file and its copy are found."""
    found = []
    for path in _places(key_id):
        key = _content(path)
        if key is None:
            found.append(FileState.MISSING)
        else:
            found.append(FileState.GOOD if fingerprint_of(key) == fingerprint else FileState.WRONG)
    return found[0], found[1]


def write_new(key_id: uuid.UUID, key: bytes) -> None:
    """Write a new key and its copy, each for its owner alone and on disk before this returns.

    Raises OSError when a folder cannot be written, FileExistsError when there is such a file: none is overwritten.
    """
    for path in _places(key_id):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, key)


def _write(path: Path, key: bytes) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(number, key.hex().encode() + b"\n")
        os.fsync(number)
    finally:
        os.close(number)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def restore(key_id: uuid.UUID, fingerprint: str) -> bool:
    """Put the good one of file and copy in the place of the other; returns whether both are good now.

    A wrong file is set aside beside it, never deleted. Raises OSError when a folder cannot be written.
    """
    places = _places(key_id)
    key = next(
        (key for path in places if (key := _content(path)) and fingerprint_of(key) == fingerprint), None
    )
    if key is None:
        return False
    for path, state in zip(places, states(key_id, fingerprint), strict=True):
        if state == FileState.WRONG:
            _set_aside(path)
        if state != FileState.GOOD:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, key)
    return True


def replace(key_id: uuid.UUID, key: bytes) -> None:
    """Write another key in the place of a lost one; what stands there is set aside, never deleted. Raises OSError."""
    for path in _places(key_id):
        if path.exists():
            _set_aside(path)
    write_new(key_id, key)


def _set_aside(path: Path) -> None:
    path.rename(path.with_suffix(f".wrong-{secrets.token_hex(4)}"))


def destroy(key_id: uuid.UUID, fingerprint: str) -> None:
    """Overwrite and remove the key file, its copy, what was set aside for them, and this key under any other name.

    Nothing happens where there is none. Raises OSError.
    """
    for place in _places(key_id):
        for path in (*place.parent.glob(f"{key_id}.*"), *_others_with(place.parent, fingerprint)):
            with contextlib.suppress(FileNotFoundError):
                with path.open("r+b") as file:
                    file.write(secrets.token_bytes(path.stat().st_size))
                    file.flush()
                    os.fsync(file.fileno())
                path.unlink()
                _sync_folder(path.parent)


def _others_with(folder: Path, fingerprint: str) -> Iterator[Path]:
    """Files in which this key lies under another's name: somebody has exchanged two, and one was set aside."""
    for path in folder.glob("*"):
        key = _content(path)
        if key and fingerprint_of(key) == fingerprint:
            yield path


def folders_in_order() -> bool:
    """Whether both folders can be written and are two different places."""
    folders = [Path(settings.BALLOT_KEYS_DIR), Path(settings.BALLOT_KEY_COPIES_DIR)]
    if folders[0].resolve() == folders[1].resolve():
        return False
    return all(os.access(_existing(folder), os.W_OK | os.X_OK) for folder in folders)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists: the keys' own folder is made with the first key."""
    return next(place for place in (folder, *folder.resolve().parents) if place.exists())
