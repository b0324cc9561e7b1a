"""What peers said: the page for employee, rater and superior; reports and agency figures for HR. Who reads words: tests/appraisal/test_peer_readers.py."""

from tests.access.matrix import SIGN_IN, STRANGER, Row, World, others
from tests.walk import Stage

HR = "dewi eko gita"
PARTIES = "ani budi citra"
AGENCY = f"{HR} kartika"
# Who knows where Ani's appraisal stands and does not rate it.
KNOWING = "ani citra kartika fajar dewi gita nina"

SEEN = {200: PARTIES, 404: others(PARTIES), SIGN_IN: STRANGER}


def no_text(world: World) -> dict[str, object]:
    """A text that nobody wrote."""
    return {"appraisal_id": world.appraisals["ani"].pk, "word": "f" * 64}


def no_report(world: World) -> dict[str, object]:
    """A report that nobody made."""
    return {"report_id": world.cycle.pk}


def cycle(world: World) -> dict[str, object]:
    """The year."""
    return {"cycle_id": world.cycle.pk}


ROWS = [
    *(
        Row("peer_figures", SEEN, stage=stage, whose="ani")
        for stage in (Stage.EXECUTION, Stage.SELF_SENT, Stage.FIRST_SAVED, Stage.RATED, Stage.PUBLISHED)
    ),
    # Nobody finds a text that is not there, whatever they may see.
    Row("word_report", {404: others(), SIGN_IN: STRANGER}, stage=Stage.FIRST_SAVED, kwargs=no_text),
    Row("word_reports", {200: HR, 403: others(HR), SIGN_IN: STRANGER}),
    Row("word_decision", {404: HR, 403: others(HR), SIGN_IN: STRANGER}, kwargs=no_report),
    Row("agency_peers", {200: AGENCY, 403: others(AGENCY), SIGN_IN: STRANGER}),
    Row("cycle_peers", {200: HR, 403: others(HR), SIGN_IN: STRANGER}, kwargs=cycle),
    Row("cycle_peers", {200: HR, 403: others(HR), SIGN_IN: STRANGER}, stage=Stage.PREPARED, kwargs=cycle),
    Row(
        "rate_check",
        {302: "budi", 403: KNOWING, 404: others(f"budi {KNOWING}"), SIGN_IN: STRANGER},
        stage=Stage.FIRST_SAVED,
        whose="ani",
        method="post",
        data=lambda _world: {"reason": "", "revision": "0"},
    ),
]
