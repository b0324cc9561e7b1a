"""What everybody may know: who looked at their data, and the rules in use."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.actors import actor_of
from appraisal.selectors.access_history import looks_at_own
from appraisal.selectors.rules import rules_page
from core.access import access


@access(reason="Everybody sees who looked at their own appraisals.")
@require_safe
def access_history(request: HttpRequest) -> HttpResponse:
    """Who may see what of a person's data, and who did look."""
    page = looks_at_own(actor_of(request).id, after=request.GET.get("after", ""))
    return render(request, "appraisal/transparency/access_history.html", {"page": page})


@access(reason="Everybody may know the rules by which results come about.")
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in use with their sources."""
    return render(request, "appraisal/transparency/rules.html", {"rules": rules_page()})
