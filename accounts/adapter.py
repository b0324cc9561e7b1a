"""allauth, closed to sign-up: people come from the city's records."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
