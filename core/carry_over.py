"""A session died while somebody wrote: the sign-in page carries the posted fields, and nothing is lost."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def sign_in_with_fields(request: HttpRequest) -> HttpResponse:
    """Answer a POST without a session with the sign-in page."""
    raise NotImplementedError
