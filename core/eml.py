"""A mail back end that writes one .eml file for each mail, for the demo: every mail program opens them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from core.clock import CITY_TIME, now


class EmlBackend(BaseEmailBackend):
    """Writes into settings.EMAIL_FILE_PATH, named by moment and Message-ID."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the files, each whole or not at all; returns how many."""
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for mail in email_messages:
            message = mail.message()
            moment = now().astimezone(CITY_TIME).strftime("%Y%m%d-%H%M%S-%f")
            name = re.sub(r"[^\w@.-]", "", str(message["Message-ID"]))
            unfinished = folder / f".{moment}-{name}.part"
            unfinished.write_bytes(message.as_bytes())
            unfinished.rename(folder / f"{moment}-{name}.eml")
        return len(email_messages)
