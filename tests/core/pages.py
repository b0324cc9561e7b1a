"""A small site of its own, to see what the middleware does around a view."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import get_language

from core.access import access
from core.clock import arrival


@access(reason="Anybody.", public=True)
def public(request: HttpRequest) -> HttpResponse:
    """Tell language and arrival."""
    return HttpResponse(f"{get_language()} {arrival(request).isoformat()}")


@access(reason="Any signed-in person.")
def personal(request: HttpRequest) -> HttpResponse:
    """Tell who is there."""
    return HttpResponse(str(request.user.pk))


@access(reason="The auditor.", roles=["auditor"])
def audited(request: HttpRequest) -> HttpResponse:
    """Only the auditor."""
    return HttpResponse("audited")


@access(reason="A page with its own rules.", public=True)
def special(request: HttpRequest) -> HttpResponse:
    """Sets the headers itself."""
    return HttpResponse(
        "special", headers={"Cache-Control": "max-age=60", "Content-Security-Policy": "default-src 'none'"}
    )


@access(reason="Breaks.", public=True)
def broken(request: HttpRequest) -> HttpResponse:
    """Always fails."""
    raise RuntimeError("kenari-rahasia")


def forgotten(request: HttpRequest) -> HttpResponse:
    """Carries no rule at all."""
    return HttpResponse("forgotten")


def refusal(status: int) -> Callable[..., HttpResponse]:
    """An error page without a template."""

    def view(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        return HttpResponse(f"error {status}", status=status)

    return view


handler403 = refusal(403)
handler404 = refusal(404)
handler500 = refusal(500)

urlpatterns = [
    path("public/", public, name="public"),
    path("personal/", personal, name="personal"),
    path("audited/", audited, name="audited"),
    path("special/", special, name="special"),
    path("broken/", broken, name="broken"),
    path("forgotten/", forgotten, name="forgotten"),
    path("masuk/", public, name="account_login"),
]
