"""The team's lists, plans as those who lead read them, and the pages of a rating."""

from tests.access.matrix import EVERYBODY, SIGN_IN, STRANGER, Row, World, others
from tests.appraisal.year import agreed_plan
from tests.walk import Stage

# Who may read what Ani does before there is a result, and who knows only where it stands.
LEADERS = "budi citra kartika"
WATCHERS = "ani fajar dewi gita nina"
KNOWN = f"{LEADERS} {WATCHERS}"


def read_by(status: int) -> dict[int | str, str]:
    """Those who lead get the status, those who know of it 403, for everybody else it does not exist."""
    return {status: LEADERS, 403: WATCHERS, 404: others(KNOWN), SIGN_IN: STRANGER}


def rated_by(status: int) -> dict[int | str, str]:
    """Only Budi rates."""
    return {status: "budi", 403: f"citra kartika {WATCHERS}", 404: others(KNOWN), SIGN_IN: STRANGER}


def first_item(world: World) -> dict[str, object]:
    """The first result of Ani's plan."""
    return {"key": agreed_plan(world.ani).items.order_by("position")[0].key}


def value(_world: World) -> dict[str, object]:
    """One core value."""
    return {"code": "BP"}


def competency(_world: World) -> dict[str, object]:
    """One competency."""
    return {"code": "INT"}


ALL = {200: EVERYBODY, SIGN_IN: STRANGER}
COMMENT = {"comment": "Lengkapi ukurannya."}

ROWS = [
    Row("team", ALL),
    Row("team_stand_in", ALL),
    Row("team_below", ALL),
    Row("send_ready", ALL, stage=Stage.FIRST_SAVED),
    Row("send_ready", {302: EVERYBODY, SIGN_IN: STRANGER}, stage=Stage.FIRST_SAVED, method="post"),
    # A draft of a plan is its writer's; the page says so and shows nothing of it.
    Row("team_plan", read_by(200), stage=Stage.PLANNING, whose="ani"),
    Row("team_plan", read_by(200), whose="ani"),
    Row(
        "team_plan",
        {302: "budi", 403: f"citra kartika {WATCHERS}", 404: others(KNOWN), SIGN_IN: STRANGER},
        whose="ani",
        method="post",
        data=lambda _world: {"act": "change", **COMMENT},
    ),
    Row("rate", read_by(200), stage=Stage.SELF_SENT, whose="ani"),
    Row("rate", read_by(200), stage=Stage.FIRST_SAVED, whose="ani"),
    Row("rate", read_by(200), stage=Stage.RATED, whose="ani"),
    *(
        Row(route, read_by(200), stage=stage, whose="ani", kwargs=kwargs)
        for stage in (Stage.SELF_SENT, Stage.FIRST_SAVED, Stage.RATED)
        for route, kwargs in (
            ("rate_item", first_item),
            ("rate_value", value),
            ("rate_competency", competency),
        )
    ),
    *(
        Row(
            route,
            rated_by(200),
            stage=Stage.FIRST_SAVED,
            whose="ani",
            kwargs=kwargs,
            method="post",
        )
        for route, kwargs in (
            ("rate_item", first_item),
            ("rate_value", value),
            ("rate_competency", competency),
        )
    ),
    *(
        Row(route, rated_by(200), stage=Stage.FIRST_SAVED, whose="ani")
        for route in ("rate_overall", "rate_feedback", "rate_check", "rate_first", "rate_send")
    ),
    Row("rate_revise", rated_by(302), stage=Stage.FIRST_SAVED, whose="ani"),
    Row("rate_revise", rated_by(200), stage=Stage.RATED, whose="ani"),
    Row("rate_check", rated_by(302), stage=Stage.RATED, whose="ani"),
    *(
        Row(route, rated_by(302), stage=Stage.FIRST_SAVED, whose="ani", method="post")
        for route in ("rate_first", "rate_send")
    ),
    Row(
        "rate_revise",
        rated_by(200),
        stage=Stage.RATED,
        whose="ani",
        method="post",
        data=lambda _world: COMMENT,
    ),
    Row("return_self", rated_by(200), stage=Stage.SELF_SENT, whose="ani"),
    Row(
        "return_self",
        rated_by(302),
        stage=Stage.SELF_SENT,
        whose="ani",
        method="post",
        data=lambda _world: COMMENT,
    ),
]
