"""Pages of HR and of those who watch: dates, progress, lateness, more time. None shows what somebody wrote."""

from tests.access.matrix import SIGN_IN, STRANGER, Row, World, others
from tests.walk import Stage

HR = "dewi eko gita"
WATCHING = f"{HR} nina"
SEES_PROGRESS = f"{WATCHING} kartika fajar"


def cycle(world: World) -> dict[str, object]:
    """The year."""
    return {"cycle_id": world.cycle.pk}


def dates_of_dinas(world: World) -> dict[str, object]:
    """The dates of Ani's dinas."""
    return {"cycle_id": world.cycle.pk, "unit_id": world.city.dinas.pk}


ROWS = [
    Row("cycles", {200: HR, 403: others(HR), SIGN_IN: STRANGER}),
    Row("cycle", {200: HR, 403: others(HR), SIGN_IN: STRANGER}, kwargs=cycle),
    Row("cycle", {200: HR, 403: others(HR), SIGN_IN: STRANGER}, stage=Stage.PREPARED, kwargs=cycle),
    Row(
        "cycle_open",
        {200: "gita", 403: others("gita"), SIGN_IN: STRANGER},
        stage=Stage.PREPARED,
        kwargs=cycle,
    ),
    Row("cycle_work", {200: HR, 403: others(HR), SIGN_IN: STRANGER}, kwargs=cycle),
    Row("cycle_close", {200: "gita", 403: others("gita"), SIGN_IN: STRANGER}, kwargs=cycle),
    # There is no closing record of a year that is open.
    Row("cycle_closing", {404: f"{HR} fajar", 403: others(f"{HR} fajar"), SIGN_IN: STRANGER}, kwargs=cycle),
    Row("cycle_choose_unit", {302: HR, 403: others(HR), SIGN_IN: STRANGER}, kwargs=cycle),
    Row(
        "cycle_unit",
        {200: "dewi gita", 404: "eko", 403: others(HR), SIGN_IN: STRANGER},
        kwargs=dates_of_dinas,
    ),
    Row("progress", {200: SEES_PROGRESS, 403: others(SEES_PROGRESS), SIGN_IN: STRANGER}),
    *(
        Row("late", {200: WATCHING, 403: others(WATCHING), SIGN_IN: STRANGER}, stage=stage)
        for stage in (Stage.PLANNING, Stage.SELF_DRAFT, Stage.FIRST_SAVED, Stage.RATED)
    ),
    Row(
        "extend",
        {200: "dewi gita", 404: "eko", 403: others(HR), SIGN_IN: STRANGER},
        stage=Stage.SELF_DRAFT,
        whose="ani",
    ),
    # Nobody gives more time to themselves.
    Row(
        "extend",
        {200: "gita", 404: "eko", 403: others("gita eko"), SIGN_IN: STRANGER},
        stage=Stage.SELF_DRAFT,
        whose="dewi",
    ),
]
