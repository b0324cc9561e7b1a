"""The lasting personas of the demo: who they are, where they serve, what they may, and what waits for them."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.enums import Role
from appraisal.demo.places import (
    ANIS_SCHOOL,
    BKPSDM,
    CITY,
    DINKES,
    DISDIK,
    DISDUKCAPIL,
    DISKOMINFO,
    INSPEKTORAT,
    SUKASARI,
    VACANT_UNIT,
)

# One password for every invented person, and its hash so that a start need not compute a thousand of them.
PASSWORD = "demo-kota-bandung"  # noqa: S105  # printed at the start of the demo
PASSWORD_HASH = "argon2$argon2id$v=19$m=102400,t=2,p=8$ZGVtb2tvdGFiYW5kdW5nMjAyNnJla2Fhbg$5DoYkaMmt63sL5YYCswpeuMXvUyLA+uyc+ea8XPEcQo"  # noqa: S105  # the demo prints this password; loopback only


@dataclass(frozen=True, slots=True)
class Persona:
    """One person whom the demo introduces by name. `role` is the word of the access matrix; `what` is Indonesian."""

    login: str
    name: str
    sex: str
    role: str
    unit: str
    title: str
    what: str
    grants: tuple[tuple[Role, str], ...] = ()

    @property
    def given_name(self) -> str:
        """What the others call them."""
        return self.name.split()[0]


PERSONAS: tuple[Persona, ...] = (
    Persona(
        "ani",
        "Ani Lestari",
        "f",
        "employee",
        ANIS_SCHOOL,
        "Guru Mata Pelajaran Ahli Pertama",
        "Melanjutkan penilaian diri yang baru terisi sebagian dan memberi umpan balik untuk dua rekan.",
    ),
    Persona(
        "budi",
        "Budi Hermawan",
        "m",
        "supervisor",
        ANIS_SCHOOL,
        "Kepala SMP Negeri",
        "Menilai guru yang penilaian dirinya sudah masuk, dan meminta pengganti bagi rekan yang tidak bersedia.",
    ),
    Persona(
        "citra",
        "Citra Maharani",
        "f",
        "superior",
        f"{DISDIK}-SMP",
        "Kepala Bidang Pembinaan SMP",
        "Menilai para kepala sekolah dan melihat tim di bawah mereka.",
    ),
    Persona(
        "hadi",
        "Hadi Kusnadi",
        "m",
        "peer",
        ANIS_SCHOOL,
        "Guru Mata Pelajaran Ahli Muda",
        "Memperbaiki penilaian diri yang dikembalikan Budi, dan menanggapi permintaan umpan balik untuk Ani.",
    ),
    Persona(
        "intan",
        "Intan Permana",
        "f",
        "peer",
        ANIS_SCHOOL,
        "Guru Mata Pelajaran Ahli Madya",
        "Mengirim penilaian diri yang sudah lengkap, dan melanjutkan umpan balik untuk Ani yang baru separuh.",
    ),
    Persona(
        "joko",
        "Joko Santoso",
        "m",
        "peer",
        ANIS_SCHOOL,
        "Guru Bimbingan dan Konseling Ahli Muda",
        "Memperbaiki rencana yang dikembalikan; umpan baliknya untuk Ani sudah terkirim dan masih dapat diganti.",
    ),
    Persona(
        "mira",
        "Mira Yuningsih",
        "f",
        "subordinate",
        ANIS_SCHOOL,
        "Pengadministrasi Sekolah",
        "Memulai penilaian diri, dan diminta memberi umpan balik untuk Budi sebagai bawahannya.",
    ),
    Persona(
        "dadan",
        "Dadan Permadi",
        "m",
        "employee",
        ANIS_SCHOOL,
        "Guru Mata Pelajaran Ahli Muda",
        "Melihat dua penilaian setahun karena pindah sekolah pada 1 Juli.",
    ),
    Persona(
        "kartika",
        "Kartika Wiradinata",
        "f",
        "agency_head",
        DISDIK,
        "Kepala Dinas",
        "Menilai sekretaris dan kepala bidang, dan melihat keadaan seluruh dinas.",
        ((Role.AGENCY_HEAD, DISDIK),),
    ),
    Persona(
        "dewi",
        "Dewi Anggraini",
        "f",
        "hr_agency",
        f"{DISDIK}-SEK",
        "Kepala Subbagian Umum dan Kepegawaian",
        "Melihat siapa yang terlambat di Dinas Pendidikan dan memberi tambahan waktu dengan alasan.",
        ((Role.HR_AGENCY, DISDIK),),
    ),
    Persona(
        "lukman",
        "Lukman Hidayat",
        "m",
        "supervisor",
        VACANT_UNIT,
        "Pranata Komputer Ahli Muda",
        "Sebagai Plt kepala bidang: menetapkan pemberi umpan balik bagi timnya dan menyetujui rencana yang terlambat.",
    ),
    Persona(
        "rahmat",
        "Rahmat Solihin",
        "m",
        "admin",
        f"{DISKOMINFO}-INFRA",
        "Pranata Komputer Ahli Madya",
        "Mengusulkan rekan pemberi umpan balik dan mengisi realisasi; sebagai administrator sistem ia tidak melihat isi penilaian orang lain.",
        ((Role.ADMIN, CITY),),
    ),
    Persona(
        "nina",
        "Nina Rahmawati",
        "f",
        "performance_manager",
        f"{DINKES}-SEK",
        "Penelaah Teknis Kebijakan",
        "Mengawal penilaian di Dinas Kesehatan: kemajuan tiap puskesmas tanpa melihat isinya.",
        ((Role.PERFORMANCE_MANAGER, DINKES),),
    ),
    Persona(
        "tuti",
        "Tuti Komariah",
        "f",
        "supervisor",
        "P9001",
        "Kepala Puskesmas",
        "Menyelesaikan penilaian tim puskesmas; kata rekan berdiri di samping penilaian pertamanya.",
    ),
    Persona(
        "rina",
        "Rina Oktaviani",
        "f",
        "employee",
        f"{DISDUKCAPIL}-DAFDUK",
        "Administrator Database Kependudukan Ahli Pertama",
        "Menyusun rencana tahun ini; langkah yang disepakati tahun lalu berdiri di sampingnya.",
    ),
    Persona(
        "yanti",
        "Yanti Rahayu",
        "f",
        "supervisor",
        f"{DISDUKCAPIL}-DAFDUK",
        "Kepala Bidang Pendaftaran Penduduk",
        "Menyetujui atau mengembalikan rencana yang sudah dikirim timnya.",
    ),
    Persona(
        "gita",
        "Gita Puspita",
        "f",
        "hr_city",
        f"{BKPSDM}-KINERJA",
        "Kepala Bidang Penilaian Kinerja Aparatur",
        "Mengatur jadwal siklus, melihat kemajuan seluruh kota, dan meninjau ulang penilaian timnya dalam kalibrasi.",
        ((Role.HR_CITY, CITY),),
    ),
    Persona(
        "eko",
        "Eko Prasetyo",
        "m",
        "hr_agency",
        f"{INSPEKTORAT}-SEK",
        "Pengolah Data dan Informasi",
        "Memeriksa pratinjau lalu mengumumkan hasil Inspektorat.",
        ((Role.HR_AGENCY, INSPEKTORAT),),
    ),
    Persona(
        "fajar",
        "Fajar Nugraha",
        "m",
        "auditor",
        f"{INSPEKTORAT}-IRBANI",
        "Auditor Ahli Muda",
        "Menelusuri riwayat lengkap satu penilaian; setiap kunjungannya tercatat.",
        ((Role.AUDITOR, CITY),),
    ),
    Persona(
        "wawan",
        "Wawan Sutisna",
        "m",
        "employee",
        SUKASARI,
        "Operator Layanan Operasional",
        "Membuka hasil tahun ini: predikat, asal-usulnya, kata rekan, dan langkah berikutnya.",
    ),
    Persona(
        "surya",
        "Surya Adiwinata",
        "m",
        "mayor",
        CITY,
        "Wali Kota",
        "Menilai kepala Dinas Pendidikan dan kepala Dinas Kesehatan.",
    ),
)

BY_LOGIN = {persona.login: persona for persona in PERSONAS}
