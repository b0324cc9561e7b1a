"""Reads the repository for the house rules: modules as syntax trees, templates as tokens, routes, models."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from django.db import models
from django.db.models import Q
from django.template.base import Lexer, Token, TokenType
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("core", "accounts", "indicators", "appraisal", "config")
APPS = ("core", "accounts", "indicators", "appraisal")


# --- modules ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Module:
    """One module of the product."""

    path: Path
    name: str
    source: str
    tree: ast.Module

    @property
    def where(self) -> str:
        """The path as it is told."""
        return self.path.relative_to(ROOT).as_posix()

    def is_below(self, *names: str) -> bool:
        """Whether it is one of these modules or lies in one of these packages."""
        return any(self.name == name or self.name.startswith(f"{name}.") for name in names)


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the product except migrations, in a fixed order."""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            source = path.read_text(encoding="utf-8")
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found.append(Module(path, name, source, ast.parse(source)))
    return tuple(found)


def layer(*names: str) -> tuple[Module, ...]:
    """The modules of these layers in every app: `services` is accounts.services, appraisal.services …"""
    wanted = [f"{app}.{name}" for app in APPS for name in names]
    return tuple(module for module in modules() if module.is_below(*wanted))


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of_code(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How long a function is without its docstring."""
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node):
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def public_definitions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Public functions, classes, and the public methods of public classes."""
    for node in module.tree.body:
        if isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (
                    inner
                    for inner in node.body
                    if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
                    and not inner.name.startswith("_")
                )


def imported(module: Module) -> Iterator[str]:
    """The dotted names that a module imports, except for types alone."""
    for node in _statements(module.tree.body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _statements(body: list[ast.stmt]) -> Iterator[ast.AST]:
    for statement in body:
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING":
            continue
        yield from ast.walk(statement)


# --- templates ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """One template."""

    path: Path
    name: str
    source: str

    def tags(self) -> list[Token]:
        """Block and variable tags."""
        return [token for token in self.tokens() if token.token_type in {TokenType.BLOCK, TokenType.VAR}]

    def tokens(self) -> list[Token]:
        """The template as Django's lexer splits it."""
        return list(Lexer(self.source).tokenize())


@cache
def templates() -> tuple[Page, ...]:
    """Every template of the product."""
    folder = ROOT / "templates"
    return tuple(
        Page(path, path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".html", ".txt"}
    )


class _Words(HTMLParser):
    """Collects what a reader would see or hear."""

    SPOKEN = frozenset({"aria-label", "alt", "title", "placeholder"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the attributes that are read out."""
        self.found += [value for name, value in attrs if name in self.SPOKEN and value]

    def handle_data(self, data: str) -> None:
        """Take the text."""
        self.found.append(data)


def untranslated_words(page: Page) -> list[str]:
    """Words of a template that stand outside every translation tag."""
    outside: list[str] = []
    inside = ""
    for token in page.tokens():
        if token.token_type == TokenType.BLOCK:
            first = token.contents.split()[0]
            if not inside and first in {"blocktranslate", "comment"}:
                inside = f"end{first}"
            elif first == inside:
                inside = ""
        elif token.token_type == TokenType.TEXT and not inside:
            outside.append(token.contents)
    parser = _Words()
    # A tag of the template may stand inside an HTML tag: the parts are joined without a space.
    parser.feed("".join(outside))
    parser.close()
    return [text.strip() for text in parser.found if re.search(r"[^\W\d_]{2}", text)]


# --- routes -------------------------------------------------------------------------------------


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Every route of the URLconf with its full path."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for entry in patterns:
            path = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, path)
            else:
                yield path, entry

    yield from walk(get_resolver().url_patterns, "/")


# --- constraints --------------------------------------------------------------------------------


def lookups_of(condition: Q) -> Iterator[tuple[str, object]]:
    """Every lookup of a condition with its value."""
    for child in condition.children:
        if isinstance(child, Q):
            yield from lookups_of(child)
        elif isinstance(child, tuple):
            yield child


def allowed_values(model: type[models.Model], field: str) -> set[object] | None:
    """The values that a check constraint of the model lets into the field, or None."""
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.CheckConstraint):
            for lookup, value in lookups_of(constraint.condition):
                if lookup == f"{field}__in":
                    return set(value)
    return None
