"""Configuration of the app."""

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """See docs/architecture.md for what lives here."""

    name = "indicators"
    verbose_name = "indicators"
