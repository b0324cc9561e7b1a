"""One connection to the mail server, and what its answers mean for a message."""

from __future__ import annotations

import smtplib
from types import TracebackType
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email


class ServerDown(Exception):
    """The server cannot be reached or takes no mail from us: nobody's message is to blame."""


class Refused(Exception):
    """The server refuses this message for good."""


class TryLater(Exception):
    """The server cannot take this message now."""


def has_usable_address(address: str | None) -> bool:
    """Whether there is an address that mail can be sent to."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


class Line:
    """A connection that is opened by the first mail and closed at the end."""

    def __init__(self) -> None:
        self._connection: Any = None

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, mail: EmailMultiAlternatives) -> None:
        """Hand one mail over. Raises ServerDown, Refused or TryLater, each with the server's answer in brief."""
        try:
            if self._connection is None:
                self._connection = get_connection()
                self._connection.open()
            self._connection.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as error:
            self._start_afresh()
            _raise_for(*next(iter(error.recipients.values())), error)
        except smtplib.SMTPDataError as error:
            self._start_afresh()
            _raise_for(error.smtp_code, error.smtp_error, error)
        except (smtplib.SMTPException, OSError) as error:
            # Refused senders and passwords belong here, too: they are the same for every message.
            self._hang_up()
            raise ServerDown(f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()) from error

    def _start_afresh(self) -> None:
        """A server may hold a refused message against the next one."""
        try:
            self._connection.connection.rset()
        except (smtplib.SMTPException, OSError, AttributeError):
            self._hang_up()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _raise_for(code: int, answer: bytes | str, error: Exception) -> None:
    """Only the codes are kept: a server's words may repeat the address."""
    enhanced = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    first = enhanced.split(" ", 1)[0]
    said = f"{code} {first}" if first.replace(".", "").isdigit() else str(code)
    raise (Refused(said) if code >= 500 else TryLater(said)) from error
