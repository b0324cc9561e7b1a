"""The menu of each page."""

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, object]:
    """What the signed-in person can go to."""
    return {}
