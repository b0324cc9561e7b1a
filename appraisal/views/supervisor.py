"""The supervisor's and the superior's pages."""

from django.http import Http404, HttpRequest, HttpResponse

from core.access import access


@access(reason="Shows a page.")
def team(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    raise Http404


@access(reason="Shows a page.")
def team_plan(request: HttpRequest, appraisal_id: object) -> HttpResponse:
    """Show the page."""
    raise Http404


@access(reason="Shows a page.")
def rate(request: HttpRequest, appraisal_id: object) -> HttpResponse:
    """Show the page."""
    raise Http404
