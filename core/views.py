"""Pages that belong to nobody's domain: health, inbox, help, report a problem, components."""

from __future__ import annotations

import uuid
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import showcase
from core.access import access
from core.clock import arrival
from core.health import health
from core.help import find_guide, guides
from core.inbox import inbox_page, mark_all_read, open_message, unread_count
from core.navigation import NavItem
from core.notifications import Notification

_LONGEST_PATH = 300


@access(public=True, reason="A load balancer asks whether the process lives.")
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


@access(public=True, reason="A load balancer asks whether requests can be served; booleans only.")
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether requests can be served: 503 without a database, "degraded" when another part is missing."""
    parts = health(at=arrival(request))
    if not parts["database"]:
        return JsonResponse({"status": "unavailable", **parts}, status=503)
    return JsonResponse({"status": "ok" if all(parts.values()) else "degraded", **parts})


# --- inbox ----------------------------------------------------------------------------------------


def _reader(request: HttpRequest) -> uuid.UUID:
    return cast("uuid.UUID", request.user.pk)


@access(reason="Everybody reads their own messages.")
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The person's messages, newest first, or only the unread ones."""
    recipient_id = _reader(request)
    unread_only = request.GET.get("show") == "unread"
    unread = unread_count(recipient_id)
    tabs = (
        NavItem(_("All"), "?", current=not unread_only),
        NavItem(_("Unread, %(count)d") % {"count": unread}, "?show=unread", current=unread_only),
    )
    page = inbox_page(recipient_id=recipient_id, after=request.GET.get("after", ""), unread_only=unread_only)
    return render(request, "core/inbox.html", {"page": page, "unread": unread, "tabs": tabs})


@access(reason="Everybody opens their own messages.")
@require_POST
def open_notification(request: HttpRequest, notification_id: uuid.UUID) -> HttpResponse:
    """Mark one message as read and go to the page it speaks of."""
    try:
        message = open_message(
            recipient_id=_reader(request), notification_id=notification_id, at=arrival(request)
        )
    except Notification.DoesNotExist:
        raise Http404 from None
    if message.path and url_has_allowed_host_and_scheme(message.path, allowed_hosts=None):
        return redirect(message.path)
    return redirect("inbox")


@access(reason="Everybody marks their own messages.")
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all messages as read."""
    mark_all_read(recipient_id=_reader(request), at=arrival(request))
    messages.success(request, _("All messages are marked as read."))
    return redirect("inbox")


# --- help -----------------------------------------------------------------------------------------


@access(public=True, reason="Help is there before signing in, too.")
@require_safe
def help_list(request: HttpRequest) -> HttpResponse:
    """All guides."""
    return render(request, "core/help_list.html", {"guides": guides()})


@access(public=True, reason="Help is there before signing in, too.")
@require_safe
def help_guide(request: HttpRequest, slug: str) -> HttpResponse:
    """One guide."""
    guide = find_guide(slug)
    if guide is None:
        raise Http404
    return render(request, "core/help_guide.html", {"guide": guide})


@access(public=True, reason="Whoever cannot sign in must be able to say so.")
@require_safe
def report_problem(request: HttpRequest) -> HttpResponse:
    """What to tell the performance manager: page and request number, ready to copy. Nothing is stored."""
    page = request.GET.get("page", "")[:_LONGEST_PATH]
    number = "".join(sign for sign in request.GET.get("id", "") if sign.isalnum())[:32]
    return render(
        request,
        "core/report_problem.html",
        {
            "page_path": page if page.startswith("/") and not page.startswith("//") else "",
            "number": number or request.id,  # type: ignore[attr-defined]  # ArrivalMiddleware
        },
    )


# --- components -----------------------------------------------------------------------------------


@access(public=True, reason="The look of the pages, shown in development and tests only.")
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state. The route exists in development and tests only."""
    return render(request, "core/components.html", showcase.contents(request))
