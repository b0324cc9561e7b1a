"""NIP and NI PPPK: every rule, with numbers of invented people."""

import datetime as dt

import pytest
from django.utils import translation

from accounts.nip import MalformedNumber, PersonnelNumberParts, clean_number, grouped, parse_number


@pytest.fixture(autouse=True)
def _english():
    """The sentences are compared in the language of the source."""
    with translation.override("en"):
        yield


def number(birth: str = "19850315", appointed: str = "201003", sex: str = "1", serial: str = "007") -> str:
    return birth + appointed + sex + serial


def test_a_nip_tells_birth_appointment_sex_and_serial() -> None:
    assert parse_number("198503152010031007") == PersonnelNumberParts(
        digits="198503152010031007",
        kind="pns",
        birth_date=dt.date(1985, 3, 15),
        appointed_year=2010,
        appointed_month=3,
        contract_code=None,
        sex="male",
        serial="007",
        warnings=(),
    )


def test_an_ni_pppk_has_a_contract_code_in_place_of_the_month() -> None:
    assert parse_number("199211072023212015") == PersonnelNumberParts(
        digits="199211072023212015",
        kind="pppk",
        birth_date=dt.date(1992, 11, 7),
        appointed_year=2023,
        appointed_month=None,
        contract_code=21,
        sex="female",
        serial="015",
        warnings=(),
    )


@pytest.mark.parametrize(
    "written",
    [
        "198503152010031007",
        "19850315 201003 1 007",
        "19850315.201003.1.007",
        "19850315-201003-1-007",
        "  19850315 201003 1 007\n",
        "19850315\u00a0201003\u00a01\u00a0007",
    ],
)
def test_the_usual_ways_of_grouping_are_read(written: str) -> None:
    assert clean_number(written) == "198503152010031007"
    assert parse_number(written).digits == "198503152010031007"


def test_a_number_is_printed_in_four_groups() -> None:
    assert grouped("198503152010031007") == "19850315 201003 1 007"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        number()[:-1],
        number() + "1",
        "1.98503152010011e+17",
        "19850315201003100O",
        "١٩٨٥٠٣١٥٢٠١٠٠٣١٠٠٧",
        "１９８５０３１５２０１００３１００７",
        "'198503152010031007",
        "198503152010031007,0",
    ],
)
def test_anything_but_18_digits_is_refused(text: str) -> None:
    with pytest.raises(MalformedNumber, match=r"^A NIP or NI PPPK has 18 digits\.$"):
        parse_number(text)


@pytest.mark.parametrize(
    "birth", ["19850230", "19851301", "19850010", "19850100", "00000101", "20010229", "19000229"]
)
def test_a_birth_date_must_exist(birth: str) -> None:
    with pytest.raises(MalformedNumber, match=r"^The first eight digits are no date\.$"):
        parse_number(number(birth=birth))


def test_a_leap_day_exists_in_leap_years() -> None:
    assert parse_number(number(birth="19840229")).birth_date == dt.date(1984, 2, 29)


@pytest.mark.parametrize("month", range(1, 13))
def test_months_make_a_nip(month: int) -> None:
    parts = parse_number(number(appointed=f"2010{month:02d}"))
    assert (parts.kind, parts.appointed_month, parts.contract_code) == ("pns", month, None)


@pytest.mark.parametrize("code", [21, 22, 50, 99])
def test_codes_of_21_and_more_make_an_ni_pppk(code: int) -> None:
    parts = parse_number(number(appointed=f"2023{code}"))
    assert (parts.kind, parts.appointed_month, parts.contract_code) == ("pppk", None, code)


@pytest.mark.parametrize("code", ["00", "13", "20"])
def test_neither_month_nor_contract_code_is_refused(code: str) -> None:
    with pytest.raises(
        MalformedNumber, match=r"^Digits 13 and 14 are neither a month nor a contract code\.$"
    ):
        parse_number(number(appointed=f"2010{code}"))


@pytest.mark.parametrize(("digit", "sex"), [("1", "male"), ("2", "female")])
def test_digit_15_is_the_sex(digit: str, sex: str) -> None:
    assert parse_number(number(sex=digit)).sex == sex


@pytest.mark.parametrize("digit", ["0", "3", "9"])
def test_another_sex_digit_is_refused(digit: str) -> None:
    with pytest.raises(MalformedNumber, match=r"^Digit 15 must be 1 or 2\.$"):
        parse_number(number(sex=digit))


def test_the_serial_begins_at_001() -> None:
    assert parse_number(number(serial="001")).serial == "001"
    assert parse_number(number(serial="999")).serial == "999"
    with pytest.raises(MalformedNumber, match=r"^The last three digits cannot be 000\.$"):
        parse_number(number(serial="000"))


@pytest.mark.parametrize(
    ("year", "unusual"), [(1984, True), (2000, True), (2001, False), (2051, False), (2052, True)]
)
def test_an_unusual_age_at_appointment_is_a_warning(year: int, unusual: bool) -> None:
    warnings = parse_number(number(appointed=f"{year}03")).warnings

    assert [str(warning) for warning in warnings] == (
        ["The age at appointment is unusual. Check the number against the decree."] if unusual else []
    )


def test_the_first_fault_is_named_alone() -> None:
    with pytest.raises(MalformedNumber, match=r"^The first eight digits are no date\.$"):
        parse_number(number(birth="19859999", appointed="201000", sex="0", serial="000"))


def test_a_malformed_number_is_not_repeated_in_the_message() -> None:
    with pytest.raises(MalformedNumber) as caught:
        parse_number("199913991234567890")
    assert "1999" not in str(caught.value)
