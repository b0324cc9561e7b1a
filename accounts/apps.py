"""Configuration of the app."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """See docs/architecture.md for what lives here."""

    name = "accounts"
    verbose_name = "accounts"

    def ready(self) -> None:
        """Register what is said to people about their account, so that any process can show the inbox."""
        import_module("accounts.notices")
