"""The menu of each page: what the signed-in person can go to. Costs one query."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, actor_of
from accounts.enums import HR_ROLES, WATCHING_ROLES, Role
from accounts.models import Employee
from appraisal.enums import INVITED, CycleState
from appraisal.models import Appraisal, Invitation
from core.navigation import NavItem
from core.notifications import Notification


def navigation(request: HttpRequest) -> dict[str, object]:
    """The menu for base.html; empty for somebody without a session and on error pages without one."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"nav": items_for(actor_of(request), path=request.path)}


def items_for(actor: Actor, *, path: str) -> tuple[NavItem, ...]:
    """The menu of one person, with the entry of the present page marked. One query."""
    mine = Appraisal.objects.filter(employee=OuterRef("pk"), cycle__state=CycleState.OPEN)
    # One lookup by index for each; an OR inside one subquery would read the whole table.
    led = Appraisal.objects.filter(supervisor=OuterRef("pk"), cycle__state=CycleState.OPEN)
    below = Appraisal.objects.filter(superior=OuterRef("pk"), cycle__state=CycleState.OPEN)
    invited = Invitation.objects.filter(
        reviewer=OuterRef("pk"), state__in=INVITED, appraisal__cycle__state=CycleState.OPEN
    )
    unread = (
        Notification.objects.filter(recipient=OuterRef("pk"), read_at=None, superseded_at=None)
        .order_by()
        .values("recipient")
        .annotate(n=Count("pk"))
        .values("n")
    )
    known = (
        Employee.objects.filter(pk=actor.id)
        .annotate(
            unread=Subquery(unread),
            leads=Exists(led),
            oversees=Exists(below),
            invited=Exists(invited),
            mine=Subquery(mine.order_by("-last_day", "pk").values("pk")[:1]),
        )
        .values("unread", "leads", "oversees", "invited", "mine")
        .first()
    ) or {"unread": 0, "leads": False, "oversees": False, "invited": False, "mine": None}
    items = [NavItem(_("Home"), reverse("home"))]
    if known["mine"]:
        items.append(NavItem(_("My appraisal"), reverse("overview", args=[known["mine"]])))
    if known["invited"]:
        items.append(NavItem(_("Colleagues"), reverse("invitations")))
    if known["leads"] or known["oversees"] or actor.stands_in_for:
        items.append(NavItem(_("My team"), reverse("team")))
    if WATCHING_ROLES & actor.roles:
        items.append(NavItem(_("Progress"), reverse("progress")))
    if HR_ROLES & actor.roles:
        items.append(NavItem(_("Cycles"), reverse("cycles")))
        items.append(NavItem(_("Publication"), reverse("publications")))
    if Role.AUDITOR in actor.roles:
        items.append(NavItem(_("Audit"), reverse("audit")))
    items.append(NavItem(_("Inbox"), reverse("inbox"), count=known["unread"] or 0, icon="inbox"))
    items.append(NavItem(actor.name, reverse("account"), icon="user"))
    current = _current(items, path)
    return tuple(NavItem(item.label, item.url, item.url == current, item.count, item.icon) for item in items)


def _current(items: list[NavItem], path: str) -> str:
    """The longest entry that the present path begins with; home only when it is home."""
    matching = [
        item.url for item in items if path == item.url or (item.url != "/" and path.startswith(item.url))
    ]
    return max(matching, key=len, default="")
