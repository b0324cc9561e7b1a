"""HR's pages."""

from django.http import Http404, HttpRequest, HttpResponse

from core.access import access


@access(reason="Shows a page.")
def cycles(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    raise Http404


@access(reason="Shows a page.")
def progress(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    raise Http404


@access(reason="Shows a page.")
def late(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    raise Http404
