"""Puts the actor on the request, lazily: a page that never asks costs no query."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.actors import attach_actor


class ActorMiddleware:
    """`request.actor` is the signed-in person with today's roles, or NOBODY."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        attach_actor(request)
        return self.get_response(request)
