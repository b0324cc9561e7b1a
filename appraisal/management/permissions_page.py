"""docs/permissions.md, written from the URLconf, the entry rules of its views and the policies."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType

from django.urls import URLPattern, URLResolver, get_resolver

import accounts.policies
import appraisal.policies
from accounts.enums import Role
from appraisal.management.workflow_page import said
from core.access import Access

HEAD = """\
# Who may enter, and who sees what

Written by `make docs` from the URLconf, `@access` on every view, and each app's `policies.py`. Change those, never this
page.

Entering a page and seeing an object are two questions. A view lets in whoever its rule names, and then loads objects
through a policy: what is invisible does not exist (404), what is visible but not one's own to do is refused (403), and
the right person at the wrong time reads a sentence.
"""

POLICIES: tuple[ModuleType, ...] = (accounts.policies, appraisal.policies)


def permissions_page() -> str:
    """The page as text. The language must be English."""
    return "\n".join([HEAD, *_routes(), *_policies()])


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Every route with its full path."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for entry in patterns:
            path = f"{prefix}{entry.pattern}"
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, path)
            else:
                yield path, entry

    return walk(get_resolver().url_patterns, "/")


def entry_rule(rule: Access) -> str:
    """Whom a rule lets in."""
    if rule.public:
        return "anybody"
    if rule.roles:
        return ", ".join(str(Role(role).label) for role in Role if role in rule.roles)
    return "any signed-in person"


def _routes() -> Iterator[str]:
    yield "## Routes"
    yield ""
    yield "| path | name | who may enter | why |"
    yield "|---|---|---|---|"
    for path, pattern in sorted(routes(), key=lambda route: route[0]):
        rule: Access = pattern.callback.access  # type: ignore[attr-defined]  # set by core.access
        yield f"| `{path}` | `{pattern.name}` | {entry_rule(rule)} | {rule.reason} |"
    yield ""


def _policies() -> Iterator[str]:
    yield "## Policies"
    yield ""
    for module in POLICIES:
        yield f"### {module.__name__}"
        yield ""
        yield said_by_module(module)
        yield ""
        for function in _public_functions(module):
            yield f"- `{function.__name__}`: {said(function)}"
        yield ""


def said_by_module(module: ModuleType) -> str:
    """The first paragraph of a module's docstring, on one line."""
    return " ".join((inspect.getdoc(module) or "").split("\n\n")[0].split())


def _public_functions(module: ModuleType) -> list[Callable[..., object]]:
    """The functions that a module defines, in the order in which it defines them."""
    found = [
        function
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]
    return sorted(found, key=lambda function: function.__code__.co_firstlineno)
