"""Support for the reviewer's pages: Hadi is asked for his view of Ani while peer review is open; what is kept where."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

import redis
from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import Employee
from appraisal.enums import InvitationOrigin, InvitationState, Phase, ReviewGroup
from appraisal.models import Appraisal, Box, Envelope, Invitation, PhaseWindow
from appraisal.selectors.peer_answers import open_envelope
from appraisal.services import peer_answers
from core.clock import now
from tests.appraisal import peers as p
from tests.appraisal.leading import open_now
from tests.appraisal.year import CODES
from tests.walk import Stage, World, build_world

EVENT = "kenari-rekan: saat antrean menumpuk ia membuka meja kedua."
CANARY = "kenari-rekan"


def reviewing_world() -> World:
    """A year in which peer review is open now, and Hadi has accepted to look at Ani's work."""
    world = build_world(Stage.PLANNING, now=now())
    open_now(world.cycle, Phase.PEER_REVIEW)
    ask(world.ani, world.city.hadi)
    return world


def ask(
    appraisal: Appraisal,
    reviewer: Employee,
    *,
    state: InvitationState = InvitationState.ACCEPTED,
    group: ReviewGroup = ReviewGroup.PEER,
) -> Invitation:
    """Ask somebody, who has accepted unless said otherwise."""
    before = now() - dt.timedelta(days=3)
    Box.objects.get_or_create(appraisal=appraisal, defaults={"proposed_at": before, "approved_at": before})
    return Invitation.objects.create(
        appraisal=appraisal,
        reviewer=reviewer,
        group=group,
        origin=InvitationOrigin.EMPLOYEE,
        state=state,
        proposed_at=before,
        approved_at=None if state == InvitationState.PROPOSED else before,
        accepted_at=before if state == InvitationState.ACCEPTED else None,
    )


def mine(world: World) -> Invitation:
    """Hadi's invitation as it is stored now."""
    return Invitation.objects.get(reviewer=world.city.hadi)


def url(world: World, route: str, *more: object) -> str:
    """A page of Hadi's invitation."""
    return reverse(route, args=[mine(world).pk, *more])


def typed(
    level: str = "4", strength: str = "", wish: str = "", *, revision: int = 0, **more: str
) -> dict[str, str]:
    """The form of one value, as a browser sends it."""
    return {"level": level, "strength": strength, "wish": wish, "revision": str(revision), **more}


def fill(world: World, level: int = 4, *, codes: Iterable[str] = CODES, **texts: str) -> None:
    """Hadi fills these pages."""
    for code in codes:
        peer_answers.save_peer_page(
            actor=p.reviewer_of(mine(world)),
            invitation_id=mine(world).pk,
            code=code,
            data=p.page(level, **texts),
            revision=0,
            at=now(),
        )


def inside(world: World) -> dict[str, Any] | None:
    """What lies in Hadi's envelope; None without one."""
    envelope = Envelope.objects.select_related("key").filter(pk=mine(world).pk).first()
    return open_envelope(envelope) if envelope else None


def draft(world: World, code: str) -> dict[str, Any] | None:
    """What Hadi has written about one value."""
    content = inside(world)
    return content["draft"]["pages"].get(code) if content and content["draft"] else None


def receipt_in(answer: HttpResponse) -> str:
    """The receipt that a page shows, or "" when it shows none."""
    found = re.search(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{2}\b", answer.content.decode())
    return found.group() if found else ""


def close_peer_review(world: World, *, ago: dt.timedelta = dt.timedelta(hours=1)) -> None:
    """Peer review is over."""
    PhaseWindow.objects.filter(cycle=world.cycle, phase=Phase.PEER_REVIEW).update(closes_at=now() - ago)


def everything_stored() -> str:
    """All that database and cache hold, as text."""
    held = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608  the names come from the database
            held += [row[0] for row in cursor.fetchall()]
    held += [repr(session.get_decoded()) for session in Session.objects.all()]  # compressed in its column
    with redis.from_url(settings.REDIS_URL) as store:
        held += [repr(store.get(key)) for key in store.keys("*") if store.type(key) == b"string"]
    return "\n".join(held)


def everything_in(browser: Client) -> str:
    """What the cookies of a browser hold, messages read out."""
    held = [morsel.value for morsel in browser.cookies.values()]
    if CookieStorage.cookie_name in browser.cookies:
        read = CookieStorage(RequestFactory().get("/"))._decode(
            browser.cookies[CookieStorage.cookie_name].value
        )
        held += [str(message) for message in read or ()]
    return "\n".join(held)
