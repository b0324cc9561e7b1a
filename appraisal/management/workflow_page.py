"""docs/workflow.md, written from the process table."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

from appraisal.enums import Action, Party, Phase, Track
from appraisal.facts import State
from appraisal.workflow import ON_CLOSE, TRANSITIONS, Transition

HEAD = """\
# The process

Written by `make docs` from `appraisal/workflow.py`. Change the table there, never this page.

An appraisal carries four tracks that overlap in time, each with its own state, and each invitation to review one of its own. Phases are windows, never states: whether
an act is in time is decided by the moment its request arrived. A move is made by one of its parties, from one of its
states, in one of that party's windows, when nothing stands in its way; a refusal lists every reason.
"""


def workflow_page() -> str:
    """The page as text. The language must be English."""
    tracks = [line for track in Track for line in _track(track)]
    return "\n".join([HEAD, *tracks, *_closing(), *_glossary()])


def said(function: Callable[..., object]) -> str:
    """A function's docstring on one line."""
    return " ".join((inspect.getdoc(function) or "").split())


def _moves(track: Track) -> Iterator[tuple[Action, Transition]]:
    return ((action, move) for (own, action), move in TRANSITIONS.items() if own == track)


def _track(track: Track) -> Iterator[str]:
    yield f"## {track.label}"
    yield ""
    yield from _diagram(track)
    yield ""
    yield "| move | from | to | who, in which windows | comment | stands in its way | sets a deadline |"
    yield "|---|---|---|---|---|---|---|"
    for action, move in _moves(track):
        cells = (
            f"{action.label} `{action}`",
            _states(move.sources),
            str(move.target.label),
            "<br>".join(_turns(move)),
            "needed" if move.needs_comment else "",
            ", ".join(f"`{obstacle.__name__}`" for obstacle in move.obstacles),
            f"`{move.deadline.__name__}`" if move.deadline else "",
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _diagram(track: Track) -> Iterator[str]:
    """A mermaid diagram; the moves between the same two states share an arrow."""
    arrows: dict[tuple[State, State], list[str]] = {}
    for action, move in _moves(track):
        who = ", ".join(str(party.label) for party in move.by)
        for source in _in_order(move.sources):
            arrows.setdefault((source, move.target), []).append(f"{action.label} ({who})")
    states = type(next(_moves(track))[1].target)
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state in states:
        yield f'    state "{state.label}" as {state}'
    yield f"    [*] --> {next(iter(states))}"
    for (source, target), moves in arrows.items():
        yield f"    {source} --> {target}: {' / '.join(moves)}"
    yield "```"


def _in_order(states: frozenset[State]) -> list[State]:
    order = list(type(next(iter(states))))
    return sorted(states, key=order.index)


def _states(states: frozenset[State]) -> str:
    return ", ".join(str(state.label) for state in _in_order(states))


def _turns(move: Transition) -> Iterator[str]:
    """Who may make the move, and when."""
    for party, phases in move.by.items():
        if move.within_due:
            when = "until the stored deadline"
        elif phases:
            when = " or ".join(str(phase.label).lower() for phase in Phase if phase in phases)
        else:
            when = "when the time has come" if party == Party.CLOCK else "at any time"
        if party in move.after:
            when += f", after {str(move.after[party].label).lower()} has closed"
        if move.through and phases:
            when += ", and in between"
        if move.late_until:
            when += f"; later marked late, until {str(move.late_until.label).lower()} closes"
        yield f"{party.label}: {when}"


def _closing() -> Iterator[str]:
    yield "## What time does to unfinished work"
    yield ""
    yield "The clock makes these moves two minutes after a phase has closed; running twice changes nothing."
    yield ""
    yield "| phase | what happens when it closes | moves of the clock |"
    yield "|---|---|---|"
    for phase, rule in ON_CLOSE.items():
        moves = ", ".join(f"`{action}`" for _track, action in rule.moves)
        yield f"| {phase.label} | {rule.says} | {moves} |"
    yield ""


def _glossary() -> Iterator[str]:
    """Obstacles and deadlines with their docstrings, each once, and the parties."""
    yield "## What stands in the way"
    yield ""
    for function in _once(obstacle for move in TRANSITIONS.values() for obstacle in move.obstacles):
        yield f"- `{function.__name__}`: {said(function)}"
    yield ""
    yield "## Deadlines that a move sets"
    yield ""
    for function in _once(move.deadline for move in TRANSITIONS.values() if move.deadline):
        yield f"- `{function.__name__}`: {said(function)}"
    yield ""
    yield "## Parties"
    yield ""
    yield ", ".join(str(party.label) for party in Party) + "."
    yield ""


def _once(functions: Iterator[Callable[..., object]]) -> list[Callable[..., object]]:
    return sorted(set(functions), key=lambda function: function.__name__)
