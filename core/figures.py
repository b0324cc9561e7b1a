"""Figures drawn by the server: bars as SVG with attributes only, their labels in HTML, and the same numbers as a table.

Build one with `stacked_bars` or `share_bars` and show it with {% bars figure %}.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import wording
from core.errors import Sentence

Fill = Literal["1", "2", "3", "4", "5", "over", "track", "guide"]
_HEIGHT = 26


@dataclass(frozen=True, slots=True)
class Mark:
    """One kind of stretch: its class f-… in app.css and its name."""

    fill: Fill
    label: Sentence


@dataclass(frozen=True, slots=True)
class Bar:
    """One line: label, drawing, the number that matters, and a sentence under it."""

    label: Sentence
    drawing: SafeString
    value: str
    unit: Sentence = ""
    note: Sentence = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The table twin, its numbers already written out."""

    heads: tuple[Sentence, ...]
    rows: tuple[tuple[Sentence, ...], ...]
    foot: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """A figure of bars with legend and table."""

    title: Sentence
    bars: tuple[Bar, ...]
    table: Table
    legend: tuple[Mark, ...] = ()
    title_shown: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """So many in each of the stacked states, in the order of the marks."""

    label: Sentence
    counts: tuple[int, ...]
    url: str = ""
    note: Sentence = ""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of one kind. `guideline` is the greatest share that the guideline foresees, in per cent."""

    label: Sentence
    count: int
    fill: Fill
    guideline: Decimal | None = None
    url: str = ""
    note: Sentence = ""


def stacked_bars(
    *,
    title: Sentence,
    marks: Sequence[Mark],
    groups: Sequence[Group],
    group_title: Sentence,
    unit: Sentence,
    total_label: Sentence = "",
    title_shown: bool = False,
) -> Bars:
    """Progress per group: the number beside each bar is the share of the first state, `unit` its word.

    The table has one row per group, and a sum in its foot when `total_label` names it.
    """
    return Bars(
        title=title,
        title_shown=title_shown,
        legend=tuple(marks),
        bars=tuple(
            Bar(
                label=group.label,
                drawing=_stack(group.counts, marks),
                value=wording.percent(_share(group.counts[0], sum(group.counts)), 0),
                unit=unit,
                note=group.note,
                url=group.url,
            )
            for group in groups
        ),
        table=Table(
            heads=(group_title, *(mark.label for mark in marks), _("Total"), _("Share")),
            rows=tuple(_counted(group.label, group.counts) for group in groups),
            foot=_counted(total_label, _sums(groups)) if total_label and groups else (),
        ),
    )


def share_bars(
    *,
    title: Sentence,
    shares: Sequence[Share],
    kind_title: Sentence,
    unit: Sentence,
    title_shown: bool = False,
) -> Bars:
    """How a whole is spread over its kinds, each beside the guideline where there is one. `unit` counts the things."""
    total = sum(share.count for share in shares)
    with_guideline = any(share.guideline is not None for share in shares)
    return Bars(
        title=title,
        title_shown=title_shown,
        legend=(Mark("2", unit), Mark("guide", _("Guideline"))) if with_guideline else (),
        bars=tuple(
            Bar(
                label=share.label,
                drawing=_shared(_share(share.count, total), share),
                value=wording.percent(_share(share.count, total), 1),
                unit=f"{wording.number(share.count)} {unit}",
                note=share.note,
                url=share.url,
            )
            for share in shares
        ),
        table=Table(
            heads=(kind_title, unit, _("Share")),
            rows=tuple(
                (share.label, wording.number(share.count), wording.percent(_share(share.count, total), 1))
                for share in shares
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class Level:
    """A level reached beside the level asked for; `note` says the difference in words."""

    label: Sentence
    shown: int
    asked: int
    note: Sentence = ""


def level_bars(
    *,
    title: Sentence,
    levels: Sequence[Level],
    highest: int,
    label_title: Sentence,
    title_shown: bool = False,
) -> Bars:
    """Levels on a scale up to `highest`, the level asked for dashed like a guideline."""
    return Bars(
        title=title,
        title_shown=title_shown,
        legend=(Mark("2", _("Level shown")), Mark("guide", _("Level asked for"))),
        bars=tuple(
            Bar(
                label=level.label,
                drawing=_drawing(
                    100,
                    [
                        ("track", 0, 100, _HEIGHT),
                        ("2", 0, _plain(_share(level.shown, highest) or Decimal(0)), _HEIGHT),
                    ],
                    guideline=_share(level.asked, highest),
                ),
                value=wording.number(level.shown),
                unit=_("of %(highest)s") % {"highest": wording.number(highest)},
                note=level.note,
            )
            for level in levels
        ),
        table=Table(
            heads=(label_title, _("Level shown"), _("Level asked for")),
            rows=tuple(
                (level.label, wording.number(level.shown), wording.number(level.asked)) for level in levels
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of so many answers; None is not shown. `note` says why, or more about it."""

    label: Sentence
    mean: Decimal | None
    n: int = 0
    note: Sentence = ""


def mean_bars(
    *,
    title: Sentence,
    means: Sequence[Mean],
    highest: int,
    label_title: Sentence,
    count_title: Sentence = "",
    title_shown: bool = False,
) -> Bars:
    """Means on a scale up to `highest`, each with the number of answers; what is not shown is an empty track."""
    return Bars(
        title=title,
        title_shown=title_shown,
        bars=tuple(
            Bar(
                label=mean.label,
                drawing=_shared(
                    mean.mean * 100 / highest if mean.mean is not None else None,
                    Share(mean.label, 0, "2"),
                ),
                value=wording.NOTHING if mean.mean is None else wording.number(mean.mean),
                unit=_("of %(highest)s") % {"highest": wording.number(highest)}
                if mean.mean is not None
                else "",
                note=mean.note,
            )
            for mean in means
        ),
        table=Table(
            heads=(label_title, _("Mean"), count_title or _("Answers")),
            rows=tuple(
                (mean.label, _("Not shown"), wording.NOTHING)
                if mean.mean is None
                else (mean.label, wording.number(mean.mean), wording.number(mean.n))
                for mean in means
            ),
        ),
    )


def timeline(*, days: int, start: int, length: int, fill: Literal["1", "here", "edge"]) -> SafeString:
    """A stretch of days on a strip of `days`, for a table cell whose dates stand beside it as text."""
    return format_html(
        '<svg viewBox="0 0 {} 10" width="100%" height="10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="f-track" width="{}" height="10"/><rect class="f-{}" x="{}" width="{}" height="10"/></svg>',
        days,
        days,
        fill,
        max(start, 0),
        max(min(length, days - max(start, 0)), 0),
    )


def _share(part: int, whole: int) -> Decimal | None:
    """Per cent of the whole; None of nothing."""
    return Decimal(part) * 100 / Decimal(whole) if whole else None


def _sums(groups: Sequence[Group]) -> tuple[int, ...]:
    return tuple(sum(counts) for counts in zip(*(group.counts for group in groups), strict=True))


def _counted(label: Sentence, counts: tuple[int, ...]) -> tuple[Sentence, ...]:
    total = sum(counts)
    return (
        label,
        *(wording.number(count) for count in counts),
        wording.number(total),
        wording.percent(_share(counts[0], total), 0),
    )


def _stack(counts: Sequence[int], marks: Sequence[Mark]) -> SafeString:
    """Stretches side by side, as wide as their counts; an empty group is an empty track."""
    total = sum(counts)
    starts = [sum(counts[:index]) for index in range(len(counts))]
    stretches = [
        (mark.fill, start, count, _HEIGHT)
        for mark, start, count in zip(marks, starts, counts, strict=True)
        if count
    ]
    return _drawing(total or 1, stretches or [("track", 0, 1, _HEIGHT)], edge=True)


def _shared(share: Decimal | None, row: Share) -> SafeString:
    """One stretch on an empty track; what lies beyond the guideline is drawn lighter, and the guideline dashed."""
    width = share or Decimal(0)
    within = min(width, row.guideline) if row.guideline is not None else width
    stretches: list[tuple[str, object, object, int]] = [
        ("track", 0, 100, _HEIGHT),
        (row.fill, 0, _plain(within), _HEIGHT),
    ]
    if width > within:
        stretches.append(("over", _plain(within), _plain(width - within), _HEIGHT))
    return _drawing(100, stretches, guideline=row.guideline)


def _plain(value: Decimal) -> str:
    """A coordinate: SVG knows the decimal point only, whatever the language."""
    return f"{value.quantize(Decimal('0.01')):f}"


def _drawing(
    width: int,
    stretches: Sequence[tuple[str, object, object, int]],
    *,
    edge: bool = False,
    guideline: Decimal | None = None,
) -> SafeString:
    """The stretched SVG, hidden from screen readers: the label and the number stand beside it in HTML."""
    rects = format_html_join("", '<rect class="f-{}" x="{}" width="{}" height="{}"/>', stretches)
    frame = format_html('<path class="s-edge" d="M0 0H{}V26H0z"/>', str(width)) if edge else SafeString("")
    guide = (
        format_html('<path class="s-guide" d="M0.2 -4H{}V30H0.2z"/>', _plain(guideline))
        if guideline is not None
        else SafeString("")
    )
    return format_html(
        '<svg viewBox="0 0 {} 26" preserveAspectRatio="none" aria-hidden="true">{}{}{}</svg>',
        str(width),
        rects,
        frame,
        guide,
    )
