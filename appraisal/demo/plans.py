"""Plans of the invented year: nothing yet, a draft, sent, returned, or agreed in one or two versions."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal

from appraisal.demo import figures, texts
from appraisal.demo.cases import Case, Result
from appraisal.demo.dice import Dice
from appraisal.demo.harvest import Harvest
from appraisal.enums import Phase, PlanState
from appraisal.models import Measure, Plan, PlanItem
from indicators.enums import Aspect

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
ASPECTS = [aspect.value for aspect in Aspect]


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
            for measure in sorted(example.measures, key=lambda measure: ASPECTS.index(measure.aspect))
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
