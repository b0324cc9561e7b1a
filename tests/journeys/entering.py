"""Into a page without the door, which has journeys of its own."""

from __future__ import annotations

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from accounts.models import Employee


def enter(page: Page, person: Employee) -> None:
    """Sign the person in, and whoever was signed in before is out."""
    client = Client()
    client.force_login(person)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.goto("/healthz")
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "url": page.url,
            }
        ]
    )
