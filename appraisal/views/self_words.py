"""The pages of the self-assessment as links and tasks."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from appraisal.enums import Topic
from appraisal.models import Appraisal
from appraisal.selectors.self_pages import Page
from core.components import DONE, IN_PROGRESS, NOT_STARTED, NOT_YET, Badge, Task

_ROUTES = {Topic.ITEM: "self_item", Topic.VALUE: "self_value", Topic.COMPETENCY: "self_competency"}


def page_url(appraisal: Appraisal, page: Page) -> str:
    """Where the page is written."""
    return reverse(_ROUTES[page.topic], args=[appraisal.pk, page.key])


def tasks_of(
    appraisal: Appraisal, pages: Sequence[Page], *, current: Page | None, writable: bool
) -> list[Task]:
    """The pages of one part; `current` is the one to go on with."""
    return [
        Task(
            title=page.name,
            badge=_badge(page) if writable else NOT_YET,
            text=_text(page) if writable else "",
            url=page_url(appraisal, page) if writable else "",
            current=page is current,
        )
        for page in pages
    ]


def _badge(page: Page) -> Badge:
    if page.done:
        return DONE
    return IN_PROGRESS if page.begun else NOT_STARTED


def _text(page: Page) -> str:
    """What a page that was begun still lacks."""
    if page.done or not page.begun:
        return ""
    return " ".join(str(reason) for reason in page.missing)


def checking_task(appraisal: Appraisal, pages: Sequence[Page], *, writable: bool) -> Task:
    """The last task: check the answers and send them."""
    left = sum(not page.done for page in pages)
    if not writable:
        return Task(_("Check and send"), NOT_YET)
    if left:
        text = _("Opens when all pages above are done. %(n)s to go.") % {"n": left}
        return Task(_("Check and send"), NOT_YET, text)
    return Task(
        _("Check and send"),
        NOT_STARTED,
        _("See all answers on one page, then send them."),
        reverse("self_check", args=[appraisal.pk]),
        current=True,
    )
