"""The invented people of the demo, offered at the door: only in the demo, only on this machine."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role

# What the file calls people who hold no granted role.
_OTHERS: dict[str, str | Promise] = {
    "employee": _("Employee"),
    "supervisor": _("Supervisor"),
    "superior": _("Supervisor of supervisors"),
    "peer": _("Colleague"),
    "subordinate": _("Subordinate"),
    "mayor": _("Mayor"),
}


@dataclass(frozen=True, slots=True)
class Persona:
    """One entry of var/demo/accounts.json, as `make demo` writes it."""

    persona: str
    role: str
    agency: str
    login: str
    password: str

    @property
    def role_words(self) -> str | Promise:
        """The role in the reader's language; a role that nobody knows as the file has it."""
        if self.role in _OTHERS:
            return _OTHERS[self.role]
        return Role(self.role).label if self.role in Role.values else self.role


def personas_for(request: HttpRequest) -> tuple[Persona, ...]:
    """Whom the sign-in page offers: nobody unless this is the demo and the browser is on the same machine."""
    if not settings.DEMO or not _on_this_machine(request):
        return ()
    try:
        entries = json.loads(settings.DEMO_ACCOUNTS_FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    return tuple(
        Persona(
            persona=entry["persona"],
            role=entry["role"],
            agency=entry["agency"] or "",
            login=entry["login"],
            password=entry["password"],
        )
        for entry in entries
    )


def _on_this_machine(request: HttpRequest) -> bool:
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
