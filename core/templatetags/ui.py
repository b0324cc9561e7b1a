"""The components of the pages, loaded into every template. All of them, in every state: the page `components`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms, template
from django.contrib.messages import constants as levels
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core import wording
from core.clock import now
from core.components import Badge, Fact, Matrix, Node, PhaseStep, Task, Todo, Tone
from core.figures import Bars
from core.form_errors import has_errors, summary_of
from core.icons import icon as icon_html
from core.navigation import NavItem
from core.paging import Page
from core.rating import RatingOption, options_of

register = template.Library()

register.filter("number", wording.number)
register.filter("percent", wording.percent)
register.filter("day", wording.day)
register.filter("moment", wording.moment)
register.filter("deadline", wording.deadline)
register.filter("clock_time", wording.clock_time)
register.simple_tag(icon_html, name="icon")


def _component(name: str, **values: Any) -> SafeString:
    return render_to_string(f"components/{name}.html", values)


def _at(context: template.Context) -> dt.datetime:
    """The moment the page speaks of: the arrival of its request."""
    return context.get("arrived_at") or now()


# --- words and states -----------------------------------------------------------------------------


@register.simple_tag
def badge(label: Badge | str, icon: str = "", tone: Tone = "") -> SafeString:
    """A state: pass a Badge, or a word with an icon and a tone (plain, ok, warn, bad, info, here, final)."""
    shown = label if isinstance(label, Badge) else Badge(label, icon, tone)
    return format_html(
        '<span class="badge{}">{} {}</span>',
        f" is-{shown.tone}" if shown.tone else "",
        icon_html(shown.icon),
        shown.label,
    )


_ALERT_ICONS = {"info": "info", "success": "check", "warning": "warn", "danger": "stop"}


@register.simple_block_tag
def alert(content: str, tone: str = "info", title: str = "", role: str = "note") -> SafeString:
    """News on the page, at most one; tones info, success, warning, danger. The content is paragraphs."""
    return _component(
        "alert", content=content, tone=tone, icon=_ALERT_ICONS[tone], title=title, role=role, focus=False
    )


@register.simple_tag(takes_context=True)
def page_messages(context: template.Context) -> SafeString | str:
    """All messages of the request as one alert, in the tone of the gravest."""
    shown = list(context.get("messages") or ())
    if not shown:
        return ""
    gravest = max(message.level for message in shown)
    tone = (
        "danger"
        if gravest >= levels.ERROR
        else "warning"
        if gravest >= levels.WARNING
        else "success"
        if any(message.level == levels.SUCCESS for message in shown)
        else "info"
    )
    return _component("messages", shown=shown, tone=tone, icon=_ALERT_ICONS[tone])


@register.simple_block_tag
def section(
    content: str,
    title: str,
    note: str = "",
    id: str = "",  # noqa: A002  the attribute's name
    wide: bool = False,
    first: bool = False,
) -> SafeString:
    """A part of the page, its title in the margin column; `first` drops the rule above, `wide` the column."""
    return _component(
        "section", content=content, title=title, note=note, id=id or slugify(title), wide=wide, first=first
    )


@register.simple_block_tag
def who(content: str, icon: str = "eye") -> SafeString:
    """Who reads this: stands above every free text and every rating."""
    return format_html('<p class="who">{} <span>{}</span></p>', icon_html(icon), content)


_STATUS_ICONS = {"saved": "check", "failed": "stop", "saving": "half", "empty": "draft"}


@register.simple_block_tag
def status(content: str, kind: str = "saved") -> SafeString:
    """One line that says saved, saving, failed or empty; the page puts it into a role="status" paragraph."""
    extra = f" {kind}" if kind in {"saved", "failed"} else ""
    return format_html(
        '<span class="status{}">{} <span>{}</span></span>', extra, icon_html(_STATUS_ICONS[kind]), content
    )


@register.simple_block_tag
def empty_state(content: str, title: str) -> SafeString:
    """Nothing here yet: the content says when it comes."""
    return _component("empty_state", content=content, title=title)


@register.simple_block_tag
def receipt(content: str, title: str, number: str) -> SafeString:
    """Proof that something arrived: number, time, what comes next. The content is facts and links."""
    return _component("receipt", content=content, title=title, number=number)


@register.simple_block_tag
def note(content: str, summary: str, open: bool = False) -> SafeString:  # noqa: A002  the attribute's name
    """An explanation that opens on demand."""
    return format_html(
        '<details class="note"{}><summary>{}</summary>{}</details>',
        SafeString(" open") if open else "",
        summary,
        content,
    )


@register.simple_tag
def unavailable(label: str, reason: str, id: str) -> SafeString:  # noqa: A002  the attribute's name
    """A button that cannot be used yet, with its reason beside it."""
    return format_html(
        '<button class="btn btn-primary" type="button" aria-disabled="true" aria-describedby="{id}">{label}</button> '
        '<span class="soft" id="{id}">{reason}</span>',
        id=id,
        label=label,
        reason=reason,
    )


# --- time -----------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def days_left(context: template.Context, closes_at: dt.datetime) -> str:
    """How far a closing moment lies ahead: "9 hari lagi"."""
    return wording.days_left(closes_at, _at(context))


@register.simple_tag(takes_context=True)
def due(context: template.Context, closes_at: dt.datetime) -> SafeString:
    """The deadline of a thing to do: days left, then the exact last minute."""
    return format_html(
        '<div class="due"><b>{}</b>{}</div>',
        wording.days_left(closes_at, _at(context)),
        wording.deadline(closes_at),
    )


@register.inclusion_tag("components/phases.html")
def phases(steps: Iterable[PhaseStep]) -> dict[str, Any]:
    """The year as a strip."""
    return {"steps": steps}


# --- work -----------------------------------------------------------------------------------------


@register.inclusion_tag("components/task_list.html")
def task_list(tasks: Iterable[Task]) -> dict[str, Any]:
    """The parts of one form."""
    return {"tasks": tasks}


@register.inclusion_tag("components/todo_list.html", takes_context=True)
def todo_list(context: template.Context, todos: Iterable[Todo]) -> dict[str, Any]:
    """Things to do, by deadline; the first is raised and carries the button."""
    return {"todos": todos, "arrived_at": _at(context)}


@register.simple_tag
def meter(done: int, total: int, label: str) -> SafeString:
    """So many of so many; `label` names what is counted."""
    return format_html(
        '<progress class="meter" max="{}" value="{}" aria-label="{}">{}</progress>',
        total,
        done,
        label,
        _("%(done)d of %(total)d") % {"done": done, "total": total},
    )


# --- results --------------------------------------------------------------------------------------


@register.inclusion_tag("components/matrix.html")
def matrix(table: Matrix) -> dict[str, Any]:
    """The nine cells; the row and column of the person are tinted and meet in the marked cell."""
    row_here, column_here = table.here or (-1, -1)
    return {
        "table": table,
        "columns": [(label, index == column_here) for index, label in enumerate(table.columns)],
        "rows": [
            (
                label,
                r == row_here,
                [(cell, _cell_class(cell, r, c, table.here)) for c, cell in enumerate(cells)],
            )
            for r, (label, cells) in enumerate(table.rows)
        ],
    }


def _cell_class(cell: Any, row: int, column: int, here: tuple[int, int] | None) -> str:
    if (row, column) == here:
        return "on"
    if here is not None and (row == here[0] or column == here[1]):
        return "hit"
    return f"m{cell.shade}" if cell.shade else ""


@register.inclusion_tag("components/tree.html")
def tree(nodes: Sequence[Node]) -> dict[str, Any]:
    """Where a result comes from, down to each input."""
    return {"nodes": nodes}


@register.inclusion_tag("components/facts.html")
def facts(items: Iterable[Fact]) -> dict[str, Any]:
    """Pairs of label and value."""
    return {"items": items}


@register.simple_block_tag
def fact(content: str, label: str) -> SafeString:
    """One pair inside a hand-written <dl class="facts">."""
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, content)


@register.inclusion_tag("components/bars.html")
def bars(figure: Bars) -> dict[str, Any]:
    """Bars with their table twin, see core.figures."""
    return {"figure": figure}


# --- ways -----------------------------------------------------------------------------------------


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(*steps: str) -> dict[str, Any]:
    """Url and label of each step, then the label of this page: {% breadcrumb home _("Home") _("Inbox") %}."""
    if len(steps) % 2 == 0:
        raise template.TemplateSyntaxError(
            "breadcrumb takes url and label in pairs, and the last label alone."
        )
    return {"links": list(zip(steps[:-1:2], steps[1::2], strict=True)), "current": steps[-1]}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[NavItem], label: str) -> dict[str, Any]:
    """Views of one thing, each with its own URL."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any]) -> dict[str, Any]:
    """Links to the first and the next page of a keyset list; filters stay in the URL."""
    query = context["request"].GET.copy()
    query.pop("after", None)
    first = query.urlencode()
    query["after"] = page.next_cursor
    return {"page": page, "first_query": f"?{first}", "next_query": f"?{query.urlencode()}"}


@register.inclusion_tag("components/filter_form.html")
def filter_form(form: forms.Form, label: str = "") -> dict[str, Any]:
    """The filters of a list, kept in the URL."""
    return {"form": form, "label": label}


# --- forms ----------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def title_prefix(context: template.Context) -> str:
    """ "Error: " in front of the page's title when a form of the page has errors."""
    for layer in context.dicts:
        for value in layer.values():
            # The type alone is asked: isinstance would load what is lazy, such as the user.
            if issubclass(type(value), forms.BaseForm | forms.BaseFormSet) and has_errors(value):
                return _("Error:") + " "
    return ""


@register.inclusion_tag("components/error_summary.html")
def error_summary(*shown: forms.BaseForm | forms.BaseFormSet[Any]) -> dict[str, Any]:
    """What has to be corrected, each with a link to its field. The forms of one <form> share one summary."""
    lines = [line for form in shown for line in summary_of(form)]
    return {"lines": lines, "count": len(lines)}


@register.simple_tag
def rating_options(field: forms.BoundField) -> list[RatingOption]:
    """The rows of a rating, with which one is chosen."""
    return options_of(field)


@register.inclusion_tag("components/autosave_status.html")
def autosave_status(
    saved_at: dt.datetime | None = None, *, refused: bool = False, written: bool = False
) -> dict[str, Any]:
    """The status line of a form with data-autosave, and the texts its script may say.

    `refused`: the form came back with errors, so what stands in it is not what was saved at `saved_at`. `written`:
    something is stored, where no time is kept with it.
    """
    return {"saved_at": saved_at, "refused": refused, "written": written}


@register.simple_tag
def script(name: str) -> SafeString:
    """A small ES module of static/js; asked for twice, it runs once."""
    return format_html('<script type="module" src="{}"></script>', static(f"js/{name}.js"))
