"""What the employee writes when they have read their result."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from appraisal.services.results import COMMENT_LIMIT
from core.fields import TextField
from core.forms import BaseForm


class AcknowledgeForm(BaseForm):
    """A comment that the employee may leave with the confirmation of having read."""

    comment = TextField(
        label=_("Your comment"),
        help_text=_(
            "Your supervisor, the superior, the head of the agency and HR read it. It is printed on the evaluation document."
        ),
        max_length=COMMENT_LIMIT,
        rows=3,
        required=False,
    )
