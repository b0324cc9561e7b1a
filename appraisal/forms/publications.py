"""What HR writes when results are published or taken back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.fields import TextField
from core.forms import BaseForm

REASON_LIMIT = 2000


class PublishForm(BaseForm):
    """Why some people are left out; asked only when there are any."""

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


class RecallForm(BaseForm):
    """Why the results are taken back."""

    reason = TextField(
        label=_("Why are the results taken back?"),
        help_text=_("Everybody who was told of the results reads it."),
        max_length=REASON_LIMIT,
        rows=3,
    )
