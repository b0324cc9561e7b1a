"""A reviewer's answer: theirs alone. Who may know of the invitation is told that it is not theirs; others find nothing.

Peer review is over in the city, and Hadi has more time for his invitation.
"""

import datetime as dt

from appraisal.enums import InvitationOrigin, InvitationState, ReviewGroup
from appraisal.models import Box, Invitation
from core.clock import now
from tests.access.matrix import SIGN_IN, STRANGER, Row, World, others
from tests.walk import Stage

# The employee proposed him; supervisor, superior and HR know who was asked.
KNOW_OF = "joko budi citra dewi gita"
STAGE = Stage.FIRST_SAVED


def invitation_of_hadi(world: World) -> dict[str, object]:
    """Hadi has accepted to look at Joko's work."""
    before = now() - dt.timedelta(days=12)
    appraisal = world.appraisals["joko"]
    Box.objects.get_or_create(appraisal=appraisal, defaults={"proposed_at": before, "approved_at": before})
    invitation, _made = Invitation.objects.get_or_create(
        appraisal=appraisal,
        reviewer=world.city.hadi,
        defaults={
            "group": ReviewGroup.PEER,
            "origin": InvitationOrigin.EMPLOYEE,
            "state": InvitationState.ACCEPTED,
            "proposed_at": before,
            "approved_at": before,
            "accepted_at": before,
            "extended_to": now() + dt.timedelta(days=3),
        },
    )
    return {"invitation_id": invitation.pk}


def page_of_hadi(world: World) -> dict[str, object]:
    """One value in his answer."""
    return {**invitation_of_hadi(world), "code": "BP"}


def only_hadi(status: int = 200) -> dict[int | str, str]:
    """The reviewer's own page."""
    return {status: "hadi", 403: KNOW_OF, 404: others("hadi", KNOW_OF), SIGN_IN: STRANGER}


def typed(_world: World) -> dict[str, object]:
    """The form of one value."""
    return {"level": "4", "strength": "", "wish": "", "revision": "0", "next": ""}


NOT_ALLOWED = {405: f"hadi {others('hadi')}", SIGN_IN: STRANGER}

ROWS = [
    Row("peer_value", only_hadi(), stage=STAGE, kwargs=page_of_hadi),
    Row("peer_value", only_hadi(302), stage=STAGE, kwargs=page_of_hadi, method="post", data=typed),
    Row("peer_check", only_hadi(), stage=STAGE, kwargs=invitation_of_hadi),
    Row("peer_send", NOT_ALLOWED, stage=STAGE, kwargs=invitation_of_hadi),
    Row(
        "peer_send",
        only_hadi(),
        stage=STAGE,
        kwargs=invitation_of_hadi,
        method="post",
        data=lambda _world: {"attempt": "sekali"},
    ),
    # Nothing was sent yet, so there is nothing to replace: back to the check.
    Row("peer_replace", only_hadi(302), stage=STAGE, kwargs=invitation_of_hadi),
    Row("peer_replace", only_hadi(302), stage=STAGE, kwargs=invitation_of_hadi, method="post"),
    Row("peer_receipt", only_hadi(), stage=STAGE, kwargs=invitation_of_hadi),
    Row(
        "peer_receipt",
        only_hadi(),
        stage=STAGE,
        kwargs=invitation_of_hadi,
        method="post",
        data=lambda _world: {"receipt": "salah"},
    ),
]
