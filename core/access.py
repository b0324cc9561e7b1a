"""Who may enter a view. Every view carries `@access`; a house rule walks the URLconf and says so.

Visibility of objects is another matter and lives in each app's `policies`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True, slots=True)
class Access:
    """The rule of one view, read by docs/permissions.md and by the access matrix."""

    public: bool
    roles: frozenset[str]
    reason: str


def access(*, reason: str, public: bool = False, roles: Iterable[str] = ()) -> Callable[[View], View]:
    """Mark a view with its entry rule and enforce it.

    `public` needs no session. With `roles`, the actor must hold one of them today, else 403.
    Without either, any signed-in person may enter, and the view must load objects through a policy.
    `reason` is one sentence for docs/permissions.md.
    """
    rule = Access(public=public, roles=frozenset(roles), reason=reason)
    if public and rule.roles:
        raise ValueError("A public view cannot demand roles.")

    def decorate(view: View) -> View:
        @wraps(view)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if rule.roles and not (rule.roles & request.actor.roles):  # type: ignore[attr-defined]  # ActorMiddleware
                raise PermissionDenied
            return view(request, *args, **kwargs)

        entered.access = rule  # type: ignore[attr-defined]  # read by the URLconf walk
        return login_not_required(entered) if public else entered  # type: ignore[return-value]

    return decorate
