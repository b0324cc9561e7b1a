"""The part of Markdown that the guides use, and nothing more."""

from __future__ import annotations

import pytest

from core.help import find_guide, guides
from core.markdown import render_markdown
from tests.core.markup import squeezed


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("## Title", "<h2>Title</h2>"),
        ("One\nline.\n\nTwo.", "<p>One line.</p><p>Two.</p>"),
        ("- a\n- **b** c\n  d", "<ul><li>a</li><li><b>b</b>c d</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("3. a", '<ol start="3"><li>a</li></ol>'),
        ("Text:\n- a", "<p>Text:</p><ul><li>a</li></ul>"),
        ("`a*b*` and *so*", "<p><code>a*b*</code>and<i>so</i></p>"),
        ("[Help](/bantuan/)", '<p><a href="/bantuan/">Help</a></p>'),
        ("[**Law**](https://example.go.id/a)", '<p><a href="https://example.go.id/a"><b>Law</b></a></p>'),
        ("5 * 3 and 2 * 4", "<p>5 * 3 and 2 * 4</p>"),
        ("", ""),
    ],
)
def test_the_usual_forms_are_drawn(source: str, html: str) -> None:
    assert squeezed(render_markdown(source)) == html


def test_a_table_has_heads_and_can_be_scrolled() -> None:
    html = squeezed(render_markdown("| Kind | Count |\n|---|---|\n| **A** | 1 |\n| B | 2 |"))
    assert '<div class="table-scroll" tabindex="0" role="region" aria-label="Kind">' in html
    assert '<thead><tr><th scope="col">Kind</th><th scope="col">Count</th></tr></thead>' in html
    assert '<tr><th scope="row"><b>A</b></th><td>1</td></tr>' in html
    assert "---" not in html


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](//evil.example/)",
        "[x](data:text/html,hi)",
        '[x](/a"onclick="b)',
        "| <img src=x onerror=y> |\n|---|\n| <b> |",
    ],
)
def test_nothing_of_the_source_becomes_markup(source: str) -> None:
    html = render_markdown(source)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="//' not in html
    assert 'href="data' not in html
    assert '"onclick' not in html


def test_every_guide_is_readable_and_its_links_lead_to_guides() -> None:
    assert len(guides()) == 8
    for guide in guides():
        html = guide.html()
        assert guide.title
        assert guide.summary
        assert guide.summary not in html
        assert "**" not in html
        assert "<h1>" not in html
        assert ".md" not in html
    assert '<a href="/bantuan/latihan-menilai/">' in find_guide("untuk-atasan").html()


def test_an_unknown_guide_is_none() -> None:
    assert find_guide("../secrets") is None
