"""Support for the pages of those who lead: a team in which everybody stands somewhere else, and browsers to look at it."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from django.test import Client
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Employee, Placement
from appraisal.enums import ItemKind, Phase, Rating, Topic
from appraisal.models import Appraisal, Cycle, PhaseWindow
from appraisal.selectors.assessments import self_form
from appraisal.selectors.ratings import RatingForm, rating_form
from appraisal.services import plans, ratings, self_assessments
from indicators.enums import Aspect, Polarity
from tests.appraisal.year import agreed_plan
from tests.factories.people import EmployeeFactory, PlacementFactory
from tests.walk import World

DAY = dt.timedelta(days=1)
WORDS = "Mendampingi tiga sekolah sampai datanya lengkap."
NEXT_STEP = "Mengirim rangkuman data setiap akhir bulan."


# --- browsers -----------------------------------------------------------------------------------


def signed_in(person: Employee, *, language: str = "en") -> Client:
    """A browser of that person, in English so that sentences can be compared."""
    Employee.objects.filter(pk=person.pk).update(language=language)
    client = Client()
    client.force_login(Employee.objects.get(pk=person.pk))
    return client


def squeezed(html: str) -> str:
    """The markup on one line, however its template is laid out."""
    return re.sub(r"\s*(/?>)\s*", r"\1", re.sub(r"\s+", " ", html))


def open_now(cycle: Cycle, phase: Phase, *, days: int = 5) -> None:
    """Move the windows so that this phase is open now and closes in some days; earlier ones are over."""
    now = timezone.now()
    for place, known in enumerate(Phase, start=-list(Phase).index(phase)):
        PhaseWindow.objects.filter(cycle=cycle, phase=known, agency=None).update(
            opens_at=now + place * days * DAY - DAY, closes_at=now + (place + 1) * days * DAY - DAY
        )


# --- people in a team ---------------------------------------------------------------------------


def colleagues(world: World, n: int) -> list[Appraisal]:
    """More people at Ani's school, each with an empty appraisal of this year."""
    mine = world.ani
    made = []
    for number in range(n):
        person = EmployeeFactory(login=f"rekan{number}", name=f"Rekan {number:02}")
        placement = PlacementFactory(
            employee=person, agency=world.city.school, position=mine.placement.position
        )
        made.append(
            Appraisal.objects.create(
                cycle=world.cycle,
                placement=placement,
                employee=person,
                agency=world.city.school,
                supervisor=world.city.budi,
                superior=world.city.citra,
                first_day=mine.first_day,
                last_day=mine.last_day,
            )
        )
    return made


def appraisal_of(world: World, name: str) -> Appraisal:
    """A persona's appraisal as it is stored now."""
    return Appraisal.objects.select_related("agency", "cycle", "employee", "placement__position").get(
        employee=world.city.person(name), cycle=world.cycle
    )


def _actor(person: Employee) -> Actor:
    return Actor(id=person.pk, name=person.name)


def add_item(
    world: World, appraisal: Appraisal, result: str, at: dt.datetime, kind: ItemKind = ItemKind.ADDITIONAL
) -> None:
    """One result with one measure in the open version."""
    measure = plans.MeasureData(
        aspect=Aspect.QUANTITY,
        indicator="Sekolah dengan data lengkap",
        unit="persen",
        polarity=Polarity.MAXIMIZE,
        target=Decimal(95),
    )
    plans.add_item(
        actor=_actor(appraisal.employee),
        appraisal_id=appraisal.pk,
        data=plans.ItemData(result=result, kind=kind, measures=(measure,)),
        at=at,
    )


def send_plan(world: World, appraisal: Appraisal, *, at: dt.datetime | None = None) -> None:
    """The employee writes two results and sends the plan."""
    at = at or world.during(Phase.PLANNING)
    add_item(world, appraisal, "Data kelulusan lengkap dan tepat waktu", at, ItemKind.MAIN)
    add_item(world, appraisal, "Panduan operator sekolah", at)
    plans.send_plan(actor=_actor(appraisal.employee), appraisal_id=appraisal.pk, at=at)


def agree_plan(world: World, appraisal: Appraisal, *, at: dt.datetime | None = None) -> None:
    """The plan is sent and agreed."""
    at = at or world.during(Phase.PLANNING)
    send_plan(world, appraisal, at=at)
    plans.agree_plan(actor=_actor(world.city.budi), appraisal_id=appraisal.pk, at=at)


def send_self(
    world: World, appraisal: Appraisal, *, text: str = WORDS, at: dt.datetime | None = None
) -> None:
    """An agreed plan and a sent self-assessment with level 4 everywhere."""
    if not appraisal.plans.exists():
        agree_plan(world, appraisal)
    at, employee = at or world.during(Phase.SELF_ASSESSMENT), _actor(appraisal.employee)
    stored = Appraisal.objects.select_related("agency", "cycle", "employee", "placement__position").get(
        pk=appraisal.pk
    )
    form = self_form(stored)
    for item in agreed_plan(stored).items.order_by("position"):
        keys = [measure.key for measure in item.measures.all()]
        self_assessments.save_item(
            actor=employee,
            appraisal_id=stored.pk,
            item_key=item.key,
            realizations=dict.fromkeys(keys, Decimal("98.4")),
            typed={str(key): "98,4" for key in keys},
            process=text,
            impact=text,
            revision=form.answers.revision(Topic.ITEM, str(item.key)),
            at=at,
        )
    for topic, pages in ((Topic.VALUE, form.values), (Topic.COMPETENCY, form.competencies)):
        for page in pages:
            self_assessments.save_answer(
                actor=employee,
                appraisal_id=stored.pk,
                topic=topic,
                key=page.code,
                data={"level": 4, "text": text},
                revision=form.answers.revision(topic, page.code),
                at=at,
            )
    self_assessments.send_self_assessment(actor=employee, appraisal_id=stored.pk, declared=True, at=at)


# --- rating -------------------------------------------------------------------------------------


def form_of(appraisal: Appraisal, rater: Employee) -> RatingForm:
    """The rater's form as it is stored now."""
    stored = Appraisal.objects.select_related("agency", "cycle", "employee", "placement__position").get(
        pk=appraisal.pk
    )
    return rating_form(stored, rater.pk)


def save(
    appraisal: Appraisal, rater: Employee, topic: Topic, key: str, data: dict[str, object], at: dt.datetime
) -> None:
    """One page of the rater's draft."""
    ratings.save_rating_answer(
        actor=_actor(rater),
        appraisal_id=appraisal.pk,
        topic=topic,
        key=key,
        data=data,
        revision=form_of(appraisal, rater).answers.revision(topic, key),
        at=at,
    )


def rate_parts(appraisal: Appraisal, rater: Employee, at: dt.datetime, *, level: int = 3) -> None:
    """Every result meets the expectation, every value has the level, every competency level 2."""
    form = form_of(appraisal, rater)
    event = {"reason": WORDS, "incident_on": appraisal.first_day.isoformat()}
    for item in form.items:
        save(appraisal, rater, Topic.ITEM, item.key, {"rating": Rating.MEETS.value, **event}, at)
    for page in form.values:
        save(appraisal, rater, Topic.VALUE, page.code, {"level": level, **event}, at)
    for page in form.competencies:
        save(appraisal, rater, Topic.COMPETENCY, page.code, {"level": 2, "reason": ""}, at)


def write_words(appraisal: Appraisal, rater: Employee, at: dt.datetime) -> None:
    """Both overall ratings as suggested, and the feedback."""
    form = form_of(appraisal, rater)
    overall = {
        "results": form.results_suggestion.rating.value,
        "results_reason": "",
        "behavior": form.behavior_suggestion.rating.value,
        "behavior_reason": "",
    }
    words = {"strengths": [WORDS], "improvements": [WORDS], "next_steps": [NEXT_STEP]}
    save(appraisal, rater, Topic.OVERALL, "overall", overall, at)
    save(appraisal, rater, Topic.FEEDBACK, "feedback", words, at)


def make_ready(appraisal: Appraisal, rater: Employee, at: dt.datetime) -> None:
    """Rated, saved a first time, with all words: only sending is left."""
    rate_parts(appraisal, rater, at)
    ratings.save_first_rating(actor=_actor(rater), appraisal_id=appraisal.pk, at=at)
    write_words(appraisal, rater, at)


def send(appraisal: Appraisal, rater: Employee, at: dt.datetime) -> None:
    """A sent rating."""
    make_ready(appraisal, rater, at)
    ratings.send_rating(actor=_actor(rater), appraisal_id=appraisal.pk, at=at)


def placement_of(appraisal: Appraisal) -> Placement:
    """The placement that is appraised."""
    return Placement.objects.get(pk=appraisal.placement_id)
