"""Reminders, who was told what, how one is told, and one's own calendar."""

from accounts.calendars import token_for
from accounts.models import Employee
from tests.access.matrix import EVERYBODY, SIGN_IN, STRANGER, Row, World, others
from tests.walk import Stage

HR = "dewi eko gita"
NOBODY_KNOWS = {"token": "nobody-1.signature"}


def year(world: World) -> dict[str, object]:
    """The year."""
    return {"cycle_id": world.cycle.pk}


def switched_on(world: World) -> dict[str, object]:
    """The address of Ani's calendar, which she has switched on."""
    Employee.objects.filter(pk=world.city.ani.pk).update(has_calendar=True, calendar_number=1)
    return {"token": token_for(world.city.ani.pk, 1)}


def renewed(world: World) -> dict[str, object]:
    """An address that Ani has given up for a new one."""
    Employee.objects.filter(pk=world.city.ani.pk).update(has_calendar=True, calendar_number=2)
    return {"token": token_for(world.city.ani.pk, 1)}


ROWS = [
    Row("told", {200: HR, 403: others(HR), SIGN_IN: STRANGER}),
    *(
        Row("remind", {200: HR, 403: others(HR), SIGN_IN: STRANGER}, stage=stage)
        for stage in (Stage.PLANNING, Stage.SELF_DRAFT)
    ),
    # Eko's own dinas is another one, and everything there is due as well.
    Row("remind", {302: HR, 403: others(HR), SIGN_IN: STRANGER}, stage=Stage.PLANNING, method="post"),
    Row(
        "remind_one",
        {
            302: "budi",
            403: "ani citra kartika dewi gita nina fajar",
            404: others("ani budi citra kartika dewi gita nina fajar"),
            SIGN_IN: STRANGER,
        },
        stage=Stage.SELF_DRAFT,
        whose="ani",
        method="post",
    ),
    Row("remind_one", {405: EVERYBODY, SIGN_IN: STRANGER}, stage=Stage.SELF_DRAFT, whose="ani"),
    Row("reminder_rules", {200: "gita", 403: others("gita"), SIGN_IN: STRANGER}, kwargs=year),
    Row("mail_preferences", {200: EVERYBODY, SIGN_IN: STRANGER}),
    Row("calendar", {200: EVERYBODY, SIGN_IN: STRANGER}),
    Row("calendar", {302: EVERYBODY, SIGN_IN: STRANGER}, method="post"),
    Row("calendar_feed", {200: f"{EVERYBODY} {STRANGER}"}, kwargs=switched_on),
    Row("calendar_feed", {404: f"{EVERYBODY} {STRANGER}"}, kwargs=renewed),
    Row("calendar_feed", {404: f"{EVERYBODY} {STRANGER}"}, kwargs=lambda _world: NOBODY_KNOWS),
]
