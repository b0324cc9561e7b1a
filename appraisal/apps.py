"""Configuration of the app."""

from importlib import import_module

from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    """See docs/architecture.md for what lives here."""

    name = "appraisal"
    verbose_name = "appraisal"

    def ready(self) -> None:
        """Register what is said to people, so that any process can show and mail it."""
        import_module("appraisal.notices")
        import_module("appraisal.peer_notices")
        import_module("appraisal.reminder_notices")
        import_module("appraisal.box_notices")
