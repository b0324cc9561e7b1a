"""The few errors that a service may raise, each with sentences for people, and the error views."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise

Sentence = str | Promise


class DomainError(Exception):
    """A rule refused an act. `reasons` are sentences that can be shown to the person who acted."""

    def __init__(self, reasons: Sentence | Iterable[Sentence]) -> None:
        self.reasons: tuple[Sentence, ...] = (
            (reasons,) if isinstance(reasons, str | Promise) else tuple(reasons)
        )
        super().__init__("; ".join(str(reason) for reason in self.reasons))


class ActionRefused(DomainError):
    """The act is not possible now: wrong state, wrong time, or something is missing. All reasons are listed."""


class StaleWrite(DomainError):
    """The form was made from an older version than the stored one. `current` is the stored version."""

    def __init__(self, reasons: Sentence | Iterable[Sentence], *, current: object = None) -> None:
        super().__init__(reasons)
        self.current = current


class NotAllowed(DomainError):
    """The person may see the object but the act is not theirs (the page answers 403)."""
