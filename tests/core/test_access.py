"""The entry rule of a view: public, any signed-in person, or holders of a role."""

from dataclasses import dataclass, field

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from core.access import Access, access


@dataclass(frozen=True)
class SomeActor:
    """Who asks, as far as the rule looks."""

    roles: frozenset[str] = field(default_factory=frozenset)


def page(request, number: int = 0) -> HttpResponse:
    """A page."""
    return HttpResponse(f"page {number}")


def ask(view, *roles: str) -> HttpResponse:
    request = RequestFactory().get("/")
    request.actor = SomeActor(frozenset(roles))
    return view(request, number=7)


def test_a_view_tells_its_rule_and_keeps_its_name() -> None:
    view = access(reason="Only HR.", roles=["hr_agency", "hr_city"])(page)

    assert view.access == Access(public=False, roles=frozenset({"hr_agency", "hr_city"}), reason="Only HR.")
    assert (view.__name__, view.__doc__) == ("page", "A page.")


def test_one_of_the_roles_is_enough() -> None:
    view = access(reason="Only HR.", roles=["hr_agency", "hr_city"])(page)

    assert ask(view, "hr_city", "auditor").content == b"page 7"


@pytest.mark.parametrize("roles", [(), ("auditor",), ("hr",)])
def test_without_the_role_the_view_is_not_called(roles: tuple[str, ...]) -> None:
    called = []
    view = access(reason="Only HR.", roles=["hr_agency"])(lambda request, number: called.append(number))

    with pytest.raises(PermissionDenied):
        ask(view, *roles)
    assert called == []


def test_without_roles_any_signed_in_person_may_enter_and_the_actor_is_not_loaded() -> None:
    view = access(reason="One's own pages.")(page)
    request = RequestFactory().get("/")  # has no actor at all

    assert view(request).content == b"page 0"
    assert getattr(view, "login_required", True)


def test_only_a_public_view_goes_without_a_session() -> None:
    view = access(reason="The door.", public=True)(page)

    assert view.access == Access(public=True, roles=frozenset(), reason="The door.")
    assert view.login_required is False


def test_a_public_view_cannot_demand_roles() -> None:
    with pytest.raises(ValueError, match="public view"):
        access(reason="Nonsense.", public=True, roles=["auditor"])
