"""Answering a request with another page of ours, by calling its view with a GET made from the same request."""

from __future__ import annotations

import io

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix, resolve

# What belongs to the outer request's method, address and body; everything else (session, user, actor, arrival,
# messages) is the same person at the same moment.
_OWN = {
    "GET",
    "POST",
    "FILES",
    "_post",
    "_files",
    "_body",
    "headers",
    "accepted_types",
    "accepted_types_by_precedence",
}
_CSRF = ("CSRF_COOKIE", "CSRF_COOKIE_NEEDS_UPDATE")


def as_get(request: HttpRequest, path: str, query: str = "") -> HttpRequest:
    """A GET of `path` (without the script prefix) by the same person, without a body.

    Raises Resolver404 (an Http404) when no view lives there.
    """
    match = resolve(path, getattr(request, "urlconf", None))
    inner = WSGIRequest(
        {
            **request.META,
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path.encode().decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": "",
            "CONTENT_LENGTH": "",
            "wsgi.input": io.BytesIO(),
        }
    )
    for name, value in vars(request).items():
        if name not in _OWN and name not in vars(inner):
            setattr(inner, name, value)
    inner.resolver_match = match
    return inner


def path_of(url: str) -> str:
    """The path of a reversed URL without the script prefix, as `as_get` wants it."""
    return "/" + url.removeprefix(get_script_prefix())


def answer(request: HttpRequest, inner: HttpRequest) -> HttpResponseBase:
    """Call the view of the inner request and render its response; its CSRF cookie is set on the outer one."""
    match = inner.resolver_match
    if match is None:
        raise ValueError("as_get resolves every inner request")
    response: HttpResponseBase = match.func(inner, *match.args, **match.kwargs)
    render = getattr(response, "render", None)
    if callable(render):
        response = render()
    request.META.update({name: inner.META[name] for name in _CSRF if name in inner.META})
    return response
