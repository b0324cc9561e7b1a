"""Configuration of the app."""

from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    """See docs/architecture.md for what lives here."""

    name = "appraisal"
    verbose_name = "appraisal"
