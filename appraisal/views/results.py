"""Results and the record."""

from django.http import Http404, HttpRequest, HttpResponse

from core.access import access


@access(reason="Shows a page.")
def result(request: HttpRequest, appraisal_id: object) -> HttpResponse:
    """Show the page."""
    raise Http404


@access(reason="Shows a page.")
def publications(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    raise Http404


@access(reason="Shows a page.")
def audit(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    raise Http404
