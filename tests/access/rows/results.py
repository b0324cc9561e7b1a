"""Results, their publication, the auditor's record, and what everybody may know about themselves and the rules."""

from accounts.models import PersonnelNumber
from tests.access.matrix import EVERYBODY, SIGN_IN, STRANGER, Row, World, others
from tests.walk import Stage

# Who reads Ani's result once supervisors see it, and once it is published.
FIRST_READERS = "budi citra kartika fajar"
OTHER_READERS = f"{FIRST_READERS} dewi gita"
READERS = f"ani {OTHER_READERS}"
HR = "dewi eko gita"


def readers(names: str) -> dict[int | str, str]:
    """These read it; for everybody else it does not exist."""
    return {200: names, 404: others(names), SIGN_IN: STRANGER}


def results_of_dinas(world: World) -> dict[str, object]:
    """The results of Ani's dinas."""
    return {"year": world.cycle.year, "unit_id": world.city.dinas.pk}


def number_of_ani(world: World) -> dict[str, object]:
    """Ani's NIP, as the auditor types it."""
    return {"number": PersonnelNumber.objects.get(employee=world.city.ani).digits}


def hr_of_dinas(status: int) -> dict[int | str, str]:
    """HR of the unit and of the city get the status; for HR of another agency the unit does not exist."""
    return {status: "dewi gita", 404: "eko", 403: others(HR), SIGN_IN: STRANGER}


ONLY_AUDITOR = {200: "fajar", 403: others("fajar"), SIGN_IN: STRANGER}

ROWS = [
    # The auditor reads what is stored; for the others the result does not exist before its day.
    Row("result", readers("fajar"), stage=Stage.RATED, whose="ani"),
    Row("result", readers(FIRST_READERS), stage=Stage.WITH_SUPERVISOR, whose="ani"),
    Row("result", readers(READERS), stage=Stage.PUBLISHED, whose="ani"),
    Row("result", readers(READERS), stage=Stage.RECEIVED, whose="ani"),
    # Who was left out is told at once, and so are those who would read the result.
    Row("result", readers(f"hadi {OTHER_READERS}"), stage=Stage.PUBLISHED, whose="hadi"),
    *(
        Row(
            route,
            {302: "ani", 200: OTHER_READERS, 404: others(READERS), SIGN_IN: STRANGER},
            stage=Stage.PUBLISHED,
            whose="ani",
        )
        for route in ("result_verify", "result_document")
    ),
    *(
        Row(route, readers(READERS), stage=Stage.RECEIVED, whose="ani")
        for route in ("result_verify", "result_document")
    ),
    Row("result_receive", {405: EVERYBODY, SIGN_IN: STRANGER}, stage=Stage.PUBLISHED, whose="ani"),
    Row(
        "result_receive",
        {302: "ani", 403: OTHER_READERS, 404: others(READERS), SIGN_IN: STRANGER},
        stage=Stage.PUBLISHED,
        whose="ani",
        method="post",
    ),
    Row(
        "result",
        {302: "ani", 403: OTHER_READERS, 404: others(READERS), SIGN_IN: STRANGER},
        stage=Stage.RECEIVED,
        whose="ani",
        method="post",
        data=lambda _world: {"comment": "Terima kasih."},
    ),
    # Publication shows counts, never content.
    Row("publications", {200: HR, 403: others(HR), SIGN_IN: STRANGER}, stage=Stage.WITH_SUPERVISOR),
    Row("publication", hr_of_dinas(200), stage=Stage.RATED, kwargs=results_of_dinas),
    Row("publication", hr_of_dinas(200), stage=Stage.RECEIVED, kwargs=results_of_dinas),
    Row("publish", hr_of_dinas(200), stage=Stage.RATED, kwargs=results_of_dinas),
    Row("publish", hr_of_dinas(302), stage=Stage.WITH_SUPERVISOR, kwargs=results_of_dinas),
    Row("publication_recall", hr_of_dinas(302), stage=Stage.RATED, kwargs=results_of_dinas),
    Row("publication_recall", hr_of_dinas(200), stage=Stage.WITH_SUPERVISOR, kwargs=results_of_dinas),
    # The auditor's pages.
    Row("audit", ONLY_AUDITOR),
    Row("audit_number", {405: "fajar", 403: others("fajar"), SIGN_IN: STRANGER}),
    Row(
        "audit_number",
        {302: "fajar", 403: others("fajar"), SIGN_IN: STRANGER},
        method="post",
        data=number_of_ani,
    ),
    *(
        Row("audit_record", ONLY_AUDITOR, stage=stage, whose="ani")
        for stage in Stage
        if stage > Stage.PREPARED
    ),
    Row("audit_record", {404: "fajar", 403: others("fajar"), SIGN_IN: STRANGER}, whose="fajar"),
    Row("audit_proof", ONLY_AUDITOR, stage=Stage.RECEIVED, whose="ani"),
    Row("audit_proof", {404: "fajar", 403: others("fajar"), SIGN_IN: STRANGER}, whose="fajar"),
    # About oneself, and about the rules.
    Row("access_history", {200: EVERYBODY, SIGN_IN: STRANGER}),
    Row("rules", {200: EVERYBODY, SIGN_IN: STRANGER}),
]
