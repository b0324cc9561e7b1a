"""Home and the pages of one appraisal: plan, realisation, journal, self-assessment. Drafts are their writer's."""

from appraisal.models import Evidence, JournalEntry, PlanItem, SelfSubmission
from tests.access.matrix import EVERYBODY, SIGN_IN, STRANGER, Row, World, others
from tests.walk import Stage

READERS = "budi citra kartika fajar"  # beside ani: supervisor, superior, agency head, auditor
PARTIES = f"ani {READERS}"
WATCHING = (
    "dewi gita nina"  # HR of the agency and of the city, performance manager: where it stands, no content
)
KNOW_OF = f"{PARTIES} {WATCHING}"


def seen_by(names: str, status: int = 200) -> dict[int | str, str]:
    """These get the status; for everybody else the page does not exist."""
    return {status: names, 404: others(names), SIGN_IN: STRANGER}


def only_ani(status: int = 200) -> dict[int | str, str]:
    """Her own page: those who may read the appraisal are told that it is not theirs to do."""
    return {status: "ani", 403: READERS, 404: others(PARTIES), SIGN_IN: STRANGER}


GETS_405 = {405: EVERYBODY, SIGN_IN: STRANGER}


def open_item(world: World) -> dict[str, object]:
    """A result of Ani's plan, by its id."""
    return {"item_id": PlanItem.objects.filter(plan__appraisal=world.ani).order_by("position")[0].pk}


def agreed_item(world: World) -> dict[str, object]:
    """A result of Ani's agreed plan, by its key."""
    return {"item_key": PlanItem.objects.filter(plan__appraisal=world.ani).order_by("position")[0].key}


def proof(world: World) -> dict[str, object]:
    """Ani's evidence."""
    return {"evidence_id": Evidence.objects.get(appraisal=world.ani).pk}


def note(world: World) -> dict[str, object]:
    """Ani's shared note."""
    return {"entry_id": JournalEntry.objects.get(appraisal=world.ani, shared=True).pk}


def receipt(world: World) -> dict[str, object]:
    """The receipt of Ani's self-assessment."""
    return {"number": SelfSubmission.objects.get(appraisal=world.ani).number}


ROWS = [
    *(Row("home", {200: EVERYBODY, SIGN_IN: STRANGER}, stage=stage) for stage in Stage),
    *(
        Row("overview", seen_by(KNOW_OF), stage=stage, whose="ani")
        for stage in Stage
        if stage > Stage.PREPARED
    ),
    Row("own_data", only_ani(), whose="ani"),
    # The plan: a draft is empty to its readers, a sent one is not.
    *(Row("plan", seen_by(PARTIES), stage=stage, whose="ani") for stage in (Stage.PLANNING, Stage.EXECUTION)),
    Row(
        "plan_version",
        seen_by("ani"),
        stage=Stage.PLANNING,
        whose="ani",
        kwargs=lambda _world: {"version": 1},
    ),
    Row("plan_version", seen_by(PARTIES), whose="ani", kwargs=lambda _world: {"version": 1}),
    Row(
        "plan_version", {404: EVERYBODY, SIGN_IN: STRANGER}, whose="ani", kwargs=lambda _world: {"version": 9}
    ),
    *(
        Row(route, GETS_405, whose="ani")
        for route in ("plan_send", "plan_withdraw", "plan_copy", "self_withdraw")
    ),
    *(
        Row(route, only_ani(302), stage=Stage.PLANNING, whose="ani", method="post")
        for route in ("plan_send", "plan_copy")
    ),
    Row(
        "plan_withdraw",
        {302: "ani", 403: READERS, 404: others(PARTIES), SIGN_IN: STRANGER},
        stage=Stage.EXECUTION,
        whose="ani",
        method="post",
    ),
    Row(
        "plan_revise",
        {200: "ani budi", 403: "citra kartika fajar", 404: others(PARTIES), SIGN_IN: STRANGER},
        whose="ani",
    ),
    Row(
        "plan_revise",
        {302: "ani budi", 403: "citra kartika fajar", 404: others(PARTIES), SIGN_IN: STRANGER},
        whose="ani",
        method="post",
        data=lambda _world: {"reason": "Tugas baru dari dinas sejak bulan ini."},
    ),
    Row("plan_item_new", only_ani(), stage=Stage.PLANNING, whose="ani"),
    Row("plan_item", only_ani(), stage=Stage.PLANNING, whose="ani", kwargs=open_item),
    Row("plan_item_remove", only_ani(), stage=Stage.PLANNING, whose="ani", kwargs=open_item),
    Row(
        "plan_item_remove", only_ani(302), stage=Stage.PLANNING, whose="ani", method="post", kwargs=open_item
    ),
    # The year's work.
    Row("realization", seen_by(PARTIES), whose="ani"),
    Row("realization_item", only_ani(), whose="ani", kwargs=agreed_item),
    Row("evidence_new", only_ani(), whose="ani", kwargs=agreed_item),
    Row("evidence_remove", GETS_405, whose="ani", kwargs=proof),
    Row("evidence_remove", only_ani(302), whose="ani", method="post", kwargs=proof),
    Row("journal", seen_by(PARTIES), whose="ani"),
    Row("journal_remove", GETS_405, whose="ani", kwargs=note),
    Row("journal_remove", only_ani(302), whose="ani", method="post", kwargs=note),
    # The self-assessment: a draft is its writer's, a sent one is read by the same people as the plan.
    Row("self_assessment", seen_by("ani"), stage=Stage.SELF_DRAFT, whose="ani"),
    *(
        Row("self_assessment", seen_by(PARTIES), stage=stage, whose="ani")
        for stage in (Stage.SELF_SENT, Stage.FIRST_SAVED, Stage.RATED)
    ),
    Row("self_item", only_ani(), stage=Stage.SELF_DRAFT, whose="ani", kwargs=agreed_item),
    Row("self_value", only_ani(), stage=Stage.SELF_DRAFT, whose="ani", kwargs=lambda _world: {"code": "BP"}),
    Row(
        "self_value",
        {404: others(READERS), 403: READERS, SIGN_IN: STRANGER},
        stage=Stage.SELF_DRAFT,
        whose="ani",
        kwargs=lambda _world: {"code": "XX"},
    ),
    Row(
        "self_competency",
        only_ani(),
        stage=Stage.SELF_DRAFT,
        whose="ani",
        kwargs=lambda _world: {"code": "INT"},
    ),
    Row("self_check", only_ani(), stage=Stage.SELF_DRAFT, whose="ani"),
    Row("self_receipt", only_ani(), stage=Stage.SELF_SENT, whose="ani", kwargs=receipt),
    Row("self_withdraw", only_ani(302), stage=Stage.SELF_SENT, whose="ani", method="post"),
]
