"""The sealed envelope of a reviewer's answer, pure: sealing, receipts, proofs, and what of it can be counted (ADR 10).

An envelope is opened only with the key of its cycle and agency, and only under the invitation it was sealed for.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Iterable, Mapping
from textwrap import wrap
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.canonical import canonical

VERSION = 1
KEY_BYTES = 32
# One answer takes so much room in every envelope, however much or little is written: a size that follows the words
# would tell whose the long review is. A sent answer and the one that is to replace it take room for two.
ANSWER = 16 * 1024
# What the pages of one answer may take; the rest is for times, revisions and the receipt.
FULL = ANSWER - 1024
_NONCE_BYTES = 12
_TAG_BYTES = 16
_LENGTH_BYTES = 4

# Without I, L, O and U: nothing in a receipt can be mistaken for something else.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISTAKEN = str.maketrans("OIL", "011")
RECEIPT_LENGTH = 26
_GROUP = 4


class Unreadable(Exception):
    """The envelope cannot be opened: another key, another invitation, or its bytes were altered."""


# --- the envelope -------------------------------------------------------------------------------


def new_key() -> bytes:
    """A random key of 256 bits."""
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def _bound_to(invitation_id: uuid.UUID) -> bytes:
    return bytes([VERSION]) + invitation_id.bytes


def seal(key: bytes, invitation_id: uuid.UUID, content: Mapping[str, Any]) -> bytes:
    """The content as canonical JSON, padded to the room of its answers, encrypted (AES-256-GCM) for this invitation alone.

    Each call gives other bytes: the nonce is random (96 bits; a key seals far fewer than 2^32 times). Raises ValueError
    for more than there is room for, which `fits` prevents.
    """
    text = canonical(content).encode()
    padded = len(text).to_bytes(_LENGTH_BYTES, "big") + text
    room = ANSWER * max(1, sum(content.get(part) is not None for part in ("draft", "sent")))
    if len(padded) > room:
        raise ValueError("more words than an envelope has room for")
    padded += bytes(room - len(padded))
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return bytes([VERSION]) + nonce + AESGCM(key).encrypt(nonce, padded, _bound_to(invitation_id))


def fits(pages: Mapping[str, Any]) -> bool:
    """Whether there is room for these pages of one answer."""
    return len(canonical(pages).encode()) <= FULL


def unseal(key: bytes, invitation_id: uuid.UUID, sealed: bytes | memoryview) -> dict[str, Any]:
    """What was sealed for this invitation. Raises Unreadable."""
    data = bytes(sealed)
    if len(data) < 1 + _NONCE_BYTES + _TAG_BYTES or data[0] != VERSION:
        raise Unreadable("no envelope of a known version")
    nonce, closed = data[1 : 1 + _NONCE_BYTES], data[1 + _NONCE_BYTES :]
    try:
        padded = AESGCM(key).decrypt(nonce, closed, _bound_to(invitation_id))
    except InvalidTag as error:
        raise Unreadable("another key, another invitation, or altered") from error
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    content: dict[str, Any] = json.loads(padded[_LENGTH_BYTES : _LENGTH_BYTES + length])
    return content


# --- the receipt --------------------------------------------------------------------------------


def new_receipt() -> str:
    """A random secret of 130 bits in groups of four, as it is shown once to the reviewer."""
    return shown("".join(_ALPHABET[byte % len(_ALPHABET)] for byte in secrets.token_bytes(RECEIPT_LENGTH)))


def shown(receipt: str) -> str:
    """A receipt in groups of four."""
    return "-".join(wrap(normal(receipt), _GROUP))


def normal(receipt: str) -> str:
    """A typed receipt without what people add or mistake: spaces, dashes, small letters, O for 0, I and L for 1."""
    letters = receipt.upper().translate(_MISTAKEN)
    return "".join(letter for letter in letters if letter in _ALPHABET)


def same_receipt(one: str, other: str) -> bool:
    """Whether two receipts are the same, however they were typed; takes as long whatever they are."""
    return hmac.compare_digest(normal(one), normal(other))


def proof_of(receipt: str, content: Mapping[str, Any]) -> bytes:
    """HMAC-SHA-256 of the receipt over the canonical content: who has the receipt can find the answer, nobody else."""
    return hmac.digest(normal(receipt).encode(), canonical(content).encode(), hashlib.sha256)


def proof_of_nobody() -> bytes:
    """For an answer that was counted without being sent, so without a receipt: looks like any other proof."""
    return secrets.token_bytes(hashlib.sha256().digest_size)


# --- what is counted ----------------------------------------------------------------------------


def final(pages: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The pages as they count: about what was not observed enough no words remain."""
    return {
        code: {"level": page["level"], "strength": "", "wish": ""} if not page["level"] else dict(page)
        for code, page in pages.items()
    }


def counted(content: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The answer that an envelope marked as complete brings into the count, and the proof of its receipt.

    What was sent counts, else the complete draft, whose proof is nobody's.
    """
    sent = content["sent"]
    if sent is None:
        return {"pages": final(content["draft"]["pages"])}, proof_of_nobody()
    answer = {"pages": sent["pages"]}
    return answer, proof_of(sent["receipt"], answer)


# --- the order of the pages ---------------------------------------------------------------------


def value_order(invitation_id: uuid.UUID, codes: Iterable[str]) -> tuple[str, ...]:
    """The values in an order of this reviewer's own: at random between reviewers, always the same for one."""
    return tuple(sorted(codes, key=lambda code: hashlib.sha256(invitation_id.bytes + code.encode()).digest()))
