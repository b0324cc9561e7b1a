"""One appraisal of the invented year: its row, its plan, and what was done, proved and noted."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from accounts.models import Placement
from appraisal.demo import figures, texts
from appraisal.demo.dice import Dice, at_hour
from appraisal.demo.harvest import Harvest
from appraisal.demo.people import Person
from appraisal.demo.standings import Standing
from appraisal.enums import JournalKind, Phase, PlanState, SelfState
from appraisal.models import (
    Appraisal,
    Cycle,
    Evidence,
    JournalEntry,
    Measure,
    Plan,
    PlanItem,
    RatingRecord,
    Realization,
    SelfSubmission,
)
from appraisal.windows import Window
from core.clock import CITY_TIME, last_day

# Results of the example plans that serve an indicator of an agency or of the city.
SERVES: Mapping[str, str] = {
    "angka kelulusan": "Angka kelulusan SMP/MTs",
    "partisipasi guru": "Partisipasi guru dalam pelatihan bersertifikat",
    "kompetensi mengajar": "Partisipasi guru dalam pelatihan bersertifikat",
    "membaca siswa": "Capaian kompetensi minimum literasi",
    "putus sekolah": "Anak tidak sekolah",
    "imunisasi": "Cakupan imunisasi dasar lengkap",
    "stunting": "Prevalensi stunting balita",
    "ibu hamil": "Angka kematian ibu per 100.000 kelahiran hidup",
    "rawat jalan": "Waktu tunggu rawat jalan",
    "KTP elektronik": "Kepemilikan KTP elektronik",
    "akta kelahiran": "Kepemilikan akta kelahiran anak 0-18 tahun",
    "pengaduan warga": "Pengaduan warga selesai tepat waktu",
    "kepuasan": "Indeks Kepuasan Masyarakat",
    "anggaran": "Serapan anggaran",
    "tindak lanjut temuan": "Tindak lanjut temuan pemeriksaan",
    "pengembangan kompetensi": "ASN mengikuti pengembangan kompetensi minimal 20 JP",
    "ketersediaan sistem": "Indeks SPBE",
}
MINIMUM_RESULTS, MAXIMUM_RESULTS = 2, 3


@dataclass(slots=True)
class Setting:
    """What all appraisals of one cycle share. `day` is today, or the end of a closed year."""

    cycle: Cycle
    day: dt.date
    indicators: Mapping[str, list[tuple[str, uuid.UUID]]]
    leads: Mapping[uuid.UUID, uuid.UUID | None]
    chiefs: Mapping[uuid.UUID, uuid.UUID | None]
    values: tuple[tuple[str, str], ...]
    competencies: Mapping[str, tuple[tuple[str, str], ...]]
    required: Mapping[str, int]
    numbers: set[str] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        """Whether the cycle is still open; of a closed one no drafts are kept."""
        return self.cycle.closed_at is None

    @property
    def yesterday(self) -> dt.date:
        """The latest day on which something has happened."""
        return self.day - dt.timedelta(days=1)


@dataclass(slots=True)
class Result:
    """A plan item with its measures, its evidence and what was reached."""

    item: PlanItem
    measures: list[Measure]
    values: dict[uuid.UUID, Decimal] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(slots=True)
class Case:
    """An appraisal under construction."""

    setting: Setting
    person: Person
    placement: Placement
    standing: Standing
    windows: Mapping[Phase, Window]
    appraisal: Appraisal
    plans: list[Plan] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    submissions: list[SelfSubmission] = field(default_factory=list)
    ratings: list[RatingRecord] = field(default_factory=list)

    @property
    def quality(self) -> str:
        """What this person's work is like."""
        return self.person.quality

    @property
    def family(self) -> str:
        """The position family."""
        return str(self.placement.position.family_id)

    @property
    def ordered(self) -> list[Result]:
        """The results of the counting plan as pages show them: main ones first."""
        return sorted(self.results, key=lambda result: (result.item.kind != "main", result.item.position))

    @property
    def lived(self) -> tuple[dt.date, dt.date] | None:
        """The days of the segment that lie behind us; None when it has not begun."""
        first, last = self.appraisal.first_day, min(self.appraisal.last_day, self.setting.yesterday)
        return (first, max(first, last)) if first <= self.setting.day else None

    def within(self, dice: Dice, phase: Phase, *, share: int = 100) -> dt.datetime:
        """A past moment in a phase, in the first `share` percent of it."""
        window = self.windows[phase]
        first = window.opens_at.astimezone(CITY_TIME).date()
        last = min(last_day(window.closes_at), self.setting.yesterday)
        return dice.moment(first, first + (last - first) * share // 100)

    def after(self, dice: Dice, moment: dt.datetime, days: int) -> dt.datetime:
        """A moment up to so many days later, but not later than yesterday evening."""
        latest = at_hour(self.setting.yesterday, 17, 30)
        later = moment + dt.timedelta(days=dice.number(0, days), minutes=dice.number(20, 300))
        return later if later <= latest else max(latest, moment + dt.timedelta(minutes=7))


def new_case(
    dice: Dice,
    setting: Setting,
    person: Person,
    placement: Placement,
    standing: Standing,
    windows: Mapping[Phase, Window],
) -> Case:
    """The appraisal of one placement with its supervisor and superior; every track is still at its beginning."""
    year = setting.cycle.year
    upper = placement.period.upper
    supervisor_id = setting.leads.get(placement.id)
    appraisal = Appraisal(
        id=dice.uuid(),
        cycle=setting.cycle,
        placement=placement,
        employee=person.employee,
        agency=placement.agency,
        supervisor_id=supervisor_id,
        superior_id=setting.chiefs.get(supervisor_id) if supervisor_id else None,
        first_day=max(placement.period.lower, dt.date(year, 1, 1)),
        last_day=min(upper - dt.timedelta(days=1), dt.date(year, 12, 31)) if upper else dt.date(year, 12, 31),
    )
    return Case(setting, person, placement, standing, windows, appraisal)


# --- the plan -----------------------------------------------------------------------------------


def write_plan(dice: Dice, case: Case, harvest: Harvest) -> None:
    """The plan as far as the standing says: nothing yet, a draft, sent, returned or agreed in one or two versions."""
    standing, appraisal = case.standing, case.appraisal
    if standing.plan == PlanState.DRAFT and standing.plan_filled == 0:
        return
    created = case.within(dice, Phase.PLANNING, share=50)
    plan = Plan(id=dice.uuid(), appraisal=appraisal, version=1, created_at=created)
    case.plans.append(plan)
    case.results = _results(dice, case, plan)
    if standing.plan == PlanState.DRAFT:
        case.results = case.results[:1]
    else:
        _send_plan(dice, case, plan)
    if standing.versions == 2:
        _change_plan(dice, case, harvest, plan)
    appraisal.plan_state = plan.state if standing.versions == 1 else PlanState.AGREED
    harvest.add(plan)
    for result in case.results:
        harvest.add(result.item, *result.measures)


def _results(dice: Dice, case: Case, plan: Plan) -> list[Result]:
    examples = texts.plan_for(case.family)
    main = [example for example in examples if example.kind == "main"]
    extra = [example for example in examples if example.kind == "additional"]
    chosen = dice.some(main, dice.number(MINIMUM_RESULTS, MAXIMUM_RESULTS))
    chosen += dice.some(extra, 1) if dice.chance(60) else []
    found = []
    for position, example in enumerate(chosen, start=1):
        item = PlanItem(
            id=dice.uuid(),
            plan=plan,
            key=dice.uuid(),
            position=position,
            kind=example.kind,
            result=example.result,
            indicator_id=_indicator_for(case, example.result),
        )
        measures = [
            Measure(
                id=dice.uuid(),
                item=item,
                key=dice.uuid(),
                aspect=measure.aspect,
                indicator=measure.indicator,
                unit=measure.unit,
                polarity=measure.polarity,
                target=figures.four_places(measure.target),
                target_upper=figures.four_places(measure.upper) if measure.upper is not None else None,
            )
            for measure in sorted(example.measures, key=lambda measure: measure.aspect)
        ]
        found.append(Result(item, measures))
    return found


def _indicator_for(case: Case, result: str) -> uuid.UUID | None:
    """The IKU that a result serves: the first that fits, of the unit or of a unit above."""
    path = case.placement.agency.path
    for words, name in SERVES.items():
        if words.lower() in result.lower():
            for agency_path, indicator_id in case.setting.indicators.get(name, ()):
                if path.startswith(agency_path):
                    return indicator_id
    return None


def _send_plan(dice: Dice, case: Case, plan: Plan) -> None:
    standing, appraisal = case.standing, case.appraisal
    plan.sent_at = case.after(dice, plan.created_at, 3)
    plan.was_late = standing.late
    if standing.late:
        closed = case.windows[Phase.PLANNING].closes_at
        plan.sent_at = case.after(dice, closed + dt.timedelta(hours=9), 12)
    plan.state, appraisal.plan_moved_at = PlanState.SENT, plan.sent_at
    if standing.plan == PlanState.RETURNED:
        plan.state = PlanState.RETURNED
        plan.returned_at = appraisal.plan_moved_at = case.after(dice, plan.sent_at, 3)
        plan.return_comment = dice.pick(texts.texts("plan_return"))
    if standing.plan == PlanState.AGREED:
        plan.state, plan.agreed_by_id = PlanState.AGREED, appraisal.supervisor_id
        plan.agreed_at = appraisal.plan_moved_at = appraisal.plan_agreed_at = case.after(
            dice, plan.sent_at, 5
        )


def _change_plan(dice: Dice, case: Case, harvest: Harvest, first: Plan) -> None:
    """A second version with one other target; the keys live on, so realisation and evidence stay."""
    if first.agreed_at is None:
        raise ValueError("only an agreed plan is changed")
    began = case.after(dice, first.agreed_at, 20)
    second = Plan(
        id=dice.uuid(),
        appraisal=case.appraisal,
        version=2,
        state=PlanState.AGREED,
        created_at=began,
        change_reason=dice.pick(texts.texts("plan_change")),
        sent_at=case.after(dice, began, 2),
        agreed_by_id=case.appraisal.supervisor_id,
    )
    second.agreed_at = case.after(dice, second.sent_at or began, 3)
    case.appraisal.plan_moved_at = case.appraisal.plan_agreed_at = second.agreed_at
    case.plans.append(second)
    harvest.add(second)
    renewed = []
    for result in case.results:
        harvest.add(result.item, *result.measures)
        item = PlanItem(
            id=dice.uuid(),
            plan=second,
            key=result.item.key,
            position=result.item.position,
            kind=result.item.kind,
            result=result.item.result,
            indicator_id=result.item.indicator_id,
        )
        measures = [_same_measure(dice, item, measure) for measure in result.measures]
        renewed.append(Result(item, measures))
    changed = renewed[0].measures[0]
    if changed.target_upper is None and changed.target:
        changed.target = figures.four_places(changed.target * Decimal("0.9"))
    case.results = renewed


def _same_measure(dice: Dice, item: PlanItem, measure: Measure) -> Measure:
    return Measure(
        id=dice.uuid(),
        item=item,
        key=measure.key,
        aspect=measure.aspect,
        indicator=measure.indicator,
        unit=measure.unit,
        polarity=measure.polarity,
        target=measure.target,
        target_upper=measure.target_upper,
    )


# --- the year's work ----------------------------------------------------------------------------


def work(dice: Dice, case: Case, harvest: Harvest, *, realized: int) -> None:
    """Realisation of so many percent of the measures, evidence, and a journal, all within the days lived."""
    agreed = case.appraisal.plan_agreed_at
    if case.lived is None or agreed is None:
        return
    first, last = case.lived
    for number, result in enumerate(case.ordered):
        if (number + 1) * 100 > realized * len(case.results) and realized < 100:
            continue
        for measure in result.measures:
            _realize(dice, case, harvest, result, measure, first, last)
        if dice.chance({"exemplary": 95, "good": 70, "plain": 45, "weak": 15}[case.quality]):
            _prove(dice, case, harvest, result, first, last)
    _note(dice, case, harvest, first, last)


def _realize(
    dice: Dice,
    case: Case,
    harvest: Harvest,
    result: Result,
    measure: Measure,
    first: dt.date,
    last: dt.date,
) -> None:
    value = figures.realization(
        dice, case.quality, measure.polarity, measure.target, measure.target_upper, measure.unit
    )
    result.values[measure.key] = value
    as_of = dice.day(max(first, last - dt.timedelta(days=40)), last)
    harvest.add(
        Realization(
            id=dice.uuid(),
            appraisal=case.appraisal,
            measure_key=measure.key,
            value=value,
            as_of=as_of,
            note=dice.pick(texts.texts("realization_note")),
            saved_at=at_hour(as_of, dice.number(8, 16), dice.number(0, 59)),
        )
    )


def _prove(dice: Dice, case: Case, harvest: Harvest, result: Result, first: dt.date, last: dt.date) -> None:
    dated = dice.day(first, last)
    written = [*texts.journal_for(case.family, JournalKind.EVIDENCE), *texts.texts("evidence_text")]
    proof = Evidence(
        id=dice.uuid(),
        appraisal=case.appraisal,
        item_key=result.item.key,
        title=dice.pick(texts.texts("evidence_title")),
        url=f"https://arsip.contoh.invalid/{dice.word(8).lower()}" if dice.chance(40) else "",
        text=dice.pick(written),
        dated_on=dated,
        added_at=at_hour(dated, 16, dice.number(0, 59)),
        added_by=case.person.employee,
    )
    result.evidence.append(proof)
    harvest.add(proof)


def _note(dice: Dice, case: Case, harvest: Harvest, first: dt.date, last: dt.date) -> None:
    employee = case.person.employee
    feedback = JournalKind.FEEDBACK_IMPROVE if dice.chance(40) else JournalKind.FEEDBACK_POSITIVE
    entries = [(JournalKind.ACHIEVEMENT, employee.id)]
    if dice.chance(55):
        entries.append((JournalKind.ACHIEVEMENT, employee.id))
    if case.appraisal.supervisor_id is not None and dice.chance(65):
        entries.append((feedback, case.appraisal.supervisor_id))
    told: set[str] = set()
    for kind, author_id in entries:
        text = dice.pick(texts.journal_for(case.family, kind))
        if text in told:
            continue
        told.add(text)
        happened = dice.day(first, last)
        harvest.add(
            JournalEntry(
                id=dice.uuid(),
                appraisal=case.appraisal,
                author_id=author_id,
                kind=kind,
                text=text,
                happened_on=happened,
                shared=author_id != employee.id or dice.chance(80),
                written_at=at_hour(happened, dice.number(12, 16), dice.number(0, 59)),
            )
        )


def realized_share(standing: Standing) -> int:
    """How many percent of the measures have a realisation: all of them once the self-assessment was sent."""
    if standing.self_assessment in {SelfState.SENT, SelfState.RETURNED} or standing.self_filled == 100:
        return 100
    return 67 if standing.self_assessment == SelfState.DRAFT else 34
