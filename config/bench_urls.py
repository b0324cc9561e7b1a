"""Every route of the product, and the floor: a signed-in view with one indexed query and the base template."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from accounts.models import Employee
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as product
from core.access import access


@access(reason="The floor of the bench: what any signed-in page costs at least.")
def floor(request: HttpRequest) -> HttpResponse:
    """One indexed query and the base template, through the same middleware and server."""
    Employee.objects.only("name").get(pk=request.user.pk)  # type: ignore[misc]  # signed in
    return render(request, "base.html")


urlpatterns = [*product, path("floor/", floor, name="floor")]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
