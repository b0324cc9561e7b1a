"""The places of the demo: which agencies have people, the units below them, and the posts in each unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.enums import AgencyKind
from accounts.models import Agency
from accounts.services.agencies import path_below
from appraisal.demo import texts
from appraisal.demo.dice import Dice
from appraisal.enums import Phase

CITY = "KOTA"
DISDIK, DINKES, DISDUKCAPIL, DISKOMINFO = "1.01.01", "1.02.01", "2.06.01", "2.10.01"
BKPSDM, INSPEKTORAT, COBLONG, SUKASARI = "BKPSDM", "ITDA", "32.73.02", "32.73.01"
ANIS_SCHOOL, NEXT_SCHOOL = "99279594", "99429883"

# Where each agency stands on the day of the start. Two are in publication at different points (see standings.py).
PHASE_OF: dict[str, Phase] = {
    DISDUKCAPIL: Phase.PLANNING,
    DISKOMINFO: Phase.EXECUTION,
    DISDIK: Phase.SELF_ASSESSMENT,
    DINKES: Phase.SUPERVISOR_REVIEW,
    BKPSDM: Phase.CALIBRATION,
    INSPEKTORAT: Phase.PUBLICATION,
    COBLONG: Phase.PUBLICATION,
    SUKASARI: Phase.PUBLICATION,
}

JUNIOR_SCHOOLS, PRIMARY_SCHOOLS, HEALTH_CENTRES = 12, 15, 13


@dataclass(frozen=True, slots=True)
class Post:
    """So many positions with this title in a unit; a head's post exists once."""

    title: str
    kind: AgencyKind
    number: int = 1
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with people. Without `name` it is in the reference data already."""

    code: str
    posts: tuple[Post, ...]
    name: str = ""
    short_name: str = ""
    kind: AgencyKind = AgencyKind.DIVISION
    parent: str = ""


def _head(title: str, kind: AgencyKind) -> Post:
    return Post(title, kind, is_head=True)


DINAS, BOARD, SCHOOL, CLINIC = AgencyKind.DINAS, AgencyKind.BOARD, AgencyKind.SCHOOL, AgencyKind.CLINIC
INSPECTORATE, DISTRICT, SUBDISTRICT = (
    AgencyKind.INSPECTORATE,
    AgencyKind.DISTRICT,
    AgencyKind.SUBDISTRICT,
)

_OFFICE = (
    Post("Kepala Subbagian Umum dan Kepegawaian", DINAS),
    Post("Penata Laporan Keuangan", DINAS, 3),
    Post("Pengolah Data dan Informasi", DINAS, 3),
    Post("Arsiparis Terampil", DINAS, 2),
    Post("Penelaah Teknis Kebijakan", DINAS, 2),
)
_BOARD_OFFICE = (
    Post("Kepala Subbagian Umum dan Kepegawaian", BOARD),
    Post("Kepala Subbagian Keuangan", BOARD),
    Post("Pengolah Data dan Informasi", BOARD, 3),
    Post("Penelaah Teknis Kebijakan", BOARD, 2),
)
_EDUCATION = (Post("Penelaah Teknis Kebijakan", DINAS, 4), Post("Pengolah Data dan Informasi", DINAS, 3))
_REGISTRATION = (
    Post("Operator Sistem Informasi Administrasi Kependudukan Terampil", DINAS, 12),
    Post("Administrator Database Kependudukan Ahli Pertama", DINAS, 4),
    Post("Pengolah Data dan Informasi", DINAS, 3),
)
_COMPUTING = (
    Post("Pranata Komputer Terampil", DINAS, 4),
    Post("Pranata Komputer Mahir", DINAS, 4),
    Post("Pranata Komputer Ahli Pertama", DINAS, 6),
    Post("Pranata Komputer Ahli Muda", DINAS, 3),
    Post("Pranata Komputer Ahli Madya", DINAS, 1),
)
_PERSONNEL = (
    Post("Analis SDM Aparatur Ahli Pertama", BOARD, 5),
    Post("Analis SDM Aparatur Ahli Muda", BOARD, 3),
    Post("Analis SDM Aparatur Ahli Madya", BOARD, 1),
    Post("Pranata SDM Aparatur Terampil", BOARD, 3),
    Post("Pranata SDM Aparatur Mahir", BOARD, 2),
)
_AUDIT = (
    Post("Auditor Ahli Pertama", INSPECTORATE, 5),
    Post("Auditor Ahli Muda", INSPECTORATE, 4),
    Post("Pengawas Penyelenggaraan Urusan Pemerintahan di Daerah Ahli Madya", INSPECTORATE, 2),
)
_CLINIC = (
    _head("Kepala Puskesmas", CLINIC),
    Post("Kepala Subbagian Tata Usaha Puskesmas", CLINIC),
    Post("Dokter Ahli Pertama", CLINIC),
    Post("Dokter Ahli Muda", CLINIC),
    Post("Dokter Gigi Ahli Muda", CLINIC),
    Post("Perawat Terampil", CLINIC, 3),
    Post("Perawat Mahir", CLINIC, 2),
    Post("Perawat Penyelia", CLINIC),
    Post("Perawat Ahli Pertama", CLINIC),
    Post("Bidan Terampil", CLINIC, 2),
    Post("Bidan Mahir", CLINIC, 2),
    Post("Bidan Penyelia", CLINIC),
    Post("Bidan Ahli Pertama", CLINIC),
    Post("Apoteker Ahli Pertama", CLINIC),
    Post("Asisten Apoteker Terampil", CLINIC),
    Post("Nutrisionis Ahli Pertama", CLINIC),
    Post("Tenaga Sanitasi Lingkungan Terampil", CLINIC),
    Post("Pranata Laboratorium Kesehatan Mahir", CLINIC),
    Post("Tenaga Promosi Kesehatan dan Ilmu Perilaku Ahli Pertama", CLINIC),
    Post("Pengadministrasi Perkantoran", CLINIC),
)
_DISTRICT = (
    _head("Camat", DISTRICT),
    Post("Sekretaris Kecamatan", DISTRICT),
    Post("Kepala Seksi Pemerintahan Kecamatan", DISTRICT),
    Post("Pengelola Keuangan", DISTRICT, 2),
    Post("Operator Layanan Operasional", DISTRICT, 4),
    Post("Pengadministrasi Perkantoran", DISTRICT, 4),
)
_SUBDISTRICT = (
    _head("Lurah", SUBDISTRICT),
    Post("Sekretaris Kelurahan", SUBDISTRICT),
    Post("Kepala Seksi Pemerintahan Kelurahan", SUBDISTRICT),
    Post("Kepala Seksi Ekonomi dan Pembangunan Kelurahan", SUBDISTRICT),
    Post("Kepala Seksi Kesejahteraan Sosial Kelurahan", SUBDISTRICT),
    Post("Pengadministrasi Perkantoran", SUBDISTRICT, 3),
    Post("Pengelola Keuangan", SUBDISTRICT),
)

# The unit whose head retired at the end of last year; Lukman acts for it.
VACANT_UNIT = "2.10.01-APTIKA"


def units() -> tuple[Unit, ...]:
    """Every unit with people, parents before children."""
    return (
        Unit(CITY, (_head("Wali Kota", AgencyKind.CITY),)),
        *_department(
            DISDIK,
            "Dinas Pendidikan",
            _EDUCATION,
            ("SMP", "Bidang Pembinaan SMP", "Kepala Bidang Pembinaan SMP"),
            ("SD", "Bidang Pembinaan SD", "Kepala Bidang Pembinaan SD"),
            extra=(Post("Pengawas Sekolah Ahli Madya", DINAS, 3),),
        ),
        *_schools(),
        *_department(
            DINKES,
            "Dinas Kesehatan",
            _EDUCATION,
            ("KESMAS", "Bidang Kesehatan Masyarakat", "Kepala Bidang Kesehatan Masyarakat"),
            ("YANKES", "Bidang Pelayanan Kesehatan", "Kepala Bidang Pelayanan Kesehatan"),
        ),
        *_clinics(),
        *_department(
            DISDUKCAPIL,
            "Dinas Kependudukan dan Pencatatan Sipil",
            _REGISTRATION,
            ("DAFDUK", "Bidang Pendaftaran Penduduk", "Kepala Bidang Pendaftaran Penduduk"),
            ("CAPIL", "Bidang Pencatatan Sipil", "Kepala Bidang Pencatatan Sipil"),
        ),
        *_department(
            DISKOMINFO,
            "Dinas Komunikasi dan Informatika",
            _COMPUTING,
            ("APTIKA", "Bidang Aplikasi Informatika", "Kepala Bidang Aplikasi Informatika"),
            (
                "INFRA",
                "Bidang Infrastruktur Teknologi Informasi",
                "Kepala Bidang Infrastruktur Teknologi Informasi",
            ),
        ),
        *_board(),
        *_inspectorate(),
        *_district(COBLONG),
        *_district(SUKASARI),
    )


def _department(
    code: str,
    name: str,
    staff: tuple[Post, ...],
    *divisions: tuple[str, str, str],
    extra: tuple[Post, ...] = (),
) -> Iterator[Unit]:
    """A dinas: its head, its secretariat, and its divisions as (suffix, name, title of the head)."""
    yield Unit(code, (_head("Kepala Dinas", DINAS), *extra))
    yield Unit(
        f"{code}-SEK",
        (_head("Sekretaris Dinas", DINAS), *_OFFICE),
        f"Sekretariat {name}",
        "Sekretariat",
        parent=code,
    )
    for suffix, division, title in divisions:
        yield Unit(f"{code}-{suffix}", (_head(title, DINAS), *staff), division, parent=code)


def _board() -> Iterator[Unit]:
    yield Unit(BKPSDM, (_head("Kepala Badan", BOARD),))
    yield Unit(
        f"{BKPSDM}-SEK",
        (_head("Sekretaris Badan", BOARD), *_BOARD_OFFICE),
        "Sekretariat BKPSDM",
        "Sekretariat",
        parent=BKPSDM,
    )
    for suffix, name, title in (
        ("KINERJA", "Bidang Penilaian Kinerja Aparatur", "Kepala Bidang Penilaian Kinerja Aparatur"),
        (
            "KOMPETENSI",
            "Bidang Pengembangan Kompetensi Aparatur",
            "Kepala Bidang Pengembangan Kompetensi Aparatur",
        ),
    ):
        yield Unit(f"{BKPSDM}-{suffix}", (_head(title, BOARD), *_PERSONNEL), name, parent=BKPSDM)


def _inspectorate() -> Iterator[Unit]:
    yield Unit(INSPEKTORAT, (_head("Inspektur Daerah", INSPECTORATE),))
    yield Unit(
        f"{INSPEKTORAT}-SEK",
        (
            _head("Sekretaris Inspektorat", INSPECTORATE),
            Post("Pengolah Data dan Informasi", INSPECTORATE, 6),
        ),
        "Sekretariat Inspektorat",
        "Sekretariat",
        parent=INSPEKTORAT,
    )
    for number in ("I", "II"):
        yield Unit(
            f"{INSPEKTORAT}-IRBAN{number}",
            (_head("Inspektur Pembantu", INSPECTORATE), *_AUDIT),
            f"Inspektorat Pembantu {number}",
            f"Irban {number}",
            parent=INSPEKTORAT,
        )


def _schools() -> Iterator[Unit]:
    junior = [school for school in texts.schools() if school.kind == "SMP"][:JUNIOR_SCHOOLS]
    primary = [school for school in texts.schools() if school.kind == "SD"][:PRIMARY_SCHOOLS]
    for school in junior:
        teachers = school.teachers // 3
        posts: tuple[Post, ...] = (
            _head("Kepala SMP Negeri", SCHOOL),
            Post("Guru Mata Pelajaran Ahli Pertama", SCHOOL, teachers // 2),
            Post("Guru Mata Pelajaran Ahli Muda", SCHOOL, teachers // 3),
            Post("Guru Mata Pelajaran Ahli Madya", SCHOOL, max(1, teachers // 6)),
            Post("Guru Bimbingan dan Konseling Ahli Muda", SCHOOL),
            Post("Pengadministrasi Sekolah", SCHOOL, 2),
            Post("Pengelola Umum Operasional", SCHOOL),
        )
        yield Unit(school.code, posts, school.name, kind=SCHOOL, parent=f"{DISDIK}-SMP")
    for school in primary:
        teachers = max(6, school.teachers // 2)
        posts = (
            _head("Kepala SD Negeri", SCHOOL),
            Post("Guru Kelas Ahli Pertama", SCHOOL, teachers // 2),
            Post("Guru Kelas Ahli Muda", SCHOOL, teachers // 3),
            Post("Guru Kelas Ahli Madya", SCHOOL, max(1, teachers // 6)),
            Post("Pengadministrasi Sekolah", SCHOOL),
        )
        yield Unit(school.code, posts, school.name, kind=SCHOOL, parent=f"{DISDIK}-SD")


def _clinics() -> Iterator[Unit]:
    for clinic in texts.clinics()[:HEALTH_CENTRES]:
        yield Unit(clinic.code, _CLINIC, clinic.name, kind=CLINIC, parent=f"{DINKES}-YANKES")


def _district(code: str) -> Iterator[Unit]:
    yield Unit(code, _DISTRICT)
    for kelurahan in Agency.objects.filter(parent__code=code).order_by("code"):
        yield Unit(kelurahan.code, _SUBDISTRICT)


def make_places(dice: Dice) -> dict[str, Agency]:
    """Create the units that the reference data does not have; returns all agencies by code."""
    agencies = {agency.code: agency for agency in Agency.objects.order_by("path", "pk")}
    new = []
    for unit in units():
        if unit.name and unit.code not in agencies:
            parent = agencies[unit.parent]
            agencies[unit.code] = Agency(
                id=dice.uuid(),
                code=unit.code,
                name=unit.name,
                short_name=unit.short_name,
                kind=unit.kind,
                parent=parent,
                path=path_below(parent.path, unit.code),
            )
            new.append(agencies[unit.code])
    Agency.objects.bulk_create(new)
    return agencies


def agency_of(path: str) -> str:
    """The code of the agency (the unit right below the city) in which the unit with this path lies."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else CITY
