"""What HR writes when a year is closed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.fields import TextField
from core.forms import BaseForm

REASON_LIMIT = 2000


class CloseForm(BaseForm):
    """Why some people have no rating; asked only when there are any."""

    reason = TextField(
        label=_("Why are they left out?"),
        help_text=_("The people concerned read it, together with your name."),
        max_length=REASON_LIMIT,
        rows=3,
    )

    def __init__(self, *args: Any, left_out: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not left_out:
            del self.fields["reason"]
