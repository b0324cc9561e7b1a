"""What a password may not be made of: the things about a person that colleagues know or can look up."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Protocol

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.nip import MalformedNumber, clean_number, parse_number

SHORTEST_NAME_PART = 4
SHORTEST_LOGIN = 4

_SEPARATORS = re.compile(r"[\W_]+")
_LETTERS = re.compile(r"[^\W\d_]+")

# Months as people write them, in Indonesian and in English, in full and short.
_MONTHS: tuple[tuple[str, ...], ...] = (
    ("januari", "january", "jan"),
    ("februari", "pebruari", "february", "feb"),
    ("maret", "march", "mar"),
    ("april", "apr"),
    ("mei", "may"),
    ("juni", "june", "jun"),
    ("juli", "july", "jul"),
    ("agustus", "august", "agt", "agu", "ags", "aug"),
    ("september", "sept", "sep"),
    ("oktober", "october", "okt", "oct"),
    ("november", "nopember", "nov", "nop"),
    ("desember", "december", "des", "dec"),
)


class Numbers(Protocol):
    """The related manager of a person's numbers."""

    def values_list(self, *fields: str, flat: bool) -> Iterable[str]:
        """The digits of each number."""


class Person(Protocol):
    """The part of Employee that is read here."""

    login: str
    name: str
    numbers: Numbers


def plain_text(text: str) -> str:
    """Lower case, without accents, spaces, dots, hyphens or other signs: how a password is compared."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return _SEPARATORS.sub("", "".join(c for c in decomposed if not unicodedata.combining(c)))


def birth_date_spellings(day: dt.date) -> frozenset[str]:
    """The usual ways to write a date, without separators."""
    numbers = {
        f"{day:%Y%m%d}",
        f"{day:%d%m%Y}",
        f"{day:%m%d%Y}",
        f"{day:%d%m%y}",
        f"{day:%y%m%d}",
        f"{day.day}{day.month}{day.year}",
    }
    words = {
        f"{written}{month}{year}"
        for month in _MONTHS[day.month - 1]
        for written in {f"{day.day}", f"{day.day:02d}"}
        for year in {f"{day:%Y}", f"{day:%y}"}
    }
    return frozenset(numbers | words)


def name_parts(name: str) -> Iterator[str]:
    """The words of a name that are long enough to be recognised, as `plain_text`."""
    for word in _LETTERS.findall(name):
        plain = plain_text(word)
        if len(plain) >= SHORTEST_NAME_PART:
            yield plain


class PersonalDataValidator:
    """Refuses a password that contains the NIP, the birth date inside it, the login, or a part of the name."""

    def validate(self, password: str, user: Person | None = None) -> None:
        """Raise ValidationError with every reason. Costs one query, for the person's numbers."""
        if user is None:
            return
        plain = plain_text(password)
        numbers = {*user.numbers.values_list("digits", flat=True), clean_number(user.login)}
        reasons: list[ValidationError] = []
        if any(len(digits) == 18 and digits.isdecimal() and digits in plain for digits in numbers):
            reasons.append(ValidationError(_("Leave your NIP out of the password."), code="contains_nip"))
        if any(spelling in plain for digits in numbers for spelling in self._birth_dates(digits)):
            reasons.append(
                ValidationError(_("Leave your birth date out of the password."), code="contains_birth_date")
            )
        login = plain_text(user.login)
        if not login.isdecimal() and len(login) >= SHORTEST_LOGIN and login in plain:
            reasons.append(ValidationError(_("Leave your login out of the password."), code="contains_login"))
        if any(part in plain for part in name_parts(user.name)):
            reasons.append(ValidationError(_("Leave your name out of the password."), code="contains_name"))
        if reasons:
            raise ValidationError(reasons)

    def get_help_text(self) -> str:
        """The rule as it stands beside the field."""
        return _("Not your name, your NIP, your birth date or your login.")

    @staticmethod
    def _birth_dates(digits: str) -> frozenset[str]:
        try:
            return birth_date_spellings(parse_number(digits).birth_date)
        except MalformedNumber:
            return frozenset()
