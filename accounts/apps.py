"""Configuration of the app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """See docs/architecture.md for what lives here."""

    name = "accounts"
    verbose_name = "accounts"
