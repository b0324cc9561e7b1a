"""HR publishes the results of an agency: who would see what and when, who is left out; never the content."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import actor_of
from accounts.enums import HR_ROLES
from accounts.models import Agency
from appraisal.forms.publications import PublishForm, RecallForm
from appraisal.models import Cycle
from appraisal.selectors.publications import (
    cycles_to_publish,
    left_out,
    publication_units,
    publishing_units,
    unit_page,
)
from appraisal.services.publications import publish_agency, recall_publication
from appraisal.views.answers import answering
from core.access import access
from core.clock import arrival
from core.forms import initial_from_carried

ONLY_HR = "HR of an agency or of the city publishes its results; the page shows no content of any of them."


def _cycle(year: int) -> Cycle:
    """The cycle of a year that has been opened; else 404. One query."""
    return get_object_or_404(cycles_to_publish(), year=year)


def _unit(request: HttpRequest, unit_id: uuid.UUID) -> Agency:
    """The unit, if the person publishes its results; else 404. One query."""
    return get_object_or_404(publishing_units(actor_of(request)), pk=unit_id)


@access(roles=HR_ROLES, reason=ONLY_HR)
@require_safe
def publications(request: HttpRequest) -> HttpResponse:
    """Where the units of the person's scope stand; the year is in the URL."""
    cycles = list(cycles_to_publish())
    wanted = request.GET.get("year", "")
    cycle = next((known for known in cycles if str(known.year) == wanted), cycles[0] if cycles else None)
    units = (
        publication_units(actor_of(request), cycle, at=arrival(request), after=request.GET.get("after", ""))
        if cycle
        else None
    )
    return render(
        request, "appraisal/publication/list.html", {"cycle": cycle, "cycles": cycles, "units": units}
    )


@access(roles=HR_ROLES, reason=ONLY_HR)
@require_safe
def publication(request: HttpRequest, year: int, unit_id: uuid.UUID) -> HttpResponse:
    """One unit: what publishing would do, or what it did, and who is left out."""
    cycle, unit = _cycle(year), _unit(request, unit_id)
    return render(
        request,
        "appraisal/publication/unit.html",
        {
            "page": unit_page(cycle, unit, at=arrival(request)),
            "people": left_out(cycle, unit, after=request.GET.get("after", "")),
        },
    )


@access(roles=HR_ROLES, reason=ONLY_HR)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, year: int, unit_id: uuid.UUID) -> HttpResponse:
    """The page before publishing, and publishing."""
    cycle, unit, at = _cycle(year), _unit(request, unit_id), arrival(request)
    page = unit_page(cycle, unit, at=at)
    if page.publication is not None:
        messages.info(request, _("These results are published already."))
        return redirect("publication", year, unit.pk)
    form = PublishForm(
        request.POST if request.method == "POST" else None,
        left_out=page.preview.left_out,
        initial=initial_from_carried(request),
    )
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            publish_agency(
                actor=actor_of(request),
                cycle_id=cycle.pk,
                agency_id=unit.pk,
                reason=form.cleaned_data.get("reason", ""),
                at=at,
            )
        if call.done:
            messages.success(request, _("The results are published. Supervisors have been told."))
            return redirect("publication", year, unit.pk)
    return render(request, "appraisal/publication/publish.html", {"page": page, "form": form})


@access(roles=HR_ROLES, reason=ONLY_HR)
@require_http_methods(["GET", "HEAD", "POST"])
def recall(request: HttpRequest, year: int, unit_id: uuid.UUID) -> HttpResponse:
    """The page before taking results back, and taking them back."""
    cycle, unit, at = _cycle(year), _unit(request, unit_id), arrival(request)
    page = unit_page(cycle, unit, at=at)
    if page.publication is None:
        messages.info(request, _("No results are published here."))
        return redirect("publication", year, unit.pk)
    if not page.may_recall:
        messages.warning(
            request, _("An employee has already opened a result, so it can no longer be recalled.")
        )
        return redirect("publication", year, unit.pk)
    form = RecallForm(
        request.POST if request.method == "POST" else None, initial=initial_from_carried(request)
    )
    if request.method == "POST" and form.is_valid():
        with answering(request, form) as call:
            recall_publication(
                actor=actor_of(request),
                publication_id=page.publication.pk,
                reason=form.cleaned_data["reason"],
                at=at,
            )
        if call.done:
            messages.success(
                request, _("The results are taken back. Ratings stand as they were before the publication.")
            )
            return redirect("publication", year, unit.pk)
    return render(request, "appraisal/publication/recall.html", {"page": page, "form": form})
