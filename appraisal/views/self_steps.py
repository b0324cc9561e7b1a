"""What the pages of the self-assessment share: their place among the others, and where saving leads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from appraisal.facts import Reason
from appraisal.models import Appraisal
from appraisal.selectors.drafts import Draft
from appraisal.selectors.facts import facts_of
from appraisal.selectors.self_pages import WRITABLE, Page, stage_of
from appraisal.views.drafting import Outcome
from appraisal.views.self_words import page_url
from core.clock import arrival
from core.forms import BaseForm, initial_from_carried


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands in its part: its neighbours, and where going on leads."""

    pages: Sequence[Page]
    page: Page
    onward_url: str
    onward_name: str

    @property
    def number(self) -> int:
        """The page's number in its part, from 1."""
        return self.pages.index(self.page) + 1


def place_of(
    request: HttpRequest,
    appraisal: Appraisal,
    pages: Sequence[Page],
    key: str,
    then: Callable[[], Page | None],
) -> Place:
    """The page with this key among its part; `then` finds the first page of the next part, asked only at the end."""
    page = next((one for one in pages if one.key == key), None)
    if page is None:
        raise Http404
    if request.GET.get("from") == "check":
        return Place(pages, page, reverse("self_check", args=[appraisal.pk]), _("Check and send"))
    later = pages[pages.index(page) + 1 :]
    onward = later[0] if later else then()
    if onward is None:
        return Place(pages, page, reverse("self_check", args=[appraisal.pk]), _("Check and send"))
    return Place(pages, page, page_url(appraisal, onward), onward.name)


def turned_away(request: HttpRequest, appraisal: Appraisal) -> HttpResponse | None:
    """Back to the task list, which says why, when nothing can be written now."""
    if request.method == "POST" or initial_from_carried(request):
        return None
    if stage_of(appraisal, facts_of(appraisal, at=arrival(request))) in WRITABLE:
        return None
    return redirect("self_assessment", appraisal.pk)


def after_saving(
    request: HttpRequest,
    appraisal: Appraisal,
    form: BaseForm,
    place: Place,
    missing: Sequence[Reason],
    field_of: Callable[[Reason], str | None],
) -> HttpResponse | None:
    """Where a plain submit leads: back to the list, onward, or None to stay on the page with what is missing."""
    if "later" in request.POST:
        messages.success(request, _("Saved. Go on whenever you like."))
        return redirect("self_assessment", appraisal.pk)
    if not missing and form.is_valid():
        return redirect(place.onward_url)
    for reason in missing:
        field = field_of(reason)
        if field is None or field not in form.errors:
            form.add_error(field, str(reason))
    return None


def common_context(
    request: HttpRequest, appraisal: Appraisal, form: BaseForm, place: Place, outcome: Outcome, draft: Draft
) -> dict[str, Any]:
    """What every page shows: its form, its place among the others, and when it was saved."""
    return {
        "appraisal": appraisal,
        "form": form,
        "place": place,
        "siblings": [(page, page_url(appraisal, page)) for page in place.pages],
        "action": request.get_full_path(),
        "saved_at": outcome.saved.saved_at if outcome.saved else draft.saved_at,
        "from_check": request.GET.get("from") == "check",
    }
