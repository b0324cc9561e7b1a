"""What makes silence loud, and lets `transaction=True` tests flush guarded tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from django.conf import settings
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.postgresql.operations import DatabaseOperations
from django.template import Context


class UnknownVariable(AssertionError):
    """A template of ours names something that its context does not have."""


class RaisingText(str):
    """`string_if_invalid` that raises for our own templates and is empty for those of packages."""

    __slots__ = ()

    def __mod__(self, variable: object) -> str:
        """Django formats the text with the name of the unknown variable."""
        template = _current_template()
        if template is not None and "site-packages" in template:
            return ""
        raise UnknownVariable(f"{variable} is unknown in {template or 'a template'}")


def _current_template() -> str | None:
    """The file of the template that is being rendered, from the rendering frame's context."""
    frame = sys._getframe(2)
    while frame is not None:
        context = frame.f_locals.get("context")
        if isinstance(context, Context):
            rendering = context.render_context.template or context.template
            return str(rendering.origin.name) if rendering is not None else None
        frame = frame.f_back  # type: ignore[assignment]  # None ends the loop
    return None


def make_unknown_variables_fail() -> None:
    """Must run before the first template is rendered."""
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = RaisingText("%s")


def let_the_flush_pass_the_guards() -> None:
    """TRUNCATE of audit tables is refused by triggers, which a replica's session does not fire.

    Only the flush between tests may do this; nothing in the product does.
    """

    def execute_sql_flush(self: DatabaseOperations, sql_list: Sequence[str]) -> None:
        guarded = ["SET LOCAL session_replication_role = replica", *sql_list] if sql_list else []
        BaseDatabaseOperations.execute_sql_flush(self, guarded)

    DatabaseOperations.execute_sql_flush = execute_sql_flush  # type: ignore[method-assign]  # tests only, see the docstring
