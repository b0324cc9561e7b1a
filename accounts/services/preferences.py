"""How a person wants the pages to look and to speak."""

from __future__ import annotations

import uuid

from accounts.models import Employee


def choose_preferences(*, employee_id: uuid.UUID, language: str, theme: str) -> None:
    """Store language and appearance. A matter of taste: no audit event."""
    Employee.objects.filter(pk=employee_id).update(language=language, theme=theme)
