"""A small legal year: a city, a school, its people, one open cycle with windows, driven by the real services."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from accounts.actors import Actor, Grant
from accounts.enums import AgencyKind, EmploymentType, Role
from accounts.models import Agency, Employee
from appraisal.enums import CycleState, ItemKind, Phase, PlanState, Rating, Topic
from appraisal.models import Appraisal, Cycle, PhaseWindow, Plan
from appraisal.selectors.assessments import self_form
from appraisal.selectors.ratings import rating_form
from appraisal.services import cycles, plans, ratings, self_assessments
from core.clock import day_end, day_start
from indicators.enums import Aspect, CompetencyKind, Polarity
from indicators.models import (
    BehaviorAnchor,
    Competency,
    CompetencyLevel,
    CompetencyRequirement,
    CoreValue,
    CoreValueStatement,
)
from tests.factories.people import AgencyFactory, EmployeeFactory, PlacementFactory, RoleGrantFactory, city

YEAR = 2026
DATES = {
    Phase.PLANNING: (dt.date(2026, 1, 2), dt.date(2026, 1, 31)),
    Phase.EXECUTION: (dt.date(2026, 2, 1), dt.date(2026, 12, 9)),
    Phase.SELF_ASSESSMENT: (dt.date(2026, 12, 10), dt.date(2026, 12, 24)),
    Phase.SUPERVISOR_REVIEW: (dt.date(2026, 12, 28), dt.date(2027, 1, 10)),
    Phase.CALIBRATION: (dt.date(2027, 1, 11), dt.date(2027, 1, 20)),
    Phase.PUBLICATION: (dt.date(2027, 1, 21), dt.date(2027, 2, 14)),
}
CODES = ("BP", "AK", "KP", "HM", "LY", "AD", "KB")
LONG = "Saya mendampingi tiga sekolah sampai datanya lengkap."


def during(phase: Phase, day: int = 1) -> dt.datetime:
    """Ten in the morning of a day of the phase, the first being 0."""
    return day_start(DATES[phase][0] + dt.timedelta(days=day)) + dt.timedelta(hours=10)


def after(phase: Phase) -> dt.datetime:
    """The first moment after the phase."""
    return day_end(DATES[phase][1])


def actor(employee: Employee, *grants: tuple[Role, Agency]) -> Actor:
    """The person as they act, with roles in subtrees."""
    return Actor(
        id=employee.pk, name=employee.name, grants=tuple(Grant(role, unit.path) for role, unit in grants)
    )


@dataclass(frozen=True, slots=True)
class Year:
    """The people and the one appraisal that most tests are about."""

    cycle: Cycle
    dinas: Agency
    school: Agency
    ani: Actor
    budi: Actor
    citra: Actor
    dewi: Actor
    gita: Actor
    stranger: Actor
    appraisal_id: object

    @property
    def appraisal(self) -> Appraisal:
        """Ani's appraisal as it is stored now."""
        return Appraisal.objects.select_related("agency", "cycle", "employee", "placement__position").get(
            pk=self.appraisal_id
        )


def reference() -> None:
    """Seven values with anchors, one general and one technical competency."""
    for order, code in enumerate(CODES, start=1):
        value = CoreValue.objects.create(code=code, order=order, name=f"Nilai {code}")
        CoreValueStatement.objects.create(value=value, number=1, text=f"Panduan {code}")
        BehaviorAnchor.objects.bulk_create(
            [
                BehaviorAnchor(value=value, level=n, title=f"Tingkat {n}", text=f"Jangkar {n}")
                for n in range(1, 6)
            ]
        )
    general = Competency.objects.create(
        code="INT", order=1, name="Integritas", kind=CompetencyKind.MANAGERIAL
    )
    for n in range(1, 6):
        CompetencyLevel.objects.create(
            competency=general, level=n, title=f"Tingkat {n}", text="Uraian", signs=["Tanda"]
        )


def windows(cycle: Cycle) -> None:
    """The city's windows of the year."""
    PhaseWindow.objects.bulk_create(
        [
            PhaseWindow(cycle=cycle, phase=phase, opens_at=day_start(first), closes_at=day_end(last))
            for phase, (first, last) in DATES.items()
        ]
    )


def build_year(*, opened: bool = True) -> Year:
    """Everything up to an open cycle with empty appraisals."""
    reference()
    root = city()
    dinas = AgencyFactory(code="DISDIK", name="Dinas Pendidikan", parent=root)
    division = AgencyFactory(code="SD", name="Bidang Pembinaan SD", kind=AgencyKind.DIVISION, parent=dinas)
    school = AgencyFactory(code="SD901", name="SD Negeri 901", kind=AgencyKind.SCHOOL, parent=division)
    surya = EmployeeFactory(login="surya", name="Surya", employment_type=EmploymentType.ELECTED)
    PlacementFactory(employee=surya, agency=root, is_head=True)
    people = {
        name: EmployeeFactory(login=name.lower(), name=name)
        for name in ("Ani", "Budi", "Citra", "Kartika", "Dewi", "Gita", "Eko")
    }
    PlacementFactory(employee=people["Kartika"], agency=dinas, is_head=True)
    PlacementFactory(employee=people["Citra"], agency=division, is_head=True)
    PlacementFactory(employee=people["Budi"], agency=school, is_head=True)
    placement = PlacementFactory(employee=people["Ani"], agency=school)
    CompetencyRequirement.objects.create(position_level=placement.position.level, level=2)
    PlacementFactory(employee=people["Dewi"], agency=dinas)
    PlacementFactory(employee=people["Gita"], agency=dinas)
    PlacementFactory(employee=people["Eko"], agency=dinas)
    RoleGrantFactory(employee=people["Gita"], role=Role.HR_CITY, agency=root)
    RoleGrantFactory(employee=people["Dewi"], role=Role.HR_AGENCY, agency=dinas)
    cycle = Cycle.objects.create(year=YEAR)
    windows(cycle)
    gita = actor(people["Gita"], (Role.HR_CITY, root))
    if opened:
        cycles.open_cycle(actor=gita, cycle_id=cycle.pk, at=day_start(dt.date(2026, 1, 2)))
        cycle.refresh_from_db()
        assert cycle.state == CycleState.OPEN
    mine = Appraisal.objects.filter(placement=placement).first()
    return Year(
        cycle=cycle,
        dinas=dinas,
        school=school,
        ani=actor(people["Ani"]),
        budi=actor(people["Budi"]),
        citra=actor(people["Citra"]),
        dewi=actor(people["Dewi"], (Role.HR_AGENCY, dinas)),
        gita=gita,
        stranger=actor(people["Eko"]),
        appraisal_id=mine.pk if mine else None,
    )


def item_data(result: str = "Data kelulusan lengkap", kind: ItemKind = ItemKind.MAIN) -> plans.ItemData:
    """A result with one measure."""
    return plans.ItemData(
        result=result,
        kind=kind,
        measures=(
            plans.MeasureData(
                aspect=Aspect.QUANTITY,
                indicator="Sekolah dengan data lengkap",
                unit="persen",
                polarity=Polarity.MAXIMIZE,
                target=Decimal(95),
            ),
        ),
    )


def agreed_plan(appraisal: Appraisal) -> Plan:
    """The version that counts."""
    return appraisal.plans.filter(state=PlanState.AGREED).order_by("-version")[0]


def with_agreed_plan(year: Year) -> None:
    """Two results, sent and agreed in January."""
    at = during(Phase.PLANNING)
    plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=item_data(), at=at)
    plans.add_item(
        actor=year.ani,
        appraisal_id=year.appraisal_id,
        data=item_data("Panduan operator sekolah", ItemKind.ADDITIONAL),
        at=at,
    )
    plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=at)
    plans.agree_plan(actor=year.budi, appraisal_id=year.appraisal_id, at=at)


def fill_self_assessment(year: Year) -> None:
    """Every page filled during the self-assessment."""
    at = during(Phase.SELF_ASSESSMENT)
    for item in agreed_plan(year.appraisal).items.all():
        self_assessments.save_item(
            actor=year.ani,
            appraisal_id=year.appraisal_id,
            item_key=item.key,
            realizations={measure.key: Decimal("98.4") for measure in item.measures.all()},
            typed={str(measure.key): "98,4" for measure in item.measures.all()},
            process=LONG,
            impact=LONG,
            revision=0,
            at=at,
        )
    form = self_form(year.appraisal)
    for topic, pages in ((Topic.VALUE, form.values), (Topic.COMPETENCY, form.competencies)):
        for page in pages:
            self_assessments.save_answer(
                actor=year.ani,
                appraisal_id=year.appraisal_id,
                topic=topic,
                key=page.code,
                data={"level": 4, "text": ""},
                revision=0,
                at=at,
            )


def with_self_assessment(year: Year) -> None:
    """An agreed plan and a sent self-assessment."""
    with_agreed_plan(year)
    fill_self_assessment(year)
    self_assessments.send_self_assessment(
        actor=year.ani, appraisal_id=year.appraisal_id, declared=True, at=during(Phase.SELF_ASSESSMENT)
    )


def rate_all(
    year: Year, *, by: Actor, at: dt.datetime, level: int = 4, rating: Rating = Rating.ABOVE
) -> None:
    """Every page of the rating filled by one author, feedback included."""
    form = rating_form(year.appraisal, by.id)

    def save(topic: Topic, key: str, data: dict[str, object]) -> None:
        ratings.save_rating_answer(
            actor=by,
            appraisal_id=year.appraisal_id,
            topic=topic,
            key=key,
            data=data,
            revision=form.answers.revision(topic, key),
            at=at,
        )

    for item in form.items:
        save(Topic.ITEM, item.key, {"rating": rating, "reason": LONG, "incident_on": "2026-05-12"})
    for page in form.values:
        save(Topic.VALUE, page.code, {"level": level, "reason": LONG, "incident_on": "2026-05-12"})
    for page in form.competencies:
        save(Topic.COMPETENCY, page.code, {"level": 2, "reason": ""})
    suggested = rating_form(year.appraisal, by.id)
    save(
        Topic.OVERALL,
        "overall",
        {
            "results": suggested.results_suggestion.rating.value,
            "results_reason": "",
            "behavior": suggested.behavior_suggestion.rating.value,
            "behavior_reason": "",
        },
    )
    save(
        Topic.FEEDBACK,
        "feedback",
        {
            "strengths": [LONG],
            "improvements": [LONG],
            "next_steps": ["Mengirim rangkuman data setiap akhir bulan."],
        },
    )


def with_rating(year: Year) -> None:
    """A plan, a self-assessment and a sent rating."""
    with_self_assessment(year)
    at = during(Phase.SUPERVISOR_REVIEW)
    rate_all(year, by=year.budi, at=at)
    ratings.save_first_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=at)
    ratings.send_rating(actor=year.budi, appraisal_id=year.appraisal_id, at=at)
