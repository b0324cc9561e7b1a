"""The auditor: finding an appraisal and reading its whole record. Each look is logged."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import actor_of
from accounts.enums import Role
from appraisal.enums import LookPurpose
from appraisal.forms.audit import AuditFilter, NumberForm
from appraisal.models import Appraisal
from appraisal.selectors.audit import appraisal_of_number, audited_cycles, audited_page, audited_units
from appraisal.selectors.record import auditable, events_of, record_of
from appraisal.selectors.seals import proof_text
from core.access import access
from core.access_log import note_access
from core.clock import arrival
from core.seals import latest_seal

ONLY_AUDITORS = "The auditor reads everything that is stored except drafts, and each look is logged."


def _search_page(request: HttpRequest, numbers: NumberForm) -> HttpResponse:
    units, cycles = list(audited_units(actor_of(request))), list(audited_cycles())
    filters = AuditFilter(request.GET, units=units, years=[cycle.year for cycle in cycles])
    found = None
    if cycles:
        asked = filters.cleaned_data if filters.is_valid() else {}
        cycle = next((one for one in cycles if str(one.year) == asked.get("year")), cycles[0])
        found = audited_page(
            actor_of(request),
            cycle,
            name=asked.get("q", ""),
            unit=next((unit for unit in units if str(unit.pk) == asked.get("unit")), None),
            after=request.GET.get("after", ""),
        )
    return render(
        request,
        "appraisal/audit/search.html",
        {"filters": filters, "numbers": numbers, "found": found, "seal": latest_seal()},
    )


@access(roles=[Role.AUDITOR], reason=ONLY_AUDITORS)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The appraisals in the auditor's scope; name, agency and year are in the URL."""
    return _search_page(request, NumberForm())


@access(roles=[Role.AUDITOR], reason=ONLY_AUDITORS)
@require_POST
def find_number(request: HttpRequest) -> HttpResponse:
    """Go to the newest appraisal of a number; the number stays out of address and log."""
    form = NumberForm(request.POST)
    if form.is_valid():
        appraisal = appraisal_of_number(actor_of(request), form.cleaned_data["number"])
        if appraisal is not None:
            return redirect("audit_record", appraisal.pk)
        form.add_error("number", _("No appraisal in your scope belongs to this number."))
    return _search_page(request, form)


def _looked_at(request: HttpRequest, appraisal_id: uuid.UUID) -> Appraisal:
    """The appraisal, if the auditor may read its record; else 404. The look is logged."""
    appraisal = get_object_or_404(auditable(actor_of(request)), pk=appraisal_id)
    note_access(
        actor_id=actor_of(request).id,
        object_type="appraisal",
        object_id=appraisal.pk,
        purpose=LookPurpose.AUDITOR,
        at=arrival(request),
    )
    return appraisal


@access(roles=[Role.AUDITOR], reason=ONLY_AUDITORS)
@require_safe
def record(request: HttpRequest, appraisal_id: uuid.UUID) -> HttpResponse:
    """The whole record of one appraisal. The look is logged, and the employee sees it."""
    appraisal = _looked_at(request, appraisal_id)
    return render(
        request,
        "appraisal/audit/record.html",
        {
            "record": record_of(appraisal, actor_of(request)),
            "appraisal": appraisal,
            "events": events_of(appraisal, after=request.GET.get("after", "")),
        },
    )


@access(
    roles=[Role.AUDITOR],
    reason="The proof file names everybody who acted on the appraisal, so it is for the auditor, and each is logged.",
)
@require_safe
def proof(request: HttpRequest, appraisal_id: uuid.UUID) -> StreamingHttpResponse:
    """The proof file of one appraisal: its events and their paths to the head. Streamed, for the chain is long."""
    appraisal = _looked_at(request, appraisal_id)
    return StreamingHttpResponse(
        proof_text(appraisal),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="bukti-{appraisal.pk}.json"'},
    )
