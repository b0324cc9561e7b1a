"""The ground floor: no word of the domain."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Audit, notifications, access, forms, figures and components."""

    name = "core"
    verbose_name = "core"
