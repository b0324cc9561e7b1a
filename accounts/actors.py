"""The one who acts: a frozen picture of a person's roles today, made by one query per request."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from accounts.enums import Role
from accounts.models import RoleGrant


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in a subtree."""

    role: str
    path: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with which roles, where. `id` is None for somebody without a session."""

    id: uuid.UUID | None
    name: str = ""
    grants: tuple[Grant, ...] = ()

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


NOBODY = Actor(id=None)


def load_actor(employee_id: uuid.UUID, name: str, day: dt.date) -> Actor:
    """The actor as of `day`. Costs one query."""
    rows = RoleGrant.objects.filter(employee_id=employee_id).valid_on(day).values_list("role", "agency__path")
    return Actor(
        id=employee_id,
        name=name,
        grants=tuple(
            sorted((Grant(role=role, path=path) for role, path in rows), key=lambda g: (g.role, g.path))
        ),
    )
