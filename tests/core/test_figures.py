"""Figures and their table twins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.utils import translation

from core.figures import Group, Level, Mark, Share, level_bars, share_bars, stacked_bars, timeline
from tests.core.markup import rendered

MARKS = (Mark("1", "Sent"), Mark("2", "Begun"), Mark("track", "Not begun"))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def progress(*groups: Group, total_label: str = "All"):
    return stacked_bars(
        title="Progress",
        marks=MARKS,
        groups=groups,
        group_title="Agency",
        unit="sent",
        total_label=total_label,
    )


def test_stretches_stand_side_by_side_as_wide_as_their_counts() -> None:
    (bar,) = progress(Group("Dinkes", (1214, 898, 528))).bars
    assert 'viewBox="0 0 2640 26"' in bar.drawing
    assert re.findall(r'f-(\w+)" x="(\d+)" width="(\d+)"', bar.drawing) == [
        ("1", "0", "1214"),
        ("2", "1214", "898"),
        ("track", "2112", "528"),
    ]
    assert bar.value == "46\u00a0%"


def test_an_empty_group_is_an_empty_track_and_no_share() -> None:
    (bar,) = progress(Group("New", (0, 0, 0))).bars
    assert re.findall(r'f-(\w+)"', bar.drawing) == ["track"]
    assert bar.value == "–"


def test_the_table_says_the_same_and_sums_up() -> None:
    figure = progress(Group("Dinkes", (1214, 898, 528)), Group("Coblong", (41, 20, 13)))
    assert figure.table.heads == ("Agency", "Sent", "Begun", "Not begun", "Total", "Share")
    assert figure.table.rows == (
        ("Dinkes", "1,214", "898", "528", "2,640", "46\u00a0%"),
        ("Coblong", "41", "20", "13", "74", "55\u00a0%"),
    )
    assert figure.table.foot == ("All", "1,255", "918", "541", "2,714", "46\u00a0%")
    assert progress(Group("A", (1, 0, 0)), total_label="").table.foot == ()


def test_what_lies_beyond_the_guideline_is_drawn_apart() -> None:
    figure = share_bars(
        title="Spread",
        kind_title="Predicate",
        unit="people",
        shares=(Share("Good", 3, "2", guideline=Decimal(70)), Share("Poor", 1, "4")),
    )
    good, poor = figure.bars
    assert re.findall(r'f-(\w+)" x="([\d.]+)" width="([\d.]+)"', good.drawing) == [
        ("track", "0", "100"),
        ("2", "0", "70.00"),
        ("over", "70.00", "5.00"),
    ]
    assert "s-guide" in good.drawing
    assert "s-guide" not in poor.drawing
    assert (good.value, good.unit) == ("75\u00a0%", "3 people")
    assert figure.table.rows == (("Good", "3", "75\u00a0%"), ("Poor", "1", "25\u00a0%"))


def test_coordinates_never_follow_the_language() -> None:
    with translation.override("id"):
        figure = share_bars(
            title="T", kind_title="K", unit="u", shares=(Share("A", 1, "1"), Share("B", 2, "2"))
        )
    assert 'width="33.33"' in figure.bars[0].drawing


def test_a_figure_has_a_caption_a_legend_and_a_twin() -> None:
    html = rendered("{% bars figure %}", figure=progress(Group("Dinkes", (3, 2, 1), "/list/", "1 not begun")))
    assert '<figcaption class="visually-hidden">Progress</figcaption>' in html
    assert '<a href="/list/">Dinkes</a>' in html
    assert '<b>50 %</b><span class="soft small">sent</span>' in html.replace("\u00a0", " ")
    assert '<span class="small">1 not begun</span>' in html
    assert html.count("<li>") == 4
    assert '<tfoot><tr><th scope="row">All</th>' in html
    assert 'style="' not in html


def test_a_timeline_stays_on_its_strip() -> None:
    assert 'class="f-here" x="343" width="15"' in timeline(days=425, start=343, length=15, fill="here")
    assert 'x="0" width="425"' in timeline(days=425, start=-10, length=900, fill="1")
    assert 'x="430" width="0"' in timeline(days=425, start=430, length=5, fill="edge")


def test_a_level_stands_on_its_scale_beside_the_level_asked_for() -> None:
    figure = level_bars(
        title="Competencies",
        levels=[Level("Integrity", shown=2, asked=3, note="One still to grow."), Level("Teamwork", 5, 1)],
        highest=5,
        label_title="Competency",
    )
    first, second = figure.bars

    assert (first.label, first.value, first.unit, first.note) == (
        "Integrity",
        "2",
        "of 5",
        "One still to grow.",
    )
    assert '<rect class="f-2" x="0" width="40.00" height="26"/>' in first.drawing
    assert "H60.00V30" in first.drawing
    assert 'width="100.00"' in second.drawing
    assert figure.table.rows == (("Integrity", "2", "3"), ("Teamwork", "5", "1"))
    assert [mark.label for mark in figure.legend] == ["Level shown", "Level asked for"]
