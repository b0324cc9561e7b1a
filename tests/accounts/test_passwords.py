"""What a password may not be made of."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.passwords import PersonalDataValidator, birth_date_spellings, name_parts

NIP = "198503152010012007"


@dataclass
class Numbers:
    """The related manager, as far as the validator reads it."""

    digits: tuple[str, ...] = ()

    def values_list(self, *_fields: str, flat: bool) -> Iterable[str]:
        assert flat
        return self.digits


@dataclass
class Person:
    """What the validator reads of an employee."""

    login: str = NIP
    name: str = "Dra. Ani Suryaningsih, S.Pd."
    numbers: Numbers = field(default_factory=Numbers)


def codes(password: str, person: Person | None = None) -> set[str]:
    """Why the password is refused."""
    try:
        PersonalDataValidator().validate(password, person or Person())
    except ValidationError as refused:
        return {error.code for error in refused.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        NIP,
        f"x{NIP}x",
        "19850315 201001 2 007",
        "19850315.201001.2.007!",
        "1985-0315-2010-0120-07",
    ],
)
def test_the_nip_is_refused_however_it_is_grouped(password: str) -> None:
    assert "contains_nip" in codes(password)


def test_every_number_the_person_ever_had_is_refused() -> None:
    person = Person(login="ani", numbers=Numbers(("198503152021212003", NIP)))

    assert "contains_nip" in codes("kopi198503152021212003", person)
    assert "contains_nip" in codes(f"{NIP}kopi", person)


@pytest.mark.parametrize(
    "spelling",
    [
        "19850315",
        "1985-03-15",
        "15031985",
        "15/03/1985",
        "15.03.1985",
        "03151985",
        "150385",
        "15-03-85",
        "850315",
        "15-3-1985",
        "15 Maret 1985",
        "15maret85",
        "15 MAR 1985",
        "15 March 1985",
        "15mar85",
    ],
)
def test_the_birth_date_inside_the_nip_is_refused_in_the_usual_spellings(spelling: str) -> None:
    assert codes(f"hujan {spelling} teduh") == {"contains_birth_date"}


def test_a_day_below_ten_is_refused_with_and_without_its_zero() -> None:
    spellings = birth_date_spellings(dt.date(1990, 8, 5))

    assert {"05081990", "581990", "5agustus1990", "05agustus1990", "5aug90"} <= spellings


@pytest.mark.parametrize("spelling", ["15031986", "16031985", "1985 kopi 03 teh 15"])
def test_another_day_is_no_birth_date(spelling: str) -> None:
    assert codes(f"hujan {spelling} teduh") == set()


def test_a_login_is_refused_in_any_case() -> None:
    person = Person(login="surya.walikota", name="Bapak")

    assert codes("Ini SURYA.WALIKOTA yang baru", person) == {"contains_login"}
    assert codes("ini suryawalikota yang baru", person) == {"contains_login"}


def test_a_login_of_three_letters_is_too_common_to_be_refused() -> None:
    assert codes("banyak kenari pagi", Person(login="ani", name="Bapak")) == set()


@pytest.mark.parametrize(
    "password",
    ["suryaningsih-2026-oke", "aku SURYANINGSIH pagi", "Súryanïngsih99999", "s.u.r.y.a.n.i.n.g.s.i.h!"],
)
def test_a_part_of_the_name_is_refused(password: str) -> None:
    assert codes(password) == {"contains_name"}


def test_short_parts_of_the_name_and_titles_are_allowed() -> None:
    assert list(name_parts("Dra. Hj. Ani Suryaningsih, S.Pd., M.Si.")) == ["suryaningsih"]
    assert codes("berani sekali pagi ini") == set()


def test_all_reasons_are_told_at_once() -> None:
    assert codes(f"{NIP} suryaningsih") == {"contains_nip", "contains_birth_date", "contains_name"}


def test_somebody_unknown_has_no_personal_data() -> None:
    PersonalDataValidator().validate(NIP, None)


def test_a_login_that_is_no_nip_has_no_birth_date() -> None:
    assert codes("kopi 19850315 teduh", Person(login="198513992010012007", name="Bapak")) == set()


@pytest.mark.parametrize(
    ("password", "code"),
    [("hujan-teduh", "password_too_short"), ("qwerty123456", "password_too_common")],
)
def test_a_short_or_a_common_password_is_refused(password: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, Person())

    assert [error.code for error in refused.value.error_list] == [code]


@pytest.mark.parametrize("password", ["hujan-teduh!", "empat kenari di pagar", "🌧️ teduh di Dago", "a" * 500])
def test_twelve_characters_without_any_rule_of_composition_are_enough(password: str) -> None:
    validate_password(password, Person())
