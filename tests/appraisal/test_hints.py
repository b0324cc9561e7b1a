"""Hints to a reviewer, pure: what is noticed, and what everyday sentences must not set off."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.hints import hints_for_answer, hints_for_page, hints_for_text

NOON = dt.datetime(2026, 12, 12, 5, 0, tzinfo=dt.UTC)
NEAR = ("Hadi Pratama, S.Pd.", "Drs. Intan Permatasari", "Joko", "Budi Setia Raharja, M.Pd.")


def codes(text: str, own_name: str = "Mira Lestari, S.Pd.") -> list[str]:
    return [hint.code for hint in hints_for_text(text, names=NEAR, own_name=own_name)]


@pytest.mark.parametrize(
    "text",
    [
        "Sebagai bendahara saya sering menunggu kuitansinya.",
        "sebagai ketua tim kurikulum saya terbantu",
        "Saya selaku operator sekolah melihatnya.",
        "saya sebagai wakil kepala merasa terbantu",
        "Saya yang menjabat bendahara tahu benar.",
        "Jabatan saya sebagai arsiparis membuat kami sering bertemu.",
        "As the treasurer I wait for the receipts.",
        "As treasurer, I wait.",
        "In my role as secretary it helps.",
        "I am the treasurer here.",
    ],
)
def test_a_post_that_tells_who_wrote_is_noticed(text: str) -> None:
    assert codes(text) == ["in_a_role"]


@pytest.mark.parametrize(
    "text",
    [
        "Ia bekerja sebagai guru yang sabar dan mau mendengar.",
        "Sebagai rekan, ia selalu tepat waktu.",
        "Selaku panitia ia menuntaskan laporan tiga hari lebih awal.",
        "Budi pekertinya baik dan ia setia kepada tugas.".lower(),
        "Saya melihat ia menolong orang tua murid pada 12 Maret 2026.",
        "Datanya 98,4 persen lengkap; 1.250 berkas selesai dalam 14 hari.",
        "As soon as the data came, he finished the report.",
        "He acts as a guide for newcomers.",
        "",
    ],
)
def test_everyday_sentences_set_nothing_off(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Waktu itu hadi tidak masuk.", "hadi"),
        ("Ia dan JOKO menyusun jadwal.", "JOKO"),
        ("Bersama Bu Permatasari ia menata arsip.", "Permatasari"),
        ("Bersama Setia ia menata arsip.", "Setia"),
    ],
)
def test_somebody_of_the_same_unit_is_noticed(text: str, found: str) -> None:
    [hint] = hints_for_text(text, names=NEAR)
    assert hint.code == "names_somebody"
    assert found in str(hint)


def test_ones_own_name_is_noticed() -> None:
    assert codes("Kepada saya, Mira, ia selalu sabar.") == ["own_name"]


@pytest.mark.parametrize(
    "text",
    [
        "NIP 198505052010011002 atas namanya.",
        "NIP 19850505 201001 1 002",
        "Hubungi 0812-3456-7890.",
        "Hubungi +62 812 3456 789 saja.",
        "Telepon 022 4206180",
        "Surel ke rekan@bandung.go.id",
    ],
)
def test_numbers_and_addresses_are_noticed(text: str) -> None:
    assert codes(text) == ["number"]


def test_rude_words_are_noticed_and_their_neighbours_not() -> None:
    assert codes("Dasar goblok!") == ["rude"]
    assert codes("Ia membodohi siapa pun? Tidak. Idiomatik? Ya.") == []


def test_an_extreme_without_words_is_noticed_and_each_hint_given_once() -> None:
    assert [hint.code for hint in hints_for_page({"level": 5, "strength": "", "wish": "ya"})] == [
        "extreme_without_words"
    ]
    assert hints_for_page({"level": 3, "strength": "", "wish": ""}) == ()
    assert hints_for_page({"level": 0}) == ()
    assert hints_for_page({}) == ()
    told = "Bersama Joko ia menata arsip sekolah."
    assert [
        hint.code for hint in hints_for_page({"level": 5, "strength": told, "wish": told}, names=iter(NEAR))
    ] == ["names_somebody"]


@pytest.mark.parametrize(
    ("levels", "seconds", "expected"),
    [
        ((4,) * 7, 600, ["straight_line"]),
        ((4, 4, 4, 4, 0, 0, None), 600, ["straight_line"]),
        ((4, 4, 4, 0, 0, 0, 0), 600, []),
        ((4, 4, 4, 4, 4, 4, 3), 600, []),
        ((0,) * 7, 600, []),
        ((4, 3, 4, 5, 4, 4, 3), 59, ["too_fast"]),
        ((4, 3, 4, 5, 4, 4, 3), 60, []),
        ((3,) * 7, 5, ["straight_line", "too_fast"]),
    ],
)
def test_a_straight_line_and_haste_are_noticed(levels: tuple, seconds: int, expected: list[str]) -> None:
    begun_at = NOON - dt.timedelta(seconds=seconds)
    assert [hint.code for hint in hints_for_answer(levels, begun_at=begun_at, at=NOON)] == expected
    assert "too_fast" not in [hint.code for hint in hints_for_answer(levels, begun_at=None, at=NOON)]


@given(st.text(), st.text())
def test_no_text_fails(text: str, name: str) -> None:
    for hint in hints_for_text(text, names=[name], own_name=name):
        assert str(hint)
