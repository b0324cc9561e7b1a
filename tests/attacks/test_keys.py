"""After the end of the key: everything that was ever stored, every dump and the WAL together open no envelope."""

from __future__ import annotations

import re
import uuid
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from appraisal import ballot, key_files
from appraisal.models import BallotKey
from appraisal.services import ballot_keys, boxes
from tests.appraisal import peers as p
from tests.attacks.ballots import Seen
from tests.attacks.seen import as_bytes

# Salts, digests, proofs, fingerprints: as dumps show them, and as a file has them.
WORD = re.compile(rb"(?<![0-9a-f])([0-9a-f]{64})(?![0-9a-f])")


def files() -> dict[Path, bytes]:
    folders = (Path(settings.BALLOT_KEYS_DIR), Path(settings.BALLOT_KEY_COPIES_DIR))
    return {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def holds(secret: bytes, held: bytes) -> bool:
    return any(form in held for form in (secret, secret.hex().encode(), b64encode(secret)))


def keys_in(held: bytes) -> Iterator[bytes]:
    """Whatever looks like a key: 32 bytes in hexadecimal digits."""
    return (bytes.fromhex(found[1].decode()) for found in WORD.finditer(held))


def opens(key: bytes, sealed: dict[str, bytes]) -> bool:
    invitation, some = next(iter(sealed.items()))
    try:
        ballot.unseal(key, uuid.UUID(invitation), some)
    except ballot.Unreadable:
        return False
    return True


@pytest.mark.django_db
@pytest.mark.long
def test_the_key_was_never_in_the_database_nor_in_the_wal(seen: Seen) -> None:
    assert opens(seen.secret, seen.sealed)  # the right key, and the old envelopes are there
    for held in (as_bytes(seen.before), as_bytes(seen.after), seen.wal_writing.data, seen.wal_opening.data):
        assert not holds(seen.secret, held)


@pytest.mark.django_db
@pytest.mark.long
def test_nothing_that_is_left_opens_an_envelope_of_an_old_dump(seen: Seen) -> None:
    assert not seen.after["appraisal_envelope"]
    left = as_bytes(seen.after) + b"\n".join(files().values())
    tried = {key for held in (as_bytes(seen.before), left) for key in keys_in(held)}
    assert len(tried) > 300
    assert not [key for key in tried if opens(key, seen.sealed)]
    assert not holds(seen.secret, left)


@pytest.mark.django_db
def test_a_key_that_had_been_set_aside_under_another_name_goes_too(tmp_path: Path, settings) -> None:
    settings.BALLOT_KEYS_DIR, settings.BALLOT_KEY_COPIES_DIR = tmp_path / "keys", tmp_path / "copies"
    _year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    key = BallotKey.objects.get()
    secret = key_files.read(key.pk, key.fingerprint)
    # Somebody put this key in the place of another, which was then restored: the file was set aside, with this key in it.
    for number, folder in enumerate((tmp_path / "keys", tmp_path / "copies")):
        (folder / f"{uuid.UUID(int=number)}.wrong-0a0b0c0d").write_text(secret.hex())
    (tmp_path / "keys" / f"{key.pk}.wrong-01020304").write_text("ab" * 32)
    assert ballot_keys.make_keys(at=p.DURING) == 0
    boxes.open_due_boxes(at=p.SWEPT)
    assert len(files()) == 5
    assert boxes.destroy_spent_keys(at=p.SWEPT) == 1
    assert files() == {}


@pytest.mark.django_db
def test_another_agencys_key_stays(tmp_path: Path, settings) -> None:
    settings.BALLOT_KEYS_DIR, settings.BALLOT_KEY_COPIES_DIR = tmp_path / "keys", tmp_path / "copies"
    _year, asked = p.build_box(peers=3)
    for one in asked:
        p.put(one)
    other = uuid.UUID(int=5)
    key_files.write_new(other, b"5" * 32)
    boxes.open_due_boxes(at=p.SWEPT)
    assert boxes.destroy_spent_keys(at=p.SWEPT) == 1
    assert [path.name for path in files()] == [f"{other}.key"] * 2
