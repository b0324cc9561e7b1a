"""What the components of templates/components show: frozen pieces of text that selectors and views fill."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _

from core.errors import Sentence

Tone = Literal["", "plain", "ok", "warn", "bad", "info", "here", "final"]


@dataclass(frozen=True, slots=True)
class Badge:
    """A state: an icon and a word; the tone only strengthens them."""

    label: Sentence
    icon: str
    tone: Tone = ""


# States of a piece of work, the same on every page. What is done is plain, so that open work stands out.
DONE = Badge(_("Done"), "check", "plain")
IN_PROGRESS = Badge(_("In progress"), "half", "info")
NOT_STARTED = Badge(_("Not started"), "ring")
NOT_YET = Badge(_("Cannot be started yet"), "lock")
PROBLEM = Badge(_("Needs attention"), "stop", "bad")


@dataclass(frozen=True, slots=True)
class Progress:
    """So many of so many, with the sentence that a screen reader says."""

    done: int
    total: int
    label: Sentence


@dataclass(frozen=True, slots=True)
class Task:
    """One part of a form on its task list. Without a url it cannot be opened yet."""

    title: Sentence
    badge: Badge
    text: Sentence = ""
    url: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do on a home page. `closes_at` is the exclusive closing moment, `action` the button's words."""

    title: Sentence
    url: str
    text: Sentence = ""
    closes_at: dt.datetime | None = None
    action: Sentence = ""
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class PhaseStep:
    """One stretch of the year."""

    name: Sentence
    text: Sentence
    state: Literal["done", "now", "ahead"] = "ahead"


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value; `badge` stands behind the value."""

    label: Sentence
    value: Sentence
    url: str = ""
    badge: Badge | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One line of the tree that says where a result comes from."""

    label: Sentence
    value: Sentence = ""
    why: Sentence = ""
    rule: Sentence = ""
    children: tuple[Node, ...] = ()
    open: bool = False


@dataclass(frozen=True, slots=True)
class AxisLabel:
    """The name of a row or column of the matrix; `rest` is dropped from sight on a phone."""

    short: Sentence
    rest: Sentence = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One crossing. With `count` the cell says how many people stand there; `shade` 0 to 3 says how dense."""

    text: Sentence
    count: int | None = None
    url: str = ""
    shade: Literal[0, 1, 2, 3] = 0


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows and columns that cross; `here` is the (row, column) of the result the page is about, and
    `here_text` what is said there: "You are here" to the person.
    """

    caption: Sentence
    row_title: Sentence
    column_title: Sentence
    columns: tuple[AxisLabel, ...]
    rows: tuple[tuple[AxisLabel, tuple[Cell, ...]], ...]
    here: tuple[int, int] | None = None
    here_text: Sentence = ""
