"""The numbers of civil servants, pure: NIP of a PNS and NI PPPK, 18 digits each, without a check digit.

Layout: birth date (8); then for a PNS year and month of the first appointment, for a PPPK the year and a code of 21
or more; sex (1 male, 2 female); a serial of three digits. Source: domain notes on the structure used by BKN.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _

LENGTH = 18
FIRST_CONTRACT_CODE = 21
USUAL_AGE = range(16, 67)

_SEPARATORS = re.compile(r"[\s.\-]")
_DIGITS = re.compile(r"[0-9]{18}")


class MalformedNumber(ValueError):
    """The text is no NIP and no NI PPPK; the message says why."""


@dataclass(frozen=True, slots=True)
class PersonnelNumberParts:
    """What a number says about its holder. It is personal data: never show the parts."""

    digits: str
    kind: Literal["pns", "pppk"]
    birth_date: dt.date
    appointed_year: int
    appointed_month: int | None
    contract_code: int | None
    sex: Literal["male", "female"]
    serial: str
    warnings: tuple[str, ...]


def clean_number(text: str) -> str:
    """The digits without the spaces, dots and hyphens in which people group them."""
    return _SEPARATORS.sub("", text)


def parse_number(text: str) -> PersonnelNumberParts:
    """Take the number apart. An unusual age at appointment is a warning, not an error.

    Raises MalformedNumber when it is not 18 digits, the birth date does not exist, the month is neither a
    month nor a contract code, the sex is neither 1 nor 2, or the serial is 000.
    """
    digits = clean_number(text)
    if not _DIGITS.fullmatch(digits):
        raise MalformedNumber(_("A NIP or NI PPPK has 18 digits."))
    try:
        birth_date = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise MalformedNumber(_("The first eight digits are no date.")) from None
    year, code = int(digits[8:12]), int(digits[12:14])
    if 1 <= code <= 12:
        kind: Literal["pns", "pppk"] = "pns"
    elif code >= FIRST_CONTRACT_CODE:
        kind = "pppk"
    else:
        raise MalformedNumber(_("Digits 13 and 14 are neither a month nor a contract code."))
    if digits[14] not in "12":
        raise MalformedNumber(_("Digit 15 must be 1 or 2."))
    if digits[15:] == "000":
        raise MalformedNumber(_("The last three digits cannot be 000."))
    warnings: tuple[str, ...] = ()
    if year - birth_date.year not in USUAL_AGE:
        warnings = (str(_("The age at appointment is unusual. Check the number against the decree.")),)
    return PersonnelNumberParts(
        digits=digits,
        kind=kind,
        birth_date=birth_date,
        appointed_year=year,
        appointed_month=code if kind == "pns" else None,
        contract_code=code if kind == "pppk" else None,
        sex="male" if digits[14] == "1" else "female",
        serial=digits[15:],
        warnings=warnings,
    )


def grouped(digits: str) -> str:
    """The number as it is printed on documents: 8, 6, 1 and 3 digits."""
    return " ".join((digits[:8], digits[8:14], digits[14:15], digits[15:]))
