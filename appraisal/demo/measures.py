"""Targets and measurements of the indicators: last year's are final, this year's as far as they are known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal

from accounts.models import Agency
from appraisal.demo import places, texts
from appraisal.demo.dice import Dice
from indicators.enums import MeasurementState
from indicators.models import Indicator, Measurement, Target

# The target of each indicator and how far last year's value lay from it, in percent of the target.
TARGETS: Mapping[str, tuple[str, int]] = {
    "Angka kelulusan SD/MI": ("100", -1),
    "Angka kelulusan SMP/MTs": ("100", -1),
    "Partisipasi guru dalam pelatihan bersertifikat": ("85", -8),
    "Angka Partisipasi Murni (APM) SMP": ("96", -2),
    "Rata-rata lama sekolah": ("11.2", -1),
    "Capaian kompetensi minimum literasi": ("80", -4),
    "Anak tidak sekolah": ("900", 6),
    "Angka kematian ibu per 100.000 kelahiran hidup": ("80", 9),
    "Prevalensi stunting balita": ("14", 5),
    "Keberhasilan pengobatan tuberkulosis": ("90", -3),
    "Cakupan imunisasi dasar lengkap": ("95", -4),
    "Waktu tunggu rawat jalan": ("40", 8),
    "Kepemilikan KTP elektronik": ("99", 0),
    "Kepemilikan akta kelahiran anak 0-18 tahun": ("98", -1),
    "Waktu penyelesaian dokumen kependudukan": ("24", -10),
    "Realisasi investasi": ("8500000000000", 3),
    "Izin terbit tepat waktu": ("95", -2),
    "Indeks SPBE": ("4.2", -3),
    "Pengurangan sampah": ("30", -9),
    "Indeks Profesionalitas ASN": ("85", -2),
    "ASN mengikuti pengembangan kompetensi minimal 20 JP": ("80", -6),
    "Realisasi Pendapatan Asli Daerah": ("3500000000000", 1),
    "Tindak lanjut temuan pemeriksaan": ("85", -4),
    "Indeks Kepuasan Masyarakat": ("86", 1),
    "Pengaduan warga selesai tepat waktu": ("95", 2),
}
ABSORPTION, ABSORPTION_RANGE = "Serapan anggaran", (Decimal(95), Decimal(100))
SOURCE = "Angka rekaan untuk peragaan"


def make_measures(dice: Dice, agencies: Mapping[str, Agency], *, year: int, day: dt.date) -> dict[str, int]:
    """Targets of both years and their measurements; schools and health centres with numerator and denominator."""
    indicators = {indicator.name: indicator for indicator in Indicator.objects.select_related("agency")}
    targets = [
        Target(
            id=dice.uuid(),
            indicator=indicator,
            agency=indicator.agency,
            year=each,
            value=ABSORPTION_RANGE[0] if name == ABSORPTION else Decimal(TARGETS[name][0]),
            upper=ABSORPTION_RANGE[1] if name == ABSORPTION else None,
        )
        for name, indicator in sorted(indicators.items())
        if name in TARGETS or name == ABSORPTION
        for each in (year - 1, year)
    ]
    Target.objects.bulk_create(targets)
    measured = [
        *_whole_year(dice, indicators, year - 1),
        *_schools(dice, indicators, agencies, year - 1),
        *_clinics(dice, indicators, agencies, year - 1),
        *_quarters(dice, indicators, year, day),
    ]
    Measurement.objects.bulk_create(measured, batch_size=1000)
    return {"targets": len(targets), "measurements": len(measured)}


def _whole_year(dice: Dice, indicators: Mapping[str, Indicator], year: int) -> Iterator[Measurement]:
    for name, (target, off) in TARGETS.items():
        if name in indicators:
            value = (Decimal(target) * (100 + off) / 100).quantize(Decimal("0.01"))
            yield _measurement(dice, indicators[name], indicators[name].agency, year, value)


def _quarters(
    dice: Dice, indicators: Mapping[str, Indicator], year: int, day: dt.date
) -> Iterator[Measurement]:
    """The quarters of this year that are over; the latest is provisional."""
    over = [quarter for quarter in (1, 2, 3, 4) if day > _end_of(year, quarter)]
    for quarter in over:
        for name in ("Indeks Kepuasan Masyarakat", "Waktu tunggu rawat jalan", "Izin terbit tepat waktu"):
            target = Decimal(TARGETS[name][0])
            value = (target * dice.number(93, 106) / 100).quantize(Decimal("0.01"))
            yield _measurement(
                dice,
                indicators[name],
                indicators[name].agency,
                year,
                value,
                period=quarter,
                state=MeasurementState.PROVISIONAL if quarter == over[-1] else MeasurementState.FINAL,
                measured_on=min(day, _end_of(year, quarter) + dt.timedelta(days=10)),
            )


def _end_of(year: int, quarter: int) -> dt.date:
    return dt.date(year + quarter // 4, quarter * 3 % 12 + 1, 1) - dt.timedelta(days=1)


def _schools(
    dice: Dice, indicators: Mapping[str, Indicator], agencies: Mapping[str, Agency], year: int
) -> Iterator[Measurement]:
    for school in texts.schools():
        if school.code not in agencies:
            continue
        level = "SD/MI" if school.kind == "SD" else "SMP/MTs"
        for name, part, whole in (
            (f"Angka kelulusan {level}", school.graduates, school.candidates),
            (
                "Partisipasi guru dalam pelatihan bersertifikat",
                school.teachers_trained,
                school.teachers,
            ),
        ):
            yield _share(dice, indicators[name], agencies[school.code], year, part, whole)


def _clinics(
    dice: Dice, indicators: Mapping[str, Indicator], agencies: Mapping[str, Agency], year: int
) -> Iterator[Measurement]:
    for clinic in texts.clinics()[: places.HEALTH_CENTRES]:
        agency = agencies[clinic.code]
        immunised = indicators["Cakupan imunisasi dasar lengkap"]
        yield _share(dice, immunised, agency, year, clinic.infants_immunised, clinic.infants_targeted)
        waiting = Decimal(clinic.outpatient_wait_minutes)
        yield _measurement(dice, indicators["Waktu tunggu rawat jalan"], agency, year, waiting)


def _share(dice: Dice, indicator: Indicator, agency: Agency, year: int, part: int, whole: int) -> Measurement:
    row = _measurement(
        dice, indicator, agency, year, (Decimal(part) * 100 / whole).quantize(Decimal("0.0001"))
    )
    row.numerator, row.denominator = Decimal(part), Decimal(whole)
    return row


def _measurement(
    dice: Dice,
    indicator: Indicator,
    agency: Agency,
    year: int,
    value: Decimal,
    *,
    period: int = 0,
    state: MeasurementState = MeasurementState.FINAL,
    measured_on: dt.date | None = None,
) -> Measurement:
    return Measurement(
        id=dice.uuid(),
        indicator=indicator,
        agency=agency,
        year=year,
        period=period,
        value=value,
        state=state,
        source=SOURCE,
        measured_on=measured_on or dt.date(year, 12, 31),
    )
