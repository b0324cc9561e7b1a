"""The employee's pages."""

from django.http import Http404, HttpRequest, HttpResponse

from core.access import access


@access(reason="Shows a page.")
def home(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    raise Http404


@access(reason="Shows a page.")
def overview(request: HttpRequest, appraisal_id: object) -> HttpResponse:
    """Show the page."""
    raise Http404


@access(reason="Shows a page.")
def plan(request: HttpRequest, appraisal_id: object) -> HttpResponse:
    """Show the page."""
    raise Http404


@access(reason="Shows a page.")
def journal(request: HttpRequest, appraisal_id: object) -> HttpResponse:
    """Show the page."""
    raise Http404


@access(reason="Shows a page.")
def self_assessment(request: HttpRequest, appraisal_id: object) -> HttpResponse:
    """Show the page."""
    raise Http404
