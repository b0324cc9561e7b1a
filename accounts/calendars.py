"""The secret address of a person's calendar: signed with a number that grows, so that it can be renewed or switched off."""

from __future__ import annotations

import uuid

from django.core import signing

_SALT = "accounts.calendars"


def token_for(employee_id: uuid.UUID, number: int) -> str:
    """The token of the person's address in this generation. Nothing is stored but the number."""
    return signing.Signer(salt=_SALT, sep=".").sign(f"{employee_id.hex}-{number}")


def read_token(token: str) -> tuple[uuid.UUID, int] | None:
    """Whose calendar in which generation, None for anything that we did not sign."""
    try:
        said, _dash, number = signing.Signer(salt=_SALT, sep=".").unsign(token).partition("-")
    except signing.BadSignature:
        return None
    return uuid.UUID(said), int(number)
