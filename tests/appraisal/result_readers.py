"""Support for the pages of a result: worlds, browsers, addresses."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from core.audit import AuditEvent
from core.clock import now
from core.notifications import Notification
from tests.walk import Stage, World, build_world


def at_stage(stage: Stage) -> World:
    return build_world(stage, now=now())


def visitor(world: World, name: str) -> Client:
    """Somebody's browser, signed in."""
    client = Client()
    client.force_login(world.city.person(name))
    return client


def address(world: World, route: str = "result", of: str = "ani") -> str:
    return reverse(route, args=[world.appraisals[of].pk])


def text_of(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def rows() -> tuple[int, int]:
    """How much was recorded and said so far."""
    return AuditEvent.objects.count(), Notification.objects.count()
