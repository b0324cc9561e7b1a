"""Who may change people and places, as facts about an actor's grants. Each service checks here before it writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from accounts.enums import HR_ROLES, Role

if TYPE_CHECKING:
    from accounts.actors import Actor

# Who gives which role. The auditor and the HR admin of the city are not chosen by those they watch or join.
GIVEN_BY: Mapping[Role, frozenset[Role]] = {
    Role.AGENCY_HEAD: frozenset({Role.HR_CITY}),
    Role.PERFORMANCE_MANAGER: frozenset({Role.HR_CITY, Role.HR_AGENCY}),
    Role.HR_AGENCY: frozenset({Role.HR_CITY}),
    Role.HR_CITY: frozenset({Role.ADMIN}),
    Role.AUDITOR: frozenset({Role.ADMIN}),
    Role.ADMIN: frozenset({Role.ADMIN}),
}


def may_shape_tree(actor: Actor, path: str) -> bool:
    """Whether the actor may create, move, rename and close units at this path: the HR admin of the city."""
    return actor.holds(Role.HR_CITY, path)


def may_place_people(actor: Actor, path: str) -> bool:
    """Whether the actor may decide who serves in the unit with this path: HR of a unit above it, or of the city."""
    return any(actor.holds(role, path) for role in HR_ROLES)


def may_give_role(actor: Actor, role: Role, path: str) -> bool:
    """Whether the actor may grant this role in the unit with this path, or end it."""
    return any(actor.holds(giver, path) for giver in GIVEN_BY[role])
