"""Samples for the components page, which exists in development and tests only.

The words are invented samples, as in a fixture, and stand in Indonesian: they are no interface and are not translated.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest

from core.clock import arrival, day_end, today
from core.components import (
    DONE,
    IN_PROGRESS,
    NOT_STARTED,
    NOT_YET,
    PROBLEM,
    AxisLabel,
    Badge,
    Cell,
    Fact,
    Matrix,
    Node,
    PhaseStep,
    Progress,
    Task,
    Todo,
)
from core.fields import DateField, DecimalField, LineField, TextField
from core.figures import Bars, Group, Mark, Share, share_bars, stacked_bars
from core.forms import BaseForm, FilterForm
from core.navigation import NavItem
from core.paging import Page
from core.rating import RatingChoice, RatingField

LEVELS = (
    RatingChoice(
        "5",
        "Menjadi teladan",
        "Saya memperbaiki cara layanan bekerja, dan cara itu kini dipakai unit lain.",
        "5",
    ),
    RatingChoice("4", "Lebih dari yang diharapkan", "Saya menemukan kebutuhan warga sebelum diminta.", "4"),
    RatingChoice("3", "Sesuai harapan", "Saya menjawab permintaan dengan ramah dan tepat waktu.", "3"),
    RatingChoice("2", "Belum konsisten", "Saat pekerjaan menumpuk, ada permintaan yang terlewat.", "2"),
    RatingChoice("1", "Perlu banyak perbaikan", "Permintaan sering menunggu sampai ditanya kembali.", "1"),
    RatingChoice("0", "Tidak cukup mengamati", "Pilihan ini tidak dihitung sebagai nol.", "–", apart=True),
)


class SampleForm(BaseForm):
    """One field of each kind."""

    version_field = "revision"

    name = LineField(label="Nama kegiatan", max_length=80, help_text="Seperti tertulis pada surat tugas.")
    email = forms.EmailField(
        label="Surel",
        help_text="Untuk pengingat saja.",
        error_messages={"invalid": "Tulis alamat surel dengan tanda @, misalnya nama@contoh.go.id."},
    )
    aspect = forms.ChoiceField(label="Aspek", choices=[("q", "Kuantitas"), ("k", "Kualitas"), ("w", "Waktu")])
    target = DecimalField(label="Target", max_digits=12, decimal_places=4, help_text="Misalnya 12,5.")
    day = DateField(label="Tanggal", required=False)
    story = TextField(
        label="Ceritakan satu kejadian nyata",
        max_length=1200,
        rows=5,
        help_text="Keadaannya, yang Anda lakukan, dan akibatnya.",
    )
    stance = forms.ChoiceField(
        label="Pendapat Anda",
        choices=[("dukung", "Saya mendukung"), ("khawatir", "Saya punya kekhawatiran")],
        widget=forms.RadioSelect,
    )
    reminders = forms.MultipleChoiceField(
        label="Pengingat",
        choices=[("surel", "Surel, satu ringkasan setiap pagi"), ("kotak", "Kotak masuk saja")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    truthful = forms.BooleanField(label="Isian ini saya buat dengan sebenarnya")
    level = RatingField(label="Akuntabel", rating_choices=LEVELS, help_text="Pilih satu tingkat.")


class SampleFilter(FilterForm):
    """Filters of a list."""

    q = LineField(label="Nama atau NIP", max_length=60)
    state = forms.ChoiceField(label="Keadaan", choices=[("", "Semua"), ("late", "Lewat waktu")])


def _matrix(here: tuple[int, int] | None, counts: tuple[tuple[int, int, int], ...] | None) -> Matrix:
    rest = "ekspektasi"
    names = (
        ("Kurang", "Baik", "Sangat Baik"),
        ("Kurang", "Baik", "Baik"),
        ("Sangat Kurang", "Butuh Perbaikan", "Butuh Perbaikan"),
    )
    return Matrix(
        caption="Predikat adalah pertemuan hasil kerja dan perilaku kerja.",
        row_title="Hasil kerja",
        column_title="Perilaku kerja",
        columns=(AxisLabel("Di bawah", rest), AxisLabel("Sesuai", rest), AxisLabel("Di atas", rest)),
        rows=tuple(
            (AxisLabel(label, rest), tuple(_cell(name, counts, r, c) for c, name in enumerate(names[r])))
            for r, label in enumerate(("Di atas", "Sesuai", "Di bawah"))
        ),
        here=here,
        here_text="Anda di sini",
    )


def _cell(name: str, counts: tuple[tuple[int, int, int], ...] | None, row: int, column: int) -> Cell:
    if counts is None:
        return Cell(name)
    count = counts[row][column]
    shade = 0 if count == 0 else 1 if count < 20 else 2 if count < 60 else 3
    return Cell(name, count=count, url="#" if count else "", shade=shade)  # type: ignore[arg-type]  # 0 to 3 by construction


def _tree() -> tuple[Node, ...]:
    return (
        Node(
            "Hasil kerja",
            "Di atas ekspektasi",
            why="Tiga dari empat rencana di atas ekspektasi.",
            rule="Di atas ekspektasi bila sedikitnya separuh rencana di atas ekspektasi.",
            open=True,
            children=(
                Node(
                    "Data kelulusan SMP lengkap",
                    "Di atas",
                    why="Rencana utama",
                    children=(
                        Node("Sekolah dengan data lengkap", "103,6 %", why="Target 95 %, realisasi 98,4 %."),
                        Node("Penetapan penilai", "Di atas", why="Dua bukti."),
                    ),
                ),
                Node("Panduan operator sekolah", "Sesuai", why="Rencana tambahan"),
            ),
        ),
        Node("Perilaku kerja", "Sesuai ekspektasi", why="Satu nilai di atas ekspektasi, enam nilai sesuai."),
    )


def _progress() -> Bars:
    marks = (
        Mark("1", "Terkirim"),
        Mark("2", "Sedang dikerjakan"),
        Mark("track", "Belum mulai"),
    )
    groups = (
        Group("Dinas Pendidikan", (5495, 1570, 785), "#", "785 belum mulai, 1.570 sedang dikerjakan"),
        Group("Dinas Kesehatan", (1214, 898, 528), "#", "528 belum mulai, 898 sedang dikerjakan"),
        Group("Unit baru", (0, 0, 0), note="Belum ada pegawai"),
    )
    return stacked_bars(
        title="Kemajuan penilaian diri per perangkat daerah",
        marks=marks,
        groups=groups,
        group_title="Perangkat daerah",
        unit="terkirim",
        total_label="Seluruhnya",
    )


def _spread() -> Bars:
    return share_bars(
        title="Sebaran predikat",
        title_shown=True,
        kind_title="Predikat",
        unit="pegawai",
        shares=(
            Share("Sangat Baik", 38, "1", note="Boleh ada."),
            Share("Baik", 162, "2", guideline=Decimal(70), note="Pedoman: paling banyak 70 %."),
            Share("Butuh Perbaikan", 12, "3"),
            Share("Kurang", 2, "4"),
            Share("Sangat Kurang", 0, "5"),
        ),
    )


BADGES = (
    (
        "Dokumen",
        (
            Badge("Draf", "draft"),
            Badge("Diajukan", "send", "info"),
            Badge("Dikembalikan", "undo", "warn"),
            Badge("Disetujui", "check", "ok"),
            Badge("Ditetapkan", "seal", "ok"),
            Badge("Final", "lock", "final"),
            Badge("Dibatalkan", "x"),
        ),
    ),
    ("Pekerjaan", (DONE, IN_PROGRESS, NOT_STARTED, NOT_YET, PROBLEM)),
    (
        "Waktu",
        (
            Badge("Berjalan", "flag", "here"),
            Badge("2 hari lagi", "clock", "warn"),
            Badge("Lewat waktu", "stop", "bad"),
            Badge("Terkunci", "lock", "plain"),
        ),
    ),
)


def contents(request: HttpRequest) -> dict[str, Any]:
    """Everything the components page shows."""
    at = arrival(request)
    closes_at = day_end(today(at) + dt.timedelta(days=9))
    return {
        "at": at,
        "closes_at": closes_at,
        "yesterday": at - dt.timedelta(days=1),
        "badges": BADGES,
        **_forms(request),
        **_work(closes_at),
        **_results(),
    }


def _forms(request: HttpRequest) -> dict[str, Any]:
    return {
        "empty_form": SampleForm(version=3),
        "refused_form": SampleForm(
            {
                "revision": "3",
                "name": "Pendampingan operator",
                "email": "ani.contoh.go.id",
                "target": "banyak",
            },
            auto_id="id_refused_%s",
        ),
        "chosen_form": SampleForm(
            initial={
                "level": "3",
                "target": Decimal("98.4000"),
                "day": today(arrival(request)),
                "stance": "dukung",
            },
            auto_id="id_chosen_%s",
        ),
        "filter": SampleFilter(request.GET),
    }


def _work(closes_at: dt.datetime) -> dict[str, Any]:
    return {
        "todos": (
            Todo(
                "Lanjutkan penilaian diri",
                "#",
                "Tiga dari enam bagian sudah selesai.",
                closes_at,
                "Lanjutkan",
                Progress(3, 6, "Bagian penilaian diri yang selesai"),
            ),
            Todo("Periksa data jabatan dan atasan Anda", "#", "Bila keliru, laporkan di sini.", closes_at),
            Todo("Baca panduan menilai diri", "#"),
        ),
        "tasks": (
            Task("Periksa data Anda", DONE, "Jabatan, unit kerja, dan atasan penilai.", "#"),
            Task("Perilaku kerja", IN_PROGRESS, "Tujuh nilai dasar. Dua sudah Anda isi.", "#", current=True),
            Task("Refleksi", NOT_STARTED, "Apa yang Anda pelajari.", "#"),
            Task("Bukti dukung", PROBLEM, "Satu tautan tidak dapat dibuka.", "#"),
            Task("Periksa dan kirim", NOT_YET, "Terbuka setelah bagian di atas selesai."),
        ),
        "steps": (
            PhaseStep("Perencanaan", "2–31 Januari", "done"),
            PhaseStep("Pelaksanaan", "1 Februari – 9 Desember", "done"),
            PhaseStep("Penilaian diri", "Anda di sini. Sampai Kamis, 24 Desember.", "now"),
            PhaseStep("Penilaian atasan", "28 Des – 10 Jan"),
            PhaseStep("Hasil", "21–31 Januari"),
        ),
    }


def _results() -> dict[str, Any]:
    return {
        "facts": (
            Fact("Sasaran kinerja", "SKP 2026", "#", Badge("Disetujui", "check", "ok")),
            Fact("Penilai", "Budi Hermawan"),
        ),
        "tabs": (
            NavItem("Hasil kerja", "#", current=True),
            NavItem("Perilaku kerja", "#"),
            NavItem("Masukan", "#"),
        ),
        "own_matrix": _matrix((0, 1), None),
        "agency_matrix": _matrix(None, ((0, 47, 38), (2, 84, 31), (0, 11, 1))),
        "nodes": _tree(),
        "progress": _progress(),
        "spread": _spread(),
        "middle_page": Page(rows=(), next_cursor="abc", first=False),
    }
