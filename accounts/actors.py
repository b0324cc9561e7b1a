"""The one who acts: a frozen picture of a person's roles today, made by one query per request."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import cast

from django.core.exceptions import PermissionDenied
from django.db.models import CharField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.enums import ActingKind, Role
from accounts.models import Acting, Employee, RoleGrant
from core.clock import arrival, today

_STANDS_IN = "stands_in"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in a subtree."""

    role: str
    path: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with which roles, where. Somebody without a session has the nil id, which is nobody's.

    `stands_in_for` are the heads whose worklist the actor has today as Plh.
    """

    id: uuid.UUID
    name: str = ""
    grants: tuple[Grant, ...] = ()
    stands_in_for: tuple[uuid.UUID, ...] = ()

    @property
    def roles(self) -> frozenset[str]:
        """The roles held today, anywhere."""
        return frozenset(grant.role for grant in self.grants)

    def paths(self, *roles: str) -> tuple[str, ...]:
        """The subtrees in which one of the roles is held."""
        return tuple(sorted({grant.path for grant in self.grants if grant.role in roles}))

    def holds(self, role: Role, path: str) -> bool:
        """Whether the role covers the unit with this path."""
        return any(grant.role == role and path.startswith(grant.path) for grant in self.grants)


# The nil id rather than None: a filter on None would find the rows where nobody is set.
NOBODY = Actor(id=uuid.UUID(int=0))


def load_actor(employee_id: uuid.UUID, name: str, day: dt.date) -> Actor:
    """The actor as of `day`. Costs one query."""
    roles = (
        RoleGrant.objects.filter(employee_id=employee_id).valid_on(day).values_list("role", "agency__path")
    )
    heads = Acting.objects.filter(
        employee_id=employee_id,
        kind=ActingKind.PLH,
        period__contains=day,
        agency__placements__is_head=True,
        agency__placements__period__contains=day,
    ).values_list(
        Value(_STANDS_IN, output_field=CharField()),
        Cast("agency__placements__employee_id", CharField()),
    )
    rows = list(roles.union(heads, all=True))
    return Actor(
        id=employee_id,
        name=name,
        grants=tuple(Grant(role=role, path=path) for role, path in sorted(rows) if role != _STANDS_IN),
        stands_in_for=tuple(uuid.UUID(value) for role, value in sorted(rows) if role == _STANDS_IN),
    )


def signed_in(request: HttpRequest) -> Employee:
    """The person whose session this is. Raises PermissionDenied for nobody, which the door has answered before."""
    person = request.user
    if not isinstance(person, Employee):
        raise PermissionDenied
    return person


def actor_of(request: HttpRequest) -> Actor:
    """Who asks: the signed-in person with today's roles, or NOBODY (put there by ActorMiddleware)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # put on the request by the actor middleware
    return actor


def attach_actor(request: HttpRequest) -> None:
    """Put `actor` and `preferred_language` on the request, lazily: a page that never asks costs no query.

    Called by ActorMiddleware, and again by the sign-in view once the person is known.
    """

    def load() -> Actor:
        if not request.user.is_authenticated:
            return NOBODY
        return load_actor(request.user.pk, request.user.name, today(arrival(request)))

    def preferred_language() -> str:
        # Only a request with a session cookie may cost the query that loads the person.
        if request.session.session_key is None or not request.user.is_authenticated:
            return ""
        return request.user.language

    request.actor = cast("Actor", SimpleLazyObject(load))  # type: ignore[attr-defined]  # put on the request by the actor middleware
    request.preferred_language = preferred_language  # type: ignore[attr-defined]  # put on the request by the actor middleware
