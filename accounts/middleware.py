"""Puts the actor on the request, lazily: a page that never asks costs no query."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.actors import NOBODY, Actor, load_actor
from core.clock import arrival, today


class ActorMiddleware:
    """`request.actor` is the signed-in person with today's roles, or NOBODY."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""

        def load() -> Actor:
            if not request.user.is_authenticated:
                return NOBODY
            return load_actor(request.user.pk, request.user.name, today(arrival(request)))

        def preferred_language() -> str:
            # Only a request with a session cookie may cost the query that loads the person.
            if request.session.session_key is None or not request.user.is_authenticated:
                return ""
            return request.user.language

        request.actor = cast("Actor", SimpleLazyObject(load))  # type: ignore[attr-defined]
        request.preferred_language = preferred_language  # type: ignore[attr-defined]
        return self.get_response(request)
