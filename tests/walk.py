"""Walks Ani's appraisal through the year with the real services, up to a stage in which the present moment lies.

Windows move, never the clock: the calendar puts ten days of every phase around `now`, so that pages, which read
the true time, find exactly one phase open.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from accounts.actors import Actor
from accounts.models import Position
from appraisal.enums import ItemKind, JournalKind, Phase, Rating, ReviewGroup, Topic
from appraisal.models import Appraisal, Cycle, Invitation, PhaseWindow
from appraisal.selectors.assessments import self_form
from appraisal.selectors.ratings import rating_form
from appraisal.services import (
    cycles,
    execution,
    invitations,
    nominations,
    plans,
    publications,
    ratings,
    results,
    self_assessments,
)
from core.clock import day_end, day_start, today
from indicators.enums import Aspect, Polarity
from tests.appraisal.year import agreed_plan
from tests.factories.reference import competencies, core_values
from tests.personas import City, build_city

PHASE_DAYS = 20


class Stage(enum.IntEnum):
    """How far Ani's appraisal has come, and with it the phase that is open now."""

    PREPARED = 0  # the cycle is a draft, nobody has an appraisal
    PLANNING = 1  # a plan is written and not sent
    EXECUTION = 2  # the plan is agreed, evidence and journal are under way
    SELF_DRAFT = 3  # the self-assessment is written and not sent
    SELF_SENT = 4  # it is sent, its window is still open
    NOMINATED = 5  # reviewers are proposed, nomination is open
    INVITED = 6  # they are invited and one has accepted, peer review is open
    FIRST_SAVED = 7  # the supervisor has saved a first rating
    RATED = 8  # the rating is sent, calibration is open
    WITH_SUPERVISOR = 9  # the result is shown to supervisors
    PUBLISHED = 10  # it is open to the employee
    RECEIVED = 11  # who has opened it


PHASE_OF: Mapping[Stage, Phase] = {
    Stage.PREPARED: Phase.PLANNING,
    Stage.PLANNING: Phase.PLANNING,
    Stage.EXECUTION: Phase.EXECUTION,
    Stage.SELF_DRAFT: Phase.SELF_ASSESSMENT,
    Stage.SELF_SENT: Phase.SELF_ASSESSMENT,
    Stage.NOMINATED: Phase.NOMINATION,
    Stage.INVITED: Phase.PEER_REVIEW,
    Stage.FIRST_SAVED: Phase.SUPERVISOR_REVIEW,
    Stage.RATED: Phase.CALIBRATION,
    Stage.WITH_SUPERVISOR: Phase.PUBLICATION,
    Stage.PUBLISHED: Phase.PUBLICATION,
    Stage.RECEIVED: Phase.PUBLICATION,
}


@dataclass(frozen=True)
class Calendar:
    """The windows of a year around `now`, one after the other, with `now` on the tenth day of `phase`."""

    now: dt.datetime
    phase: Phase

    def first_day(self, phase: Phase) -> dt.date:
        """The day on which a phase opens."""
        steps = list(Phase).index(phase) - list(Phase).index(self.phase)
        return today(self.now) + dt.timedelta(days=steps * PHASE_DAYS - PHASE_DAYS // 2)

    def during(self, phase: Phase) -> dt.datetime:
        """A morning early in the phase; before `now` if the phase has begun."""
        return day_start(self.first_day(phase) + dt.timedelta(days=2)) + dt.timedelta(hours=9)

    def rows(self, cycle: Cycle) -> list[PhaseWindow]:
        """The city's windows."""
        last = dt.timedelta(days=PHASE_DAYS - 1)
        return [
            PhaseWindow(
                cycle=cycle,
                phase=phase,
                opens_at=day_start(self.first_day(phase)),
                closes_at=day_end(self.first_day(phase) + last),
            )
            for phase in Phase
        ]


# Private words, one for each thing that somebody writes: found on a page, they tell who can read it.
CANARIES: Mapping[str, str] = {
    "plan": "kenari-rencana: data kelulusan lengkap di seluruh sekolah",
    "journal": "kenari-jurnal: operator dua sekolah sudah didampingi",
    "private_note": "kenari-catatan: tanyakan jadwal pelatihan kepada kepala bidang",
    "evidence": "kenari-bukti: tangkapan layar dasbor bulan November",
    "self": "kenari-penilaian-diri: saya mendampingi tiga sekolah sampai datanya lengkap",
    "rating": "kenari-alasan: datanya lengkap lebih cepat dari rencana",
    "feedback": "kenari-umpan-balik: telaten mendampingi rekan yang kesulitan",
    "next_step": "kenari-langkah: mengirim rangkuman data setiap akhir bulan",
}


@dataclass
class World:
    """A city in a stage of the year."""

    city: City
    cycle: Cycle
    calendar: Calendar
    stage: Stage
    appraisals: dict[str, Appraisal] = field(default_factory=dict)
    _actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def ani(self) -> Appraisal:
        """Ani's appraisal as it is stored now."""
        return Appraisal.objects.select_related("agency", "cycle", "employee", "placement__position").get(
            employee=self.city.ani, cycle=self.cycle
        )

    def actor(self, name: str) -> Actor:
        """A persona with the roles of the present day, as they were when first asked for."""
        if name not in self._actors:
            self._actors[name] = self.city.actor(name, day=today(self.calendar.now))
        return self._actors[name]

    def invitation(self, reviewer: str) -> Invitation:
        """The invitation of a persona about Ani as it is stored now."""
        return Invitation.objects.select_related("appraisal").get(
            appraisal__employee=self.city.ani, reviewer=self.city.person(reviewer)
        )

    def during(self, phase: Phase) -> dt.datetime:
        """A morning early in a phase."""
        return self.calendar.during(phase)


def build_world(stage: Stage, *, now: dt.datetime) -> World:
    """A city whose year has come to the stage."""
    city = build_city()
    core_values()
    position = Position.objects.select_related("family", "level").get(placements__employee=city.ani)
    competencies(family=position.family, level=position.level)
    calendar = Calendar(now, PHASE_OF[stage])
    # The year in which the work falls, also when planning or publication lie in another one.
    cycle = Cycle.objects.create(year=calendar.first_day(Phase.EXECUTION).year)
    PhaseWindow.objects.bulk_create(calendar.rows(cycle))
    world = World(city, cycle, calendar, stage)
    if stage > Stage.PREPARED:
        cycles.open_cycle(actor=world.actor("gita"), cycle_id=cycle.pk, at=world.during(Phase.PLANNING))
        cycle.refresh_from_db()
        world.appraisals = {
            each.employee.login: each for each in Appraisal.objects.select_related("employee")
        }
    for reached, step in STEPS:
        if reached <= stage:
            step(world)
    return world


# --- the steps ----------------------------------------------------------------------------------


def write_plan(world: World) -> None:
    """Ani writes a main and an additional result."""
    for result, kind in (
        (CANARIES["plan"], ItemKind.MAIN),
        ("Panduan operator sekolah", ItemKind.ADDITIONAL),
    ):
        plans.add_item(
            actor=world.actor("ani"),
            appraisal_id=world.ani.pk,
            data=plans.ItemData(result=result, kind=kind, measures=(MEASURE,)),
            at=world.during(Phase.PLANNING),
        )


MEASURE = plans.MeasureData(
    aspect=Aspect.QUANTITY,
    indicator="Sekolah dengan data lengkap",
    unit="persen",
    polarity=Polarity.MAXIMIZE,
    target=Decimal(95),
)


def agree_on_plan(world: World) -> None:
    """Ani sends the plan and Budi agrees; evidence and journal entries follow."""
    at = world.during(Phase.PLANNING)
    plans.send_plan(actor=world.actor("ani"), appraisal_id=world.ani.pk, at=at)
    plans.agree_plan(actor=world.actor("budi"), appraisal_id=world.ani.pk, at=at)


def work(world: World) -> None:
    """Ani adds evidence, a shared and a private note."""
    at = world.during(Phase.EXECUTION)
    item = agreed_plan(world.ani).items.order_by("position")[0]
    execution.add_evidence(
        actor=world.actor("ani"),
        appraisal_id=world.ani.pk,
        item_key=item.key,
        data=execution.EvidenceData(
            title=CANARIES["evidence"], text="Dasbor menunjukkan 98,4 persen.", url="", dated_on=today(at)
        ),
        at=at,
    )
    for text, shared in ((CANARIES["journal"], True), (CANARIES["private_note"], False)):
        execution.write_journal(
            actor=world.actor("ani"),
            appraisal_id=world.ani.pk,
            kind=JournalKind.ACHIEVEMENT,
            text=text,
            happened_on=today(at),
            shared=shared,
            at=at,
        )


def fill_self_assessment(world: World) -> None:
    """Ani fills every page."""
    at = world.during(Phase.SELF_ASSESSMENT)
    appraisal = world.ani
    ani = world.actor("ani")
    for item in agreed_plan(appraisal).items.order_by("position"):
        keys = [measure.key for measure in item.measures.all()]
        self_assessments.save_item(
            actor=ani,
            appraisal_id=appraisal.pk,
            item_key=item.key,
            realizations=dict.fromkeys(keys, Decimal("98.4")),
            typed={str(key): "98,4" for key in keys},
            process=CANARIES["self"],
            impact=CANARIES["self"],
            revision=0,
            at=at,
        )
    form = self_form(appraisal)
    for topic, asked in ((Topic.VALUE, form.values), (Topic.COMPETENCY, form.competencies)):
        for page in asked:
            self_assessments.save_answer(
                actor=ani,
                appraisal_id=appraisal.pk,
                topic=topic,
                key=page.code,
                data={"level": 4, "text": CANARIES["self"]},
                revision=0,
                at=at,
            )


def send_self_assessment(world: World) -> None:
    """Ani sends it."""
    self_assessments.send_self_assessment(
        actor=world.actor("ani"),
        appraisal_id=world.ani.pk,
        declared=True,
        at=world.during(Phase.SELF_ASSESSMENT),
    )


REVIEWERS = ("hadi", "intan", "joko")


def propose_reviewers(world: World) -> None:
    """Ani proposes three colleagues and sends the list."""
    at = world.during(Phase.NOMINATION)
    for name in REVIEWERS:
        nominations.propose_reviewer(
            actor=world.actor("ani"),
            appraisal_id=world.ani.pk,
            reviewer_id=world.city.person(name).pk,
            group=ReviewGroup.PEER,
            at=at,
        )
    nominations.send_proposals(actor=world.actor("ani"), appraisal_id=world.ani.pk, at=at)


def invite_reviewers(world: World) -> None:
    """Budi approves them and Hadi accepts."""
    at = world.during(Phase.NOMINATION)
    nominations.approve_reviewers(
        actor=world.actor("budi"),
        appraisal_id=world.ani.pk,
        seen=[one.pk for one in world.ani.invitations.all()],
        at=at,
    )
    invitations.accept_invitation(actor=world.actor("hadi"), invitation_id=world.invitation("hadi").pk, at=at)


def save_first_rating(world: World) -> None:
    """Budi fills every page of the rating and saves it a first time."""
    at = world.during(Phase.SUPERVISOR_REVIEW)
    budi, appraisal = world.actor("budi"), world.ani
    form = rating_form(appraisal, budi.id)
    event = {"reason": CANARIES["rating"], "incident_on": dt.date(world.cycle.year, 1, 10).isoformat()}
    answers: list[tuple[Topic, str, dict[str, object]]] = [
        *((Topic.ITEM, item.key, {"rating": Rating.ABOVE, **event}) for item in form.items),
        *((Topic.VALUE, page.code, {"level": 4, **event}) for page in form.values),
        *((Topic.COMPETENCY, page.code, {"level": 2, "reason": ""}) for page in form.competencies),
    ]
    _save_answers(world, budi, answers, at)
    suggested = rating_form(appraisal, budi.id)
    overall = {
        "results": suggested.results_suggestion.rating.value,
        "results_reason": "",
        "behavior": suggested.behavior_suggestion.rating.value,
        "behavior_reason": "",
    }
    words = {
        "strengths": [CANARIES["feedback"]],
        "improvements": ["Mulai menulis catatan sejak awal tahun."],
        "next_steps": [CANARIES["next_step"]],
    }
    _save_answers(world, budi, [(Topic.OVERALL, "overall", overall), (Topic.FEEDBACK, "feedback", words)], at)
    ratings.save_first_rating(actor=budi, appraisal_id=appraisal.pk, at=at)


def _save_answers(
    world: World, author: Actor, answers: list[tuple[Topic, str, dict[str, object]]], at: dt.datetime
) -> None:
    for topic, key, data in answers:
        ratings.save_rating_answer(
            actor=author, appraisal_id=world.ani.pk, topic=topic, key=key, data=data, revision=0, at=at
        )


def send_rating(world: World) -> None:
    """Budi sends the rating."""
    ratings.send_rating(
        actor=world.actor("budi"), appraisal_id=world.ani.pk, at=world.during(Phase.SUPERVISOR_REVIEW)
    )


def show_to_supervisors(world: World) -> None:
    """Dewi publishes the results of the dinas; supervisors see them first."""
    publications.publish_agency(
        actor=world.actor("dewi"),
        cycle_id=world.cycle.pk,
        agency_id=world.city.dinas.pk,
        reason="Belum ada penilaian sampai hari publikasi.",
        at=world.during(Phase.PUBLICATION),
    )


def publish(world: World) -> None:
    """A day later the clock opens them to employees."""
    publications.publish_due(at=world.during(Phase.PUBLICATION) + dt.timedelta(days=1))


def receive(world: World) -> None:
    """Ani opens her result."""
    results.receive_result(
        actor=world.actor("ani"),
        appraisal_id=world.ani.pk,
        at=world.during(Phase.PUBLICATION) + dt.timedelta(days=2),
    )


STEPS = (
    (Stage.PLANNING, write_plan),
    (Stage.EXECUTION, agree_on_plan),
    (Stage.EXECUTION, work),
    (Stage.SELF_DRAFT, fill_self_assessment),
    (Stage.SELF_SENT, send_self_assessment),
    (Stage.NOMINATED, propose_reviewers),
    (Stage.INVITED, invite_reviewers),
    (Stage.FIRST_SAVED, save_first_rating),
    (Stage.RATED, send_rating),
    (Stage.WITH_SUPERVISOR, show_to_supervisors),
    (Stage.PUBLISHED, publish),
    (Stage.RECEIVED, receive),
)
