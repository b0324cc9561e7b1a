"""Who may sign in to the demo: the list that is printed at the start and offered at the door."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from accounts.models import Agency
from appraisal.demo.personas import PASSWORD, PERSONAS


def account_list() -> list[dict[str, Any]]:
    """One entry for each persona, in the order in which one would try them."""
    names = dict(
        Agency.objects.filter(code__in={persona.unit for persona in PERSONAS}).values_list("code", "name")
    )
    return [
        {
            "persona": persona.given_name,
            "name": persona.name,
            "role": persona.role,
            "agency": names[persona.unit],
            "login": persona.login,
            "password": PASSWORD,
            "totp_secret": None,
            "what": persona.what,
        }
        for persona in PERSONAS
    ]


def write_accounts(path: Path) -> None:
    """Replace the file, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".new")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(account_list(), file, ensure_ascii=False, indent=1)
        file.write("\n")
    partial.replace(path)
