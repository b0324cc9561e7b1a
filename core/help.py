"""The guides of core/guides: Indonesian content, written in Markdown, shown on the help pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.urls import reverse
from django.utils.safestring import SafeString

from core.markdown import render_markdown

_FOLDER = Path(__file__).parent / "guides"
# The order of the help page: first why, then each part of the year, then by role.
_ORDER = (
    "mengapa-ada-penilaian",
    "cara-menilai-diri",
    "cara-memberi-umpan-balik",
    "cara-membaca-hasil",
    "untuk-atasan",
    "untuk-pengelola",
    "latihan-menilai",
    "pertanyaan-umum",
)
_GUIDE_LINK = re.compile(r"([a-z0-9-]+)\.md")


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide; `summary` is its first line, which says how long it takes and for whom it is."""

    slug: str
    title: str
    summary: str
    source: str

    def html(self) -> SafeString:
        """The text under the title."""
        return render_markdown(self.source, target_of=_target)


@lru_cache(maxsize=1)
def guides() -> tuple[Guide, ...]:
    """All guides in the order of the help page."""
    return tuple(_read(slug) for slug in _ORDER)


def find_guide(slug: str) -> Guide | None:
    """The guide with this slug, or None."""
    return next((guide for guide in guides() if guide.slug == slug), None)


def _read(slug: str) -> Guide:
    title, _blank, source = (_FOLDER / f"{slug}.md").read_text(encoding="utf-8").partition("\n")
    summary = next(line.strip() for line in source.splitlines() if line.strip())
    return Guide(
        slug=slug,
        title=title.removeprefix("# ").strip(),
        summary=summary,
        source=source.replace(summary, "", 1),
    )


def _target(url: str) -> str:
    found = _GUIDE_LINK.fullmatch(url)
    return reverse("help_guide", args=[found.group(1)]) if found else url
