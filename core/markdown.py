"""A small part of Markdown as HTML: headings, paragraphs, lists, tables, bold, italics, code and links.

Everything else is text and is escaped; HTML in the source is shown as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.html import escape
from django.utils.safestring import SafeString

LinkTarget = Callable[[str], str]

_HEADING = re.compile(r"(#{1,4}) +(.+)")
_BULLET = re.compile(r"[-*] +(.+)")
_NUMBERED = re.compile(r"([0-9]+)\. +(.+)")
_ROW = re.compile(r"\|(.+)\|")
_RULE = re.compile(r"\|[ :|-]+\|")
_INLINE = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<bold>.+?)\*\*|\*(?P<italic>[^*\s][^*]*)\*|\[(?P<text>[^\]]+)\]\((?P<url>[^)\s]+)\)"
)
_SAFE_URL = re.compile(r"(?:https://|/(?!/)|#)[^\s]*")


def _unchanged(url: str) -> str:
    return url


def render_markdown(source: str, *, target_of: LinkTarget = _unchanged) -> SafeString:
    """HTML of the source. `target_of` may turn a link of the source into an address of ours.

    A link that leads anywhere but to https, to this site or within the page keeps its text only.
    """
    lines = source.replace("\r\n", "\n").split("\n")
    said: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index].strip()
        if not line:
            index += 1
            continue
        block, index = _block(lines, index, line, target_of)
        said.append(block)
    return SafeString("\n".join(said))


def _block(lines: list[str], index: int, line: str, target_of: LinkTarget) -> tuple[str, int]:
    """One block beginning at `index`, and the index of the line behind it."""
    if found := _HEADING.fullmatch(line):
        level = len(found.group(1))
        return f"<h{level}>{_inline(found.group(2), target_of)}</h{level}>", index + 1
    if _ROW.fullmatch(line):
        return _table(lines, index, target_of)
    for pattern, tag in ((_BULLET, "ul"), (_NUMBERED, "ol")):
        if found := pattern.fullmatch(line):
            start = int(found.group(1)) if tag == "ol" else 1
            return _list(lines, index, pattern, tag, start, target_of)
    taken: list[str] = []
    while (
        index < len(lines)
        and lines[index].strip()
        and (not taken or not _opens_a_block(lines[index].strip()))
    ):
        taken.append(lines[index].strip())
        index += 1
    return f"<p>{_inline(' '.join(taken), target_of)}</p>", index


def _opens_a_block(line: str) -> bool:
    return any(pattern.fullmatch(line) for pattern in (_HEADING, _ROW, _BULLET, _NUMBERED))


def _list(
    lines: list[str], index: int, pattern: re.Pattern[str], tag: str, start: int, target_of: LinkTarget
) -> tuple[str, int]:
    """Items of one kind; a line that is indented goes on with the item above it."""
    items: list[str] = []
    while index < len(lines):
        line = lines[index]
        if found := pattern.fullmatch(line.strip()):
            items.append(found.group(found.lastindex or 0))
        elif line.startswith("  ") and line.strip() and items:
            items[-1] += f" {line.strip()}"
        else:
            break
        index += 1
    opening = f'<ol start="{start}">' if tag == "ol" and start != 1 else f"<{tag}>"
    return f"{opening}{''.join(f'<li>{_inline(item, target_of)}</li>' for item in items)}</{tag}>", index


def _table(lines: list[str], index: int, target_of: LinkTarget) -> tuple[str, int]:
    rows: list[list[str]] = []
    while index < len(lines) and (found := _ROW.fullmatch(lines[index].strip())):
        if not _RULE.fullmatch(lines[index].strip()):
            rows.append([_inline(cell.strip(), target_of) for cell in found.group(1).split("|")])
        index += 1
    head, *body = rows
    heads = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    return (
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="{escape(_plain(head[0]))}">'
        f'<table class="table"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(_table_row(row) for row in body)}</tbody></table></div>"
    ), index


def _table_row(row: list[str]) -> str:
    first, *others = row
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'


def _plain(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def _inline(text: str, target_of: LinkTarget) -> str:
    said: list[str] = []
    end = 0
    for found in _INLINE.finditer(text):
        said.append(escape(text[end : found.start()]))
        said.append(_span(found, target_of))
        end = found.end()
    said.append(escape(text[end:]))
    return "".join(said)


def _span(found: re.Match[str], target_of: LinkTarget) -> str:
    if code := found["code"]:
        return f"<code>{escape(code)}</code>"
    if bold := found["bold"]:
        return f"<b>{_inline(bold, target_of)}</b>"
    if italic := found["italic"]:
        return f"<i>{_inline(italic, target_of)}</i>"
    text, url = _inline(found["text"], target_of), target_of(found["url"])
    return f'<a href="{escape(url)}">{text}</a>' if _SAFE_URL.fullmatch(url) else text
