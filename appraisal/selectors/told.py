"""Who was told what: the messages of the process to the people of a unit, and what became of their mail. No content."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor
from accounts.enums import HR_ROLES
from accounts.models import Agency, Placement
from core.notifications import Kind, MailState, Notification, kind_of, kinds
from core.paging import Page, page_of


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One message: to whom, of which kind, when, and its mail."""

    name: str
    kind: str
    said_at: dt.datetime
    mail: str
    state: str
    mailed_at: dt.datetime | None
    reply: str


@dataclass(frozen=True, slots=True)
class ToldFilters:
    """What the URL asks for; "" is all. `path` is that of a unit."""

    name: str = ""
    kind: str = ""
    state: str = ""
    path: str = ""


def watched_kinds() -> tuple[Kind, ...]:
    """The kinds of which HR sees to whom they were said."""
    return tuple(kind for kind in kinds() if kind.watched)


def _serving(paths: tuple[str, ...], day: dt.date) -> Exists:
    """Whether the recipient serves in one of the subtrees on the day."""
    within = Q(pk__in=[])
    for path in paths:
        within |= Q(agency__path__startswith=path)
    return Exists(Placement.objects.filter(within, employee=OuterRef("recipient"), period__contains=day))


def _told(actor: Actor, filters: ToldFilters, day: dt.date) -> QuerySet[Notification]:
    paths = actor.paths(*HR_ROLES)
    if filters.path:
        paths = (filters.path,) if any(filters.path.startswith(path) for path in paths) else ()
    known = {kind.code for kind in watched_kinds()}
    chosen = known & {filters.kind} if filters.kind else known
    rows = Notification.objects.filter(_serving(paths, day), kind__in=sorted(chosen)).exclude(
        recipient=actor.id
    )
    if filters.state:
        rows = rows.filter(mail_state=filters.state)
    if filters.name:
        rows = rows.filter(recipient__sort_name__contains=filters.name.casefold())
    return rows


def told_page(actor: Actor, filters: ToldFilters, *, after: str, day: dt.date) -> Page[ToldRow]:
    """A page of what was said to the people for whom the actor is HR, newest first. One query."""
    page = page_of(
        _told(actor, filters, day).select_related("recipient"),
        order=("-created_at", "-id"),
        after=after,
    )
    return page.showing(
        ToldRow(
            name=row.recipient.name,
            kind=kind_of(row.kind).name,
            said_at=row.created_at,
            mail=str(MailState(row.mail_state).label),
            state=row.mail_state,
            mailed_at=row.mailed_at,
            reply=row.mail_reply if row.mail_state == MailState.REFUSED else "",
        )
        for row in page.rows
    )


def hr_units(actor: Actor) -> QuerySet[Agency]:
    """The units for whose people the actor is HR, down to the third level, the highest first."""
    within = Q(pk__in=[])
    for path in actor.paths(*HR_ROLES):
        within |= Q(path__startswith=path)
    return Agency.objects.filter(within, path__regex=r"^([^/]+/){1,3}$", closed_on=None).order_by("path")
