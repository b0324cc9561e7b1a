"""Who proposes, settles and watches the reviewers of Ani, and who answers an invitation. Nobody sees whether one answered."""

from tests.access.matrix import EVERYBODY, SIGN_IN, STRANGER, Row, World, others
from tests.walk import Stage

LEADERS = "budi citra"
# Who knows where Ani's appraisal stands and does not settle who is asked about her.
KNOWING = "ani kartika fajar dewi gita nina"
READERS = "budi citra kartika fajar"  # who may read her appraisal beside her
HR_CITY_AND_AGENCY = "dewi gita"
HR = "dewi eko gita"
WATCHING = f"{HR} nina"


def person(world: World) -> dict[str, object]:
    """Somebody who could be asked."""
    return {"person": str(world.city.mira.pk), "as": "peer"}


def seen(world: World) -> dict[str, object]:
    """The proposals that stand on the page."""
    return {"seen": [str(one.pk) for one in world.ani.invitations.filter(state="proposed")]}


def of(name: str, *, nested: bool = True):
    """The invitation of a persona about Ani, alone or under her appraisal."""

    def build(world: World) -> dict[str, object]:
        key = {"invitation_id": world.invitation(name).pk}
        return {**key, "appraisal_id": world.ani.pk} if nested else key

    return build


def only_ani(status: int) -> dict[int | str, str]:
    return {status: "ani", 403: READERS, 404: others(f"ani {READERS}"), SIGN_IN: STRANGER}


def led(status: int) -> dict[int | str, str]:
    return {status: LEADERS, 403: KNOWING, 404: others(f"{LEADERS} {KNOWING}"), SIGN_IN: STRANGER}


def settled(status: int) -> dict[int | str, str]:
    """Budi alone: Citra reads the list and changes nothing."""
    return {status: "budi", 403: f"citra {KNOWING}", 404: others(f"{LEADERS} {KNOWING}"), SIGN_IN: STRANGER}


def hr(status: int) -> dict[int | str, str]:
    """HR of Ani's agency and of the city; for HR of another one she does not exist."""
    return {status: HR_CITY_AND_AGENCY, 404: "eko", 403: others(HR), SIGN_IN: STRANGER}


# Who may know of the invitation of Intan, without being asked by it.
KNOW_OF_INTAN = "ani budi citra dewi gita"

ROWS = [
    *(Row("invitations", {200: EVERYBODY, SIGN_IN: STRANGER}, stage=stage) for stage in Stage),
    *(
        Row("invitation", answers, stage=Stage.INVITED, kwargs=of("intan", nested=False), method=method)
        for method, answers in (
            (
                "get",
                {200: "intan", 403: KNOW_OF_INTAN, 404: others(f"intan {KNOW_OF_INTAN}"), SIGN_IN: STRANGER},
            ),
            (
                "post",
                {302: "intan", 403: KNOW_OF_INTAN, 404: others(f"intan {KNOW_OF_INTAN}"), SIGN_IN: STRANGER},
            ),
        )
    ),
    # A name that is only proposed is told to nobody, the person least of all.
    Row(
        "invitation",
        {403: KNOW_OF_INTAN, 404: others(KNOW_OF_INTAN), SIGN_IN: STRANGER},
        stage=Stage.NOMINATED,
        kwargs=of("intan", nested=False),
    ),
    Row(
        "invitation_decline",
        {200: "hadi", 403: KNOW_OF_INTAN, 404: others(f"hadi {KNOW_OF_INTAN}"), SIGN_IN: STRANGER},
        stage=Stage.INVITED,
        kwargs=of("hadi", nested=False),
    ),
    *(
        Row("reviewers", only_ani(200), stage=stage, whose="ani")
        for stage in (Stage.PLANNING, Stage.NOMINATED, Stage.INVITED, Stage.PUBLISHED)
    ),
    Row("reviewer_propose", only_ani(302), stage=Stage.NOMINATED, whose="ani", method="post", data=person),
    Row("reviewers_send", only_ani(302), stage=Stage.NOMINATED, whose="ani", method="post"),
    Row("reviewer_drop", only_ani(302), stage=Stage.NOMINATED, kwargs=of("hadi"), method="post"),
    Row("team_nominated", {200: EVERYBODY, SIGN_IN: STRANGER}, stage=Stage.NOMINATED),
    *(
        Row("team_reviewers", led(200), stage=stage, whose="ani")
        for stage in (Stage.NOMINATED, Stage.INVITED, Stage.PUBLISHED)
    ),
    Row("team_reviewers", settled(302), stage=Stage.NOMINATED, whose="ani", method="post", data=seen),
    Row("team_reviewer_add", settled(302), stage=Stage.NOMINATED, whose="ani", method="post", data=person),
    Row("team_reviewer_remove", led(200), stage=Stage.INVITED, kwargs=of("intan")),
    Row(
        "team_reviewer_remove",
        settled(302),
        stage=Stage.INVITED,
        kwargs=of("intan"),
        method="post",
        data=lambda _world: {"reason": "Pindah tim."},
    ),
    *(
        Row("reviewers_asked", hr(200), stage=stage, whose="ani")
        for stage in (Stage.NOMINATED, Stage.INVITED, Stage.PUBLISHED)
    ),
    # Nobody looks up who was asked about themselves.
    Row(
        "reviewers_asked",
        {200: "gita", 404: "eko", 403: others("gita eko"), SIGN_IN: STRANGER},
        stage=Stage.INVITED,
        whose="dewi",
    ),
    Row("reviewer_extend", hr(200), stage=Stage.INVITED, kwargs=of("hadi")),
    Row("reviewer_cancel", hr(200), stage=Stage.INVITED, kwargs=of("hadi")),
    Row(
        "reviewer_cancel",
        hr(302),
        stage=Stage.INVITED,
        kwargs=of("hadi"),
        method="post",
        data=lambda _world: {"reason": "Benturan kepentingan."},
    ),
    *(
        Row("reviewers_due", {200: WATCHING, 403: others(WATCHING), SIGN_IN: STRANGER}, stage=stage)
        for stage in (Stage.NOMINATED, Stage.INVITED)
    ),
]
