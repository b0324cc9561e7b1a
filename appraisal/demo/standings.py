"""How far somebody is: which states occur in which agency, and where the personas stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from appraisal.demo import places
from appraisal.enums import NotAssessedReason, PlanState, RatingState, ResultState, SelfState


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of every track of one appraisal, and how full the open drafts are (percent of their pages).

    `versions` counts the versions of the plan; `late` means that it was sent after planning closed. `step` is how far a
    result has gone after its publication.
    """

    plan: PlanState = PlanState.AGREED
    plan_filled: int = 100
    versions: int = 1
    late: bool = False
    self_assessment: SelfState = SelfState.DRAFT
    self_filled: int = 0
    by_clock: bool = False
    was_returned: bool = False
    rating: RatingState = RatingState.OPEN
    rating_filled: int = 0
    passed_on: bool = False
    not_assessed: NotAssessedReason | None = None
    result: ResultState = ResultState.HIDDEN
    extended: bool = False


# Why the publications leave some people out.
LEFT_OUT = "Belum ada penilaian sampai masa kalibrasi berakhir."

Mix = tuple[tuple[int, Standing], ...]

_AGREED = PlanState.AGREED
_SENT, _NOT_SENT, _RETURNED = SelfState.SENT, SelfState.NOT_SENT, SelfState.RETURNED
_FIRST, _RATED, _REVISED, _CONFIRMED = (
    RatingState.FIRST_SAVED,
    RatingState.SENT,
    RatingState.REVISED,
    RatingState.CONFIRMED,
)

PLANNING: Mix = (
    (14, Standing(plan=PlanState.DRAFT, plan_filled=0)),
    (18, Standing(plan=PlanState.DRAFT, plan_filled=50)),
    (30, Standing(plan=PlanState.SENT)),
    (8, Standing(plan=PlanState.RETURNED)),
    (30, Standing()),
)
EXECUTION: Mix = (
    (84, Standing()),
    (6, Standing(versions=2)),
    (5, Standing(plan=PlanState.SENT, late=True)),
    (2, Standing(plan=PlanState.RETURNED, late=True)),
    (3, Standing(plan=PlanState.DRAFT, plan_filled=50)),
)
SELF_ASSESSMENT: Mix = (
    (4, Standing(plan=PlanState.SENT, late=True)),
    (2, Standing(plan=PlanState.DRAFT, plan_filled=30)),
    (15, Standing()),
    (22, Standing(self_filled=40)),
    (13, Standing(self_filled=75)),
    (4, Standing(self_filled=100)),
    (27, Standing(self_assessment=_SENT)),
    (3, Standing(self_assessment=_RETURNED)),
    (6, Standing(self_assessment=_SENT, rating_filled=50)),
    (3, Standing(self_assessment=_SENT, rating=_FIRST)),
    (1, Standing(self_assessment=_SENT, rating=_RATED)),
)
SUPERVISOR_REVIEW: Mix = (
    (2, Standing(plan=PlanState.SENT, late=True, self_assessment=_NOT_SENT)),
    (1, Standing(plan=PlanState.DRAFT, plan_filled=0, self_assessment=_NOT_SENT)),
    (6, Standing(self_assessment=_NOT_SENT, self_filled=40)),
    (2, Standing(self_assessment=_RETURNED)),
    (18, Standing(self_assessment=_SENT)),
    (5, Standing(self_assessment=_SENT, by_clock=True)),
    (16, Standing(self_assessment=_SENT, rating_filled=50)),
    (14, Standing(self_assessment=_SENT, rating=_FIRST)),
    (3, Standing(self_assessment=_SENT, rating=_RATED, was_returned=True)),
    (33, Standing(self_assessment=_SENT, rating=_RATED)),
)
CALIBRATION: Mix = (
    (4, Standing(self_assessment=_SENT, passed_on=True)),
    (3, Standing(self_assessment=_NOT_SENT, passed_on=True)),
    (8, Standing(self_assessment=_SENT, rating=_REVISED)),
    (4, Standing(self_assessment=_NOT_SENT, rating=_RATED)),
    (81, Standing(self_assessment=_SENT, rating=_RATED)),
)
UNPUBLISHED: Mix = (
    (3, Standing(plan=PlanState.DRAFT, plan_filled=0, self_assessment=_NOT_SENT, passed_on=True)),
    (3, Standing(self_assessment=_SENT, passed_on=True)),
    (8, Standing(self_assessment=_SENT, rating=_REVISED)),
    (86, Standing(self_assessment=_SENT, rating=_RATED)),
)
_NO_PLAN = Standing(
    plan=PlanState.DRAFT,
    plan_filled=0,
    self_assessment=_NOT_SENT,
    rating=RatingState.NOT_ASSESSED,
    not_assessed=NotAssessedReason.NO_PLAN,
)
_UNRATED = Standing(
    self_assessment=_SENT, rating=RatingState.NOT_ASSESSED, not_assessed=NotAssessedReason.UNRATED
)
WITH_SUPERVISORS: Mix = (
    (2, _NO_PLAN),
    (3, _UNRATED),
    (95, Standing(self_assessment=_SENT, rating=_CONFIRMED, result=ResultState.WITH_SUPERVISOR)),
)
PUBLISHED: Mix = (
    (3, _NO_PLAN),
    (3, _UNRATED),
    (34, Standing(self_assessment=_SENT, rating=_CONFIRMED, result=ResultState.PUBLISHED)),
    (20, Standing(self_assessment=_SENT, rating=_CONFIRMED, result=ResultState.RECEIVED)),
    (40, Standing(self_assessment=_SENT, rating=_CONFIRMED, result=ResultState.ACKNOWLEDGED)),
)
LAST_YEAR: Mix = (
    (1, _NO_PLAN),
    (1, _UNRATED),
    (1, Standing(self_assessment=_NOT_SENT, rating=_CONFIRMED, result=ResultState.PUBLISHED)),
    (5, Standing(self_assessment=_SENT, rating=_CONFIRMED, result=ResultState.RECEIVED)),
    (92, Standing(self_assessment=_SENT, rating=_CONFIRMED, result=ResultState.ACKNOWLEDGED)),
)

MIX_OF: Mapping[str, Mix] = {
    places.DISDUKCAPIL: PLANNING,
    places.DISKOMINFO: EXECUTION,
    places.DISDIK: SELF_ASSESSMENT,
    places.DINKES: SUPERVISOR_REVIEW,
    places.BKPSDM: CALIBRATION,
    places.INSPEKTORAT: UNPUBLISHED,
    places.COBLONG: WITH_SUPERVISORS,
    places.SUKASARI: PUBLISHED,
}

# Personas, and the people around them whose state makes something wait for a persona. Heads by the code of their unit.
FIXED: Mapping[str, Standing] = {
    "ani": Standing(self_filled=60),
    "budi": Standing(self_assessment=_SENT),
    "citra": Standing(self_filled=75),
    "hadi": Standing(self_assessment=_RETURNED),
    "intan": Standing(self_filled=100),
    "joko": Standing(plan=PlanState.RETURNED, late=True),
    "mira": Standing(),
    "dadan": Standing(self_filled=40),
    "kartika": Standing(self_assessment=_SENT),
    "dewi": Standing(self_filled=40),
    "lukman": Standing(),
    "rahmat": Standing(),
    "nina": Standing(self_assessment=_SENT),
    "tuti": Standing(self_assessment=_SENT),
    "rina": Standing(plan=PlanState.DRAFT, plan_filled=50),
    "yanti": Standing(),
    "gita": Standing(self_assessment=_SENT, rating=_RATED),
    "eko": Standing(self_assessment=_SENT, rating=_RATED),
    "fajar": Standing(self_assessment=_SENT, rating=_REVISED),
    "wawan": Standing(self_assessment=_SENT, rating=_CONFIRMED, result=ResultState.PUBLISHED),
    f"{places.DINKES}": Standing(self_assessment=_SENT),
    f"{places.DISDIK}-SEK": Standing(self_assessment=_SENT),
    f"{places.NEXT_SCHOOL}": Standing(self_assessment=_SENT, rating_filled=50),
}
# The first colleagues of some units, in the order of the posts: enough of each state for whoever leads them.
FIRST_IN_UNIT: Mapping[str, tuple[Standing, ...]] = {
    places.ANIS_SCHOOL: (
        Standing(self_assessment=_SENT),
        Standing(self_assessment=_SENT, rating_filled=50),
        Standing(self_assessment=_SENT, rating=_FIRST),
        Standing(self_assessment=_SENT, rating=_RATED),
        Standing(plan=PlanState.SENT, late=True),
        Standing(self_assessment=_SENT),
        Standing(extended=True, self_filled=40),
    ),
    places.VACANT_UNIT: (
        Standing(plan=PlanState.SENT, late=True),
        Standing(plan=PlanState.SENT, late=True),
        Standing(plan=PlanState.RETURNED, late=True),
        Standing(versions=2),
    ),
    f"{places.DISDUKCAPIL}-DAFDUK": (
        Standing(plan=PlanState.SENT),
        Standing(plan=PlanState.SENT),
        Standing(plan=PlanState.RETURNED),
        Standing(plan=PlanState.DRAFT, plan_filled=0),
        Standing(plan=PlanState.SENT),
    ),
    "P9001": (
        Standing(self_assessment=_SENT),
        Standing(self_assessment=_SENT, rating_filled=50),
        Standing(self_assessment=_SENT, rating=_FIRST),
        Standing(self_assessment=_NOT_SENT, self_filled=40),
        Standing(plan=PlanState.SENT, late=True, self_assessment=_NOT_SENT),
        Standing(self_assessment=_SENT, by_clock=True),
        Standing(self_assessment=_SENT, rating=_RATED, was_returned=True),
    ),
    f"{places.INSPEKTORAT}-IRBANII": (
        Standing(plan=PlanState.DRAFT, plan_filled=0, self_assessment=_NOT_SENT, passed_on=True),
        Standing(self_assessment=_SENT, passed_on=True),
    ),
    f"{places.BKPSDM}-KINERJA": (
        Standing(self_assessment=_SENT, rating=_RATED),
        Standing(self_assessment=_SENT, rating=_REVISED),
    ),
    f"{places.BKPSDM}-KOMPETENSI": (Standing(self_assessment=_SENT, passed_on=True),),
    places.SUKASARI: (
        Standing(self_assessment=_SENT, rating=_CONFIRMED, result=ResultState.RECEIVED),
        Standing(self_assessment=_SENT, rating=_CONFIRMED, result=ResultState.ACKNOWLEDGED),
        _UNRATED,
        _NO_PLAN,
    ),
    places.COBLONG: (_UNRATED, _NO_PLAN),
}
