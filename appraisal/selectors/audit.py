"""How an auditor finds an appraisal: by name, agency and year, or by the exact number of a person."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Agency, Employee
from appraisal.enums import CycleState, PlanState, RatingState, ResultState, SelfState
from appraisal.models import Appraisal, Cycle
from core.errors import Sentence
from core.paging import Page, page_of

PEOPLE_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class AuditedRow:
    """One appraisal of the list: where each track stands."""

    appraisal: Appraisal
    plan: Sentence
    self_assessment: Sentence
    rating: Sentence
    result: Sentence


def audited_units(actor: Actor) -> QuerySet[Agency]:
    """The agencies by which the actor can filter: those right below the city, and the granted units themselves."""
    within = Q(pk__in=[])
    for path in actor.paths(Role.AUDITOR):
        within |= Q(path=path, parent__isnull=False) | Q(path__startswith=path, parent__parent__isnull=True)
    return Agency.objects.filter(within, parent__isnull=False).order_by("name", "pk")


def audited_cycles() -> QuerySet[Cycle]:
    """The cycles that have been opened, newest first."""
    return Cycle.objects.exclude(state=CycleState.DRAFT).order_by("-year")


def audited_page(
    actor: Actor, cycle: Cycle, *, name: str = "", unit: Agency | None = None, after: str = ""
) -> Page[AuditedRow]:
    """The people whose name has a word that begins with `name`, with their appraisals of the cycle. Two queries."""
    appraisals = Appraisal.objects.record_visible_to(actor).filter(cycle=cycle)
    if unit is not None:
        appraisals = appraisals.within(unit.path)
    people = Employee.objects.filter(Exists(appraisals.filter(employee=OuterRef("pk"))))
    words = " ".join(name.casefold().split())
    if words:
        people = people.filter(Q(sort_name__startswith=words) | Q(sort_name__contains=f" {words}"))
    page = page_of(people, order=("sort_name", "id"), after=after, size=PEOPLE_A_PAGE)
    rows = (
        appraisals.filter(employee__in=[person.pk for person in page.rows])
        .select_related("employee", "agency", "placement__position")
        .order_by("employee__sort_name", "employee", "first_day", "pk")
    )
    return page.showing(_row(row) for row in rows)


def _row(appraisal: Appraisal) -> AuditedRow:
    return AuditedRow(
        appraisal=appraisal,
        plan=PlanState(appraisal.plan_state).label,
        self_assessment=SelfState(appraisal.self_state).label,
        rating=RatingState(appraisal.rating_state).label,
        result=ResultState(appraisal.result_state).label,
    )


def appraisal_of_number(actor: Actor, digits: str) -> Appraisal | None:
    """The newest appraisal of whoever has or had this NIP or NI PPPK. One query."""
    return (
        Appraisal.objects.record_visible_to(actor)
        .filter(employee__numbers__digits=digits)
        .exclude(cycle__state=CycleState.DRAFT)
        .order_by("-cycle__year", "-last_day", "pk")
        .first()
    )
