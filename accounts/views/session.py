"""A person stays signed in while they think."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from core.access import access
from core.sessions import note_use, seconds_left


@access(reason="Anybody who is signed in may keep their own session alive.")
@require_POST
def extend(request: HttpRequest) -> JsonResponse:
    """Let the idle time begin anew; the answer says for how many seconds the session lives now."""
    note_use(request)
    return JsonResponse({"left": seconds_left(request)})
